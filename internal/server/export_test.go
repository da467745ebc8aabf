package server

import (
	"context"
	"net/netip"
	"time"
)

// Seams for the external tests.
const (
	MaxRefusing   = maxRefusing
	LingerTime    = lingerTime
	LogPeriod     = logPeriod
	MaxAcceptWait = maxAcceptWait
)

var (
	NotEnabled = notEnabled
	NetworkOf  = networkOf
)

// HandleInside is what a handler for TLS does with the connection inside.
func (l *Listener) HandleInside(ctx context.Context, c *Conn) {
	if h := l.choose(ctx, c, untrusted); h != nil {
		h(ctx, c)()
	}
}

// All returns a handler that does everything in the second part.
func All(f func(ctx context.Context, c *Conn)) Handler {
	return func(ctx context.Context, c *Conn) func() { return func() { f(ctx, c) } }
}

// Open returns how many connections are counted, and for how many networks.
func (l *Listener) Open() (connections, networks int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open), len(l.perAddr)
}

// UsualURL is what links begin with if nobody says otherwise.
var UsualURL = usualURL

// Browsers remembers where browsers have been heard of.
type Browsers struct{ b browsers }

// NewBrowsers returns one that remembers nothing yet.
func NewBrowsers() *Browsers { return &Browsers{browsers{heard: map[netip.Addr]time.Time{}}} }

// Note notes a request of a browser's, and Lately tells of it.
func (b *Browsers) Note(from netip.Addr)        { b.b.note(from, []byte("Mozilla/5.0")) }
func (b *Browsers) Lately(from netip.Addr) bool { return b.b.lately(from) }
