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
	mu    sync.Mutex // guards the following
	heard map[netip.Addr]time.Time
	swept time.Time // when it was looked for those to forget
}

const (
	browsing    = 30 * time.Second // how long a browser is remembered
	maxBrowsers = 4096             // from how many addresses
	sweepPause  = time.Second      // between two looks at all of them
)

// note notes a request of HTTP from an address, if it is a browser's.
func (b *browsers) note(from netip.Addr, request []byte) {
	if !from.IsValid() || !bytes.Contains(request, []byte("Mozilla/")) && !bytes.Contains(request, []byte("sec-ch-ua")) {
		return
	}
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.heard) >= maxBrowsers && now.Sub(b.swept) >= sweepPause {
		b.swept = now
		b.forgetLocked(now)
	}
	network := networkOf(from)
	if _, known := b.heard[network]; known || len(b.heard) < maxBrowsers {
		b.heard[network] = now
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
