package line_test

import (
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/gateway/line"
)

// That the server keeps a password better than before is nothing to tell.
func TestPasswordKeptAnewIsNoNews(t *testing.T) {
	inbox := &chat.RoomInfo{ID: chat.UserID(7).Inbox()}
	ev := chat.Event{Kind: chat.CredentialAdded, Room: inbox.ID, User: 7, Whose: "ada", Level: uint8(chat.ByPassword)}
	encode := line.Encoders(time.UTC, base)[0]
	if len(encode(nil, inbox, &ev)) == 0 {
		t.Error("a new password is no news")
	}
	ev.Target = 3
	if said := encode(nil, inbox, &ev); len(said) > 0 {
		t.Errorf("%s", said)
	}
}
