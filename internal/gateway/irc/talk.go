package irc

import (
	"strings"

	"hubbub/internal/chat"
)

// What is said (RFC 2812 §3.3).

// multiline is a message that a client sends in several lines.
type multiline struct{}

// privmsg says something, to rooms and to people. A NOTICE is never answered, so
// that two programs can't answer one another for ever.
func (c *conn) privmsg(m *message) {
	notice := m.command == "NOTICE"
	if notice && len(m.params) < 2 {
		return
	}
	switch {
	case len(m.params) == 0 || m.param(0) == "":
		c.numeric(errNoRecipient, "No recipient given ("+m.command+")")
		return
	case len(m.params) == 1 || m.param(1) == "":
		c.numeric(errNoTextToSend, "No text to send")
		return
	}
	targets := strings.Split(m.param(0), ",")
	if len(targets) > maxTargets {
		c.numeric(errTooManyTargets, shown(m.param(0)), "Too many targets: at most four")
		return
	}
	for _, target := range targets {
		c.say(m, target, m.param(1))
	}
}

// say says something to one room or person.
func (c *conn) say(m *message, target, text string) {
	cmd := chat.Command{Op: chat.Say, Text: text, Notice: m.command == "NOTICE"}
	if does, ok := strings.CutPrefix(text, actionBegin); ok {
		cmd.Emote, cmd.Notice, cmd.Text = true, false, strings.TrimSuffix(does, actionEnd)
	}
	k := c.talk(m.command, target)
	id, ok := c.place(k)
	if !ok {
		return
	}
	cmd.Room = id
	c.send(cmd, k)
	if !k.quiet && !strings.HasPrefix(target, "#") {
		if other, err := c.Session().Lookup(target); err == nil {
			c.awayReply(other)
		}
	}
}

// talk returns the tag of a message. One without a label is like the one before it
// to the same target.
func (c *conn) talk(verb, target string) *call {
	if t := c.talking; t != nil && c.label == "" && t.verb == verb && t.target == target {
		return t
	}
	k := c.call(verb, target, "")
	k.says, k.quiet = true, verb == "NOTICE"
	if k.label == "" {
		c.talking = k
	}
	return k
}

// place returns the room in which a target is spoken to.
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
	other, err := s.Lookup(k.target)
	if err != nil {
		c.missing(k, errNoSuchNick, "No such nick")
		return 0, false
	}
	out := s.Do(c.Context(), chat.Command{Op: chat.OpenDirect, User: other})
	if out.Err != nil {
		c.delegated = false
		c.refuse(k, out.Err)
		return 0, false
	}
	return out.Room, true
}

// missing says that there is no such target.
func (c *conn) missing(k *call, code, text string) {
	c.delegated = false
	if !k.quiet {
		c.numeric(code, shown(k.target), text)
	}
}
