package hub_test

import (
	"fmt"
	"slices"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// talkAtOnce has two people say what they say in two rooms, in one batch: some
// messages of one room after each other, and some in turn.
func (w *world) talkAtOnce(ann, bob *client, lobby, tea chat.RoomID) (last chat.Seq) {
	w.Helper()
	n := 0
	w.batch(func() {
		say := func(c *client, room chat.RoomID, times int) {
			for range times {
				n++
				c.send(chat.Command{Op: chat.Say, Room: room, Text: fmt.Sprint(n)})
			}
		}
		say(ann, lobby, 7)
		say(bob, lobby, 2)
		say(ann, tea, 5)
		say(bob, lobby, 1)
		say(bob, tea, 1)
		say(ann, lobby, 4)
	})
	return bob.say(lobby, "and then")
}

// Whoever reads several events in a frame reads what those do who get them one by
// one, wherever they begin, however little they take at once, and whatever of it is
// told to them by itself.
func TestBundlesTellWhatFramesDo(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob, witness, tight, tracks := w.guest("ann"), w.guest("bob"), w.guest("witness"), w.guest("tight"), w.connect(localhost)
	tracks.Track()
	if err := tracks.Arrive(t.Context(), hub.Arrival{Nick: "tracks", Key: someKey}); err != nil {
		t.Fatal(err)
	}
	lobby, tea := w.lobby(), ann.join("#tea")
	for _, c := range []*client{bob, witness, tight, tracks} {
		c.join("#tea")
	}
	tight.dialect, tight.max, tracks.dialect, bob.dialect = dialectBundled, 1, dialectBundled, dialectBundled
	before := witness.say(lobby, "now")
	last := w.talkAtOnce(ann, bob, lobby, tea)
	readers := []*client{witness, bob, tight, tracks}
	for _, c := range readers {
		c.awaitSeq(last)
	}
	since := func(c *client, seq chat.Seq) []event {
		return slices.DeleteFunc(slices.Clone(c.events), func(e event) bool { return e.seq <= seq || e.kind != chat.Message })
	}
	want := since(witness, before)
	if len(want) != 21 {
		t.Fatalf("%d messages: %v", len(want), want)
	}
	for i, c := range readers[1:] {
		if got := since(c, before); !slices.Equal(got, want) {
			t.Errorf("reader %d read %v, want %v", i, got, want)
		}
		if c.bundles == 0 {
			t.Errorf("reader %d was told nothing in bundles", i)
		}
	}
	for seq := before; seq < last; seq++ {
		late := w.connect(localhost)
		late.dialect = dialectBundled
		if err := late.Arrive(t.Context(), hub.Arrival{Key: someKey, Resume: seq}); err != nil {
			t.Fatal(err)
		}
		late.Settled()
		late.awaitSeq(last)
		if got, want := since(late, seq), since(witness, seq); !slices.Equal(got, want) {
			t.Errorf("who resumes after %d reads %v, want %v", seq, got, want)
		}
		late.Close()
	}
}

// Where only one event is there, it comes as ever.
func TestOneEventIsNoBundle(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann, bob := w.guest("ann"), w.guest("bob")
	bob.dialect = dialectBundled
	bob.awaitSeq(ann.say(w.lobby(), "hello"))
	bob.bundles = 0
	for i := range 3 {
		bob.awaitSeq(ann.say(w.lobby(), fmt.Sprint(i)))
	}
	if bob.bundles != 0 {
		t.Errorf("%d bundles of single messages", bob.bundles)
	}
}
