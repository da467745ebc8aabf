package hub

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"hubbub/internal/chat"
)

// Trail reads what happens in all rooms and inboxes, some time after it was
// published, for what the server itself does about it. It reads from the store, so
// however far it is behind it costs nobody anything, and misses nothing. It keeps no
// position across restarts.
type Trail struct {
	hub   *Hub
	after chat.Seq // owned by who calls Next
}

// trailPage is how many events Next returns at most.
const trailPage = 256

// Trail returns a trail that begins with what happens from now on.
func (h *Hub) Trail() *Trail { return &Trail{hub: h, after: h.Horizon()} }

// Next waits until something has happened, and returns it: at most 256 events, in the
// order of the log. More says that there is more already. After an error, which is
// that of ctx or of the store, it can be tried again. It is for one goroutine at a
// time.
func (t *Trail) Next(ctx context.Context) (events []chat.Event, more bool, err error) {
	horizon, err := t.hub.beacon.await(ctx, t.hub, t.after)
	if err != nil {
		return nil, false, err
	}
	if events, err = t.hub.store.Since(ctx, t.after, horizon, trailPage); err != nil {
		return nil, false, fmt.Errorf("hub: trail: %w", err)
	}
	if len(events) < trailPage {
		t.after = horizon
		return events, false, nil
	}
	t.after = events[len(events)-1].Seq
	return events, t.after < horizon, nil
}

// beacon tells trails that the horizon has moved.
type beacon struct {
	mu    sync.Mutex    // guards moved; held for no I/O
	moved chan struct{} // closed when the horizon moves; nil while nobody waits
}

// flash is called by the applier when the horizon has moved.
func (b *beacon) flash() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.moved != nil {
		close(b.moved)
		b.moved = nil
	}
}

// wait returns what is closed when the horizon moves next.
func (b *beacon) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.moved == nil {
		b.moved = make(chan struct{})
	}
	return b.moved
}

// await returns the horizon once it is beyond a position.
func (b *beacon) await(ctx context.Context, h *Hub, after chat.Seq) (chat.Seq, error) {
	for {
		moved := b.wait() // before looking, or a move in between would be missed
		if horizon := h.Horizon(); horizon > after {
			return horizon, nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// The following tell what follows a trail more than the events do. They ask for
// nobody: whoever shows something of it to people sees to who may know it.

// MessageAt returns a message as it is now, and false if there is none at seq.
func (h *Hub) MessageAt(ctx context.Context, seq chat.Seq) (Message, bool, *chat.Error) {
	m, ok, err := h.store.Message(ctx, seq, 0)
	if err != nil {
		return m, false, h.internal("read a message", err)
	}
	return m, ok, nil
}

// RoomAt returns a room or a direct conversation, and false for inboxes and what is
// not there any more.
func (h *Hub) RoomAt(id chat.RoomID) (*chat.RoomInfo, bool) {
	r := h.dir.byID(id)
	if r == nil {
		return nil, false
	}
	info := r.info.Load()
	return info, info != nil
}

// Elsewhere reports whether somebody is to be told by other ways than by a connection:
// they have no session, or are away or don't look in all of them, and are not banned
// from the server.
func (h *Hub) Elsewhere(id chat.UserID) bool {
	now := h.now()
	banned := slices.ContainsFunc(h.Bans(), func(b chat.BanInfo) bool { return b.User == id && b.Holds(now) })
	return !banned && !h.attends(id)
}
