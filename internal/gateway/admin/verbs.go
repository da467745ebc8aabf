package admin

import (
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// order proposes a command as the console, and says what was done.
func (q *query) order(c chat.Command, done string) (Response, *chat.Error) {
	out := q.Hub.Console().Do(q.ctx, c)
	return Response{Text: done}, out.Err
}

// person returns who is called so.
func (q *query) person(nick string) (hub.Person, *chat.Error) {
	p, ok := q.Hub.Person(strings.TrimPrefix(nick, "@"))
	if !ok {
		return p, chat.Errorf(chat.NotFound, "There is nobody called %s; hubbub admin users lists everybody.", nick)
	}
	return p, nil
}

// rest returns the arguments from the n-th on, as one line.
func (q *query) rest(n int) string { return strings.Join(q.args[min(n, len(q.args)):], " ") }

func (q *query) at(t chat.Millis) string {
	if t == 0 {
		return ""
	}
	return q.time(time.UnixMilli(int64(t)))
}

func (q *query) time(t time.Time) string { return t.In(q.Zone).Format("2006-01-02 15:04") }

// table makes a response of rows of cells.
func table(columns []string, rows [][]string) Response {
	r := Response{Columns: columns, Rows: []map[string]string{}}
	for _, cells := range rows {
		row := map[string]string{}
		for i, cell := range cells {
			row[columns[i]] = cell
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

func (q *query) users() (Response, *chat.Error) {
	var rows [][]string
	for _, p := range q.Hub.People() {
		if len(q.args) > 0 && !strings.Contains(chat.Fold(p.Nick), chat.Fold(q.args[0])) {
			continue
		}
		rows = append(rows, []string{strconv.FormatUint(uint64(p.ID), 10), p.Nick, p.Role.String(), strconv.Itoa(len(p.Sessions))})
	}
	return table([]string{"id", "nick", "role", "connections"}, rows), nil
}

func (q *query) role() (Response, *chat.Error) {
	p, err := q.person(q.args[0])
	if err != nil {
		return Response{}, err
	}
	role, ok := chat.ParseRole(q.args[1])
	if !ok {
		return Response{}, chat.Errorf(chat.Invalid, "A role is member, admin or owner.")
	}
	return q.order(chat.Command{Op: chat.SetRole, User: p.ID, Level: uint8(role)}, p.Nick+" is "+role.String()+" now.")
}

func (q *query) password() (Response, *chat.Error) {
	p, err := q.person(q.args[0])
	if err == nil && p.Role == chat.GuestRole {
		err = chat.Errorf(chat.Invalid, "%s is a guest, who has to /register first.", p.Nick)
	}
	if err == nil {
		err = q.Door.SetPassword(q.ctx, q.Hub.Console(), p, q.secret)
	}
	return Response{Text: p.Nick + " has another password now."}, err
}

func (q *query) totp() (Response, *chat.Error) {
	p, err := q.person(q.args[0])
	if err == nil && q.args[1] != "off" {
		err = chat.Errorf(chat.Invalid, "A second factor can only be taken away here: hubbub admin totp %s off. To begin one is for its owner: /totp on.", p.Nick)
	}
	if err == nil {
		err = q.Door.DropTOTP(q.ctx, q.Hub.Console(), p.ID)
	}
	return Response{Text: "A password alone is enough for " + p.Nick + " from now on."}, err
}

func (q *query) invite() (Response, *chat.Error) {
	v, err := door.ParseInvitation(q.args, q.Hub.RoomNamed)
	if err != nil {
		return Response{}, err
	}
	code, err := q.Door.Invite(q.ctx, q.Hub.Console(), v)
	if err != nil {
		return Response{}, err
	}
	r := table([]string{"code", "people", "role"}, [][]string{{code.Reveal(), strconv.Itoa(v.Uses), v.Role.String()}})
	r.Text = v.Describe(code, q.Zone)
	return r, nil
}

func (q *query) invitations() (Response, *chat.Error) {
	if len(q.args) == 2 && q.args[0] == "drop" {
		n, _ := strconv.ParseUint(q.args[1], 10, 64)
		return q.order(chat.Command{Op: chat.DropInvitation, Target: chat.Seq(n)}, "It lets nobody in any more.")
	}
	all, err := q.Hub.Invitations(q.ctx)
	var rows [][]string
	for _, v := range all {
		rows = append(rows, []string{v.Seq.String(), strconv.Itoa(int(v.Left)), v.Role.String(), q.at(v.Until), by(v.By), q.at(v.Made)})
	}
	return table([]string{"number", "left", "role", "until", "by", "made"}, rows), err
}

func by(nick string) string {
	if nick == "" {
		return "the console"
	}
	return nick
}

func (q *query) bot() (Response, *chat.Error) {
	return q.order(chat.Command{Op: chat.MakeBot, Name: q.args[0]}, "There is a bot "+q.args[0]+" now; hubbub admin token "+q.args[0]+" NAME makes what it logs in with.")
}

func (q *query) token() (Response, *chat.Error) {
	p, err := q.person(q.args[0])
	if err != nil {
		return Response{}, err
	}
	t, err := door.ParseToken(q.args[1:])
	if err != nil {
		return Response{}, err
	}
	secret, err := q.Door.NewToken(q.ctx, q.Hub.Console(), p.ID, t)
	if err != nil {
		return Response{}, err
	}
	r := table([]string{"token", "scope"}, [][]string{{secret.Reveal(), t.Scopes.String()}})
	r.Text = secret.Reveal() + "\nKeep it well: it is shown this once."
	return r, nil
}

func (q *query) tokens() (Response, *chat.Error) {
	p, err := q.person(q.args[0])
	if err != nil {
		return Response{}, err
	}
	if len(q.args) == 3 && q.args[1] == "drop" {
		n, _ := strconv.ParseUint(q.args[2], 10, 64)
		return q.order(chat.Command{Op: chat.DropCredential, User: p.ID, Target: chat.Seq(n)}, "It proves nothing any more.")
	}
	all, err := q.Door.Credentials(q.ctx, p.ID)
	var rows [][]string
	for _, c := range all {
		scope := ""
		if c.Proof == chat.ByToken {
			scope = hub.Scopes(c.Scope).String()
		}
		rows = append(rows, []string{c.Seq.String(), c.Proof.String(), c.Name, scope, q.at(c.Added), q.at(c.Until)})
	}
	return table([]string{"number", "proof", "name", "scope", "added", "until"}, rows), err
}

func (q *query) key() (Response, *chat.Error) {
	p, err := q.person(q.args[0])
	if err != nil {
		return Response{}, err
	}
	key, err := q.Door.AddKey(q.ctx, q.Hub.Console(), p.ID, q.rest(1))
	return Response{Text: p.Nick + " can log in by " + key.Type + " " + key.Fingerprint + " now."}, err
}

func (q *query) ban() (Response, *chat.Error) {
	c := chat.Command{Op: chat.Ban}
	c.Until, c.Text = door.Until(q.rest(1))
	if door.IsNetwork(q.args[0]) {
		network, err := chat.ParseNetwork(q.args[0])
		if err != nil {
			return Response{}, err
		}
		c.Name = network
		return q.order(c, network+" is kept out now.")
	}
	p, err := q.person(q.args[0])
	if err != nil {
		return Response{}, err
	}
	c.User = p.ID
	return q.order(c, p.Nick+" is kept out now.")
}

func (q *query) unban() (Response, *chat.Error) {
	c := chat.Command{Op: chat.Unban}
	if network, bad := chat.ParseNetwork(q.args[0]); bad == nil {
		c.Name = network
		return q.order(c, network+" may come in again.")
	}
	for _, b := range q.Hub.Bans() {
		if b.User != 0 && chat.Fold(b.Name) == chat.Fold(strings.TrimPrefix(q.args[0], "@")) {
			c.User = b.User
		}
	}
	if c.User == 0 {
		return Response{}, chat.Errorf(chat.NotFound, "%s is not banned; hubbub admin bans lists who is.", q.args[0])
	}
	return q.order(c, q.args[0]+" may come in again.")
}

func (q *query) bans() (Response, *chat.Error) {
	var rows [][]string
	for _, b := range q.Hub.Bans() {
		rows = append(rows, []string{b.Name, by(b.By), q.at(b.At), q.at(b.Until), b.Reason})
	}
	return table([]string{"who", "by", "since", "until", "why"}, rows), nil
}

func (q *query) sessions() (Response, *chat.Error) {
	var rows [][]string
	for _, p := range q.Hub.People() {
		if len(q.args) > 0 && chat.Fold(p.Nick) != chat.Fold(q.args[0]) {
			continue
		}
		for _, s := range p.Sessions {
			from := "this machine"
			if s.From.IsValid() {
				from = s.From.String()
			}
			rows = append(rows, []string{p.Nick, p.Role.String(), from, q.time(s.Since)})
		}
	}
	return table([]string{"nick", "role", "from", "since"}, rows), nil
}

func (q *query) disconnect() (Response, *chat.Error) {
	p, err := q.person(q.args[0])
	if err != nil {
		return Response{}, err
	}
	return q.order(chat.Command{Op: chat.Disconnect, User: p.ID, Text: q.rest(1)}, "The connections of "+p.Nick+" are closed.")
}

// inRoom returns the beginning of a command about somebody in a room.
func (q *query) inRoom(op chat.Op) (chat.Command, hub.Person, *chat.Error) {
	c := chat.Command{Op: op}
	room, err := q.Hub.RoomNamed(q.args[0])
	if err != nil {
		return c, hub.Person{}, err
	}
	p, err := q.person(q.args[1])
	c.Room, c.User = room.ID, p.ID
	return c, p, err
}

func (q *query) kick() (Response, *chat.Error) {
	c, p, err := q.inRoom(chat.Kick)
	if err != nil {
		return Response{}, err
	}
	c.Text = q.rest(2)
	return q.order(c, p.Nick+" is out of "+q.args[0]+".")
}

func (q *query) mute() (Response, *chat.Error) {
	c, p, err := q.inRoom(chat.Mute)
	if err != nil {
		return Response{}, err
	}
	c.Until, c.Text = door.Until(q.rest(2))
	return q.order(c, p.Nick+" can only read in "+q.args[0]+" now.")
}

func (q *query) unmute() (Response, *chat.Error) {
	c, p, err := q.inRoom(chat.Unmute)
	if err != nil {
		return Response{}, err
	}
	return q.order(c, p.Nick+" can talk in "+q.args[0]+" again.")
}

func (q *query) rank() (Response, *chat.Error) {
	c, p, err := q.inRoom(chat.SetRank)
	if err != nil {
		return Response{}, err
	}
	rank, ok := chat.ParseRank(q.args[2])
	if !ok {
		return Response{}, chat.Errorf(chat.Invalid, "A rank is plain, voice, moderator or owner.")
	}
	c.Level = uint8(rank)
	return q.order(c, p.Nick+" is "+rank.String()+" in "+q.args[0]+" now.")
}

func (q *query) audit() (Response, *chat.Error) {
	count := 50
	if len(q.args) > 0 {
		n, err := strconv.Atoi(q.args[0])
		if err != nil || n < 1 || n > 10_000 {
			return Response{}, chat.Errorf(chat.Invalid, "How many entries? Between 1 and 10000.")
		}
		count = n
	}
	events, err := q.Hub.Audit(q.ctx, 0, count)
	var rows [][]string
	for i := range events {
		rows = append(rows, []string{events[i].Seq.String(), q.at(events[i].Time), door.Recorded(&events[i])})
	}
	return table([]string{"number", "time", "what"}, rows), err
}
