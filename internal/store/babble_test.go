package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// babble adds up to a few hundred events to two rooms.
func (sc *script) babble(rng *rand.Rand) {
	room := chat.RoomID(1 + rng.IntN(2))
	said := sc.say(room, textOf(sc.seq+1))
	for range rng.IntN(1 << rng.IntN(9)) {
		sc.say(chat.RoomID(1+rng.IntN(2)), textOf(sc.seq+1))
	}
	if rng.IntN(4) == 0 {
		sc.edit(room, said, textOf(sc.seq+1))
	}
	if rng.IntN(4) == 0 {
		sc.remove(room, said)
	}
}

// textOf is what the event at seq says, so that a reader can tell.
func textOf(seq chat.Seq) string {
	return fmt.Sprintf("the text of event %d%s", seq, strings.Repeat(" and more", int(seq%97)))
}

// checkLog reads both rooms and checks that every event up to the end is there
// once, with its own text, unless a deletion took it.
func checkLog(t *testing.T, s *store.Store, end chat.Seq) {
	t.Helper()
	events := map[chat.Seq]chat.Event{}
	deleted := map[chat.Seq]bool{}
	for room := range chat.RoomID(3) {
		last := chat.Seq(0)
		for {
			page, err := s.Events(t.Context(), room, last, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for _, ev := range page {
				if ev.Prev != last {
					t.Fatalf("event %d follows %d in its room, not %d", ev.Seq, last, ev.Prev)
				}
				last = ev.Seq
				events[ev.Seq] = ev
				if ev.Kind == chat.Deleted {
					deleted[ev.Target] = true
				}
			}
			if len(page) == 0 {
				break
			}
		}
	}
	for seq := range end {
		ev, ok := events[seq+1]
		gone := deleted[ev.Seq] || ev.Kind == chat.Edited && deleted[ev.Target]
		switch {
		case !ok:
			t.Fatalf("event %d is missing", seq+1)
		case gone && ev.Text != "":
			t.Fatalf("event %d was deleted and says %q", ev.Seq, ev.Text)
		case (ev.Said() || ev.Kind == chat.Edited) && !gone && ev.Text != textOf(ev.Seq):
			t.Fatalf("event %d says %q", ev.Seq, ev.Text)
		}
	}
}
