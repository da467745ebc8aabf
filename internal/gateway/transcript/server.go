package transcript

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/commitlog"
	"hubbub/internal/door"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
	"hubbub/internal/store"
)

// Gateway is a gateway that is to be tested.
type Gateway struct {
	Name     string // by which transcripts ask for it; the first is for who does not ask
	Encoders []hub.Encoder
	// New makes it. It is called within the synctest bubble, once for each server.
	New func(p *Parts) func(ctx context.Context, peer *gateway.Peer)
	// Arrive is what somebody says first to come in under a nick.
	Arrive func(nick string) string
}

// Parts are what a gateway is made of.
type Parts struct {
	Pump    *gateway.Pump
	Door    *door.Door
	Hub     *hub.Hub
	Logger  *slog.Logger
	First   hub.Dialect       // of the gateway's
	Line    int               // bytes of a line; 0 for the usual
	Guest   func() string     // names guests in the order of their coming, so that transcripts are always the same
	Options map[string]string // of the transcript, after "options:"
}

// server is a whole server but for the listener, in a synctest bubble: the
// clock begins at midnight and moves only when the test moves it.
type server struct {
	t       *testing.T
	serve   map[string]func(context.Context, *gateway.Peer) // by the gateway's name
	usual   Gateway
	pump    *gateway.Pump
	hub     *hub.Hub
	door    *door.Door
	store   *store.Store
	serving context.Context
	peers   sync.WaitGroup
	guests  atomic.Int64
	log     *lockedBuffer
}

// options say in what a server differs from the usual.
type options struct {
	gateways []Gateway
	dir      string // of the data; empty for a temporary one
	limits   hub.Limits
	line     int         // bytes of a line; 0 for the usual
	policy   *hub.Policy // nil lets everybody in
	more     map[string]string
}

// start starts a server that ends with the test.
func start(t *testing.T, o options) *server {
	t.Helper()
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	if o.limits == (hub.Limits{}) {
		o.limits = hub.NoLimits()
	}
	policy := hub.OpenPolicy()
	if o.policy != nil {
		policy = *o.policy
	}
	s := &server{t: t, log: &lockedBuffer{}, usual: o.gateways[0], serve: map[string]func(context.Context, *gateway.Peer){}}
	logger := slog.New(slog.NewTextHandler(s.log, nil))
	st, err := store.Open(o.dir, store.Options{Logger: logger, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	s.store = st
	sealer, err := auth.LoadSealer(filepath.Join(t.TempDir(), "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	var encoders []hub.Encoder
	for _, g := range o.gateways {
		encoders = append(encoders, g.Encoders...)
	}
	h, err := hub.New(t.Context(), hub.Config{Policy: policy,
		Log: commitlog.NewLocal(), Store: st, Encoders: encoders, Limits: o.limits, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.hub = h
	serving, stop := context.WithCancel(context.Background())
	s.serving = serving
	s.pump = gateway.NewPump(h, 30*time.Second)
	s.door = door.New(door.Config{
		Hub: h, Hasher: auth.NewHasher(auth.Params{Memory: 64, Passes: 1, Threads: 1}), Sealer: sealer, Name: "hubbub",
		Password: shared(t, o.more["password"]), Opers: []door.Oper{{Name: "oper", Password: shared(t, "let me operate")}},
	})
	p := Parts{Pump: s.pump, Door: s.door, Hub: h, Logger: logger, Line: o.line, Guest: s.nextGuest, Options: o.more}
	for _, g := range o.gateways {
		parts := p
		s.serve[g.Name] = g.New(&parts)
		p.First += hub.Dialect(len(g.Encoders))
	}
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
		s.pump.Stop("The test is over.")
		s.peers.Wait()
		h.Close()
		s.pump.Wait()
		stop()
		background.Wait()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
		if log := s.log.String(); strings.Contains(log, "level=ERROR") {
			t.Errorf("the server's log says\n%s", log)
		}
	})
	return s
}

// shared is a password of the configuration, or nil.
func shared(t *testing.T, password string) *auth.Shared {
	if password == "" {
		return nil
	}
	p, err := auth.NewShared(password)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// nextGuest names guests in the order of their coming, so that transcripts are
// always the same.
func (s *server) nextGuest() string {
	return fmt.Sprintf("guest%d", s.guests.Add(1))
}

// connect connects a client that has sent first before the server looked.
func (s *server) connect(first string) *client {
	return s.admit(s.usual.Name, gateway.Peer{First: []byte(first), Remote: netip.MustParseAddr("192.0.2.1"), Private: true})
}

// admit connects a client that the peer describes to the gateway of that name.
func (s *server) admit(name string, peer gateway.Peer) *client {
	serve := s.serve[name]
	if serve == nil {
		s.t.Fatalf("there is no gateway %s", name)
	}
	in, out := duplex()
	c := &client{conn: in}
	peer.Conn = out
	s.peers.Go(func() { serve(s.serving, &peer) })
	s.peers.Go(func() {
		io.Copy(&c.heard, in)
		c.heard.end()
	})
	return c
}

// client is a peer whose ears are always open.
type client struct {
	conn  *half
	heard lockedBuffer
}

// send sends bytes, and waits until nothing moves any more.
func (c *client) send(b string) {
	c.conn.Write([]byte(b)) // if the server has closed, the test sees that it says nothing
	synctest.Wait()
}

// hears returns what has come since the last call.
func (c *client) hears() string { return c.heard.take() }

// lockedBuffer is a buffer that may be written to and read at the same time.
type lockedBuffer struct {
	mu    sync.Mutex // guards the following
	buf   bytes.Buffer
	ended bool
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *lockedBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.buf.Reset()
	return b.buf.String()
}

func (b *lockedBuffer) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
}

func (b *lockedBuffer) isEnded() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended
}

// half is one end of a connection whose directions can be closed each for
// itself, as those of TCP can.
type half struct {
	net.Conn // for reading, and all else
	out      net.Conn
}

func duplex() (a, b *half) {
	aIn, bOut := net.Pipe()
	bIn, aOut := net.Pipe()
	return &half{aIn, aOut}, &half{bIn, bOut}
}

func (h *half) Write(p []byte) (int, error)        { return h.out.Write(p) }
func (h *half) SetWriteDeadline(t time.Time) error { return h.out.SetWriteDeadline(t) }
func (h *half) CloseWrite() error                  { return h.out.Close() }

func (h *half) Close() error {
	h.out.Close()
	return h.Conn.Close()
}
