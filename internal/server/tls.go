package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"hubbub/internal/certs"
	"hubbub/internal/gateway"
)

// secureWith has TLS spoken with the certificate of a source, if there is one.
func (cfg *ListenConfig) secureWith(source *certs.Source) {
	if source == nil {
		return
	}
	cfg.TLS = source.Config()
	if source.Challenges() {
		cfg.Challenge = source.Challenge
	}
}

// newShaking returns what bounds how many handshakes are worked on at once: half
// of the processors, so that however many clients come, the other half is for
// those who are here.
func newShaking() chan struct{} {
	return make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))
}

// underTLS is a connection that TLS goes over. During the handshake it has a
// token while something is worked out, and none while it waits for the peer: who
// is slow keeps nobody else waiting.
type underTLS struct {
	*gateway.Steady
	first   []byte        // to be read before what the connection brings
	shaking chan struct{} // nil once the handshake is done
}

// Read implements [net.Conn].
func (u *underTLS) Read(b []byte) (int, error) {
	if len(u.first) > 0 {
		n := copy(b, u.first)
		u.first = u.first[n:]
		return n, nil
	}
	if u.shaking != nil {
		<-u.shaking
		defer func() { u.shaking <- struct{}{} }()
	}
	return u.Steady.Read(b)
}

// Write implements [net.Conn].
func (u *underTLS) Write(b []byte) (int, error) {
	if u.shaking != nil {
		<-u.shaking
		defer func() { u.shaking <- struct{}{} }()
	}
	return u.Steady.Write(b)
}

// secure shakes hands and lets the handler of what is spoken inside greet.
func (l *Listener) secure(ctx context.Context, c *Conn) (rest func()) {
	under := &underTLS{Steady: gateway.NewSteady(c.Conn), first: c.First}
	tc := tls.Server(under, l.cfg.TLS)
	if err := l.handshake(ctx, tc, under); err != nil {
		// The peer has been sent an alert, if it can have one.
		l.cfg.Log.Debug("a TLS handshake failed", "from", c.Remote, "err", err)
		farewell(c.Conn, nil)
		return nil
	}
	inside := &Conn{Conn: tc, Remote: c.Remote, Local: c.Local, Secure: true}
	if peer := tc.ConnectionState().PeerCertificates; len(peer) > 0 {
		inside.Certificate = peer[0]
	}
	greet := l.choose(ctx, inside, untrusted)
	if greet == nil {
		return nil
	}
	return greet(ctx, inside)
}

// handshake takes at most as long as is configured, and ends when ctx does.
func (l *Listener) handshake(ctx context.Context, tc *tls.Conn, under *underTLS) error {
	ctx, cancel := context.WithTimeoutCause(ctx, l.cfg.HandshakeTimeout, errSlowHandshake)
	defer cancel()
	l.shaking <- struct{}{} // those who have one give it back soon
	under.shaking = l.shaking
	err := tc.HandshakeContext(ctx)
	<-l.shaking
	under.shaking, under.first = nil, nil
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

var errSlowHandshake = errors.New("it took too long")

// isChallenge reports whether a request is one by which a certificate authority
// looks whether a domain is ours.
func isChallenge(first []byte) bool {
	return bytes.HasPrefix(first, []byte("GET "+certs.ChallengePath))
}

// challenge answers such a request.
func (l *Listener) challenge(ctx context.Context, c *Conn) (rest func()) {
	c.SetReadDeadline(time.Now().Add(l.cfg.HandshakeTimeout))
	if ctx.Err() != nil {
		return nil
	}
	farewell(c.Conn, l.cfg.Challenge(io.MultiReader(bytes.NewReader(c.First), c.Conn)))
	return nil
}

// tlsCommand returns the command that joins, with what everybody has, by TLS.
func tlsCommand(at string) string {
	return fmt.Sprintf("openssl s_client -quiet -connect %s", at)
}
