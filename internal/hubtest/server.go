package hubtest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/hub"
	"hubbub/internal/server"
)

// Config says how a server is run.
type Config struct {
	Data   string        // the directory of its data
	Limits server.Limits // see [Unlimited]
}

// Unlimited is a configuration without limits, so that a test can load a server
// as it likes.
func Unlimited(data string) Config { return Config{Data: data, Limits: server.NoLimits()} }

// Server is a server under test. It can be stopped and started again on the
// same data, any number of times, each time at another address; who dials it
// while it is down waits.
type Server struct {
	t     testing.TB
	data  string // the directory of its data
	start func() (life, error)

	mu  sync.Mutex    // guards the following
	up  chan struct{} // closed while it is up; a new one while it is down
	run *run          // the present or last one
}

// life is a server from its start to its end.
type life interface {
	addr() net.Addr
	stop()               // as SIGTERM does
	kill()               // as SIGKILL does
	done() chan struct{} // closed when it has ended; then fate may be called
	fate() error         // what it ended with
}

// run is a life of a Server.
type run struct {
	life
	over chan struct{} // closed when it has ended and the Server is down
}

// Start runs a server in this process until the test ends.
func Start(t testing.TB, cfg Config) *Server {
	t.Helper()
	return start(t, cfg, func() (life, error) { return startHere(t, cfg) })
}

// StartProcess runs a server in a process of its own until the test ends. The
// test's package has to have [Main].
func StartProcess(t testing.TB, cfg Config) *Server {
	t.Helper()
	return start(t, cfg, func() (life, error) { return startProcess(t, cfg) })
}

func start(t testing.TB, cfg Config, how func() (life, error)) *Server {
	t.Helper()
	s := &Server{t: t, data: cfg.Data, start: how, up: make(chan struct{})}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s
}

// Restart starts the server again after Stop, Kill or its own end.
func (s *Server) Restart() error {
	began, err := s.start()
	if err != nil {
		return err
	}
	r := &run{life: began, over: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run = r
	close(s.up)
	go s.watch(r)
	return nil
}

// watch takes the server down when its run ends.
func (s *Server) watch(r *run) {
	<-r.done()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up = make(chan struct{})
	close(r.over)
}

// Stop stops the server as SIGTERM does, and returns what it ended with.
func (s *Server) Stop() error {
	s.present().stop()
	return s.Wait()
}

// Kill ends the server as kill -9 does, if it runs.
func (s *Server) Kill() {
	s.present().kill()
	s.Wait()
}

// Wait waits until the server has ended, and returns what it ended with. Then it
// can be started again.
func (s *Server) Wait() error {
	r := s.present()
	<-r.over
	return r.fate()
}

// Ended is closed when the server that runs now has ended.
func (s *Server) Ended() <-chan struct{} { return s.present().over }

func (s *Server) present() *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

// Addr returns where the server that ran last listens.
func (s *Server) Addr() string { return s.present().addr().String() }

// Dial connects to the server, and waits for it while it is down.
func (s *Server) Dial(ctx context.Context) (*net.TCPConn, error) {
	for {
		s.mu.Lock()
		up := s.up
		s.mu.Unlock()
		select {
		case <-up:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		r := s.present()
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", r.addr().String())
		if err == nil {
			return conn.(*net.TCPConn), nil
		}
		select { // nothing but its end makes a server refuse connections
		case <-r.over:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}
}

// here is a server in this process.
type here struct {
	at     net.Addr
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // set before ended is closed
}

func startHere(t testing.TB, cfg Config) (life, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("hubtest: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &here{at: listener.Addr(), cancel: cancel, ended: make(chan struct{})}
	ready := make(chan struct{})
	go func() {
		defer close(h.ended)
		h.err = server.Run(ctx, server.Config{
			Policy: hub.OpenPolicy(), Hashing: auth.Params{Memory: 64, Passes: 1, Threads: 1},
			Data: cfg.Data, Listeners: []net.Listener{listener}, Limits: cfg.Limits,
			Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
			Ready:  func(server.Welcome) { close(ready) },
		})
	}()
	select {
	case <-ready:
		return h, nil
	case <-h.ended:
		return nil, fmt.Errorf("hubtest: start: %w", h.err)
	}
}

func (h *here) addr() net.Addr      { return h.at }
func (h *here) stop()               { h.cancel() }
func (h *here) kill()               { h.cancel() } // as hard as can be
func (h *here) done() chan struct{} { return h.ended }
func (h *here) fate() error         { return h.err }
