package chat_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"hubbub/internal/chat"
)

func TestLookAlikesAreRefused(t *testing.T) {
	runRules(t, []rule{
		{name: "by those who arrive strictly", command: just(chat.Command{Op: chat.Arrive, Name: "b0b", Strict: true}), refused: chat.Conflict, note: "The nick b0b looks like bob's; choose another."},
		{name: "but others get a number", command: just(chat.Command{Op: chat.Arrive, Name: "b0b"}),
			events: []string{"arrived@8 b0b2", "joined@1 b0b2"}},
		{name: "which looks like nobody else's", command: func(w *world) chat.Command {
			w.arrive("b0b2")
			return chat.Command{Op: chat.Arrive, Name: "bob"}
		}, events: []string{"arrived@10 bob3", "joined@1 bob3"}},
		{name: "by those who rename themselves", command: just(chat.Command{By: alice, Op: chat.SetNick, Name: "BОB"}), refused: chat.Invalid},
		{name: "in one other script", command: just(chat.Command{By: alice, Op: chat.SetNick, Name: "сагоl"}), refused: chat.Invalid},
		{name: "unless it is their own nick that it looks like", command: just(chat.Command{By: bob, Op: chat.SetNick, Name: "b0b"}),
			events: []string{"nick@4 bob name=b0b", "nick@1 bob name=b0b"}},
		{name: "until the other is gone", command: func(w *world) chat.Command {
			w.depart(bob)
			return chat.Command{By: alice, Op: chat.SetNick, Name: "b0b"}
		}, events: []string{"nick@2 alice name=b0b", "nick@1 alice name=b0b"}},
		{name: "or called otherwise", command: func(w *world) chat.Command {
			w.must(chat.Command{By: bob, Op: chat.SetNick, Name: "robert"})
			return chat.Command{By: alice, Op: chat.SetNick, Name: "b0b"}
		}, events: []string{"nick@2 alice name=b0b", "nick@1 alice name=b0b"}},
		{name: "for new rooms", command: just(chat.Command{By: alice, Op: chat.CreateRoom, Name: "#l0bby"}), refused: chat.Conflict, note: "looks like #lobby's"},
		{name: "for rooms that are joined into being", command: just(chat.Command{By: alice, Op: chat.Join, Name: "#Iobby"}), refused: chat.Conflict, note: "looks like #lobby's"},
		{name: "for rooms that are renamed", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.RenameRoom, Room: w.room(alice, "#tea"), Name: "#1obby"}
		}, refused: chat.Conflict, note: "looks like #lobby's"},
		{name: "without telling how a private room is spelt", command: func(w *world) chat.Command {
			w.private(bob, "#Den-0")
			return chat.Command{By: alice, Op: chat.CreateRoom, Name: "#den-o"}
		}, refused: chat.Conflict, note: "looks like another room's"},
	})
}

func TestNamesAreKeptComposed(t *testing.T) {
	w := newCast(t)
	room := w.room(alice, "#cafe\u0301")
	eva := w.arrive("e\u0301va")
	w.must(chat.Command{By: bob, Op: chat.SetNick, Name: "Zo\u0308e"})
	for id, want := range map[chat.UserID]string{eva: "\u00e9va", bob: "Zöe"} {
		if u, _ := w.state.User(id); u.Nick != want {
			t.Errorf("%q is called %+q", want, u.Nick)
		}
		if found, _ := w.state.Lookup(norm.NFD.String(want)); found != id {
			t.Errorf("%q is not found by its letters and accents", want)
		}
	}
	if r, _ := w.state.Room(room); r.Name != "#caf\u00e9" {
		t.Errorf("the room is called %+q", r.Name)
	}
	if found, _ := w.state.Find("#CAFE\u0301"); found != room {
		t.Error("the room is not found by its letters and accents")
	}
	if _, out := w.apply(chat.Command{Op: chat.Arrive, Name: "\u00c9va", Strict: true}); out.Err == nil {
		t.Error("there are two of them")
	}
}

// TestNamesFromBeforeTheRuleStay replays events, and restores a snapshot, of
// people whom the rules would not let be called so together.
func TestNamesFromBeforeTheRuleStay(t *testing.T) {
	replayed := chat.NewState()
	for i, nick := range []string{"mob", "m0b", "rnob"} {
		replayed.Evolve(&chat.Event{Seq: chat.Seq(i + 1), Kind: chat.Arrived, Room: chat.RoomID(i + 1), By: chat.UserID(i + 1), Nick: nick})
	}
	for _, s := range []*chat.State{replayed, chat.Restore(replayed.Snapshot())} {
		rename := func(by chat.UserID, name string) *chat.Error {
			_, out := s.Apply(&chat.Command{By: by, Op: chat.SetNick, Name: name}, chat.NewFacts(), nil)
			if err := s.CheckIndexes(); err != nil {
				t.Fatal(err)
			}
			return out.Err
		}
		if err := rename(2, "rn0b"); err == nil {
			t.Error("one of them takes another name that looks like the others'")
		}
		if err := rename(1, "first"); err != nil {
			t.Error(err)
		}
		if err := rename(1, "mob"); err == nil || !strings.Contains(err.Text, "m0b's") {
			t.Errorf("the name that was given up is free (%v), though it looks like one that is there", err)
		}
	}
}

// A number could not follow these, or not without looking like a message's.
func TestNumbersFollowOnlyWhatTheyCan(t *testing.T) {
	for _, wish := range []string{"سلام٣", "12345678901234567890x"} {
		w := newCast(t)
		w.must(chat.Command{Op: chat.Arrive, Name: wish})
		w.must(chat.Command{Op: chat.Arrive, Name: wish}) // the world checks the nick
	}
}

// BenchmarkArriveAmongMany lets one more guest called guest in, and out again,
// where there are 10,000 of that name.
func BenchmarkArriveAmongMany(b *testing.B) {
	for _, wish := range []string{"guest", "guestl", "Żółw"} {
		b.Run(wish, func(b *testing.B) {
			s, facts := chat.NewState(), chat.NewFacts()
			for range 10_000 {
				s.Apply(&chat.Command{Op: chat.Arrive, Name: wish}, facts, nil)
			}
			if n := len(s.Users()); n != 10_000 {
				b.Fatalf("%d people are here", n)
			}
			var events []chat.Event
			b.ReportAllocs()
			for b.Loop() {
				var out chat.Outcome
				events, out = s.Apply(&chat.Command{Op: chat.Arrive, Name: wish}, facts, events[:0])
				events, _ = s.Apply(&chat.Command{Op: chat.Depart, User: out.User}, facts, events[:0])
			}
		})
	}
}
