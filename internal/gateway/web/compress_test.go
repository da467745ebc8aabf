package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hubbub/api"
)

func TestWhatIsReadIsCompressed(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	for range 20 {
		ann.say(strings.Repeat("much to read ", 20))
	}
	plain := ann.ask("GET", "/api/v1/rooms/lobby/messages", nil)
	if plain.Header.Get("Content-Encoding") != "" {
		t.Fatalf("who takes nothing compressed gets %v", plain.Header)
	}
	ann.header = http.Header{"Accept-Encoding": {"gzip, br"}}
	raw := func(path string) *answer { // the description is of what is in it
		r, err := http.NewRequest("GET", s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = ann.header.Clone()
		r.Header.Set("Authorization", "Bearer "+ann.token)
		return s.send(r)
	}
	for path, want := range map[string]string{"/api/v1/rooms/lobby/messages": string(plain.body), "/api/v1/openapi.json": "", "/api": ""} {
		a := raw(path)
		if a.Header.Get("Content-Encoding") != "gzip" || !slices.ContainsFunc(a.Header.Values("Vary"), func(v string) bool { return strings.Contains(v, "Accept-Encoding") }) {
			t.Errorf("%s: %v", path, a.Header)
			continue
		}
		z, err := gzip.NewReader(strings.NewReader(string(a.body)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil || want != "" && string(text) != want || len(a.body)*3 > len(text) {
			t.Errorf("%s: %d bytes of %d, %v", path, len(a.body), len(text), err)
		}
		if tag := a.Header.Get("ETag"); tag != "" {
			ann.header.Set("If-None-Match", tag)
			if again := raw(path); again.StatusCode != 304 {
				t.Errorf("%s: unchanged, it is %d", path, again.StatusCode)
			}
			ann.header.Del("If-None-Match")
		}
	}
	if a := raw("/api/v1/session"); a.Header.Get("Content-Encoding") != "" {
		t.Error("what fits into a packet is compressed")
	}
	ann.header.Set("Sec-Fetch-Site", "cross-site")
	if a := raw("/api/v1/rooms/lobby/messages"); a.Header.Get("Content-Encoding") != "" {
		t.Error("what another site has asked for is compressed")
	}
	ann.header.Del("Sec-Fetch-Site")
	if a := ann.do("POST", "/tokens", api.NewToken{Name: "script"}, 201, nil); a.Header.Get("Content-Encoding") != "" {
		t.Error("a secret is compressed")
	}
}
