package ssh_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/door"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/fullscreen"
	"hubbub/internal/gateway/line"
	"hubbub/internal/gateway/ssh"
	"hubbub/internal/hub"
	"hubbub/internal/store"
)

// stall is how long the server waits for who takes nothing.
const stall = 30 * time.Second

// mostScreens is how many whole screens the server shows at once.
const mostScreens = 2

// membersOnly lets nobody in as a guest.
var membersOnly = hub.Policy{Registration: hub.Open}

// server is a whole server but for the listener.
type server struct {
	*testing.T
	hub      *hub.Hub
	door     *door.Door
	pump     *gateway.Pump
	gateway  *ssh.Gateway
	full     *fullscreen.Gateway
	key      *ssh.HostKey
	serving  context.Context
	stopping context.Context
	stop     func() // as when the process is told to
	peers    sync.WaitGroup
}

// serve runs a test with a server, in a bubble where time is not lost by waiting.
func serve(t *testing.T, policy hub.Policy, test func(s *server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(start(t, policy)) })
}

func start(t *testing.T, policy hub.Policy) *server {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	lines := line.Encoders(time.UTC, "")
	h, err := hub.New(t.Context(), hub.Config{
		Policy: policy, Log: commitlog.NewLocal(), Store: st, Limits: hub.NoLimits(),
		Encoders: append(lines, fullscreen.Encoders(lines[line.Plain])...), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sealer, err := auth.LoadSealer(filepath.Join(dir, "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.LoadHostKey(filepath.Join(dir, "host.key"))
	if err != nil {
		t.Fatal(err)
	}
	s := &server{T: t, hub: h, pump: gateway.NewPump(h, stall), key: key}
	s.door = door.New(door.Config{Hub: h, Hasher: auth.NewHasher(auth.Params{Memory: 64, Passes: 1, Threads: 1}), Sealer: sealer, Name: "hubbub"})
	logger := slog.New(slog.DiscardHandler)
	talk := line.New(line.Config{Pump: s.pump, Door: s.door, Logger: logger, Zone: time.UTC})
	s.full = fullscreen.New(fullscreen.Config{Hub: h, First: line.Dialects, Most: mostScreens, Logger: logger})
	s.gateway = ssh.New(ssh.Config{Lines: talk, Full: s.full, Zone: time.UTC, Door: s.door, Hub: h, Key: key, Logger: logger, Stall: stall, PerKey: 3})
	serving, end := context.WithCancel(context.Background())
	stopping, stop := context.WithCancel(serving)
	s.serving, s.stopping = serving, stopping
	s.stop = sync.OnceFunc(func() {
		s.pump.Stop("The server is stopping.")
		stop()
	})
	var background sync.WaitGroup
	background.Go(func() {
		if err := h.Run(serving); err != nil {
			t.Errorf("the hub ended with %v", err)
		}
	})
	background.Go(func() { st.Run(serving) })
	background.Go(func() { s.pump.Run(serving) })
	if err := h.Start(serving); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.stop()
		s.peers.Wait()
		h.Close()
		s.pump.Wait()
		end()
		background.Wait()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// connect returns the client's end of a connection that the server serves.
func (s *server) connect() net.Conn {
	here, there := net.Pipe()
	s.peers.Go(func() {
		defer there.Close()
		first := make([]byte, 4) // as what looks at the first bytes has read
		if _, err := io.ReadFull(there, first); err != nil {
			return
		}
		rest := s.gateway.Greet(s.serving, s.stopping, &gateway.Peer{Conn: there, First: first, Remote: netip.MustParseAddr("192.0.2.1")})
		if rest != nil {
			rest()
		}
	})
	return s.buffered(here)
}

// ahead is a connection whose writes are under way when they return, as a socket's
// are: both ends of SSH say who they are before they listen.
type ahead struct {
	net.Conn
	writes chan []byte // never closed
	closed chan struct{}
	close  func() error
}

func (s *server) buffered(c net.Conn) net.Conn {
	a := &ahead{Conn: c, writes: make(chan []byte, 16), closed: make(chan struct{})}
	a.close = sync.OnceValue(func() error {
		close(a.closed)
		return c.Close()
	})
	s.peers.Go(func() {
		for {
			select {
			case b := <-a.writes:
				c.Write(b)
			case <-a.closed:
				return
			}
		}
	})
	s.Cleanup(func() { a.Close() })
	return a
}

func (a *ahead) Write(b []byte) (int, error) {
	select {
	case a.writes <- bytes.Clone(b):
		return len(b), nil
	case <-a.closed:
		return 0, net.ErrClosed
	}
}

func (a *ahead) Close() error { return a.close() }

// dial comes in over a connection as a user, by some methods.
func (s *server) dial(over net.Conn, user string, by ...gossh.AuthMethod) (*gossh.Client, error) {
	conn, channels, requests, err := gossh.NewClientConn(over, "hubbub", &gossh.ClientConfig{
		User: user, Auth: by, HostKeyCallback: gossh.FixedHostKey(s.key.Public()),
	})
	if err != nil {
		return nil, err
	}
	return gossh.NewClient(conn, channels, requests), nil
}

// enter is dial for who is let in.
func (s *server) enter(user string, by ...gossh.AuthMethod) *gossh.Client {
	s.Helper()
	if len(by) == 0 {
		by = []gossh.AuthMethod{answers()}
	}
	c, err := s.dial(s.connect(), user, by...)
	if err != nil {
		s.Fatalf("%s: %v", user, err)
	}
	s.Cleanup(func() { c.Close() })
	return c
}

// answers answers the questions that are asked, in their order.
func answers(all ...string) gossh.AuthMethod {
	return gossh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
		if len(questions) > len(all) {
			return nil, errors.New("one question too many")
		}
		given := all[:len(questions)]
		all = all[len(questions):]
		return given, nil
	})
}

// newKey returns a key, and the line that is given to /key.
func newKey(t *testing.T) (gossh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(gossh.MarshalAuthorizedKey(signer.PublicKey()))
}

const password = "open sesame street"

// member makes a member who has a password.
func (s *server) member(nick string) hub.Person {
	s.Helper()
	r := door.Registration{Nick: nick, Password: password, From: netip.MustParseAddr("192.0.2.9")}
	account, err := s.door.Account(s.serving, r)
	if err == nil {
		c := s.hub.Connect(r.From, nobody{})
		err = c.Arrive(s.serving, hub.Arrival{Nick: nick, Account: account})
		s.door.Registered(r, err)
		c.Close()
	}
	if err != nil {
		s.Fatal(err)
	}
	p, _ := s.hub.Person(nick)
	return p
}

// nobody is a peer that hears nothing.
type nobody struct{}

func (nobody) Wake()                              {}
func (nobody) Dialect(*chat.RoomInfo) hub.Dialect { return 0 }

// hands is a session of somebody's, with what has been seen of it.
type hands struct {
	*server
	client  *gossh.Client
	session *gossh.Session
	in      io.WriteCloser
	out     heard
}

// heard may be written to and read at the same time.
type heard struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.buf.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.buf.String()
}

// session opens a session and does with it what is to be done before it begins.
func (s *server) session(c *gossh.Client, begin func(*gossh.Session) error) *hands {
	s.Helper()
	session, err := c.NewSession()
	if err != nil {
		s.Fatal(err)
	}
	h := &hands{server: s, client: c, session: session}
	session.Stdout = &h.out
	h.in, err = session.StdinPipe()
	if err == nil {
		err = begin(session)
	}
	if err != nil {
		s.Fatal(err)
	}
	return h
}

// chats opens a session without a terminal.
func (s *server) chats(c *gossh.Client) *hands {
	s.Helper()
	return s.session(c, (*gossh.Session).Shell)
}

// says sends bytes, and waits until nothing moves.
func (h *hands) says(text string) {
	h.Helper()
	if _, err := io.WriteString(h.in, text); err != nil {
		h.Error(err)
	}
	synctest.Wait()
}

// later lets time pass in the bubble.
func later(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// sees checks what has come so far.
func (h *hands) sees(words ...string) {
	h.Helper()
	synctest.Wait()
	for _, w := range words {
		if got := h.out.String(); !strings.Contains(got, w) {
			h.Errorf("there is no %q in\n%s", w, got)
		}
	}
}

// ended waits for the end of a session, and checks how it went.
func (h *hands) ended(status int) {
	h.Helper()
	err := h.session.Wait()
	got := 0
	if exit, ok := errors.AsType[*gossh.ExitError](err); ok {
		got = exit.ExitStatus()
	} else if err != nil {
		h.Errorf("the session ended without a status: %v", err)
	}
	if got != status {
		h.Errorf("status %d, want %d", got, status)
	}
	h.client.Close() // as clients do then
	synctest.Wait()
}
