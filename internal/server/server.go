package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/certs"
	"hubbub/internal/commitlog"
	"hubbub/internal/door"
	"hubbub/internal/files"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/fullscreen"
	"hubbub/internal/gateway/irc"
	"hubbub/internal/gateway/line"
	"hubbub/internal/gateway/ssh"
	"hubbub/internal/gateway/web"
	"hubbub/internal/hub"
	"hubbub/internal/oidc"
	"hubbub/internal/passkey"
	"hubbub/internal/preview"
	"hubbub/internal/store"
)

// Config says what a server does. The zero value of everything but Data and
// Listeners is usable.
type Config struct {
	Data           string         // the directory of the database
	Listeners      []net.Listener // owned by the server from now on
	TrustedProxies []TrustedProxy
	Certs          *certs.Source // for TLS, at the same addresses; nil for no TLS
	STS            time.Duration // for how long IRC clients that have come once come by TLS only; 0 for no such policy
	URL            string        // under which browsers find the server, for links to files; empty for http:// and the first listener's address
	ServerName     string        // as a protocol tells it that wants one: like a host's; empty for hubbub
	NetworkName    string        // of what the server is, to people; empty for hubbub
	Motd           string        // what is told whoever connects, where a protocol does so; lines, or empty
	Limits         Limits
	Policy         hub.Policy     // who may come in
	Substrings     bool           // search finds parts of words
	Zone           *time.Location // in which times are shown; nil is the machine's
	Logger         *slog.Logger   // nil for none
	Ready          func(Welcome)  // called once people can come in; nil for none
	Hashing        auth.Params    // of passwords; zero for what is recommended

	NoSSH    bool                  // SSH is not spoken
	Password *auth.Shared          // that everybody gives who comes in by IRC; nil for none
	Site     *passkey.RelyingParty // where browsers see the server, which passkeys are bound to; nil for nowhere
	OIDC     *oidc.Provider        // who keeps accounts that let people in; nil for nobody
	Opers    []door.Oper           // who may become an operator by a password of the configuration

	Previews    bool   // what is behind links is shown
	PushContact string // a URL, mailto: or https:, by which push services reach whoever runs the server; empty for URL, if that is https:

	reach preview.Options // for tests, whose internet is on this machine
}

// defaultName is what a server and its network are called that have no name.
const defaultName = "hubbub"

// Welcome is what whoever starts a server has to know.
type Welcome struct {
	OwnerCode auth.Secret // makes whoever registers with it the owner; empty if there is one
	HostKey   string      // the fingerprint by which SSH clients know the server again; empty without SSH
}

// Run runs a server until ctx ends, and returns when every goroutine of it has.
//
// It starts from the bottom: the store, the hub over it, then the listener. It
// stops from the top: nothing more is accepted; every session drains to the
// last committed event and is told goodbye; the log ends; the store closes. If
// the disk fails, it stops at once and returns why.
func Run(ctx context.Context, cfg Config) (err error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.ServerName, cfg.NetworkName = cmp.Or(cfg.ServerName, defaultName), cmp.Or(cfg.NetworkName, defaultName)
	cfg.URL = cmp.Or(strings.TrimSuffix(cfg.URL, "/"), usualURL(cfg.Listeners))
	st, err := store.Open(cfg.Data, store.Options{Logger: cfg.Logger, Substrings: cfg.Substrings})
	if err != nil {
		closeAll(cfg.Listeners)
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	s := &server{cfg: cfg, store: st}
	if s.files, err = files.Open(filepath.Join(cfg.Data, filesName), files.Options{MaxBytes: int64(cfg.Limits.File)}); err != nil {
		closeAll(cfg.Listeners)
		return err
	}
	if s.hub, err = hub.New(ctx, hub.Config{
		Log: commitlog.NewLocal(), Store: st, Encoders: encoders(&cfg, st.Epoch()),
		Limits: cfg.Limits.Limits, Policy: cfg.Policy, Logger: cfg.Logger,
	}); err == nil {
		err = s.openDoor()
	}
	if err == nil {
		err = s.openOutward()
	}
	if err == nil && !cfg.NoSSH {
		s.ssh, err = ssh.LoadHostKey(filepath.Join(cfg.Data, hostKeyName))
	}
	if err != nil {
		closeAll(cfg.Listeners)
		return err
	}
	return s.run(ctx)
}

// encoders returns all gateways' encoders, in the order of their dialects.
func encoders(cfg *Config, epoch string) []hub.Encoder {
	lines := line.Encoders(cfg.Zone, cfg.URL)
	return slices.Concat(lines, irc.Encoders(cfg.ServerName, cfg.URL), fullscreen.Encoders(lines[line.Plain]), web.Encoders(epoch, cfg.Zone, cfg.URL))
}

// server is a server from its start to its end.
type server struct {
	cfg   Config
	store *store.Store
	files *files.Store
	hub   *hub.Hub
	door  *door.Door
	pump  *gateway.Pump
	ssh   *ssh.HostKey // nil without SSH

	outward outwards
}

// run starts what stands on the hub, waits, and stops it all.
func (s *server) run(ctx context.Context) error {
	// What serves connections ends when they have drained, not with ctx.
	serving, stopServing := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stopServing(nil)
	var background sync.WaitGroup
	applied := make(chan error, 1)
	background.Go(func() { applied <- s.hub.Run(serving) })
	background.Go(func() { trail(serving, s.store, s.cfg.Logger) })
	s.pump = gateway.NewPump(s.hub, s.cfg.Limits.Stall)
	background.Go(func() { s.pump.Run(serving) })
	if s.cfg.Certs != nil {
		background.Go(func() { s.cfg.Certs.Run(serving) })
	}
	background.Go(func() { s.tidy(serving) })
	background.Go(func() { s.sweepFiles(serving) })
	background.Go(func() { s.outward.run(serving) })

	err := s.hub.Start(ctx)
	var welcome Welcome
	if err == nil {
		welcome.OwnerCode, err = s.ownerCode(ctx)
	}
	if err == nil {
		s.administer(serving, &background) // before people can come in
		background.Go(func() { s.forgetOwnerCode(serving) })
		err = s.serve(ctx, serving, welcome, applied)
	} else {
		closeAll(s.cfg.Listeners)
	}
	s.hub.Close()
	if failed, ok := <-applied; ok && failed != nil {
		err = failed
	}
	s.pump.Wait()
	stopServing(nil)
	background.Wait()
	return err
}

// trail keeps the search index up with the log. It is not worth stopping for.
func trail(ctx context.Context, st *store.Store, logger *slog.Logger) {
	if err := st.Run(ctx); err != nil && ctx.Err() == nil {
		logger.Error("search has stopped", "err", err)
	}
}

// tidy gives memory back to the system when many have come and things have
// become quiet: arriving takes more of it than being there, and without work the
// garbage collector would not notice for minutes.
func (s *server) tidy(ctx context.Context) {
	const pause, many = 2 * time.Second, 100
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for tidied, before := 0, 0; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := s.pump.Size()
		if now == before && (now > tidied+many || now < tidied-many) {
			s.hub.Tidy()
			if err := s.store.Shrink(); err != nil {
				s.cfg.Logger.Warn("tidy up", "err", err)
			}
			debug.FreeOSMemory()
			tidied = now
		}
		before = now
	}
}

// serve accepts connections until ctx ends or the disk fails, and returns when
// they have drained.
func (s *server) serve(ctx, serving context.Context, welcome Welcome, applied chan error) error {
	cfg, pump := s.cfg, s.pump
	lines := line.New(line.Config{
		Pump: pump, Door: s.door, Logger: cfg.Logger, Zone: cfg.Zone, URL: cfg.URL, Max: cfg.Limits.Line,
	})
	chats := irc.New(irc.Config{
		Pump: pump, Door: s.door, Hub: s.hub, Logger: cfg.Logger, First: line.Dialects,
		Server: cfg.ServerName, URL: cfg.URL, Network: cfg.NetworkName, Motd: cfg.Motd, Started: time.Now(),
		Files: s.files, Upload: uploadURL(cfg.URL),
		STS: irc.STS{Port: port(cfg.Listeners), Lasts: cfg.STS},
	})
	pages, err := web.New(web.Config{
		Pump: pump, Hub: s.hub, Door: s.door, Logger: cfg.Logger, First: line.Dialects + irc.Dialects + fullscreen.Dialects, Zone: cfg.Zone,
		Name: cfg.ServerName, Network: cfg.NetworkName, Motd: cfg.Motd, Version: version(), Text: cfg.Limits.Text, URL: cfg.URL,
		PushKey: s.outward.pushKey,
		Origins: cfg.Site.Origins(), Trusts: cfg.trusts, Files: s.files, Quota: int64(cfg.Limits.Files), Disk: s.disk,
		Carried: map[string]func(context.Context, *gateway.Peer) func(){
			web.TextIRC: chats.Greet, web.BinaryIRC: chats.Greet, web.LineBytes: lines.Greet,
		},
	})
	if err != nil {
		closeAll(cfg.Listeners)
		return err
	}
	var requests sync.WaitGroup
	requests.Go(func() { pages.Run(serving) })
	defer requests.Wait()
	defer pages.Stop()
	accepting, stopAccepting := context.WithCancel(serving)
	defer stopAccepting()
	how := ListenConfig{
		Handlers: map[Protocol]Handler{
			Lines: func(_ context.Context, c *Conn) func() { return lines.Greet(serving, c.peer()) },
			IRC:   func(_ context.Context, c *Conn) func() { return chats.Greet(serving, c.peer()) },
			HTTP1: func(_ context.Context, c *Conn) func() { return pages.Greet(serving, c.peer()) },
		},
		Barred:   s.hub.Barred,
		MaxConns: cfg.Limits.Conns, MaxConnsPerAddr: cfg.Limits.ConnsPerAddr,
		TrustedProxies: cfg.TrustedProxies, Log: cfg.Logger,
	}
	how.secureWith(cfg.Certs)
	if s.ssh != nil {
		how.Handlers[SSH] = s.overSSH(serving, lines)
		welcome.HostKey = s.ssh.Fingerprint()
	}
	listener := NewListener(how, cfg.Listeners...)
	ended := make(chan error, 1)
	go func() { ended <- listener.Serve(accepting) }()
	if cfg.Ready != nil {
		cfg.Ready(welcome)
	}
	select {
	case <-ctx.Done():
		pages.Stop()
		pump.Stop("The server is stopping. What you said is kept; come back in a moment.")
		stopAccepting()
		return <-ended
	case err := <-applied:
		applied <- err
		pages.Stop()
		pump.Stop("The server can't write to its disk any more and stops. What it acknowledged is kept.")
		stopAccepting()
		<-ended
		return err
	case err := <-ended:
		pages.Stop()
		pump.Stop("The server is stopping. What you said is kept; come back in a moment.")
		return fmt.Errorf("server: stopped listening: %w", err)
	}
}

// trusts reports whether a peer is a proxy whose word for its client is believed.
func (cfg *Config) trusts(peer netip.Addr) bool {
	return peer.IsValid() && slices.ContainsFunc(cfg.TrustedProxies, func(p TrustedProxy) bool { return p.Prefix.Contains(peer) })
}

// version returns which version of the program this is.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// port returns the first port that is listened on, or 0.
func port(listeners []net.Listener) int {
	for _, l := range listeners {
		if at, ok := l.Addr().(*net.TCPAddr); ok {
			return at.Port
		}
	}
	return 0
}

// peer returns the connection as gateways take it, and lets go of what has been
// read.
//
//go:noinline
func (c *Conn) peer() *gateway.Peer {
	first := c.First
	c.First = nil
	from := c.Remote.Addr()
	peer := &gateway.Peer{Conn: c.Conn, First: first, Remote: from, Private: c.Secure || !from.IsValid() || from.IsLoopback(), Secure: c.Secure}
	if c.Certificate != nil {
		peer.Certificate = auth.CertificateKey(c.Certificate)
	}
	return peer
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		l.Close()
	}
}
