package server_test

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/server"
)

func TestConnectionsOverTheTotalAreToldAndLeaveRoomWhenOthersGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{MaxConns: 2}, on)
		defer s.end(t)
		first, second := on.dial("192.0.2.1:1"), on.dial("192.0.2.2:1")
		third := on.dial("192.0.2.3:1")
		if got := hearLine(t, third); got != "hubbub: this server is full (2 connections); try again later.\r\n" {
			t.Errorf("heard %q", got)
		}
		first.Close()
		synctest.Wait()
		say(t, on.dial("192.0.2.3:1"), "hello\n")
		if a := <-s.arrived; a.everything() != "hello\n" {
			t.Errorf("got %q", a.everything())
		}
		second.Close()
	})
}

func TestConnectionsOverTheLimitOfAnAddressAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{MaxConnsPerAddr: 2}, on)
		defer s.end(t)
		var open []net.Conn
		for _, from := range []string{ // every one fits
			"192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "[::ffff:192.0.2.2]:1",
			"[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8:0:1::1]:1",
		} {
			open = append(open, on.dial(from))
		}
		for _, from := range []string{"192.0.2.1:3", "[::ffff:192.0.2.1]:4", "192.0.2.2:9", "[2001:db8::ffff:0:0:3]:1"} {
			got := hearLine(t, on.dial(from))
			addr := netip.MustParseAddrPort(from).Addr().Unmap()
			if want := fmt.Sprintf("hubbub: too many connections from %v (2 allowed); close one and try again.\r\n", addr); got != want {
				t.Errorf("%s heard %q, want %q", from, got, want)
			}
		}
		open[0].Close()
		synctest.Wait()
		open = append(open, on.dial("192.0.2.1:5"))
		synctest.Wait()
		if n, networks := s.Open(); n != 7 || networks != 4 {
			t.Errorf("%d connections of %d networks are open", n, networks)
		}
		for _, c := range open {
			c.Close()
		}
	})
}

// TestRefusedConnectionsCostLittle floods a full server with peers that never
// read: at most MaxRefusing of them linger, and none for long.
func TestRefusedConnectionsCostLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{MaxConns: 1}, on)
		c := on.dial("192.0.2.1:1")
		start := time.Now()
		for range 10 * server.MaxRefusing {
			on.dial("192.0.2.2:1")
		}
		if took := time.Since(start); took > 2*server.LingerTime+3*time.Second {
			t.Errorf("refusing took %v", took)
		}
		c.Close()
		start = time.Now()
		s.end(t)
		if took := time.Since(start); took > server.LingerTime {
			t.Errorf("the last refused connection was there for %v more", took)
		}
		if n := strings.Count(s.log.String(), "refused a connection"); n != 1 {
			t.Errorf("%d log lines:\n%s", n, s.log)
		}
	})
}

func TestRefusalReachesAClientThatHasSpoken(t *testing.T) {
	on := loopback(t)
	s := serve(server.ListenConfig{MaxConnsPerAddr: 1}, on)
	defer s.end(t)
	first := dial(t, on)
	defer first.Close()
	say2 := dial(t, on)
	say2.Write([]byte(strings.Repeat("I have much to say\n", 2000)))
	say2.(*net.TCPConn).CloseWrite()
	wantContains(t, hear(t, say2), "too many connections from 127.0.0.1")
}

func TestNetworkIsTheAddressOrThe64AroundIt(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1":              "192.0.2.1",
		"::ffff:192.0.2.1":       "192.0.2.1",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::",
		"fe80::1%eth0":           "fe80::",
		"2001:db8:1:2:ffff::":    "2001:db8:1:2::",
		"2001:db8:1:3:ffff::%12": "2001:db8:1:3::",
	} {
		if got := server.NetworkOf(netip.MustParseAddr(addr)).String(); got != want {
			t.Errorf("NetworkOf(%s) = %s, want %s", addr, got, want)
		}
	}
	if server.NetworkOf(netip.Addr{}).IsValid() {
		t.Error("nobody has a network")
	}
}

// hearLine reads a line and hangs up.
func hearLine(t *testing.T, c net.Conn) string {
	t.Helper()
	defer c.Close()
	b := make([]byte, 500)
	n, err := c.Read(b)
	if err != nil {
		t.Error(err)
	}
	return string(b[:n])
}
