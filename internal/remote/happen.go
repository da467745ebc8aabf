package remote

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/chat"
	"hubbub/internal/tui"
)

// What the client tells.

// handle takes an update of the client's. It waits while too much waits for Next.
func (s *Session) handle(ctx context.Context, u client.Update) {
	for s.crowded() {
		select {
		case <-s.taken:
		case <-ctx.Done():
			return
		}
	}
	s.mu.Lock()
	s.told(u)
	s.mu.Unlock()
	poke(s.news)
}

func (s *Session) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isReady && len(s.pending) >= maxPending
}

// told does what an update says. s.mu must be held, as in all of the following.
func (s *Session) told(u client.Update) {
	switch u := u.(type) {
	case client.Connecting:
		s.retry, s.changedConnection = time.Time{}, true
	case client.Connected:
		s.connected(&u)
	case client.Lost:
		s.online, s.retry, s.changedConnection = false, time.Now().Add(u.Retry), true
	case client.Arrived:
		s.arrived(&u)
	case client.Entered:
		s.enter(&u.Room)
	case client.Exited:
		delete(s.rooms, u.ID)
		s.changedRooms = true
	case client.Event:
		s.happened(&u.Event)
	case client.Gap:
		s.bring(tui.Missed{Room: chat.RoomID(u.Room)})
	case client.Signalled:
		s.signalled(&u.Signal)
	case client.Notice:
		s.tell("%s", u.Text)
	}
}

// connected takes what a welcome tells. What can't be told of the time between is
// missed.
func (s *Session) connected(u *client.Connected) {
	w := &u.Welcome
	if s.user == 0 {
		s.self.ID = chat.UserID(w.User)
	} else if !u.Resumed {
		s.held.init()
		clear(s.sought)
		s.seek = nil
		s.unsure = true
		poke(s.seeks)
		for r := range s.reading {
			r.full = true // what changed meanwhile is not known
		}
		for id := range s.rooms {
			s.bring(tui.Missed{Room: chat.RoomID(id)})
		}
	}
	s.user, s.self.Nick = w.User, w.Nick
	clear(s.rooms)
	for i := range w.Rooms {
		s.rooms[w.Rooms[i].ID] = newRoom(&w.Rooms[i])
	}
	s.online, s.retry, s.changedConnection, s.changedRooms = true, time.Time{}, true, true
	s.settleIn()
}

// enter takes a room that the user is in from here on.
func (s *Session) enter(r *api.Room) {
	if s.rooms[r.ID] == nil {
		s.bring(tui.Missed{Room: chat.RoomID(r.ID)})
	}
	s.rooms[r.ID] = newRoom(r)
	s.changedRooms = true
	s.settleIn()
}

// arrived takes which room it is that the user has come for.
func (s *Session) arrived(u *client.Arrived) {
	if chat.Fold(u.Name) == chat.Fold(s.wanted) {
		s.wanted = u.Room.Name
	}
	s.settleIn()
}

// settleIn notes whether there is something to show.
func (s *Session) settleIn() {
	if s.isReady || s.user == 0 {
		return
	}
	there := s.wanted == "" && len(s.rooms) > 0
	for _, r := range s.rooms {
		there = there || chat.Fold(r.Name) == chat.Fold(s.wanted)
	}
	if there {
		s.isReady = true
		close(s.ready)
	}
}

// signalled takes what is true for a moment.
func (s *Session) signalled(sig *api.Signal) {
	switch sig.Kind {
	case api.SignalTyping:
		if sig.User != s.user && sig.Text == "active" {
			s.bring(tui.Typing{Room: chat.RoomID(sig.Room), Nick: chat.CleanLine(sig.Nick)})
		}
	case api.SignalAway, api.SignalOffline:
		s.presence(sig.User, true)
	case api.SignalBack, api.SignalOnline:
		s.presence(sig.User, false)
	}
}

// presence notes that somebody is away or back, if they are in the room whose people
// are shown.
func (s *Session) presence(user uint64, away bool) {
	for i := range s.people.People {
		if p := &s.people.People[i]; p.ID == s.known(user) && p.Away != away {
			p.Away, s.changedPeople = away, true
			return
		}
	}
}

// moved notes that somebody came, left or is renamed, if that is in the room whose
// people are shown.
func (s *Session) moved(ev *api.Event) {
	if ev.Room != uint64(s.people.Room) {
		return
	}
	people, id := s.people.People, s.known(ev.By)
	i := slices.IndexFunc(people, func(p tui.Person) bool { return p.ID == id })
	switch {
	case ev.Kind == "joined" && i < 0 && len(people) < tui.MaxPeople:
		people = append(people, tui.Person{ID: id, Nick: chat.CleanLine(ev.Nick)})
	case ev.Kind == "left" && i >= 0:
		people = slices.Delete(people, i, i+1)
	case ev.Kind == "nick" && i >= 0:
		people[i].Nick = chat.CleanLine(ev.Subject)
	default:
		return
	}
	s.people.People, s.changedPeople = people, true
}

// happened takes an event.
func (s *Session) happened(ev *api.Event) {
	r := s.rooms[ev.Room]
	if r == nil {
		s.inInbox(ev)
		return
	}
	for reading := range s.reading {
		reading.note(ev)
	}
	s.changed(s.held.change(ev, s.user))
	if ev.Kind == "nick" && ev.By == s.user {
		s.self.Nick = ev.Subject
	}
	if r.facts(ev) {
		s.changedRooms = true
	}
	e, ok := s.entry(ev)
	switch {
	case !ok:
		return
	case !e.said() && !r.shows(ev):
		s.moved(ev) // what is shown the interface asks for itself
		return
	}
	if e.said() {
		s.held.put(ev)
	}
	s.count(r, ev, &e.Entry)
	s.bring(tui.Posted{Entry: e.Entry})
}

// changed hands on messages that are other now.
func (s *Session) changed(events []*api.Event) {
	for _, ev := range events {
		if e, ok := s.entry(ev); ok {
			s.bring(tui.Changed{Entry: e.Entry})
		}
	}
}

// count counts what somebody else said.
func (s *Session) count(r *room, ev *api.Event, e *tui.Entry) {
	switch {
	case ev.By == s.user || !isSaid(ev) || ev.Seq <= r.Read:
	case ev.Seq <= r.counted: // the interface counts it once more
		s.changedRooms = true
	default:
		r.Unread++
		if e.Calls || r.Direct {
			r.Mentions++
		}
	}
}

// tell hands on a line for the user alone.
func (s *Session) tell(format string, args ...any) {
	s.bring(tui.Told{Lines: []string{chat.CleanLine(fmt.Sprintf(format, args...))}})
}

// inInbox takes what is for the user alone, in the room that has their number.
func (s *Session) inInbox(ev *api.Event) {
	if ev.Room != s.user {
		return // of a room that they are in no more
	}
	switch ev.Kind {
	case "invited":
		s.tell("%s invites you to %s; /join %s goes there.", ev.Nick, ev.Subject, ev.Subject)
	case "role":
		s.tell("On this server you are %s now.", ev.Level)
	case "read":
		s.markedRead(ev.About, ev.Target, ev.Level == "unread")
	case "nick": // of which a room with many people does not tell
		if e, ok := s.entry(ev); ok && ev.By == s.user {
			s.self.Nick = ev.Subject
			s.bring(tui.Posted{Entry: e.Entry})
		}
	case "property":
		s.bring(tui.Preferred{Key: chat.CleanLine(ev.Subject), Value: chat.CleanText(ev.Text)})
	}
}
