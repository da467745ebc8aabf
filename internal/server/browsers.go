package server

import (
	"bytes"
	"net/netip"
	"sync"
	"time"
)

// browsers remembers where browsers have been heard of lately. A browser opens
// spare connections and says nothing on them until it needs them, so that from
// there silence is not that of a person who waits to be greeted: a greeting
// would be taken for the answer to the request that is on its way meanwhile.
type browsers struct {
	mu    sync.Mutex // guards heard
	heard map[netip.Addr]time.Time
}

const (
	browsing    = 30 * time.Second // how long a browser is remembered
	maxBrowsers = 4096             // from how many addresses
)

// note notes a request of HTTP from an address, if it is a browser's.
func (b *browsers) note(from netip.Addr, request []byte) {
	if !from.IsValid() || !bytes.Contains(request, []byte("Mozilla/")) && !bytes.Contains(request, []byte("sec-ch-ua")) {
		return
	}
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.heard) >= maxBrowsers {
		b.forgetLocked(now)
	}
	if len(b.heard) < maxBrowsers {
		b.heard[networkOf(from)] = now
	}
}

// lately reports whether a browser has been heard of at an address lately.
func (b *browsers) lately(from netip.Addr) bool {
	if !from.IsValid() {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	at, ok := b.heard[networkOf(from)]
	return ok && time.Since(at) < browsing
}

func (b *browsers) forgetLocked(now time.Time) {
	for from, at := range b.heard {
		if now.Sub(at) >= browsing {
			delete(b.heard, from)
		}
	}
}
