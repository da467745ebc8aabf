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
// name that can't be guessed, which only the browser has, and goes on once. It is
// safe for concurrent use.
type ceremonies[T any] struct {
	unlimited bool // addresses may begin as many as there can be

	mu    sync.Mutex             // guards what follows
	all   map[string]ceremony[T] // those too that have gone on
	begun []begun                // the same, in order
	from  map[netip.Prefix]int
}

type ceremony[T any] struct {
	what  T
	taken bool
}

// begun is when and where a ceremony began.
type begun struct {
	name string
	from netip.Prefix // zero for nowhere
	over time.Time
}

func newCeremonies[T any](unlimited bool) *ceremonies[T] {
	return &ceremonies[T]{unlimited: unlimited, all: map[string]ceremony[T]{}, from: map[netip.Prefix]int{}}
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
	c.all[name] = ceremony[T]{what: what}
	c.begun = append(c.begun, begun{name, source, now.Add(ceremonyLasts)})
	return name, nil
}

// forgetFirstLocked forgets the ceremony that began first. c.mu must be held.
func (c *ceremonies[T]) forgetFirstLocked() {
	first := c.begun[0]
	c.begun = c.begun[1:]
	delete(c.all, first.name)
	if c.from[first.from]--; c.from[first.from] <= 0 {
		delete(c.from, first.from)
	}
}

// take returns the ceremony of a name, which then goes on, or says that there is
// none to.
func (c *ceremonies[T]) take(name string) (what T, err *chat.Error) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.begun) > 0 && !now.Before(c.begun[0].over) {
		c.forgetFirstLocked()
	}
	found, ok := c.all[name]
	if !ok || found.taken {
		return what, chat.Errorf(chat.Gone, "That took too long, or was answered already; begin again.")
	}
	c.all[name] = ceremony[T]{taken: true}
	return found.what, nil
}

// putBack lets a ceremony that was taken be taken again, in the time that is
// left.
func (c *ceremonies[T]) putBack(name string, what T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.all[name]; ok {
		c.all[name] = ceremony[T]{what: what}
	}
}

// sourceOf returns what one customer has: an IPv4 address, or an IPv6 /64.
func sourceOf(from netip.Addr) netip.Prefix {
	from = from.Unmap().WithZone("")
	p, _ := from.Prefix(min(from.BitLen(), 64)) // zero for no address
	return p
}
