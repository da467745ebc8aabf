package hub_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// tracker returns a session that tracks and speaks for a guest.
func (w *world) tracker(nick string) *client {
	w.Helper()
	return w.track(hub.Arrival{Nick: nick})
}

// tracking returns one more session of a member, which tracks.
func (c *client) tracking() *client {
	c.w.Helper()
	return c.w.track(hub.Arrival{User: c.User(), Credential: c.w.password(c.User())})
}

func (w *world) track(a hub.Arrival) *client {
	w.Helper()
	c := w.connect(localhost)
	c.Track()
	if err := c.Arrive(w.Context(), a); err != nil {
		w.Fatal(err)
	}
	c.Settled()
	c.drain()
	c.got = nil
	return c
}

// tag proposes a message with a tag of its own.
func (c *client) tag(room chat.RoomID, text string) {
	c.w.Helper()
	if err := c.Send(context.Background(), chat.Command{Op: chat.Say, Room: room, Text: text}, text); err != nil {
		c.w.Fatal(err)
	}
}

// story tells what was delivered: what was said, in brackets with the tag if it came
// by itself; posts; and answers.
func (c *client) story() (lines []string) {
	for _, d := range c.got {
		switch {
		case d.Kind == hub.Personal:
			lines = append(lines, fmt.Sprintf("[%s %v]", d.Event.Text, d.Answer.Tag))
		case d.Kind == hub.Events:
			for l := range strings.Lines(string(d.Bytes)) {
				lines = append(lines, strings.TrimSpace(l))
			}
		case d.Kind == hub.Answered && d.Answer.Signal != nil:
			lines = append(lines, "~"+d.Answer.Signal.Text)
		case d.Kind == hub.Answered && d.Answer.Body != nil:
			lines = append(lines, "="+string(d.Answer.Body))
		case d.Kind == hub.Answered:
			lines = append(lines, fmt.Sprintf("%v done", d.Answer.Tag))
		}
	}
	return lines
}

// Whatever a session that tracks says itself comes by itself, with its tag, at its
// place between what others say; the rest still comes in runs.
func TestOwnEventsComeOneByOneAtTheirPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		lobby := w.lobby()
		ann, bob := w.tracker("ann"), w.guest("bob")
		ann.drain()
		ann.got, ann.dialect = nil, dialectText
		w.batch(func() {
			bob.send(chat.Command{Op: chat.Say, Room: lobby, Text: "b1"})
			bob.send(chat.Command{Op: chat.Say, Room: lobby, Text: "b2"})
			ann.tag(lobby, "a1")
			ann.tag(lobby, "a2")
			bob.send(chat.Command{Op: chat.Say, Room: lobby, Text: "b3"})
			ann.tag(lobby, "a3")
		})
		synctest.Wait()
		ann.drain()
		said := slices.DeleteFunc(ann.story(), func(l string) bool { return strings.HasSuffix(l, " done") || strings.Contains(l, "<nil>") })
		wantLines(t, "what ann is shown", said, "b1", "b2", "[a1 a1]", "[a2 a2]", "b3", "[a3 a3]")
		done := 0
		for _, d := range ann.got {
			if d.Kind == hub.Events && d.Last == 0 {
				t.Errorf("a run without its end: %v", d)
			}
			if d.Kind == hub.Answered && d.Answer.Tag != nil {
				done++
			}
		}
		if done != 3 {
			t.Errorf("%d answers, not 3: %q", done, ann.story())
		}
	})
}

// Every event that a command brings about has its tag, in each room. The answer of
// the command comes behind.
func TestAnswerComesBehindAllThatItsCommandBroughtAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		ann := w.tracker("ann")
		tea := ann.join("#tea")
		synctest.Wait()
		ann.drain()
		ann.got, ann.dialect = nil, dialectText
		ann.tag(tea, "hello")
		if err := ann.Send(t.Context(), chat.Command{Op: chat.SetNick, Name: "anna"}, "nick"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		ann.drain()
		var tags []any
		for _, d := range ann.got {
			if d.Kind == hub.Personal {
				tags = append(tags, d.Answer.Tag)
			} else if d.Kind == hub.Answered {
				tags = append(tags, fmt.Sprint(d.Answer.Tag, " done"))
			}
		}
		// The inbox, the lobby and #tea are told of the new nick.
		want := []any{"hello", "hello done", "nick", "nick", "nick", "nick done"}
		if !slices.Equal(tags, want) {
			t.Errorf("the tags are %v, not %v", tags, want)
		}
	})
}

// What was posted before a Send comes before what the Send brings about, and what
// was posted behind it comes behind.
func TestAnswersPostedBeforeComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		lobby := w.lobby()
		ann := w.tracker("ann")
		ann.drain()
		ann.got, ann.dialect = nil, dialectText
		ann.post("p1")
		ann.tag(lobby, "a1")
		ann.tag(lobby, "a2")
		if err := ann.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		ann.post("p2")
		ann.tag(lobby, "a3")
		synctest.Wait()
		ann.drain()
		wantLines(t, "the order", ann.story(), "=p1", "[a1 a1]", "a1 done", "[a2 a2]", "a2 done", "=p2", "[a3 a3]", "a3 done")
	})
}

// However much of what others say waits for a slow reader, an answer never comes
// before what was said ahead of it: with labels, or JOIN and NAMES, clients would
// be misled.
func TestAnswersOvertakeNoOwnEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		lobby := w.lobby()
		ann, bob := w.tracker("ann"), w.guest("bob")
		ann.drain()
		ann.got, ann.dialect, ann.max, ann.wait = nil, dialectText, 64<<10, true
		long := strings.Repeat("x", 30_000)
		for range 10 {
			bob.say(lobby, long)
		}
		ann.tag(lobby, "a1")
		if err := ann.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		ann.post("pong")
		for range 5 {
			bob.say(lobby, long)
		}
		synctest.Wait()
		ann.drain()
		story := slices.DeleteFunc(ann.story(), func(l string) bool { return l == long || strings.Contains(l, "<nil>") })
		wantLines(t, "the order", story, "[a1 a1]", "a1 done", "=pong")
		if answers := ann.story(); answers[len(answers)-1] != long {
			t.Errorf("the answers waited until everything had been read")
		}
	})
}

// A session that does not track gets what it says in runs like all else, and
// answers behind it.
func TestSessionsThatDoNotTrackGetRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		lobby := w.lobby()
		ann, bob := w.guest("ann"), w.tracker("bob")
		ann.drain()
		ann.got, ann.dialect = nil, dialectText
		w.batch(func() {
			ann.tag(lobby, "a1")
			bob.tag(lobby, "b1")
			ann.tag(lobby, "a2")
		})
		bob.Signal(&hub.Signal{Kind: hub.Told, Room: mustRoom(ann), Text: "psst"})
		ann.SetProfile(hub.Profile{Name: "ann"})
		synctest.Wait()
		ann.drain()
		for _, d := range ann.got {
			if d.Kind == hub.Personal || d.Answer.Signal != nil {
				t.Errorf("a session that does not track got %+v", d)
			}
		}
		wantLines(t, "what ann is shown", ann.story(), "a1", "b1", "a2", "a1 done", "a2 done")
		if p := ann.Profile(); p != (hub.Profile{}) {
			t.Errorf("it has the profile %+v", p)
		}
	})
}

// mustRoom returns the lobby as a session sees it.
func mustRoom(c *client) *chat.RoomInfo {
	room, err := c.Room(chat.Lobby)
	if err != nil {
		c.w.Fatal(err)
	}
	return room
}

// What a session says in rooms that it does not read is forgotten, however much it
// is: nothing piles up, and nobody waits for ever.
func TestOwnEventsInRoomsThatAreNotReadAreForgotten(t *testing.T) {
	for _, traffic := range []bool{false, true} {
		t.Run(fmt.Sprintf("others talk: %t", traffic), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testForgotten(t, traffic) })
		})
	}
}

func testForgotten(t *testing.T, traffic bool) {
	limits := hub.NoLimits()
	limits.InFlight = 8
	w := newWorld(t, limits)
	lobby := w.lobby()
	ann, other := w.guest("ann"), w.member("other")
	admin := w.member("admin").promote(chat.OwnerRole).tracking()
	admin.dialect = dialectText
	stop := make(chan struct{})
	read := aside(func() int {
		n := 0
		for {
			admin.drain()
			n++
			select {
			case <-admin.woken:
			case <-stop:
				return n
			}
		}
	})
	// What becomes of others is told in their inboxes.
	roles := [...]chat.Role{chat.AdminRole, chat.MemberRole}
	for i := range 10 * limits.InFlight {
		if traffic {
			ann.say(lobby, "talk")
		}
		if err := admin.Send(t.Context(), chat.Command{Op: chat.SetRole, User: other.User(), Level: uint8(roles[i%2])}, i); err != nil {
			t.Fatal(err)
		}
	}
	if err := admin.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	if taken, unseen := admin.Own(); taken != 0 || unseen != 0 {
		t.Errorf("%d own events are kept, and %d waited for", taken, unseen)
	}
	close(stop)
	<-read
	done := 0
	for _, d := range admin.got {
		switch {
		case d.Kind == hub.Personal && d.Answer.Tag != nil:
			t.Errorf("an event of a room that is not read came: %v", d.Event)
		case d.Kind == hub.Answered:
			if d.Answer.Outcome.Err != nil || d.Answer.Tag != done {
				t.Fatalf("answer %d is %+v", done, d.Answer)
			}
			done++
		}
	}
	if done != 10*limits.InFlight {
		t.Errorf("%d answers", done)
	}
}

// A session that lags behind its tail gets its own events from the store, with their
// tags, and what is about people by itself there too.
func TestLaggedSessionGetsItsOwnEventsFromTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits(), func(h *hub.Hub) { h.SetTail(2) })
		lobby := w.lobby()
		ann, bob := w.tracker("ann"), w.guest("bob")
		ann.drain()
		ann.got, ann.dialect, ann.max, ann.wait = nil, dialectText, 64<<10, true
		want := []string{}
		for i := range 50 {
			text := fmt.Sprint("b", i)
			if i%7 != 3 {
				bob.say(lobby, text)
				want = append(want, text)
				continue
			}
			ann.tag(lobby, "a"+text)
			if err := ann.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprintf("[a%s a%s]", text, text))
		}
		bob.must(chat.Command{Op: chat.SetNick, Name: "bobby"})
		want = append(want, "[ <nil>]")
		ann.drain()
		shown := slices.DeleteFunc(ann.story(), func(l string) bool { return strings.HasSuffix(l, " done") })
		wantLines(t, "what ann is shown", shown, want...)
		if taken, unseen := ann.Own(); taken != 0 || unseen != 0 {
			t.Errorf("%d own events are kept, and %d waited for", taken, unseen)
		}
	})
}
