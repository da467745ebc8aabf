package client

import (
	"math/rand/v2"
	"time"
)

// backoff says how long to wait before the next attempt: twice as long each
// time, and never quite the same, so that a thousand clients of a server that
// comes back do not come back at once.
type backoff struct {
	min, max time.Duration
	last     time.Duration // without the jitter; 0 before the first
}

// next returns the next wait: between half of what doubling gives and all of
// it.
func (b *backoff) next() time.Duration {
	b.last = min(max(2*b.last, b.min), b.max)
	return b.last/2 + rand.N(b.last/2+1)
}

// ended notes how long a connection has lasted. One that ended soon was no
// success: a server that welcomes and then drops us is not to be hurried.
func (b *backoff) ended(lasted time.Duration) {
	if lasted >= b.max/2 {
		b.last = 0
	}
}
