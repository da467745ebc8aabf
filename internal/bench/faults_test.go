package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeServer is a chat server with one room and a plan for what each reader
// gets of each message.
type fakeServer struct {
	greet string
	plan  plan

	mu    sync.Mutex // guards what follows, and all writing
	peers []*fakePeer
	n     int // messages so far
}

// plan returns what the reader gets instead of the frame of message n.
type plan func(p *fakePeer, n int, frame string) string

// fakePeer is a connection of a fakeServer.
type fakePeer struct {
	conn   net.Conn
	number int    // 3 for the nick b3
	held   string // for the plan's use
	done   bool   // likewise
}

// listening serves each connection that comes until the test ends, and returns the
// address.
func listening(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait() // each connection ends when the run under test closes it
	})
	return l.Addr().String()
}

// start listens until the test ends and returns the address.
func (s *fakeServer) start(t *testing.T) string {
	return listening(t, s.serve)
}

// serve is the life of a connection.
func (s *fakeServer) serve(conn net.Conn) {
	defer conn.Close()
	p := &fakePeer{conn: conn}
	io.WriteString(conn, s.greet)
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		s.mu.Lock()
		switch word {
		case "/nick":
			fmt.Sscanf(rest, "b%d", &p.number)
		case "/join":
		case "/ping":
			s.peers = append(s.peers, p)
			fmt.Fprintf(conn, "* pong %s\n", rest)
		default:
			s.message(fmt.Sprintf("12:34 <b%d> %s\n", p.number, lines.Text()))
		}
		s.mu.Unlock()
	}
}

// message brings a frame to everybody. s.mu is held.
func (s *fakeServer) message(frame string) {
	for _, q := range s.peers {
		io.WriteString(q.conn, s.plan(q, s.n, frame))
	}
	s.n++
}

// count returns how many messages came.
func (s *fakeServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// honest delivers everything.
func honest(_ *fakePeer, _ int, frame string) string { return frame }

// only plans a fault for reader 3 alone, which is not a sender.
func only(fault plan) plan {
	return func(p *fakePeer, n int, frame string) string {
		if p.number != 3 {
			return frame
		}
		return fault(p, n, frame)
	}
}

// senderOf returns the part of a frame that names its sender.
func senderOf(frame string) string { return frame[:strings.IndexByte(frame, '>')] }

// swapNeighbours swaps, once, two neighbouring frames of different senders.
func swapNeighbours(p *fakePeer, _ int, frame string) string {
	switch {
	case p.done:
		return frame
	case p.held == "":
		p.held = frame
		return ""
	case senderOf(p.held) == senderOf(frame):
		frame, p.held = p.held, frame
		return frame
	default:
		p.done = true
		return frame + p.held
	}
}

// delayOne holds the first frame of a sender back until its second has gone.
func delayOne(p *fakePeer, _ int, frame string) string {
	switch {
	case p.done:
		return frame
	case p.held == "":
		p.held = frame
		return ""
	case senderOf(p.held) != senderOf(frame):
		return frame
	default:
		p.done = true
		return frame + p.held
	}
}

func TestPlantedFaultsAreFound(t *testing.T) {
	at := func(k int, change func(*fakePeer, string) string) plan {
		return func(p *fakePeer, n int, frame string) string {
			if n != k {
				return frame
			}
			return change(p, frame)
		}
	}
	lose := func(*fakePeer, string) string { return "" }
	double := func(_ *fakePeer, frame string) string { return frame + frame }
	refuse := func(p *fakePeer, frame string) string {
		if senderOf(frame) == fmt.Sprintf("12:34 <b%d", p.number) {
			return "? too fast, try again later\n"
		}
		return ""
	}
	tests := []struct {
		name   string
		plan   plan
		change func(*Config)
		want   Faults
		note   string // part of a note that there must be
	}{
		{name: "none", plan: honest},
		{name: "none, paced", plan: honest, change: func(c *Config) { c.Rate = 2000 }},
		{name: "none, counted", plan: honest, change: func(c *Config) { c.Verify = VerifyCount }},
		{name: "lost", plan: only(at(7, lose)), want: Faults{Lost: 1}, note: "1 reader missed something: b3 saw 39 and missed 1, of which 0 after"},
		{name: "lost at the end", plan: only(func(_ *fakePeer, n int, frame string) string {
			if n >= 30 {
				return ""
			}
			return frame
		}), want: Faults{Lost: 10}, note: "b3 saw 30 and missed 10, of which 10 after"},
		{name: "lost, counted", plan: only(at(7, lose)), change: func(c *Config) { c.Verify = VerifyCount }, want: Faults{Lost: 1}},
		{name: "doubled", plan: only(at(7, double)), want: Faults{Duplicate: 1}},
		{name: "doubled for everybody", plan: at(7, double), want: Faults{Duplicate: 4}},
		{name: "doubled, counted", plan: only(at(7, double)), change: func(c *Config) { c.Verify = VerifyCount }, want: Faults{Duplicate: 1}},
		{name: "late", plan: only(delayOne), want: Faults{OutOfOrder: 1, Reordered: 1}},
		{name: "another order", plan: only(swapNeighbours), want: Faults{Reordered: 1}},
		{name: "damaged", plan: only(at(7, func(_ *fakePeer, frame string) string {
			return frame[:len(frame)-2] + "!\n"
		})), want: Faults{Garbled: 1, Lost: 1}},
		{name: "two lines glued", plan: only(at(7, func(_ *fakePeer, frame string) string {
			return strings.TrimSuffix(frame, "\n")
		})), want: Faults{Garbled: 1, Lost: 2}},
		{name: "refused", plan: at(7, refuse), want: Faults{Lost: 4, Unacked: 1}, note: "too fast, try again"},
		{name: "in the wrong room", plan: honest, change: func(c *Config) { c.Rooms = 2 }, want: Faults{Misdelivered: 80}},
		{name: "disconnected", plan: only(func(p *fakePeer, n int, frame string) string {
			if n < 10 {
				return frame
			}
			p.conn.Close()
			return ""
		}), want: Faults{Lost: 30, Disconnected: 1}, note: "b3: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachTransport(t, func(t *testing.T, newTransport func(*fleet) (transport, error)) {
				cfg := testConfig()
				if tt.change != nil {
					tt.change(&cfg)
				}
				s := &fakeServer{greet: "Welcome\n* some notice\r\n", plan: tt.plan}
				cfg.Target.Address = s.start(t)
				res, err := runWith(t.Context(), cfg, io.Discard, newTransport)
				if err != nil {
					t.Fatal(err)
				}
				if res.Faults != tt.want {
					t.Errorf("faults: %s; want %s", res.Faults, tt.want)
				}
				if notes := strings.Join(res.Notes, "\n"); !strings.Contains(notes, tt.note) {
					t.Errorf("notes are %q, want one with %q", notes, tt.note)
				}
				if got := s.count(); got != 40 {
					t.Errorf("the server got %d messages, want 40", got)
				}
			})
		})
	}
}

// eachTransport runs the test with this system's transport, and with the
// portable one.
func eachTransport(t *testing.T, test func(*testing.T, func(*fleet) (transport, error))) {
	t.Run("native", func(t *testing.T) { test(t, newTransport) })
	t.Run("portable", func(t *testing.T) { test(t, newStreams) })
}

func TestFaultyRunIsAnErrorAfterItsTable(t *testing.T) {
	s := &fakeServer{plan: only(func(p *fakePeer, n int, frame string) string {
		if n == 7 {
			return frame + frame
		}
		return frame
	})}
	var out bytes.Buffer
	err := Main(t.Context(), []string{"fanout", "--address", s.start(t), "--clients", "4", "--senders", "2",
		"--count", "40", "--warmup", "0s", "--duration", "20s", "--quiet"}, &out, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "1 duplicate") {
		t.Errorf("error is %v", err)
	}
	if !strings.Contains(out.String(), "FAULTS           1 duplicate") {
		t.Errorf("table is:\n%s", out.String())
	}
}

// greeter starts a server that sends its greeting to everybody, and then says
// that this was all.
func greeter(t *testing.T, greeting string) (address string) {
	return listening(t, func(conn net.Conn) {
		defer conn.Close()
		io.WriteString(conn, greeting)
		conn.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, conn)
	})
}

func TestServerThatDoesNotLandAnybodyIsExplained(t *testing.T) {
	silent := func(t *testing.T) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return l.Addr().String()
	}
	rude := func(t *testing.T) string { return greeter(t, "HTTP/1.1 400 Bad Request\n") }
	endless := func(t *testing.T) string { return greeter(t, strings.Repeat("x", 2*maxLine)) }
	absent := func(t *testing.T) string {
		address, err := freeAddress()
		if err != nil {
			t.Fatal(err)
		}
		return address
	}
	tests := []struct {
		name  string
		start func(*testing.T) string
		want  string
	}{
		{"silent", silent, "0 of 4 clients landed"},
		{"rude", rude, "400 Bad Request"},
		{"endless", endless, "without a line break"},
		{"absent", absent, "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			eachTransport(t, func(t *testing.T, newTransport func(*fleet) (transport, error)) {
				cfg := testConfig()
				cfg.Target.Address = tt.start(t)
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				_, err := runWith(ctx, cfg, io.Discard, newTransport)
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error is %v, want one with %q", err, tt.want)
				}
			})
		})
	}
}

// cancelAt is a progress writer that cancels at a line with that word.
type cancelAt struct {
	word   string
	cancel context.CancelCauseFunc
}

func (c cancelAt) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(c.word)) {
		c.cancel(errors.New("interrupted by the test"))
	}
	return len(p), nil
}

func TestMoreThanASocketTakesArrivesWhole(t *testing.T) {
	eachReference(t, func(t *testing.T, address string) {
		eachTransport(t, func(t *testing.T, newTransport func(*fleet) (transport, error)) {
			cfg := testConfig()
			cfg.Size, cfg.Clients, cfg.Senders, cfg.patience = maxSize/10, 1, 1, 0
			cfg.Window, cfg.Count = 2000, 2500 // 6 MB in the first write
			cfg.Target.Address = address
			res, err := runWith(t.Context(), cfg, io.Discard, newTransport)
			if err != nil || res.Faults != (Faults{}) || res.Messages != 2500 {
				t.Errorf("error %v, %d messages, faults %s", err, res.Messages, res.Faults)
			}
		})
	})
}

// killOnceSending is a progress writer that ends the server's process when the
// load begins.
type killOnceSending struct {
	t       *testing.T
	process *os.Process
}

func (k *killOnceSending) Write(p []byte) (int, error) {
	var pid int
	if _, err := fmt.Sscanf(string(p), "started batched: process %d on", &pid); err == nil {
		if k.process, err = os.FindProcess(pid); err != nil {
			k.t.Error(err)
		}
	}
	if bytes.HasPrefix(p, []byte("sending")) {
		if err := k.process.Kill(); err != nil {
			k.t.Error(err)
		}
	}
	return len(p), nil
}

func TestServerThatDiesUnderLoadIsReported(t *testing.T) {
	runAsProgram(t)
	cfg := testConfig()
	cfg.Target.Reference, cfg.Count = Batched, 0
	res, err := Run(t.Context(), cfg, &killOnceSending{t: t})
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(res.Notes, "\n"); res.Faults.Disconnected != 4 || !strings.Contains(notes, "ended during the run") {
		t.Errorf("faults %s, notes %s", res.Faults, notes)
	}
}

func TestInterruptedComparisonKeepsCompleteRounds(t *testing.T) {
	compare := func(word string) (Comparison, error) {
		cfg := testConfig()
		targets := []Target{{Address: startReference(t, Batched)}, {Address: startReference(t, Unbatched)}}
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		return Compare(ctx, against(cfg, targets...), 5, cancelAt{word, cancel})
	}
	c, err := compare("round 3 of 5")
	if err != nil || !c.Interrupted || c.Rounds != 2 || len(c.Runs) != 4 || len(c.Metrics) == 0 {
		t.Errorf("error %v, comparison %+v", err, c)
	}
	if _, err := compare("round 1 of 5"); err == nil || !strings.Contains(err.Error(), "before the first round") {
		t.Errorf("error is %v", err)
	}
}

func TestInterruptedRunKeepsItsFigures(t *testing.T) {
	for _, scenario := range []string{"fanout", "stall", "connect", "idle"} {
		t.Run(scenario, func(t *testing.T) {
			cfg, err := scenarioConfig(scenario)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Clients, cfg.Senders, cfg.Rate = 4, min(2, cfg.Senders), 0
			cfg.Target.Address = (&fakeServer{plan: honest}).start(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			res, err := Run(ctx, cfg, cancelAt{"landed", cancel})
			if err != nil || !res.Interrupted || res.Faults != (Faults{}) || res.Landing == nil {
				t.Errorf("error %v, result %+v", err, res)
			}
		})
	}
}
