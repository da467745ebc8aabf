package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// script makes up a log event by event, for tests that need to know exactly
// what is in it.
type script struct {
	t        testing.TB
	store    *store.Store
	seq      chat.Seq
	position uint64
	last     map[chat.RoomID]chat.Seq
	pending  []chat.Event
}

func newScript(t testing.TB, s *store.Store) *script {
	return &script{t: t, store: s, last: map[chat.RoomID]chat.Seq{}}
}

// resume has the script go on where the store's log ends.
func (sc *script) resume() {
	sc.t.Helper()
	snap, position, err := sc.store.Load(sc.t.Context())
	if err != nil {
		sc.t.Fatal(err)
	}
	sc.seq, sc.position = snap.Seq, position
	for _, r := range snap.Rooms {
		sc.last[r.ID] = r.Last
	}
}

// add completes an event and puts it into the next batch.
func (sc *script) add(ev chat.Event) chat.Seq {
	sc.seq++
	ev.Seq = sc.seq
	if ev.Kind == chat.RoomCreated {
		ev.Room = chat.RoomID(ev.Seq)
	}
	if ev.Time == 0 {
		ev.Time = chat.Millis(1_700_000_000_000 + int64(ev.Seq)*1000)
	}
	ev.Prev = sc.last[ev.Room]
	sc.last[ev.Room] = ev.Seq
	sc.pending = append(sc.pending, ev)
	return ev.Seq
}

// room makes a room.
func (sc *script) room(name string) chat.RoomID {
	return chat.RoomID(sc.add(chat.Event{Kind: chat.RoomCreated, Name: name}))
}

// say has user 7, whose nick is ann, say something.
func (sc *script) say(room chat.RoomID, text string) chat.Seq {
	return sc.add(chat.Event{Kind: chat.Message, Room: room, By: 7, Nick: "ann", Text: text})
}

func (sc *script) edit(room chat.RoomID, target chat.Seq, text string) chat.Seq {
	return sc.add(chat.Event{Kind: chat.Edited, Room: room, By: 7, Nick: "ann", Target: target, Whose: "ann", Text: text})
}

func (sc *script) remove(room chat.RoomID, target chat.Seq) chat.Seq {
	return sc.add(chat.Event{Kind: chat.Deleted, Room: room, By: 7, Nick: "ann", Target: target, Whose: "ann"})
}

// try commits what was added.
func (sc *script) try() error {
	sc.position++
	err := sc.store.Commit(sc.position, sc.pending)
	sc.pending = nil
	return err
}

func (sc *script) commit() {
	sc.t.Helper()
	if err := sc.try(); err != nil {
		sc.t.Fatal(err)
	}
}

// texts returns what a room's history shows.
func (sc *script) texts(room chat.RoomID) (texts []string) {
	sc.t.Helper()
	page, err := sc.store.Messages(sc.t.Context(), room, store.Range{Latest: true, Limit: 1000}, 0)
	if err != nil {
		sc.t.Fatal(err)
	}
	for _, m := range page {
		texts = append(texts, m.Text)
	}
	return texts
}

// filled makes a database with a room of n messages, and returns the room.
func filled(t *testing.T, dir string, n int) chat.RoomID {
	t.Helper()
	sc := newScript(t, openStore(t, dir))
	room := sc.room("#full")
	for i := range n {
		sc.say(room, fmt.Sprintf("message %d, which goes on for a while so that it takes some space in the file", i))
	}
	sc.commit()
	if err := sc.store.Close(); err != nil {
		t.Fatal(err)
	}
	return room
}

func readFile(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
