package hub_test

import (
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// A file is found by its id until its message is deleted.
func TestFileIsThereAsLongAsItsMessage(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	ann := w.guest("ann")
	f := chat.File{ID: strings.Repeat("a", 26), Hash: strings.Repeat("0", 64), Name: "a.txt", Type: "text/plain", Size: 5}
	if _, err := w.hub.File(t.Context(), f.ID); code(err) != chat.NotFound {
		t.Errorf("before it is sent: %v", err)
	}
	seq := ann.must(chat.Command{Op: chat.Say, Room: w.lobby(), Text: "see", Files: []chat.File{f}}).Seq
	if got, err := w.hub.File(t.Context(), f.ID); err != nil || got.File != f || got.By != ann.User() || got.Message != seq {
		t.Errorf("%+v, %v", got, err)
	}
	out := ann.Do(t.Context(), chat.Command{Op: chat.Say, Room: w.lobby(), Text: "again", Files: []chat.File{f}})
	if code(out.Err) != chat.Conflict {
		t.Errorf("sent again: %+v", out)
	}
	ann.must(chat.Command{Op: chat.Delete, Target: seq})
	if _, err := w.hub.File(t.Context(), f.ID); code(err) != chat.NotFound {
		t.Errorf("after its message was deleted: %v", err)
	}
}
