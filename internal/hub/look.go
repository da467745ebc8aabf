package hub

import (
	"context"
	"maps"
	"slices"
	"sync"

	"hubbub/internal/chat"
)

// Looking in: a session that speaks for nobody reads rooms that anybody may read,
// where guests are let in. It is in no list, and nobody is told.

// onlookers are the sessions that look in.
type onlookers struct {
	mu       sync.Mutex // guards the following; held for map operations only
	sessions map[*Session]struct{}
}

func (o *onlookers) init() { o.sessions = map[*Session]struct{}{} }

func (o *onlookers) add(s *Session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sessions[s] = struct{}{}
}

func (o *onlookers) remove(s *Session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.sessions, s)
}

// all returns them, in no order.
func (o *onlookers) all() []*Session {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Collect(maps.Keys(o.sessions))
}

// anybodys reports whether a room is one that anybody may read, where guests are let
// in: one that any of them could join.
func anybodys(info *chat.RoomInfo) bool {
	return info.Flags&(chat.Closed|chat.NoGuests) == 0 && info.Key == ""
}

// closes reports whether after an event a room is not anybody's.
func closes(ev *chat.Event) bool {
	switch ev.Kind {
	case chat.RulesSet:
		return ev.Flags&(chat.Closed|chat.NoGuests) != 0
	case chat.KeySet:
		return ev.Text != ""
	}
	return false
}

// Look has a session, which speaks for nobody, read a room that anybody may read
// from after a position, as if it were a member's: what [Session.Next] returns is
// that it has Entered the room, and then the room's events. When the room is not
// anybody's any more it has Exited, and is not told why.
//
// It can look into several rooms. From then on nobody can arrive with it.
func (s *Session) Look(ctx context.Context, room chat.RoomID, after chat.Seq) *chat.Error {
	if err := s.Charge(ctx, 1); err != nil {
		return err
	}
	if err := s.lookable(room); err != nil {
		return err
	}
	r := s.hub.dir.byID(room)
	if r == nil || !s.mayLook() {
		return chat.Errorf(chat.Conflict, "You have arrived already: join the room to read it.")
	}
	s.hub.onlookers.add(s)
	if s.isClosed() { // in the meantime, and then it was not there to be removed
		s.hub.onlookers.remove(s)
	}
	if err := s.hub.Barred(s.Address()); err != nil { // since it came
		return err
	}
	var w wakes
	after = min(after, s.Horizon())
	s.follow(r, after, false, &w)
	if info := r.info.Load(); info == nil || !anybodys(info) { // meanwhile, and maybe before there was a cursor to be ended
		s.unfollow(room, max(after, 1), &w)
	}
	w.wake()
	return nil
}

// lookable says why nobody may look into a room, or nil.
func (s *Session) lookable(room chat.RoomID) *chat.Error {
	if !s.hub.policy.Guests {
		return chat.Errorf(chat.Forbidden, "This server is for its members: log in to read what is said here.")
	}
	return s.readable(room)
}

// mayLook reports whether nobody has arrived with the session, or is about to; from
// now on nobody can.
func (s *Session) mayLook() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arriving || s.closed {
		return false
	}
	s.looking = true
	return true
}

// turnOut ends the cursors of those who look into a room, before the event by which
// it is not anybody's any more. It is called by the applier.
func (r *room) turnOut(ev *chat.Event, w *wakes) {
	r.mu.Lock()
	var sessions []*Session
	for _, c := range r.cursors {
		if c.session.User() == 0 {
			sessions = append(sessions, c.session)
		}
	}
	r.mu.Unlock()
	for _, s := range sessions {
		s.unfollow(r.id, ev.Prev, w)
	}
}
