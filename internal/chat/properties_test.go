package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// promoted makes somebody a member, and what else they are to be.
func (w *world) promoted(id chat.UserID, role chat.Role) {
	w.t.Helper()
	u, _ := w.state.User(id)
	w.must(chat.Command{By: id, Op: chat.Register, Name: u.Nick, Open: true})
	if role > chat.MemberRole {
		w.must(chat.Command{Op: chat.SetRole, User: id, Level: uint8(role)})
	}
}

func TestSetProperty(t *testing.T) {
	own := chat.Command{By: alice, Op: chat.SetProperty, Name: "status", Text: "at tea"}
	of := func(c chat.Command, change func(c *chat.Command)) chat.Command {
		change(&c)
		return c
	}
	after := func(first, then chat.Command) func(w *world) chat.Command {
		return func(w *world) chat.Command {
			w.must(first)
			return then
		}
	}
	private := of(own, func(c *chat.Command) { c.Private = true })
	admin := func(then chat.Command, before ...chat.Command) func(w *world) chat.Command {
		return func(w *world) chat.Command {
			for _, c := range before {
				w.must(c)
			}
			w.promoted(alice, chat.OwnerRole)
			return then
		}
	}
	ofBob := chat.Command{By: alice, Op: chat.SetProperty, User: bob, Name: "status", Text: "robot"}
	ofRoom := chat.Command{By: alice, Op: chat.SetProperty, Name: "avatar", Text: "https://tea.example/a.png"}
	inTea := func(change func(w *world, c *chat.Command)) func(w *world) chat.Command {
		return func(w *world) chat.Command {
			c := ofRoom
			c.Room = w.room(alice, "#tea")
			change(w, &c)
			return c
		}
	}
	runRules(t, []rule{
		{name: "one's own is told to one's inbox", command: just(own), events: []string{"property@2 alice whose=alice user=2 name=status text=at tea"}},
		{name: "also by one's number", command: just(of(own, func(c *chat.Command) { c.User = alice })), events: []string{"property@2 alice whose=alice user=2 name=status text=at tea"}},
		{name: "privately", command: just(private), events: []string{"property@2 alice flags=1 whose=alice user=2 name=status text=at tea"}},
		{name: "the same again is nothing", command: after(own, own)},
		{name: "the same, but privately from now on", command: after(own, private), events: []string{"property@2 alice flags=1 whose=alice user=2 name=status text=at tea"}},
		{name: "another value", command: after(own, of(own, func(c *chat.Command) { c.Text = "back\nsoon" })), events: []string{"property@2 alice whose=alice user=2 name=status text=back\nsoon"}},
		{name: "none removes it", command: after(own, of(own, func(c *chat.Command) { c.Text = "" })), events: []string{"property@2 alice whose=alice user=2 name=status"}},
		{name: "removing what is not there is nothing", command: just(of(own, func(c *chat.Command) { c.Text = "" }))},
		{name: "a key in capitals", command: just(of(own, func(c *chat.Command) { c.Name = "Status" })), refused: chat.Invalid, note: "a-z"},
		{name: "no key", command: just(of(own, func(c *chat.Command) { c.Name = "" })), refused: chat.Invalid},
		{name: "a long key", command: just(of(own, func(c *chat.Command) { c.Name = strings.Repeat("k", chat.MaxPropertyKey+1) })), refused: chat.Invalid},
		{name: "a long value", command: just(of(own, func(c *chat.Command) { c.Text = strings.Repeat("v", chat.MaxProperty+1) })), refused: chat.Invalid, note: "4096"},
		{name: "a value that harms screens", command: just(of(own, func(c *chat.Command) { c.Text = "\x1b[2J" })), refused: chat.Invalid},
		{name: "a value that is no UTF-8", command: just(of(own, func(c *chat.Command) { c.Text = "\xff" })), refused: chat.Invalid},

		{name: "somebody else's", command: just(ofBob), refused: chat.Forbidden},
		{name: "somebody else's, by an admin", command: admin(ofBob), events: []string{
			"property@4 alice level=4 whose=bob user=4 name=status text=robot", "property@9 alice level=4 whose=bob user=4 name=status text=robot",
		}},
		{name: "a private one, by an admin", command: admin(ofBob, chat.Command{By: bob, Op: chat.SetProperty, Name: "status", Text: "me", Private: true}), refused: chat.Forbidden, note: "bob"},
		{name: "privately, by an admin", command: admin(of(ofBob, func(c *chat.Command) { c.Private = true })), refused: chat.Forbidden},
		{name: "nobody's", command: just(chat.Command{Op: chat.SetProperty, Name: "status", Text: "x"}), refused: chat.NotFound},

		{name: "a room's, by its owner", command: inTea(func(*world, *chat.Command) {}), events: []string{"property@8 alice about=8 name=avatar text=https://tea.example/a.png"}},
		{name: "a room's, by a member", command: inTea(func(w *world, c *chat.Command) {
			w.join(bob, c.Room)
			c.By = bob
		}), refused: chat.Forbidden, note: "owner of #tea"},
		{name: "a room's, from outside", command: inTea(func(_ *world, c *chat.Command) { c.By = bob }), refused: chat.Forbidden},
		{name: "a room's, privately", command: inTea(func(_ *world, c *chat.Command) { c.Private = true }), refused: chat.Invalid},
		{name: "a room's, the same again", command: inTea(func(w *world, c *chat.Command) { w.must(*c) })},
		{name: "a private room's, from outside", command: func(w *world) chat.Command {
			c := ofRoom
			c.By, c.Room = bob, w.private(alice, "#den")
			return c
		}, refused: chat.NotFound},
		{name: "a direct conversation's", command: func(w *world) chat.Command {
			c := ofRoom
			c.Room = w.direct(alice, bob)
			return c
		}, refused: chat.Invalid},
		{name: "the console sets what is public", command: just(chat.Command{Op: chat.SetProperty, Room: lobby, Name: "avatar", Text: "x"}),
			events: []string{"property@1  about=1 name=avatar text=x"}},
	})
}

// There are so many keys and no more, until one goes; and who has gone has none.
func TestPropertiesAreCounted(t *testing.T) {
	w := newCast(t)
	set := func(n int, text string) *chat.Error {
		_, out := w.apply(chat.Command{By: alice, Op: chat.SetProperty, Name: fmt.Sprintf("key%d", n), Text: text})
		return out.Err
	}
	for n := range chat.MaxProperties {
		if err := set(n, "x"); err != nil {
			t.Fatal(err)
		}
	}
	full := func() bool {
		err := set(chat.MaxProperties, "x")
		return err != nil && err.Code == chat.TooMany && err.Why == chat.ListFull
	}
	if !full() {
		t.Error("one key more than there can be")
	}
	if err := set(7, "y"); err != nil {
		t.Errorf("another value: %v", err)
	}
	if err := set(chat.MaxProperties, ""); err != nil {
		t.Errorf("removing what is not there: %v", err)
	}
	if err := set(7, ""); err != nil || full() || !strings.Contains(fmt.Sprint(set(7, "z")), "100") {
		t.Errorf("one went and one came: %v", err)
	}
}

// A guest who comes back has to set everything anew, also within one batch.
func TestPropertiesOfAGuestGoWithTheGuest(t *testing.T) {
	w := newWorld(t)
	key := chat.Key{7}
	dave := w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: key}).User
	set := chat.Command{By: dave, Op: chat.SetProperty, Name: "status", Text: "tea", Time: w.now}
	w.must(set)
	batch := []*chat.Command{{Op: chat.Depart, User: dave, Time: w.now}, {Op: chat.Arrive, Key: key, Time: w.now}, &set}
	facts := w.lib.facts(batch...)
	var events []chat.Event
	for _, c := range batch {
		var out chat.Outcome
		if events, out = w.state.Apply(c, facts, events); out.Err != nil {
			t.Fatal(out.Err)
		}
	}
	if last := events[len(events)-1]; last.Kind != chat.PropertySet || last.Text != "tea" {
		t.Errorf("the property was still there: %v", showAll(events))
	}
}

// A room can have another one for those who may not come in.
func TestWhoMayNotComeInComesIntoTheOtherRoom(t *testing.T) {
	hall := func(w *world, change func(tea, other chat.RoomID)) (tea, other chat.RoomID) {
		tea, other = w.room(alice, "#tea"), w.room(alice, "#Hall")
		w.must(chat.Command{By: alice, Op: chat.SetProperty, Room: tea, Name: chat.ForwardKey, Text: "#Hall"})
		w.must(chat.Command{By: alice, Op: chat.SetKey, Room: tea, Text: "sesame"})
		change(tea, other)
		return tea, other
	}
	join := chat.Command{By: bob, Op: chat.Join, Name: "#tea", Client: "j"}
	runRules(t, []rule{
		{name: "without the key", command: func(w *world) chat.Command {
			hall(w, func(_, _ chat.RoomID) {})
			return join
		}, events: []string{"joined@10 bob client=j"}},
		{name: "who is there already", command: func(w *world) chat.Command {
			hall(w, func(_, other chat.RoomID) { w.join(bob, other) })
			return join
		}},
		{name: "with the key", command: func(w *world) chat.Command {
			hall(w, func(_, _ chat.RoomID) {})
			c := join
			c.Text = "sesame"
			return c
		}, events: []string{"joined@8 bob client=j"}},
		{name: "by number", command: func(w *world) chat.Command {
			c := join
			c.Room, _ = hall(w, func(_, _ chat.RoomID) {})
			return c
		}, refused: chat.Forbidden, note: "#tea is entered with a key"},
		{name: "where that lets nobody in either", command: func(w *world) chat.Command {
			hall(w, func(_, other chat.RoomID) {
				w.must(chat.Command{By: alice, Op: chat.SetRules, Room: other, Rules: chat.InviteOnly})
			})
			return join
		}, refused: chat.Forbidden, note: "#tea is entered with a key"},
		{name: "where that is called otherwise now", command: func(w *world) chat.Command {
			hall(w, func(_, other chat.RoomID) {
				w.must(chat.Command{By: alice, Op: chat.RenameRoom, Room: other, Name: "#foyer"})
			})
			return join
		}, refused: chat.Forbidden},
		{name: "no more", command: func(w *world) chat.Command {
			hall(w, func(tea, _ chat.RoomID) {
				w.must(chat.Command{By: alice, Op: chat.SetProperty, Room: tea, Name: chat.ForwardKey})
			})
			return join
		}, refused: chat.Forbidden},
	})
}

func TestForwardingTakesKeepingOrderInBothRooms(t *testing.T) {
	forward := func(to string, before func(w *world)) func(w *world) chat.Command {
		return func(w *world) chat.Command {
			tea := w.room(alice, "#tea")
			before(w)
			return chat.Command{By: alice, Op: chat.SetProperty, Room: tea, Name: chat.ForwardKey, Text: to}
		}
	}
	runRules(t, []rule{
		{name: "nowhere", command: forward("#hall", func(*world) {}), refused: chat.NotFound, note: "#hall"},
		{name: "a private room of others", command: forward("#hall", func(w *world) { w.private(bob, "#hall") }), refused: chat.NotFound, note: "#hall"},
		{name: "a private room of one's own", command: forward("#hall", func(w *world) { w.private(alice, "#hall") }), refused: chat.Invalid},
		{name: "itself", command: forward("#tea", func(*world) {}), refused: chat.Invalid},
		{name: "spelt otherwise", command: forward("#HALL", func(w *world) { w.room(alice, "#hall") }), refused: chat.Invalid},
		{name: "a room of others", command: forward("#hall", func(w *world) { w.room(bob, "#hall") }), refused: chat.Forbidden, note: "#hall"},
		{name: "where one is a moderator", command: forward("#hall", func(w *world) {
			hall := w.room(bob, "#hall")
			w.join(alice, hall)
			w.must(chat.Command{By: bob, Op: chat.SetRank, Room: hall, User: alice, Level: uint8(chat.ModeratorRank)})
		}), events: []string{"property@8 alice about=8 name=forward text=#hall"}},
	})
}
