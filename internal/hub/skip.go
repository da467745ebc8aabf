package hub

import (
	"context"

	"hubbub/internal/chat"
)

// Skip has the session pass over what it lags behind, up to now, and returns the rooms
// in which it does. It is for a reader that shows a screen, and was told [Lagging]: what
// it has missed it reads as history, as far as somebody looks for it, and not event by
// event. It is called by the session's reader.
func (s *Session) Skip(ctx context.Context) ([]chat.RoomID, error) {
	r := &s.reader
	var rooms []chat.RoomID
	for _, c := range r.active {
		if !c.entered {
			continue
		}
		_, _, err := c.peek(ctx, false)
		switch {
		case err == errLagging:
			c.skip(min(c.bounded(r.horizon), chat.Seq(c.room.last.Load())))
			rooms = append(rooms, c.room.id)
		case err != nil:
			return rooms, err
		}
	}
	return rooms, nil // Next forgets what was the session's own of that, when it has read the rest
}

// skip moves on past everything up to a position.
func (c *cursor) skip(to chat.Seq) {
	c.entry = nil
	c.pos = max(c.pos, to)
}
