package commitlog

import (
	"context"
	"sync"

	"hubbub/internal/chat"
)

// The most that one batch of a [Local] log takes: commands, and bytes of text.
// They bound how long one commit can last, and so how long the next command
// waits, and how much memory a batch needs.
const (
	MaxBatch     = 4096
	MaxBatchText = 1 << 20
)

// Local is the log of a server that stands alone. It keeps nothing: the
// follower's transaction makes a batch durable.
type Local struct {
	ready chan struct{} // holds a token while filling may be non-empty; never closed
	room  chan struct{} // holds a token while filling may have room; never closed
	done  chan struct{} // closed by Close

	mu      sync.Mutex      // guards the following; held for an append or a swap only
	filling []*chat.Command // the batch that is not handed over yet
	text    int             // bytes of text in filling
	spare   []*chat.Command // the last batch's memory, to fill next
	closed  bool
}

// NewLocal returns an empty log.
func NewLocal() *Local {
	return &Local{
		ready: make(chan struct{}, 1),
		room:  make(chan struct{}, 1),
		done:  make(chan struct{}),
	}
}

// Append implements [Log].
func (l *Local) Append(ctx context.Context, c *chat.Command) error {
	for {
		added, err := l.add(c)
		if added || err != nil {
			return err
		}
		select {
		case <-l.room:
			poke(l.room) // others may be waiting for the same room
		case <-l.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (l *Local) add(c *chat.Command) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return false, ErrClosed
	case len(l.filling) >= MaxBatch || l.text >= MaxBatchText:
		take(l.room)
		return false, nil
	}
	l.filling = append(l.filling, c)
	l.text += len(c.Text)
	if len(l.filling) == 1 {
		poke(l.ready)
	}
	return true, nil
}

// Follow implements [Log]. Batches are numbered on from after.
func (l *Local) Follow(ctx context.Context, after uint64, commit func(Batch) error) error {
	for {
		if ctx.Err() != nil { // which a busy log would not notice below
			return context.Cause(ctx)
		}
		commands, closed := l.swap()
		if len(commands) > 0 {
			after++
			if err := commit(Batch{Position: after, Commands: commands}); err != nil {
				return err
			}
			l.recycle(commands)
			continue
		}
		if closed {
			return nil
		}
		select {
		case <-l.ready:
		case <-l.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// swap takes the batch that has filled and lets the next one fill.
func (l *Local) swap() (commands []*chat.Command, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.filling) == 0 { // and keeps its memory
		return nil, l.closed
	}
	commands, l.filling, l.spare, l.text = l.filling, l.spare, nil, 0
	poke(l.room)
	return commands, l.closed
}

// recycle lets the memory of a committed batch be filled again.
func (l *Local) recycle(commands []*chat.Command) {
	clear(commands)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spare = commands[:0]
}

// Close implements [Log].
func (l *Local) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.done)
	}
}

// poke leaves a token in a one-slot channel unless there is one already.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take removes the token from a one-slot channel if there is one.
func take(c chan struct{}) {
	select {
	case <-c:
	default:
	}
}
