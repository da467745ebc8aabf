package fullscreen

import (
	"context"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/tui"
)

// rooms returns the rooms that the user is in. What is unread in them is counted up to
// where everything has been delivered. It is for who calls Next.
func (s *Session) rooms(ctx context.Context) ([]tui.Room, error) {
	joined := s.hub.Joined()
	upTo := s.hub.Delivered()
	counted, err := s.hub.UnreadAt(ctx, upTo)
	if err != nil {
		return nil, err
	}
	unread := make(map[chat.RoomID]*hub.Unread, len(counted))
	for i := range counted {
		unread[counted[i].Room] = &counted[i]
	}
	rooms := make([]tui.Room, len(joined))
	for i, info := range joined {
		r := tui.Room{ID: info.ID, Name: s.called(ctx, info), Topic: info.Topic, Direct: info.Flags&chat.Direct != 0, Read: min(s.hub.Head(info), upTo)}
		if u := unread[info.ID]; u != nil {
			r.Unread, r.Mentions, r.Read = u.Count, u.Mentions, u.Marker
		}
		rooms[i] = r
	}
	tui.SortRooms(rooms, s.first)
	return rooms, nil
}

// called returns what a room is called: a conversation as the other one is.
func (s *Session) called(ctx context.Context, room *chat.RoomInfo) string {
	if room.Flags&chat.Direct == 0 {
		return room.Name
	}
	for _, m := range room.Members {
		if m.ID != s.hub.User() {
			return m.Nick
		}
	}
	if _, other, ok := s.hub.WithGone(ctx, room); ok {
		return other.Nick
	}
	return "(gone)"
}

// People implements [tui.Session]. Going from room to room counts as something that the
// user does; that others come and go does not.
func (s *Session) People(ctx context.Context, room chat.RoomID) ([]tui.Person, error) {
	if !s.shows(room) {
		if err := s.hub.Charge(ctx, 1); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.shown = room // before they are looked up, so that no change of them is missed
	s.mu.Unlock()
	return s.peopleOf(room)
}

// room returns the room that is shown, or 0.
func (s *Session) room() chat.RoomID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown
}

// shows reports whether a room is the one that is shown.
func (s *Session) shows(room chat.RoomID) bool { return s.room() == room }

// peopleOf returns who is in a room, in the order in which they are shown.
func (s *Session) peopleOf(id chat.RoomID) ([]tui.Person, error) {
	room, err := s.hub.RoomByID(id)
	if err != nil {
		return nil, err
	}
	all := s.hub.PortrayAll(room.Members[:min(len(room.Members), tui.MaxPeople)])
	people := make([]tui.Person, len(all))
	for i := range all {
		p := &all[i]
		people[i] = tui.Person{ID: p.ID, Nick: p.Nick, Rank: room.Standing(p.ID).Rank, Away: p.Away != ""}
	}
	tui.SortPeople(people)
	return people, nil
}
