package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/server"
)

// fakeListener is a net.Listener whose connections are pipes, so that it works
// in a synctest bubble, and whose failures are chosen by the test.
type fakeListener struct {
	incoming chan net.Conn
	errs     chan error
	closed   chan struct{}
	once     sync.Once // guards closing closed
	accepts  int       // calls of Accept; read it once Serve has returned
}

func newFakeListener() *fakeListener {
	return &fakeListener{incoming: make(chan net.Conn), errs: make(chan error), closed: make(chan struct{})}
}

func (f *fakeListener) Accept() (net.Conn, error) {
	f.accepts++
	select {
	case c := <-f.incoming:
		return c, nil
	case err := <-f.errs:
		return nil, err
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

func (f *fakeListener) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

func (f *fakeListener) Addr() net.Addr { return tcpAddr("192.0.2.1:7007") }

// dial connects from an address and returns the client's end.
func (f *fakeListener) dial(from string) net.Conn {
	client, accepted := net.Pipe()
	f.incoming <- &peer{Conn: accepted, remote: tcpAddr(from)}
	return client
}

// peer is the server's end of a pipe, with TCP addresses.
type peer struct {
	net.Conn
	remote net.Addr
}

func (p *peer) RemoteAddr() net.Addr { return p.remote }
func (p *peer) LocalAddr() net.Addr  { return tcpAddr("192.0.2.1:7007") }

func tcpAddr(s string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }

// serving is a Listener at work.
type serving struct {
	*server.Listener
	stop    context.CancelFunc // stops it; then read done
	done    chan error         // what Serve has returned
	log     *bytes.Buffer      // read it once Serve has returned
	arrived chan *arrival      // what the default handlers were called with
}

// arrival is a connection as a handler got it.
type arrival struct {
	*server.Conn
	protocol server.Protocol
	at       time.Time
	rest     []byte // what the handler has read after First
}

// everything returns the stream as the handler saw it.
func (a *arrival) everything() string { return string(a.First) + string(a.rest) }

// serve starts a Listener. Handlers that are not given, other than for Proxy,
// read to the end and then report an arrival.
func serve(cfg server.ListenConfig, on ...net.Listener) *serving {
	s := &serving{done: make(chan error, 1), log: new(bytes.Buffer), arrived: make(chan *arrival, 100)}
	if cfg.Handlers == nil {
		cfg.Handlers = make(map[server.Protocol]server.Handler)
		for p := range server.Proxy {
			cfg.Handlers[p] = s.record(p)
		}
	}
	cfg.Log = slog.New(slog.NewTextHandler(s.log, nil))
	s.Listener = server.NewListener(cfg, on...)
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	go func() { s.done <- s.Serve(ctx) }()
	return s
}

func (s *serving) record(p server.Protocol) server.Handler {
	return server.All(func(_ context.Context, c *server.Conn) {
		a := &arrival{Conn: c, protocol: p, at: time.Now()}
		a.rest, _ = io.ReadAll(c)
		s.arrived <- a
	})
}

// end stops s and checks that it ends well.
func (s *serving) end(t *testing.T) {
	t.Helper()
	s.stop()
	if err := <-s.done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if open, networks := s.Open(); open != 0 || networks != 0 {
		t.Errorf("%d connections of %d networks are left", open, networks)
	}
}

// say writes and hangs up.
func say(t *testing.T, c net.Conn, words string) {
	t.Helper()
	defer c.Close()
	if _, err := io.WriteString(c, words); err != nil {
		t.Errorf("write %q: %v", words, err)
	}
}

// hear reads to the end.
func hear(t *testing.T, c net.Conn) string {
	t.Helper()
	b, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("read after %q: %v", b, err)
	}
	return string(b)
}

func wantContains(t *testing.T, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

// loopback listens on a free port of 127.0.0.1.
func loopback(t *testing.T) net.Listener {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return on
}

// dial connects to a listener over TCP, with a deadline for the whole test.
func dial(t *testing.T, on net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", on.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}
