package irc_test

import (
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/gateway/irc"
)

// Markers of IRC never go back: that something was marked unread is not told.
func TestAMarkerThatIsPutBackIsNotTold(t *testing.T) {
	told := 0
	for _, encode := range irc.Encoders(server, base) {
		ev := chat.Event{Kind: chat.ReadMarked, Room: chat.UserID(5).Inbox(), By: 5, Nick: "ann", About: 7, Name: "#tea", Target: 9, When: 1000}
		told += len(encode(nil, &chat.RoomInfo{}, &ev))
		if ev.Count = 1; len(encode(nil, &chat.RoomInfo{}, &ev)) > 0 {
			t.Errorf("it is told as %q", encode(nil, &chat.RoomInfo{}, &ev))
		}
	}
	if told == 0 {
		t.Error("no marker is told at all")
	}
}
