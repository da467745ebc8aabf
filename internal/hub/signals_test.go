package hub_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// psst tells the lobby something.
func (c *client) psst(text string) {
	c.w.Helper()
	c.Signal(&hub.Signal{Kind: hub.Told, Room: mustRoom(c), Text: text})
}

// overheard returns what signals have told, in order.
func (c *client) overheard() (texts []string) {
	for _, d := range c.got {
		if d.Kind == hub.Answered && d.Answer.Signal != nil {
			texts = append(texts, d.Answer.Signal.Text)
		}
	}
	return texts
}

func TestSignalTellsWhoReadsTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		ann, bob, cid := w.tracker("ann"), w.tracker("bob"), w.tracker("cid")
		cid.must(chat.Command{Op: chat.Leave, Room: w.lobby()})
		for _, c := range []*client{ann, bob, cid} {
			c.drain()
			c.got = nil
		}
		ann.psst("hello")
		ann.SignalTo(&hub.Signal{Kind: hub.Told, Text: "only cid"}, cid.User())
		ann.SignalAll(&hub.Signal{Kind: hub.WentAway, Text: "for lunch"})
		synctest.Wait()
		for c, want := range map[*client][]string{
			ann: {"hello", "only cid", "for lunch"},
			bob: {"hello", "for lunch"},
			cid: {"only cid"},
		} {
			c.drain()
			wantLines(t, "what "+c.Nick()+" is told", c.overheard(), want...)
		}
		if sig := bob.got[0].Answer.Signal; sig.From != ann.Session || sig.By != ann.User() || sig.Nick != "ann" || sig.Time == 0 {
			t.Errorf("it is signed %+v", sig)
		}
	})
}

// Signals that a reader does not take are few, and nobody waits for the reader: not
// who signals, nor the reader's own commands. When it reads again it is told again.
func TestSignalsAreBoundedAndNeverBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		ann, bob := w.tracker("ann"), w.tracker("bob")
		bob.drain()
		bob.got = nil
		for i := range 10_000 {
			ann.psst(fmt.Sprint(i))
			if i%100 == 0 {
				ann.drain()
			}
		}
		if n, _ := bob.Untaken(); n != hub.MaxSignals {
			t.Errorf("%d signals wait for a reader, not %d", n, hub.MaxSignals)
		}
		bob.tag(w.lobby(), "b1")
		if err := bob.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		bob.drain()
		got := bob.overheard()
		if len(got) != hub.MaxSignals || got[0] != "0" || got[len(got)-1] != fmt.Sprint(hub.MaxSignals-1) {
			t.Errorf("%d signals, the first is %q", len(got), got[0])
		}
		if !slices.Contains(bob.story(), "b1 done") {
			t.Errorf("no answer came: %q", bob.story())
		}
		bob.got = nil
		ann.psst("again")
		synctest.Wait()
		bob.drain()
		wantLines(t, "having read", bob.overheard(), "again")
	})
}

// With as few commands under way as can be, signals that wait keep a session from
// sending only until it reads.
func TestSignalsDoNotKeepASessionFromSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := hub.NoLimits()
		limits.InFlight = 1
		w := newWorld(t, limits)
		lobby := w.lobby()
		ann, bob := w.tracker("ann"), w.tracker("bob")
		ann.psst("one")
		ann.psst("two")
		sent := aside(func() *chat.Error {
			return bob.Send(t.Context(), chat.Command{Op: chat.Say, Room: lobby, Text: "b1"}, "b1")
		})
		synctest.Wait()
		select {
		case err := <-sent:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("a Send waits for a reader who has been told things")
			bob.drain()
			<-sent
		}
	})
}

// A session that has closed is told nothing.
func TestClosedSessionTakesNoSignals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		ann, bob := w.tracker("ann"), w.tracker("bob")
		room := mustRoom(bob)
		bob.Close()
		bob.Signal(&hub.Signal{Kind: hub.Told, Room: room, Text: "from nowhere"})
		ann.psst("to nobody")
		synctest.Wait()
		if n, _ := bob.Untaken(); n != 0 {
			t.Errorf("%d signals wait for a session that has closed", n)
		}
	})
}
