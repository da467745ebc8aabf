package search_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/chat"
	"hubbub/internal/store/search"
)

// memoryLog is a log in memory: event n is events[n-1], and a document without
// a Seq is an event that concerns no message.
type memoryLog struct {
	mu      sync.Mutex
	events  []search.Document
	grown   chan struct{} // closed and replaced by add
	trouble []error       // what the next calls of Changes answer
	limits  []int         // what Changes was asked for
	restart chan struct{} // gets a value when Changes is asked from the beginning
}

func newMemoryLog(events ...search.Document) *memoryLog {
	return &memoryLog{events: events, grown: make(chan struct{}), restart: make(chan struct{}, 100)}
}

func (l *memoryLog) add(events ...search.Document) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, events...)
	close(l.grown)
	l.grown = make(chan struct{})
}

func (l *memoryLog) Changes(_ context.Context, after chat.Seq, limit int) ([]search.Document, chat.Seq, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limits = append(l.limits, limit)
	if after == 0 {
		l.restart <- struct{}{}
	}
	if len(l.trouble) > 0 {
		err := l.trouble[0]
		l.trouble = l.trouble[1:]
		return nil, 0, err
	}
	upTo := min(int(after)+limit, len(l.events))
	var docs []search.Document
	for _, d := range l.events[after:upTo] {
		if d.Seq != 0 {
			docs = append(docs, d)
		}
	}
	return docs, chat.Seq(upTo), nil
}

func (l *memoryLog) Wait(ctx context.Context, after chat.Seq) error {
	for {
		l.mu.Lock()
		n, grown := len(l.events), l.grown
		l.mu.Unlock()
		if chat.Seq(n) > after {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// start runs the index over a log until the returned function is called, or the
// test ends.
func start(t *testing.T, ix *search.Index, log *memoryLog) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ix.Run(ctx, log) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func reach(t *testing.T, ix *search.Index, seq chat.Seq) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := ix.Reached(ctx, seq); err != nil {
		t.Fatal(err)
	}
}

func TestIndexTrailsTheLog(t *testing.T) {
	log := newMemoryLog(say(1, lobby, alice, "old news"), search.Document{})
	ix := open(t, search.Options{Pause: time.Millisecond})
	stop := start(t, ix, log)
	reach(t, ix, 2)
	if got := find(t, ix, "news"); !slices.Equal(got, []chat.Seq{1}) {
		t.Errorf("found %v", got)
	}
	log.add(say(3, lobby, bob, "good news"))
	reach(t, ix, 3)
	log.add(say(1, lobby, alice, "edited"), search.Document{Seq: 3, Deleted: true}, say(6, ops, bob, "breaking news"))
	reach(t, ix, 6)
	if got := find(t, ix, "news"); !slices.Equal(got, []chat.Seq{6}) {
		t.Errorf("found %v", got)
	}
	stop()
	log.add(say(7, lobby, bob, "news at night"))
	start(t, ix, log)
	reach(t, ix, 7)
	if got := find(t, ix, "news"); !slices.Equal(got, []chat.Seq{7, 6}) {
		t.Errorf("found %v", got)
	}
}

func TestBatchesGrowWhileFarBehind(t *testing.T) {
	const n = 100_000
	log := newMemoryLog(make([]search.Document, n)...)
	var lines bytes.Buffer
	ix := open(t, search.Options{LogEnd: n, Logger: slog.New(slog.NewTextHandler(&lines, nil))})
	stop := start(t, ix, log)
	reach(t, ix, n)
	log.add(search.Document{})
	reach(t, ix, n+1)
	stop()
	if len(log.limits) > 30 || !slices.Contains(log.limits, search.MaxBatch) {
		t.Errorf("%d events were read in batches of at most %v", n, log.limits)
	}
	if first, last := log.limits[0], log.limits[len(log.limits)-1]; first != search.MinBatch || last != search.MinBatch {
		t.Errorf("the first batch may have %d, the last %d, want %d", first, last, search.MinBatch)
	}
	for _, want := range []string{"catching up", "caught up"} {
		if strings.Count(lines.String(), want) != 1 {
			t.Errorf("progress %q is not logged once:\n%s", want, lines.String())
		}
	}
}

// An index that catches up leaves more segments to lie, and none in the end.
func TestSegmentsAreMergedOnceTheIndexHasCaughtUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []search.Document
		for seq := chat.Seq(1); seq <= 200_000; seq++ {
			all = append(all, say(seq, lobby, alice, "kettle"))
		}
		path := filepath.Join(t.TempDir(), "search.db")
		ix, log := openAt(t, path, search.Options{LogEnd: 200_000}), newMemoryLog(all...)
		stop := start(t, ix, log)
		reach(t, ix, 100_000)
		if n := selected(t, path, `SELECT v FROM words_config WHERE k = 'automerge'`); n != 16 {
			t.Errorf("while it is far behind, %d segments are merged", n)
		}
		reach(t, ix, 200_000)
		pass(t, 5*time.Second)
		stop()
		if n := selected(t, path, `SELECT v FROM words_config WHERE k = 'automerge'`); n != 4 {
			t.Errorf("when it has caught up, %d segments are merged", n)
		}
		if n := selected(t, path, `SELECT count(DISTINCT segid) FROM words_idx`); n != 1 {
			t.Errorf("there are %d segments", n)
		}
	})
}

// An index that was closed in its hurry is no longer in one when it is opened near the end.
func TestAnIndexClosedInAHurryIsMergedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []search.Document
		for seq := chat.Seq(1); seq <= 200_000; seq++ {
			all = append(all, say(seq, lobby, alice, "kettle"))
		}
		path := filepath.Join(t.TempDir(), "search.db")
		ix := openAt(t, path, search.Options{LogEnd: 200_000})
		stop := start(t, ix, newMemoryLog(all...))
		reach(t, ix, 100_000)
		stop()
		if err := ix.Close(); err != nil {
			t.Fatal(err)
		}
		near := min(200_000, chat.Seq(selected(t, path, `SELECT position FROM state`))+1)
		ix = openAt(t, path, search.Options{LogEnd: near})
		stop = start(t, ix, newMemoryLog(all[:near]...))
		reach(t, ix, near)
		pass(t, 5*time.Second)
		stop()
		if n := selected(t, path, `SELECT v FROM words_config WHERE k = 'automerge'`); n != 4 {
			t.Errorf("when it has caught up, %d segments are merged", n)
		}
	})
}

// selected returns the number that a query of an index's file selects.
func selected(t *testing.T, path, query string) (n int64) {
	t.Helper()
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error { n = row.ColumnInt64(0); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSingleMessagesShareTransactions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newMemoryLog()
		ix := open(t, search.Options{Pause: 100 * time.Millisecond})
		start(t, ix, log)
		synctest.Wait()
		begin := time.Now()
		log.add(say(1, lobby, alice, "at once"))
		reach(t, ix, 1)
		if d := time.Since(begin); d > 0 {
			t.Errorf("the first message waited %v", d)
		}
		for i := range 1000 {
			log.add(say(chat.Seq(i+2), lobby, alice, "tick"))
			time.Sleep(time.Millisecond)
		}
		reach(t, ix, 1001)
		if n := len(log.limits); n > 25 {
			t.Errorf("1000 messages in a second took %d reads", n)
		}
	})
}

func TestTroubleIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newMemoryLog(say(1, lobby, alice, "hello"))
		for range 10 {
			log.trouble = append(log.trouble, errors.New("no such disk"))
		}
		ix := open(t, search.Options{})
		begin := time.Now()
		start(t, ix, log)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := ix.Reached(ctx, 1); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d < 50*time.Second || d > 2*time.Minute {
			t.Errorf("ten tries took %v: want a growing, bounded pause", d)
		}
	})
}

func TestReachedEndsWithItsContext(t *testing.T) {
	ix := open(t, search.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ix.Reached(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Reached: %v", err)
	}
}

func TestSearchWhileIndexing(t *testing.T) {
	log := newMemoryLog()
	ix := open(t, search.Options{Pause: time.Microsecond, Readers: 3})
	start(t, ix, log)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 40 {
				res, err := ix.Search(t.Context(), search.Request{Query: search.Query{Terms: []search.Term{{Text: "word"}}},
					Rooms: []chat.RoomID{lobby}, Names: names(), Limit: 100})
				if err != nil {
					t.Error(err)
					return
				}
				// Every event is a hit, so the newest are found without a gap.
				for i, seq := range res.Seqs {
					if seq != res.Seqs[0]-chat.Seq(i) {
						t.Errorf("found %v", res.Seqs)
						return
					}
				}
				if len(res.Seqs) > 0 && res.Seqs[0] < res.IndexedTo {
					t.Errorf("indexed to %d, found up to %d", res.IndexedTo, res.Seqs[0])
				}
			}
		})
	}
	for i := range 300 {
		log.add(say(chat.Seq(i+1), lobby, alice, "word"))
	}
	readers.Wait()
	reach(t, ix, 300)
}
