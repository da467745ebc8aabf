package bench

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// startReference serves until the test ends and returns the address.
func startReference(t *testing.T, mode Mode) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serveReference(ctx, l, mode) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("reference: %v", err)
		}
	})
	return l.Addr().String()
}

// eachReference runs the test against both reference servers.
func eachReference(t *testing.T, test func(t *testing.T, address string)) {
	for _, mode := range []Mode{Unbatched, Batched} {
		t.Run(string(mode), func(t *testing.T) { test(t, startReference(t, mode)) })
	}
}

// person is a hand-driven client.
type person struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func newPerson(t *testing.T, address string) *person {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &person{t, conn, bufio.NewReader(conn)}
}

func (p *person) say(lines string) {
	if _, err := io.WriteString(p.conn, lines); err != nil {
		p.t.Fatal(err)
	}
}

// hears fails unless the next line is this one, whose time is left out.
func (p *person) hears(want string) {
	p.t.Helper()
	line, err := p.r.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	line = strings.TrimSuffix(line, "\n")
	if strings.Contains(want, "<") {
		line = line[len("12:34 "):]
	}
	if line != want {
		p.t.Errorf("heard %q, want %q", line, want)
	}
}

func TestReferenceKeepsRoomsApartAndAnswersInOrder(t *testing.T) {
	eachReference(t, func(t *testing.T, address string) {
		bob, eve, zed := newPerson(t, address), newPerson(t, address), newPerson(t, address)
		for name, p := range map[string]*person{"bob": bob, "eve": eve} {
			p.say("/nick " + name + "\n/join #tea\r\n/ping 1\n")
			p.hears("* you are " + name)
			p.hears("* pong 1")
		}
		zed.say("/ping 2\n")
		zed.hears("* pong 2")
		bob.say("one\ntwo\r\n/ping 3\nthree\n")
		for _, want := range []string{"<bob> one", "<bob> two", "* pong 3", "<bob> three"} {
			bob.hears(want)
		}
		for _, want := range []string{"<bob> one", "<bob> two", "<bob> three"} {
			eve.hears(want)
		}
		eve.conn.Close()
		zed.say("alone\n")
		zed.hears("<guest> alone")
		bob.say("four\n")
		bob.hears("<bob> four")
	})
}

func TestLoadOnReferenceHasNoFaults(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
	}{
		{"one room", func(c *Config) {}},
		{"rooms", func(c *Config) { c.Clients, c.Rooms, c.Senders = 30, 5, 10 }},
		{"paced", func(c *Config) { c.Rate = 4000 }},
		{"sampled", func(c *Config) { c.Clients, c.Verify, c.Sample = 20, VerifySample, 4 }},
		{"long lines", func(c *Config) { c.Size = 4000 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachReference(t, func(t *testing.T, address string) {
				eachTransport(t, func(t *testing.T, newTransport func(*fleet) (transport, error)) {
					cfg := testConfig()
					cfg.Count, cfg.patience = 1000, 0
					tt.change(&cfg)
					cfg.Target.Address = address
					res, err := runWith(t.Context(), cfg, io.Discard, newTransport)
					if err != nil {
						t.Fatal(err)
					}
					want := uint64(cfg.Count * cfg.Clients / cfg.Rooms)
					if res.Faults != (Faults{}) || res.Messages != 1000 || res.Deliveries > want || res.Deliveries < 1000 {
						t.Errorf("%d messages and %d deliveries (want %d), faults %s", res.Messages, res.Deliveries, want, res.Faults)
					}
					seenByAll := cfg.Verify != VerifyFull || res.Seen.Count == want
					if res.Ack.Count != 1000 || !seenByAll || res.Landing.Count != uint64(cfg.Clients) {
						t.Errorf("latencies of %d acks, %d sights, %d landings", res.Ack.Count, res.Seen.Count, res.Landing.Count)
					}
					if cfg.Rate > 0 && res.Seconds < float64(cfg.Count-1)/cfg.Rate {
						t.Errorf("paced at %g/s, %d messages took %g s", cfg.Rate, cfg.Count, res.Seconds)
					}
				})
			})
		})
	}
}

func TestStalledReaderCatchesUp(t *testing.T) {
	address := startReference(t, Batched)
	eachTransport(t, func(t *testing.T, newTransport func(*fleet) (transport, error)) {
		cfg, err := scenarioConfig("stall")
		if err != nil {
			t.Fatal(err)
		}
		cfg.Clients, cfg.Senders, cfg.Rate = 6, 3, 1000
		cfg.Warmup, cfg.Duration = 100*time.Millisecond, 200*time.Millisecond
		cfg.Target.Address = address
		res, err := runWith(t.Context(), cfg, io.Discard, newTransport)
		if err != nil {
			t.Fatal(err)
		}
		if res.Faults != (Faults{}) || res.Stall.Backlog == 0 || res.Stall.Undisturbed == nil || res.Stall.Stalled == nil || res.Stall.Ratio == 0 {
			t.Errorf("faults %s, stall %+v", res.Faults, res.Stall)
		}
	})
}

func TestReferenceStopsWhileReadersWait(t *testing.T) {
	for _, mode := range []Mode{Unbatched, Batched} {
		address := startReference(t, mode)
		p := newPerson(t, address)
		// Nobody reads what p says, so the writer ends up waiting for p's
		// socket and p's reader for space; Cleanup must still end both.
		go func() {
			line := strings.Repeat("x", 1000) + "\n"
			for {
				if _, err := io.WriteString(p.conn, line); err != nil {
					return
				}
			}
		}()
		q := newPerson(t, address)
		q.say("/ping 1\n")
		q.hearsEventually("* pong 1")
	}
}

// hearsEventually reads until this line comes.
func (p *person) hearsEventually(want string) {
	p.t.Helper()
	for {
		line, err := p.r.ReadString('\n')
		if err != nil {
			p.t.Fatal(err)
		}
		if strings.TrimSuffix(line, "\n") == want {
			return
		}
	}
}

func TestReferenceRefusesAnUnknownMode(t *testing.T) {
	if err := runReference(t.Context(), "fast", "127.0.0.1:0", io.Discard); err == nil || !strings.Contains(err.Error(), "unbatched") {
		t.Errorf("error is %v", err)
	}
	if err := runReference(t.Context(), Batched, "127.0.0.1:bad", io.Discard); err == nil {
		t.Error("a bad address is accepted")
	}
}
