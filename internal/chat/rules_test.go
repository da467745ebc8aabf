package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// The cast of the tables: three people in the lobby, and how their ids come
// about: each arrival is one event in an inbox and one in the lobby.
const (
	lobby   chat.RoomID = 1
	alice   chat.UserID = 2
	bob     chat.UserID = 4
	carol   chat.UserID = 6
	nobody  chat.UserID = 999
	nowhere chat.RoomID = 999
)

func newCast(t *testing.T) *world {
	w := newWorld(t)
	if w.lobby != lobby || w.arrive("alice") != alice || w.arrive("bob") != bob || w.arrive("carol") != carol {
		t.Fatal("the cast got other ids than the tables say")
	}
	return w
}

// A rule is one line of a table: what has happened, which command comes, and
// what becomes of it.
type rule struct {
	name    string
	command func(w *world) chat.Command
	refused chat.Code // 0 if it is done
	events  []string  // as show writes them, with %[1]d for what the setup noted
	note    string    // of a refusal: what the sentence must contain
}

func runRules(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			w := newCast(t)
			c := r.command(w)
			events, out := w.apply(c)
			switch {
			case r.refused == 0 && out.Err != nil:
				t.Fatalf("refused: %v", out.Err)
			case r.refused != 0 && out.Err == nil:
				t.Fatalf("done: %v, want it refused as %v", showAll(events), r.refused)
			case r.refused != 0:
				wantRefusal(t, out.Err, r)
				return
			}
			if got := showAll(events); !slices.Equal(got, r.events) {
				t.Errorf("got events\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(r.events, "\n\t"))
			}
		})
	}
}

func wantRefusal(t *testing.T, err *chat.Error, r rule) {
	t.Helper()
	if err.Code != r.refused || !strings.Contains(err.Text, r.note) {
		t.Errorf("refused as %v: %q; want %v and %q in the sentence", err.Code, err.Text, r.refused, r.note)
	}
	if chat.CleanLine(err.Text) != err.Text || !strings.HasSuffix(err.Text, ".") {
		t.Errorf("not a sentence: %q", err.Text)
	}
}

// just is a command that needs nothing to have happened.
func just(c chat.Command) func(*world) chat.Command {
	return func(*world) chat.Command { return c }
}

func TestSay(t *testing.T) {
	runRules(t, []rule{
		{name: "by a program", command: just(chat.Command{By: alice, Op: chat.Say, Room: lobby, Text: "beep", Count: 7}), events: []string{"message@1 alice count=1 text=beep"}},
		{name: "a message", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "hi", Client: "c1"}),
			events: []string{"message@1 bob client=c1 text=hi"}},
		{name: "an action", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "waves", Emote: true}),
			events: []string{"action@1 bob text=waves"}},
		{name: "a notice", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "built", Notice: true}),
			events: []string{"notice@1 bob text=built"}},
		{name: "a reply to a notice", command: func(w *world) chat.Command {
			seq := w.must(chat.Command{By: alice, Op: chat.Say, Room: lobby, Text: "built", Notice: true}).Seq
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "thanks", Target: seq}
		}, events: []string{"message@1 bob target=8 whose=alice text=thanks"}},
		{name: "a reply names whom it answers", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: w.say(alice, lobby, "lunch?")}
		}, events: []string{"message@1 bob target=8 whose=alice text=yes"}},
		{name: "a reply to a reply is in its thread", command: func(w *world) chat.Command {
			root := w.say(alice, lobby, "lunch?")
			yes := w.must(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: root}).Seq
			when := w.must(chat.Command{By: alice, Op: chat.Say, Room: lobby, Text: "when?", Target: yes}).Seq
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "now", Target: when}
		}, events: []string{"message@1 bob target=10 whose=alice thread=8 text=now"}},
		{name: "a reply in a thread whose beginning was deleted", command: func(w *world) chat.Command {
			root := w.say(alice, lobby, "lunch?")
			yes := w.must(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: root}).Seq
			w.must(chat.Command{By: alice, Op: chat.Delete, Target: root})
			return chat.Command{By: carol, Op: chat.Say, Room: lobby, Text: "when?", Target: yes}
		}, events: []string{"message@1 carol target=9 whose=bob thread=8 text=when?"}},
		{name: "a reply names the nick under which it was written", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "lunch?")
			w.must(chat.Command{By: alice, Op: chat.SetNick, Name: "alina"})
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: seq}
		}, events: []string{"message@1 bob target=8 whose=alice text=yes"}},
		{name: "a reply to somebody who is gone", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "lunch?")
			w.depart(alice)
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: seq}
		}, events: []string{"message@1 bob target=8 whose=alice text=yes"}},

		{name: "no such room", command: just(chat.Command{By: bob, Op: chat.Say, Room: nowhere, Text: "hi"}), refused: chat.NotFound},
		{name: "no room at all", command: just(chat.Command{By: bob, Op: chat.Say, Text: "hi"}), refused: chat.NotFound},
		{name: "in somebody's inbox", command: just(chat.Command{By: bob, Op: chat.Say, Room: alice.Inbox(), Text: "hi"}), refused: chat.NotFound},
		{name: "in one's own inbox", command: just(chat.Command{By: bob, Op: chat.Say, Room: bob.Inbox(), Text: "hi"}), refused: chat.NotFound},
		{name: "in a public room without being in it", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Say, Room: w.room(alice, "#tea"), Text: "hi"}
		}, refused: chat.Forbidden, note: "/join #tea"},
		{name: "in a private room without being in it", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Say, Room: w.private(alice, "#den"), Text: "hi"}
		}, refused: chat.NotFound},
		{name: "in an archived room", command: func(w *world) chat.Command {
			tea := w.room(alice, "#tea")
			w.must(chat.Command{By: alice, Op: chat.ArchiveRoom, Room: tea})
			return chat.Command{By: alice, Op: chat.Say, Room: tea, Text: "hi"}
		}, refused: chat.Gone, note: "archived"},
		{name: "to somebody who left the conversation", command: func(w *world) chat.Command {
			room := w.direct(alice, bob)
			w.leave(bob, room)
			return chat.Command{By: alice, Op: chat.Say, Room: room, Text: "hi"}
		}, refused: chat.Gone, note: "left"},
		{name: "nothing", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: " \n"}), refused: chat.Invalid},
		{name: "too much", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: strings.Repeat("x", chat.MaxText+1)}), refused: chat.Invalid, note: "32769"},
		{name: "what is not UTF-8", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "\xff"}), refused: chat.Invalid},
		{name: "what harms a screen", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "\x1b[2J"}), refused: chat.Invalid},
		{name: "a client id with a space", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "hi", Client: "a b"}), refused: chat.Invalid},
		{name: "by nobody", command: just(chat.Command{By: nobody, Op: chat.Say, Room: lobby, Text: "hi"}), refused: chat.Unavailable},
		{name: "by the server", command: just(chat.Command{Op: chat.Say, Room: lobby, Text: "hi"}), refused: chat.Unavailable},
		{name: "by somebody who is gone", command: func(w *world) chat.Command {
			w.depart(bob)
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "hi"}
		}, refused: chat.Unavailable},
		{name: "an unknown operation", command: just(chat.Command{By: bob, Op: chat.OpEnd}), refused: chat.Invalid},
		{name: "operation 0", command: just(chat.Command{By: bob}), refused: chat.Invalid},

		{name: "a reply to nothing", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: 812}), refused: chat.NotFound, note: "812"},
		{name: "a reply to what is no message", command: just(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: 3}), refused: chat.NotFound},
		{name: "a reply to what was deleted", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "lunch?")
			w.must(chat.Command{By: alice, Op: chat.Delete, Target: seq})
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: seq}
		}, refused: chat.Gone, note: "deleted"},
		{name: "a reply from another room", command: func(w *world) chat.Command {
			tea, seq := w.room(bob, "#tea"), w.say(alice, lobby, "lunch?")
			return chat.Command{By: bob, Op: chat.Say, Room: tea, Text: "yes", Target: seq}
		}, refused: chat.Invalid, note: "another room"},
		{name: "a reply to a message in a private room tells nothing of it", command: func(w *world) chat.Command {
			seq := w.say(alice, w.private(alice, "#den"), "psst")
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: seq}
		}, refused: chat.NotFound},
		{name: "a reply to a deleted message in a private room tells nothing of it", command: func(w *world) chat.Command {
			seq := w.say(alice, w.private(alice, "#den"), "psst")
			w.must(chat.Command{By: alice, Op: chat.Delete, Target: seq})
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: seq}
		}, refused: chat.NotFound},
		{name: "a reply in a room that one has left", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "lunch?")
			w.leave(bob, lobby)
			return chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "yes", Target: seq}
		}, refused: chat.Forbidden},
		{name: "a reply to a message of a room that one has left", command: func(w *world) chat.Command {
			tea, seq := w.room(bob, "#tea"), w.say(alice, lobby, "lunch?")
			w.leave(bob, lobby)
			return chat.Command{By: bob, Op: chat.Say, Room: tea, Text: "yes", Target: seq}
		}, refused: chat.NotFound},
	})
}

func TestEditAndDelete(t *testing.T) {
	runRules(t, []rule{
		{name: "editing one's own", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Edit, Target: w.say(alice, lobby, "helo"), Text: "hello", Client: "e"}
		}, events: []string{"edited@1 alice client=e target=8 whose=alice text=hello"}},
		{name: "editing under another nick", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "helo")
			w.must(chat.Command{By: alice, Op: chat.SetNick, Name: "alina"})
			return chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "hello"}
		}, events: []string{"edited@1 alina target=8 whose=alice text=hello"}},
		{name: "deleting one's own", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Delete, Target: w.say(alice, lobby, "helo"), Client: "d"}
		}, events: []string{"deleted@1 alice client=d target=8 whose=alice"}},
		{name: "editing another's", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Edit, Target: w.say(alice, lobby, "hi"), Text: "no"}
		}, refused: chat.Forbidden, note: "alice's"},
		{name: "deleting another's", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Delete, Target: w.say(alice, lobby, "hi")}
		}, refused: chat.Forbidden, note: "alice's"},
		{name: "editing to nothing", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Edit, Target: w.say(alice, lobby, "hi")}
		}, refused: chat.Invalid},
		{name: "editing to what harms a screen", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Edit, Target: w.say(alice, lobby, "hi"), Text: "\u202e"}
		}, refused: chat.Invalid},
		{name: "editing what is no message", command: just(chat.Command{By: alice, Op: chat.Edit, Target: 3, Text: "x"}), refused: chat.NotFound},
		{name: "editing nothing", command: just(chat.Command{By: alice, Op: chat.Edit, Text: "x"}), refused: chat.NotFound},
		{name: "editing what was deleted", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "hi")
			w.must(chat.Command{By: alice, Op: chat.Delete, Target: seq})
			return chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "x"}
		}, refused: chat.Gone},
		{name: "deleting twice", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "hi")
			w.must(chat.Command{By: alice, Op: chat.Delete, Target: seq})
			return chat.Command{By: alice, Op: chat.Delete, Target: seq}
		}, refused: chat.Gone},
		{name: "editing in a room that one has left", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "hi")
			w.leave(alice, lobby)
			return chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "x"}
		}, refused: chat.NotFound},
		{name: "editing in a private room tells an outsider nothing", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Edit, Target: w.say(alice, w.private(alice, "#den"), "psst"), Text: "x"}
		}, refused: chat.NotFound},
		{name: "editing in an archived room", command: func(w *world) chat.Command {
			tea := w.room(alice, "#tea")
			seq := w.say(alice, tea, "hi")
			w.must(chat.Command{By: alice, Op: chat.ArchiveRoom, Room: tea})
			return chat.Command{By: alice, Op: chat.Edit, Target: seq, Text: "x"}
		}, refused: chat.Gone, note: "archived"},
	})
}

func TestReact(t *testing.T) {
	reacted := func(w *world) chat.Seq {
		seq := w.say(alice, lobby, "hi")
		w.must(chat.Command{By: bob, Op: chat.React, Target: seq, Text: "👍"})
		return seq
	}
	runRules(t, []rule{
		{name: "a reaction", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.React, Target: w.say(alice, lobby, "hi"), Text: "👍", Client: "r"}
		}, events: []string{"reacted@1 bob client=r target=8 whose=alice text=👍"}},
		{name: "to one's own message", command: func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.React, Target: w.say(alice, lobby, "hi"), Text: "👍"}
		}, events: []string{"reacted@1 alice target=8 whose=alice text=👍"}},
		{name: "the same by somebody else", command: func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.React, Target: reacted(w), Text: "👍"}
		}, events: []string{"reacted@1 carol target=8 whose=alice text=👍"}},
		{name: "another by the same", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.React, Target: reacted(w), Text: "🎉"}
		}, events: []string{"reacted@1 bob target=8 whose=alice text=🎉"}},
		{name: "taking it back", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Unreact, Target: reacted(w), Text: "👍"}
		}, events: []string{"unreacted@1 bob target=8 whose=alice text=👍"}},
		{name: "again after taking it back", command: func(w *world) chat.Command {
			seq := reacted(w)
			w.must(chat.Command{By: bob, Op: chat.Unreact, Target: seq, Text: "👍"})
			return chat.Command{By: bob, Op: chat.React, Target: seq, Text: "👍"}
		}, events: []string{"reacted@1 bob target=8 whose=alice text=👍"}},
		{name: "twice", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.React, Target: reacted(w), Text: "👍"}
		}, refused: chat.Conflict, note: "👍"},
		{name: "taking back another's", command: func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.Unreact, Target: reacted(w), Text: "👍"}
		}, refused: chat.NotFound, note: "👍"},
		{name: "with nothing", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.React, Target: w.say(alice, lobby, "hi")}
		}, refused: chat.Invalid},
		{name: "with an escape sequence", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.React, Target: w.say(alice, lobby, "hi"), Text: "\x1bc"}
		}, refused: chat.Invalid},
		{name: "to nothing", command: just(chat.Command{By: bob, Op: chat.React, Target: 812, Text: "👍"}), refused: chat.NotFound},
		{name: "to what was deleted", command: func(w *world) chat.Command {
			seq := reacted(w)
			w.must(chat.Command{By: alice, Op: chat.Delete, Target: seq})
			return chat.Command{By: bob, Op: chat.Unreact, Target: seq, Text: "👍"}
		}, refused: chat.Gone},
		{name: "in a room that one is not in", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.React, Target: w.say(alice, w.room(alice, "#tea"), "hi"), Text: "👍"}
		}, refused: chat.NotFound},
	})
}

func TestPin(t *testing.T) {
	pinned := func(w *world) chat.Seq {
		seq := w.say(alice, lobby, "rules")
		w.must(chat.Command{By: bob, Op: chat.Pin, Target: seq})
		return seq
	}
	runRules(t, []rule{
		{name: "a pin", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Pin, Target: w.say(alice, lobby, "rules"), Client: "p"}
		}, events: []string{"pinned@1 bob client=p target=8 whose=alice"}},
		{name: "taking it off", command: func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.Unpin, Target: pinned(w)}
		}, events: []string{"unpinned@1 carol target=8 whose=alice"}},
		{name: "twice", command: func(w *world) chat.Command {
			return chat.Command{By: carol, Op: chat.Pin, Target: pinned(w)}
		}, refused: chat.Conflict},
		{name: "taking off what is not pinned", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.Unpin, Target: w.say(alice, lobby, "hi")}
		}, refused: chat.NotFound},
		{name: "what was deleted", command: func(w *world) chat.Command {
			seq := w.say(alice, lobby, "hi")
			w.must(chat.Command{By: alice, Op: chat.Delete, Target: seq})
			return chat.Command{By: bob, Op: chat.Pin, Target: seq}
		}, refused: chat.Gone},
		{name: "what is no message", command: just(chat.Command{By: bob, Op: chat.Pin, Target: 3}), refused: chat.NotFound},
		{name: "one more than can be", command: func(w *world) chat.Command {
			for range chat.MaxPins {
				w.must(chat.Command{By: bob, Op: chat.Pin, Target: w.say(alice, lobby, "x")})
			}
			return chat.Command{By: bob, Op: chat.Pin, Target: w.say(alice, lobby, "x")}
		}, refused: chat.TooMany, note: "100"},
	})
}

func TestPinsFollowWhatIsPinned(t *testing.T) {
	w := newCast(t)
	one, two, three := w.say(alice, lobby, "1"), w.say(alice, lobby, "2"), w.say(alice, lobby, "3")
	for _, seq := range []chat.Seq{two, three, one} {
		w.must(chat.Command{By: bob, Op: chat.Pin, Target: seq})
	}
	wantPins(t, w, two, three, one)
	w.must(chat.Command{By: alice, Op: chat.Delete, Target: three})
	wantPins(t, w, two, one)
	w.must(chat.Command{By: alice, Op: chat.Unpin, Target: two})
	w.must(chat.Command{By: alice, Op: chat.Pin, Target: two})
	wantPins(t, w, one, two)
}

func wantPins(t *testing.T, w *world, want ...chat.Seq) {
	t.Helper()
	if r, _ := w.state.Room(lobby); !slices.Equal(r.Pins, want) {
		t.Errorf("pins %v, want %v", r.Pins, want)
	}
}

func TestMarkRead(t *testing.T) {
	runRules(t, []rule{
		{name: "a marker, in one's inbox", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: w.say(alice, lobby, "hi"), Client: "m"}
		}, events: []string{"read@4 bob client=m target=8 about=1 name=#lobby"}},
		{name: "the same again is nothing", command: func(w *world) chat.Command {
			c := chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: w.say(alice, lobby, "hi")}
			w.must(c)
			return c
		}},
		{name: "backwards is nothing", command: func(w *world) chat.Command {
			w.must(chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: w.say(alice, lobby, "hi")})
			return chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: 3}
		}},
		{name: "backwards, if that is meant", command: func(w *world) chat.Command {
			w.must(chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: w.say(alice, lobby, "hi")})
			return chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: 3, Strict: true}
		}, events: []string{"read@4 bob count=1 target=3 about=1 name=#lobby"}},
		{name: "backwards once more is nothing", command: func(w *world) chat.Command {
			w.must(chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: w.say(alice, lobby, "hi")})
			c := chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: 3, Strict: true}
			w.must(c)
			return c
		}},
		{name: "forwards, where backwards was meant", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: w.say(alice, lobby, "hi"), Strict: true}
		}, events: []string{"read@4 bob target=8 about=1 name=#lobby"}},
		{name: "up to nothing is nothing", command: just(chat.Command{By: bob, Op: chat.MarkRead, Room: lobby})},
		{name: "in an archived room", command: func(w *world) chat.Command {
			tea := w.room(bob, "#tea")
			out := w.must(chat.Command{By: bob, Op: chat.ArchiveRoom, Room: tea})
			return chat.Command{By: bob, Op: chat.MarkRead, Room: tea, Target: out.Seq}
		}, events: []string{"read@4 bob target=10 about=8 name=#tea"}},
		{name: "what has not been said", command: just(chat.Command{By: bob, Op: chat.MarkRead, Room: lobby, Target: 8}), refused: chat.Invalid, note: "8"},
		{name: "a room that one is not in", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.MarkRead, Room: w.room(alice, "#tea"), Target: 8}
		}, refused: chat.Forbidden},
		{name: "the inbox, which is not read like a room", command: just(chat.Command{By: bob, Op: chat.MarkRead, Room: bob.Inbox(), Target: 4}), refused: chat.NotFound},
	})
}

func TestTopic(t *testing.T) {
	runRules(t, []rule{
		{name: "a topic", command: just(chat.Command{By: bob, Op: chat.SetTopic, Room: lobby, Text: "all things", Client: "t"}),
			events: []string{"topic@1 bob client=t text=all things"}},
		{name: "none any more", command: func(w *world) chat.Command {
			w.must(chat.Command{By: bob, Op: chat.SetTopic, Room: lobby, Text: "all things"})
			return chat.Command{By: bob, Op: chat.SetTopic, Room: lobby}
		}, events: []string{"topic@1 bob"}},
		{name: "the same again is nothing", command: func(w *world) chat.Command {
			w.must(chat.Command{By: bob, Op: chat.SetTopic, Room: lobby, Text: "all things"})
			return chat.Command{By: carol, Op: chat.SetTopic, Room: lobby, Text: "all things"}
		}},
		{name: "as long as can be", command: just(chat.Command{By: bob, Op: chat.SetTopic, Room: lobby, Text: strings.Repeat("x", chat.MaxTopic)}),
			events: []string{"topic@1 bob text=" + strings.Repeat("x", chat.MaxTopic)}},
		{name: "too long", command: just(chat.Command{By: bob, Op: chat.SetTopic, Room: lobby, Text: strings.Repeat("x", chat.MaxTopic+1)}), refused: chat.Invalid, note: "1025"},
		{name: "of two lines", command: just(chat.Command{By: bob, Op: chat.SetTopic, Room: lobby, Text: "a\nb"}), refused: chat.Invalid},
		{name: "with an escape sequence", command: just(chat.Command{By: bob, Op: chat.SetTopic, Room: lobby, Text: "\x1b]0;x\a"}), refused: chat.Invalid},
		{name: "not UTF-8", command: just(chat.Command{By: bob, Op: chat.SetTopic, Room: lobby, Text: "\xff"}), refused: chat.Invalid},
		{name: "of a direct conversation", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.SetTopic, Room: w.direct(bob, alice), Text: "x"}
		}, refused: chat.Invalid},
		{name: "of a room that one is not in", command: func(w *world) chat.Command {
			return chat.Command{By: bob, Op: chat.SetTopic, Room: w.room(alice, "#tea"), Text: "x"}
		}, refused: chat.Forbidden},
		{name: "of an archived room", command: func(w *world) chat.Command {
			tea := w.room(alice, "#tea")
			w.must(chat.Command{By: alice, Op: chat.ArchiveRoom, Room: tea})
			return chat.Command{By: alice, Op: chat.SetTopic, Room: tea, Text: "x"}
		}, refused: chat.Gone},
	})
}

func TestClientIDsAreUniqueForEver(t *testing.T) {
	for _, c := range []struct {
		name    string
		command func(w *world) chat.Command
	}{
		{"say", just(chat.Command{By: alice, Op: chat.Say, Room: lobby, Text: "once"})},
		{"edit", func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Edit, Target: w.say(alice, lobby, "x"), Text: "once"}
		}},
		{"delete", func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Delete, Target: w.say(alice, lobby, "x")}
		}},
		{"react", func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.React, Target: w.say(alice, lobby, "x"), Text: "👍"}
		}},
		{"pin", func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Pin, Target: w.say(alice, lobby, "x")}
		}},
		{"topic", just(chat.Command{By: alice, Op: chat.SetTopic, Room: lobby, Text: "once"})},
		{"join", func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Join, Room: w.room(bob, "#tea")}
		}},
		{"join by a new name", just(chat.Command{By: alice, Op: chat.Join, Name: "#tea"})},
		{"leave", just(chat.Command{By: alice, Op: chat.Leave, Room: lobby})},
		{"create", just(chat.Command{By: alice, Op: chat.CreateRoom, Name: "#tea"})},
		{"rename", func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.RenameRoom, Room: w.room(alice, "#tea"), Name: "#coffee"}
		}},
		{"archive", func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.ArchiveRoom, Room: w.room(alice, "#tea")}
		}},
		{"invite", func(w *world) chat.Command {
			return chat.Command{By: alice, Op: chat.Invite, Room: w.private(alice, "#den"), User: bob}
		}},
		{"direct", just(chat.Command{By: alice, Op: chat.OpenDirect, User: bob})},
		{"nick", just(chat.Command{By: alice, Op: chat.SetNick, Name: "alina"})},
		{"read", just(chat.Command{By: alice, Op: chat.MarkRead, Room: lobby, Target: 7})},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newCast(t)
			command := c.command(w)
			command.Client = "retry-me"
			events, first := w.apply(command)
			if first.Err != nil || len(events) == 0 {
				t.Fatalf("nothing happened: %+v", first)
			}
			w.say(bob, lobby, "meanwhile")
			again, out := w.apply(command)
			if len(again) > 0 || out.Err != nil {
				t.Fatalf("sent twice: outcome %+v, events %v", out, showAll(again))
			}
			if out.Seq < events[0].Seq || out.Seq > first.Seq || out.Room != events[out.Seq-events[0].Seq].Room {
				t.Errorf("the repeated command's outcome is event %d in room %d, which is none of %v", out.Seq, out.Room, showAll(events))
			}
			other := command
			other.By = carol
			if _, out := w.apply(other); out.Err == nil && out.Seq != 0 && out.Seq <= first.Seq {
				t.Errorf("another author's command of the same client id was taken for a repetition")
			}
			w.depart(alice)
			if events, out := w.apply(command); len(events) > 0 || out.Err != nil {
				t.Errorf("after the author has gone: outcome %+v, events %v", out, showAll(events))
			}
		})
	}
}

func TestRefusedCommandsClientIDMayBeTriedAgain(t *testing.T) {
	w := newCast(t)
	c := chat.Command{By: bob, Op: chat.CreateRoom, Name: "#lobby", Client: "c1"}
	if _, out := w.apply(c); out.Err == nil {
		t.Fatal("there are two lobbies")
	}
	c.Name = "#tea"
	if events, out := w.apply(c); out.Err != nil || len(events) == 0 {
		t.Errorf("refused once, the client id is used up: %+v", out)
	}
}

func TestTimesNeverDecreaseWithinAMinute(t *testing.T) {
	w := newCast(t)
	at := func(offset chat.Millis) chat.Millis {
		t.Helper()
		events, out := w.apply(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "x", Time: w.now + offset})
		if out.Err != nil {
			t.Fatal(out.Err)
		}
		return events[0].Time - w.now
	}
	for _, step := range []struct{ proposed, want chat.Millis }{
		{0, 0},
		{5000, 5000},
		{4999, 5000},                         // another node's clock is a little behind
		{5000 - 59_999, 5000},                // as far as that is believed
		{5000 - 60_000, 5000 - 60_000},       // a clock that was wrong has been set right
		{-1 << 50, -1 << 50},                 // whatever the clock says, it must not stop the log
		{1 << 50, 1 << 50},                   //
		{-(w.now + 1<<62), -(w.now + 1<<62)}, // before 1970
	} {
		if got := at(step.proposed); got != step.want {
			t.Errorf("proposed at %+d ms: event at %+d, want %+d", step.proposed, got, step.want)
		}
	}
}

func TestKindsHaveStableNames(t *testing.T) {
	names := map[string]bool{}
	for kind := chat.Kind(1); kind < chat.KindEnd; kind++ {
		if name := kind.String(); name == "" || names[name] || strings.HasPrefix(name, "kind-") {
			t.Errorf("kind %d is called %q", kind, name)
		} else {
			names[name] = true
		}
	}
	if name := chat.KindEnd.String(); names[name] || name == "" {
		t.Errorf("an unknown kind is called %q", name)
	}
}

func TestCodesHaveStableNames(t *testing.T) {
	names := map[string]bool{}
	for code := chat.Invalid; code <= chat.Internal; code++ {
		if name := code.String(); name == "" || names[name] || strings.HasPrefix(name, "code-") {
			t.Errorf("code %d is called %q", code, name)
		} else {
			names[name] = true
		}
	}
	if got := chat.Code(200).String(); got != "code-200" {
		t.Errorf("an unknown code is called %q", got)
	}
	if got := chat.Seq(812).String(); got != "812" {
		t.Errorf("Seq 812 prints as %q", got)
	}
	cause := fmt.Errorf("disk on fire")
	err := &chat.Error{Code: chat.Internal, Text: "Sorry.", Cause: cause}
	if err.Error() != "Sorry." || err.Unwrap() != cause {
		t.Errorf("the error shows its cause or loses it: %v, %v", err, err.Unwrap())
	}
}
