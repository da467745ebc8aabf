package gateway

import (
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Somebody who is typing is told as IRC clients tell it, so that all see each other's.
// (https://ircv3.net/specs/client-tags/typing)

// TypingTag is the client tag that says so.
const TypingTag = "+typing"

// What the tag says.
const (
	TypingActive = "active"
	TypingPaused = "paused"
	TypingDone   = "done"
)

// TellTyping tells a room, or the one other person in it, that the session's user is
// typing, or not any more.
func TellTyping(s *hub.Session, room *chat.RoomInfo, state string) *chat.Error {
	if !s.MaySay(room) {
		return chat.Errorf(chat.Forbidden, "You can't say anything there now, so nobody needs to know that you are typing.").Because(chat.NotMember)
	}
	sig := &hub.Signal{Kind: hub.Tagged, Tags: TypingTag + "=" + state, To: room.Name}
	if room.Flags&chat.Direct == 0 {
		sig.Room = room
		s.Signal(sig)
		return nil
	}
	for _, m := range room.Members {
		if m.ID != s.User() {
			sig.To = m.Nick
			s.SignalTo(sig, m.ID)
		}
	}
	return nil
}

// Typing returns what a signal says about somebody else's typing, and where: the room
// is nil if it says nothing.
func Typing(s *hub.Session, sig *hub.Signal) (room *chat.RoomInfo, state string) {
	if sig.By == s.User() {
		return nil, ""
	}
	if room = sig.Room; room == nil {
		room, _ = s.DirectWith(sig.By)
	}
	if room == nil {
		return nil, ""
	}
	for tag := range strings.SplitSeq(sig.Tags, ";") {
		name, value, _ := strings.Cut(tag, "=")
		if name == TypingTag && (value == TypingActive || value == TypingPaused || value == TypingDone) {
			return room, value
		}
	}
	return nil, ""
}
