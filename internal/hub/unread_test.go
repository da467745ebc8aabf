package hub_test

import (
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// wantUnread checks what is unread by somebody, room by room.
func (c *client) wantUnread(want ...hub.Unread) {
	c.w.Helper()
	got, err := c.UnreadAt(c.w.Context(), c.Horizon())
	if err != nil || len(got) != len(want) {
		c.w.Fatalf("unread by %s: %+v, %v; want %+v", c.Nick(), got, err, want)
	}
	for i := range want {
		if got[i].In == nil || got[i].In.ID != want[i].Room || got[i].Unread != want[i].Unread {
			c.w.Errorf("unread by %s: %+v, want %+v", c.Nick(), got[i].Unread, want[i].Unread)
		}
	}
}

// unread is what a test expects in a room.
func unread(room chat.RoomID, marker, first chat.Seq, count, mentions int) hub.Unread {
	var u hub.Unread
	u.Room, u.Marker, u.First, u.Count, u.Mentions = room, marker, first, count, mentions
	return u
}

func TestUnreadIsWhatOthersSaidSinceTheMarker(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	ann, bob := w.guest("ann"), w.guest("bob")
	ann.say(w.lobby(), "before bob reads anything")
	tea := ann.join("#tea")
	ann.say(tea, "@bob, before he came")
	joined := bob.must(chat.Command{Op: chat.Join, Room: tea}).Seq
	bob.wantUnread(unread(w.lobby(), 5, 6, 1, 0))

	first := ann.say(tea, "hello")
	ann.say(tea, "@Bob: tea?")
	ann.must(chat.Command{Op: chat.Delete, Target: ann.say(tea, "@bob, no")})
	ann.must(chat.Command{Op: chat.Edit, Target: ann.say(tea, "and"), Text: "and @bob"})
	bob.say(tea, "@bob is me")
	bob.must(chat.Command{Op: chat.MarkRead, Room: w.lobby(), Target: 6})
	bob.wantUnread(unread(tea, joined, first, 3, 2))
	bob.must(chat.Command{Op: chat.MarkRead, Room: tea, Target: first})
	bob.wantUnread(unread(tea, first, first+1, 2, 2))
	bob.must(chat.Command{Op: chat.MarkRead, Room: tea, Target: w.hub.Published(tea)})
	bob.wantUnread()

	// Whoever has a rank calls everybody, others don't; and a direct conversation is
	// for the one it is with.
	last := w.hub.Published(tea)
	all := ann.say(tea, "@all: it is ready")
	bob.wantUnread(unread(tea, last, all, 1, 1))
	bob.say(tea, "@all: thanks")
	direct := ann.must(chat.Command{Op: chat.OpenDirect, User: bob.User()}).Room
	hi := ann.say(direct, "hi")
	bob.wantUnread(unread(tea, last, all, 1, 1), unread(direct, hi-3, hi, 1, 1)) // he came, she came, she said it
	own, err := ann.UnreadAt(t.Context(), ann.Horizon())
	for i := range own {
		if own[i].Room == tea && own[i].Mentions != 0 {
			t.Errorf("bob calls everybody: %+v, %v", own[i].Unread, err)
		}
	}
}
