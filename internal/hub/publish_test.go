package hub_test

import (
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// These tests stop the applier in the middle of publishing a batch and let a
// reader run there.

// A reader that takes a mark of the batch before, while the applier is between
// marking and the horizon, sees an event that it may not deliver yet. It must be
// woken when it may.
func TestReaderBeforeTheHorizonIsWoken(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	early, late, speaker := w.guest("early"), w.guest("late"), w.guest("speaker")
	lobby := w.lobby()
	for _, c := range []*client{early, late} {
		c.awaitSeq(w.hub.Horizon())
	}
	first := speaker.say(lobby, "marks the cursor, which is not taken")
	late.awaitSeq(first)
	release := late.Hold()
	second := first + 1
	speaker.send(chat.Command{Op: chat.Say, Room: lobby, Text: "while it is marked"})
	waitFor(t, "the second message in the tail", func() bool { return w.hub.Published(lobby) == second })
	for range 100 { // let the applier come to the session that is held
		early.Queued()
	}
	<-early.woken // for the first
	early.drain()
	if early.last() > first {
		t.Errorf("event %d was delivered before the horizon, which is %d", early.last(), w.hub.Horizon())
	}
	release()
	early.awaitSeq(second)
	late.awaitSeq(second)
	early.wantOrder()
}

// A session whose user leaves a room, and which looks before the leaving is in
// the tail, has to be told all the same.
func TestLeavingIsSeenByAReaderThatWasEarly(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	c, other := w.guest("leaver"), w.guest("other")
	lobby, tea := w.lobby(), c.join("#tea")
	cocoa := other.join("#cocoa")
	other.join("#tea")
	w.batch(func() {})
	c.awaitSeq(w.hub.Published(lobby))
	var release func()
	w.batch(func() {
		other.send(chat.Command{Op: chat.Say, Room: cocoa, Text: "comes first in the batch"})
		c.send(chat.Command{Op: chat.Leave, Room: tea})
		release = w.hub.HoldRoom(cocoa)
	})
	waitFor(t, "the end of the cursor", func() bool { return c.Queued() > 0 })
	c.drain()
	release()
	c.await("the leaving", func() bool { return slices.Contains(c.kinds(), hub.Exited) })
	if last := c.events[len(c.events)-1]; last.kind != chat.Left || last.room != tea {
		t.Errorf("the last event is %v", last)
	}
	c.say(lobby, "still here")
}

// A session that resumes gets nothing until it has joined its rooms again, but
// whoever comes in with more questions than fit is not kept waiting for ever.
func TestNothingBeforeSettledButAnswers(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	talker := w.guest("talker")
	first := talker.say(w.lobby(), "one")
	talker.say(w.lobby(), "two")

	refused := w.connect(localhost)
	if err := refused.Arrive(t.Context(), hub.Arrival{Nick: "talker", Strict: true, Resume: first}); code(err) != chat.Conflict {
		t.Errorf("a taken nick: %v", err)
	}
	refused.post("why not")
	refused.await("the reason", func() bool { return len(refused.got) > 0 })

	c := w.connect(localhost)
	if err := c.Arrive(t.Context(), hub.Arrival{Nick: "back", Resume: first}); err != nil {
		t.Fatal(err)
	}
	c.post("waits for the welcome")
	if c.drain(); len(c.got) > 0 {
		t.Errorf("before it has settled the session got %v", c.describe())
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3 {
			c.post(strings.Repeat("x", 40<<10))
		}
	}()
	c.await("room for more", func() bool { return len(c.got) >= 3 })
	<-done
	c.Settled()
	c.await("two", func() bool { return slices.Equal(c.texts(), []string{"two"}) })
}
