package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// react has somebody react to a message in as many ways as asked for, the
// first of which is emoji number first.
func (w *world) react(by chat.UserID, seq chat.Seq, first, n int) {
	w.t.Helper()
	for i := range n {
		w.must(chat.Command{By: by, Op: chat.React, Target: seq, Text: emoji((first + i) % chat.MaxEmoji)})
	}
}

func emoji(n int) string { return fmt.Sprintf("e%d", n) }

// full returns a message with as many reactions of as many kinds as there can
// be, none of them by the cast.
func (w *world) full() chat.Seq {
	w.t.Helper()
	seq := w.say(alice, lobby, "react!")
	var guests []chat.UserID
	for i := range chat.MaxReactions / chat.MaxOwnReactions {
		guests = append(guests, w.arrive(fmt.Sprintf("guest%d", i)))
	}
	for i, by := range guests {
		w.react(by, seq, i, chat.MaxOwnReactions)
	}
	return seq
}

func TestReactionsAreLimited(t *testing.T) {
	own := func(w *world) chat.Seq {
		seq := w.say(alice, lobby, "hi")
		w.react(bob, seq, 0, chat.MaxOwnReactions)
		return seq
	}
	kinds := func(w *world) chat.Seq { // carol has some to go
		seq := own(w)
		w.react(alice, seq, chat.MaxOwnReactions, chat.MaxOwnReactions)
		w.react(carol, seq, 2*chat.MaxOwnReactions, chat.MaxEmoji-2*chat.MaxOwnReactions)
		return seq
	}
	another := fmt.Sprintf("reacted@1 carol target=%%d whose=alice text=%s", emoji(0))
	for _, c := range []struct {
		name    string
		command func(w *world) chat.Command
		note    string // of the refusal; none if it is done
		event   string
	}{
		{"one more of one's own", func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.React, Target: own(w), Text: "👍"}
		}, "in 20 ways", ""},
		{"one more by another", func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.React, Target: own(w), Text: emoji(0)}
		}, "", another},
		{"one more to another message", func(w *world) chat.Command {
			own(w)
			return chat.Command{By: bob, Op: chat.React, Target: w.say(alice, lobby, "ho"), Text: emoji(0)}
		}, "", "reacted@1 bob target=%d whose=alice text=e0"},
		{"one after taking one back", func(w *world) chat.Command {
			seq := own(w)
			w.must(chat.Command{By: bob, Op: chat.Unreact, Target: seq, Text: emoji(3)})
			return chat.Command{By: bob, Op: chat.React, Target: seq, Text: "👍"}
		}, "", "reacted@1 bob target=%d whose=alice text=👍"},
		{"one kind more", func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.React, Target: kinds(w), Text: "👍"}
		}, "50 different", ""},
		{"a kind that is there", func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.React, Target: kinds(w), Text: emoji(0)}
		}, "", another},
		{"a kind for one that has gone", func(w *world) chat.Command {
			seq := kinds(w)
			w.must(chat.Command{By: bob, Op: chat.Unreact, Target: seq, Text: emoji(3)})
			return chat.Command{By: carol, Op: chat.React, Target: seq, Text: "👍"}
		}, "", "reacted@1 carol target=%d whose=alice text=👍"},
		{"one more of everybody's", func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.React, Target: w.full(), Text: emoji(0)}
		}, "1000 reactions", ""},
		{"what is there already, where nothing fits", func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.React, Target: own(w), Text: emoji(0)}
		}, "already", ""},
		{"taking one back, where nothing fits", func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Unreact, Target: own(w), Text: emoji(0)}
		}, "", "unreacted@1 bob target=%d whose=alice text=e0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newCast(t)
			command := c.command(w)
			events, out := w.apply(command)
			if c.note == "" {
				if want := fmt.Sprintf(c.event, command.Target); out.Err != nil || show(&events[0]) != want {
					t.Fatalf("%v, %v; want %s", out.Err, showAll(events), want)
				}
				return
			}
			if out.Err == nil {
				t.Fatalf("done: %v", showAll(events))
			}
			code := chat.TooMany
			if c.note == "already" {
				code = chat.Conflict
			}
			wantRefusal(t, out.Err, rule{refused: code, note: c.note})
		})
	}
}

// The limits hold within a batch too: what its commands add and take back is
// counted, whether the message is older than the batch or part of it.
func TestReactionsAreLimitedWithinABatch(t *testing.T) {
	for _, older := range []bool{true, false} {
		t.Run(fmt.Sprintf("older=%t", older), func(t *testing.T) {
			w := newCast(t)
			batch := []*chat.Command{{By: alice, Op: chat.Say, Room: lobby, Text: "hi"}}
			want := "+"
			if older {
				w.say(alice, lobby, "hi")
				w.react(bob, 8, 0, 5)
				batch, want = nil, ""
			}
			for i := range chat.MaxOwnReactions + 1 {
				batch = append(batch, &chat.Command{By: bob, Op: chat.React, Target: 8, Text: emoji(i)})
			}
			if older {
				want += "-----"
			} else {
				want += "+++++"
			}
			want += strings.Repeat("+", chat.MaxOwnReactions-5) + "-"
			batch = append(batch,
				&chat.Command{By: bob, Op: chat.Unreact, Target: 8, Text: emoji(0)},
				&chat.Command{By: bob, Op: chat.React, Target: 8, Text: "👍"},
				&chat.Command{By: bob, Op: chat.React, Target: 8, Text: "🎉"})
			want += "++-"
			facts := w.lib.facts(batch...)
			var events []chat.Event
			got := ""
			for _, c := range batch {
				c.Time = w.now
				var out chat.Outcome
				events, out = w.state.Apply(c, facts, events)
				got += map[bool]string{true: "+", false: "-"}[out.Err == nil]
			}
			if got != want {
				t.Errorf("done and refused: %s, want %s", got, want)
			}
		})
	}
}

func TestTallyRemoveUndoesAdd(t *testing.T) {
	var tally chat.Tally
	tally.Add(alice, "👍")
	tally.Add(bob, "👍")
	tally.Add(bob, "🎉")
	if tally.All != 3 || tally.ByEmoji["👍"] != 2 || tally.ByUser[bob] != 2 || len(tally.ByEmoji) != 2 || len(tally.ByUser) != 2 {
		t.Fatalf("%+v", tally)
	}
	tally.Remove(bob, "👍")
	tally.Remove(alice, "👍")
	if tally.All != 1 || len(tally.ByEmoji) != 1 || len(tally.ByUser) != 1 || !slices.Equal([]int{tally.ByEmoji["🎉"], tally.ByUser[bob]}, []int{1, 1}) {
		t.Fatalf("%+v", tally)
	}
}
