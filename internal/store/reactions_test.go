package store_test

import (
	"fmt"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// react adds reactions of n people to a message, each with one of kinds emoji.
func (sc *script) react(room chat.RoomID, target chat.Seq, n, kinds int) {
	for i := range n {
		sc.add(chat.Event{
			Kind: chat.Reacted, Room: room, Target: target, Whose: "ann",
			By: chat.UserID(100 + i), Nick: fmt.Sprintf("guest%d", i), Text: fmt.Sprintf("e%d", i%kinds),
		})
	}
}

// Who reacted is named up to a number, so that what a page shows is bounded;
// the rest are counted.
func TestReactionsNameTheFirstAndCountAll(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	room := sc.room("#a")
	many, few := sc.say(room, "many"), sc.say(room, "few")
	sc.react(room, many, 2*(store.MaxNicks+1), 2)
	sc.react(room, few, store.MaxNicks, 1)
	sc.commit()
	page, err := sc.store.Messages(t.Context(), room, store.Range{Latest: true, Limit: 10}, 0)
	if err != nil || len(page) != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	for _, c := range []struct {
		message, reaction, count, step int
	}{{0, 0, store.MaxNicks + 1, 2}, {0, 1, store.MaxNicks + 1, 2}, {1, 0, store.MaxNicks, 1}} {
		r := page[c.message].Reactions[c.reaction]
		if r.Emoji != fmt.Sprintf("e%d", c.reaction) || r.Count != c.count || len(r.Nicks) != store.MaxNicks {
			t.Fatalf("%+v, want %d and %d of them named", r, c.count, store.MaxNicks)
		}
		for i, nick := range r.Nicks {
			if want := fmt.Sprintf("guest%d", c.reaction+i*c.step); nick != want {
				t.Errorf("number %d with %s is %s, want %s", i, r.Emoji, nick, want)
			}
		}
	}
}

// A message that got more reactions than there can be now, as in a database
// from before the limit, costs no more than one that is full.
func TestTallyIsBounded(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	room := sc.room("#a")
	said, empty := sc.say(room, "react!"), sc.say(room, "don't")
	sc.react(room, said, chat.MaxReactions+5, 7)
	sc.commit()
	facts, err := sc.store.Facts(t.Context(), []chat.Need{{Tally: said}, {Tally: said}, {Tally: empty}, {Tally: 812}})
	if err != nil {
		t.Fatal(err)
	}
	if got := facts.Tallies[said]; got == nil || got.All != chat.MaxReactions || len(got.ByEmoji) != 7 || len(got.ByUser) != chat.MaxReactions {
		t.Errorf("%+v", got)
	}
	if len(facts.Tallies) != 1 {
		t.Errorf("tallies of messages without reactions: %+v", facts.Tallies)
	}
}

// BenchmarkPageOfReactions reads a page all of whose messages have as many
// reactions as there can be: the worst that people can do to a page.
func BenchmarkPageOfReactions(b *testing.B) {
	sc := newScript(b, openStore(b, b.TempDir()))
	room := sc.room("#a")
	for range 50 {
		sc.react(room, sc.say(room, "react!"), chat.MaxReactions, chat.MaxEmoji)
	}
	sc.commit()
	for b.Loop() {
		if page, err := sc.store.Messages(b.Context(), room, store.Range{Latest: true, Limit: 50}, 0); err != nil || len(page) != 50 {
			b.Fatal(len(page), err)
		}
	}
}

// BenchmarkTally looks up what a reaction to such a message depends on.
func BenchmarkTally(b *testing.B) {
	sc := newScript(b, openStore(b, b.TempDir()))
	room := sc.room("#a")
	said := sc.say(room, "react!")
	sc.react(room, said, chat.MaxReactions, chat.MaxEmoji)
	sc.commit()
	for b.Loop() {
		if _, err := sc.store.Facts(b.Context(), []chat.Need{{Tally: said}}); err != nil {
			b.Fatal(err)
		}
	}
}
