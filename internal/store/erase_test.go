package store_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// secrets returns texts that are like no other, of all sizes: within a page, at
// its edge, and spilling into pages of their own.
func secrets(rng *rand.Rand, n int) (texts []string) {
	for i := range n {
		token := fmt.Sprintf("secret-%d-%016x ", i, rng.Uint64())
		size := []int{1, 4, 20, 200, 3900, 4070, 9000, chat.MaxText}[i%8]
		texts = append(texts, strings.Repeat(token, size/len(token)+1)[:max(size, len(token))])
	}
	return texts
}

// leaks returns the secrets of which a file in the directory still has a piece.
func leaks(t *testing.T, dir string, texts []string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "search.db" || strings.HasPrefix(e.Name(), "search.db-") {
			continue // words, in another order: see below
		}
		data := readFile(t, dir, e.Name())
		for _, text := range texts {
			token, _, _ := strings.Cut(text, " ")
			if bytes.Contains(data, []byte(token)) {
				found = append(found, e.Name()+": "+token)
			}
		}
	}
	return found
}

// A deleted message, and each of its edits, leaves no byte of its text in any
// file, whatever was split and moved around it.
func TestDeletedTextIsNowhere(t *testing.T) {
	dir := t.TempDir()
	sc := newScript(t, openStore(t, dir))
	rng := rand.New(rand.NewPCG(1, 2))
	texts := secrets(rng, 160)
	rooms := []chat.RoomID{sc.room("#a"), sc.room("#b"), sc.room("#c")}
	type said struct {
		room chat.RoomID
		seq  chat.Seq
	}
	var messages []said
	for i, text := range texts {
		room := rooms[i%3]
		if i%4 == 3 { // an edit of an earlier message
			m := messages[rng.IntN(len(messages))]
			sc.edit(m.room, m.seq, text)
		} else {
			messages = append(messages, said{room, sc.say(room, text)})
		}
		if i%5 == 0 {
			sc.commit()
		}
	}
	sc.commit()
	if found := leaks(t, dir, texts); len(found) < len(texts) {
		t.Fatalf("only %d of %d texts can be seen at all", len(found), len(texts))
	}
	for i, m := range messages {
		sc.remove(m.room, m.seq)
		if i%3 == 0 {
			sc.commit()
		}
	}
	sc.say(rooms[0], "still here")
	sc.commit()
	if err := sc.store.Close(); err != nil {
		t.Fatal(err)
	}
	if found := leaks(t, dir, texts); len(found) > 0 {
		t.Errorf("%d texts are still there: %q", len(found), found)
	}
	sc.store = openStore(t, dir)
	page, err := sc.store.Messages(t.Context(), rooms[0], store.Range{Latest: true, Limit: 1000}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range page {
		if last := m.Text == "still here"; m.Deleted == last || m.Text != "" && !last || m.Edited {
			t.Errorf("%+v", m)
		}
	}
	if found, err := sc.store.IntegrityCheck(); err != nil || found != "ok" {
		t.Errorf("%s, %v", found, err)
	}
}

// A text in the same batch as its deletion is no exception, and neither is the
// shortest text there is, whose record has least room.
func TestShortestTextIsErased(t *testing.T) {
	dir := t.TempDir()
	sc := newScript(t, openStore(t, dir))
	room := sc.room("#a")
	for _, nick := range []string{"a", strings.Repeat("𝔘", 32)} {
		for _, client := range []chat.ClientID{"", chat.ClientID(strings.Repeat("c", 62) + nick[:1])} {
			for _, tags := range []string{"", "+mood"} {
				seq := sc.add(chat.Event{Kind: chat.Message, Room: room, By: 1 << 60, Nick: nick, Client: client, Text: "x", Tags: tags, Target: 1 << 60, Whose: nick, When: 1 << 60})
				sc.remove(room, seq)
				if client != "" {
					client += chat.ClientID(nick[:1])
				}
			}
		}
	}
	sc.commit()
	page, err := sc.store.Messages(t.Context(), room, store.Range{Latest: true, Limit: 10}, 0)
	if err != nil || len(page) != 8 {
		t.Fatalf("%d messages, %v", len(page), err)
	}
	for _, m := range page {
		if !m.Deleted || m.Text+m.Tags != "" || m.Nick == "" || m.Whose != m.Nick {
			t.Errorf("%+v", m)
		}
	}
}

// While the server runs, erased text leaves the write-ahead log soon.
func TestErasedTextLeavesTheWriteAheadLog(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		stop := running(t, s)
		defer stop()
		sc := newScript(t, s)
		texts := secrets(rand.New(rand.NewPCG(3, 4)), 8)
		room := sc.room("#a")
		var seqs []chat.Seq
		for _, text := range texts {
			seqs = append(seqs, sc.say(room, text))
		}
		sc.commit()
		for _, seq := range seqs {
			sc.remove(room, seq)
		}
		sc.commit()
		if info, err := os.Stat(filepath.Join(dir, "hubbub.db-wal")); err != nil || info.Size() == 0 {
			t.Fatalf("the write-ahead log is empty from the start: %v", err)
		}
		pass(t, 2*time.Second)
		if found := leaks(t, dir, texts); len(found) > 0 {
			t.Errorf("still there: %q", found)
		}
	})
}

// Neither are its words left in the search index, nor those of its edits.
func TestErasedWordsLeaveTheSearchIndex(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, dir)
		defer running(t, s)()
		sc := newScript(t, s)
		room := sc.room("#a")
		words := []string{"kettlewords", "xylophone", "quagmires", "jukeboxes"} // that no other word of the files begins as
		left := func() (found []string) {
			for _, word := range words {
				if bytes.Contains(append(readFile(t, dir, "search.db"), readFile(t, dir, "search.db-wal")...), []byte(word)) {
					found = append(found, word)
				}
			}
			return found
		}
		seq := sc.say(room, words[0]+" "+words[1])
		sc.say(room, words[3])
		sc.commit()
		pass(t, time.Second)
		sc.edit(room, seq, words[2])
		sc.commit()
		pass(t, time.Second)
		if found := left(); len(found) < len(words) {
			t.Fatalf("only %q can be read at all", found)
		}
		sc.remove(room, seq)
		sc.commit()
		pass(t, 5*time.Second)
		if found := left(); len(found) != 1 || found[0] != words[3] {
			t.Errorf("there are %q, and only %q should be", found, words[3])
		}
	})
}

// If the server is killed at once after something was erased, the next one sees to it.
func TestErasedTextLeavesTheLogOfAServerThatWasKilled(t *testing.T) {
	dir, after := t.TempDir(), t.TempDir()
	texts := secrets(rand.New(rand.NewPCG(3, 7)), 3)
	sc := newScript(t, openStore(t, dir))
	room := sc.room("#a")
	seq := sc.say(room, texts[2])
	sc.commit()
	sc.remove(room, seq)
	sc.commit()
	for _, name := range []string{"hubbub.db", "hubbub.db-wal"} {
		if err := os.WriteFile(filepath.Join(after, name), readFile(t, dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if found := leaks(t, after, texts[2:]); len(found) == 0 {
		t.Fatal("nothing was left behind")
	}
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, after)
		defer running(t, s)()
		pass(t, 3*time.Second)
		if found := leaks(t, after, texts[2:]); len(found) > 0 {
			t.Errorf("still there: %q", found)
		}
	})
}

// Somebody who reads keeps the write-ahead log from being emptied; then it is
// tried again.
func TestErasedTextWaitsForAReader(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, dir)
		defer running(t, s)()
		sc := newScript(t, s)
		texts := secrets(rand.New(rand.NewPCG(3, 5)), 3)
		room := sc.room("#a")
		seq := sc.say(room, texts[2])
		sc.commit()
		release, err := s.HoldRead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sc.remove(room, seq)
		sc.commit()
		pass(t, 3*time.Second)
		if found := leaks(t, dir, texts[2:]); len(found) == 0 {
			t.Error("the reader's view of the log has been overwritten")
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		pass(t, 3*time.Second)
		if found := leaks(t, dir, texts[2:]); len(found) > 0 {
			t.Errorf("still there: %q", found)
		}
	})
}

// credential gives user 7 a password, or a second factor, whose secret begins
// with a text.
func (sc *script) credential(p chat.Proof, secret string) chat.Seq {
	return sc.add(chat.Event{Kind: chat.CredentialAdded, Room: chat.UserID(7).Inbox(), User: 7, Level: uint8(p), Secret: secret})
}

func (sc *script) dropCredential(seq chat.Seq) {
	sc.add(chat.Event{Kind: chat.CredentialDropped, Room: chat.UserID(7).Inbox(), User: 7, Target: seq})
}

// What proved somebody to be who they are, and does not any more, is in no file
// soon after: a password that was replaced, a second factor that was dropped.
func TestReplacedAndDroppedSecretsAreNowhere(t *testing.T) {
	for _, x := range []struct {
		name string
		end  func(sc *script, password, factor chat.Seq)
	}{
		{"replaced", func(sc *script, _, _ chat.Seq) {
			sc.credential(chat.ByPassword, "the next one")
			sc.credential(chat.ByTOTP, "the next factor")
		}},
		{"dropped", func(sc *script, password, factor chat.Seq) {
			sc.dropCredential(password)
			sc.dropCredential(factor)
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := openStore(t, dir)
				defer running(t, s)()
				sc := newScript(t, s)
				texts := secrets(rand.New(rand.NewPCG(3, 6)), 4)[2:] // of two sizes
				sc.add(chat.Event{Kind: chat.Arrived, Room: chat.UserID(7).Inbox(), By: 7, Nick: "ann"})
				password, factor := sc.credential(chat.ByPassword, texts[0]), sc.credential(chat.ByTOTP, texts[1])
				sc.commit()
				if found := leaks(t, dir, texts); len(found) < len(texts) {
					t.Fatalf("only %q can be seen at all", found)
				}
				for _, ev := range mustEvents(t, s, chat.UserID(7).Inbox()) {
					if ev.Secret != "" {
						t.Errorf("the log tells %+v", ev)
					}
				}
				pass(t, 3*time.Second) // now they are in the database itself
				x.end(sc, password, factor)
				sc.commit()
				pass(t, 3*time.Second)
				if found := leaks(t, dir, texts); len(found) > 0 {
					t.Errorf("still there: %q", found)
				}
				all, err := s.Credentials(t.Context(), 7)
				if want := map[string]int{"replaced": 2, "dropped": 0}[x.name]; err != nil || len(all) != want {
					t.Errorf("credentials: %+v, %v", all, err)
				}
			})
		})
	}
}

func mustEvents(t *testing.T, s *store.Store, room chat.RoomID) []chat.Event {
	t.Helper()
	events, err := s.Events(t.Context(), room, 0, 100)
	if err != nil || len(events) == 0 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	return events
}

// running starts the store's Run and returns what ends it.
func running(t *testing.T, s *store.Store) (stop func()) {
	ctx, cancel := contextWithCancel(t)
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// pass lets time go by in a bubble.
func pass(t *testing.T, d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
	synctest.Wait()
}
