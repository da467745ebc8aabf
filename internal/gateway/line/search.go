package line

import (
	"fmt"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// search finds messages in the rooms that the peer may read.
func (c *conn) search(req request) {
	if req.rest == "" {
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/search needs words, as in /search deploy from:otter; /help search tells what else it takes."))
		return
	}
	if !c.charge(req) {
		return
	}
	found, err := c.Session().Search(c.Context(), req.rest, 0)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	text := summary(&found)
	if !c.machine {
		text = c.findings(&found) + text
	}
	c.reply(req, api.Message{Text: text, Events: c.machineEvents(found.Messages)})
}

// findings shows what a search found, newest first.
func (c *conn) findings(found *hub.Found) string {
	var b strings.Builder
	for i := range found.Messages {
		m := &found.Messages[i]
		at := time.UnixMilli(int64(m.Time)).In(c.gateway.cfg.Zone)
		fmt.Fprintf(&b, "[%d] %s ", m.Seq, at.Format(time.DateOnly))
		room, err := c.Session().RoomByID(m.Room)
		if err != nil {
			room = &chat.RoomInfo{}
		}
		line := appendLabel(appendClock(nil, m.Time, c.gateway.cfg.Zone), room)
		b.Write(appendSaid(line, room, &m.Event, c.gateway.cfg.URL))
	}
	return b.String()
}

// summary says what there is about a search beside what it found.
func summary(found *hub.Found) string {
	text := ""
	switch n := len(found.Messages); {
	case n == 0 && found.More:
		text = "* Nothing among the newest; narrow it down, as with from:NICK or in:#ROOM, to look further back."
	case n == 0:
		text = "* Nothing was found in your rooms."
	case found.More:
		text = fmt.Sprintf("* These are the newest %d; before:DATE looks further back.", n)
	case n == 1:
		text = "* That is all."
	default:
		text = fmt.Sprintf("* These %d are all.", n)
	}
	if found.Behind > 0 {
		text += fmt.Sprintf(" The index has still to read the newest %d events.", found.Behind)
	}
	return text
}
