package irc

import (
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// clientTags are the tags of a message by which clients tell one another something.
// (https://ircv3.net/specs/extensions/message-tags, "Client-only tags")
type clientTags struct {
	raw    string   // all of them, as they were sent
	reply  chat.Seq // the message that this one answers; 0 if none
	rest   string   // raw without those that say so
	react  string   // an emoji; TAGMSG only
	unsays bool     // it is taken back
}

// clientTags returns a message's client tags, and false if they are none. From a
// client that has not negotiated tags there are none.
func (c *conn) clientTags(m *message) (t clientTags, ok bool) {
	if m.tags == "" || !c.has(capMessageTags) {
		return t, true
	}
	var all, rest []string
	for tag := range strings.SplitSeq(m.tags, ";") {
		if !strings.HasPrefix(tag, "+") {
			continue
		}
		all = append(all, tag)
		key, value, _ := strings.Cut(tag, "=")
		switch key {
		case "+reply", "+draft/reply":
			t.reply = seqOf(unescape(value))
			continue
		case "+draft/react":
			t.react = unescape(value)
		case "+draft/unreact":
			t.react, t.unsays = unescape(value), true
		}
		rest = append(rest, tag)
	}
	t.raw, t.rest = strings.Join(all, ";"), strings.Join(rest, ";")
	if chat.CheckTags(t.raw) != nil {
		return clientTags{}, false
	}
	return t, true
}

// seqOf returns the message that a msgid names, or 0.
func seqOf(msgid string) chat.Seq {
	n := atoi(msgid)
	if n <= 0 {
		return 0
	}
	return chat.Seq(n)
}

// tagmsg tells something by tags alone: a reaction, which is kept; that one is
// typing, and whatever else clients tell one another, which is not.
func (c *conn) tagmsg(m *message) {
	if !c.has(capMessageTags) {
		c.numeric(errUnknownCommand, "TAGMSG", "Unknown command")
		return
	}
	targets, ok := c.targets(m, false)
	if !ok {
		return
	}
	tags, ok := c.clientTags(m)
	if !ok || tags.raw == "" {
		return // a TAGMSG without tags tells nothing
	}
	for _, target := range targets {
		if tags.react == "" || tags.reply == 0 || !c.react(target, tags) {
			c.signal("TAGMSG", target, &hub.Signal{Kind: hub.Tagged, Tags: tags.raw, To: target})
		}
	}
}

// react reacts to a message, and reports whether it is one of the target's: only those
// can keep it. (https://ircv3.net/specs/client-tags/react)
func (c *conn) react(target string, tags clientTags) bool {
	if c.isMe(target) {
		return false
	}
	op := chat.React
	if tags.unsays {
		op = chat.Unreact
	}
	k := c.talk("TAGMSG", target)
	room, ok := c.place(k)
	if !ok {
		return true // and has been told so
	}
	c.settle()
	if said, err := c.Session().Message(c.Context(), tags.reply); err != nil || said.Room != room {
		return false
	}
	c.send(chat.Command{Op: op, Target: tags.reply, Text: tags.react}, k)
	return true
}

// messageIn returns the message that a command names by its msgid, or says that there
// is no such target, or message.
func (c *conn) messageIn(k *call) (chat.Seq, bool) {
	c.settle()
	id := seqOf(k.about)
	room, ok := c.known(k.target)
	if !ok {
		c.delegated = false
		c.fail(k.verb, "INVALID_TARGET", shown(k.target), "There is no such conversation")
		return 0, false
	}
	if said, err := c.Session().Message(c.Context(), id); err != nil || said.Room != room {
		c.delegated = false
		c.fail(k.verb, "UNKNOWN_MSGID", shown(k.target), shown(k.about), "There is no such message here")
		return 0, false
	}
	return id, true
}

// known returns the room of a target, if there is one already.
func (c *conn) known(target string) (chat.RoomID, bool) {
	if strings.HasPrefix(target, "#") {
		room, err := c.Session().Room(target)
		if err != nil {
			return 0, false
		}
		return room.ID, true
	}
	other, err := c.Session().Lookup(nickOf(target))
	if err != nil {
		return 0, false
	}
	room, ok := c.Session().DirectWith(other)
	if !ok {
		return 0, false
	}
	return room.ID, true
}

// redact takes a message back.
// (https://ircv3.net/specs/extensions/message-redaction)
func (c *conn) redact(m *message) {
	if !c.has(capRedaction) {
		c.numeric(errUnknownCommand, "REDACT", "Unknown command")
		return
	}
	k := c.call("REDACT", m.param(0), m.param(1))
	if id, ok := c.messageIn(k); ok {
		c.send(chat.Command{Op: chat.Delete, Target: id, Text: string(cut([]byte(m.param(2)), maxReason))}, k)
	}
}

// edit changes a message: EDIT TARGET MSGID :TEXT. There is no specification of that
// yet, so capability and tag are our own.
func (c *conn) edit(m *message) {
	if !c.has(capEdit) {
		c.numeric(errUnknownCommand, "EDIT", "Unknown command")
		return
	}
	k := c.call("EDIT", m.param(0), m.param(1))
	if id, ok := c.messageIn(k); ok {
		c.send(chat.Command{Op: chat.Edit, Target: id, Text: m.param(2)}, k)
	}
}
