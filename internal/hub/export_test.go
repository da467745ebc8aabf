package hub

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hubbub/internal/chat"
)

// The seams for tests. They are for before Run, or for when it is waiting.

// OnCommit has f called in place of the store's Commit, which it is given.
func (h *Hub) OnCommit(f func(events []chat.Event, commit func() error) error) {
	write := h.applier.write
	h.applier.write = func(position uint64, events []chat.Event) error {
		return f(events, func() error { return write(position, events) })
	}
}

// KeptGone is of how many people who gave up a nick a hub knows.
const KeptGone = keptGone

// MaxSignals is how many signals wait for a reader at most.
const MaxSignals = maxSignals

// SetTail has rooms keep as many entries, and inboxes no more than that.
func (h *Hub) SetTail(entries int) { h.applier.tails.entries = entries }

// SetPolicy has the hub let others in.
func (h *Hub) SetPolicy(p Policy) { h.policy = p }

// Snapshot returns the applier's state.
func (h *Hub) Snapshot() chat.Snapshot { return h.applier.state.Snapshot() }

// Clients says how many sessions read a room.
func (h *Hub) Readers(id chat.RoomID) int {
	r := h.dir.byID(id)
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.cursors)
}

// HoldRoom has the applier wait when it next looks at a room's readers.
func (h *Hub) HoldRoom(id chat.RoomID) (release func()) {
	r := h.dir.byID(id)
	r.mu.Lock()
	return r.mu.Unlock
}

// Hold has the applier wait when it next queues something for the session.
func (s *Session) Hold() (release func()) {
	s.mu.Lock()
	return s.mu.Unlock
}

// Queued returns how many cursors wait to be taken by the session's reader.
func (s *Session) Queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// Untaken returns how many answers and bytes of posts wait for the reader.
func (s *Session) Untaken() (answers, posted int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.answers), int(s.posted)
}

// Published returns the position of the last event that a room's readers can
// find, though maybe not deliver yet.
func (h *Hub) Published(id chat.RoomID) chat.Seq { return chat.Seq(h.dir.byID(id).last.Load()) }

// PagesKept returns how many pages of the store are in memory.
func (h *Hub) PagesKept() int {
	h.pages.mu.Lock()
	defer h.pages.mu.Unlock()
	return len(h.pages.kept)
}

// TailText returns the text that a room's tail holds.
func (h *Hub) TailText(id chat.RoomID) string {
	var b strings.Builder
	tail := h.dir.byID(id).tail.Load()
	for i := uint64(0); tail != nil && i < tail.Next(); i++ {
		if e, ok := tail.At(i); ok {
			for j := range e.Events {
				b.WriteString(e.Events[j].Text)
			}
		}
	}
	return b.String()
}

// Pages returns how many pages are kept, and how many bytes of text they hold.
func (h *Hub) Pages() (n, bytes int) {
	h.pages.mu.Lock()
	defer h.pages.mu.Unlock()
	for _, page := range h.pages.kept {
		<-page.ready
		if n++; page.entry != nil {
			bytes += page.entry.size()
		}
	}
	return n, bytes
}

// Page reads a page of a room as a lagging reader does.
func (s *Session) Page(room chat.RoomID, after chat.Seq) (*Entry, error) {
	return s.hub.page(context.Background(), s.hub.dir.byID(room), after)
}

// Left returns what should be gone once everybody has left, as a list of what
// is still there.
func (h *Hub) Left() (left []string) {
	h.mu.Lock()
	waiting, people := len(h.waiting), 0
	for _, p := range h.people {
		if len(p.sessions) > 0 || p.known().timer != nil {
			people++
		}
	}
	h.mu.Unlock()
	h.admitted.mu.Lock()
	sessions := 0
	for _, s := range h.admitted.shares {
		sessions += s.sessions
	}
	h.admitted.mu.Unlock()
	cursors := 0
	h.dir.mu.Lock()
	for _, r := range h.dir.rooms {
		r.mu.Lock()
		cursors += len(r.cursors)
		r.mu.Unlock()
	}
	h.dir.mu.Unlock()
	for name, n := range map[string]int{"proposals": waiting, "people with sessions or timers": people, "sessions of addresses": sessions, "cursors": cursors} {
		if n != 0 {
			left = append(left, fmt.Sprintf("%d %s", n, name))
		}
	}
	slices.Sort(left)
	return left
}

// Shares returns how many addresses are kept in mind.
func (h *Hub) Shares() int {
	h.admitted.mu.Lock()
	defer h.admitted.mu.Unlock()
	return len(h.admitted.shares)
}

// Named returns every name that finds a room, sorted.
func (h *Hub) Named() (names []string) {
	h.dir.mu.RLock()
	defer h.dir.mu.RUnlock()
	for name := range h.dir.names {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Rooms returns how many rooms and inboxes there are.
func (h *Hub) Rooms() int {
	h.dir.mu.RLock()
	defer h.dir.mu.RUnlock()
	return len(h.dir.rooms)
}

// WatchedNicks returns how many nicks are watched.
func (h *Hub) WatchedNicks() int { return int(h.watches.count.Load()) }

// Encoded returns the frames of an entry.
func Encoded(room *chat.RoomInfo, events []chat.Event, encode Encoder) string {
	e := newEntry(0, len(events))
	e.Room = room
	for i := range events {
		e.add(&events[i])
	}
	return string(e.in(0, encode).bytes)
}

// Own returns how many of its own events a session that tracks has in its hands, and
// how many a Send would wait for. Its reader must be waiting.
func (s *Session) Own() (taken, unseen int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tracker.taken) + len(s.tracker.own), int(s.tracker.unseen)
}

// Info returns what is published about a room.
func (h *Hub) Info(id chat.RoomID) *chat.RoomInfo { return h.dir.byID(id).info.Load() }

// Onlookers returns how many sessions look in.
func (h *Hub) Onlookers() int { return len(h.onlookers.all()) }
