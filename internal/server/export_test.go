package server

import (
	"context"
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
