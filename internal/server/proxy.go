package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/pires/go-proxyproto"
)

// TrustedProxy is a network whose peers are believed when a PROXY preamble says
// for whom they speak (haproxy.org, proxy-protocol.txt).
type TrustedProxy struct {
	Prefix netip.Prefix

	// Required turns away a peer that sends no preamble. It is to be preferred
	// where only the proxy is in that network: the preamble may then take its
	// time, and is never taken for the words of a person.
	Required bool
}

// trust says what a peer may, or must, do about a PROXY preamble.
type trust uint8

const (
	untrusted trust = iota
	mayProxy
	mustProxy
)

// trustIn returns the trust in a peer: the strictest that its networks ask for.
func (l *Listener) trustIn(peer netip.Addr) trust {
	t := untrusted
	for _, p := range l.cfg.TrustedProxies {
		if !p.Prefix.Contains(peer.WithZone("")) {
			continue
		}
		if p.Required {
			return mustProxy
		}
		t = mayProxy
	}
	return t
}

// unproxy deals with a peer that sent a PROXY preamble or is trusted to send
// one, or a WEBIRC line. What it has sent, n bytes in buf, was sniffed as p. It reads the preamble
// and sniffs what follows, and counts the connection for its real address.
func (l *Listener) unproxy(c *Conn, buf *[MaxSniff]byte, n int, p Protocol, t trust) (Protocol, int, error) {
	var err error
	switch {
	case p == Proxy && t == untrusted:
		return p, n, refusal(fmt.Sprintf("a PROXY header from %v, which is not one of this server's trusted proxies. Connect without it, or have the server trust that address.", c.RemoteAddr()))
	case beginsWebIRC(p, buf[:n]):
		if n, err = l.readWebIRC(c, buf, n); err != nil {
			return p, n, err
		}
	case p != Proxy && t == mustProxy:
		return p, n, refusal(fmt.Sprintf("connections from %v must begin with a PROXY header. Connect to the proxy instead.", c.RemoteAddr()))
	case p == Proxy:
		if n, err = l.readPreamble(c, buf, n); err != nil {
			return p, n, err
		}
		if p, n, err = sniff(c, buf, n, l.cfg.SniffTimeout); err != nil {
			return p, n, err
		}
		if p == Proxy {
			return p, n, refusal("a second PROXY header.")
		}
	}
	return p, n, l.attribute(c.Conn, c.Remote.Addr())
}

// maxProxyLine is the length of the longest preamble of version 1.
const maxProxyLine = 107

// readPreamble reads a PROXY preamble whose first n bytes are in buf, and sets
// c's addresses by it. It leaves in buf what follows the preamble, and returns
// how much that is.
func (l *Listener) readPreamble(c *Conn, buf *[MaxSniff]byte, n int) (int, error) {
	c.SetReadDeadline(time.Now().Add(l.cfg.ProxyTimeout))
	// The parser wants a preamble of version 1 whole.
	for buf[0] == 'P' && n < maxProxyLine && bytes.IndexByte(buf[:n], '\n') < 0 {
		m, err := c.Read(buf[n:])
		n += m
		if err != nil && m == 0 {
			return n, errBadPreamble
		}
	}
	// The reader is as large as buf, so it takes all of buf in one read, and what
	// it has left over in the end fits back in.
	r := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(buf[:n])), c.Conn), MaxSniff)
	h, err := proxyproto.Read(r)
	if err != nil {
		return n, errBadPreamble
	}
	if err := c.readdress(h); err != nil {
		return n, err
	}
	rest, err := r.Peek(r.Buffered())
	return copy(buf[:], rest), err
}

const errBadPreamble = refusal("that PROXY header is malformed, too long or too slow.")

// readdress believes a preamble. A proxy that speaks for itself (LOCAL, as in a
// health check), or does not know or cannot say for whom (UNKNOWN, a Unix
// socket), keeps its own address.
func (c *Conn) readdress(h *proxyproto.Header) error {
	if h.Command.IsLocal() || h.TransportProtocol.IsUnix() || h.TransportProtocol.IsUnspec() {
		return nil
	}
	source, ok1 := h.SourceAddr.(*net.TCPAddr)
	destination, ok2 := h.DestinationAddr.(*net.TCPAddr)
	if !ok1 || !ok2 {
		return refusal("that PROXY header is not for a TCP connection.")
	}
	c.Remote, c.Local = addrPort(source), addrPort(destination)
	return nil
}
