package hub_test

import (
	"fmt"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// What was let go of while a reader had not read it, or while the applier was
// adding to it, is read all the same, in order and once.
func TestTidyLosesNothing(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	reader, talker := w.guest("reader"), w.guest("talker")
	lobby := w.lobby()
	talker.say(lobby, "unread")
	w.hub.Tidy()
	if text := w.hub.TailText(lobby); text != "" {
		t.Errorf("the tail holds %q still", text)
	}
	stop := make(chan struct{})
	tidied := aside(func() int {
		for n := 1; ; n++ {
			w.hub.Tidy()
			select {
			case <-stop:
				return n
			default:
			}
		}
	})
	last := talker.say(lobby, "while it is tidied")
	for i := range 50 {
		last = talker.say(lobby, fmt.Sprint(i))
	}
	close(stop)
	<-tidied
	reader.awaitSeq(last)
	reader.wantOrder()
	if texts := reader.texts(); len(texts) < 52 {
		t.Errorf("the reader got %d messages of 52", len(texts))
	}
	talker.say(lobby, "afterwards")
	if text := w.hub.TailText(lobby); text == "" {
		t.Error("there is no tail any more")
	}
}

func TestTidyForgetsThePagesOfThoseWhoLagged(t *testing.T) {
	w := newWorld(t, hub.NoLimits(), func(h *hub.Hub) { h.SetTail(1) })
	reader, talker := w.guest("reader"), w.guest("talker")
	lobby := w.lobby()
	for i := range 600 { // more than a page
		talker.send(chat.Command{Op: chat.Say, Room: lobby, Text: fmt.Sprint(i)})
	}
	reader.awaitSeq(talker.say(lobby, "last"))
	if w.hub.PagesKept() == 0 {
		t.Fatal("the reader did not lag")
	}
	w.hub.Tidy()
	if n := w.hub.PagesKept(); n != 0 {
		t.Errorf("%d pages are kept", n)
	}
}
