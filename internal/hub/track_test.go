package hub_test

import (
	"slices"
	"testing"

	"hubbub/internal/hub"
)

// tracks returns a session that tracks and has not arrived.
func (w *world) tracks() *client {
	c := w.connect(localhost)
	c.Track()
	return c
}

// Who comes in is greeted before they are told anything that they asked for
// afterwards, and after everything that they asked for before.
func TestGreetingStandsBetweenTheAnswersBeforeAndAfter(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	defer w.stop()
	c := w.tracks()
	c.post("before")
	if err := c.Arrive(t.Context(), hub.Arrival{Nick: "ada", Alone: true}); err != nil {
		t.Fatal(err)
	}
	c.post("after") // and nothing has been read yet
	c.drain()
	want := []hub.DeliveryKind{hub.Answered, hub.Entered, hub.Answered}
	got := c.kinds()
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if a := c.answers(); len(a) != 2 || string(a[0].Body) != "before" || string(a[1].Body) != "after" {
		t.Errorf("the answers are %+v", a)
	}
}
