package checker

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// How much a Recorder gathers before it writes, and how much may wait while a
// write is under way before Record waits too, in bytes.
const (
	writeAt    = 64 << 10
	maxPending = 4 << 20
)

// ErrClosed is what Record returns after Close.
var ErrClosed = errors.New("the recorder is closed")

// Recorder writes ops as JSON lines. Any number of goroutines may record at
// once; the lines of one goroutine keep their order. One owner closes it.
//
// Recording appends to a buffer in memory, and one goroutine writes the buffer
// out, so an actor waits for the writer only if it is 4 MiB behind.
type Recorder struct {
	begin time.Time
	w     io.Writer     // used by writeLoop alone
	done  chan struct{} // closed when writeLoop has returned

	// mu guards the following. It is never held while writing to w.
	mu      sync.Mutex
	more    sync.Cond // there is something to write, or the recorder is closed
	room    sync.Cond // there is room in pending
	pending []byte    // whole lines, not yet handed to w
	closed  bool
	err     error // the first that w returned
}

// NewRecorder returns a Recorder that writes to w. It starts one goroutine,
// which Close stops.
func NewRecorder(w io.Writer) *Recorder {
	r := &Recorder{begin: time.Now(), w: w, done: make(chan struct{})}
	r.more.L, r.room.L = &r.mu, &r.mu
	go r.writeLoop()
	return r
}

// Now returns the history's time: nanoseconds since the recorder was made, on
// the monotonic clock. It is never 0.
func (r *Recorder) Now() int64 { return max(1, int64(time.Since(r.begin))) }

// Record adds op to the history. It returns [ErrClosed] after Close, and the
// error of an earlier write if there was one, which Close returns too: an actor
// may ignore it.
func (r *Recorder) Record(op Op) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.pending) >= maxPending && r.err == nil && !r.closed {
		r.room.Wait()
	}
	if r.closed {
		return ErrClosed
	}
	if r.err != nil {
		return r.err
	}
	r.pending = append(appendOp(r.pending, &op), '\n')
	if len(r.pending) >= writeAt {
		r.more.Signal()
	}
	return nil
}

// Close writes what is pending and waits until it is written. It does not close
// the underlying writer. It returns the first error of any write; a history
// that was not written whole must not be judged.
func (r *Recorder) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return ErrClosed
	}
	r.closed = true
	r.mu.Unlock()
	r.more.Signal()
	r.room.Broadcast()
	<-r.done
	return r.err // writeLoop has ended: nobody writes it any more
}

// writeLoop writes what is pending, a bufferful at a time, until the recorder
// is closed and nothing is left. Two buffers change places.
func (r *Recorder) writeLoop() {
	defer close(r.done)
	var spare []byte
	for {
		lines, last := r.take(spare[:0])
		if len(lines) > 0 {
			if _, err := r.w.Write(lines); err != nil {
				r.fail(fmt.Errorf("write the history: %w", err))
			}
		}
		if last {
			return
		}
		spare = lines
	}
}

// take waits for something to write, takes it and leaves spare in its place. It
// reports whether this was the last.
func (r *Recorder) take(spare []byte) (lines []byte, last bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.pending) < writeAt && !r.closed {
		r.more.Wait()
	}
	lines, r.pending = r.pending, spare
	r.room.Broadcast()
	return lines, r.closed
}

// fail remembers the first error; from then on nothing more is recorded.
func (r *Recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
	r.room.Broadcast()
}
