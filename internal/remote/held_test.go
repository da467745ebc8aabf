package remote

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"reflect"
	"strings"
	"testing"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/tui"
)

const me = 7

// A page may have a change already that is noted while it is under way: to do it twice
// is to do it once.
func TestChangesAreHarmlessTwice(t *testing.T) {
	kinds := []string{"edited", "deleted", "reacted", "unreacted", "message", "pinned"}
	nicks := []string{"ann", "bob", "cid"}
	for range 2000 {
		once := &api.Event{Seq: 10, Room: 1, Kind: "message", Text: "tea"}
		for seq := uint64(11); seq < 20; seq++ {
			who := rand.N(3)
			ev := &api.Event{Seq: seq, Room: 1, Kind: kinds[rand.N(len(kinds))], Target: 10, By: uint64(me + who), Nick: nicks[who], Text: []string{"👍", "🍵"}[rand.N(2)]}
			was := *once
			now, changed := changedBy(once, ev, me)
			if !reflect.DeepEqual(*once, was) {
				t.Fatalf("%+v changed what is held in place", ev)
			}
			if again, twice := changedBy(now, ev, me); twice && !reflect.DeepEqual(again, now) {
				t.Fatalf("%+v done twice makes %+v of %+v", ev, again, now)
			}
			if !changed && !reflect.DeepEqual(now, once) {
				t.Fatalf("%+v changed something, and does not say so", ev)
			}
			once = now
		}
		for _, r := range once.Reactions {
			if r.Count != len(r.Nicks) || r.Count < 1 {
				t.Fatalf("a reaction is %+v", r)
			}
		}
	}
}

func TestOnlyWhatAnEventIsAboutChanges(t *testing.T) {
	held := func(seq, room uint64) *api.Event {
		return &api.Event{Seq: seq, Room: room, Kind: "message", Text: "tea"}
	}
	for _, c := range []struct {
		name    string
		was     *api.Event
		ev      api.Event
		changes bool
	}{
		{"an edit", held(10, 1), api.Event{Seq: 11, Room: 1, Kind: "edited", Target: 10, Text: "coffee"}, true},
		{"an edit of another", held(10, 1), api.Event{Seq: 11, Room: 1, Kind: "edited", Target: 9, Text: "coffee"}, false},
		{"an edit in another room", held(10, 1), api.Event{Seq: 11, Room: 2, Kind: "edited", Target: 10, Text: "coffee"}, false},
		{"an edit of what comes later", held(12, 1), api.Event{Seq: 11, Room: 1, Kind: "edited", Target: 12, Text: "coffee"}, false},
		{"a reply", held(10, 1), api.Event{Seq: 12, Room: 1, Kind: "message", Target: 10, Thread: 10}, true},
		{"a reply to a reply", held(10, 1), api.Event{Seq: 12, Room: 1, Kind: "message", Target: 11, Thread: 10}, true},
		{"a reply that this is not the root of", held(11, 1), api.Event{Seq: 12, Room: 1, Kind: "message", Target: 11, Thread: 10}, false},
		{"somebody's taking back what they did not do", held(10, 1), api.Event{Seq: 11, Room: 1, Kind: "unreacted", Target: 10, Text: "👍"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, changed := changedBy(c.was, &c.ev, me); changed != c.changes {
				t.Errorf("it changes it: %t", changed)
			}
		})
	}
}

func TestHeldIsBounded(t *testing.T) {
	var h held
	h.init()
	for seq := range uint64(3 * maxHeld) {
		h.put(&api.Event{Seq: seq + 1})
	}
	if n := len(h.events); n > maxHeld+maxHeld/4 || n < maxHeld || h.events[3*maxHeld] == nil {
		t.Errorf("%d are held, or not the last", n)
	}
}

// connected returns a session that was told of two rooms, as if by a server.
func connected(t *testing.T, wanted string) *Session {
	s, err := New(client.Config{Room: wanted}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.told(client.Connected{Welcome: api.Message{User: me, Nick: "ann", Rooms: []api.Room{{ID: 1, Name: "#lobby", Members: 3}, {ID: 2, Name: "#fair", Members: crowd + 1}}}})
	return s
}

func TestWhatNobodyTakesIsBounded(t *testing.T) {
	s := connected(t, "#nowhere")
	for range 3 * maxPending {
		s.told(client.Signalled{Signal: api.Signal{Kind: api.SignalTyping, User: 8, Nick: "bob", Room: 1, Text: "active"}})
	}
	if s.isReady || len(s.pending) > maxPending {
		t.Errorf("ready: %t; %d updates wait", s.isReady, len(s.pending))
	}
}

func TestComingAndGoingIsNotShownInACrowd(t *testing.T) {
	s := connected(t, "")
	for i, c := range []struct {
		room  uint64
		kind  string
		shown bool
	}{{1, "joined", true}, {1, "left", true}, {1, "nick", true}, {2, "joined", false}, {2, "nick", false}, {2, "message", true}, {2, "left", false}, {2, "left", true}} {
		before := len(s.pending)
		s.told(client.Event{Event: api.Event{Seq: uint64(10 + i), Room: c.room, Kind: c.kind, By: 8, Nick: "bob"}})
		if shown := len(s.pending) > before; shown != c.shown {
			t.Errorf("%s in a room of %d is shown: %t", c.kind, s.rooms[c.room].Members, shown)
		}
	}
}

// Of two people one is told that the other is gone; and a room's rules may keep it quiet.
func TestComingAndGoingIsShownAsTheRoomHasIt(t *testing.T) {
	s := connected(t, "")
	quiet := true
	s.told(client.Entered{Room: api.Room{ID: 3, Direct: true, Members: 2}})
	s.told(client.Entered{Room: api.Room{ID: 4, Name: "#library", Members: 2, Rules: &api.Rules{Quiet: &quiet}}})
	for i, c := range []struct {
		room        uint64
		kind, level string
		shown       bool
	}{
		{3, "joined", "", false}, {3, "nick", "", false}, {3, "left", "", true}, {3, "pinned", "", true},
		{4, "joined", "", false}, {4, "left", "", false}, {4, "nick", "", true}, {4, "topic", "", true},
		{4, "rules", "hidden slow=30", true}, {4, "joined", "", true}, {4, "rules", "hidden quiet", true}, {4, "left", "", false},
	} {
		before := len(s.pending)
		s.told(client.Event{Event: api.Event{Seq: uint64(10 + i), Room: c.room, Kind: c.kind, Level: c.level, By: 8, Nick: "bob"}})
		if shown := len(s.pending) > before; shown != c.shown {
			t.Errorf("%d: %s in %+v is shown: %t", i, c.kind, s.rooms[c.room], shown)
		}
	}
}

// However often people come and go, who is there is handed on once.
func TestPresenceIsHandedOnOnce(t *testing.T) {
	s := connected(t, "")
	s.take()
	s.people = tui.People{Room: 1, People: []tui.Person{{ID: 8, Nick: "bob"}, {ID: 9, Nick: "cid"}}}
	for _, kind := range []string{api.SignalAway, api.SignalBack, api.SignalOffline} {
		s.told(client.Signalled{Signal: api.Signal{Kind: kind, User: 8}})
	}
	got, _ := s.take()
	want := []tui.Update{tui.People{Room: 1, People: []tui.Person{{ID: 9, Nick: "cid"}, {ID: 8, Nick: "bob", Away: true}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("handed on was %+v", got)
	}
}

// Where comings and goings are not shown, who is there is handed on all the same.
func TestPeopleOfACrowdAreHandedOn(t *testing.T) {
	s := connected(t, "")
	s.take()
	s.people = tui.People{Room: 2, People: []tui.Person{{ID: 8, Nick: "bob"}, {ID: 9, Nick: "cid"}}}
	for i, ev := range []api.Event{
		{Room: 2, Kind: "joined", By: 10, Nick: "dot"}, {Room: 2, Kind: "joined", By: 10, Nick: "dot"},
		{Room: 2, Kind: "nick", By: 8, Nick: "bob", Subject: "rob"}, {Room: 2, Kind: "left", By: 9, Nick: "cid"},
	} {
		ev.Seq = uint64(10 + i)
		s.told(client.Event{Event: ev})
	}
	got, _ := s.take()
	want := []tui.Update{tui.People{Room: 2, People: []tui.Person{{ID: 10, Nick: "dot"}, {ID: 8, Nick: "rob"}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("handed on was %+v", got)
	}
}

// A crowd is not told of somebody's other nick, but they are.
func TestOnesOwnNickIsToldInOnesInbox(t *testing.T) {
	s := connected(t, "")
	s.take()
	s.told(client.Event{Event: api.Event{Seq: 10, Room: me, Kind: "nick", By: me, Nick: "ann", Subject: "anna"}})
	got, _ := s.take()
	if posted, ok := got[0].(tui.Posted); !ok || posted.Entry.By != s.Self().ID || posted.Entry.Name != "anna" || s.Self().Nick != "anna" {
		t.Errorf("handed on was %+v", got)
	}
}

// The room that a user was put out of is not their inbox.
func TestEventsOfOtherRoomsAreNobodys(t *testing.T) {
	s := connected(t, "")
	s.take()
	for room, told := range map[uint64]int{5: 0, me: 1} {
		s.told(client.Event{Event: api.Event{Seq: 10, Room: room, Kind: "property", Subject: tui.SettingsKey, Text: "{}"}})
		if got, _ := s.take(); len(got) != told {
			t.Errorf("of room %d was handed on %+v", room, got)
		}
	}
}

// What a reply answers is looked up again when it is held no more.
func TestQuotesAreSoughtAgainOnceForgotten(t *testing.T) {
	s := connected(t, "")
	sought := func() bool {
		quote := s.quote(5)
		message, ok := s.nextSought()
		return quote == "" && ok && message == 5
	}
	if !sought() || sought() {
		t.Fatal("it is not looked up once")
	}
	s.found([]api.Event{{Seq: 5, Room: 1, Kind: "message", Text: "tea"}})
	if s.quote(5) != "tea" || sought() {
		t.Error("what was found is not held")
	}
	for seq := range uint64(2 * maxHeld) {
		s.held.put(&api.Event{Seq: 100 + seq, Room: 1, Kind: "message"})
	}
	if !sought() {
		t.Error("what was forgotten is not looked up again")
	}
	s.told(client.Connected{Welcome: api.Message{User: me, Nick: "ann"}})
	if !sought() {
		t.Error("it is not looked up in another log")
	}
}

// What panics beside Run does so there, where the terminal can be put in order first.
func TestAPanicBesideTheSessionIsItsOwn(t *testing.T) {
	s, err := New(client.Config{Dial: func(ctx context.Context) (net.Conn, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.seek, s.reading = []uint64{1}, nil // so that looking that up panics
	poke(s.seeks)
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "lookUp") {
			t.Errorf("it panicked with %v", p)
		}
	}()
	t.Errorf("Run has returned %v", s.Run(t.Context()))
}
