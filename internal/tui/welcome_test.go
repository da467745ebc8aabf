package tui

import (
	"testing"

	"hubbub/internal/chat"
)

func TestANewcomerIsToldWhatToType(t *testing.T) {
	f := newFake()
	f.entries[lobby] = []Entry{{Seq: 5, Room: lobby, Kind: chat.RoomCreated, By: bob, Nick: "bob"}}
	use(t, f, 80, 24, Options{}, func(u *user) {
		u.sees("just a moment")
		u.misses("You are in no room")
		u.bring(Rooms{[]Room{{ID: lobby, Name: "#lobby"}}})
		u.sees("Nobody has said anything here yet")
		u.sees("Enter says it · /help · Ctrl-D leaves")
		u.f.say(Entry{Room: lobby, By: bob, Nick: "bob", Text: "hi"})
		u.settle()
		u.misses("Nobody has said anything")
		u.sees("Enter says it · /help · Ctrl-D leaves")
		u.press("hello{enter}")
		u.misses("Ctrl-D leaves")
	})
}

func TestWhoHasBeenHereBeforeIsNotToldAgain(t *testing.T) {
	wide(t, village(), func(u *user) { u.misses("Ctrl-D leaves") })
}
