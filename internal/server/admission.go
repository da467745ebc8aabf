package server

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
	"unique"
)

// admission counts the open connections and keeps them under the limits.
type admission struct {
	max, maxPerAddr int // 0 for no limit

	// mu guards what follows, so that the counts always agree with the set.
	mu      sync.Mutex
	open    map[net.Conn]network // with the network that each counts for, or zero
	perAddr map[network]int      // never holds a zero
	refused throttle
}

// network is what [networkOf] returns, in a third of the space, since there is
// one for each connection. The zero network is nobody's.
type network unique.Handle[netip.Addr]

func newAdmission(limit, perAddr int) admission {
	return admission{max: limit, maxPerAddr: perAddr,
		open: make(map[net.Conn]network), perAddr: make(map[network]int)}
}

// refusal is a reason not to serve a connection, told to its peer. It is a
// whole sentence.
type refusal string

func (r refusal) Error() string { return string(r) }

// admit counts nc as open and as one of from's, or says why not. A zero from is
// nobody's, and counts for no address: a peer on a Unix socket, or a trusted
// proxy that has not said yet for whom it speaks.
func (a *admission) admit(nc net.Conn, from netip.Addr) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.max > 0 && len(a.open) >= a.max {
		return refusal(fmt.Sprintf("this server is full (%d connections); try again later.", a.max))
	}
	return a.countLocked(nc, from)
}

// attribute counts nc, which is open and nobody's, as one of from's, or says
// why not.
func (a *admission) attribute(nc net.Conn, from netip.Addr) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.countLocked(nc, from)
}

func (a *admission) countLocked(nc net.Conn, from netip.Addr) error {
	var of network
	if from.IsValid() {
		of = network(unique.Make(networkOf(from)))
		if a.maxPerAddr > 0 && a.perAddr[of] >= a.maxPerAddr {
			return refusal(fmt.Sprintf("too many connections from %v (%d allowed); close one and try again.", from, a.maxPerAddr))
		}
		a.perAddr[of]++
	}
	a.open[nc] = of
	return nil
}

// release forgets nc.
func (a *admission) release(nc net.Conn) {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := a.open[nc]
	delete(a.open, nc)
	if of == (network{}) {
		return
	}
	a.perAddr[of]--
	if a.perAddr[of] == 0 {
		delete(a.perAddr, of)
	}
}

// connections returns those that are open now.
func (a *admission) connections() []net.Conn {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Collect(maps.Keys(a.open))
}

// networkOf returns what is limited as one: an IPv4 address, or the /64 around
// an IPv6 address, since one customer commonly gets at least that much.
func networkOf(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if !addr.Is6() {
		return addr
	}
	p, err := addr.Prefix(64)
	if err != nil {
		return addr
	}
	return p.Addr()
}

// addrPort returns the address of one end of a connection, or zero if it is not
// an IP address. IPv4 in IPv6 is unwrapped.
func addrPort(a net.Addr) netip.AddrPort {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// maxRefusing is how many refused connections may linger at once, so that their
// peers surely read why. Those beyond are told too, and cut.
const maxRefusing = 32

// refuse tells the peer why and closes. It does not wait for the peer.
func (l *Listener) refuse(nc net.Conn, why error) {
	if muted, ok := l.mayLogRefusal(); ok {
		l.cfg.Log.Warn("refused a connection", "from", nc.RemoteAddr(), "why", why, "refusals_unlogged", muted)
	}
	select {
	case l.refusing <- struct{}{}:
		l.handlers.Go(func() {
			farewell(nc, sentence(why))
			<-l.refusing
		})
	default:
		nc.SetWriteDeadline(time.Now().Add(10 * time.Millisecond)) // the buffer of a new socket has room
		nc.Write(sentence(why))
		nc.Close()
	}
}

func (a *admission) mayLogRefusal() (muted int, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refused.pass(time.Now())
}

// logPeriod is how often a thing that happens again and again is logged.
const logPeriod = 10 * time.Second

// throttle lets through one log line in each period.
type throttle struct {
	next  time.Time
	muted int
}

// pass reports whether to log now, and how many lines were left out since the
// last one.
func (t *throttle) pass(now time.Time) (muted int, ok bool) {
	if now.Before(t.next) {
		t.muted++
		return 0, false
	}
	muted, t.muted = t.muted, 0
	t.next = now.Add(logPeriod)
	return muted, true
}
