package bench

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestIRCLinesAreSorted(t *testing.T) {
	tests := []struct {
		line string
		kind kind
		part string
	}{
		{":b!u@h PRIVMSG #b0 :hello there", kindMessage, "hello there"},
		{":b!u@h PRIVMSG #b0 hello", kindMessage, "hello"},
		{"@time=2026-01-01T00:00:00.000Z;msgid=7 :b!~u@guest PRIVMSG #b0 :~a :b", kindMessage, "~a :b"},
		{":b!u@h PRIVMSG b1 :for you alone", kindNotice, ""},
		{":b!u@h PRIVMSG", kindNotice, ""},
		{"PING :irc.example.org", kindPing, ":irc.example.org"},
		{":s PONG s :a16", kindPong, "a16"},
		{":s PONG s a16", kindPong, "a16"},
		{"PONG a16", kindPong, "a16"},
		{":s PONG", kindPong, ""},
		{":s 001 b1 :Welcome", kindWelcome, ""},
		{":b1!u@h JOIN :#b0", kindJoin, ""},
		{"@account=b1 :b1!u@h JOIN #b0 b1 :Bob", kindJoin, ""},
		{":s 366 b1 #b0 :End of /NAMES list.", kindNames, ""},
		{":s 353 b1 = #b0 :b1 b2", kindNotice, ""},
		{":s 422 b1 :no MOTD", kindNotice, ""},
		{":s 433 * b1 :in use", kindRefusal, ""},
		{":s 502 b1 :no", kindRefusal, ""},
		{":s CAP * NAK :batch", kindRefusal, ""},
		{":s CAP * ACK :batch", kindNotice, ""},
		{"ERROR :Closing link", kindRefusal, ""},
		{":s BATCH +1 chathistory #b0", kindNotice, ""},
		{":s FAIL PRIVMSG X :no", kindOdd, ""},
		{"* pong t1", kindOdd, ""},
		{"12:34 <bob> hello", kindOdd, ""},
		{"@", kindOdd, ""}, {":", kindOdd, ""}, {"", kindOdd, ""}, {"@a :b", kindOdd, ""}, {" ", kindOdd, ""},
	}
	for _, tt := range tests {
		if k, part := ircPlain().Sort([]byte(tt.line)); k != tt.kind || string(part) != tt.part {
			t.Errorf("%q is a %d with %q, want %d with %q", tt.line, k, part, tt.kind, tt.part)
		}
	}
}

func FuzzIRCSort(f *testing.F) {
	f.Add("@a=b :c PRIVMSG #d :e")
	f.Add(":s PONG s :t")
	f.Fuzz(func(t *testing.T, line string) {
		if _, part := ircPlain().Sort([]byte(line)); !bytes.HasSuffix([]byte(line), part) {
			t.Errorf("%q is not the end of %q", part, line)
		}
	})
}

func TestIRCSortDoesNotAllocate(t *testing.T) {
	lines := [][]byte{[]byte(":b!u@h PRIVMSG #b0 :hello"), []byte(":s PONG s :a1"), []byte(":b1!u@h JOIN #b0"), []byte(":s 353 b1 = #b0 :b1")}
	var d Dialect = ircTagged()
	if n := testing.AllocsPerRun(100, func() {
		for _, line := range lines {
			d.Sort(line)
		}
	}); n > 0 {
		t.Errorf("%g allocations", n)
	}
}

func TestIRCClientRegistersAsItsKind(t *testing.T) {
	if got, want := string(ircPlain().AppendHello(nil, "b1", "#b0", "t1")), "NICK b1\r\nUSER b1 0 * :bench\r\n"; got != want {
		t.Errorf("hello is %q, want %q", got, want)
	}
	if got, want := string(ircTimed().AppendHello(nil, "b1", "#b0", "t1")), "CAP REQ :server-time\r\nNICK b1\r\nUSER b1 0 * :bench\r\nCAP END\r\n"; got != want {
		t.Errorf("hello is %q, want %q", got, want)
	}
	if got, want := string(ircPlain().AppendEnter(nil, "#b0", "t1")), "JOIN #b0\r\nPING t1\r\n"; got != want {
		t.Errorf("entering is %q, want %q", got, want)
	}
	if got, want := string(ircPlain().AppendEnter(nil, "", "t1")), "PING t1\r\n"; got != want {
		t.Errorf("entering no room is %q, want %q", got, want)
	}
	if got, want := string(ircPlain().AppendPong(nil, []byte(":x"))), "PONG :x\r\n"; got != want {
		t.Errorf("the answer is %q, want %q", got, want)
	}
}

// A plain sender's window is opened by its pong alone, and each message counts
// once however the pongs come.
func TestPongAcknowledgesWhatWasSentBefore(t *testing.T) {
	cfg := testConfig()
	cfg.Dialects = []Dialect{ircPlain()}
	cfg.Count = 0
	f := newTestFleet(t, cfg)
	f.timeFrom()
	f.send()
	c, out := f.clients[0], f.clients[0].link.(*sink)
	c.landed = true
	steps := []struct {
		line        string
		acked, sent uint32
	}{
		{":s PONG s :a3\r\n", 0, 4},
		{":s PONG s :a4\r\n", 4, 8},
		{":s PONG s :a4\r\n", 4, 8},
		{":s PONG s :t\r\n:s PONG s :a\r\n:s PONG s :a99999999999\r\n", 4, 8},
		{":s PONG s :a8\r\n", 8, 12},
	}
	for _, s := range steps {
		c.feed([]byte(s.line), f.now())
		if uint32(c.sh.acked) != s.acked || c.sent != s.sent || c.inFlight != 4 {
			t.Fatalf("after %q: %d acknowledged, %d sent, %d in flight; want %d, %d, 4", s.line, c.sh.acked, c.sent, c.inFlight, s.acked, s.sent)
		}
	}
	if got := bytes.Count(out.Bytes(), []byte("PING ")); got != 3 || c.sh.echo.n != 8 {
		t.Errorf("%d pings, %d times; want 3 and 8", got, c.sh.echo.n)
	}
	c.feed([]byte("PING :are you there\r\n"), f.now())
	if !bytes.HasSuffix(out.Bytes(), []byte("PONG :are you there\r\n")) {
		t.Errorf("a server's ping is answered by %q", out.Bytes())
	}
}

// refusing is a transport of which each client's first dials are refused.
type refusing struct {
	idle
	f     *fleet
	times int
}

func (r *refusing) dial(c *client) {
	if c.tries < r.times {
		c.left(syscall.ECONNREFUSED)
		return
	}
	r.f.arrivals <- arrival{c, nil}
}

func TestRefusedClientsTryAgain(t *testing.T) {
	for times, want := range map[int]string{0: "", maxTries: "", maxTries + 1: "refused"} {
		synctest.Test(t, func(t *testing.T) {
			f := newTestFleet(t, testConfig())
			f.tr = &refusing{f: f, times: times}
			err := f.land(t.Context())
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("after %d refusals: %v", times, err)
			}
			if _, gone := f.faults(); err == nil && gone != nil {
				t.Errorf("after %d refusals somebody is taken for gone: %v", times, gone)
			}
		})
	}
}
