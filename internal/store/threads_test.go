package store_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// reply has one of many people answer in a thread.
func (sc *script) reply(room chat.RoomID, target, thread chat.Seq, by int) chat.Seq {
	return sc.add(chat.Event{
		Kind: chat.Message, Room: room, Target: target, Whose: "ann", Thread: thread,
		By: chat.UserID(100 + by), Nick: fmt.Sprintf("guest%d", by), Text: "re",
	})
}

// replies returns what a message says of its thread.
func (sc *script) replies(seq chat.Seq) store.Replies {
	sc.t.Helper()
	m, ok, err := sc.store.Message(sc.t.Context(), seq, 0)
	if err != nil || !ok {
		sc.t.Fatalf("message %d: %t, %v", seq, ok, err)
	}
	return m.Replies
}

// A thread says how much there is in it, however much that is, and names the first
// who took part. What was deleted does not count.
func TestThreadIsCountedAndNamesTheFirst(t *testing.T) {
	sc := newScript(t, openStore(t, t.TempDir()))
	room := sc.room("#a")
	root := sc.say(room, "lunch?")
	first := sc.reply(room, root, root, 0)
	last := first
	for i := range 2 * store.LookAtRepliers {
		last = sc.reply(room, first, root, i/2)
	}
	sc.commit()
	want := store.Replies{
		Count: 2*store.LookAtRepliers + 1, Last: last, At: chat.Millis(1_700_000_000_000 + int64(last)*1000),
		Nicks: []string{"guest0", "guest1", "guest2", "guest3", "guest4"},
	}
	if got := sc.replies(root); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := sc.replies(first); !reflect.DeepEqual(got, store.Replies{}) {
		t.Errorf("a reply began a thread: %+v", got)
	}
	for seq := first; seq <= last; seq++ {
		sc.remove(room, seq)
	}
	sc.commit()
	if got := sc.replies(root); !reflect.DeepEqual(got, store.Replies{}) {
		t.Errorf("of what was deleted there is %+v", got)
	}
}

// Replies from before there were threads are in that of the message they answer.
func TestOlderRepliesAreInThreads(t *testing.T) {
	dir := t.TempDir()
	sc := newScript(t, openStore(t, dir))
	room := sc.room("#a")
	root := sc.say(room, "lunch?")
	var replies []chat.Seq
	for i := range 3 {
		replies = append(replies, sc.reply(room, root, root, i))
	}
	sc.remove(room, replies[1])
	sc.commit()
	want := sc.replies(root)
	if err := sc.store.Close(); err != nil {
		t.Fatal(err)
	}
	if want.Count != 2 || want.Last != replies[2] {
		t.Fatalf("%+v", want)
	}
	tamper(t, filepath.Join(dir, "hubbub.db"), `DROP TABLE threads`, `DROP TABLE replies`, `DROP TABLE files`, `DROP TABLE previews`, `ALTER TABLE properties DROP COLUMN seq`, `PRAGMA user_version = 5`)
	sc.store = openStore(t, dir)
	if got := sc.replies(root); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
