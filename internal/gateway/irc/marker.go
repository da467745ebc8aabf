package irc

import (
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// How far one has read, shared by all of one's clients, whatever they speak.
// (https://ircv3.net/specs/extensions/read-marker)
//
// A marker is a position and a time here: other protocols set the position, and the
// time is that of the message there; clients of IRC name a time, and the position is
// that of the last message until then. Times never go back; a position does if somebody
// marks something as unread, of which clients of IRC are not told.

// markread says how far the client's user has read a conversation, or marks it read.
func (c *conn) markread(m *message) {
	target := m.param(0)
	switch {
	case !c.has(capReadMarker):
		c.numeric(errUnknownCommand, m.command, "Unknown command")
	case target == "":
		c.fail("MARKREAD", "NEED_MORE_PARAMS", "Missing parameters")
	case len(m.params) == 1:
		p, _ := c.pastOf(target) // of what is not there nothing has been read
		c.out = c.appendMarker(c.out, &p, target)
	default:
		c.mark(target, m.param(1))
	}
}

// mark marks a conversation read up to a time.
func (c *conn) mark(target, text string) {
	value, ok := strings.CutPrefix(text, "timestamp=")
	t, valid := parseTime(value)
	if !ok || !valid || t.UnixMilli() <= 0 {
		c.fail("MARKREAD", "INVALID_PARAMS", shown(target), shown(text), "A marker is as in timestamp=2026-01-31T12:00:00.000Z")
		return
	}
	c.settle()
	p, ok := c.pastOf(target)
	if !ok {
		c.fail("MARKREAD", "INVALID_PARAMS", shown(target), "You are in no such conversation")
		return
	}
	if p.room == nil { // nothing was said that could be read
		c.out = c.appendMarker(c.out, &p, target)
		return
	}
	ref, err := c.at(p.room, t)
	var last []chat.Event
	if err == nil {
		last, err = c.readRange(p.room, hub.Range{Before: ref.after + 1, Latest: true, Limit: 1})
	}
	k := c.call("MARKREAD", target, "")
	if err != nil {
		c.delegated = false
		c.refuse(k, err)
		return
	}
	cmd := chat.Command{Op: chat.MarkRead, Room: p.room.ID, Until: chat.Millis(t.UnixMilli())}
	if len(last) > 0 {
		cmd.Target = last[0].Seq
	}
	c.send(cmd, k)
}

// appendMarker appends how far a conversation has been read.
func (c *conn) appendMarker(dst []byte, p *past, target string) []byte {
	at := chat.Millis(0)
	if p.room != nil {
		_, at, _ = c.Session().ReadMarker(c.Context(), p.room.ID)
	}
	return appendMarkRead(dst, c.gateway.cfg.Server, shown(target), at)
}

// appendMarkRead appends a MARKREAD.
func appendMarkRead(dst []byte, server, target string, at chat.Millis) []byte {
	if at == 0 {
		return appendLine(dst, server, "MARKREAD", target, "*")
	}
	return appendLine(dst, server, "MARKREAD", target, string(appendTime([]byte("timestamp="), at)))
}

// appendUnmoved answers a MARKREAD that was not ahead of the marker: with the marker.
func (c *conn) appendUnmoved(dst []byte, target string) []byte {
	p, _ := c.pastOf(target)
	return c.appendMarker(dst, &p, target)
}

// marked appends that a marker has moved.
func (e *encoder) marked(dst []byte, ev *chat.Event) []byte {
	target := ev.Name
	if target == "" {
		target = ev.Whose
	}
	if target == "" || ev.When == 0 || ev.Count != 0 || !e.has(withMarkers) {
		return dst // in a conversation with somebody gone, or up to what is no message, or back, where times do not go
	}
	return appendMarkRead(dst, e.server, target, ev.When)
}
