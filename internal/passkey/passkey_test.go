package passkey_test

import (
	"strings"
	"testing"

	"hubbub/internal/passkey"
)

func TestASiteIsAtItsOrigins(t *testing.T) {
	for _, c := range []struct {
		origins string
		has     string // separated by spaces; empty if they are refused
	}{
		{"https://chat.example.org", "https://chat.example.org"},
		{"https://Chat.Example.ORG/", "https://chat.example.org"},
		{"https://chat.example.org:443", "https://chat.example.org"},
		{"https://chat.example.org:7007", "https://chat.example.org:7007"},
		{"http://localhost:7007", "http://localhost:7007"},
		{"http://chat.localhost:80", "http://chat.localhost"},
		{"https://example.org https://chat.example.org", "https://example.org https://chat.example.org"},
		{"http://chat.example.org", ""},
		{"https://chat.example.org https://example.org", ""},
		{"https://example.org https://chatexample.org", ""},
		{"https://127.0.0.1:7007", ""},
		{"http://[::1]:7007", ""},
		{"https://chat.example.org/page", ""},
		{"https://chat.example.org?a=b", ""},
		{"https://bob@chat.example.org", ""},
		{"chat.example.org", ""},
		{"ftp://chat.example.org", ""},
		{"https://", ""},
		{"https://%zz", ""},
		{"", ""},
	} {
		site, err := passkey.NewRelyingParty("hubbub", strings.Fields(c.origins))
		if (err == nil) != (c.has != "") {
			t.Errorf("%q: %v", c.origins, err)
			continue
		}
		for _, origin := range strings.Fields(c.has) {
			if !site.Has(origin) || site.Has(origin+".evil.example") {
				t.Errorf("%q has %s wrongly", c.origins, origin)
			}
		}
	}
}

func TestACountGoesUp(t *testing.T) {
	for _, c := range []struct {
		count, before uint32
		good          bool
	}{{0, 0, true}, {1, 0, true}, {9, 8, true}, {8, 8, false}, {7, 8, false}, {0, 8, false}} {
		if err := passkey.CheckCount(c.count, c.before); (err == nil) != c.good {
			t.Errorf("%d after %d: %v", c.count, c.before, err)
		}
	}
}
