package preview

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
)

// How many requests are under way at once. We may be had to make some, but not
// to help in flooding anybody.
const (
	maxRequests     = 4
	maxHostRequests = 1
)

// turns is whose turn it is to make a request.
type turns struct {
	mu      sync.Mutex     // guards what follows, so that the bounds hold
	total   int            //
	hosts   map[string]int // those under way, by host
	changed chan struct{}  // closed when one ends, and then there is another
}

func newTurns() *turns {
	return &turns{hosts: map[string]int{}, changed: make(chan struct{})}
}

// wait waits for a turn at a host. Unless it fails, which is when ctx ends, end
// has to be called.
func (t *turns) wait(ctx context.Context, host string) error {
	for {
		t.mu.Lock()
		if t.total < maxRequests && t.hosts[host] < maxHostRequests {
			t.total++
			t.hosts[host]++
			t.mu.Unlock()
			return nil
		}
		changed := t.changed
		t.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.Join(ErrBusy, ctx.Err())
		}
	}
}

func (t *turns) end(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total--
	if t.hosts[host]--; t.hosts[host] == 0 {
		delete(t.hosts, host)
	}
	close(t.changed)
	t.changed = make(chan struct{})
}

// polite makes requests, redirected ones too, each in its turn. A turn ends when
// the body of the answer is closed.
type polite struct {
	turns *turns
	next  http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (p *polite) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.URL.Hostname()
	if err := p.turns.wait(r.Context(), host); err != nil {
		return nil, err
	}
	end := sync.OnceFunc(func() { p.turns.end(host) })
	answer, err := p.next.RoundTrip(r)
	if err != nil {
		end()
		return nil, err
	}
	answer.Body = &turnBody{answer.Body, end}
	return answer, nil
}

// turnBody is a body that ends its turn.
type turnBody struct {
	io.ReadCloser
	end func()
}

func (b *turnBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}
