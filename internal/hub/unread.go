package hub

import (
	"context"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// MaxUnread is up to how many messages of a room are counted as unread.
const MaxUnread = store.MaxUnread

// Unread is what others said in a room after the user's read marker.
type Unread struct {
	store.Unread
	In *chat.RoomInfo
}

// UnreadAt returns what is unread in the user's rooms, in the order of joining: only
// rooms are there in which others said something after the marker. For the user
// are messages that call them (see [chat.Event.Calls]), and all of a direct
// conversation. It is as of a position: with what is delivered after that, all is
// counted, and nothing twice.
func (s *Session) UnreadAt(ctx context.Context, upTo chat.Seq) ([]Unread, *chat.Error) {
	return s.UnreadIn(ctx, s.Joined(), upTo)
}

// UnreadIn is UnreadAt for some rooms, in their order, of which none is a brief copy:
// each that has much unread costs a look at every message that is counted. In a room
// that the user is not in nothing is unread.
func (s *Session) UnreadIn(ctx context.Context, in []*chat.RoomInfo, upTo chat.Seq) ([]Unread, *chat.Error) {
	user, nick := s.User(), s.Nick()
	rooms := make(map[chat.RoomID]*chat.RoomInfo, len(in))
	ids := make([]chat.RoomID, len(in))
	for i, room := range in {
		rooms[room.ID], ids[i] = room, room.ID
	}
	counted, err := s.hub.store.Unread(ctx, user, ids, upTo, func(ev *chat.Event) bool {
		room := rooms[ev.Room]
		return room.Flags&chat.Direct != 0 || ev.Calls(room, user, nick)
	})
	if err != nil {
		return nil, s.hub.internal("count what is unread", err)
	}
	all := make([]Unread, len(counted))
	for i := range counted {
		all[i] = Unread{counted[i], rooms[counted[i].Room]}
	}
	return all, nil
}
