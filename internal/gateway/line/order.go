package line

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/gateway/wire"
)

// Keeping order: who may do what, who has to go, and who did that to whom.

// person returns whom a command names.
func (c *conn) person(nick string) (chat.UserID, *chat.Error) {
	if nick == "" {
		return 0, chat.Errorf(chat.Invalid, "That needs a person, as in /whois otter.")
	}
	return c.Session().Lookup(strings.TrimPrefix(nick, "@"))
}

// target takes apart what most commands here are given: a nick, maybe a time,
// and a reason; and returns the room that the peer is in.
func (c *conn) target(rest string, timed bool) (cmd chat.Command, err *chat.Error) {
	args := words(rest, 2)
	if cmd.User, err = c.person(args[0]); err != nil {
		return cmd, err
	}
	cmd.Text = args[1]
	if timed {
		cmd.Until, cmd.Text = door.Until(args[1])
	}
	room, err := c.room("")
	if err == nil {
		cmd.Room = room.ID
	}
	return cmd, err
}

// order does something to somebody in the room that the peer is in.
func (c *conn) order(req request, op chat.Op, timed bool) {
	cmd, err := c.target(req.rest, timed)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	cmd.Op = op
	c.do(req, cmd)
}

func (c *conn) kick(req request)   { c.order(req, chat.Kick, false) }
func (c *conn) mute(req request)   { c.order(req, chat.Mute, true) }
func (c *conn) unmute(req request) { c.order(req, chat.Unmute, false) }

// ban bans from the room that the peer is in or, with server, from the server:
// a person, an address or a network.
func (c *conn) ban(req request)   { c.banOrLift(req, chat.Ban) }
func (c *conn) unban(req request) { c.banOrLift(req, chat.Unban) }

func (c *conn) banOrLift(req request, op chat.Op) {
	rest, server := strings.CutPrefix(req.rest+" ", "server ")
	if rest = strings.TrimSpace(rest); !server {
		c.order(req, op, op == chat.Ban)
		return
	}
	args := words(rest, 2)
	cmd := chat.Command{Op: op}
	cmd.Until, cmd.Text = door.Until(args[1])
	var err *chat.Error
	cmd.User, cmd.Name, err = door.BanTarget(c.Session(), args[0], op == chat.Unban)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	if _, ok := c.do(req, cmd); ok {
		c.note("Done; /audit tells of it, and /bans lists all.")
	}
}

func (c *conn) bans(req request) {
	all := c.Session().Bans()
	if c.Session().Role() < chat.AdminRole {
		c.refuse(req.id, chat.Errorf(chat.Forbidden, "That is for this server's admins."))
		return
	}
	text := "* Nobody is banned from this server."
	for i, b := range all {
		if i == 0 {
			text = "* Banned from this server:"
		}
		text += "\n*   " + c.describeBan(&b)
	}
	c.reply(req, api.Message{Text: text})
}

func (c *conn) describeBan(b *chat.BanInfo) string {
	text := b.Name + ", by " + doer(b.By) + " on " + c.day(b.At)
	if b.Until != 0 {
		text += ", until " + time.UnixMilli(int64(b.Until)).In(c.gateway.cfg.Zone).Format("2006-01-02 15:04")
	}
	if b.Reason != "" {
		text += ": " + b.Reason
	}
	return text
}

// role shows or sets what somebody is on the server, or in the room.
func (c *conn) role(req request) {
	args := words(req.rest, 2)
	id, err := c.person(args[0])
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	if args[1] == "" {
		c.whois(req)
		return
	}
	role, ok := chat.ParseRole(args[1])
	if args[1] == "server owner" || ok && role != chat.OwnerRole {
		if args[1] == "server owner" {
			role = chat.OwnerRole
		}
		if _, ok := c.do(req, chat.Command{Op: chat.SetRole, User: id, Level: uint8(role)}); ok {
			c.note(args[0] + " is " + article(role.String()) + " of this server now.")
		}
		return
	}
	rank, ok := chat.ParseRank(args[1])
	room, err := c.room("")
	switch {
	case err != nil:
		c.refuse(req.id, err)
	case !ok:
		c.refuse(req.id, chat.Errorf(chat.Invalid, "In this room one is plain, voice, moderator or owner; on the server member, admin or server owner."))
	default:
		c.do(req, chat.Command{Op: chat.SetRank, Room: room.ID, User: id, Level: uint8(rank)})
	}
}

// whois says who somebody is.
func (c *conn) whois(req request) {
	nick := strings.TrimPrefix(words(req.rest, 2)[0], "@")
	if nick == "" {
		nick = c.Session().Nick()
	}
	p, err := c.Session().Whois(nick)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	text := fmt.Sprintf("* %s is %s of this server", p.Nick, article(p.Role.String()))
	if room, err := c.room(""); err == nil {
		text += standing(room, p.ID)
	}
	text += "."
	if len(p.Sessions) == 0 {
		text += "\n*   not connected"
	}
	for _, s := range p.Sessions {
		if s.From.IsValid() || c.Session().Role() >= chat.AdminRole {
			text += "\n*   " + connection(s, c.gateway.cfg.Zone)
		}
	}
	c.reply(req, api.Message{Text: text, People: []api.Person{wire.Person(&p)}})
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// standing says what somebody is in a room beside being in it.
func standing(room *chat.RoomInfo, id chat.UserID) string {
	st := room.Standing(id)
	text := ""
	switch st.Rank {
	case chat.PlainRank:
	case chat.VoiceRank:
		text += ", with a voice in " + room.Name
	default:
		text += ", " + st.Rank.String() + " of " + room.Name
	}
	if st.Silenced(chat.Millis(time.Now().UnixMilli())) {
		text += ", muted in " + room.Name
	}
	if st.Barred(chat.Millis(time.Now().UnixMilli())) {
		text += ", banned from " + room.Name
	}
	return text
}

// report tells those who keep order of a message.
func (c *conn) report(req request) {
	args := words(req.rest, 2)
	if args[0] == "" {
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/report needs a message, and why: /report ^ this is spam."))
		return
	}
	seq, err := c.resolve(args[0])
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	if _, ok := c.do(req, chat.Command{Op: chat.Report, Target: seq, Text: args[1]}); ok {
		c.note("Those who keep order here have been told, and it is in the audit log.")
	}
}

// disconnect closes all of somebody's connections.
func (c *conn) disconnect(req request) {
	args := words(req.rest, 2)
	id, err := c.person(args[0])
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	if _, ok := c.do(req, chat.Command{Op: chat.Disconnect, User: id, Text: args[1]}); ok {
		c.note("The connections of " + args[0] + " are closed.")
	}
}

// invitation makes an invitation to the server.
func (c *conn) invitation(req request) {
	v, err := door.ParseInvitation(strings.Fields(req.rest), c.Session().Room)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	code, err := c.gateway.cfg.Door.Invite(c.Context(), c.Session(), v)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.reply(req, api.Message{Text: "* " + v.Describe(code, c.gateway.cfg.Zone) + "\n* It is shown this once."})
}

// How many events of the audit log are shown, usually and at most.
const (
	auditShown = 20
	auditMost  = 200
)

func (c *conn) audit(req request) {
	count := auditShown
	if req.rest != "" {
		n, err := strconv.Atoi(req.rest)
		if err != nil || n < 1 || n > auditMost {
			c.refuse(req.id, chat.Errorf(chat.Invalid, "/audit shows between 1 and %d entries.", auditMost))
			return
		}
		count = n
	}
	if !c.charge(req) {
		return
	}
	events, err := c.Session().Audit(c.Context(), 0, count)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	text := "* The audit log is empty: nothing has been done to anybody."
	m := api.Message{}
	for i := range events {
		if i == 0 {
			text = "* The audit log, newest last:"
		}
		at := time.UnixMilli(int64(events[i].Time)).In(c.gateway.cfg.Zone).Format("2006-01-02 15:04")
		text += "\n* " + at + " " + door.Recorded(&events[i])
		m.Events = append(m.Events, wire.Event(&events[i]))
	}
	m.Text = text
	c.reply(req, m)
}

// doer is who did something, as a person reads it.
func doer(nick string) string {
	if nick == "" {
		return "the console"
	}
	return nick
}
