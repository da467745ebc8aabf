package commitlog_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/commitlog/logtest"
)

func TestLocal(t *testing.T) {
	logtest.Run(t, logtest.Subject{
		Open:     func(*testing.T) commitlog.Log { return commitlog.NewLocal() },
		MaxBatch: commitlog.MaxBatch,
	})
}

// TestLongTextsFillABatch: a batch is bounded by its bytes as well.
func TestLongTextsFillABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := commitlog.NewLocal()
		long := &chat.Command{Op: chat.Say, Text: strings.Repeat("x", chat.MaxText)}
		n := 0
		for range commitlog.MaxBatchText / chat.MaxText {
			if err := log.Append(t.Context(), long); err != nil {
				t.Fatal(err)
			}
			n++
		}
		returned := make(chan error, 1)
		go func() { returned <- log.Append(t.Context(), &chat.Command{Op: chat.MarkRead}) }()
		synctest.Wait()
		select {
		case err := <-returned:
			t.Fatalf("Append to a batch of %d long texts: %v, want that it waits", n, err)
		default:
		}
		var sizes []int
		go func() {
			if err := <-returned; err != nil {
				t.Error(err)
			}
			log.Close()
		}()
		if err := log.Follow(t.Context(), 0, func(b commitlog.Batch) error {
			sizes = append(sizes, len(b.Commands))
			return nil
		}); err != nil {
			t.Error(err)
		}
		if len(sizes) != 2 || sizes[0] != n || sizes[1] != 1 {
			t.Errorf("batches of %v commands, want [%d 1]", sizes, n)
		}
	})
}

// TestTextBoundStartsAnewWithEachBatch would hang if the bytes of committed
// batches still counted.
func TestTextBoundStartsAnewWithEachBatch(t *testing.T) {
	log := commitlog.NewLocal()
	long := &chat.Command{Op: chat.Say, Text: strings.Repeat("x", chat.MaxText)}
	const total = 20 * commitlog.MaxBatchText / chat.MaxText
	go func() {
		for range total {
			if err := log.Append(t.Context(), long); err != nil {
				t.Error(err)
			}
		}
		log.Close()
	}()
	got := 0
	if err := log.Follow(t.Context(), 0, func(b commitlog.Batch) error {
		got += len(b.Commands)
		return nil
	}); err != nil || got != total {
		t.Errorf("followed %d long texts, error %v, want %d", got, err, total)
	}
}

// TestContextsTellTheirCause: whoever cancels with a reason gets it back.
func TestContextsTellTheirCause(t *testing.T) {
	log := commitlog.NewLocal()
	for range commitlog.MaxBatch {
		if err := log.Append(t.Context(), &chat.Command{}); err != nil {
			t.Fatal(err)
		}
	}
	reason := errors.New("the session ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	if err := log.Append(ctx, &chat.Command{}); !errors.Is(err, reason) {
		t.Errorf("Append: %v, want %v", err, reason)
	}
	if err := log.Follow(ctx, 0, func(commitlog.Batch) error { t.Error("committed"); return nil }); !errors.Is(err, reason) {
		t.Errorf("Follow: %v, want %v", err, reason)
	}
}

// TestBusyLogAllocatesNothing: two batches' memory is filled in turn.
func TestBusyLogAllocatesNothing(t *testing.T) {
	const round = 100
	log, c, committed := commitlog.NewLocal(), &chat.Command{}, make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		got := 0
		ended <- log.Follow(t.Context(), 0, func(b commitlog.Batch) error {
			if got += len(b.Commands); got%round == 0 {
				committed <- struct{}{}
			}
			return nil
		})
	}()
	if n := testing.AllocsPerRun(100, func() {
		for range round {
			if err := log.Append(t.Context(), c); err != nil {
				t.Error(err)
			}
		}
		<-committed
	}); n >= 1 {
		t.Errorf("%v allocations for %d commands, want none", n, round)
	}
	log.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// BenchmarkLocal appends from one goroutine and from many, with a follower that
// commits at once: what the log itself costs.
func BenchmarkLocal(b *testing.B) {
	for _, appenders := range []int{1, 100} {
		b.Run(map[int]string{1: "one appender", 100: "100 appenders"}[appenders], func(b *testing.B) {
			log := commitlog.NewLocal()
			ended := make(chan struct{})
			batches := 0
			go func() {
				defer close(ended)
				if err := log.Follow(b.Context(), 0, func(commitlog.Batch) error { batches++; return nil }); err != nil {
					b.Error(err)
				}
			}()
			c := &chat.Command{Op: chat.Say, Text: "hello"}
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for a := range appenders {
				wg.Go(func() {
					for i := a; i < b.N; i += appenders {
						if err := log.Append(b.Context(), c); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			log.Close()
			<-ended
			b.ReportMetric(float64(b.N)/float64(max(batches, 1)), "commands/batch")
		})
	}
}
