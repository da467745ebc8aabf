package hub_test

import (
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

func TestWhoHasGoneIsFoundByTheirLastNick(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob, eve := w.guest("ann"), w.guest("bob"), w.guest("eve")
	room := ann.must(chat.Command{Op: chat.OpenDirect, User: bob.User()}).Room
	ann.say(room, "hello")
	bob.must(chat.Command{Op: chat.SetNick, Name: "Robert"})
	if _, ok := ann.DirectWithGone(t.Context(), "Robert"); ok {
		t.Error("somebody is gone who is here")
	}
	id := bob.User()
	bob.Leave("")
	bob.Close()
	waitFor(w, "bob to go", func() bool { _, err := ann.Lookup("Robert"); return err != nil })
	ann.must(chat.Command{Op: chat.SetNick, Name: "anna"}) // so that the going is not the last event any more

	info, ok := ann.DirectWithGone(t.Context(), "robert")
	if !ok || info.ID != room {
		t.Fatalf("%+v, %t, want room %d", info, ok, room)
	}
	if m, there := info.Member(id); !there || m.Nick != "Robert" {
		t.Errorf("the other is %+v, %t", m, there)
	}
	for _, nick := range []string{"bob", "anna", "nobody"} {
		if info, ok := ann.DirectWithGone(t.Context(), nick); ok {
			t.Errorf("%s: %+v", nick, info)
		}
	}
	if info, ok := eve.DirectWithGone(t.Context(), "Robert"); ok {
		t.Errorf("for eve: %+v", info)
	}
}

func TestMissedSinceTheLastSessionEnded(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	speaker := w.guest("speaker")
	ada := w.member("ada")
	id, password := ada.User(), w.password(ada.User())
	again := func() *client {
		c := w.connect(localhost)
		c.Track()
		if err := c.Arrive(t.Context(), hub.Arrival{User: id, Credential: password}); err != nil {
			t.Fatal(err)
		}
		return c
	}
	second := again()
	if since := second.MissedSince(); since != 0 {
		t.Errorf("missed since %d, though another session reads", since)
	}
	last := speaker.say(w.lobby(), "for both")
	ada.Close()
	second.Close()
	speaker.say(w.lobby(), "for nobody")
	third := again()
	if since := third.MissedSince(); since != last {
		t.Errorf("missed since %d, want %d", since, last)
	}
}
