package web_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"hubbub/internal/gateway"
	"hubbub/internal/gateway/web"
)

// askedFor makes a request for a host.
func (s *site) askedFor(host, path string, header http.Header) *answer {
	s.Helper()
	r, err := http.NewRequest("GET", s.url+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	r.Host = host
	for name, values := range header {
		r.Header[name] = values
	}
	return s.send(r)
}

// A stranger's name that leads here must not make a page of theirs one of ours.
func TestOverPlainHTTPOnlyNamesAreAnsweredThatAreNoStrangers(t *testing.T) {
	s := start(t, options{web: web.Config{
		Hosts: []string{"Chat.Example.com", "10.1.2.3"}, Origins: []string{"https://browsers.example.org"}, URL: "http://links.example.net:7007/chat",
	}})
	for _, host := range []string{
		"localhost", "localhost:7007", "x.localhost", "127.0.0.1:7007", "[::1]:7007", "[fe80::1]", "10.9.9.9", "203.0.113.9:80",
		"myserver", "MYSERVER:7007", "myserver.local", "MyServer.Local.:7007", "box.lan", "box.home.arpa:7007", "box.internal",
		"chat.example.com", "CHAT.example.com.:7007", "browsers.example.org", "links.example.net:80",
	} {
		if a := s.askedFor(host, "/api/v1/server", nil); a.StatusCode != 200 {
			t.Errorf("asked for %s it answers %d %s", host, a.StatusCode, a.body)
		}
	}
	for _, host := range []string{
		"evil.example", "evil.example:7007", "localhost.evil.example", "127.0.0.1.evil.example", "10.1.2.3.nip.io", "chat.example.com.evil.example",
		"xchat.example.com", "example.com", "evil.local.example", "home.arpa.example", "evil.xlocal", "1.2.3", "evil.example.",
	} {
		if a := s.askedFor(host, "/api/v1/server", nil); a.StatusCode != 421 || a.problem().Code != "forbidden" {
			t.Errorf("asked for %s it answers %d %s", host, a.StatusCode, a.body)
		}
	}
	for _, path := range []string{"/", "/lobby", "/lobby?follow", "/files/x/y", "/api", "/sw.js", "/api/v1/events", "/api/v1/live"} {
		a := s.askedFor("evil.example:7007", path, http.Header{
			"Origin": {"http://evil.example:7007"}, "Accept": {"text/html"}, "Connection": {"Upgrade"}, "Upgrade": {"websocket"},
			"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
		})
		if a.StatusCode != 421 || !strings.Contains(string(a.body), "--host evil.example") {
			t.Errorf("asked for a stranger's name, %s is %d %s", path, a.StatusCode, a.body)
		}
	}
}

func TestByTLSAnyNameIsAnswered(t *testing.T) {
	s := start(t, options{web: web.Config{Trusts: func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") }}})
	const name = "chat.example.com"
	https := http.Header{"X-Forwarded-Proto": {"https"}}
	if a := s.askedFor(name, "/api/v1/server", https); a.StatusCode != 421 {
		t.Errorf("a stranger is believed to have come by https: %d", a.StatusCode)
	}
	s.from(gateway.Peer{Remote: netip.MustParseAddr("192.0.2.1"), Private: true, Secure: true})
	if a := s.askedFor(name, "/api/v1/server", nil); a.StatusCode != 200 {
		t.Errorf("by TLS it answers %d", a.StatusCode)
	}
	s.from(gateway.Peer{Remote: netip.MustParseAddr("127.0.0.1"), Private: true})
	for what, c := range map[string]struct {
		host   string
		header http.Header
		status int
	}{
		"a proxy that came by https":   {name, https, 200},
		"a proxy that came by http":    {name, http.Header{"X-Forwarded-Proto": {"http"}}, 421},
		"a proxy that does not say":    {name, nil, 421},
		"one that says what was asked": {"localhost:7007", http.Header{"X-Forwarded-Host": {name}}, 421},
		"one that was asked by https":  {"localhost:7007", http.Header{"X-Forwarded-Host": {name}, "X-Forwarded-Proto": {"https"}}, 200},
	} {
		if a := s.askedFor(c.host, "/api/v1/server", c.header); a.StatusCode != c.status {
			t.Errorf("%s gets %d, want %d", what, a.StatusCode, c.status)
		}
	}
}

// However near a proxy is, others may listen in where its client is.
func TestAProxyThatDoesNotSayHowItsClientCameGetsNoSecrets(t *testing.T) {
	here := netip.MustParseAddr("127.0.0.1")
	s := start(t, options{web: web.Config{Trusts: func(a netip.Addr) bool { return a == here }}})
	ann := s.member("ann")
	for _, c := range []struct {
		what   string
		peer   gateway.Peer
		header http.Header
		status int
	}{
		{"it says nothing", gateway.Peer{Remote: here, Private: true}, nil, 403},
		{"it says for whom", gateway.Peer{Remote: here, Private: true}, http.Header{"X-Forwarded-For": {"203.0.113.7"}}, 403},
		{"it says https", gateway.Peer{Remote: here, Private: true}, http.Header{"X-Forwarded-Proto": {"https"}}, 200},
		{"it says http, of a client far away", gateway.Peer{Remote: here, Private: true}, http.Header{"X-Forwarded-Proto": {"http"}, "X-Forwarded-For": {"203.0.113.7"}}, 403},
		{"it says http, of this machine", gateway.Peer{Remote: here, Private: true}, http.Header{"X-Forwarded-Proto": {"http"}, "X-Forwarded-For": {"127.0.0.1"}}, 200},
		{"its own connection is by TLS", gateway.Peer{Remote: here, Private: true, Secure: true}, http.Header{"X-Forwarded-For": {"203.0.113.7"}}, 403},
		{"a client of that network, by TLS", gateway.Peer{Remote: here, Private: true, Secure: true}, nil, 200},
	} {
		s.from(c.peer)
		ann.header = c.header
		if a := ann.ask("GET", "/api/v1/session", nil); a.StatusCode != c.status {
			t.Errorf("%s: %d %s, want %d", c.what, a.StatusCode, a.body, c.status)
		}
	}
}
