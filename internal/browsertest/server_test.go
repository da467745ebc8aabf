package browsertest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/hub"
	"hubbub/internal/passkey"
	"hubbub/internal/server"
)

// site is a whole server, and how to get to it.
type site struct {
	t     *testing.T
	addr  string // host:port
	owner string // the code that makes an owner of who registers with it
	way   *wire  // for browsers that need none of their own
	timed int    // messages that have been said to take their time
}

// startSite starts a server that ends with the test. It lets everybody in who
// the policy lets, unless it is set up otherwise.
func startSite(t *testing.T, policy hub.Policy, setUp ...func(*site, *server.Config)) *site {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, addr: listener.Addr().String()}
	s.way = s.wire()
	passkeys, err := passkey.NewRelyingParty("hubbub", []string{s.url("")})
	if err != nil {
		t.Fatal(err)
	}
	cfg := server.Config{
		Policy: policy, Hashing: auth.Params{Memory: 64, Passes: 1, Threads: 1},
		Data: t.TempDir(), Listeners: []net.Listener{listener}, Limits: server.NoLimits(), Substrings: true, Site: passkeys,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for _, set := range setUp {
		set(s, &cfg)
	}
	ctx, stop := context.WithCancel(context.Background())
	welcome, ended := make(chan server.Welcome, 1), make(chan error, 1)
	go func() {
		cfg.Ready = func(w server.Welcome) { welcome <- w }
		ended <- server.Run(ctx, cfg)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case w := <-welcome:
		s.owner = w.OwnerCode.Reveal()
		return s
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
		return nil
	}
}

// url returns an address of the site, for a browser. Browsers take "localhost" for as safe as
// https, which passkeys and the service worker need.
func (s *site) url(path string) string { return s.way.url(path) }

// local returns an address of this machine with its name instead of its number.
func local(addr string) string {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		panic(err) // a listener's address has a port
	}
	return net.JoinHostPort("localhost", port)
}

// wire is a way to a site that can be cut. It leads on only once something is
// said: the server greets whoever is silent for 300 ms, and a browser on a busy
// machine can take longer between connecting and asking.
type wire struct {
	site     *site
	listener net.Listener
	relays   sync.WaitGroup

	mu    sync.Mutex // guards the following
	cut   bool
	conns map[net.Conn]bool
}

// wire lays a way to the site, for one browser to come by.
func (s *site) wire() *wire {
	s.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	w := &wire{site: s, listener: listener, conns: map[net.Conn]bool{}}
	w.relays.Go(w.accept)
	s.t.Cleanup(func() {
		listener.Close()
		w.setCut(true)
		w.relays.Wait()
	})
	return w
}

// url returns an address of the site by this way.
func (w *wire) url(path string) string { return "http://" + local(w.listener.Addr().String()) + path }

// setCut ends all connections and refuses others, or lets them through again.
func (w *wire) setCut(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for conn := range w.conns {
			conn.Close()
		}
	}
}

func (w *wire) accept() {
	for {
		conn, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.relays.Go(func() { w.relay(conn) })
	}
}

// keep reports whether a connection may be used, and has it end when the way is cut.
func (w *wire) keep(conn net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.cut {
		w.conns[conn] = true
	}
	return !w.cut
}

func (w *wire) drop(conn net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, conn)
}

func (w *wire) relay(near net.Conn) {
	defer near.Close()
	if !w.keep(near) {
		return
	}
	defer w.drop(near)
	first := make([]byte, 4096)
	n, err := near.Read(first)
	if err != nil {
		return
	}
	far, err := net.Dial("tcp", w.site.addr)
	if err != nil {
		return
	}
	defer far.Close()
	if !w.keep(far) {
		return
	}
	defer w.drop(far)
	far.Write(first[:n]) // an end of it is seen below
	var back sync.WaitGroup
	back.Go(func() {
		io.Copy(near, far)
		near.Close()
	})
	io.Copy(far, near)
	far.Close()
	back.Wait()
}

// pipe has somebody with nothing but a socket say numbered lines in the lobby,
// and returns when all are on the disk.
func (s *site) pipe(nick string, lines int, prefix string) {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	said := "/nick " + nick + "\n"
	for i := range lines {
		said += fmt.Sprintf("%s%d\n", prefix, i+1)
	}
	go func() {
		io.WriteString(conn, said) // an end of it is seen below
		conn.(*net.TCPConn).CloseWrite()
	}()
	heard, err := io.ReadAll(conn)
	if want := fmt.Sprintf("<%s> %s%d\n", nick, prefix, lines); err != nil || !strings.Contains(string(heard), want) {
		s.t.Fatalf("the pipe ended with %v, and without %q", err, want)
	}
}
