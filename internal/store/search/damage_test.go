package search_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/chat"
	"hubbub/internal/store/search"
)

// manyEnd is the last event of manyWords.
const manyEnd = 1500

// manyWords is a log whose index takes some hundred pages.
func manyWords() []search.Document {
	var docs []search.Document
	for seq := chat.Seq(1); seq <= manyEnd; seq++ {
		n := int(seq)
		docs = append(docs, say(seq, lobby, alice, fmt.Sprintf("every w%04d x%d y%d", n, n*7919%1511, n%97)))
	}
	return docs
}

// execute runs SQL on the closed index.
func execute(t *testing.T, path, script string) {
	t.Helper()
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := sqlitex.ExecuteScript(conn, script, nil); err != nil {
		t.Fatal(err)
	}
}

// overwrite fills a part of a file, given in hundredths, with junk.
func overwrite(t *testing.T, path string, from, to int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) * from / 100; i < len(data)*to/100; i++ {
		data[i] = byte(i * 31)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// An index that is of no use must be noticed when it is opened, be made anew,
// and work then.
func TestUselessIndexIsMadeAnew(t *testing.T) {
	const end = manyEnd
	docs := manyWords()
	good := filepath.Join(t.TempDir(), "good.db")
	ix := openAt(t, good, search.Options{Epoch: "e1", LogEnd: end})
	apply(t, ix, docs...)
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	same := search.Options{Epoch: "e1", LogEnd: end}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, path string)
		opts  search.Options
		kept  bool
	}{
		{"nothing wrong", func(*testing.T, string) {}, same, true},
		{"log grown", func(*testing.T, string) {}, search.Options{Epoch: "e1", LogEnd: end + 5}, true},
		{"another log", func(*testing.T, string) {}, search.Options{Epoch: "e2", LogEnd: end}, false},
		{"log shorter", func(*testing.T, string) {}, search.Options{Epoch: "e1", LogEnd: end - 1}, false},
		{"substrings wanted", func(*testing.T, string) {}, search.Options{Epoch: "e1", LogEnd: end, Substrings: true}, false},
		{"all junk", func(t *testing.T, p string) { overwrite(t, p, 0, 100) }, same, false},
		{"junk at the start", func(t *testing.T, p string) { overwrite(t, p, 0, 1) }, same, false},
		{"cut in half", func(t *testing.T, p string) {
			if err := os.Truncate(p, int64(len(image)/2)); err != nil {
				t.Fatal(err)
			}
		}, same, false},
		{"emptied", func(t *testing.T, p string) {
			if err := os.Truncate(p, 0); err != nil {
				t.Fatal(err)
			}
		}, same, false},
		{"another database", func(t *testing.T, p string) { execute(t, p, "DROP TABLE state; CREATE TABLE state (a, b)") }, same, false},
		{"no position", func(t *testing.T, p string) { execute(t, p, "DELETE FROM state") }, same, false},
		{"written by other rules", func(t *testing.T, p string) { execute(t, p, "UPDATE state SET signature = 'old'") }, same, false},
		{"words lost", func(t *testing.T, p string) { execute(t, p, "DROP TABLE words") }, same, false},
		{"rooms lost", func(t *testing.T, p string) { execute(t, p, "DELETE FROM message WHERE seq > 1000") }, same, false},
		{"position lost", func(t *testing.T, p string) { execute(t, p, "UPDATE state SET position = 17") }, same, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "search.db")
			if err := os.WriteFile(path, image, 0o600); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, path)
			ix := openAt(t, path, c.opts)
			if kept := ix.Position() == end; kept != c.kept {
				t.Fatalf("position %d: kept is %t, want %t", ix.Position(), kept, c.kept)
			}
			if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("the file is readable for others: %v, %v", info.Mode(), err)
			}
			if !c.kept {
				apply(t, ix, docs[:100]...)
			}
			if got := find(t, ix, "w0077"); !slices.Equal(got, []chat.Seq{77}) {
				t.Errorf("afterwards w0077 is found in %v", got)
			}
		})
	}
}

// Damage in the middle shows only when a search or a batch comes across it; the
// running index then mends itself.
func TestDamageFoundLaterIsMended(t *testing.T) {
	docs := manyWords()
	good := filepath.Join(t.TempDir(), "good.db")
	ix := openAt(t, good, search.Options{LogEnd: chat.Seq(len(docs))})
	apply(t, ix, docs...)
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, path string)
		later bool // the damage is where opening does not look
	}{
		{"posting lists", func(t *testing.T, p string) {
			execute(t, p, "UPDATE words_data SET block = zeroblob(length(block)) WHERE (id & 0x7fffffff) > 3 AND id > 100")
		}, true},
		{"rooms", func(t *testing.T, p string) {
			execute(t, p, "DELETE FROM message WHERE seq = 70; DROP TABLE words_data")
		}, false},
		{"pages 10 to 30", func(t *testing.T, p string) { overwrite(t, p, 10, 30) }, false},
		{"pages 30 to 50", func(t *testing.T, p string) { overwrite(t, p, 30, 50) }, false},
		{"pages 50 to 70", func(t *testing.T, p string) { overwrite(t, p, 50, 70) }, false},
		{"pages 70 to 90", func(t *testing.T, p string) { overwrite(t, p, 70, 90) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "search.db")
			if err := os.WriteFile(path, image, 0o600); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, path)
			log := newMemoryLog(docs...)
			ix := openAt(t, path, search.Options{LogEnd: chat.Seq(len(docs)), Pause: time.Microsecond})
			if c.later && ix.Position() == 0 {
				t.Fatal("the damage was found when the index was opened")
			}
			stop := start(t, ix, log) // it waits for new events, until a search finds the damage
			comeAcross(t, ix, log)
			select {
			case <-log.restart:
			case <-time.After(30 * time.Second):
				t.Fatal("the index was not made anew")
			}
			reach(t, ix, chat.Seq(len(docs)))
			stop()
			for i := 0; i < len(docs); i += 501 {
				d := docs[i]
				if got := find(t, ix, `"`+d.Text+`"`); !slices.Equal(got, []chat.Seq{d.Seq}) {
					t.Errorf("%q is found in %v", d.Text, got)
				}
			}
		})
	}
}

// comeAcross searches until a search is refused, unless the index is being made
// anew already.
func comeAcross(t *testing.T, ix *search.Index, log *memoryLog) {
	t.Helper()
	for _, d := range log.events {
		if len(log.restart) > 0 {
			return
		}
		_, err := ix.Search(t.Context(), request(t, d.Text))
		var refusal *chat.Error
		if errors.As(err, &refusal) && refusal.Code == chat.Unavailable {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("no search came across the damage")
}

func TestUnreachableFileIsAnError(t *testing.T) {
	if ix, err := search.Open(filepath.Join(t.TempDir(), "nowhere", "search.db"), search.Options{}); err == nil {
		ix.Close()
		t.Error("opened a file in a directory that does not exist")
	}
}

func TestClosedIndexRefusesSearches(t *testing.T) {
	ix := open(t, search.Options{})
	apply(t, ix, corpus()...)
	for range 2 {
		if err := ix.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := ix.Search(t.Context(), request(t, "deploy"))
	var refusal *chat.Error
	if !errors.As(err, &refusal) || refusal.Code != chat.Unavailable {
		t.Errorf("search of a closed index: %v", err)
	}
}
