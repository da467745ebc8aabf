package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"hubbub/internal/auth"
	"hubbub/internal/hub"
	"hubbub/internal/server"
)

// serveFlags is what hubbub serve can be told.
type serveFlags struct {
	listen     []string
	data       string
	limits     server.Limits
	settings   []string
	noLimits   bool
	trusted    []server.TrustedProxy
	secure     tlsFlags
	names      nameFlags
	identity   identityFlags
	outward    outwardFlags
	substrings bool
	noSSH      bool
	announce   bool
	level      slog.Level

	registration string // open, invitation, closed; empty for what the listeners suggest
	guests       bool
	guestUploads bool
}

// serve runs a server until it is told to stop.
func serve(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	f, done, err := parseServe(args, stdout, stderr)
	if done || err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: f.level}))
	listeners, err := server.Listen(ctx, f.listen)
	if err != nil {
		return err
	}
	bound := make([]net.Addr, len(listeners))
	for i, l := range listeners {
		bound[i] = l.Addr()
	}
	secure, stopReload, err := f.secure.source(ctx, f.data, bound, logger)
	if err != nil {
		for _, l := range listeners {
			l.Close()
		}
		return err
	}
	defer stopReload()
	if f.noLimits {
		logger.Warn("ALL LIMITS ARE OFF (--no-limits): anybody who can connect can exhaust this machine. This is for benchmarks and tests.")
	} else {
		f.names.warn(logger)
	}
	cfg := server.Config{
		Data: f.data, Listeners: listeners, TrustedProxies: f.trusted, Limits: f.limits, Policy: f.policy(bound),
		Certs: secure, STS: f.secure.sts, Substrings: f.substrings, NoSSH: f.noSSH, Logger: logger,
		Ready: func(w server.Welcome) {
			fmt.Fprintf(stdout, "hubbub is running; it keeps what is said in %s\n\n%s%sIRC clients take the same address.\n%s%s\nCtrl-C stops it.\n",
				f.data, server.Invitation(program(), bound, server.OutwardAddrs()), secureInvitation(secure, bound), hostKey(w.HostKey, bound), ownersCode(w.OwnerCode))
		},
	}
	f.names.configure(&cfg)
	f.outward.configure(&cfg)
	told, err := f.announcement(bound, secure)
	if err == nil {
		err = f.identity.configure(&cfg, f.usualOrigins(bound), f.secure.domains)
	}
	if err != nil {
		for _, l := range listeners {
			l.Close()
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	defer told.start(ctx, logger)()
	return server.Run(ctx, cfg)
}

func parseServe(args []string, stdout, stderr io.Writer) (*serveFlags, bool, error) {
	f := &serveFlags{limits: server.DefaultLimits()}
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.Func("listen", "`ADDRESS` to listen on: 7007, :7007 (all interfaces), host:7007, [::1]:7007, unix:/path; may be repeated (default "+server.DefaultListen+")",
		func(s string) error { f.listen = append(f.listen, s); return nil })
	flags.StringVar(&f.data, "data", dataDirectory(), "`DIRECTORY` that holds everything")
	flags.Func("limit", "`NAME=VALUE` of a limit, 0 for none where that can be; may be repeated. See below",
		func(s string) error { f.settings = append(f.settings, s); return nil })
	flags.BoolVar(&f.noLimits, "no-limits", false, "turn all limits off, also those on guessing passwords and choosing them: for benchmarks and tests only")
	flags.Func("trust-proxy", "`NETWORK` (10.0.0.0/8 or an address) whose PROXY protocol headers, WEBIRC lines and X-Forwarded-For and -Proto are believed; may be repeated",
		func(s string) error { return f.trust(s) })
	flags.StringVar(&f.registration, "registration", "", "who may become a member: `open`, invitation or closed (default open if only this machine can reach the server, and no proxy or public name is told of; else invitation)")
	flags.BoolVar(&f.guests, "guests", false, "let people from the network in without an account, to the public rooms; those of this machine are let in anyway while nobody else can come in")
	flags.BoolVar(&f.announce, "announce", false, "tell the local network of this server, by multicast DNS, so that hubbub join lists it there")
	flags.BoolVar(&f.guestUploads, "guest-uploads", false, "let guests upload files; those of this machine may anyway while nobody else can come in")
	f.secure.add(flags)
	f.names.add(flags)
	f.identity.add(flags)
	f.outward.add(flags)
	flags.BoolVar(&f.noSSH, "no-ssh", false, "do not speak SSH")
	flags.BoolVar(&f.substrings, "search-substrings", false, "let search find parts of words, for an index of 2.7 times the text's size")
	flags.TextVar(&f.level, "log-level", slog.LevelInfo, "the least important `LEVEL` that is logged: debug, info, warn, error")
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "hubbub serve runs a server.\n\n")
		flags.PrintDefaults()
		fmt.Fprintf(flags.Output(), "\nThe limits that --limit NAME=VALUE sets, and what they are otherwise:\n%s", server.LimitsHelp(server.DefaultLimits()))
		fmt.Fprintf(flags.Output(), "\nExit codes: 0 stopped as told, 2 wrong usage, 65 the data is damaged or a newer program's,\nor a certificate is unusable, 69 an address or the data is in use, 74 the disk failed, 77 not permitted, 1 anything else.\n")
	}
	done, err := parse(flags, args, stdout, stderr)
	if done || err != nil {
		return nil, done, err
	}
	return f, false, f.complete(flags)
}

// hostKey tells how to come by SSH, and by what clients know that it is us.
func hostKey(fingerprint string, bound []net.Addr) string {
	if fingerprint == "" {
		return ""
	}
	option := ""
	if port := firstPort(bound); port != 0 {
		option = fmt.Sprintf("-p %d ", port)
	}
	return "So do SSH clients: ssh " + option + "NICK@HOST; the server's key is " + fingerprint + "\n"
}

// firstPort returns the first port that is listened on, or 0.
func firstPort(bound []net.Addr) int {
	for _, a := range bound {
		if at, ok := a.(*net.TCPAddr); ok {
			return at.Port
		}
	}
	return 0
}

// ownersCode tells how to become the owner, as long as there is none.
func ownersCode(code auth.Secret) string {
	if code == "" {
		return ""
	}
	return "\nThis server has no owner yet. Whoever joins and registers with this code is:\n\n    /register NAME " + code.Reveal() + "\n"
}

// policy says who may come in: everybody as long as only this machine's people can
// come, members only if others can. The flags have the last word.
func (f *serveFlags) policy(bound []net.Addr) hub.Policy {
	p := hub.OpenPolicy()
	if f.reachable(bound) {
		p = hub.Policy{Registration: hub.ByInvite, Guests: f.guests, Confined: true, GuestUploads: f.guestUploads}
	}
	switch f.registration {
	case "open":
		p.Registration = hub.Open
	case "invitation":
		p.Registration = hub.ByInvite
	case "closed":
		p.Registration = hub.Closed
	}
	return p
}

// reachable reports whether others than this machine's people come to the server: to
// where it listens, or by a proxy, of which flags tell. A proxy on this machine connects
// from here, for whomever it may be.
func (f *serveFlags) reachable(bound []net.Addr) bool {
	return len(f.trusted) > 0 || f.named() || !onlyHere(bound)
}

// named reports whether a flag tells by what address others find the server.
func (f *serveFlags) named() bool {
	addresses := append([]string{f.names.url}, f.identity.origins...)
	return len(f.secure.domains) > 0 || slices.ContainsFunc(addresses, func(s string) bool { return s != "" && !isLocal(s) })
}

// isLocal reports whether an address is one that on each machine is its own.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	at, _ := netip.ParseAddr(name) // of a name it is none
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || at.IsLoopback()
}

// onlyHere reports whether nobody but this machine can connect.
func onlyHere(bound []net.Addr) bool {
	return !slices.ContainsFunc(bound, func(a net.Addr) bool { return !server.OnlyHere(a) })
}

// complete checks what the flags say together.
func (f *serveFlags) complete(flags *flag.FlagSet) error {
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: serve takes no arguments, but got %q", errUsage, flags.Args())
	}
	if len(f.listen) == 0 {
		f.listen = []string{server.DefaultListen}
	}
	if f.data == "" {
		return fmt.Errorf("%w: there is no home directory to keep the data in; name one with --data", errUsage)
	}
	switch f.registration {
	case "", "open", "invitation", "closed":
	default:
		return fmt.Errorf("%w: --registration is open, invitation or closed, not %q", errUsage, f.registration)
	}
	if f.noLimits {
		f.limits = server.NoLimits()
	}
	if err := f.secure.complete(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := f.names.complete(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := f.identity.complete(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := f.outward.complete(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	for _, s := range f.settings {
		if err := f.limits.Set(s); err != nil {
			return fmt.Errorf("%w: %w; hubbub serve --help lists the limits", errUsage, err)
		}
	}
	return nil
}

func (f *serveFlags) trust(s string) error {
	prefix, err := netip.ParsePrefix(s)
	if addr, errAddr := netip.ParseAddr(s); errAddr == nil {
		prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	if err != nil {
		return errors.New("neither a network, as in 10.0.0.0/8, nor an address")
	}
	f.trusted = append(f.trusted, server.TrustedProxy{Prefix: prefix.Masked()})
	return nil
}

// dataDirectory is where the system wants a user's programs to keep data, or ""
// if there is no home.
func dataDirectory() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "hubbub")
	}
	switch home, _ := os.UserHomeDir(); {
	case runtime.GOOS == "windows" && os.Getenv("LocalAppData") != "":
		return filepath.Join(os.Getenv("LocalAppData"), "hubbub")
	case home == "":
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support", "hubbub")
	default:
		return filepath.Join(home, ".local", "share", "hubbub")
	}
}

// program is what to type to run this program again.
func program() string {
	if exe, err := os.Executable(); err == nil && strings.Contains(exe, "go-build") {
		return "go run ./cmd/hubbub"
	}
	return "hubbub"
}
