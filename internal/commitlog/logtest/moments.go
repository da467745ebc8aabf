package logtest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
)

// A gate is a follower whose commits wait until they are let through. It lives
// in a bubble: synctest.Wait returns when everybody waits for somebody.
type gate struct {
	follower
	log     commitlog.Log
	through chan struct{} // one token lets one commit through
	ended   chan error    // what Follow returned
}

func openGate(t *testing.T, s Subject) *gate {
	g := &gate{follower: follower{t: t}, log: s.Open(t), through: make(chan struct{}), ended: make(chan error, 1)}
	go func() {
		g.ended <- g.log.Follow(t.Context(), 0, func(b commitlog.Batch) error {
			err := g.commit(b)
			<-g.through
			return err
		})
	}()
	return g
}

// sizes waits until nothing moves and returns the sizes of the batches that
// have been handed over.
func (g *gate) sizes() []int {
	synctest.Wait()
	var sizes []int
	for _, b := range g.batches {
		sizes = append(sizes, len(b.Commands))
	}
	return sizes
}

// finish lets every commit through to the end.
func (g *gate) finish() {
	g.t.Helper()
	g.log.Close()
	close(g.through)
	if err := <-g.ended; err != nil {
		g.t.Errorf("Follow: %v, want nil after Close", err)
	}
}

// shareCommit: what comes while one batch commits is the next batch, whole.
func shareCommit(t *testing.T, s Subject) {
	g := openGate(t, s)
	appendAll(t, g.log, 0, 0, 1)
	if got := g.sizes(); len(got) != 1 || got[0] != 1 {
		t.Fatalf("batches of %v commands, want [1]: a lone command waits for nobody", got)
	}
	var wg sync.WaitGroup
	for a := 1; a < 20; a++ {
		wg.Go(func() { appendAll(t, g.log, a, 0, 5) })
	}
	wg.Wait()
	if got := g.sizes(); len(got) != 1 {
		t.Fatalf("batches of %v commands while the first commits, want only that", got)
	}
	g.through <- struct{}{}
	if got := g.sizes(); len(got) != 2 || got[1] != 95 {
		t.Errorf("batches of %v commands, want [1 95]: what came meanwhile shares a commit", got)
	}
	g.finish()
	g.check(1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5)
}

// noTimer: in a bubble time stands still while anybody can do something, and
// synctest.Wait does not let it pass.
func noTimer(t *testing.T, s Subject) {
	g := openGate(t, s)
	start := time.Now()
	for n := range 3 {
		appendAll(t, g.log, 0, n, n+1)
		if got := g.sizes(); len(got) != n+1 {
			t.Fatalf("%d batches after %d lone commands: somebody waits for time to pass", len(got), n+1)
		}
		g.through <- struct{}{}
	}
	g.finish()
	if waited := time.Since(start); waited != 0 {
		t.Errorf("three lone commands took %v of waiting, want none", waited)
	}
}

func idleFollow(t *testing.T, s Subject) {
	log := s.Open(t)
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- log.Follow(ctx, 0, func(commitlog.Batch) error {
			t.Error("committed a batch of nothing")
			return nil
		})
	}()
	synctest.Wait()
	cancel(stop)
	if err := <-ended; !errors.Is(err, stop) && !errors.Is(err, context.Canceled) {
		t.Errorf("Follow: %v, want %v", err, stop)
	}
	log.Close()
}

func idleClose(t *testing.T, s Subject) {
	g := openGate(t, s)
	synctest.Wait()
	g.finish()
	g.check(0)
}

// fill appends commands until the log takes no more without blocking, while a
// first batch of one command is held in its commit. It returns how many
// commands the log has.
func (g *gate) fill(s Subject) int {
	g.t.Helper()
	n := 0
	add := func() {
		if err := g.log.Append(g.t.Context(), short(n)); err != nil {
			g.t.Fatal(err)
		}
		n++
	}
	add()
	synctest.Wait()
	for range s.MaxBatch {
		add()
	}
	return n
}

// short returns the n-th command of those that have no text.
func short(n int) *chat.Command {
	return &chat.Command{ID: chat.CommandID{N: uint64(n)}, Op: chat.MarkRead}
}

// wantShort checks that the first n short commands were committed, in order.
func (g *gate) wantShort(n int) {
	g.t.Helper()
	ids := g.ids()
	for i, id := range ids {
		if id.N != uint64(i) {
			g.t.Fatalf("command %d was committed, want %d next", id.N, i)
		}
	}
	if len(ids) != n {
		g.t.Errorf("%d commands were committed, want %d", len(ids), n)
	}
}

// appending starts an Append and returns where its error will be.
func (g *gate) appending(ctx context.Context, n int) chan error {
	g.t.Helper()
	returned := make(chan error, 1)
	go func() { returned <- g.log.Append(ctx, short(n)) }()
	synctest.Wait()
	return returned
}

func (g *gate) wantBlocked(returned chan error) {
	g.t.Helper()
	select {
	case err := <-returned:
		g.t.Fatalf("Append to a full batch returned %v, want that it waits", err)
	default:
	}
}

func fullBlocks(t *testing.T, s Subject) {
	g := openGate(t, s)
	n := g.fill(s)
	returned := g.appending(t.Context(), n)
	g.wantBlocked(returned)
	g.through <- struct{}{}
	synctest.Wait()
	if err := <-returned; err != nil {
		t.Errorf("Append once there was room: %v", err)
	}
	g.finish()
	g.wantShort(n + 1)
}

func fullCancelled(t *testing.T, s Subject) {
	g := openGate(t, s)
	n := g.fill(s)
	ctx, cancel := context.WithCancel(t.Context())
	returned := g.appending(ctx, 1<<40)
	g.wantBlocked(returned)
	cancel()
	if err := <-returned; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled Append: %v, want %v", err, context.Canceled)
	}
	g.finish()
	g.wantShort(n)
}

func fullClosed(t *testing.T, s Subject) {
	g := openGate(t, s)
	n := g.fill(s)
	returned := g.appending(t.Context(), 1<<40)
	g.wantBlocked(returned)
	g.log.Close()
	if err := <-returned; !errors.Is(err, commitlog.ErrClosed) {
		t.Errorf("Append that waited when the log was closed: %v, want %v", err, commitlog.ErrClosed)
	}
	g.finish()
	g.wantShort(n)
}

// fullMany: everybody who waits for room is woken when there is some.
func fullMany(t *testing.T, s Subject) {
	g := openGate(t, s)
	n := g.fill(s)
	const waiting = 50
	var all []chan error
	for i := range waiting {
		all = append(all, g.appending(t.Context(), n+i))
		g.wantBlocked(all[i])
	}
	g.through <- struct{}{}
	synctest.Wait()
	for i, returned := range all {
		select {
		case err := <-returned:
			if err != nil {
				t.Errorf("Append %d once there was room: %v", i, err)
			}
		default:
			t.Fatalf("Append %d of %d still waits though there is room", i, waiting)
		}
	}
	g.finish()
	if got := len(g.ids()); got != n+waiting {
		t.Errorf("%d commands were committed, want %d", got, n+waiting)
	}
}
