package hub_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// A reader that shows a screen passes over what it lags behind, and reads on with what
// comes then: nothing of that is missing, and nothing comes twice.
func TestReaderPassesOverWhatItLagsBehind(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob := w.guest("ann"), w.guest("bob")
	tea := ann.join("#tea")
	bob.join("#tea")
	bob.drain()
	for i := range 600 { // more than the tail holds
		ann.say(tea, fmt.Sprint("old ", i))
	}
	last := ann.say(w.lobby(), "in the lobby")
	d, err := bob.Next(t.Context(), 4096, false)
	for err == nil && d.Kind != hub.Lagging {
		d, err = bob.Next(t.Context(), 4096, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	rooms, err := bob.Skip(t.Context())
	if err != nil || !slices.Equal(rooms, []chat.RoomID{tea}) {
		t.Fatalf("skipped in %v, %v; want %v", rooms, err, tea)
	}
	bob.events = nil
	bob.awaitSeq(last)
	want := []string{"in the lobby", "new 1", "new 2", "new 3"}
	for _, text := range want[1:] {
		last = ann.say(tea, text)
	}
	bob.awaitSeq(last)
	if got := bob.texts(); !slices.Equal(got, want) {
		t.Errorf("read on with %q, want %q", got, want)
	}
	bob.wantOrder()
}

// Who has to leave a room is told so, though what was said before was passed over.
func TestReaderWhoPassesOverIsStillToldToLeave(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob := w.guest("ann"), w.guest("bob")
	tea := ann.join("#tea")
	bob.join("#tea")
	bob.drain()
	for i := range 600 {
		ann.say(tea, fmt.Sprint("old ", i))
	}
	ann.must(chat.Command{Op: chat.Kick, Room: tea, User: bob.User()})
	ann.say(tea, "not for bob")
	for d, err := bob.Next(t.Context(), 4096, false); d.Kind != hub.Lagging; d, err = bob.Next(t.Context(), 4096, false) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bob.Skip(t.Context()); err != nil {
		t.Fatal(err)
	}
	bob.events = nil
	bob.await("leaving", func() bool {
		return slices.ContainsFunc(bob.got, func(d hub.Delivery) bool { return d.Kind == hub.Exited && d.Room.ID == tea })
	})
	if got := bob.texts(); len(got) > 0 {
		t.Errorf("bob read %q", got)
	}
}

// What a reader has said itself where it does not lag still comes with its tag.
func TestReaderWhoPassesOverKeepsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		ann, bob := w.guest("ann"), w.tracker("bob")
		tea := ann.join("#tea")
		bob.join("#tea")
		bob.drain()
		bob.got = nil
		for i := range 600 {
			ann.say(tea, fmt.Sprint("old ", i))
		}
		bob.tag(w.lobby(), "mine")
		synctest.Wait()
		for d, err := bob.Next(t.Context(), 4096, false); d.Kind != hub.Lagging; d, err = bob.Next(t.Context(), 4096, false) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := bob.Skip(t.Context()); err != nil {
			t.Fatal(err)
		}
		bob.drain()
		if got := bob.story(); !slices.Contains(got, "[mine mine]") {
			t.Errorf("bob is told %q", got)
		}
	})
}

// What is unread as of what has been delivered, and what is delivered then, are all.
func TestUnreadIsCountedAsOfWhatIsDelivered(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob := w.guest("ann"), w.guest("bob")
	tea := ann.join("#tea")
	bob.join("#tea")
	first := ann.say(tea, "delivered")
	bob.awaitSeq(first)
	at := bob.Delivered()
	ann.say(tea, "on its way")
	unread, err := bob.UnreadAt(t.Context(), at)
	if err != nil || len(unread) != 1 || unread[0].Count != 1 || unread[0].First != first {
		t.Errorf("as of %d: %+v, %v", at, unread, err)
	}
	if all, err := bob.UnreadAt(t.Context(), bob.Horizon()); err != nil || len(all) != 1 || all[0].Count != 2 {
		t.Errorf("now: %+v, %v", all, err)
	}
}
