package hub_test

import (
	"fmt"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// The nicks that people gave up are remembered, newest first.
func TestThoseWhoGaveUpANickAreRemembered(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, first := w.guest("ann"), w.guest("bob")
	wantGone := func(nick string, want ...chat.UserID) {
		t.Helper()
		got := ann.Departed(nick)
		if len(got) != len(want) {
			t.Fatalf("%s: %+v, want %d", nick, got, want)
		}
		for i, g := range got {
			if g.ID != want[i] || chat.Fold(g.Nick) != chat.Fold(nick) || g.When == 0 || g.Role != chat.GuestRole || i > 0 && g.When > got[i-1].When {
				t.Errorf("%s: %+v, want %d", nick, got, want)
			}
		}
	}
	wantGone("bob")
	first.must(chat.Command{Op: chat.SetNick, Name: "Bob"})
	wantGone("bob") // who is called so still
	first.must(chat.Command{Op: chat.SetNick, Name: "robert"})
	wantGone("bob", first.User())
	second := w.guest("bob")
	id := second.User()
	second.Retire(t.Context())
	wantGone("BOB", id, first.User())
	wantGone("robert")
	first.Retire(t.Context())
	wantGone("robert", first.User())
	wantGone("nobody")
}

func TestOnlySoManyAreRemembered(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.guest("ann")
	for i := range hub.KeptGone + 2 {
		ann.send(chat.Command{Op: chat.SetNick, Name: fmt.Sprintf("ann%dx", i)})
		ann.drain()
	}
	if err := ann.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for nick, want := range map[string]int{
		"ann": 0, "ann0x": 0, "ann1x": 1, fmt.Sprintf("ann%dx", hub.KeptGone): 1, fmt.Sprintf("ann%dx", hub.KeptGone+1): 0,
	} {
		if got := ann.Departed(nick); len(got) != want {
			t.Errorf("%s: %+v, want %d", nick, got, want)
		}
	}
}
