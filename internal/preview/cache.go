package preview

import (
	"context"
	"sync"
	"time"
)

// What is remembered, and for how long.
const (
	keepPage    = 30 * time.Minute
	keepFailure = 5 * time.Minute
	maxKept     = 1000     // links
	maxKeptSize = 16 << 20 // bytes of pictures
)

// cache remembers what links led to.
type cache struct {
	now func() time.Time

	mu      sync.Mutex               // guards what follows
	results map[string]result        // by URL
	order   []string                 // the keys of results, the oldest first
	size    int                      // of their pictures, in bytes
	running map[string]chan struct{} // the links that are being fetched; closed when they have been
}

// fetchFunc finds out what a URL leads to, and says whether that is to be
// remembered.
type fetchFunc func() (page Page, keep bool, err error)

type result struct {
	page  Page
	err   error
	until time.Time
}

func newCache(now func() time.Time) *cache {
	return &cache{now: now, results: map[string]result{}, running: map[string]chan struct{}{}}
}

// get returns what is known of a URL, or has fetch find out. If somebody else is
// about to, it waits for them; if they come to nothing, it is its turn.
func (c *cache) get(ctx context.Context, url string, fetch fetchFunc) (Page, error) {
	for {
		known, running, mine := c.begin(url)
		if mine {
			return c.run(url, fetch)
		}
		if running == nil {
			return known.page, known.err
		}
		select {
		case <-running:
		case <-ctx.Done():
			return Page{}, ctx.Err()
		}
	}
}

// begin returns what is known of a URL; or the channel to wait for, if somebody
// fetches it; or says that it is up to the caller.
func (c *cache) begin(url string) (known result, running chan struct{}, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.results[url]; ok && c.now().Before(r.until) {
		return r, nil, false
	}
	if ch := c.running[url]; ch != nil {
		return result{}, ch, false
	}
	c.running[url] = make(chan struct{})
	return result{}, nil, true
}

func (c *cache) run(url string, fetch fetchFunc) (page Page, err error) {
	keep := false
	defer func() { // also if fetch panics: nobody may wait for ever
		c.mu.Lock()
		defer c.mu.Unlock()
		if keep {
			c.keepLocked(url, page, err)
		}
		close(c.running[url])
		delete(c.running, url)
	}()
	page, keep, err = fetch()
	return page, err
}

func (c *cache) keepLocked(url string, page Page, err error) {
	c.forgetLocked(url)
	r := result{page, err, c.now().Add(keepPage)}
	if err != nil {
		r.until = c.now().Add(keepFailure)
	}
	c.results[url] = r
	c.order = append(c.order, url)
	c.size += len(page.Image)
	for len(c.order) > maxKept || c.size > maxKeptSize {
		c.forgetLocked(c.order[0])
	}
}

func (c *cache) forgetLocked(url string) {
	r, ok := c.results[url]
	if !ok {
		return
	}
	delete(c.results, url)
	c.size -= len(r.page.Image)
	for i, other := range c.order {
		if other == url {
			c.order = append(c.order[:i], c.order[i+1:]...)
			return
		}
	}
}
