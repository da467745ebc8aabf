package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

func TestArrive(t *testing.T) {
	key := chat.Key{1, 2, 3}
	runRules(t, []rule{
		{name: "a guest lands in the lobby", command: just(chat.Command{Op: chat.Arrive, Name: "dave", Node: 7}),
			events: []string{"arrived@8 dave node=7", "joined@1 dave"}},
		{name: "with a key that is new", command: just(chat.Command{Op: chat.Arrive, Name: "dave", Key: key}),
			events: []string{"arrived@8 dave", "joined@1 dave"}},
		{name: "with the key of somebody who is here is nothing", command: func(w *world) chat.Command {
			w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: key})
			return chat.Command{Op: chat.Arrive, Name: "other", Key: key, Strict: true}
		}},
		{name: "with the key of somebody who was here", command: func(w *world) chat.Command {
			w.depart(w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: key}).User)
			return chat.Command{Op: chat.Arrive, Name: "david", Key: key}
		}, events: []string{"arrived@8 david", "joined@1 david"}},
		{name: "with a key and no wish, as before", command: func(w *world) chat.Command {
			dave := w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: key}).User
			w.must(chat.Command{By: dave, Op: chat.SetNick, Name: "Dave2"})
			w.depart(dave)
			return chat.Command{Op: chat.Arrive, Key: key}
		}, events: []string{"arrived@8 Dave2", "joined@1 Dave2"}},
		{name: "with a taken nick gets a number", command: just(chat.Command{Op: chat.Arrive, Name: "ALICE"}),
			events: []string{"arrived@8 ALICE2", "joined@1 ALICE2"}},
		{name: "with a bad nick is a guest", command: just(chat.Command{Op: chat.Arrive, Name: "a b"}),
			events: []string{"arrived@8 guest", "joined@1 guest"}},
		{name: "without a nick is a guest", command: just(chat.Command{Op: chat.Arrive}),
			events: []string{"arrived@8 guest", "joined@1 guest"}},
		{name: "with a nick that was given up", command: func(w *world) chat.Command {
			w.must(chat.Command{By: alice, Op: chat.SetNick, Name: "alina"})
			return chat.Command{Op: chat.Arrive, Name: "Alice", Strict: true}
		}, events: []string{"arrived@10 Alice", "joined@1 Alice"}},
		{name: "strictly with a taken nick", command: just(chat.Command{Op: chat.Arrive, Name: "Alice", Strict: true}), refused: chat.Conflict, note: "Alice"},
		{name: "strictly with a bad nick", command: just(chat.Command{Op: chat.Arrive, Name: "a b", Strict: true}), refused: chat.Invalid},
		{name: "strictly without a nick", command: just(chat.Command{Op: chat.Arrive, Strict: true}), refused: chat.Invalid},
	})
}

func TestArriveTellsWhoOneIs(t *testing.T) {
	w := newCast(t)
	key := chat.Key{9}
	first := w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: key})
	again := w.must(chat.Command{Op: chat.Arrive, Key: key})
	w.depart(first.User)
	later := w.must(chat.Command{Op: chat.Arrive, Key: key})
	for _, out := range []chat.Outcome{first, again, later} {
		if out.User != first.User || out.Room != first.User.Inbox() {
			t.Errorf("outcome %+v, want user %d and the inbox", out, first.User)
		}
	}
	if other := w.must(chat.Command{Op: chat.Arrive, Key: chat.Key{8}}); other.User == first.User {
		t.Error("another key is the same guest")
	}
	if a, b := w.arrive("erin"), w.arrive("frank"); a == b {
		t.Error("two guests without a key are one")
	}
}

func TestArriveWithoutALobby(t *testing.T) {
	w := &world{t: t, state: chat.NewState(), lib: newLibrary(), ledger: newLedger(), now: 1}
	events, out := w.apply(chat.Command{Op: chat.Arrive, Name: "alice"})
	if got := showAll(events); out.Err != nil || !slices.Equal(got, []string{"arrived@1 alice"}) {
		t.Errorf("events %v, outcome %+v", got, out)
	}
}

// TestManyOfOneName lets more guests in than have short numbers, one of whom
// has taken a number that would have come next.
func TestManyOfOneName(t *testing.T) {
	for _, wish := range []string{"otter", strings.Repeat("ż", chat.MaxNick), "mI1l0", "1234567890123456789x"} {
		w := newCast(t)
		nicks := map[string]bool{}
		for i := range 40 {
			if i == 20 {
				w.must(chat.Command{By: alice, Op: chat.SetNick, Name: fmt.Sprint("otter", w.state.Seq()+2)})
			}
			events, out := w.apply(chat.Command{Op: chat.Arrive, Name: wish})
			if out.Err != nil {
				t.Fatal(out.Err)
			}
			nick := events[0].Nick
			if nicks[chat.Fold(nick)] || chat.CheckNick(nick) != nil {
				t.Fatalf("guest %d who wished for %q is called %q", i, wish, nick)
			}
			nicks[chat.Fold(nick)] = true
		}
		if wish == "otter" && (!nicks["otter"] || !nicks["otter2"] || !nicks["otter9"]) {
			t.Errorf("the first are not called otter to otter9: %v", nicks)
		}
	}
}

func TestSetNick(t *testing.T) {
	runRules(t, []rule{
		{name: "seen in the inbox and in each room", command: func(w *world) chat.Command {
			w.room(bob, "#tea")
			w.direct(alice, bob)
			return chat.Command{By: bob, Op: chat.SetNick, Name: "robert", Client: "n"}
		}, events: []string{"nick@4 bob client=n name=robert", "nick@1 bob name=robert", "nick@8 bob name=robert", "nick@10 bob name=robert"}},
		{name: "to other capitals", command: just(chat.Command{By: bob, Op: chat.SetNick, Name: "BOB"}),
			events: []string{"nick@4 bob name=BOB", "nick@1 bob name=BOB"}},
		{name: "to the same is nothing", command: just(chat.Command{By: bob, Op: chat.SetNick, Name: "bob"})},
		{name: "to one that was given up", command: func(w *world) chat.Command {
			w.depart(alice)
			return chat.Command{By: bob, Op: chat.SetNick, Name: "alice"}
		}, events: []string{"nick@4 bob name=alice", "nick@1 bob name=alice"}},
		{name: "to a taken one", command: just(chat.Command{By: bob, Op: chat.SetNick, Name: "ALICE"}), refused: chat.Conflict},
		{name: "to a bad one", command: just(chat.Command{By: bob, Op: chat.SetNick, Name: "#bob"}), refused: chat.Invalid},
		{name: "to nothing", command: just(chat.Command{By: bob, Op: chat.SetNick}), refused: chat.Invalid},
		{name: "by nobody", command: just(chat.Command{By: nobody, Op: chat.SetNick, Name: "x"}), refused: chat.Unavailable},
	})
}

func TestRecapitalisedNickIsStillTaken(t *testing.T) {
	w := newCast(t)
	w.must(chat.Command{By: bob, Op: chat.SetNick, Name: "BoB"})
	if id, ok := w.state.Lookup("bob"); !ok || id != bob {
		t.Error("bob is not found")
	}
	if _, out := w.apply(chat.Command{By: alice, Op: chat.SetNick, Name: "bob"}); out.Err == nil {
		t.Error("there are two bobs")
	}
	w.must(chat.Command{By: bob, Op: chat.SetNick, Name: "robert"})
	w.must(chat.Command{By: alice, Op: chat.SetNick, Name: "bob"})
}

func TestDepart(t *testing.T) {
	runRules(t, []rule{
		{name: "out of every room, then for good", command: func(w *world) chat.Command {
			w.room(bob, "#tea")
			return chat.Command{Op: chat.Depart, User: bob, Text: "timeout"}
		}, events: []string{"left@1 bob count=1 text=timeout", "left@8 bob count=1 text=timeout", "departed@4 bob"}},
		{name: "twice is nothing", command: func(w *world) chat.Command {
			w.depart(bob)
			return chat.Command{Op: chat.Depart, User: bob}
		}},
		{name: "of nobody is nothing", command: just(chat.Command{Op: chat.Depart, User: nobody})},
		{name: "can't be refused for its reason", command: just(chat.Command{Op: chat.Depart, User: bob, Text: "\x1b[2J\n"}),
			events: []string{"left@1 bob count=1", "departed@4 bob"}},
		{name: "by another", command: just(chat.Command{By: alice, Op: chat.Depart, User: bob}), refused: chat.Forbidden},
		{name: "by oneself", command: just(chat.Command{By: bob, Op: chat.Depart, User: bob}), refused: chat.Forbidden},
	})
}

// TestBatchLearnsFromItself applies commands that depend on one another one by
// one, with the facts looked up each time, and in one batch, whose facts were
// looked up before any of it. The first message of each list is event 8.
func TestBatchLearnsFromItself(t *testing.T) {
	key := chat.Key{5}
	hello := &chat.Command{By: alice, Op: chat.Say, Room: lobby, Text: "hello"}
	for _, c := range []struct {
		name     string
		commands []*chat.Command
		refused  string // - or + for each command
	}{
		{"a guest goes and comes back, and the inbox goes on where it ended", []*chat.Command{
			{Op: chat.Arrive, Name: "dave", Key: key},
			{By: 8, Op: chat.SetNick, Name: "david"},
			{Op: chat.Depart, User: 8},
			{By: 8, Op: chat.Say, Room: lobby, Text: "a ghost"},
			{Op: chat.Arrive, Key: key},
			{By: 8, Op: chat.Say, Room: lobby, Text: "back"},
			{Op: chat.Depart, User: 8},
			{Op: chat.Arrive, Key: key},
		}, "+++-++++"},
		{"a reaction comes and goes", []*chat.Command{
			hello,
			{By: bob, Op: chat.Unreact, Target: 8, Text: "👍"},
			{By: bob, Op: chat.React, Target: 8, Text: "👍"},
			{By: bob, Op: chat.React, Target: 8, Text: "👍"},
			{By: bob, Op: chat.Unreact, Target: 8, Text: "👍"},
			{By: bob, Op: chat.Unreact, Target: 8, Text: "👍"},
			{By: bob, Op: chat.React, Target: 8, Text: "👍"},
		}, "+-+-+-+"},
		{"a message is answered, edited and deleted", []*chat.Command{
			hello,
			{By: bob, Op: chat.Say, Room: lobby, Target: 8, Text: "yes"},
			{By: alice, Op: chat.Edit, Target: 8, Text: "hello!"},
			{By: alice, Op: chat.Delete, Target: 8},
			{By: alice, Op: chat.Edit, Target: 8, Text: "again"},
			{By: bob, Op: chat.Say, Room: lobby, Target: 8, Text: "yes"},
			{By: bob, Op: chat.Pin, Target: 9},
		}, "++++--+"},
		{"a command is repeated", []*chat.Command{
			{By: alice, Op: chat.Say, Room: lobby, Text: "hello", Client: "1"},
			{By: alice, Op: chat.Say, Room: lobby, Text: "hello", Client: "1"},
			{By: bob, Op: chat.Say, Room: lobby, Text: "hello", Client: "1"},
			{By: bob, Op: chat.Delete, Target: 9, Client: "2"},
			{By: bob, Op: chat.Delete, Target: 9, Client: "2"},
		}, "+++++"},
	} {
		t.Run(c.name, func(t *testing.T) {
			single, batch := newCast(t), newCast(t)
			var want, refused []string
			for _, command := range c.commands {
				command.Time = 1_790_000_100_000
				events, out := single.apply(*command)
				want = append(want, showAll(events)...)
				refused = append(refused, map[bool]string{true: "+", false: "-"}[out.Err == nil])
			}
			if got := strings.Join(refused, ""); got != c.refused {
				t.Errorf("done and refused: %s, want %s", got, c.refused)
			}
			facts := batch.lib.facts(c.commands...)
			var events []chat.Event
			for _, command := range c.commands {
				events, _ = batch.state.Apply(command, facts, events)
			}
			for i := range events {
				batch.ledger.check(t, &events[i])
			}
			if got := showAll(events); !slices.Equal(got, want) {
				t.Errorf("in one batch:\n\t%s\none by one:\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
			wantSame(t, "one batch and one by one", batch.state, single.state)
		})
	}
}

func TestWhatIsReadIsForgottenWithTheRoom(t *testing.T) {
	w := newCast(t)
	w.must(chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: 7})
	if u, _ := w.state.User(bob); u.Read[lobby].Seq != 7 {
		t.Errorf("markers %v, want 7 in the lobby", u.Read)
	}
	w.leave(bob, lobby)
	if u, _ := w.state.User(bob); len(u.Read) != 0 {
		t.Errorf("markers %v of a room that was left", u.Read)
	}
}

func TestCopiesDoNotChange(t *testing.T) {
	w := newCast(t)
	pinned := w.say(alice, lobby, "x")
	w.must(chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: pinned})
	w.must(chat.Command{By: bob, Op: chat.Pin, Target: pinned})
	room, _ := w.state.Room(lobby)
	user, _ := w.state.User(bob)
	before := fmt.Sprintf("%+v %+v", room, user)
	w.must(chat.Command{By: alice, Op: chat.Delete, Target: pinned})
	w.must(chat.Command{By: carol, Op: chat.SetNick, Name: "caroline"})
	w.leave(alice, lobby)
	w.room(bob, "#tea")
	w.depart(bob)
	if after := fmt.Sprintf("%+v %+v", room, user); after != before {
		t.Errorf("copies changed:\n%s\n%s", before, after)
	}
	if _, ok := w.state.User(bob); ok {
		t.Error("bob is still here")
	}
	if _, ok := w.state.Room(nowhere); ok {
		t.Error("there is a room nowhere")
	}
}

func TestBriefCopyLeavesTheListsOut(t *testing.T) {
	w := newCast(t)
	den, direct := w.private(alice, "#den"), w.direct(alice, bob)
	w.must(chat.Command{By: alice, Op: chat.Invite, Room: den, User: bob})
	w.must(chat.Command{By: alice, Op: chat.Pin, Target: w.say(alice, den, "rules")})
	room, _ := w.state.Room(den)
	brief := room.Brief()
	if brief.Members != nil || brief.Invited != nil || brief.Pins != nil || brief.Size != 1 || brief.Name != "#den" {
		t.Errorf("brief copy %+v", brief)
	}
	if len(room.Members) != 1 || len(room.Invited) != 1 || len(room.Pins) != 1 {
		t.Errorf("making a brief copy changed the room: %+v", room)
	}
	if room, _ := w.state.Room(direct); len(room.Brief().Members) != 2 || room.Inbox() {
		t.Errorf("brief copy %+v of a direct conversation, want its two people", room.Brief())
	}
	if inbox := (&chat.RoomInfo{ID: alice.Inbox()}); !inbox.Inbox() || room.Inbox() {
		t.Error("an inbox is not told from a room")
	}
}
