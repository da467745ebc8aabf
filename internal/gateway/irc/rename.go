package irc

import (
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// rename gives a room another name: RENAME OLD NEW :REASON.
// (https://ircv3.net/specs/extensions/channel-rename)
func (c *conn) rename(m *message) {
	if room, ok := c.inRoom(m.param(0)); ok {
		c.send(chat.Command{Op: chat.RenameRoom, Room: room.ID, Name: m.param(1), Text: reasonIn(m.param(2))}, c.call("RENAME", room.Name, m.param(1)))
	}
}

// renamed appends the line of a room's change of name, as those get it who have
// negotiated it.
func (e *encoder) renamed(dst []byte, ev *chat.Event) []byte {
	return e.line(dst, ev, "RENAME", ev.Whose, ev.Name, ev.Text)
}

// renamed appends that a room is called otherwise. For those who don't know of such
// things it is another one, to which they go from the old: "fallback for clients that
// do not support the capability".
func (c *conn) renamed(dst []byte, d *hub.Delivery, k *call) []byte {
	if c.has(capChannelRename) {
		return c.own(dst, d.Bytes, k)
	}
	room := *d.Room
	room.Name = d.Event.Name
	s := c.Session()
	reason := "The channel is called " + d.Event.Name + " now"
	if d.Event.Text != "" {
		reason += ": " + d.Event.Text
	}
	lines := appendLine(nil, chat.Hostmask(s.Nick(), s.Role()), "PART", d.Event.Whose, reason)
	lines = c.appendJoin(lines, &room)
	lines = c.appendRoom(lines, &room)
	return c.own(dst, lines, k)
}
