package hub_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/store"
)

var errDisk = errors.New("the disk is on fire")

// Until a batch is on disk nobody sees anything of it: no delivery, no answer,
// no history, no name.
func TestNothingIsKnownBeforeTheCommit(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	lobby := w.lobby()
	a, b := w.guest("a"), w.guest("b")
	for _, c := range []*client{a, b} {
		c.awaitSeq(w.hub.Horizon())
		c.got = nil
	}
	horizon := w.hub.Horizon()
	committing, release := make(chan struct{}), make(chan struct{})
	w.onCommit(func(_ []chat.Event, commit func() error) error {
		close(committing)
		<-release
		return commit()
	})
	said := appending(w, func() chat.Outcome {
		return a.Do(context.Background(), chat.Command{Op: chat.Say, Room: lobby, Text: "secret"})
	})
	<-committing
	a.send(chat.Command{Op: chat.SetNick, Name: "alpha"})
	a.send(chat.Command{Op: chat.Join, Name: "#new"})
	a.send(chat.Command{Op: chat.SetTopic, Room: lobby, Text: "news"})
	settled := aside(func() *chat.Error { return a.Settle(context.Background()) })
	for _, c := range []*client{a, b} {
		if c.drain(); len(c.got) > 0 {
			t.Errorf("%s got %v", c.Nick(), c.describe())
		}
		if m, err := c.History(t.Context(), lobby, 0, 10); err != nil || len(m) > 0 {
			t.Errorf("history shows %v, %v", m, err)
		}
		if _, err := c.Message(t.Context(), horizon+1); code(err) != chat.NotFound {
			t.Errorf("the message is found: %v", err)
		}
		if _, err := c.Room("#new"); code(err) != chat.NotFound {
			t.Errorf("#new is found: %v", err)
		}
		if info, err := c.Room(chat.Lobby); err != nil || info.Topic != "" {
			t.Errorf("the topic is %q, %v", info.Topic, err)
		}
	}
	if a.Nick() != "a" || w.hub.Horizon() != horizon {
		t.Errorf("called %q at %d, want a at %d", a.Nick(), w.hub.Horizon(), horizon)
	}
	select {
	case out := <-said:
		t.Errorf("answered %+v", out)
	case err := <-settled:
		t.Errorf("settled, %v", err)
	default:
	}
	close(release)
	if out := <-said; out.Err != nil || out.Seq != horizon+1 {
		t.Errorf("answered %+v", out)
	}
	if err := <-settled; err != nil {
		t.Error(err)
	}
	b.await("the topic", func() bool { return len(b.events) > 0 && b.events[len(b.events)-1].kind == chat.TopicSet })
	a.await("the answers", func() bool { return len(a.answers()) == 3 })
}

// After a commit that failed nobody knows what is on the disk. Everybody who
// waits hears so, in the order of their commands, nothing is taken any more, and
// Run says why.
func TestFailedCommitEndsEverything(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("after taking effect %v", after), func(t *testing.T) {
			w := newWorld(t, hub.NoLimits())
			lobby := w.lobby()
			a, b := w.guest("a"), w.guest("b")
			a.awaitSeq(w.hub.Horizon())
			a.got = nil
			say := func(i int) chat.Command { return chat.Command{Op: chat.Say, Room: lobby, Text: fmt.Sprint(i)} }
			committing, release := make(chan struct{}), make(chan struct{})
			w.onCommit(func(_ []chat.Event, commit func() error) error {
				close(committing)
				<-release
				if after {
					if err := commit(); err != nil {
						t.Error(err)
					}
				}
				return errDisk
			})
			a.send(say(0))
			<-committing
			for i := range 50 { // which will never be handed to the applier
				a.send(say(i + 1))
			}
			done := appending(w, func() chat.Outcome { return b.Do(context.Background(), say(99)) })
			close(release)

			if out := <-done; code(out.Err) != chat.Unavailable || out.Seq != 0 {
				t.Errorf("a Do was answered %+v", out)
			}
			a.await("the answers", func() bool { return len(a.answers()) == 51 })
			for i, answer := range a.answers() {
				if code(answer.Outcome.Err) != chat.Unavailable || answer.Tag.(chat.Command).Text != fmt.Sprint(i) {
					t.Errorf("answer %d is %+v", i, answer)
				}
			}
			if err := a.Settle(t.Context()); err != nil {
				t.Errorf("nothing is in flight, but: %v", err)
			}
			if len(a.texts()) > 0 {
				t.Errorf("was told %v", a.texts())
			}
			err := <-w.ended
			w.ended <- err
			if !errors.Is(err, errDisk) {
				t.Errorf("Run ended with %v", err)
			}
			if err := a.Send(t.Context(), say(100), nil); code(err) != chat.Unavailable {
				t.Errorf("after the end: %v", err)
			}
			if out := b.Do(t.Context(), say(100)); code(out.Err) != chat.Unavailable {
				t.Errorf("after the end: %+v", out)
			}
			if m, err := b.History(t.Context(), lobby, 0, 10); err != nil || len(m) > 0 != after {
				t.Errorf("history after the end: %v, %v", m, err)
			}
			a.Close()
			b.Close()
			if left := w.hub.Left(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Many propose while the hub ends, in order or not: each is answered or refused,
// once, and nothing is left waiting.
func TestEveryProposalIsAnsweredAtTheEnd(t *testing.T) {
	for _, fail := range []bool{false, true} {
		t.Run(fmt.Sprintf("failing %v", fail), func(t *testing.T) {
			for range 20 {
				endAmidProposals(t, fail)
			}
		})
	}
}

func endAmidProposals(t *testing.T, fail bool) {
	w := newWorld(t, hub.NoLimits())
	lobby := w.lobby()
	const senders = 8
	sent := make([]<-chan int, senders)
	clients := make([]*client, senders)
	for i := range sent {
		c := w.guest("sender")
		clients[i] = c
		sent[i] = aside(func() (n int) {
			for {
				say := chat.Command{Op: chat.Say, Room: lobby, Text: "x"}
				if n%10 == 9 {
					if c.Do(context.Background(), say).Err != nil {
						return n - n/10
					}
				} else if err := c.Send(context.Background(), say, nil); err != nil {
					if code(err) != chat.Unavailable {
						t.Errorf("refused with %v", err)
					}
					return n - n/10
				}
				n++
			}
		})
	}
	waitFor(t, "some messages", func() bool { return w.hub.Horizon() > 100 })
	if fail {
		w.onCommit(func([]chat.Event, func() error) error { return errDisk })
	} else {
		w.hub.Close()
	}
	for i, c := range clients {
		n := <-sent[i]
		if err := c.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.await("the answers", func() bool { return len(c.answers()) >= n })
		if got := len(c.answers()); got != n {
			t.Errorf("%d answers to %d messages", got, n)
		}
		c.Close()
	}
	if err := w.stop(); errors.Is(err, errDisk) != fail {
		t.Errorf("Run ended with %v", err)
	}
	if left := w.hub.Left(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// noSpace makes the disk full until the function that it returns is called.
func (w *world) noSpace() (free func()) {
	var full commitHook = func([]chat.Event, func() error) error { return fmt.Errorf("commit: %w", store.ErrFull) }
	w.hook.Store(&full)
	return func() { w.hook.Store(nil) }
}

// While the disk is full everybody is told so at once, what was there can be
// read, and when there is space things go on as if nothing had been.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		lobby := w.lobby()
		a, b := w.guest("a"), w.guest("b")
		first := a.must(chat.Command{Op: chat.Say, Room: lobby, Text: "before", Client: "1"})
		b.awaitSeq(first.Seq)
		free := w.noSpace()
		tries := 0
		for _, cmd := range []chat.Command{
			{Op: chat.Say, Room: lobby, Text: "lost", Client: "2"},
			{Op: chat.SetNick, Name: "alpha"},
			{Op: chat.CreateRoom, Name: "#new"},
			{Op: chat.Delete, Target: first.Seq},
			{Op: chat.Leave, Room: lobby},
			{Op: chat.Say, Room: lobby, Text: "before", Client: "1"},
		} {
			if out := a.Do(t.Context(), cmd); code(out.Err) != chat.Full && cmd.Client != "1" {
				t.Errorf("%+v: %+v", cmd, out)
			}
			tries++
			if tries%2 == 0 {
				time.Sleep(2 * time.Second)
			}
		}
		late := w.connect(localhost)
		if err := late.Arrive(t.Context(), hub.Arrival{Nick: "late"}); code(err) != chat.Full {
			t.Errorf("arriving: %v", err)
		}
		if b.drain(); b.last() != first.Seq {
			t.Errorf("was told %v", b.events)
		}
		if m, err := a.History(t.Context(), lobby, 0, 10); err != nil || len(m) != 1 || m[0].Text != "before" {
			t.Errorf("history shows %v, %v", m, err)
		}
		if a.Nick() != "a" {
			t.Errorf("called %q", a.Nick())
		}
		free()
		if out := a.Do(t.Context(), chat.Command{Op: chat.Say, Room: lobby, Text: "soon"}); code(out.Err) != chat.Full {
			t.Errorf("a moment after: %+v", out)
		}
		time.Sleep(2 * time.Second)
		second := a.must(chat.Command{Op: chat.Say, Room: lobby, Text: "after", Client: "2"})
		if second.Seq != first.Seq+1 {
			t.Errorf("goes on at %d, was at %d", second.Seq, first.Seq)
		}
		if err := late.Arrive(t.Context(), hub.Arrival{Nick: "late"}); err != nil {
			t.Errorf("arriving: %v", err)
		}
		a.must(chat.Command{Op: chat.SetNick, Name: "alpha"})
		b.awaitSeq(w.hub.Published(lobby))
		if got := b.texts(); !slices.Equal(got, []string{"before", "after"}) {
			t.Errorf("was told %q", got)
		}
		b.wantOrder()
		snap, _, err := w.store.Load(t.Context())
		if err != nil || !reflect.DeepEqual(chat.Restore(snap).Snapshot(), w.hub.Snapshot()) {
			t.Errorf("the state is not the store's: %v", err)
		}
	})
}

// Somebody who goes while that can't be written goes later.
func TestDepartureOnAFullDiskIsMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		witness, ghost := w.guest("witness"), w.guest("ghost")
		free := w.noSpace()
		ghost.Close()
		time.Sleep(time.Minute)
		if _, err := witness.Lookup("ghost"); err != nil {
			t.Errorf("gone: %v", err)
		}
		free()
		time.Sleep(time.Minute)
		if _, err := witness.Lookup("ghost"); code(err) != chat.NotFound {
			t.Errorf("the ghost is still here: %v", err)
		}
		free = w.noSpace() // and nothing is left to try for ever when the server stops
		defer free()
		witness.Close()
		time.Sleep(time.Minute)
	})
}
