package bench

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// sink is a link that keeps what is written.
type sink struct{ bytes.Buffer }

func (s *sink) write(p []byte) { s.Write(p) }
func (s *sink) pause()         {}
func (s *sink) resume()        {}

// idle is a transport that connects nobody.
type idle struct{}

func (idle) dial(*client) {}
func (idle) close()       {}

// testConfig returns a small closed-loop run that ends by count.
func testConfig() Config {
	return Config{
		Scenario: "test", Clients: 4, Rooms: 1, Senders: 2, Size: 60, Window: 4, Count: 40,
		Duration: 20 * time.Second, Verify: VerifyFull, Sample: 1, Readers: 2, patience: time.Second,
	}
}

// newTestFleet returns a fleet whose clients write into sinks.
func newTestFleet(t testing.TB, cfg Config) *fleet {
	f, err := newFleet(cfg, "", func(*fleet) (transport, error) { return idle{}, nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range f.clients {
		c.link = &sink{}
	}
	return f
}

// frame returns a message line as a server sends it.
func (f *fleet) frame(sender, count int, sent int64) string {
	t := tag{f.run, uint16(sender), uint32(count), sent}
	text := append(appendTag(nil, t), f.pad(t)...)
	return fmt.Sprintf("12:34 <b%d> %s\n", sender, text)
}

// traffic is what reader 3 of a fleet might get.
func (f *fleet) traffic() string {
	return "Welcome to hubbub\r\n12:33 <old> hello\n12:33 <b0> " + string(appendTag(nil, tag{f.run + 1, 0, 0, 0})) + "\n* heron joined\n" +
		"* pong " + f.clients[3].token + "\n" + f.frame(0, 0, 1) + f.frame(1, 0, 2) + "* otter left\r\n" + f.frame(0, 1, 3) +
		"? no such command\n" + f.frame(0, 2, 4)
}

func TestFeedDoesNotCareHowLinesAreCut(t *testing.T) {
	var want *client
	for size := 1; size < 200; size++ {
		f := newTestFleet(t, testConfig())
		c := f.clients[3]
		f.shards[1].from, f.shards[1].to = 2, 100
		var buf []byte
		for rest := []byte(f.traffic()); len(rest) > 0; {
			n := min(size, len(rest))
			buf, rest = append(buf, rest[:n]...), rest[n:]
			buf = buf[c.feed(buf, 1000):]
		}
		if !c.landed || len(buf) > 0 || c.sight.seen != 4 || c.sh.seen.n != 3 || c.sh.oddLines != 1 || c.sh.oddLine != `b3: "? no such command"` {
			t.Fatalf("in pieces of %d: landed %v, seen %d, timed %d, odd %d %s, left %q",
				size, c.landed, c.sight.seen, c.sh.seen.n, c.sh.oddLines, c.sh.oddLine, buf)
		}
		if want == nil {
			want = c
		}
		if c.sight.hash != want.sight.hash || c.sight.finish([]uint32{3, 1}) != (Faults{}) {
			t.Fatalf("in pieces of %d: %+v", size, c.sight)
		}
	}
}

func TestCountingReaderSeesAsMany(t *testing.T) {
	cfg := testConfig()
	cfg.Verify = VerifyCount
	f := newTestFleet(t, cfg)
	c := f.clients[3]
	if used := c.feed([]byte(f.traffic()), 1000); used != len(f.traffic()) || c.sight.seen != 4 || c.sh.delivered != 4 || c.sh.reads != 1 {
		t.Errorf("used %d, seen %d, delivered %d", used, c.sight.seen, c.sh.delivered)
	}
}

func TestSampledReadersCheckAndOthersCount(t *testing.T) {
	cfg := testConfig()
	cfg.Clients, cfg.Verify, cfg.Sample = 10, VerifySample, 4
	var checking []int
	for _, c := range newTestFleet(t, cfg).clients {
		if !c.counting {
			checking = append(checking, c.number)
		}
	}
	if got := fmt.Sprint(checking); got != "[0 1 4 8]" {
		t.Errorf("clients %s check, want both senders and each fourth", got)
	}
}

func TestSenderKeepsItsWindowFull(t *testing.T) {
	cfg := testConfig()
	cfg.Count = 11 // sender 0 may send 6, sender 1 may send 5
	f := newTestFleet(t, cfg)
	f.send()
	c, out := f.clients[0], f.clients[0].link.(*sink)
	c.landed = true
	for i, want := range []int{4, 5, 6, 6, 6, 6, 6} {
		if got := bytes.Count(out.Bytes(), []byte("\n")); got != want {
			t.Errorf("after %d came back, %d have been sent, want %d", i, got, want)
		}
		if i < 6 {
			c.feed([]byte(f.frame(0, i, 1)), 1000)
		}
	}
	if c.inFlight != 0 || c.sh.acked != 6 || c.sh.lastAck != 1000 {
		t.Errorf("in flight %d, acknowledged %d, the last at %d", c.inFlight, c.sh.acked, c.sh.lastAck)
	}
	if f.clients[1].quota != 5 || f.clients[2].quota != 0 {
		t.Errorf("quotas are %d and %d, want 5 and 0", f.clients[1].quota, f.clients[2].quota)
	}
}

func TestDuplicateIsNotAnAcknowledgement(t *testing.T) {
	f := newTestFleet(t, testConfig())
	f.send()
	c := f.clients[0]
	c.landed = true
	c.feed([]byte(f.frame(0, 0, 1)+f.frame(0, 0, 1)), 1000)
	if c.sh.acked != 1 || c.sent != 5 {
		t.Errorf("%d acknowledged and %d sent, want 1 and 5", c.sh.acked, c.sent)
	}
}

func TestNothingIsSentAfterHalt(t *testing.T) {
	f := newTestFleet(t, testConfig())
	f.send()
	f.halt()
	f.halt()
	c := f.clients[0]
	c.landed = true
	c.feed([]byte(f.frame(0, 0, 1)), 1000)
	if c.sent != 4 {
		t.Errorf("%d sent, want the 4 from before", c.sent)
	}
}

func TestSendersBelongToTheirRooms(t *testing.T) {
	cfg := testConfig()
	cfg.Clients, cfg.Rooms, cfg.Senders = 10, 3, 5
	f := newTestFleet(t, cfg)
	for _, r := range f.rooms {
		for slot, c := range r.senders {
			if got, ok := r.slotOf(uint16(c.number)); got != slot || !ok {
				t.Errorf("sender %d of %s is at %d, %v; want %d", c.number, r.name, got, ok, slot)
			}
		}
		for number := range uint16(10) {
			_, ok := r.slotOf(number)
			if want := int(number) < cfg.Senders && f.clients[number].room == r; ok != want {
				t.Errorf("%s has sender %d: %v, want %v", r.name, number, ok, want)
			}
		}
	}
}

func TestMessagesHaveTheSizeThatIsAskedFor(t *testing.T) {
	for _, size := range []int{tagSize, tagSize + 1, 100, 4000} {
		f := &fleet{cfg: Config{Size: size}, words: chatter(size)}
		seen := map[string]bool{}
		for count := range uint32(3000) {
			p := f.pad(tag{sender: uint16(count % 5), count: count})
			if len(p) != size-tagSize || bytes.ContainsAny(p, "~\n") || bytes.HasSuffix(p, []byte(" ")) {
				t.Fatalf("of a message of %d bytes the padding is %q", size, p)
			}
			seen[string(p)] = true
		}
		if size == 100 && len(seen) < 500 {
			t.Errorf("only %d messages differ", len(seen))
		}
	}
}

func TestPaddingIsExact(t *testing.T) {
	for n := range 300 {
		p := padding(n)
		if len(p) != n || bytes.ContainsAny(p, "~\n") || bytes.HasSuffix(p, []byte(" ")) {
			t.Errorf("padding of %d is %q", n, p)
		}
	}
}

func TestDeliveryDoesNotAllocate(t *testing.T) {
	cfg := testConfig()
	cfg.Count = 0
	f := newTestFleet(t, cfg)
	c := f.clients[3]
	c.landed = true
	c.sh.from, c.sh.to = 0, 100
	count := uint32(0)
	var chunk, text []byte
	allocs := testing.AllocsPerRun(100, func() {
		chunk = chunk[:0]
		for range 10 {
			t := tag{f.run, 0, count, 5}
			text = append(appendTag(text[:0], t), f.pad(t)...)
			chunk = append(append(append(chunk, "12:34 <b0> "...), text...), '\n')
			count++
		}
		c.feed(chunk, 1000)
	})
	if c.sight.seen == 0 || c.sight.faults != (Faults{}) {
		t.Fatalf("the test is wrong: %+v", c.sight)
	}
	if allocs > 0 {
		t.Errorf("%g allocations for 10 deliveries", allocs)
	}
}

// BenchmarkFeed is the client's own cost of a delivery, for each level of
// verification, without the system calls.
func BenchmarkFeed(b *testing.B) {
	const lines = 50
	for _, verify := range []Verify{VerifyFull, VerifyCount} {
		b.Run(string(verify), func(b *testing.B) {
			cfg := testConfig()
			cfg.Verify, cfg.Size = verify, 100
			f := newTestFleet(b, cfg)
			c := f.clients[3]
			c.landed = true
			c.sh.from, c.sh.to = 0, 100
			var chunk []byte
			for i := range lines {
				chunk = append(chunk, f.frame(0, i, 1)...)
			}
			b.ReportAllocs()
			for b.Loop() {
				if !c.counting {
					c.sight.next[0] = 0
				}
				c.feed(chunk, 1000)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/lines, "ns/delivery")
		})
	}
}
