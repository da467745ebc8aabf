package gateway

import "hubbub/internal/chat"

// crowd is the number of members above which a room does not tell of every coming and
// going any more: it would drown the talk.
const crowd = 100

// TellsOf reports whether a room's people are told of an event, as far as that depends
// on the room: of who comes, goes or is renamed not all of them tell.
func TellsOf(room *chat.RoomInfo, ev *chat.Event) bool {
	direct, quiet := room.Flags&chat.Direct != 0, room.Flags&chat.Quiet != 0 || room.Size > crowd
	switch ev.Kind {
	case chat.Joined:
		return !direct && !quiet
	case chat.Left:
		return direct || !quiet
	case chat.NickChanged:
		return !direct && room.Size <= crowd
	}
	return true
}
