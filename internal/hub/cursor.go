package hub

import (
	"context"
	"errors"
	"sort"
	"sync/atomic"

	"hubbub/internal/chat"
	"hubbub/internal/ring"
)

// cursor is a session's position in one room. There are two for each connection
// at least, so it is kept to 64 bytes.
type cursor struct {
	room    *room
	session *Session
	index   int32         // in room.cursors, -1 when taken out; guarded by room.mu
	marked  atomic.Bool   // queued at the session and not yet taken
	until   atomic.Uint64 // the last event that the session may see here; 0 while there is no end

	// Owned by the session's reader.
	pos     chat.Seq // everything up to it has been read
	entry   *Entry   // what is being read; nil if it must be found
	at      uint64   // index in the tail at which the next entry is expected
	i       int32    // the next event in the entry
	entered bool     // the session has been told that it reads this room
	active  bool     // among the session's active cursors
	joins   bool     // the first event is that the session's user joins; never changes
}

// errLagging says that what comes next is in the store, and the caller can't
// wait.
var errLagging = errors.New("hub: lagging")

// peek returns the position of the next event, or false if there is none yet.
// What it finds may lie beyond the horizon.
func (c *cursor) peek(ctx context.Context, wait bool) (chat.Seq, bool, error) {
	if c.entry == nil || int(c.i) == len(c.entry.Events) {
		if chat.Seq(c.room.last.Load()) <= c.pos {
			return 0, false, nil
		}
		if err := c.advance(ctx, wait); err != nil || c.entry == nil {
			return 0, false, err
		}
	}
	return c.entry.Events[c.i].Seq, true, nil
}

// advance finds the entry that holds the event after pos: in the tail if it is
// there, else in the store.
func (c *cursor) advance(ctx context.Context, wait bool) error {
	c.entry = nil
	if tail := c.room.tail.Load(); tail != nil {
		if e, ok := tail.At(c.at); ok && e.Prev == c.pos {
			c.read(e, c.at)
			return nil
		}
		if e, at, ok := seek(tail, c.pos); ok {
			c.read(e, at)
			return nil
		}
	}
	if !wait {
		return errLagging
	}
	e, err := c.session.hub.page(ctx, c.room, c.pos)
	if err != nil || e == nil {
		return err
	}
	c.read(e, c.at)
	return nil
}

// read goes on in entry e, which is at the given index of the tail.
func (c *cursor) read(e *Entry, at uint64) {
	c.entry, c.at = e, at+1
	c.i = int32(sort.Search(len(e.Events), func(i int) bool { return e.Events[i].Seq > c.pos }))
	if int(c.i) == len(e.Events) {
		c.entry = nil
	}
}

// seek finds the entry of the tail that holds the event after pos, if the tail
// reaches back that far.
func seek(tail *ring.Ring[*Entry], pos chat.Seq) (*Entry, uint64, bool) {
	next := tail.Next()
	size := min(next, uint64(tail.Size()))
	first := next - size
	// Those that are gone come first, then those that end at or before pos.
	n := sort.Search(int(size), func(i int) bool {
		e, ok := tail.At(first + uint64(i))
		return ok && e.last() > pos
	})
	e, ok := tail.At(first + uint64(n))
	if !ok || e.Prev > pos || e.last() <= pos {
		return nil, 0, false
	}
	return e, first + uint64(n), true
}

// take moves on past the events before index j of the current entry.
func (c *cursor) take(j int) {
	c.i = int32(j)
	c.pos = c.entry.Events[j-1].Seq
}

// bounded returns seq or the end of what the session may see, if that is less.
func (c *cursor) bounded(horizon chat.Seq) chat.Seq {
	if until := chat.Seq(c.until.Load()); until != 0 && until < horizon {
		return until
	}
	return horizon
}
