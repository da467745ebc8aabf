package search_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store/search"
)

// secretWords returns words that begin and end like no others.
func secretWords(n int) (words []string) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range n {
		words = append(words, fmt.Sprintf("%016x%016x", rng.Uint64(), rng.Uint64()))
	}
	return words
}

// readable returns which of the words can be read in the index's files. Of a word that
// begins as the one before it FTS5 keeps the rest only.
func readable(t *testing.T, path string, words []string) (found []string) {
	t.Helper()
	var all []byte
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	for _, word := range words {
		if bytes.Contains(all, []byte(word[16:])) {
			found = append(found, word)
		}
	}
	return found
}

// littered fills an index with messages of secret words, of which the first half is
// deleted then.
func littered(t *testing.T, ix *search.Index, log *memoryLog) (deleted, kept []string) {
	t.Helper()
	words := secretWords(600)
	for i, word := range words {
		log.add(say(chat.Seq(i+1), lobby, alice, "kettle "+word))
	}
	reach(t, ix, 600)
	for seq := chat.Seq(1); seq <= 300; seq++ {
		log.add(search.Document{Seq: seq, Deleted: true})
	}
	reach(t, ix, 900)
	return words[:300], words[300:]
}

// What was deleted can soon be read in no file of the index, and what was not is found.
func TestWordsOfDeletedMessagesLeaveTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "search.db")
		ix, log := openAt(t, path, search.Options{}), newMemoryLog()
		stop := start(t, ix, log)
		defer stop()
		deleted, kept := littered(t, ix, log)
		if found := readable(t, path, append(deleted, kept...)); len(found) < 600 {
			t.Fatalf("only %d words can be read at all", len(found))
		}
		for range 3 {
			pass(t, 3*time.Second)
			if found := readable(t, path, deleted); len(found) > 0 {
				t.Fatalf("%d words can still be read", len(found))
			}
			if found := readable(t, path, kept); len(found) < len(kept) {
				t.Fatalf("only %d words are left, of %d", len(found), len(kept))
			}
			if hits := find(t, ix, "kettle "+kept[0]); len(hits) != 1 {
				t.Fatalf("found %v", hits)
			}
			log.add(search.Document{Seq: chat.Seq(601 - len(kept)), Deleted: true}) // one more
			deleted, kept = append(deleted, kept[0]), kept[1:]
		}
	})
}

// A server that is killed before it has come to that does it at its next start.
func TestWordsOfDeletedMessagesLeaveTheFileAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path, after := filepath.Join(t.TempDir(), "search.db"), filepath.Join(t.TempDir(), "search.db")
		ix, log := openAt(t, path, search.Options{}), newMemoryLog()
		stop := start(t, ix, log)
		deleted, _ := littered(t, ix, log)
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(after+suffix, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if found := readable(t, after, deleted); len(found) < len(deleted) {
			t.Fatalf("only %d words can be read at all", len(found))
		}
		ix = openAt(t, after, search.Options{LogEnd: 900})
		defer start(t, ix, log)()
		pass(t, 3*time.Second)
		if found := readable(t, after, deleted); len(found) > 0 {
			t.Errorf("%d words can still be read", len(found))
		}
	})
}

// pass lets time go by in a bubble.
func pass(t *testing.T, d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
	synctest.Wait()
}
