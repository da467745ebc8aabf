package hub_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// follow reads a trail until it has so many messages.
func follow(t *testing.T, trail *hub.Trail, messages int) (said []chat.Event) {
	t.Helper()
	var last chat.Seq
	for len(said) < messages {
		events, _, err := trail.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range events {
			if ev.Seq <= last {
				t.Fatalf("event %d comes after %d", ev.Seq, last)
			}
			if last = ev.Seq; ev.Said() {
				said = append(said, ev)
			}
		}
	}
	return said
}

// A trail begins with what happens from now on, and then misses nothing, in rooms
// that nobody reads as in others, however much comes at once.
func TestTrailMissesNothing(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.guest("ann")
	ann.say(w.lobby(), "before")
	trail := w.hub.Trail()
	waiting := aside(func() []chat.Event { return follow(t, trail, 1) })
	ann.say(w.lobby(), "first")
	if first := <-waiting; first[0].Text != "first" {
		t.Fatalf("it begins with %q", first[0].Text)
	}
	tea := ann.join("#tea")
	for i := range 3 * hub.TrailPage {
		ann.say([]chat.RoomID{w.lobby(), tea}[i%2], fmt.Sprint(i))
	}
	for i, ev := range follow(t, trail, 3*hub.TrailPage) {
		if ev.Text != fmt.Sprint(i) {
			t.Fatalf("message %d is %q", i, ev.Text)
		}
	}
}

// What a trail has read is published: what the hub tells of it is not older.
func TestTrailDoesNotRunAheadOfWhatIsPublished(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.guest("ann")
	trail := w.hub.Trail()
	for i := range 50 {
		name := fmt.Sprintf("#room%d", i)
		done := aside(func() chat.RoomID { return ann.join(name) })
		for found := false; !found; {
			events, _, err := trail.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, ev := range events {
				if ev.Kind != chat.Joined || ev.By != ann.User() {
					continue
				}
				room, ok := w.hub.RoomAt(ev.Room)
				if !ok || room.Name != name || room.Size != 1 {
					t.Fatalf("%s is %+v, %v", name, room, ok)
				}
				found = true
			}
		}
		<-done
	}
}

func TestTrailEndsWithItsContext(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ctx, cancel := context.WithCancel(t.Context())
	ended := aside(func() error {
		_, _, err := w.hub.Trail().Next(ctx)
		return err
	})
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWhoIsNotThereIsToldElsewhere(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	bob := w.member("bob")
	id := bob.User()
	want := func(when string, elsewhere bool) {
		t.Helper()
		if got := w.hub.Elsewhere(id); got != elsewhere {
			t.Errorf("%s: %v", when, got)
		}
	}
	want("he is here", false)
	login := hub.Arrival{User: id, Credential: w.password(id)}
	idle := w.tracking(login, hub.Profile{Away: hub.Unattended})
	want("here, and away", false)
	bob.Close()
	want("away", true)
	idle.Amend(func(p *hub.Profile) { p.Away = "" })
	want("back", false)
	idle.Amend(func(p *hub.Profile) { p.Unseen = true })
	want("not looking", true)
	idle.Amend(func(p *hub.Profile) { p.Unseen = false })
	want("looking again", false)
	request := w.connect(localhost)
	request.Pass()
	if err := request.Arrive(t.Context(), login); err != nil {
		t.Fatal(err)
	}
	idle.Close()
	want("there by requests that come and go", true)
	request.Close()
	want("gone", true)
	w.order(chat.Command{Op: chat.Ban, User: id})
	want("banned", false)
}

// What somebody keeps for themselves is told to nobody but the server, which can
// remove it for them.
func TestPrivatePropertiesAreTheServersToUse(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	bob := w.member("bob")
	set := func(key, value string, private bool) {
		bob.must(chat.Command{Op: chat.SetProperty, Name: key, Text: value, Private: private})
	}
	set("push/1", "there", true)
	set("push/2", "for all to see", false)
	set("other", "x", true)
	want := func(values ...string) {
		t.Helper()
		all, err := w.hub.PrivateProperties(t.Context(), func(key string) bool { return key != "other" })
		if err != nil || len(all) != len(values) {
			t.Fatalf("%+v, %v", all, err)
		}
		for i, p := range all {
			if p.Owner != bob.User().Inbox() || p.Value != values[i] {
				t.Errorf("%+v", p)
			}
		}
	}
	want("there")
	if err := w.hub.ForgetPrivate(t.Context(), bob.User(), "push/1"); err != nil {
		t.Fatal(err)
	}
	want()
}
