package hub

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hubbub/internal/chat"
)

// Linger is how long a guest who has a key is kept when the last connection
// ends, so that a reconnect is not a farewell and a welcome.
const Linger = time.Minute

// person is somebody who is here, and the sessions that speak for them. All of
// it is guarded by Hub.mu.
type person struct {
	id       chat.UserID
	nick     string
	role     chat.Role
	keyed    bool          // can be recognised when coming back
	leaving  bool          // has said goodbye, and is not waited for
	tallied  tallied       // how they are counted
	rooms    []chat.RoomID // in the order of joining, without the inbox
	sessions []*Session
	rare     *seldom // nil until there is something
	away     *string // why they are away, as others have been told; nil if they are not
}

// seldom is what is known of few people.
type seldom struct {
	farewell string                 // why they leave
	left     chat.Seq               // up to here a session could read for them; 0 while one does, or if none has yet
	spoke    map[chat.RoomID]spoken // where there is slow mode; nil until then
	profile  *Profile               // of the session that ended last and had one; nil if none
	gone     chan struct{}          // closed when they have departed; nil while nobody waits for that
	timer    *time.Timer            // ends the lingering; nil otherwise
	waits    int32                  // numbers the timers
}

// known returns what is known of few people, of this one.
func (p *person) known() seldom {
	if p.rare == nil {
		return seldom{}
	}
	return *p.rare
}

// learn returns it to be changed.
func (p *person) learn() *seldom {
	if p.rare == nil {
		p.rare = &seldom{}
	}
	return p.rare
}

// The following are called by the applier.

func (h *Hub) arrived(ev *chat.Event, inbox *room) {
	h.dir.rename(ev.By, "", ev.Nick)
	h.dir.restore(inbox) // a departure in the same batch has removed it
	h.mu.Lock()
	defer h.mu.Unlock()
	h.people[ev.By] = &person{id: ev.By, nick: ev.Nick, keyed: !ev.Key.IsZero()}
}

func (h *Hub) departed(ev *chat.Event, w *wakes) {
	h.dir.rename(ev.By, ev.Nick, "")
	h.dir.remove(ev.Room)
	h.mu.Lock()
	p := h.people[ev.By]
	h.forgive(p)
	delete(h.people, ev.By)
	h.tally(p, tallied{})
	h.away.Add(-int32(one(isAway(p.told()))))
	waited := p.known().gone
	gone := Gone{Nick: ev.Nick, ID: ev.By, Role: p.role, When: ev.Time, Profile: p.looks()}
	h.mu.Unlock()
	h.gone.add(gone)
	h.watches.look(ev.Nick)
	if waited != nil {
		close(waited) // now that it can be found out who has gone
	}
	for _, s := range p.sessions { // came back as the departure was on its way, or has to go
		s.unfollow(ev.Room, ev.Seq, w)
		s.evict(Evicted{Reason: "You were away for too long and have been let go; connect again."}, w)
	}
}

func (h *Hub) renamed(ev *chat.Event) {
	h.dir.rename(ev.By, ev.Nick, ev.Name)
	h.mu.Lock()
	p := h.people[ev.By]
	p.nick = ev.Name
	gone := Gone{Nick: ev.Nick, ID: ev.By, Role: p.role, When: ev.Time, Profile: p.looks()}
	h.mu.Unlock()
	if chat.Fold(ev.Nick) != chat.Fold(ev.Name) {
		h.gone.add(gone)
		h.watches.look(ev.Nick)
	}
	h.watches.look(ev.Name)
}

// nick returns what somebody who is here is called, or "".
func (h *Hub) nick(id chat.UserID) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.people[id]; p != nil {
		return p.nick
	}
	return ""
}

// joined gives every session of a new member a cursor that begins with the
// joining.
func (h *Hub) joined(ev *chat.Event, r *room, w *wakes) {
	h.mu.Lock()
	p := h.people[ev.By]
	p.rooms = append(p.rooms, ev.Room)
	sessions := slices.Clone(p.sessions)
	h.mu.Unlock()
	for _, s := range sessions {
		from := s.start(r, ev.Prev)
		s.follow(r, from, from == ev.Prev, w)
	}
}

// left ends the cursors of every session of a former member of a room.
func (h *Hub) left(id chat.UserID, ev *chat.Event, w *wakes) {
	h.mu.Lock()
	p := h.people[id]
	p.rooms = slices.DeleteFunc(p.rooms, func(id chat.RoomID) bool { return id == ev.Room })
	sessions := slices.Clone(p.sessions)
	h.mu.Unlock()
	for _, s := range sessions {
		s.unfollow(ev.Room, ev.Seq, w)
	}
}

// attach makes a session speak for a user: it reads on in the inbox and in all
// of the user's rooms, from resume if that is given, else from now. What the
// arrival itself brought about is seen.
func (h *Hub) attach(s *Session, id chat.UserID, resume chat.Seq, brought []chat.Event, w *wakes) {
	h.mu.Lock()
	s.user.Store(uint64(id))
	p := h.people[id]
	if p == nil { // was here, and departed later in the same batch
		h.mu.Unlock()
		s.evict(Evicted{Reason: "You have been let go; connect again."}, w)
		return
	}
	h.forgive(p)
	since := p.known().left
	if since != 0 {
		p.learn().left = 0
	}
	p.sessions = append(p.sessions, s)
	p.leaving = false
	h.tally(p, p.tally())
	rooms, nick := append([]chat.RoomID{id.Inbox()}, p.rooms...), p.nick
	h.mu.Unlock()
	s.missed(since)
	h.watches.look(nick)
	if s.isClosed() { // in the meantime, and then it did not know whose it was
		h.detach(s)
		return
	}
	for _, room := range rooms {
		r := h.dir.byID(room)
		from := chat.Seq(r.last.Load())
		if len(brought) == 0 { // one position for all rooms: the welcome tells it
			from = h.Horizon()
		}
		joins := false
		for i := range brought {
			if brought[i].Room == room && brought[i].Kind == chat.Joined {
				from, joins = brought[i].Prev, true
			}
		}
		if resume != 0 && resume < from {
			from, joins = resume, false
		}
		s.follow(r, from, joins, w)
	}
}

// detach takes a session that has closed from its person. A guest without
// sessions departs, at once or after lingering.
func (h *Hub) detach(s *Session) {
	h.mu.Lock()
	p := h.people[s.User()]
	if p == nil {
		h.mu.Unlock()
		return
	}
	p.sessions = slices.DeleteFunc(p.sessions, func(other *Session) bool { return other == s })
	if len(p.sessions) == 0 {
		p.learn().left = h.Horizon()
	}
	if profile := s.profile(); profile != nil {
		p.learn().profile = profile
	}
	h.tally(p, p.tally())
	nick := p.nick
	h.mu.Unlock()
	h.watches.look(nick)
	h.reviewAway(s.User())
	h.expect(p)
}

// Retire closes the session and, if that lets a guest go at once, waits until
// they have departed: so somebody who comes back as a member does not meet
// themselves.
func (s *Session) Retire(ctx context.Context) {
	gone := s.hub.leaves(s)
	s.Close()
	if gone == nil {
		return
	}
	select {
	case <-gone:
	case <-ctx.Done():
	}
}

// leaves returns what will tell that a session's user has departed, or nil if
// closing the session does not let them go.
func (h *Hub) leaves(s *Session) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[s.User()]
	if p == nil || p.role != chat.GuestRole || p.keyed && !p.leaving || len(p.sessions) != 1 || h.keeping || h.closing {
		return nil
	}
	more := p.learn()
	if more.gone == nil {
		more.gone = make(chan struct{})
	}
	return more.gone
}

// Leave says that the user goes when the session closes, need not be waited
// for, and why, if there is a reason. Other sessions that speak for the user
// keep them here.
func (s *Session) Leave(reason string) { s.leave(reason, false) }

// LeaveWithLast is Leave, but that other sessions do not keep the user here for longer
// than they last: none that closes from now on is waited for, unless one arrives anew.
func (s *Session) LeaveWithLast(reason string) { s.leave(reason, true) }

func (s *Session) leave(reason string, withLast bool) {
	reason = chat.CleanLine(reason)
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if p := s.hub.people[s.User()]; p != nil && (withLast || len(p.sessions) == 1) {
		p.leaving = true
		p.learn().farewell = reason
	}
}

// absent returns everybody for whom no session speaks.
func (h *Hub) absent() []*person {
	h.mu.Lock()
	defer h.mu.Unlock()
	var absent []*person
	for _, p := range h.people {
		if len(p.sessions) == 0 {
			absent = append(absent, p)
		}
	}
	slices.SortFunc(absent, func(a, b *person) int { return cmp.Compare(a.id, b.id) })
	return absent
}

// retryPause is after how long the departure of somebody is proposed again that
// the disk had no space for.
const retryPause = 10 * time.Second

// expect waits a while for somebody who can come back, and lets everybody else
// go at once. It does nothing while a session speaks for them. It does not
// block, since the applier, on whom a full log would wait, calls it too.
func (h *Hub) expect(p *person) {
	h.mu.Lock()
	defer h.mu.Unlock()
	wait := Linger
	if !p.keyed || p.leaving {
		wait = 0
	}
	h.letGo(p, wait)
}

// Keep keeps everybody whose sessions close from now on, since the server is
// about to stop: nobody is to see the others go one after another. The next
// start lets go whoever does not come back.
func (h *Hub) Keep() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keeping = true
}

// letGo has somebody depart after a while, unless a session speaks for them
// then. h.mu must be held.
func (h *Hub) letGo(p *person, wait time.Duration) {
	if p.role != chat.GuestRole { // members stay
		return
	}
	if h.closing || h.keeping || h.people[p.id] != p || len(p.sessions) > 0 || p.known().timer != nil {
		return
	}
	h.departures.Add(1)
	rare := p.learn()
	rare.waits++
	this, reason := rare.waits, ""
	if p.leaving {
		reason = rare.farewell
	}
	rare.timer = time.AfterFunc(wait, func() {
		defer h.departures.Done()
		if h.expired(p, this) {
			h.depart(p, reason)
		}
	})
}

// expired ends the wait of that number, and reports whether it was in vain.
func (h *Hub) expired(p *person, wait int32) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := p.known(); now.timer == nil || now.waits != wait { // forgiven
		return false
	}
	p.rare.timer = nil
	return !h.closing
}

// forgive stops a departure that is waiting. h.mu must be held.
func (h *Hub) forgive(p *person) {
	timer := p.known().timer
	if timer == nil {
		return
	}
	if timer.Stop() {
		h.departures.Done()
	}
	p.rare.timer = nil
}

// depart lets a guest go. If the server stops first, the next start does it.
func (h *Hub) depart(p *person, reason string) {
	out := h.do(context.Background(), chat.Command{Op: chat.Depart, User: p.id, Text: reason})
	if out.Err != nil && out.Err.Code == chat.Full {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.letGo(p, retryPause)
	}
}
