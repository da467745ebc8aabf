package hub_test

import (
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// The server's console says what is behind a link, and the author whether they
// want that. Nobody else does either.
func TestPreviewIsTheServers(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	ann, bob := w.guest("ann"), w.guest("bob")
	p := chat.LinkPreview{URL: "https://example.org/", Title: "A page"}
	seq := ann.say(w.lobby(), "see "+p.URL)
	look := chat.Command{Op: chat.Preview, Target: seq, Text: p.Encode()}
	if out := ann.Do(t.Context(), look); code(out.Err) != chat.Forbidden {
		t.Errorf("by a guest: %+v", out)
	}
	before, err := bob.Recent(t.Context(), w.lobby(), w.hub.Horizon())
	if err != nil || len(before) != 1 || len(before[0].Previews) > 0 {
		t.Fatalf("%+v, %v", before, err)
	}
	out := w.hub.Console().Do(t.Context(), look)
	if out.Err != nil {
		t.Fatal(out.Err)
	}
	bob.awaitSeq(out.Seq)
	if ev := bob.events[len(bob.events)-1]; ev.kind != chat.Previewed || ev.target != seq || ev.text != p.Encode() {
		t.Errorf("bob is told %v", ev)
	}
	after, err := bob.Recent(t.Context(), w.lobby(), w.hub.Horizon())
	if err != nil || len(after) != 1 || len(after[0].Previews) != 1 || after[0].Previews[0] != p {
		t.Errorf("who comes in sees %+v, %v", after, err)
	}
	drop := chat.Command{Op: chat.DropPreview, Target: seq, Name: p.URL}
	if out := bob.Do(t.Context(), drop); code(out.Err) != chat.Forbidden {
		t.Errorf("dropped by another: %+v", out)
	}
	ann.must(drop)
	if m, err := bob.Message(t.Context(), seq); err != nil || len(m.Previews) > 0 {
		t.Errorf("%+v, %v", m, err)
	}
	if out := w.hub.Console().Do(t.Context(), look); code(out.Err) != chat.Conflict {
		t.Errorf("shown again: %+v", out)
	}
}
