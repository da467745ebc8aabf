package main

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"testing"

	"hubbub/client"
	"hubbub/internal/discover"
	"hubbub/internal/tui"
)

var nearby = []discover.Found{
	{Service: discover.Service{Name: "Tea room", Port: 7007, TLS: true}, Addr: netip.MustParseAddr("10.0.0.1")},
	{Service: discover.Service{Port: 7008}, Addr: netip.MustParseAddr("fe80::1%eth0")},
}

func TestAServerIsChosenByItsNumber(t *testing.T) {
	for _, c := range []struct{ typed, address, left string }{
		{"1\nhello\n", "tls://10.0.0.1:7007", "hello\n"},
		{"2\r\n", "[fe80::1%eth0]:7008", ""},
		{"7\nx\x1b[2J\n1\n", "tls://10.0.0.1:7007", ""},
		{"\n1\n", "", "1\n"},
		{"", "", ""},
		{"3", "", ""},
	} {
		var out bytes.Buffer
		in := strings.NewReader(c.typed)
		chosen, ok := choose(nearby, tui.English, in, &out)
		left, _ := io.ReadAll(in)
		if ok != (c.address != "") || ok && addressOf(chosen) != c.address || string(left) != c.left {
			t.Errorf("%q: %v, %v, and %q is left", c.typed, ok, chosen, left)
		}
		if strings.ContainsRune(out.String(), '\x1b') {
			t.Errorf("%q: what was typed is on the screen: %q", c.typed, &out)
		}
	}
}

func TestServersAreListedInWords(t *testing.T) {
	var out bytes.Buffer
	choose(nearby, tui.Polish, strings.NewReader(""), &out)
	want := "1: Tea room, pod adresem 10.0.0.1:7007, szyfrowany\n2: serwer, pod adresem [fe80::1%eth0]:7008, nieszyfrowany\n"
	if !strings.HasPrefix(out.String(), want) {
		t.Errorf("got %s", &out)
	}
}

func TestWhatWasFoundCanBeJoined(t *testing.T) {
	for _, s := range nearby {
		f := &joinFlags{address: addressOf(s)}
		if err := f.resolve(); err != nil || (f.trust != nil) != s.TLS {
			t.Errorf("%s: %v, %v", f.address, err, f.trust)
		}
		if _, address, err := client.ParseAddress(f.address); err != nil || address != netip.AddrPortFrom(s.Addr, s.Port).String() {
			t.Errorf("%s: %v, %s", f.address, err, address)
		}
	}
}

func TestOnlyWhoNamesNoServerLooksForOne(t *testing.T) {
	config(t, "[profiles.work]\nroom = \"#tea\"\n")
	for args, want := range map[string]bool{"": true, "#tea": true, ":": false, "localhost": false, "work": false, "unix:/run/x": false} {
		if f := parsed(t, strings.Fields(args)...); f.anywhere != want {
			t.Errorf("%q: %v", args, f.anywhere)
		}
	}
}
