package hub_test

import (
	"fmt"
	"slices"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// past returns what a session sees of a room's past, in short.
func (c *client) past(room chat.RoomID, r hub.Range) (lines []string) {
	c.w.Helper()
	events, err := c.Playback(c.w.Context(), room, r)
	if err != nil {
		c.w.Fatal(err)
	}
	for i := range events {
		lines = append(lines, fmt.Sprintf("%s %s %s", events[i].Nick, events[i].Kind, events[i].Text))
	}
	return lines
}

func wantLines(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func TestPlaybackIsForThoseWhoMayRead(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob, eve := w.guest("ann"), w.guest("bob"), w.guest("eve")
	tea := ann.join("#tea")
	first := ann.say(tea, "hello")
	bob.join("#tea")
	wrong := ann.say(tea, "secret")
	bob.must(chat.Command{Op: chat.React, Target: first, Text: "👍"})
	ann.must(chat.Command{Op: chat.Edit, Target: first, Text: "hello all"})
	ann.must(chat.Command{Op: chat.Delete, Target: wrong})
	bob.must(chat.Command{Op: chat.Say, Room: tea, Text: "waves", Emote: true})

	said := []string{"ann message hello all", "bob action waves"}
	wantLines(t, "what was said", bob.past(tea, hub.Range{Limit: 10}), said...)
	wantLines(t, "what happened", bob.past(tea, hub.Range{Limit: 10, Events: true}),
		"ann room-created ", "ann joined ", "ann message hello all", "bob joined ", "bob reacted 👍", "ann deleted ", "bob action waves")
	wantLines(t, "the last two", bob.past(tea, hub.Range{Limit: 2, Latest: true, Events: true}), "ann deleted ", "bob action waves")
	wantLines(t, "after the first", bob.past(tea, hub.Range{Limit: 10, After: first}), said[1:]...)
	wantLines(t, "to one who only looks in", eve.past(tea, hub.Range{Limit: 10, Events: true}), said...)

	hidden := ann.must(chat.Command{Op: chat.CreateRoom, Name: "#hidden", Private: true}).Room
	direct := ann.must(chat.Command{Op: chat.OpenDirect, User: bob.User()}).Room
	ann.say(direct, "between us")
	wantLines(t, "a direct conversation", bob.past(direct, hub.Range{Limit: 1, Latest: true, Events: true}), "ann message between us")
	for _, room := range []chat.RoomID{hidden, direct, ann.User().Inbox(), eve.User().Inbox(), 1 << 40} {
		_, err := eve.Playback(t.Context(), room, hub.Range{Limit: 10})
		_, at := eve.SeqAt(t.Context(), room, 1<<50)
		_, _, mark := eve.ReadMarker(t.Context(), room)
		if code(err) != chat.NotFound || code(at) != chat.NotFound || code(mark) != chat.NotFound {
			t.Errorf("room %d, which eve can't see: %v, %v, %v", room, err, at, mark)
		}
	}
}

func TestPlaybackIsBounded(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.guest("ann")
	for i := range hub.MaxPlayback + 1 {
		ann.send(chat.Command{Op: chat.Say, Room: w.lobby(), Text: fmt.Sprint(i)})
		if i%1000 == 0 {
			ann.drain()
		}
	}
	if err := ann.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ann.past(w.lobby(), hub.Range{Limit: 1 << 40, Latest: true}); len(got) != hub.MaxPlayback || got[0] != "ann message 1" {
		t.Errorf("%d events, the first is %q", len(got), got[0])
	}
}

func TestTimesAndPositionsOfARoom(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.guest("ann")
	tea := ann.join("#tea")
	said := ann.say(tea, "hello")
	ann.say(w.lobby(), "elsewhere")
	m, err := ann.Message(t.Context(), said)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   chat.Millis
		want chat.Seq
	}{{0, 0}, {m.Time + 1, said}, {m.Time + 1<<40, said}} {
		if got, err := ann.SeqAt(t.Context(), tea, c.at); err != nil || got != c.want {
			t.Errorf("at %d: %d, %v, want %d", c.at, got, err, c.want)
		}
	}
	if got, err := ann.SeqAt(t.Context(), tea, m.Time); err != nil || got >= said {
		t.Errorf("before the message: %d, %v, want less than %d", got, err, said)
	}
}

// target says in short where somebody talked last.
func targets(t testing.TB, c *client, from, to chat.Millis, limit int) (rooms []chat.RoomID) {
	t.Helper()
	found, err := c.Targets(t.Context(), from, to, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range found {
		m, err := c.Message(t.Context(), target.Last)
		if err != nil || m.Time != target.Time || m.Room != target.Room.ID {
			t.Errorf("%+v: %+v, %v", target, m, err)
		}
		rooms = append(rooms, target.Room.ID)
	}
	return rooms
}

func TestTargetsAreRoomsByTheirLastMessage(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob := w.guest("ann"), w.guest("bob")
	var rooms []chat.RoomID
	for _, name := range []string{"#one", "#two", "#silent"} {
		rooms = append(rooms, ann.join(name))
	}
	direct := ann.must(chat.Command{Op: chat.OpenDirect, User: bob.User()}).Room
	bob.say(w.lobby(), "hello")
	ann.say(rooms[1], "two")
	bob.say(direct, "psst")
	ann.say(rooms[0], "one")
	last := ann.say(rooms[0], "regretted")
	ann.must(chat.Command{Op: chat.Delete, Target: last})
	other := bob.join("#other")
	bob.say(other, "not ann's")

	all, end := []chat.RoomID{w.lobby(), rooms[1], direct, rooms[0]}, chat.Millis(1<<50)
	for _, c := range []struct {
		name     string
		from, to chat.Millis
		limit    int
		want     []chat.RoomID
	}{
		{"all", 0, end, 100, all},
		{"all, backward", end, 0, 100, all},
		{"the first", 0, end, 2, all[:2]},
		{"the last", end, 0, 2, all[2:]},
		{"none", 0, end, 0, nil},
		{"a time without any", 0, 1, 100, nil},
	} {
		if got := targets(t, ann, c.from, c.to, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	found, err := ann.Targets(t.Context(), 0, end, 100)
	if err != nil {
		t.Fatal(err)
	}
	at := found[len(found)-1].Time
	if got := targets(t, ann, at, end, 100); len(got) != 0 {
		t.Errorf("after the last: %d", got)
	}
	if got := targets(t, ann, at-1, at+1, 100); len(got) == 0 || got[len(got)-1] != rooms[0] {
		t.Errorf("around the last: %d, want %d among them", got, rooms[0])
	}
}

// What was read on one connection is known on the others.
func TestReadMarkerIsShared(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.guest("ann")
	key := chat.Key{1}
	desk, phone := w.arrive(hub.Arrival{Nick: "bob", Key: key}), w.arrive(hub.Arrival{Key: key})
	first, second := ann.say(w.lobby(), "one"), ann.say(w.lobby(), "two")
	wantMark := func(c *client, want chat.Seq) {
		t.Helper()
		seq, at, err := c.ReadMarker(t.Context(), w.lobby())
		if err != nil || seq != want {
			t.Fatalf("marker at %d, %v, want %d", seq, err, want)
		}
		if m, _ := c.Message(t.Context(), want); at != m.Time {
			t.Errorf("marker of %d, want %d", at, m.Time)
		}
	}
	wantMark(phone, 0)
	marked := desk.must(chat.Command{Op: chat.MarkRead, Room: w.lobby(), Target: second}).Seq
	wantMark(phone, second)
	phone.awaitSeq(marked)
	if ev := phone.events[len(phone.events)-1]; ev.kind != chat.ReadMarked || ev.target != second {
		t.Errorf("the phone hears %v", ev)
	}
	if out := phone.must(chat.Command{Op: chat.MarkRead, Room: w.lobby(), Target: first}); out.Seq != 0 {
		t.Errorf("marked backwards at %d", out.Seq)
	}
	wantMark(desk, second)
	wantMark(ann, 0)
}

func TestDirectConversationIsFoundWithoutMakingOne(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob, eve := w.guest("ann"), w.guest("bob"), w.guest("eve")
	want := func(c *client, with chat.UserID, room chat.RoomID) {
		t.Helper()
		info, ok := c.DirectWith(with)
		if ok != (room != 0) || ok && info.ID != room {
			t.Errorf("%s and %d: %+v, %t, want %d", c.Nick(), with, info, ok, room)
		}
	}
	want(ann, bob.User(), 0)
	room := ann.must(chat.Command{Op: chat.OpenDirect, User: bob.User()}).Room
	want(ann, bob.User(), room)
	want(bob, ann.User(), room)
	for _, with := range []chat.UserID{ann.User(), eve.User(), 0, 1 << 40} {
		want(ann, with, 0)
	}
	want(eve, ann.User(), 0)
	bob.must(chat.Command{Op: chat.Leave, Room: room})
	want(ann, bob.User(), 0)
}
