package hub_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// look returns a session that reads a room without being anybody.
func (w *world) look(room chat.RoomID, after chat.Seq) *client {
	w.Helper()
	c := w.connect(localhost)
	if err := c.Look(w.Context(), room, after); err != nil {
		w.Fatalf("look into %d: %v", room, err)
	}
	return c
}

// Whoever looks in reads what happens from a position on, and nobody is told.
func TestOnlookerReadsOnFromAPosition(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	ann := w.guest("ann")
	tea, milk := ann.join("#tea"), ann.join("#milk")
	ann.say(tea, "one")
	second := ann.say(tea, "two")
	c := w.look(tea, second-1)
	c.awaitSeq(second)
	if err := c.Look(t.Context(), milk, w.hub.Horizon()); err != nil {
		t.Fatalf("look into another room: %v", err)
	}
	ann.say(tea, "three")
	c.awaitSeq(ann.say(milk, "and milk?"))
	c.wantOrder()
	if got := c.texts(); !slices.Equal(got, []string{"two", "three", "and milk?"}) {
		t.Errorf("the onlooker reads %q", got)
	}
	if kinds := c.kinds(); kinds[0] != hub.Entered || c.got[0].After != second-1 || c.got[0].Joins {
		t.Errorf("the onlooker is told %v", c.describe())
	}
	if got := nicks(w, tea); !slices.Equal(got, []string{"ann"}) {
		t.Errorf("in the room there are %q", got)
	}
	if out := c.Do(t.Context(), chat.Command{Op: chat.Say, Room: tea, Text: "me too"}); code(out.Err) != chat.Forbidden {
		t.Errorf("the onlooker says something: %+v", out)
	}
	if err := c.Arrive(t.Context(), hub.Arrival{Nick: "bob"}); code(err) != chat.Conflict {
		t.Errorf("somebody arrives with the onlooker's session: %v", err)
	}
	if err := ann.Look(t.Context(), tea, 0); code(err) != chat.Conflict {
		t.Errorf("somebody who has arrived looks in: %v", err)
	}
	c.Close()
	if n := w.hub.Onlookers(); n != 0 {
		t.Errorf("%d sessions look in that have ended", n)
	}
}

// Before somebody has arrived they read what anybody may.
func TestWhoHasNotArrivedReadsWhatAnybodyMay(t *testing.T) {
	for _, c := range []struct {
		name    string
		policy  hub.Policy
		make    func(ann *client, tea chat.RoomID)
		sees    bool
		refused chat.Code // to read; 0 if it may be read
	}{
		{"a public room", hub.OpenPolicy(), func(*client, chat.RoomID) {}, true, 0},
		{"a hidden room", hub.OpenPolicy(), func(ann *client, tea chat.RoomID) {
			ann.must(chat.Command{Op: chat.SetRules, Room: tea, Rules: chat.Hidden})
		}, true, 0},
		{"an archived room", hub.OpenPolicy(), func(ann *client, tea chat.RoomID) {
			ann.must(chat.Command{Op: chat.ArchiveRoom, Room: tea})
		}, true, 0},
		{"a room without guests", hub.OpenPolicy(), func(ann *client, tea chat.RoomID) {
			ann.must(chat.Command{Op: chat.SetRules, Room: tea, Rules: chat.NoGuests})
		}, true, chat.Forbidden},
		{"a room by invitation", hub.OpenPolicy(), func(ann *client, tea chat.RoomID) {
			ann.must(chat.Command{Op: chat.SetRules, Room: tea, Rules: chat.InviteOnly})
		}, true, chat.Forbidden},
		{"a room with a key", hub.OpenPolicy(), func(ann *client, tea chat.RoomID) {
			ann.must(chat.Command{Op: chat.SetKey, Room: tea, Text: "milk"})
		}, true, chat.Forbidden},
		{"a server without guests", hub.Policy{Registration: hub.Open}, func(*client, chat.RoomID) {}, false, chat.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, hub.NoLimits(), func(h *hub.Hub) { h.SetPolicy(c.policy) })
			ann := w.member("ann")
			tea := ann.join("#tea")
			seq := ann.say(tea, "hello")
			c.make(ann, tea)
			nobody := w.connect(localhost)
			if _, err := nobody.Room("#tea"); (err == nil) != c.sees {
				t.Errorf("the room: %v", err)
			}
			_, history := nobody.History(t.Context(), tea, 0, 10)
			_, around := nobody.Around(t.Context(), tea, seq, 10)
			_, message := nobody.Message(t.Context(), seq)
			_, thread := nobody.Thread(t.Context(), seq, 0, 10)
			_, past := nobody.Playback(t.Context(), tea, hub.Range{Limit: 10})
			look := nobody.Look(t.Context(), tea, 0)
			hidden := chat.NotFound // what is not read is not there
			if c.refused == 0 {
				hidden = 0
			}
			if code(history) != c.refused || code(around) != c.refused || code(past) != c.refused || code(message) != hidden || code(thread) != hidden {
				t.Errorf("history: %v; around: %v; past: %v; message: %v; thread: %v; want %v", history, around, past, message, thread, c.refused)
			}
			if (look == nil) != (c.refused == 0) || look != nil && code(look) != chat.Forbidden {
				t.Errorf("look in: %v", look)
			}
		})
	}
}

// Looking in ends when the room is not anybody's any more, before the event that
// makes it so.
func TestOnlookerIsTurnedOut(t *testing.T) {
	for _, c := range []struct {
		name  string
		event chat.Command
	}{
		{"by invitation only", chat.Command{Op: chat.SetRules, Rules: chat.InviteOnly}},
		{"without guests", chat.Command{Op: chat.SetRules, Rules: chat.NoGuests | chat.Announce}},
		{"with a key", chat.Command{Op: chat.SetKey, Text: "milk"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, hub.Limits{})
			ann := w.guest("ann")
			tea := ann.join("#tea")
			looking, late := w.look(tea, w.hub.Horizon()), w.look(tea, 0)
			ann.must(chat.Command{Op: chat.SetRules, Room: tea, Rules: chat.Announce})
			last := ann.say(tea, "open")
			looking.awaitSeq(last)
			c.event.Room = tea
			ann.must(c.event)
			ann.say(tea, "closed")
			for _, l := range []*client{looking, late} {
				l.await("the end", func() bool { return l.got[len(l.got)-1].Kind == hub.Exited })
				if l.last() != last || !slices.Equal(l.texts(), []string{"open"}) {
					t.Errorf("the onlooker reads %q, up to %d", l.texts(), l.last())
				}
			}
			if err := looking.Look(t.Context(), tea, 0); code(err) != chat.Forbidden {
				t.Errorf("once more: %v", err)
			}
		})
	}
}

// A ban of a network ends the looking in from there.
func TestBanEndsLookingIn(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	tea := w.guest("ann").join("#tea")
	here, there := w.look(tea, 0), w.connect(netip.MustParseAddr("192.0.2.7"))
	if err := there.Look(t.Context(), tea, 0); err != nil {
		t.Fatal(err)
	}
	w.order(chat.Command{Op: chat.Ban, Name: "192.0.2.0/24"})
	there.await("the end", func() bool { return there.err != nil })
	if evicted := (*hub.Evicted)(nil); !errors.As(there.err, &evicted) {
		t.Errorf("%v", there.err)
	}
	again := w.connect(netip.MustParseAddr("192.0.2.8"))
	if err := again.Look(t.Context(), tea, 0); code(err) != chat.Forbidden {
		t.Errorf("from the network: %v", err)
	}
	if here.drain(); here.err != nil {
		t.Errorf("somebody else: %v", here.err)
	}
}

// Who is here and not in a room reads it if they could just come in: a key, or a rule
// against guests, keeps its past from them too.
func TestWhoCouldNotComeInReadsNothing(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	ann, guest, member := w.member("ann"), w.guest("otter"), w.member("bob")
	tea, milk, open := ann.join("#tea"), ann.join("#milk"), ann.join("#open")
	said := map[chat.RoomID]chat.Seq{}
	for _, room := range []chat.RoomID{tea, milk, open} {
		said[room] = ann.say(room, "the kettle")
	}
	ann.must(chat.Command{Op: chat.SetKey, Room: tea, Text: "sesame"})
	ann.must(chat.Command{Op: chat.SetRules, Room: milk, Rules: chat.NoGuests})
	for _, x := range []struct {
		name  string
		who   *client
		room  chat.RoomID
		reads bool
	}{
		{"a member, with a key", member, tea, false}, {"a guest, with a key", guest, tea, false}, {"who is in it, with a key", ann, tea, true},
		{"a member, without guests", member, milk, true}, {"a guest, without guests", guest, milk, false}, {"who is in it, without guests", ann, milk, true},
		{"a member, an open room", member, open, true}, {"a guest, an open room", guest, open, true},
	} {
		_, history := x.who.History(t.Context(), x.room, 0, 10)
		_, message := x.who.Message(t.Context(), said[x.room])
		_, past := x.who.Playback(t.Context(), x.room, hub.Range{Limit: 10})
		for what, err := range map[string]*chat.Error{"history": history, "message": message, "playback": past} {
			if (err == nil) != x.reads {
				t.Errorf("%s: %s is answered %v", x.name, what, err)
			}
		}
		room, err := x.who.RoomByID(x.room)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.who.Search(t.Context(), "kettle in:"+room.Name, 0); (err == nil) != x.reads {
			t.Errorf("%s: a search is answered %v", x.name, err)
		}
	}
	banned := w.member("eve")
	ann.must(chat.Command{Op: chat.Ban, Room: open, User: banned.User()})
	if _, err := banned.History(t.Context(), open, 0, 10); code(err) != chat.Forbidden || err.Why != chat.BannedHere {
		t.Errorf("who is banned reads: %v", err)
	}
	ann.must(chat.Command{Op: chat.Unban, Room: open, User: banned.User()})
	if _, err := banned.History(t.Context(), open, 0, 10); err != nil {
		t.Errorf("who is banned no more: %v", err)
	}
	member.must(chat.Command{Op: chat.Join, Room: tea, Text: "sesame"})
	if _, err := member.History(t.Context(), tea, 0, 10); err != nil {
		t.Errorf("with the key in hand: %v", err)
	}
}
