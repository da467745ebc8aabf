package irc

import (
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// What is said (RFC 2812 §3.3).

// utterance is what a client says to one target.
type utterance struct {
	command string // PRIVMSG or NOTICE
	target  string
	text    string
	tags    clientTags
}

// privmsg says something, to rooms and to people. A NOTICE is never answered, so
// that two programs can't answer one another for ever.
func (c *conn) privmsg(m *message) {
	if c.inBatch(m) {
		return
	}
	quiet := m.command == "NOTICE"
	targets, ok := c.targets(m, quiet)
	switch {
	case !ok:
	case c.toService(m.command, targets, m.param(1)):
	case m.param(1) != "":
		tags, _ := c.clientTags(m)
		if len(targets) > 1 {
			c.several()
		}
		for _, target := range targets {
			c.utter(utterance{command: m.command, target: target, text: m.param(1), tags: tags})
		}
	case !quiet:
		c.numeric(errNoTextToSend, "No text to send")
	}
}

// targets returns to whom a message goes.
func (c *conn) targets(m *message, quiet bool) ([]string, bool) {
	targets := strings.Split(m.param(0), ",")
	switch {
	case m.param(0) == "":
		if !quiet {
			c.numeric(errNoRecipient, "No recipient given ("+m.command+")")
		}
		return nil, false
	case len(targets) > maxTargets:
		if !quiet {
			c.numeric(errTooManyTargets, shown(m.param(0)), "Too many targets: at most 4 at once; nothing was sent")
		}
		return nil, false
	}
	return targets, true
}

// utter says something to one target: to the log, unless it is between programs or
// for some of a room alone.
func (c *conn) utter(u utterance) {
	if c.historian(u) || c.toService(u.command, []string{u.target}, u.text) {
		return
	}
	if _, room, ok := status(u.target); ok {
		c.aside(u, room)
		return
	}
	does, action := strings.CutPrefix(u.text, actionBegin)
	if !action && strings.HasPrefix(u.text, "\x01") || c.isMe(u.target) {
		c.signal(u.command, u.target, c.textSignal(u))
		return
	}
	cmd := chat.Command{Op: chat.Say, Text: u.text, Notice: u.command == "NOTICE", Tags: u.tags.raw}
	if action {
		cmd.Emote, cmd.Notice, cmd.Text = true, false, strings.TrimSuffix(does, actionEnd)
	}
	k := c.talk(u.command, u.target)
	if id, ok := c.place(k); ok {
		cmd.Room = id
		c.answering(&cmd, u.tags)
		c.send(cmd, c.attach(&cmd, k))
		c.perhapsAway(k)
	}
}

// perhapsAway says that whom one has spoken to alone is away (RFC 2812 §4.1).
func (c *conn) perhapsAway(k *call) {
	if k.quiet || strings.HasPrefix(k.target, "#") {
		return
	}
	if other, err := c.Session().Lookup(nickOf(k.target)); err == nil {
		c.awayReply(other)
	}
}

// answering makes a message the answer to the one that its tags name, if that is one
// of the same room. Else the tags stay as they are.
func (c *conn) answering(cmd *chat.Command, tags clientTags) {
	if tags.reply == 0 {
		return
	}
	if to, err := c.Session().Message(c.Context(), tags.reply); err == nil && to.Room == cmd.Room {
		cmd.Target, cmd.Tags = tags.reply, tags.rest
	}
}

// talk returns the tag of a message. One without a label is like the one before it
// to the same target.
func (c *conn) talk(verb, target string) *call {
	if t := c.talking; t != nil && c.label == "" && c.batch_ == "" && t.verb == verb && t.target == target {
		return t
	}
	k := c.call(verb, target, "")
	k.says, k.quiet = true, verb == "NOTICE"
	if k.label == "" && k.batch == "" {
		c.talking = k
	}
	return k
}

// place returns the room in which a target is spoken to. With somebody to whom one
// has not spoken before it is opened.
func (c *conn) place(k *call) (chat.RoomID, bool) {
	s := c.Session()
	if strings.HasPrefix(k.target, "#") {
		room, err := s.Room(k.target)
		if err != nil {
			c.missing(k, errNoSuchChannel, "No such channel")
			return 0, false
		}
		return room.ID, true
	}
	other, err := s.Lookup(nickOf(k.target))
	if err != nil {
		c.missing(k, errNoSuchNick, "No such nick")
		return 0, false
	}
	if room, ok := s.DirectWith(other); ok {
		return room.ID, true
	}
	out := s.Do(c.Context(), chat.Command{Op: chat.OpenDirect, User: other})
	if out.Err != nil {
		c.delegated = false
		c.refuse(k, out.Err)
		return 0, false
	}
	return out.Room, true
}

// nickOf returns the nick of somebody who may be given as nick!user@host.
func nickOf(target string) string {
	nick, _, _ := strings.Cut(target, "!")
	return nick
}

// missing says that there is no such target.
func (c *conn) missing(k *call, code, text string) {
	c.delegated = false
	if !k.quiet {
		c.numeric(code, shown(k.target), text)
	}
}

// status takes a target apart that is some of a room's people: those with a sign or
// a higher one. (STATUSMSG, https://modern.ircdocs.horse/#statusmsg-parameter)
func status(target string) (least chat.Rank, room string, ok bool) {
	name := strings.TrimLeft(target, prefixSigns)
	if name == target || !strings.HasPrefix(name, "#") {
		return 0, "", false
	}
	if strings.HasPrefix(target, "+") {
		return chat.VoiceRank, name, true
	}
	return chat.ModeratorRank, name, true
}

// aside says something to some of a room. It is told to who is here and not kept:
// what is in the log is for all of the room.
func (c *conn) aside(u utterance, name string) {
	k := c.talk(u.command, u.target)
	least, _, _ := status(u.target)
	room, ok := c.speakable(k, name)
	if !ok {
		return
	}
	var to []chat.UserID
	for _, p := range c.Session().Presences(room.Members) {
		if p.ID != c.Session().User() && room.RankOf(p.ID, p.Role) >= least {
			to = append(to, p.ID)
		}
	}
	sig := c.textSignal(u)
	sig.Room = room
	c.Session().SignalTo(sig, to...)
	c.echo(sig)
}

// speakable returns a room that the client may say something in now.
func (c *conn) speakable(k *call, name string) (*chat.RoomInfo, bool) {
	c.delegated = false
	room, err := c.Session().Room(name)
	if err != nil {
		c.missing(k, errNoSuchChannel, "No such channel")
		return nil, false
	}
	if !c.Session().MaySay(room) {
		c.missing(k, errCannotSendToChan, "Cannot send to channel")
		return nil, false
	}
	return room, c.Session().Charge(c.Context(), 1) == nil
}

// isMe reports whether a target is the client itself.
func (c *conn) isMe(target string) bool {
	return chat.Fold(nickOf(target)) == chat.Fold(c.Session().Nick())
}

// textSignal is what a program says to others, and what is for some of a room, or
// for oneself: it is not kept. (CTCP, https://modern.ircdocs.horse/ctcp)
func (c *conn) textSignal(u utterance) *hub.Signal {
	sig := &hub.Signal{Kind: hub.Asked, To: u.target, Tags: u.tags.raw, Text: chat.CleanLine(strings.Trim(u.text, "\x01"))}
	if u.command == "NOTICE" {
		sig.Kind = hub.Told
	}
	if strings.HasPrefix(u.text, "\x01") {
		sig.Text = "\x01" + sig.Text + "\x01"
	}
	return sig
}

// signal tells a room or a person something that is not kept.
func (c *conn) signal(command, target string, sig *hub.Signal) {
	k := c.talk(command, target)
	c.delegated = false
	if strings.HasPrefix(target, "#") {
		room, ok := c.speakable(k, target)
		if !ok {
			return
		}
		if room.Flags&chat.NoCTCP != 0 && strings.HasPrefix(sig.Text, "\x01") { // +C
			c.missing(k, errCannotSendToChan, "Cannot send CTCP to channel")
			return
		}
		sig.Room = room
		c.Session().Signal(sig)
		c.echo(sig)
		return
	}
	id, err := c.Session().Lookup(nickOf(target))
	if err != nil {
		c.missing(k, errNoSuchNick, "No such nick")
		return
	}
	if err := c.Session().Allows(&chat.Command{Op: chat.Say}); err != nil {
		c.refuse(k, err)
		return
	}
	if c.Session().Charge(c.Context(), 1) == nil {
		sig.To = c.Session().NickOf(id)
		c.Session().SignalTo(sig, id)
		c.echo(sig)
		if id == c.Session().User() {
			c.finish() // what one sees of what one says comes first, and bears the label
			c.out = c.appendSignal(c.out, sig)
		}
	}
}

// echo answers with a signal of the client's own, if it wants to see what it says.
func (c *conn) echo(sig *hub.Signal) {
	if c.has(capEcho) {
		c.out = c.appendSignal(c.out, sig)
	}
}
