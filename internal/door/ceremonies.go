package door

import (
	"crypto/rand"
	"net/netip"
	"sync"
	"time"

	"hubbub/internal/chat"
)

// A ceremony is what has begun with a browser and goes on with its next request:
// it answers a challenge, or comes back from where its user logs in.
const (
	ceremonyLasts  = 5 * time.Minute
	maxCeremonies  = 20_000 // of a kind that begin while one lasts; the oldest makes room
	maxOfOneSource = 200    // of them, that begin at one address
)

// ceremonies remembers those of a kind until they go on or are over. Each has a
// name that cannot be guessed, which only the browser has, and goes on once. It
// is safe for concurrent use.
type ceremonies[T any] struct {
	unlimited bool // addresses may begin as many as there can be

	mu    sync.Mutex // guards what follows
	open  map[string]T
	begun []begun // in order, those too that have gone on
	from  map[netip.Prefix]int
}

// begun is when and where a ceremony began.
type begun struct {
	name string
	from netip.Prefix // zero for nowhere
	over time.Time
}

func newCeremonies[T any](unlimited bool) *ceremonies[T] {
	return &ceremonies[T]{unlimited: unlimited, open: map[string]T{}, from: map[netip.Prefix]int{}}
}

// begin remembers a ceremony that begins at an address, and returns its name.
func (c *ceremonies[T]) begin(from netip.Addr, what T) (name string, err *chat.Error) {
	now, source := time.Now(), sourceOf(from)
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.begun) > 0 && (len(c.begun) >= maxCeremonies || !now.Before(c.begun[0].over)) {
		c.forgetFirstLocked()
	}
	if source.IsValid() && !c.unlimited {
		if c.from[source] >= maxOfOneSource {
			return "", chat.Errorf(chat.TooMany, "Too many people log in from your address at once; try again in some minutes.")
		}
		c.from[source]++
	}
	name = rand.Text()
	c.open[name] = what
	c.begun = append(c.begun, begun{name, source, now.Add(ceremonyLasts)})
	return name, nil
}

// forgetFirstLocked forgets the ceremony that began first. c.mu must be held.
func (c *ceremonies[T]) forgetFirstLocked() {
	first := c.begun[0]
	c.begun = c.begun[1:]
	delete(c.open, first.name)
	if c.from[first.from]--; c.from[first.from] <= 0 {
		delete(c.from, first.from)
	}
}

// take returns the ceremony of a name, which is then over, or says that there is
// none.
func (c *ceremonies[T]) take(name string) (what T, err *chat.Error) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.begun) > 0 && !now.Before(c.begun[0].over) {
		c.forgetFirstLocked()
	}
	what, ok := c.open[name]
	if !ok {
		return what, chat.Errorf(chat.Gone, "That took too long, or was answered already; begin again.")
	}
	delete(c.open, name)
	return what, nil
}

// sourceOf returns what one customer has: an IPv4 address, or an IPv6 /64.
func sourceOf(from netip.Addr) netip.Prefix {
	from = from.Unmap().WithZone("")
	p, _ := from.Prefix(min(from.BitLen(), 64)) // zero for no address
	return p
}
