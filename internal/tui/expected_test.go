package tui

import (
	"slices"
	"testing"

	"hubbub/internal/chat"
)

// The answer to /join may come before it is known that the user is in the room.
func TestRoomIsShownWhenItIsThere(t *testing.T) {
	const den chat.RoomID = 99
	f := village()
	f.reply = Reply{Show: den}
	wide(t, f, func(u *user) {
		u.press("/join #den{enter}")
		if u.m.current != lobby {
			t.Errorf("room %d is shown", u.m.current)
		}
		rooms := append(slices.Clone(u.m.rooms), Room{ID: den, Name: "#den"})
		u.bring(Rooms{rooms})
		if u.m.current != den {
			t.Errorf("room %d is shown, not the one that was asked for", u.m.current)
		}
		u.press("{alt+1}")
		u.bring(Rooms{rooms})
		if u.m.current == den {
			t.Error("it is shown again")
		}
	})
}

func TestUserIsToldBesideAnswers(t *testing.T) {
	wide(t, village(), func(u *user) {
		u.bring(Told{[]string{"bob invites you to #den\x1b[2J"}})
		u.sees("bob invites you to #den")
		u.bring(Told{[]string{"one", "two"}})
		u.sees("two")
	})
}
