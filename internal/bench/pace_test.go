package bench

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// sentTimes returns when the messages that the client has sent were due.
func sentTimes(t *testing.T, c *client) (at []time.Duration) {
	t.Helper()
	for line := range bytes.Lines(c.link.(*sink).Bytes()) {
		sent, ok := parseTag(line)
		if !ok || sent.count != uint32(len(at)) || int(sent.sender) != c.number {
			t.Fatalf("message %d of %s is %q", len(at), c.nick, line)
		}
		at = append(at, time.Duration(sent.sent))
	}
	return at
}

func TestPacedSendersTakeTurnsOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.Rate, cfg.Count = 10, 0
		f := newTestFleet(t, cfg)
		f.send()
		time.Sleep(time.Second - time.Nanosecond)
		f.halt()
		for i, c := range f.clients[:2] {
			at := sentTimes(t, c)
			if len(at) != 5 {
				t.Fatalf("sender %d sent %d messages in a second, want 5", i, len(at))
			}
			for k, got := range at {
				if want := time.Duration(2*k+i) * 100 * time.Millisecond; got != want {
					t.Errorf("message %d of sender %d was due at %v, want %v", k, i, got, want)
				}
			}
		}
		if f.late != 0 {
			t.Errorf("late by %v", f.late)
		}
	})
}

func TestPacedSenderWaitsWhenNothingComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.Rate, cfg.Count, cfg.Senders = 100_000, 0, 1
		f := newTestFleet(t, cfg)
		f.send()
		time.Sleep(time.Second + time.Microsecond)
		synctest.Wait()
		c := f.clients[0]
		if got := len(sentTimes(t, c)); got != maxUnacked {
			t.Errorf("%d messages are in flight, want %d", got, maxUnacked)
		}
		c.sh.mu.Lock()
		c.acked(1, f.now())
		c.sh.mu.Unlock()
		time.Sleep(time.Millisecond)
		f.halt()
		at := sentTimes(t, c)
		if got, want := at[len(at)-1], time.Duration(maxUnacked)*10*time.Microsecond; len(at) != maxUnacked+1 || got != want {
			t.Errorf("after one came back, %d are sent, the last due at %v; want one more, due at %v", len(at), got, want)
		}
		if f.late < 800*time.Millisecond {
			t.Errorf("the wait made it late by only %v", f.late)
		}
	})
}

func TestPacedRunEndsWithItsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.Rate, cfg.Count = 1000, 7
		f := newTestFleet(t, cfg)
		f.send()
		time.Sleep(time.Second)
		f.halt()
		if a, b := len(sentTimes(t, f.clients[0])), len(sentTimes(t, f.clients[1])); a != 4 || b != 3 {
			t.Errorf("the senders sent %d and %d, want 4 and 3", a, b)
		}
	})
}
