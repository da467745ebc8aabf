package store

import (
	"context"
	"sync"

	"hubbub/internal/chat"
)

// growth tells the search index that the log has grown.
type growth struct {
	// mu guards the following; held for no I/O.
	mu    sync.Mutex
	last  chat.Seq      // the last committed event
	grown chan struct{} // closed when last grows; nil while nobody waits
}

// to says that the log ends with seq now.
func (g *growth) to(seq chat.Seq) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = seq
	if g.grown != nil {
		close(g.grown)
		g.grown = nil
	}
}

// end returns the last committed event.
func (g *growth) end() chat.Seq {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last
}

// wait returns once there is an event after the given one, or with an error
// when ctx ends.
func (g *growth) wait(ctx context.Context, after chat.Seq) error {
	for {
		grown := g.after(after)
		if grown == nil {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// after returns nil if there is an event after the given one, else what is
// closed when the log grows.
func (g *growth) after(seq chat.Seq) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.last > seq {
		return nil
	}
	if g.grown == nil {
		g.grown = make(chan struct{})
	}
	return g.grown
}
