package tui

import (
	"testing"
	"time"

	"hubbub/internal/chat"
)

// What was missed is read anew: nothing that is held stays as if it were all.
func TestMissedRoomIsReadAnew(t *testing.T) {
	use(t, village(), 80, 24, Options{}, func(u *user) {
		u.press("on its way")
		u.f.mu.Lock()
		u.f.fail = errDown
		u.f.entries[lobby] = []Entry{{Seq: 5000, Room: lobby, Kind: chat.Message, Time: noon, By: bob, Nick: "bob", Text: "all is other now"}}
		u.f.mu.Unlock()
		u.press("{enter}")
		u.bring(Missed{lobby})
		u.sees("all is other now")
		u.sees("on its way")
		if n := u.m.timelines[lobby].kept(); n != 1 {
			t.Errorf("%d entries are held of a room that has one", n)
		}
	})
}

func TestStatusTellsWhenItTriesAgain(t *testing.T) {
	use(t, village(), 80, 24, Options{}, func(u *user) {
		u.bring(Connection{Retry: noon.Add(3 * time.Second)})
		u.sees("offline, again at 12:00:03")
		u.bring(Connection{Online: true})
		u.misses("offline")
	})
}
