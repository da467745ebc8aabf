package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pires/go-proxyproto"

	"hubbub/internal/server"
)

const proxyAt = "10.0.0.5:40000"

// trusting trusts 10.0.0.0/8, and demands a preamble of 10.1.0.0/16.
func trusting() server.ListenConfig {
	return server.ListenConfig{TrustedProxies: []server.TrustedProxy{
		{Prefix: netip.MustParsePrefix("10.0.0.0/8")},
		{Prefix: netip.MustParsePrefix("10.1.0.0/16"), Required: true},
	}}
}

// v2 returns a preamble of version 2, with size bytes of extensions.
func v2(t testing.TB, source, destination string, size int) string {
	h := proxyproto.HeaderProxyFromAddrs(2, tcpAddr(source), tcpAddr(destination))
	if size > 0 {
		if err := h.SetTLVs([]proxyproto.TLV{{Type: 0xe0, Value: make([]byte, size)}}); err != nil {
			t.Fatal(err)
		}
	}
	b, err := h.Format()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTrustedProxyTellsTheRealAddress(t *testing.T) {
	const source, destination = "203.0.113.9:50000", "198.51.100.1:7007"
	const source6, destination6 = "[2001:db8::9]:50000", "[2001:db8::1]:7007"
	const local = "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"
	for name, test := range map[string]struct {
		preamble, remote, local string
	}{
		"v1":                {"PROXY TCP4 203.0.113.9 198.51.100.1 50000 7007\r\n", source, destination},
		"v1, IPv6":          {"PROXY TCP6 2001:db8::9 2001:db8::1 50000 7007\r\n", source6, destination6},
		"v1, longest":       {"PROXY TCP6 2001:0db8:0000:0000:0000:0000:0000:0009 2001:0db8:0000:0000:0000:0000:0000:0001 50000 7007\r\n", source6, destination6},
		"v1, mapped":        {"PROXY TCP6 ::ffff:203.0.113.9 ::ffff:198.51.100.1 50000 7007\r\n", source, destination},
		"v1, unknown":       {"PROXY UNKNOWN\r\n", proxyAt, "192.0.2.1:7007"},
		"v2":                {v2(t, source, destination, 0), source, destination},
		"v2, IPv6":          {v2(t, source6, destination6, 0), source6, destination6},
		"v2, extensions":    {v2(t, source, destination, 300), source, destination},
		"v2, over MaxSniff": {v2(t, source, destination, 3000), source, destination},
		"v2, local":         {local, proxyAt, "192.0.2.1:7007"},
		"none":              {"", proxyAt, "192.0.2.1:7007"},
	} {
		for said, protocol := range map[string]server.Protocol{
			"hello\n" + strings.Repeat("x", 2000): server.Lines,
			"CAP LS 302\r\nNICK bob\r\n":          server.IRC,
		} {
			for _, cut := range []int{-1, 0, 1, 30} {
				synctest.Test(t, func(t *testing.T) {
					on := newFakeListener()
					s := serve(trusting(), on)
					defer s.end(t)
					c := on.dial(proxyAt)
					send(t, c, test.preamble, said, cut)
					a := <-s.arrived
					if a.protocol != protocol || a.everything() != said {
						t.Errorf("%s, cut %d: %v got %.60q", name, cut, a.protocol, a.everything())
					}
					if a.Remote.String() != test.remote || a.Local.String() != test.local {
						t.Errorf("%s: remote %v, local %v", name, a.Remote, a.Local)
					}
				})
			}
		}
	}
}

// send writes preamble and words in one piece if cut is negative, and else in
// two, cut at that byte.
func send(t *testing.T, c net.Conn, preamble, words string, cut int) {
	all := preamble + words
	cut = min(max(cut, 0), len(all))
	if _, err := io.WriteString(c, all[:cut]); err != nil {
		t.Error(err)
	}
	say(t, c, all[cut:])
}

func TestSilentClientBehindAProxyIsGreeted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(trusting(), on)
		defer s.end(t)
		start := time.Now()
		c := on.dial(proxyAt)
		io.WriteString(c, "PROXY TCP4 203.0.113.9 198.51.100.1 50000 7007\r\n")
		time.Sleep(time.Second)
		say(t, c, "hello\n")
		a := <-s.arrived
		if took := a.at.Sub(start); !a.Silent || took != 300*time.Millisecond || a.First != nil {
			t.Errorf("silent %v, after %v, first %q", a.Silent, took, a.First)
		}
	})
}

func TestPreambleThatIsNotBelievedIsAnswered(t *testing.T) {
	const v1 = "PROXY TCP4 203.0.113.9 198.51.100.1 50000 7007\r\n"
	const required = "10.1.0.1:40000"
	udp := proxyproto.Header{Version: 2, Command: proxyproto.PROXY, TransportProtocol: proxyproto.UDPv4,
		SourceAddr: &net.UDPAddr{IP: net.IPv4(1, 2, 3, 4)}, DestinationAddr: &net.UDPAddr{IP: net.IPv4(1, 2, 3, 4)}}
	datagrams, err := udp.Format()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ from, said, want string }{
		"untrusted, v1":      {client, v1, "PROXY header from 203.0.113.9:50000, which is not one of this server's trusted proxies"},
		"untrusted, v2":      {client, v2(t, client, client, 0), "not one of this server's trusted proxies"},
		"malformed v1":       {proxyAt, "PROXY TCP4 1.2.3 4.5.6.7 1 2\r\nhello\n", "malformed"},
		"endless v1":         {proxyAt, "PROXY TCP4 " + strings.Repeat("1", 200), "malformed"},
		"malformed v2":       {proxyAt, "\r\n\r\n\x00\r\nQUIT\n\x31\x11\x00\x0c" + strings.Repeat("x", 12), "malformed"},
		"v2 too long":        {proxyAt, "\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff" + strings.Repeat("x", 100), "malformed"},
		"datagrams":          {proxyAt, string(datagrams), "not for a TCP connection"},
		"twice":              {proxyAt, v1 + v1, "a second PROXY header"},
		"malformed WEBIRC":   {proxyAt, "WEBIRC secret gate host.example nowhere\r\n", "malformed"},
		"short WEBIRC":       {proxyAt, "WEBIRC secret gate\r\n", "malformed"},
		"endless WEBIRC":     {proxyAt, "WEBIRC " + strings.Repeat("x", 1000), "too long"},
		"slow WEBIRC":        {proxyAt, "WEBIRC secret", "too slow"},
		"slow v1":            {proxyAt, "PROXY TCP4 203.0.113.9", "too slow"},
		"slow v2":            {proxyAt, "\r\n\r\n\x00\r\nQUIT\n\x21", "too slow"},
		"missing":            {required, "hello\n", "must begin with a PROXY header"},
		"missing and silent": {required, "", "must begin with a PROXY header"},
	} {
		synctest.Test(t, func(t *testing.T) {
			on := newFakeListener()
			s := serve(trusting(), on)
			defer s.end(t)
			start := time.Now()
			c := on.dial(test.from)
			go io.WriteString(c, test.said) // fails once it has been answered
			got := hearLine(t, c)
			if !strings.HasPrefix(got, "hubbub: ") || !strings.Contains(got, test.want) {
				t.Errorf("%s: heard %q, want %q", name, got, test.want)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s: answered after %v", name, took)
			}
			synctest.Wait()
			if len(s.arrived) != 0 {
				t.Errorf("%s: a handler was called", name)
			}
		})
	}
}

func TestRequiredPreambleMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(trusting(), on)
		defer s.end(t)
		c := on.dial("10.1.0.1:40000")
		time.Sleep(4 * time.Second)
		io.WriteString(c, "PROXY TCP4 203.0.1")
		time.Sleep(4 * time.Second)
		say(t, c, "13.9 198.51.100.1 50000 7007\r\nhello\n")
		if a := <-s.arrived; a.Remote.String() != client || a.everything() != "hello\n" {
			t.Errorf("remote %v, got %q", a.Remote, a.everything())
		}
	})
}

func TestLimitCountsTheClientsBehindAProxyNotTheProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		cfg := trusting()
		cfg.MaxConnsPerAddr = 2
		s := serve(cfg, on)
		defer s.end(t)
		behind := func(n int) net.Conn {
			c := on.dial(proxyAt)
			fmt.Fprintf(c, "PROXY TCP4 203.0.113.%d 198.51.100.1 50000 7007\r\n", n)
			synctest.Wait()
			return c
		}
		open := []net.Conn{behind(1), behind(1), behind(2), behind(2), on.dial(proxyAt), on.dial(proxyAt)}
		time.Sleep(time.Second)
		wantContains(t, hearLine(t, behind(1)), "too many connections from 203.0.113.1 ")
		third := on.dial(proxyAt)
		wantContains(t, hearLine(t, third), "too many connections from 10.0.0.5 ")
		for _, c := range open {
			c.Close()
		}
		synctest.Wait()
		if n, networks := s.Open(); n != 0 || networks != 0 {
			t.Errorf("%d connections of %d networks are left", n, networks)
		}
	})
}

// FuzzPreamble looks for bytes from a trusted proxy that panic, hang, or lose
// what follows a preamble.
func FuzzPreamble(f *testing.F) {
	f.Add([]byte("PROXY TCP4 203.0.113.9 198.51.100.1 50000 7007\r\n"), uint8(5))
	f.Add([]byte("PROXY UNKNOWN whatever\r\n"), uint8(0))
	f.Add([]byte(v2(f, client, proxyAt, 0)), uint8(20))
	f.Add([]byte(v2(f, client, proxyAt, 600)), uint8(200))
	f.Add([]byte("hello\n"), uint8(2))
	f.Fuzz(func(t *testing.T, preamble []byte, cut uint8) {
		synctest.Test(t, func(t *testing.T) {
			on := newFakeListener()
			s := serve(trusting(), on)
			defer s.end(t)
			c := on.dial(proxyAt)
			const words = "\nhello\n"
			all := append(bytes.Clone(preamble), words...)
			at := min(int(cut), len(all))
			var writer sync.WaitGroup
			writer.Go(func() {
				c.Write(all[:at])
				c.Write(all[at:])
				time.Sleep(time.Minute)
				c.Close()
			})
			defer writer.Wait()
			answer, _ := io.ReadAll(c)
			synctest.Wait()
			if len(s.arrived) == 0 {
				if !bytes.HasPrefix(answer, []byte("hubbub: ")) {
					t.Errorf("neither served nor answered: %q", answer)
				}
				return
			}
			r := bufio.NewReader(bytes.NewReader(all))
			want := all
			if _, err := proxyproto.Read(r); err == nil {
				want, _ = io.ReadAll(r)
			}
			if a := <-s.arrived; a.everything() != string(want) {
				t.Errorf("the handler got %q, want %q", a.everything(), want)
			}
		})
	})
}
