package discover

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Link is one interface, by one version of IP. Send may be called while Receive
// waits; Close ends that.
type Link interface {
	// Receive returns the next packet and where it is from.
	Receive(buf []byte) (n int, from netip.AddrPort, err error)
	// Send sends a packet to somebody, or to all who listen for multicast DNS if to
	// is the zero value.
	Send(packet []byte, to netip.AddrPort) error
	// Near reports whether an address is one of the link's own network.
	Near(netip.Addr) bool
	// Addrs returns this machine's addresses on the link.
	Addrs() []netip.Addr
	Close() error
}

// maxFailures is how many failures to receive in a row end the listening: a single one
// may be about a packet that was too large, or one of ours that nobody took.
const maxFailures = 100

// listen hands what a link receives to take, until it is closed or receives nothing
// more. A packet holds until take returns.
func listen(l Link, take func(packet []byte, from netip.AddrPort)) {
	buf := make([]byte, maxPacket)
	for failures := 0; failures < maxFailures; {
		n, from, err := l.Receive(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			failures++
			continue
		}
		failures = 0
		if l.Near(from.Addr()) { // else from outside, perhaps under a false address (RFC 6762 §11)
			take(buf[:n], from)
		}
	}
}

// port is that of multicast DNS.
const port = 5353

var (
	group4 = netip.MustParseAddr("224.0.0.251")
	group6 = netip.MustParseAddr("ff02::fb")
)

// place is an interface, by one version of IP.
type place struct {
	name     string // of the interface
	six      bool
	networks string // as text, so that a change makes another place of it
}

// Use says by which addresses of this machine a service can be reached.
type Use func(netip.Addr) bool

// maxPlaces is how many places are used.
const maxPlaces = 32

// places returns where there are addresses to use.
func places(use Use) (map[place][]netip.Prefix, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("this machine does not tell its networks: %w", err)
	}
	found := map[place][]netip.Prefix{}
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagMulticast == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // it has gone
		}
		four, six := networksOf(addrs, use)
		for _, networks := range [][]netip.Prefix{four, six} {
			if len(networks) > 0 && len(found) < maxPlaces {
				found[place{i.Name, networks[0].Addr().Is6(), fmt.Sprint(networks)}] = networks
			}
		}
	}
	return found, nil
}

// networksOf returns the addresses to use, with their networks. Of IPv6 only those
// of the link itself count: they are where answers come from.
func networksOf(addrs []net.Addr, use Use) (four, six []netip.Prefix) {
	for _, a := range addrs {
		prefix, err := netip.ParsePrefix(a.String())
		switch {
		case err != nil || !use(prefix.Addr()):
		case prefix.Addr().Is4():
			four = append(four, prefix)
		case prefix.Addr().IsLinkLocalUnicast():
			six = append(six, prefix)
		}
	}
	return four, six
}

// netLink is a [Link] over a socket.
type netLink struct {
	conn     *net.UDPConn
	place    place
	networks []netip.Prefix
}

// open opens a link: to hear what is sent to all, or to ask, from a port of one's
// own, so that answers come to nobody else.
func (p place) open(networks []netip.Prefix, hear bool) (Link, error) {
	i, err := net.InterfaceByName(p.name)
	if err != nil {
		return nil, err
	}
	network, group, local := "udp4", group4, &net.UDPAddr{IP: networks[0].Addr().AsSlice()}
	if p.six {
		network, group, local = "udp6", group6, &net.UDPAddr{IP: networks[0].Addr().AsSlice(), Zone: p.name}
	}
	l := &netLink{place: p, networks: networks}
	if hear {
		l.conn, err = net.ListenMulticastUDP(network, i, &net.UDPAddr{IP: group.AsSlice(), Port: port})
	} else {
		l.conn, err = net.ListenUDP(network, local)
	}
	if err != nil {
		return nil, err
	}
	if err := l.configure(i); err != nil {
		l.conn.Close()
		return nil, err
	}
	return l, nil
}

// configure has what is sent to all go to this interface, also to other programs
// on this machine, with the hop limit of RFC 6762 §11.
func (l *netLink) configure(i *net.Interface) error {
	if l.place.six {
		c := ipv6.NewPacketConn(l.conn)
		return errors.Join(c.SetMulticastInterface(i), c.SetMulticastLoopback(true), c.SetMulticastHopLimit(255))
	}
	c := ipv4.NewPacketConn(l.conn)
	return errors.Join(c.SetMulticastInterface(i), c.SetMulticastLoopback(true), c.SetMulticastTTL(255))
}

// Receive implements [Link].
func (l *netLink) Receive(buf []byte) (int, netip.AddrPort, error) {
	n, from, err := l.conn.ReadFromUDPAddrPort(buf)
	return n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), err
}

// Send implements [Link].
func (l *netLink) Send(packet []byte, to netip.AddrPort) error {
	if !to.IsValid() {
		to = netip.AddrPortFrom(group4, port)
		if l.place.six {
			to = netip.AddrPortFrom(group6.WithZone(l.place.name), port)
		}
	}
	_, err := l.conn.WriteToUDPAddrPort(packet, to)
	return err
}

// Near implements [Link].
func (l *netLink) Near(a netip.Addr) bool {
	if l.place.six {
		return a.IsLinkLocalUnicast() && a.Zone() == l.place.name
	}
	for _, p := range l.networks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Addrs implements [Link].
func (l *netLink) Addrs() (all []netip.Addr) {
	for _, p := range l.networks {
		all = append(all, p.Addr())
	}
	return all
}

// Close implements [Link].
func (l *netLink) Close() error { return l.conn.Close() }

// Open opens the links of this machine for [Browse]: on each interface one to ask
// by, and one to hear what is told to all, where that can be had.
func Open() (links []Link, err error) {
	found, err := places(func(netip.Addr) bool { return true })
	if err != nil {
		return nil, err
	}
	var failed error
	for p, networks := range found {
		asks, err := p.open(networks, false)
		if err != nil {
			failed = err
			continue
		}
		links = append(links, asks)
		if hears, err := p.open(networks, true); err == nil {
			links = append(links, hears)
		}
	}
	if len(links) == 0 {
		return nil, failed
	}
	return links, nil
}
