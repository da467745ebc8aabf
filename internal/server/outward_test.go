package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/internal/preview"
	"hubbub/internal/server"
)

// asking makes a request of the API, and reads the answer into out.
func asking(t *testing.T, address, token, method, path string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(text, out)
	}
	if err != nil || answer.StatusCode >= 300 {
		t.Fatalf("%s %s: %d, %v: %s", method, path, answer.StatusCode, err, text)
	}
}

// previewed says a link, waits for what is shown of it, and returns that.
func previewed(t *testing.T, address, token, link string) (api.Preview, bool) {
	t.Helper()
	var done api.Done
	asking(t, address, token, "POST", "/rooms/lobby/messages", api.NewMessage{Text: "see " + link}, &done)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for over := time.After(time.Minute); ; {
		var m api.Event
		asking(t, address, token, "GET", fmt.Sprint("/messages/", done.Seq), nil, &m)
		if len(m.Previews) > 0 {
			return m.Previews[0], true
		}
		select {
		case <-tick.C:
		case <-over:
			return api.Preview{}, false
		}
	}
}

// A whole server shows what is behind links, and serves the picture itself, so that
// readers ask nobody else.
func TestServerShowsWhatIsBehindLinks(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 800, 4))); err != nil {
		t.Fatal(err)
	}
	var agent string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			agent = r.UserAgent()
			fmt.Fprint(w, `<title>Tea</title><meta property="og:image" content="/leaf.png">`)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture.Bytes()) // the reader may have had enough
	}))
	defer site.Close()
	at := site.Listener.Addr().(*net.TCPAddr).AddrPort()
	address := whole(t, func(cfg *server.Config) {
		cfg.Previews = true
		cfg.Reach = preview.Options{
			Lookup: func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{at.Addr()}, nil },
			Allow:  func(a netip.AddrPort) bool { return a == at },
		}
	})
	defer http.DefaultClient.CloseIdleConnections()
	var ann api.Session
	asking(t, address, "", "POST", "/session", api.Login{Nick: "ann"}, &ann)
	link := fmt.Sprintf("http://tea.example.com:%d/", at.Port())
	p, ok := previewed(t, address, ann.Token, link)
	if !ok || p.URL != link || p.Title != "Tea" || p.Image == nil || p.Image.Width != 800 || agent == "" {
		t.Fatalf("%+v, %v, by %q", p, ok, agent)
	}
	answer, err := http.Get("http://" + address + p.Image.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture: %d %v", answer.StatusCode, answer.Header)
	}
}

// The key by which browsers subscribe is the same after a restart, or they would have
// to subscribe anew.
func TestPushKeyIsKept(t *testing.T) {
	var before, after api.Server
	here := t.TempDir()
	in := func(cfg *server.Config) { cfg.Data = here }
	defer http.DefaultClient.CloseIdleConnections()
	t.Run("before", func(t *testing.T) { asking(t, whole(t, in), "", "GET", "/server", nil, &before) })
	asking(t, whole(t, in), "", "GET", "/server", nil, &after)
	if before.Push == nil || after.Push == nil || *before.Push != *after.Push || before.Push.Key == "" {
		t.Errorf("%+v, %+v", before.Push, after.Push)
	}
}
