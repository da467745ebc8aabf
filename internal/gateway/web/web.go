// Package web is the gateway for browsers and programs: the chat page, the API
// under /api/v1 by which the page and everybody else speaks with the server, and
// rooms as plain text for curl. docs/api.md tells about it; the reference of the
// API is made from the same table as its routes, and served at /api.
//
// A [Gateway] gets connections that were found to speak HTTP and lets a
// [http.Server] read requests from them. A request speaks for whom its credential
// proves ([Gateway.arrival]), by a session that is kept for a while ([visits]), or
// looks in as nobody. Commands go the one way that they go over a live connection.
//
// Goroutines: the HTTP server's, one for each connection; one that waits for the
// end of each connection; and one that ends visits. [Gateway.Run] waits for all
// but those of connections, for which the listener waits.
package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/internal/door"
	"hubbub/internal/files"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
	"hubbub/page"
)

// Config is what a gateway is made of.
type Config struct {
	Pump   *gateway.Pump
	Hub    *hub.Hub
	Door   *door.Door
	Logger *slog.Logger
	First  hub.Dialect    // the dialect of the first of the gateway's encoders
	Zone   *time.Location // in which times are shown as text; nil is the machine's

	Name, Network, Motd, Version string
	URL                          string // of the server, for links; must be the one given to Encoders

	Text    int          // bytes of a message, at most
	Files   *files.Store // what is uploaded; nil: nothing can be
	Quota   int64        // bytes that one person's files may take together; 0 for no limit
	PushKey string       // by which browsers subscribe to what is pushed, base64url; empty: nothing is
	Hosts   []string     // names of the server, by which it may be asked for over plain HTTP, beside those in URL and Origins
	Origins []string     // where browsers see the server, as https://host, if that is not only where they ask: the first is where they come back to from elsewhere

	// Carried are other gateways, by the subprotocol with which a WebSocket asks for
	// one: [TextIRC], [BinaryIRC] and [LineBytes].
	Carried map[string]func(ctx context.Context, peer *gateway.Peer) (rest func())
	Trusts  func(netip.Addr) bool // whether a proxy's word for its client's address is believed; nil is never

	Disk func() (database, files int64) // how many bytes each takes; nil if nobody knows
}

// Gateway serves HTTP.
type Gateway struct {
	cfg       Config
	http      *http.Server
	listener  *listener
	routes    []route
	api       *http.ServeMux
	reference references
	page      *page.Files
	origins   *http.CrossOriginProtection
	hosts     hosts
	performer *performer
	uploads   *uploads
	visits    visits

	lives   *lives
	started time.Time

	stopping atomic.Bool
	stop     chan struct{} // closed by Stop
	stopOnce sync.Once
}

// The bounds of a request. One that has a longer body says so to the connection.
const (
	headerTime = 10 * time.Second
	bodyTime   = 30 * time.Second
	idleTime   = 60 * time.Second
	maxHeader  = 16 << 10
)

// New returns a gateway. It serves nobody until Run.
func New(cfg Config) (*Gateway, error) {
	all, err := page.Load()
	if err != nil {
		return nil, fmt.Errorf("web: load the page: %w", err)
	}
	cfg.Zone = cmp.Or(cfg.Zone, time.Local)
	u := &uploads{store: cfg.Files, hub: cfg.Hub, quota: cfg.Quota}
	g := &Gateway{
		cfg: cfg, listener: newListener(), page: all, uploads: u, lives: newLives(),
		origins: http.NewCrossOriginProtection(), hosts: newHosts(cfg.Hosts, append(slices.Clone(cfg.Origins), cfg.URL)...), stop: make(chan struct{}), started: time.Now(),
	}
	for _, origin := range cfg.Origins {
		if err := g.origins.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	g.performer = newPerformer(u, g.mayAppoint)
	g.visits.init(g)
	g.routes = g.table()
	g.reference = newReferences(cfg.Version, g.routes)
	g.api = g.mux(g.routes)
	g.http = &http.Server{
		Handler: g, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog:    slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
	}
	return g, nil
}

// Run serves what Greet hands over until Stop is called or ctx ends, and returns
// when no request is answered any more.
func (g *Gateway) Run(ctx context.Context) {
	g.http.BaseContext = func(net.Listener) context.Context { return ctx }
	var all sync.WaitGroup
	all.Go(func() {
		if err := g.http.Serve(g.listener); !errors.Is(err, http.ErrServerClosed) {
			g.cfg.Logger.Error("HTTP is not served any more", "err", err)
		}
	})
	sweeping, stop := context.WithCancel(ctx)
	all.Go(func() { g.visits.sweep(sweeping) })
	all.Go(func() { g.lives.keep(sweeping) })
	select {
	case <-g.stop:
	case <-ctx.Done():
	}
	g.http.Shutdown(ctx) // when ctx ends connections have been closed
	stop()
	all.Wait()
	g.visits.close()
}

// Stop has the gateway take no more requests, and end when those under way are
// answered.
func (g *Gateway) Stop() {
	g.stopping.Store(true)
	g.stopOnce.Do(func() { close(g.stop) })
}

// ServeHTTP implements [http.Handler].
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	if host, ok := g.knowsHost(r); !ok {
		g.misdirected(w, r, host)
		return
	}
	if err := g.origins.Check(r); err != nil {
		problem(w, errOrigin)
		return
	}
	switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); first {
	case "api":
		g.serveAPI(w, r)
	case "files":
		g.serveFile(w, r)
	default:
		g.servePage(w, r)
	}
}
