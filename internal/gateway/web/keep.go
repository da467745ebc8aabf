package web

import (
	"context"
	"sync"
	"time"
)

// How long a connection may be silent.
const (
	quiet   = 55 * time.Second // then it is asked for a sign of life: many a proxy closes after 60
	silence = 2 * time.Minute  // and then it is taken for dead
)

// lives are the connections that are told live. One goroutine looks after all of
// them, so that none has a timer.
type lives struct {
	mu    sync.Mutex // guards conns
	conns map[*live]struct{}
}

func newLives() *lives { return &lives{conns: map[*live]struct{}{}} }

func (l *lives) add(c *live) {
	now := time.Now().Unix()
	c.heard.Store(now)
	c.asked = now
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[c] = struct{}{}
}

func (l *lives) remove(c *live) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

func (l *lives) all() []*live {
	l.mu.Lock()
	defer l.mu.Unlock()
	conns := make([]*live, 0, len(l.conns))
	for c := range l.conns {
		conns = append(conns, c)
	}
	return conns
}

// keep asks those for a sign of life who are silent, and ends those who give none,
// until ctx ends.
func (l *lives) keep(ctx context.Context) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			for _, c := range l.all() {
				c.keep(now)
			}
		case <-ctx.Done():
			return
		}
	}
}

// keep does so with one. Who listens to a stream says nothing, ever; it is told
// something, so that nobody between takes it for dead. In text there is nothing to
// tell.
func (c *live) keep(now time.Time) {
	heard := time.Unix(c.heard.Load(), 0)
	switch {
	case c.format == formatStream && now.Sub(time.Unix(c.asked, 0)) >= quiet:
		c.nudge(now, []byte(":\n\n"))
	case c.listens():
	case now.Sub(heard) >= silence:
		c.Stop("Nothing has been heard of you for two minutes; come back.")
	case now.Sub(heard) >= quiet && now.Sub(time.Unix(c.asked, 0)) >= quiet:
		c.nudge(now, appendFrame(nil, opPing, nil))
	}
}

// nudge sends something, unless so much is on its way already that it would have to
// wait.
func (c *live) nudge(now time.Time, b []byte) {
	c.asked = now.Unix()
	at, cancel := context.WithCancel(c.Context())
	cancel()
	_ = c.Session().Post(at, b)
}
