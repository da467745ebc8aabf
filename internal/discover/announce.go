package discover

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"sync"
	"time"
)

// Looking after the networks of a machine, which come and go.
const (
	lookAgain   = 30 * time.Second
	repeatAfter = time.Second // an announcement is made twice (RFC 6762 §8.3)
)

// Bounds of what is answered.
const (
	toAllEvery = time.Second // on one link (RFC 6762 §6)
	toOnes     = 20          // answers a second, to single ones, on one link
)

// Announce lets a service be found on the networks by which use says that it can
// be reached, until ctx ends; then it tells them that it is gone.
func Announce(ctx context.Context, s Service, use Use, log *slog.Logger) {
	a := newAnnouncer(s, log)
	defer a.stop()
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	repeat := time.NewTimer(repeatAfter)
	defer repeat.Stop()
	for {
		found, err := places(use)
		if err != nil {
			log.Warn("can't be announced anywhere else", "error", err)
		} else if a.follow(found, func(p place) (Link, error) { return p.open(found[p], true) }) {
			repeat.Reset(repeatAfter)
		}
		if !a.idle(ctx, tick.C, repeat.C) {
			return
		}
	}
}

// idle waits until it is time to look at the networks again, and says once more
// what was announced. It reports false when ctx has ended.
func (a *announcer) idle(ctx context.Context, look, repeat <-chan time.Time) bool {
	for {
		select {
		case <-look:
			return true
		case <-repeat:
			for _, r := range a.running {
				r.toAll(false)
			}
		case <-ctx.Done():
			return false
		}
	}
}

// announcer is a service that is announced. One goroutine owns it, but for what
// its responders do.
type announcer struct {
	service Service
	names   names
	log     *slog.Logger

	running map[place]*responder
	failed  map[place]bool // that are there and can't be opened, which was told
	all     sync.WaitGroup // the responders
}

func newAnnouncer(s Service, log *slog.Logger) *announcer {
	return &announcer{service: s, names: newNames(), log: log, running: map[place]*responder{}, failed: map[place]bool{}}
}

// follow answers in those places, and in no others any more. It reports whether
// there are new ones.
func (a *announcer) follow(found map[place][]netip.Prefix, open func(place) (Link, error)) (fresh bool) {
	for p, r := range a.running {
		if _, ok := found[p]; !ok || r.ended() {
			r.stop()
			delete(a.running, p)
		}
	}
	maps.DeleteFunc(a.failed, func(p place, _ bool) bool {
		_, ok := found[p]
		return !ok
	})
	for p := range found {
		if a.running[p] != nil {
			continue
		}
		l, err := open(p)
		if err != nil {
			if !a.failed[p] {
				a.log.Warn("can't be announced on an interface", "interface", p.name, "error", err)
			}
			a.failed[p] = true
			continue
		}
		delete(a.failed, p)
		a.running[p] = a.start(l)
		fresh = true
	}
	return fresh
}

// stop says goodbye everywhere, and waits.
func (a *announcer) stop() {
	for _, r := range a.running {
		r.stop()
	}
	a.all.Wait()
}

// start answers on a link.
func (a *announcer) start(l Link) *responder {
	r := &responder{service: &a.service, names: &a.names, link: l, done: make(chan struct{})}
	r.toAll(false)
	a.all.Go(func() {
		defer close(r.done)
		r.read()
	})
	return r
}

// responder answers on one link. Its goroutine reads; others may have it send.
type responder struct {
	service *Service
	names   *names
	link    Link
	done    chan struct{} // closed by read's goroutine when it ends

	// Owned by read's goroutine: what was answered lately.
	told   time.Time // all, last
	second time.Time // in which ones were
	ones   int       // that got an answer in it
}

func (r *responder) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// stop says goodbye and ends the reading.
func (r *responder) stop() {
	r.toAll(true)
	r.link.Close()
}

// read answers until the link is closed or fails.
func (r *responder) read() {
	listen(r.link, r.take)
	r.link.Close()
}

// take answers a packet, if it asks for us.
func (r *responder) take(packet []byte, from netip.AddrPort) {
	q, ok := r.names.readQuery(packet)
	if !ok {
		return
	}
	// All are told too: some firewalls let only that through.
	if from.Port() != port && r.mayOne() {
		r.send(&q, from)
	}
	if r.mayAll() {
		r.toAll(false)
	}
}

func (r *responder) toAll(gone bool) {
	if packet, err := r.names.answer(r.service, r.link.Addrs(), nil, gone); err == nil {
		_ = r.link.Send(packet, netip.AddrPort{}) // lost, as packets are
	}
}

func (r *responder) send(q *asked, to netip.AddrPort) {
	if packet, err := r.names.answer(r.service, r.link.Addrs(), q, false); err == nil {
		_ = r.link.Send(packet, to)
	}
}

// mayAll reports whether all may be told again.
func (r *responder) mayAll() bool {
	now := time.Now()
	if now.Sub(r.told) < toAllEvery {
		return false
	}
	r.told = now
	return true
}

// mayOne reports whether one more may be answered.
func (r *responder) mayOne() bool {
	if now := time.Now(); now.Sub(r.second) >= time.Second {
		r.second, r.ones = now, 0
	}
	r.ones++
	return r.ones <= toOnes
}
