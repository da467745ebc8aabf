// Package server is the outside of hubbub: it listens, finds out what each
// connection speaks, and hands it to the gateway for that.
//
// A [Listener] accepts on any number of addresses. For each connection it reads
// a PROXY preamble, if the peer is a trusted proxy, and then looks at the first
// bytes: [Sniff] says which [Protocol] they are. If that is TLS it shakes hands,
// and looks at the first bytes inside. The [Handler] for the protocol gets a
// [Conn], with the bytes already read. A protocol without a handler is told so in
// its own words, and how to join instead.
//
// Goroutines: one for each net.Listener; one for each connection, first the one
// that identifies it and then the handler's; a bounded few that say no to
// connections over the limits. [Listener.Serve] waits for all of them.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/gateway"
)

// Handler speaks one protocol on one connection, and may block. It does so in two
// parts. What it does itself is the greeting: whatever takes a deep stack, since
// that goes with the goroutine that identified the connection. What it returns
// is the rest; when that returns too, the connection is closed. The rest runs on
// a goroutine of its own, whose stack is new and stays small while the
// connection is idle. It may be nil: then the connection is closed at once.
//
// When ctx is done the server stops: every connection's read deadline is then
// a moment ahead, so that a blocked Read returns, and the handler says goodbye and
// returns. A handler that sets read deadlines itself must look at
// ctx after each, or it might undo that. What has not returned within
// [ListenConfig.DrainTimeout] finds its connection closed.
//
// A connection never changes its protocol. In particular, once it is HTTP it is
// HTTP for good: a web page can make a browser send anything in the body of a
// request, so nothing in it may ever be read as lines or as IRC.
type Handler func(ctx context.Context, c *Conn) (rest func())

// What a [ListenConfig] means by zero.
const (
	DefaultSniffTimeout     = 300 * time.Millisecond
	DefaultSpareTimeout     = 3 * time.Second
	DefaultProxyTimeout     = 5 * time.Second
	DefaultHandshakeTimeout = 10 * time.Second
	DefaultDrainTimeout     = 10 * time.Second
)

// ListenConfig says what a [Listener] does with its connections.
type ListenConfig struct {
	Handlers map[Protocol]Handler // not to be changed once Serve runs

	MaxConns        int // open at once; 0 for no limit
	MaxConnsPerAddr int // of them from one IPv4 address or IPv6 /64; 0 for no limit

	// TrustedProxies may tell the real address of a client in a PROXY preamble.
	TrustedProxies []TrustedProxy

	// Barred says why nobody may come in from an address, or nil. It is asked once
	// for each connection, about the client's own address, and must not block.
	Barred func(netip.Addr) *chat.Error

	// TLS is what connections that begin with TLS are offered; inside, they are
	// sniffed again. Nil is to leave them to the handler for TLS, if there is one.
	TLS *tls.Config
	// Challenge, if not nil, answers the HTTP requests by which a certificate
	// authority looks whether a domain is ours, before the handler for HTTP.
	Challenge func(request io.Reader) []byte

	SniffTimeout     time.Duration // how long a silent peer is waited for; then it is greeted as Lines
	SpareTimeout     time.Duration // how much longer, where a browser has been heard of lately
	ProxyTimeout     time.Duration // how long a PROXY preamble may take
	HandshakeTimeout time.Duration // how long a TLS handshake may take
	DrainTimeout     time.Duration // how long handlers have to return once the server stops

	Log *slog.Logger // nil for none
}

// Listener accepts connections, identifies them and hands them to handlers.
type Listener struct {
	cfg      ListenConfig
	on       []net.Listener
	buffers  sync.Pool      // of *[MaxSniff]byte: none is held by a connection that is handed over
	shaking  chan struct{}  // a token for each TLS handshake that is worked on
	refusing chan struct{}  // a token for each refused connection that still lingers
	handlers sync.WaitGroup // one for each connection, from accept to finish, and each refusal
	browsers browsers
	admission
}

// NewListener returns a Listener that accepts on all of on, which it owns from
// now on. [Listener.Serve] starts it.
func NewListener(cfg ListenConfig, on ...net.Listener) *Listener {
	cfg.SniffTimeout = orDefault(cfg.SniffTimeout, DefaultSniffTimeout)
	cfg.SpareTimeout = orDefault(cfg.SpareTimeout, DefaultSpareTimeout)
	cfg.ProxyTimeout = orDefault(cfg.ProxyTimeout, DefaultProxyTimeout)
	cfg.HandshakeTimeout = orDefault(cfg.HandshakeTimeout, DefaultHandshakeTimeout)
	cfg.DrainTimeout = orDefault(cfg.DrainTimeout, DefaultDrainTimeout)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Listener{
		cfg:       cfg,
		on:        on,
		buffers:   sync.Pool{New: func() any { return new([MaxSniff]byte) }},
		shaking:   newShaking(),
		browsers:  browsers{heard: map[netip.Addr]time.Time{}},
		refusing:  make(chan struct{}, maxRefusing),
		admission: newAdmission(cfg.MaxConns, cfg.MaxConnsPerAddr),
	}
}

func orDefault(d, zero time.Duration) time.Duration {
	if d == 0 {
		return zero
	}
	return d
}

// Addrs returns the addresses that it listens on, in the order given.
func (l *Listener) Addrs() []net.Addr {
	addrs := make([]net.Addr, len(l.on))
	for i, on := range l.on {
		addrs[i] = on.Addr()
	}
	return addrs
}

// Serve accepts connections until ctx is done, and then returns nil once the
// handler of every connection has returned, and the last of those refused has
// been told so, which takes it two seconds at most. If a net.Listener is closed by
// somebody else, Serve stops in the same way and returns that error. To be
// called once.
func (l *Listener) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var accepting sync.WaitGroup
	errs := make([]error, len(l.on)) // each written by one accept loop
	for i, on := range l.on {
		accepting.Go(func() {
			defer stop()
			errs[i] = l.acceptLoop(ctx, on)
		})
	}
	<-ctx.Done()
	for _, on := range l.on {
		on.Close() // one that is closed already is what we want
	}
	accepting.Wait()
	l.drain()
	return errors.Join(errs...)
}

// drain wakes every handler, after a moment in which what has been sent can still
// be read, and waits for all of them; those that outstay the drain timeout lose
// their connections. Nothing is accepted any more.
func (l *Listener) drain() {
	soon := time.Now().Add(gateway.StopGrace)
	for _, nc := range l.connections() {
		nc.SetReadDeadline(soon)
	}
	finished := make(chan struct{})
	go func() {
		l.handlers.Wait()
		close(finished)
	}()
	select {
	case <-finished:
		return
	case <-time.After(l.cfg.DrainTimeout):
	}
	late := l.connections()
	for _, nc := range late {
		nc.Close()
	}
	l.cfg.Log.Warn("closed connections that did not finish in time", "connections", len(late))
	<-finished
}

// The waits after failures to accept: doubled from the first to the last.
const (
	minAcceptWait = 5 * time.Millisecond
	maxAcceptWait = time.Second
)

// acceptLoop accepts until ctx is done. An error that may pass, such as having
// no file descriptor left, is waited out; only a closed listener is final.
func (l *Listener) acceptLoop(ctx context.Context, on net.Listener) error {
	wait, failed := time.Duration(0), throttle{}
	for {
		nc, err := on.Accept()
		switch {
		case err == nil:
			wait = 0
			l.take(ctx, nc)
			continue
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("server: accept on %v: %w", on.Addr(), err)
		}
		wait = min(max(2*wait, minAcceptWait), maxAcceptWait)
		if muted, ok := failed.pass(time.Now()); ok {
			l.cfg.Log.Error("cannot accept connections"+acceptHint(err), "on", on.Addr(), "err", err, "failures_unlogged", muted)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// acceptHint says what to do about a failure to accept.
func acceptHint(err error) string {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return ": no file descriptors left; raise the limit (ulimit -n) or lower the number of connections allowed"
	}
	return ""
}

// take starts the goroutine of a connection, unless that is over a limit.
func (l *Listener) take(ctx context.Context, nc net.Conn) {
	c := &Conn{Conn: nc, Remote: addrPort(nc.RemoteAddr()), Local: addrPort(nc.LocalAddr())}
	trust := l.trustIn(c.Remote.Addr())
	from := c.Remote.Addr()
	if trust != untrusted {
		from = netip.Addr{} // counted once we know for whom the proxy speaks
	}
	if err := l.admit(nc, from); err != nil {
		l.refuse(nc, err)
		return
	}
	l.handlers.Add(1) // finish takes it back
	go l.receive(ctx, c, trust)
}

// receive identifies a new connection and lets its handler greet, and leaves the
// rest to a goroutine of its own, which outlives this one.
//
// That is for the memory of an idle connection, most of which is its stack. A
// new stack has 2 KB. Identifying grows it to 4 KB, and greeting to more, and the
// runtime never halves that again under a goroutine that waits in a read; one
// that starts afresh, and stays shallow, stays at 2 KB.
func (l *Listener) receive(ctx context.Context, c *Conn, t trust) {
	nc := c.Conn
	var rest func()
	if greet := l.choose(ctx, c, t); greet != nil {
		rest = greet(ctx, c)
	}
	if rest == nil {
		l.finish(nc)
		return
	}
	go func() {
		defer l.finish(nc)
		rest()
	}()
}

// finish closes a connection and forgets it.
func (l *Listener) finish(nc net.Conn) {
	nc.Close()
	l.release(nc)
	l.handlers.Done()
}
