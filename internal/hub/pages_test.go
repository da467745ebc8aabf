package hub_test

import (
	"slices"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// positions returns where messages are.
func positions(messages []hub.Message) (seqs []chat.Seq) {
	for i := range messages {
		seqs = append(seqs, messages[i].Seq)
	}
	return seqs
}

// A page can be read from any point of a room's past, in either direction.
func TestHistoryIsReadFromAnyPoint(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	ann, bob := w.guest("ann"), w.guest("bob")
	tea := ann.join("#tea")
	var said []chat.Seq
	for _, text := range []string{"a", "b", "c", "d", "e"} {
		said = append(said, ann.say(tea, text))
	}
	ann.must(chat.Command{Op: chat.Edit, Target: said[2], Text: "C"})
	ann.must(chat.Command{Op: chat.Delete, Target: said[3]})
	after, err := bob.Messages(t.Context(), tea, hub.Range{After: said[1], Limit: 2})
	if err != nil || !slices.Equal(positions(after), said[2:4]) || after[0].Text != "C" || !after[1].Deleted {
		t.Errorf("after the second: %+v, %v", after, err)
	}
	around, err := bob.Around(t.Context(), tea, said[2], 3)
	if err != nil || !slices.Equal(positions(around), said[1:4]) {
		t.Errorf("around the third: %+v, %v", around, err)
	}
	den := ann.must(chat.Command{Op: chat.CreateRoom, Name: "#den", Private: true}).Room
	if _, err := bob.Messages(t.Context(), den, hub.Range{Limit: 2}); code(err) != chat.NotFound {
		t.Errorf("a page of a private room: %v", err)
	}
	if _, err := bob.Around(t.Context(), den, 1, 2); code(err) != chat.NotFound {
		t.Errorf("around in a private room: %v", err)
	}
}

// A page tells who reads it which reactions are theirs.
func TestPagesTellWhatIsMine(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	ann, bob := w.guest("ann"), w.guest("bob")
	seq := ann.say(w.lobby(), "lunch?")
	ann.must(chat.Command{Op: chat.React, Target: seq, Text: "👍"})
	bob.must(chat.Command{Op: chat.React, Target: seq, Text: "👍"})
	bob.must(chat.Command{Op: chat.React, Target: seq, Text: "🎉"})
	for _, c := range []struct {
		reader *client
		mine   []bool
	}{{ann, []bool{true, false}}, {bob, []bool{true, true}}, {w.connect(localhost), []bool{false, false}}} {
		m, err := c.reader.Message(t.Context(), seq)
		if err != nil || len(m.Reactions) != 2 || m.Reactions[0].Mine != c.mine[0] || m.Reactions[1].Mine != c.mine[1] {
			t.Errorf("%q reads %+v, %v; want %v", c.reader.Nick(), m.Reactions, err, c.mine)
		}
	}
}

// A thread is read by those who may read its room.
func TestThreadIsRead(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	ann, bob := w.guest("ann"), w.guest("bob")
	den := ann.must(chat.Command{Op: chat.CreateRoom, Name: "#den", Private: true}).Room
	root := ann.say(den, "lunch?")
	yes := ann.must(chat.Command{Op: chat.Say, Room: den, Text: "yes", Target: root}).Seq
	when := ann.must(chat.Command{Op: chat.Say, Room: den, Text: "when?", Target: yes}).Seq
	replies, err := ann.Thread(t.Context(), root, 0, 10)
	if err != nil || !slices.Equal(positions(replies), []chat.Seq{yes, when}) {
		t.Errorf("%+v, %v", replies, err)
	}
	if m, err := ann.Message(t.Context(), root); err != nil || m.Replies.Count != 2 || m.Replies.Last != when {
		t.Errorf("%+v, %v", m, err)
	}
	if replies, err := bob.Thread(t.Context(), root, 0, 10); code(err) != chat.NotFound {
		t.Errorf("somebody who is not there reads %+v, %v", replies, err)
	}
}
