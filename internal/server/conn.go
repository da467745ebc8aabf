package server

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"time"
)

// Conn is a connection whose protocol is known, as a [Handler] gets it. Its
// deadlines are clear.
type Conn struct {
	// Conn is what was accepted, not wrapped: a *net.TCPConn for TCP in the
	// clear. Inside TLS it is a *tls.Conn, whose NetConn gateways know how to
	// interrupt. The peer's stream is First and then what Conn reads.
	net.Conn
	First  []byte         // read already: at most MaxSniff bytes, the handler's own; nil if none
	Remote netip.AddrPort // the client's, behind a trusted proxy too; zero on a Unix socket
	Local  netip.AddrPort // what the client has connected to; zero on a Unix socket
	Secure bool           // inside TLS
	Silent bool           // the peer has said nothing so far and waits to be greeted

	// Certificate is the client's, if it has shown one. That it has the key is
	// certain; who it is, nobody vouches for: it is to be known by its fingerprint.
	Certificate *x509.Certificate
}

// errGone reports a connection that ended, or a server that stopped, before
// there was anybody to speak to.
var errGone = errors.New("connection gone before it said anything")

// choose finds out what c speaks and returns the handler for that. If there is
// none, or c is not to be served, it answers c and returns nil. For TLS it is
// called again with the connection inside.
func (l *Listener) choose(ctx context.Context, c *Conn, t trust) Handler {
	p, err := l.identify(ctx, c, t)
	if err != nil {
		l.turnAway(c, err)
		return nil
	}
	if l.cfg.Barred != nil {
		if why := l.cfg.Barred(c.Remote.Addr()); why != nil {
			l.turnAway(c, refusal(why.Text))
			return nil
		}
	}
	switch h := l.cfg.Handlers[p]; {
	case p == TLS && l.cfg.TLS != nil && !c.Secure:
		return l.secure
	case p == HTTP1 && l.cfg.Challenge != nil && isChallenge(c.First):
		return l.challenge
	case h != nil && !(p == TLS && c.Secure):
		return h
	}
	farewell(c.Conn, notEnabled(p, c))
	return nil
}

// turnAway answers a connection that is not to be served.
func (l *Listener) turnAway(c *Conn, why error) {
	if why == errGone {
		return
	}
	if muted, ok := l.mayLogRefusal(); ok {
		l.cfg.Log.Warn("turned a connection away", "from", c.RemoteAddr(), "why", why, "refusals_unlogged", muted)
	}
	farewell(c.Conn, sentence(why))
}

// identify reads until the protocol is known, and fills in c. The error is a
// [refusal] for the peer, or errGone.
func (l *Listener) identify(ctx context.Context, c *Conn, t trust) (Protocol, error) {
	buf := l.buffers.Get().(*[MaxSniff]byte)
	defer l.buffers.Put(buf)
	wait := l.cfg.SniffTimeout
	if t == mustProxy {
		wait = l.cfg.ProxyTimeout
	}
	p, n, err := sniff(c, buf, 0, wait)
	if err == nil && n == 0 && l.browsers.lately(c.Remote.Addr()) {
		p, n, err = sniff(c, buf, 0, l.cfg.SpareTimeout)
	}
	if err != nil {
		return p, err
	}
	if t != untrusted || p == Proxy {
		if p, n, err = l.unproxy(c, buf, n, p, t); err != nil {
			return p, err
		}
	}
	if n > 0 {
		c.First = bytes.Clone(buf[:n])
	}
	if p == HTTP1 {
		l.browsers.note(c.Remote.Addr(), c.First)
	}
	c.Silent = n == 0
	c.SetReadDeadline(time.Time{})
	if ctx.Err() != nil { // clearing the deadline may have undone the wake-up of drain
		return p, errGone
	}
	return p, nil
}

// sniff reads into buf, which holds n bytes already, until the bytes decide, or
// wait is over, or the peer has closed its side. A peer that closes without a
// word is gone: it is a port scan or a health check, not to be greeted.
func sniff(c net.Conn, buf *[MaxSniff]byte, n int, wait time.Duration) (Protocol, int, error) {
	c.SetReadDeadline(time.Now().Add(wait))
	for {
		if p, more := Sniff(buf[:n], false); !more {
			return p, n, nil
		}
		m, err := c.Read(buf[n:])
		n += m
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded), err == io.EOF && n > 0:
			p, _ := Sniff(buf[:n], true)
			return p, n, nil
		default:
			return Lines, n, errGone
		}
	}
}
