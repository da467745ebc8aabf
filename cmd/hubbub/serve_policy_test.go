package main

import (
	"bytes"
	"net"
	"testing"

	"hubbub/internal/hub"
)

// A proxy connects from this machine, and brings anybody.
func TestOnlyWhereNobodyElseComesIsEverybodyLetIn(t *testing.T) {
	const here, elsewhere = "127.0.0.1:7007", "192.0.2.1:7007"
	for _, c := range []struct {
		address string
		args    []string
		open    bool
	}{
		{here, nil, true},
		{here, []string{"--origin", "http://localhost:7007", "--url", "http://127.0.0.1:7007"}, true},
		{here, []string{"--host", "chat.example.org"}, true}, // which may be a name of this machine's, to itself
		{elsewhere, nil, false},
		{here, []string{"--trust-proxy", "127.0.0.1"}, false},
		{here, []string{"--trust-proxy", "10.0.0.0/8"}, false},
		{here, []string{"--origin", "https://chat.example.org"}, false},
		{here, []string{"--origin", "http://localhost:7007", "--url", "https://chat.example.org"}, false},
		{here, []string{"--url", "http://192.0.2.1"}, false},
		{here, []string{"--acme", "chat.example.org"}, false},
	} {
		var out bytes.Buffer
		f, _, err := parseServe(append([]string{"--data", "data"}, c.args...), &out, &out)
		if err != nil {
			t.Fatal(err)
		}
		closed := hub.Policy{Registration: hub.ByInvite, Confined: true}
		if got := f.policy([]net.Addr{tcp(c.address)}); c.open && got != hub.OpenPolicy() || !c.open && got != closed {
			t.Errorf("at %s, %q: %+v", c.address, c.args, got)
		}
	}
	var out bytes.Buffer
	f, _, err := parseServe([]string{"--data", "data", "--trust-proxy", "::1", "--guests", "--guest-uploads", "--registration", "open"}, &out, &out)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.policy([]net.Addr{tcp(here), &net.UnixAddr{Name: "/run/hubbub"}}); got != (hub.Policy{Registration: hub.Open, Guests: true, GuestUploads: true, Confined: true}) {
		t.Errorf("what flags say does not count: %+v", got)
	}
}
