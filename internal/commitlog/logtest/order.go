package logtest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
)

// command returns the n-th command of an appender, which says so in its id.
func command(appender, n int) *chat.Command {
	return &chat.Command{
		ID: chat.CommandID{Node: uint64(appender), N: uint64(n)}, Time: chat.Millis(n), By: chat.UserID(appender), Op: chat.Say,
		Room: 1, Target: chat.Seq(n), Client: chat.ClientID(fmt.Sprint(appender, "-", n)), Text: fmt.Sprintf("message %d of %d", n, appender),
	}
}

// A follower collects what a log hands over. Its methods are for the goroutine
// in Follow; the rest is read once that has returned.
type follower struct {
	t       *testing.T
	batches []commitlog.Batch
	last    uint64
	inside  atomic.Bool
}

// commit checks one batch and keeps a copy of it: its memory may be filled
// again.
func (f *follower) commit(b commitlog.Batch) error {
	if !f.inside.CompareAndSwap(false, true) {
		f.t.Error("a batch was handed over while another was being committed")
	}
	defer f.inside.Store(false)
	if b.Position <= f.last {
		f.t.Errorf("a batch at position %d after one at %d", b.Position, f.last)
	}
	if len(b.Commands) == 0 {
		f.t.Errorf("an empty batch at position %d", b.Position)
	}
	f.last = b.Position
	b.Commands = slices.Clone(b.Commands)
	f.batches = append(f.batches, b)
	return nil
}

// ids returns every command in order.
func (f *follower) ids() []chat.CommandID {
	var ids []chat.CommandID
	for _, b := range f.batches {
		for _, c := range b.Commands {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// check checks that what was committed is exactly the first counts[a] commands
// of each appender a, each appender's in order and unchanged.
func (f *follower) check(counts ...int) {
	f.t.Helper()
	next := make([]int, len(counts))
	for _, b := range f.batches {
		for _, c := range b.Commands {
			a := int(c.ID.Node)
			if a >= len(counts) || next[a] != int(c.ID.N) {
				f.t.Fatalf("position %d has command %d of appender %d, want %v next: lost, doubled or out of order", b.Position, c.ID.N, a, next)
			}
			if want := command(a, next[a]); !reflect.DeepEqual(c, want) {
				f.t.Fatalf("position %d has %+v, want %+v as it was appended", b.Position, *c, *want)
			}
			next[a]++
		}
	}
	if !slices.Equal(next, counts) {
		f.t.Fatalf("committed %v commands of the appenders, want %v", next, counts)
	}
}

// drain closes the log and follows it to its end.
func drain(t *testing.T, log commitlog.Log, f *follower) {
	t.Helper()
	log.Close()
	if err := log.Follow(t.Context(), f.last, f.commit); err != nil {
		t.Fatalf("following a closed log to its end: %v", err)
	}
}

// appendAll appends commands first to end-1 of an appender.
func appendAll(t *testing.T, log commitlog.Log, appender, first, end int) {
	for n := first; n < end; n++ {
		if err := log.Append(t.Context(), command(appender, n)); err != nil {
			t.Errorf("appending command %d of %d: %v", n, appender, err)
			return
		}
	}
}

// following follows the log beside what does appends, closes it then, and
// returns what was committed.
func following(t *testing.T, log commitlog.Log, appends func()) *follower {
	t.Helper()
	f := &follower{t: t}
	ended := make(chan error, 1)
	go func() { ended <- log.Follow(t.Context(), 0, f.commit) }()
	appends()
	log.Close()
	if err := <-ended; err != nil {
		t.Fatalf("Follow: %v, want nil after Close", err)
	}
	return f
}

func oneAppender(t *testing.T, s Subject) {
	log := s.Open(t)
	const n = 2000
	following(t, log, func() { appendAll(t, log, 0, 0, n) }).check(n)
}

func manyAppenders(t *testing.T, s Subject) {
	log := s.Open(t)
	counts := make([]int, 16)
	f := following(t, log, func() {
		var wg sync.WaitGroup
		for a := range counts {
			counts[a] = 300 + a
			wg.Go(func() { appendAll(t, log, a, 0, counts[a]) })
		}
		wg.Wait()
	})
	f.check(counts...)
}

// returnedBefore is promise P5: if Append of A had returned before Append of B
// began, A is before B. A clock that ticks when an Append has returned tells
// which pairs that concerns.
func returnedBefore(t *testing.T, s Subject) {
	log := s.Open(t)
	var clock atomic.Int64
	type span struct{ began, returned int64 }
	spans := make([][]span, 8)
	f := following(t, log, func() {
		var wg sync.WaitGroup
		for a := range spans {
			spans[a] = make([]span, 400)
			wg.Go(func() {
				for n := range spans[a] {
					began := clock.Load()
					appendAll(t, log, a, n, n+1)
					spans[a][n] = span{began, clock.Add(1)}
				}
			})
		}
		wg.Wait()
	})
	latest := int64(-1) // at which one that is committed already began
	for _, id := range f.ids() {
		sp := spans[id.Node][id.N]
		if sp.returned <= latest {
			t.Fatalf("command %d of %d had been appended when another began that is before it", id.N, id.Node)
		}
		latest = max(latest, sp.began)
	}
	f.check(400, 400, 400, 400, 400, 400, 400, 400)
}

func oneAtATime(t *testing.T, s Subject) {
	log := s.Open(t)
	f := &follower{t: t}
	inside, ended := make(chan int), make(chan error, 1)
	go func() {
		ended <- log.Follow(t.Context(), 0, func(b commitlog.Batch) error {
			n := len(b.Commands)
			err := f.commit(b)
			inside <- n
			inside <- n // the batch must not change, nor another come, in between
			if len(b.Commands) != n || slices.Contains(b.Commands, nil) {
				t.Error("a batch changed while it was being committed")
			}
			return err
		})
	}()
	const total = 300
	go func() {
		appendAll(t, log, 0, 0, total)
		log.Close()
	}()
	for got := 0; got < total; {
		n := <-inside
		if again := <-inside; again != n {
			t.Errorf("a batch of %d was handed over while one of %d was being committed", again, n)
		}
		got += n
	}
	if err := <-ended; err != nil {
		t.Errorf("Follow: %v", err)
	}
	f.check(total)
}

func positions(t *testing.T, s Subject) {
	log := s.Open(t)
	f := &follower{t: t}
	for n := range 5 {
		appendAll(t, log, 0, n, n+1)
		ctx, cancel := context.WithCancel(t.Context())
		err := log.Follow(ctx, f.last, func(b commitlog.Batch) error {
			cancel()
			return f.commit(b) // which checks that the position is beyond f.last
		})
		if cancel(); !errors.Is(err, context.Canceled) {
			t.Fatalf("Follow: %v, want %v", err, context.Canceled)
		}
	}
	drain(t, log, f)
	f.check(5)
}

func closeDrains(t *testing.T, s Subject) {
	log := s.Open(t)
	const n = 20
	appendAll(t, log, 0, 0, n)
	log.Close()
	log.Close() // twice is harmless
	f := &follower{t: t}
	drain(t, log, f)
	f.check(n)
	if err := log.Follow(t.Context(), f.last, f.commit); err != nil {
		t.Errorf("following again to the end: %v", err)
	}
	f.check(n)
}

// closeWhileAppending: exactly what Append said nil to is committed.
func closeWhileAppending(t *testing.T, s Subject) {
	log := s.Open(t)
	counts := make([]int, 8)
	var started, wg sync.WaitGroup
	f := following(t, log, func() {
		for a := range counts {
			started.Add(1)
			wg.Go(func() {
				for {
					err := log.Append(t.Context(), command(a, counts[a]))
					if err != nil {
						if !errors.Is(err, commitlog.ErrClosed) {
							t.Errorf("Append while closing: %v, want %v", err, commitlog.ErrClosed)
						}
						return
					}
					if counts[a]++; counts[a] == 50 {
						started.Done()
					}
				}
			})
		}
		started.Wait()
	})
	wg.Wait()
	f.check(counts...)
}

func appendAfterClose(t *testing.T, s Subject) {
	log := s.Open(t)
	log.Close()
	if err := log.Append(t.Context(), command(0, 0)); !errors.Is(err, commitlog.ErrClosed) {
		t.Errorf("Append after Close: %v, want %v", err, commitlog.ErrClosed)
	}
	f := &follower{t: t}
	drain(t, log, f)
	f.check(0)
}

func commitError(t *testing.T, s Subject) {
	log := s.Open(t)
	appendAll(t, log, 0, 0, 3)
	full := errors.New("no space")
	calls := 0
	err := log.Follow(t.Context(), 0, func(commitlog.Batch) error {
		if calls++; calls == 1 {
			appendAll(t, log, 0, 3, 4) // which nobody may get to see
		} else {
			log.Close()
		}
		return full
	})
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("commit failed with %v; Follow returned %v after %d calls, want that error after one", full, err, calls)
	}
}

// cancelledFollow cancels a follower that has always more to commit.
func cancelledFollow(t *testing.T, s Subject) {
	log := s.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	f, n := &follower{t: t}, 1
	appendAll(t, log, 0, 0, 1)
	err := log.Follow(ctx, 0, func(b commitlog.Batch) error {
		appendAll(t, log, 0, n, n+1)
		if n++; n == 10 {
			cancel()
		}
		if n > 20 {
			t.Error("a cancelled Follow goes on for ever")
			log.Close()
			return context.Canceled
		}
		return f.commit(b)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Follow: %v, want %v", err, context.Canceled)
	}
}

// followAgain ends Follow between batches, again and again: nothing of what is
// still to come may be lost.
func followAgain(t *testing.T, s Subject) {
	log := s.Open(t)
	const n = 200
	f := &follower{t: t}
	var wg sync.WaitGroup
	wg.Go(func() {
		appendAll(t, log, 0, 0, n)
		log.Close()
	})
	for {
		ctx, cancel := context.WithCancel(t.Context())
		err := log.Follow(ctx, f.last, func(b commitlog.Batch) error {
			cancel()
			return f.commit(b)
		})
		if cancel(); err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("Follow: %v", err)
		}
	}
	wg.Wait()
	f.check(n)
}

// reopened follows half of a log before its process ends, and the rest after;
// and then all of it again, which must be the same.
func reopened(t *testing.T, s Subject) {
	log := s.Open(t)
	f := &follower{t: t}
	for n := range 6 {
		appendAll(t, log, 0, 10*n, 10*n+10)
		if n%2 == 1 {
			continue
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := log.Follow(ctx, f.last, func(b commitlog.Batch) error {
			cancel()
			return f.commit(b)
		})
		if cancel(); !errors.Is(err, context.Canceled) {
			t.Fatalf("Follow: %v, want %v", err, context.Canceled)
		}
	}
	log.Close()
	log = s.Reopen(t, log)
	appendAll(t, log, 0, 60, 70)
	drain(t, log, f)
	f.check(70)

	log = s.Reopen(t, log)
	again := &follower{t: t}
	drain(t, log, again)
	again.check(70)
	if last := f.last; again.last != last {
		t.Errorf("followed from the beginning, the log ends at %d, want %d as before", again.last, last)
	}
}
