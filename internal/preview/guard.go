package preview

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// private are the IPv4 addresses that are not of the public internet (IANA's
// special-purpose registry, RFC 6890 and what came after).
var private = prefixes(
	"0.0.0.0/8",       // this network; 0.0.0.0 is this machine
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // behind a provider's NAT
	"127.0.0.0/8",     // this machine
	"169.254.0.0/16",  // this link, and the metadata of clouds
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.31.196.0/24", // AS112
	"192.52.193.0/24", // AMT
	"192.88.99.0/24",  // 6to4 relays
	"192.168.0.0/16",  // private
	"192.175.48.0/24", // AS112
	"198.18.0.0/15",   // measuring
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, and broadcast
)

// global is what is given out of IPv6 (RFC 4291 §2.4): all else, such as
// loopback, unique-local, IPv4 in one of its guises, and NAT64, is not of the
// public internet.
var global = netip.MustParsePrefix("2000::/3")

// special is what of it is not either.
var special = prefixes(
	"2001::/23",         // protocol assignments, among them Teredo
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4, which leads to an IPv4 address
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

func prefixes(all ...string) (parsed []netip.Prefix) {
	for _, p := range all {
		parsed = append(parsed, netip.MustParsePrefix(p))
	}
	return parsed
}

// public reports whether an address is of the public internet. One that hides an
// IPv4 address in an IPv6 address is not, whichever it is.
func public(a netip.Addr) bool {
	excepted := private
	if !a.Is4() {
		if !global.Contains(a) { // nor with a zone
			return false
		}
		excepted = special
	}
	for _, p := range excepted {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// dial connects to a host. It resolves the name by itself, so that it knows
// which addresses it tries.
func (f *Fetcher) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := f.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{ControlContext: f.control, Timeout: maxConnecting}
	err = fmt.Errorf("preview: %s has no address", host)
	for i, addr := range addrs {
		if i == maxAddresses {
			break
		}
		c, errDial := d.DialContext(ctx, network, net.JoinHostPort(addr.String(), port))
		if errDial == nil {
			return c, nil
		}
		err = errDial
		if ctx.Err() != nil || errors.Is(err, ErrForbidden) { // a name that mixes what is public and what is not is up to something
			break
		}
	}
	return nil, err
}

// How many addresses of a host are tried, and how long each.
const (
	maxAddresses  = 4
	maxConnecting = 2 * time.Second
)

// resolve returns the addresses of a host that is a name or an address.
func (f *Fetcher) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Is4In6() { // which the system would take for IPv4
			return nil, ErrForbidden
		}
		return []netip.Addr{addr}, nil
	}
	addrs, err := f.o.Lookup(ctx, host)
	for i := range addrs {
		addrs[i] = addrs[i].Unmap() // as the resolver writes IPv4
	}
	return addrs, err
}

// control is called with the address that a socket is about to be connected to.
// Nothing comes after it that could make it another.
func (f *Fetcher) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrForbidden
	}
	web := at.Port() == 80 || at.Port() == 443
	if web && public(at.Addr()) || f.o.Allow(at) {
		return nil
	}
	return ErrForbidden
}
