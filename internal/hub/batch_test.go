package hub_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// What belongs together may come in one batch, in any order that the log has
// room for. These tests say which.

// depart appends what the hub proposes when a guest is not waited for any more.
func (w *world) depart(id chat.UserID) {
	w.Helper()
	if err := w.log.Append(w.Context(), &chat.Command{Op: chat.Depart, User: id}); err != nil {
		w.Fatal(err)
	}
}

var someKey = chat.Key{1, 2, 3}

// A guest comes back, and is let go in the same batch, since the departure was
// on its way: the session is over, and says so.
func TestArrivalBeforeDepartureInOneBatch(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	first := w.arrive(hub.Arrival{Nick: "otter", Key: someKey})
	id := first.User()
	first.Close()
	again := w.connect(localhost)
	var arrived <-chan *chat.Error
	w.batch(func() {
		arrived = appending(w, func() *chat.Error { return again.Arrive(context.Background(), hub.Arrival{Key: someKey}) })
		w.depart(id)
	})
	if err := <-arrived; err != nil {
		t.Fatal(err)
	}
	again.await("the end", func() bool { return again.err != nil })
	if !evicted(again.err) {
		t.Errorf("the session ended with %v", again.err)
	}
	third := w.arrive(hub.Arrival{Key: someKey})
	if third.User() != id || third.Nick() != "otter" {
		t.Errorf("came back as %d %q, was %d", third.User(), third.Nick(), id)
	}
}

// A guest departs and comes back in the same batch, as the same user.
func TestDepartureBeforeArrivalInOneBatch(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	lobby := w.lobby()
	witness := w.guest("witness")
	first := w.arrive(hub.Arrival{Nick: "otter", Key: someKey})
	id := first.User()
	seen := witness.say(lobby, "seen")
	first.awaitSeq(seen)
	first.Close()
	again := w.connect(localhost)
	var arrived <-chan *chat.Error
	w.batch(func() {
		w.depart(id)
		arrived = appending(w, func() *chat.Error {
			return again.Arrive(context.Background(), hub.Arrival{Key: someKey, Resume: seen})
		})
	})
	if err := <-arrived; err != nil {
		t.Fatal(err)
	}
	again.Settled()
	last := again.say(lobby, "back")
	again.awaitSeq(last)
	var kinds []chat.Kind
	for _, ev := range again.events {
		if ev.by == id {
			kinds = append(kinds, ev.kind)
		}
	}
	if want := []chat.Kind{chat.Left, chat.Departed, chat.Arrived, chat.Joined, chat.Message}; !slices.Equal(kinds, want) {
		t.Errorf("the session saw %v", again.events)
	}
	again.wantOrder()
	direct := witness.must(chat.Command{Op: chat.OpenDirect, User: id})
	again.awaitSeq(witness.say(direct.Room, "psst"))
}

// A session whose guest is let go all the same is told, and its inbox is gone.
func TestDepartureEndsSessions(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	rooms := w.hub.Rooms()
	witness, c := w.guest("witness"), w.guest("otter")
	c.must(chat.Command{Op: chat.Leave, Room: w.lobby()})
	c.drain()
	w.depart(c.User())
	c.await("the end", func() bool { return c.err != nil })
	if !evicted(c.err) {
		t.Errorf("the session ended with %v", c.err)
	}
	if _, err := witness.Lookup("otter"); code(err) != chat.NotFound {
		t.Errorf("otter is still found: %v", err)
	}
	if n := w.hub.Rooms() - rooms; n != 1 {
		t.Errorf("%d rooms more than before one person was here", n)
	}
	if out := c.Do(t.Context(), chat.Command{Op: chat.Say, Room: w.lobby(), Text: "ghost"}); code(out.Err) != chat.Unavailable {
		t.Errorf("an evicted session can speak: %+v", out)
	}
}

// A room is created and renamed, twice, in one batch.
func TestRenamingInOneBatch(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	c := w.guest("keeper")
	c.drain()
	room := chat.RoomID(0)
	w.batch(func() {
		room = chat.RoomID(w.hub.Horizon() + 2) // after the message that is being committed
		c.send(chat.Command{Op: chat.CreateRoom, Name: "#one"})
		c.send(chat.Command{Op: chat.RenameRoom, Room: room, Name: "#two"})
		c.send(chat.Command{Op: chat.RenameRoom, Room: room, Name: "#three"})
		c.send(chat.Command{Op: chat.CreateRoom, Name: "#one"})
		c.send(chat.Command{Op: chat.RenameRoom, Room: room, Name: "#THREE"})
	})
	c.await("the answers", func() bool { return len(c.answers()) == 5 })
	for _, a := range c.answers() {
		if a.Outcome.Err != nil {
			t.Errorf("%+v: %v", a.Tag, a.Outcome.Err)
		}
	}
	if got, want := w.hub.Named(), []string{"#lobby", "#one", "#stopper", "#three"}; !slices.Equal(got, want) {
		t.Errorf("rooms are found as %v, want %v", got, want)
	}
	if info, err := c.Room("#Three"); err != nil || info.ID != room || info.Name != "#THREE" {
		t.Errorf("#three is %+v, %v", info, err)
	}
	if info, err := c.Room("#one"); err != nil || info.ID == room {
		t.Errorf("#one is %+v, %v", info, err)
	}
}

// Somebody leaves a room and comes back in one batch, once or twice: told in
// that order.
func TestLeavingAndRejoiningInOneBatch(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	c, other := w.guest("fickle"), w.guest("other")
	tea := c.join("#tea")
	other.join("#tea")
	want := []string{"events", "exited", "entered", "events"}
	for range 2 {
		c.await("the joining", func() bool { return c.last() >= w.hub.Published(tea) })
		c.got, c.events = nil, nil
		w.batch(func() {
			for range len(want) / 3 {
				c.send(chat.Command{Op: chat.Leave, Room: tea})
				other.send(chat.Command{Op: chat.Say, Room: tea, Text: "not for the absent"})
				c.send(chat.Command{Op: chat.Join, Room: tea})
			}
			other.send(chat.Command{Op: chat.Say, Room: tea, Text: "welcome back"})
		})
		c.await("the welcome", func() bool { return slices.Contains(c.texts(), "welcome back") })
		var order []string
		for _, d := range c.got {
			if d.Kind != hub.Answered && d.Room.ID == tea {
				order = append(order, map[hub.DeliveryKind]string{hub.Events: "events", hub.Entered: "entered", hub.Exited: "exited"}[d.Kind])
			}
		}
		if !slices.Equal(order, want) {
			t.Errorf("in the room came %v, want %v", order, want)
		}
		if got := c.texts(); !slices.Equal(got, []string{"welcome back"}) {
			t.Errorf("was told %q", got)
		}
		want = append(want, "exited", "entered", "events")
	}
}

// A direct conversation can be over in the batch that opened it.
func TestDirectConversationInOneBatch(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	a, b := w.guest("a"), w.guest("b")
	for _, c := range []*client{a, b} {
		c.awaitSeq(w.hub.Horizon())
	}
	w.batch(func() {})
	rooms, last := w.hub.Rooms(), chat.Seq(0)
	w.batch(func() {
		room := chat.RoomID(w.hub.Horizon() + 2)
		a.send(chat.Command{Op: chat.OpenDirect, User: b.User()})
		a.send(chat.Command{Op: chat.Say, Room: room, Text: "short"})
		a.send(chat.Command{Op: chat.Leave, Room: room})
		b.send(chat.Command{Op: chat.Leave, Room: room})
		last = chat.Seq(room) + 7
	})
	for _, c := range []*client{a, b} {
		c.await("the answers", func() bool { return slices.Contains(c.kinds(), hub.Exited) && c.last() >= last-1 })
		if !slices.Contains(c.texts(), "short") {
			t.Errorf("%s was told %v", c.Nick(), c.events)
		}
		c.wantOrder()
	}
	if got := w.hub.Rooms(); got != rooms {
		t.Errorf("%d rooms, before there were %d", got, rooms)
	}
}

func evicted(err error) bool {
	_, ok := errors.AsType[*hub.Evicted](err)
	return ok
}
