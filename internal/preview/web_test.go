package preview_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/preview"
)

const agent = "hubbub-test/1 (+https://example.org/)"

// web is a web server on this machine, under every name that there is.
type web struct {
	server   *httptest.Server
	mux      *http.ServeMux
	at       netip.AddrPort
	requests atomic.Int32

	mu  sync.Mutex // guards all
	all []*http.Request
}

func newWeb(t *testing.T) *web {
	w := &web{mux: http.NewServeMux()}
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.requests.Add(1)
		w.mu.Lock()
		w.all = append(w.all, r)
		w.mu.Unlock()
		w.mux.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.server.Close)
	w.at = w.server.Listener.Addr().(*net.TCPAddr).AddrPort()
	return w
}

func (w *web) page(path string, h http.HandlerFunc) {
	if path == "/" {
		path = "/{$}"
	}
	w.mux.HandleFunc(path, h)
}

// url returns a URL of the server, by a name of its host.
func (w *web) url(host, path string) string {
	u := url.URL{Scheme: "http", Host: net.JoinHostPort(host, w.server.URL[len("http://127.0.0.1:"):]), Path: path}
	return u.String()
}

func (w *web) seen() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all
}

// options allow this server, and no other on this machine.
func (w *web) options() preview.Options {
	return preview.Options{
		Agent: agent,
		Lookup: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{w.at.Addr()}, nil
		},
		Allow: func(a netip.AddrPort) bool { return a == w.at },
	}
}

func (w *web) fetcher() *preview.Fetcher { return preview.New(w.options()) }

func redirect(to string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, to, http.StatusFound) }
}

func html(body string) http.HandlerFunc { return file("text/html; charset=utf-8", []byte(body)) }

func file(kind string, data []byte) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", kind)
		_, _ = rw.Write(data) // the reader may have had enough
	}
}
