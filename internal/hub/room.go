package hub

import (
	"sync"
	"sync/atomic"

	"hubbub/internal/chat"
	"hubbub/internal/ring"
)

// The most that a room's tail holds. What is older is in the store. Sizes are
// rough, and the newest entry stays however large it is.
const (
	tailEntries = 256
	inboxTail   = 8        // entries
	tailSize    = 1 << 20  // bytes of one tail
	tailsSize   = 64 << 20 // bytes of all tails, while each has at least
	tailLeast   = 16 << 10 // bytes
)

// tails is what all tails have in common.
type tails struct {
	entries int          // the most in a room's; never changes
	count   atomic.Int32 // how many there are, among which tailsSize is shared
}

// share returns how many bytes each tail may hold.
func (t *tails) share() int {
	return min(tailSize, max(tailLeast, tailsSize/max(1, int(t.count.Load()))))
}

// room is what the hub keeps of a room or an inbox. Everybody has an inbox, so it
// is kept small.
type room struct {
	id    chat.RoomID
	name  string                        // by which it is found; guarded by directory.mu
	info  atomic.Pointer[chat.RoomInfo] // nil for an inbox
	brief atomic.Pointer[chat.RoomInfo] // of info; what entries refer to, since they would keep long lists alive
	tail  atomic.Pointer[ring.Ring[*Entry]]
	last  atomic.Uint64 // Seq of the last event published here
	said  atomic.Uint64 // Seq of the last event that changed what history shows; 0 if none since the start

	recent atomic.Pointer[recent] // the newest page of history, if somebody asked for it

	// Owned by the applier.
	batch *Entry // what the current batch brings
	count int32  // how many events that will be
	size  int32  // of the tail, in bytes
	stale bool   // info must be made anew

	inbox bool // never changes

	mu      sync.Mutex // guards cursors and their index; never held across I/O
	cursors []*cursor
}

// note keeps track of what an event changes about the room. It is called by
// the applier, before the room's entry is published.
func (r *room) note(ev *chat.Event) {
	switch ev.Kind {
	case chat.Message, chat.Action, chat.Notice, chat.Edited, chat.Reacted, chat.Unreacted, chat.Previewed, chat.PreviewDropped:
		r.said.Store(uint64(ev.Seq))
	case chat.Deleted:
		r.said.Store(uint64(ev.Seq))
		r.stale = true // it may have been pinned
	case chat.PropertySet: // which is in the store alone, but for this
		r.stale = r.stale || ev.Name == chat.ForwardKey
	default:
		r.stale = true
	}
}

// push puts the batch's entry into the tail, if anybody reads here. A room
// without readers needs no tail.
func (r *room) push(t *tails) {
	e := r.batch
	e.Room = r.described()
	defer r.last.Store(uint64(e.last()))
	tail := r.tail.Load()
	switch read := r.read(); {
	case !read:
		r.forget(t)
		return
	case tail == nil:
		tail, r.size = ring.New[*Entry](r.tailEntries(t)), 0
		r.tail.Store(tail)
		t.count.Add(1)
	}
	if tail.Full() {
		r.drop(tail)
	}
	tail.Push(e)
	r.size += int32(e.size())
	for int(r.size) > t.share() && tail.Len() > 1 {
		r.drop(tail)
	}
}

// forget lets go of the tail. Any goroutine may do so: if the applier pushes into
// it at the same moment, that too is found in the store.
func (r *room) forget(t *tails) {
	if tail := r.tail.Load(); tail != nil && r.tail.CompareAndSwap(tail, nil) {
		t.count.Add(-1)
	}
}

func (r *room) drop(tail *ring.Ring[*Entry]) {
	if old, ok := tail.Drop(); ok {
		r.size -= int32(old.size())
	}
}

func (r *room) tailEntries(t *tails) int {
	if r.inbox {
		return min(inboxTail, t.entries)
	}
	return t.entries
}

// publish makes known what the room is now.
func (r *room) publish(info *chat.RoomInfo) {
	r.info.Store(info)
	r.brief.Store(info.Brief())
}

// described returns the room as events in it are encoded.
func (r *room) described() *chat.RoomInfo {
	if brief := r.brief.Load(); brief != nil {
		return brief
	}
	return &chat.RoomInfo{ID: r.id}
}

// read reports whether any session reads the room.
func (r *room) read() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.cursors) > 0
}

// mark marks every cursor of the room.
func (r *room) mark(w *wakes) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.cursors {
		w.mark(c)
	}
}

func (r *room) add(c *cursor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.index = int32(len(r.cursors))
	r.cursors = append(r.cursors, c)
}

// remove takes a cursor out, and does nothing if it is out already.
func (r *room) remove(c *cursor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.index < 0 {
		return
	}
	last := len(r.cursors) - 1
	r.cursors[c.index] = r.cursors[last]
	r.cursors[c.index].index = c.index
	r.cursors[last] = nil
	r.cursors = r.cursors[:last]
	c.index = -1
}
