package prompt

import (
	"io"
	"os"
	"sync"
)

// relay reads a file whose reading can't be ended, for one [Input] after another. It
// reads only when it is asked to, so that nothing is taken that is for others. Its
// goroutine ends with the program; if nobody waits any more for what it reads, that
// is kept for whoever comes next.
type relay struct {
	asked chan struct{} // room for one; never closed
	got   chan chunk    // never closed

	mu      sync.Mutex // guards the following
	reading bool       // it was asked, and has not been heard
	rest    []byte     // of what was read last
}

// chunk is what a Read returned. The bytes are good until the next is asked for.
type chunk struct {
	data []byte
	err  error
}

func newRelay(from io.Reader) *relay {
	r := &relay{asked: make(chan struct{}, 1), got: make(chan chunk)}
	go r.run(from)
	return r
}

func (r *relay) run(from io.Reader) {
	buffer := make([]byte, 4096)
	for range r.asked {
		n, err := from.Read(buffer)
		r.got <- chunk{buffer[:n], err}
	}
}

// read reads, until ended is closed: then it returns [os.ErrClosed].
func (r *relay) read(p []byte, ended <-chan struct{}) (int, error) {
	select {
	case <-ended:
		return 0, os.ErrClosed
	default:
	}
	if n := r.held(p); n > 0 {
		return n, nil
	}
	select {
	case <-ended:
		return 0, os.ErrClosed
	case c := <-r.got:
		n := copy(p, c.data)
		r.mu.Lock()
		r.reading, r.rest = false, c.data[n:]
		r.mu.Unlock()
		return n, c.err
	}
}

// held returns what is there of what was read last. If that is nothing, it asks for
// more.
func (r *relay) held(p []byte) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	if n == 0 && !r.reading {
		r.reading = true
		r.asked <- struct{}{} // there is room: it has taken the last
	}
	return n
}
