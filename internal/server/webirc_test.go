package server_test

import (
	"testing"
	"testing/synctest"

	"hubbub/internal/server"
)

func TestTrustedGatewayTellsForWhomItSpeaks(t *testing.T) {
	const said = "CAP LS 302\r\nNICK bob\r\n"
	for line, want := range map[string]string{ // of address and port
		"WEBIRC secret gate host.example 203.0.113.9\r\n":                "203.0.113.9:0",
		"WEBIRC secret gate host.example 2001:db8::9\r\n":                "[2001:db8::9]:0",
		"WEBIRC secret gate host.example 0::1\n":                         "[::1]:0",
		"WEBIRC secret gate host.example :203.0.113.9\r\n":               "203.0.113.9:0",
		"WEBIRC secret gate host.example ::ffff:203.0.113.9 :secure\r\n": "203.0.113.9:0",
	} {
		for _, cut := range []int{-1, 0, 1, 30} {
			synctest.Test(t, func(t *testing.T) {
				on := newFakeListener()
				s := serve(trusting(), on)
				defer s.end(t)
				c := on.dial(proxyAt)
				send(t, c, line, said, cut)
				a := <-s.arrived
				if a.protocol != server.IRC || a.everything() != said || a.Remote.String() != want {
					t.Errorf("%q, cut %d: %v from %v got %.60q", line, cut, a.protocol, a.Remote, a.everything())
				}
				if a.Secure {
					t.Errorf("%q: a gateway elsewhere says that nobody listens in, and is believed", line)
				}
			})
		}
	}
}

func TestWebIRCOfAStrangerIsLeftToTheGateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(trusting(), on)
		defer s.end(t)
		const line = "WEBIRC secret gate host.example 203.0.113.9\r\n"
		c := on.dial("192.0.2.77:4000")
		send(t, c, "", line, -1)
		if a := <-s.arrived; a.everything() != line || a.Remote.String() != "192.0.2.77:4000" {
			t.Errorf("a stranger is %v and says %q", a.Remote, a.everything())
		}
	})
}
