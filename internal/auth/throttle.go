package auth

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"hubbub/internal/chat"
)

// Throttle makes guessing slow: at passwords, codes, names. Problem: somebody
// with many addresses guesses at one account, somebody with one address at many
// accounts; and whoever is stopped for the first must not thereby stop the
// account's owner.
//
// So attempts are counted for the address and for the account. Each has some
// for nothing. Then every further one has to wait, twice as long each time, and
// what was counted is forgotten bit by bit.
//
//   - An address waits after its own last attempt, whatever the account.
//   - At an account that many guess at, each site waits by itself, at most 30
//     seconds, from when it first asks. A gate shared by all would be for
//     whoever knocks most often, which is not the owner. (A site is what one
//     customer can have at most: an IPv4 address, or an IPv6 /48, in which a
//     guesser could hop from one /64 to the next.)
//   - An address from which the account was entered before waits for its own
//     attempts only.
//
// An attempt counts from the moment it is allowed, or a thousand at once would
// all be the first. The entries are bounded, and the oldest are forgotten. So a
// guesser with ten thousand sites gets some attempts back, and can have somebody
// new begin to wait again; where the owner was before, that changes nothing.
//
// A Throttle is safe for concurrent use. It starts afresh with the process.
type Throttle struct {
	// mu guards what follows, so that two attempts are counted one after the
	// other.
	mu       sync.Mutex
	networks *recent[netip.Addr, pace]
	accounts *recent[accountKey, pace]
	queues   *recent[visit, time.Time] // since when a site waits at an account
	known    *recent[visit, struct{}]  // where a network had a success
}

// accountKey is the hash of an account's folded name: it may be anything that
// somebody typed, of any length.
type accountKey chat.Key

// visit is a network, or a site, at an account.
type visit struct {
	network netip.Addr
	account accountKey
}

func (v visit) ofSite() visit { return visit{around(v.network, 48), v.account} }

// maxEntries is how many networks, accounts and visits are remembered.
const maxEntries = 10_000

// NewThrottle returns a throttle for one kind of attempt.
func NewThrottle() *Throttle {
	return &Throttle{
		networks: newRecent[netip.Addr, pace](maxEntries),
		accounts: newRecent[accountKey, pace](maxEntries),
		queues:   newRecent[visit, time.Time](maxEntries),
		known:    newRecent[visit, struct{}](maxEntries),
	}
}

// Allow returns zero if an attempt may be made now, and counts it; else how
// long to wait before asking again. Every attempt that is allowed must end in
// [Throttle.Failed], [Throttle.Succeeded] or [Throttle.Withdraw]. The account
// is the name as it was typed, and may be empty where there is none yet; an
// address that is not valid is a local peer, and judged by the account alone.
func (t *Throttle) Allow(addr netip.Addr, account string) (wait time.Duration) {
	v := visitOf(addr, account)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now() // not before: what is counted meanwhile would be in the future
	wait = max(t.networkWaitLocked(v, now), t.accountWaitLocked(v, now))
	if wait == 0 {
		t.countLocked(v, now)
	}
	return wait
}

func (t *Throttle) networkWaitLocked(v visit, now time.Time) time.Duration {
	p := t.networks.find(v.network)
	if p == nil {
		return 0
	}
	return max(0, p.at.Add(networkRule.delay(p.levelAt(now, networkRule))).Sub(now))
}

// accountWaitLocked returns what is left to wait of the account's delay, and
// has the site begin to wait if it did not.
func (t *Throttle) accountWaitLocked(v visit, now time.Time) time.Duration {
	p := t.accounts.find(v.account)
	if p == nil || t.known.find(v) != nil {
		return 0
	}
	delay := accountRule.delay(p.levelAt(now, accountRule))
	if delay == 0 {
		return 0
	}
	since := t.queues.ensure(v.ofSite())
	if since.IsZero() {
		*since = now
	}
	return max(0, since.Add(delay).Sub(now))
}

func (t *Throttle) countLocked(v visit, now time.Time) {
	if v.network.IsValid() {
		t.networks.ensure(v.network).add(1, now, networkRule)
	}
	if v.account != (accountKey{}) && t.known.find(v) == nil {
		t.accounts.ensure(v.account).add(1, now, accountRule)
		*t.queues.ensure(v.ofSite()) = now
	}
}

// Failed says that an attempt was wrong. The next wait is counted from now, not
// from when the attempt began.
func (t *Throttle) Failed(addr netip.Addr, account string) {
	t.end(visitOf(addr, account), 0, 0)
}

// Succeeded says that an attempt was right: it is not counted any more, and
// from this address the account is open whoever guesses at it elsewhere. What
// else was counted stays, or a guesser would log in to an account of his own in
// between.
func (t *Throttle) Succeeded(addr netip.Addr, account string) {
	v := visitOf(addr, account)
	t.end(v, -1, 0)
	t.mu.Lock()
	defer t.mu.Unlock()
	if v.network.IsValid() && v.account != (accountKey{}) {
		t.known.ensure(v)
	}
}

// Withdraw says that an attempt was not judged, for reasons of the server: it
// is not counted any more, and what was waited for it is not lost.
func (t *Throttle) Withdraw(addr netip.Addr, account string) {
	t.end(visitOf(addr, account), -1, accountRule.maxDelay)
}

// end changes what an attempt counts, and how long the site has waited for
// the next one at the account.
func (t *Throttle) end(v visit, change float64, waited time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if p := t.networks.find(v.network); p != nil {
		p.add(change, now, networkRule)
	}
	if t.known.find(v) != nil {
		return
	}
	if p := t.accounts.find(v.account); p != nil {
		p.add(change, now, accountRule)
	}
	if since := t.queues.find(v.ofSite()); since != nil {
		*since = now.Add(-waited)
	}
}

// maxAccount is how many bytes of a name tell it from others.
const maxAccount = 256

func visitOf(addr netip.Addr, account string) (v visit) {
	v.network = around(addr, 64) // one customer commonly gets that much
	if account != "" {
		v.account = sha256.Sum256([]byte(chat.Fold(account[:min(len(account), maxAccount)])))
	}
	return v
}

// around returns an IPv4 address, or the network of so many bits around an
// IPv6 address.
func around(addr netip.Addr, bits int) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if !addr.Is6() {
		return addr
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return addr
	}
	return p.Addr()
}
