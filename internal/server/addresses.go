package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Where hubbub listens unless told otherwise.
const (
	DefaultPort   = "7007"
	DefaultListen = "127.0.0.1:" + DefaultPort
)

// Why an address cannot be listened on. A [ListenError] is one of these.
var (
	ErrAddressSyntax      = errors.New("not an address")
	ErrAddressInUse       = errors.New("address already in use")
	ErrAddressForbidden   = errors.New("no permission for this address")
	ErrAddressUnavailable = errors.New("no such address on this machine")
)

// ListenError says that, and why, an address cannot be listened on.
type ListenError struct {
	Address string // as given to --listen
	Kind    error  // one of the errors above, or nil
	Err     error  // the cause, or nil
}

// Unwrap returns the kind and the cause.
func (e *ListenError) Unwrap() []error { return []error{e.Kind, e.Err} }

// Error returns a sentence for a person that says what to do.
func (e *ListenError) Error() string {
	cannot := "cannot listen on " + e.Address + ": "
	switch e.Kind {
	case ErrAddressSyntax:
		return fmt.Sprintf("--listen %q is not an address: write PORT or HOST:PORT or [IPV6]:PORT,"+
			" or :PORT for every address of this machine, or unix:/PATH", e.Address)
	case ErrAddressInUse:
		return cannot + "something else, perhaps another hubbub, listens there already; stop it or choose another port, as in --listen " + e.another()
	case ErrAddressForbidden:
		return cannot + "you may not; ports below 1024 need privileges (on Linux: setcap cap_net_bind_service=+ep hubbub)," +
			" so choose a higher one, as in --listen " + e.another()
	case ErrAddressUnavailable:
		return cannot + "this machine has no such address; choose one of its own, or --listen :" + DefaultPort + " for all of them"
	}
	return cannot + e.Err.Error()
}

// another returns an address that is likely to be free instead of e.Address.
func (e *ListenError) another() string {
	network, address, err := ParseListen(e.Address)
	if err != nil || network != "tcp" {
		return e.Address + "2"
	}
	host, port, _ := net.SplitHostPort(address)
	n, _ := strconv.Atoi(port)
	if n < 1024 || n == 1<<16-1 {
		n = 7006
	}
	return net.JoinHostPort(host, strconv.Itoa(n+1))
}

// ParseListen reads a value of --listen into what [net.Listen] wants:
//
//	7007                  port 7007 on 127.0.0.1: for this machine only
//	:7007  *:7007         port 7007 on every address of this machine
//	host:7007 [::1]:7007  port 7007 on that address
//	host  ::1             the default port on that address
//	unix:/run/hubbub      a Unix socket
//
// The error is a [ListenError] of kind [ErrAddressSyntax].
func ParseListen(s string) (network, address string, err error) {
	if path, ok := strings.CutPrefix(s, "unix:"); ok && path != "" {
		return "unix", path, nil
	}
	host, port := splitListen(s)
	n, numErr := strconv.ParseUint(port, 10, 16)
	if numErr != nil || !isIP(host) && !isName(host) {
		return "", "", &ListenError{Address: s, Kind: ErrAddressSyntax, Err: numErr}
	}
	return "tcp", net.JoinHostPort(host, strconv.FormatUint(n, 10)), nil
}

// splitListen fills in what s leaves out. An empty port is none.
func splitListen(s string) (host, port string) {
	if s != "" && strings.Trim(s, "0123456789") == "" {
		return "127.0.0.1", s
	}
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	if isIP(bare) {
		return bare, DefaultPort
	}
	if s != "" && !strings.Contains(s, ":") {
		return s, DefaultPort
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", ""
	}
	if host == "*" {
		host = ""
	}
	return host, port
}

// isIP reports whether s is an IP address. The zone, which can be anything to
// netip, has to be like a name.
func isIP(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && isName(addr.Zone())
}

// isName reports whether s has only characters of host names, or none.
func isName(s string) bool {
	return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}

// Listen listens on all of addresses, as [ParseListen] reads them. If one fails
// it closes the others and returns a [ListenError].
func Listen(ctx context.Context, addresses []string) ([]net.Listener, error) {
	var all []net.Listener
	for _, a := range addresses {
		on, err := listen(ctx, a)
		if err != nil {
			for _, on := range all {
				on.Close()
			}
			return nil, err
		}
		all = append(all, on)
	}
	return all, nil
}

func listen(ctx context.Context, a string) (net.Listener, error) {
	network, address, err := ParseListen(a)
	if err != nil {
		return nil, err
	}
	if network == "unix" {
		removeStale(address)
	}
	on, err := new(net.ListenConfig).Listen(ctx, network, address)
	if err != nil {
		return nil, &ListenError{Address: a, Kind: listenErrorKind(err), Err: err}
	}
	return on, nil
}

// removeStale removes a Unix socket on which nobody listens any more, as a
// killed server leaves behind.
func removeStale(path string) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != os.ModeSocket {
		return
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		c.Close()
		return
	}
	if isRefused(err) {
		os.Remove(path)
	}
}

// listenErrorKind says which of our errors an error of [net.Listen] is.
func listenErrorKind(err error) error {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return ErrAddressUnavailable
	}
	return bindErrorKind(err)
}

// maxOutward is how many addresses of one family an invitation lists.
const maxOutward = 3

// OutwardAddrs returns the addresses at which other machines may reach this one:
// those of the interfaces that are running, without loopback and link-local
// ones, IPv4 first, at most three of a family.
func OutwardAddrs() []netip.Addr {
	interfaces, _ := net.Interfaces()
	var v4, v6 []netip.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagRunning == 0 {
			continue
		}
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			p, err := netip.ParsePrefix(a.String())
			switch addr := p.Addr(); {
			case err != nil || !addr.IsGlobalUnicast():
			case addr.Is4():
				v4 = append(v4, addr)
			default:
				v6 = append(v6, addr)
			}
		}
	}
	return slices.Concat(v4[:min(len(v4), maxOutward)], v6[:min(len(v6), maxOutward)])
}

// Invitation returns what to print at start: how to join at the addresses that
// the server is bound to, from this machine and, if they can reach it, from
// others, which know this machine by the addresses in outward. program is how
// this machine's user calls hubbub.
func Invitation(program string, bound []net.Addr, outward []netip.Addr) string {
	var here, others [][2]string        // pairs of commands
	var pagesHere, pagesOthers []string // where browsers find the page
	port, everywhere := DefaultPort, false
	for _, a := range bound {
		at := addrPort(a)
		if !at.IsValid() {
			here = append(here, [2]string{joinCommand(at, a)})
			continue
		}
		port = strconv.Itoa(int(at.Port()))
		everywhere = everywhere || at.Addr().IsUnspecified()
		for _, addr := range reachable(at.Addr(), outward) {
			there := netip.AddrPortFrom(addr, at.Port())
			if addr.IsLoopback() || addr == at.Addr() {
				here = append(here, joinCommands(program, there))
				pagesHere = append(pagesHere, "http://"+there.String()+"/")
			}
			if !addr.IsLoopback() {
				others = append(others, joinCommands("hubbub", there))
				pagesOthers = append(pagesOthers, "http://"+there.String()+"/")
			}
		}
	}
	width := 0
	for _, pair := range slices.Concat(here, others) {
		width = max(width, len(pair[0]))
	}
	invitation := "Join from this machine:\n" + inBrowser(pagesHere) + columns(width, here)
	switch {
	case len(others) > 0:
		return invitation + "Join from other machines:\n" + inBrowser(pagesOthers) + columns(width, others)
	case everywhere:
		return invitation + "Other machines can join once this one is on a network.\n"
	}
	return invitation + "Only this machine can join; to let others in, start with --listen :" + port + "\n"
}

// SecureInvitation returns what to print at start about joining by TLS at the
// addresses that the server is bound to: like [Invitation], one command with
// what everybody has and one of ours for each. If the certificate is for names,
// it is by these that the server is to be called.
func SecureInvitation(program string, bound []net.Addr, outward []netip.Addr, names []string) string {
	var pairs [][2]string
	var pages []string
	width := 0
	add := func(program, at string) {
		pair := [2]string{tlsCommand(quote(at)), program + " join " + quote("tls://"+at)}
		if !slices.Contains(pairs, pair) {
			pairs, pages = append(pairs, pair), append(pages, "https://"+at+"/")
			width = max(width, len(pair[0]))
		}
	}
	for _, a := range bound {
		at := addrPort(a)
		if !at.IsValid() {
			continue
		}
		for _, name := range names {
			add("hubbub", net.JoinHostPort(name, strconv.Itoa(int(at.Port()))))
		}
		if len(names) > 0 {
			continue
		}
		for _, addr := range reachable(at.Addr(), outward) {
			program := program
			if !addr.IsLoopback() {
				program = "hubbub"
			}
			add(program, netip.AddrPortFrom(addr, at.Port()).String())
		}
	}
	return "Join encrypted, by TLS:\n" + inBrowser(pages) + columns(width, pairs)
}

// quote quotes an address for a shell if it has brackets, which mean something
// to one.
func quote(at string) string {
	if strings.Contains(at, "[") {
		return "'" + at + "'"
	}
	return at
}

// OnlyHere reports whether only this machine can reach a listener.
func OnlyHere(bound net.Addr) bool {
	at := addrPort(bound)
	return !at.IsValid() || at.Addr().IsLoopback()
}

// reachable returns the addresses that reach a listener bound to addr: several
// if that stands for all.
func reachable(addr netip.Addr, outward []netip.Addr) []netip.Addr {
	if !addr.IsUnspecified() {
		return []netip.Addr{addr}
	}
	all := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	for _, o := range outward {
		if addr.Is6() || o.Is4() { // [::] takes both families, 0.0.0.0 only one
			all = append(all, o)
		}
	}
	return all
}

// joinCommands returns the commands that join at an address: with nc, which
// everybody has, and with our own client, which needs no address for the
// default one.
func joinCommands(program string, at netip.AddrPort) [2]string {
	join := program + " join " + at.String()
	switch {
	case at.String() == DefaultListen:
		join = program + " join"
	case at.Addr().Is6():
		join = program + " join " + quote(at.String())
	}
	return [2]string{joinCommand(at, nil), join}
}

// inBrowser lists where the page is.
func inBrowser(pages []string) string {
	var b strings.Builder
	for _, page := range pages {
		fmt.Fprintf(&b, "    %s in a browser\n", page)
	}
	return b.String()
}

// columns returns a line for each pair, its second part beyond width.
func columns(width int, pairs [][2]string) string {
	var b strings.Builder
	for _, p := range pairs {
		if p[1] == "" {
			fmt.Fprintf(&b, "    %s\n", p[0])
			continue
		}
		fmt.Fprintf(&b, "    %-*s   or   %s\n", width, p[0], p[1])
	}
	return b.String()
}
