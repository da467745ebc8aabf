package server

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// WEBIRC is what gateways from the web to IRC begin with, to say for whom they
// speak (https://ircv3.net/specs/extensions/webirc). It is believed like a PROXY
// preamble, of the same peers. The password that it has is not looked at: it is
// the address that is trusted.

const webIRC = "WEBIRC "

// beginsWebIRC reports whether a client of IRC begins by saying for whom it speaks.
func beginsWebIRC(p Protocol, first []byte) bool {
	return p == IRC && bytes.HasPrefix(first, []byte(webIRC))
}

const errBadWebIRC = refusal("that WEBIRC line is malformed, too long or too slow.")

// readWebIRC reads a WEBIRC line whose first n bytes are in buf, and sets c's
// address by it. It leaves in buf what follows, and returns how much that is.
func (l *Listener) readWebIRC(c *Conn, buf *[MaxSniff]byte, n int) (int, error) {
	c.SetReadDeadline(time.Now().Add(l.cfg.ProxyTimeout))
	end := bytes.IndexByte(buf[:n], '\n')
	for ; end < 0; end = bytes.IndexByte(buf[:n], '\n') {
		if n == len(buf) {
			return n, errBadWebIRC
		}
		m, err := c.Read(buf[n:])
		n += m
		if err != nil && m == 0 {
			return n, errBadWebIRC
		}
	}
	if !c.webAddress(string(bytes.TrimRight(buf[:end], "\r"))) {
		return n, errBadWebIRC
	}
	return copy(buf[:], buf[end+1:n]), nil
}

// webAddress believes a line: WEBIRC password gateway hostname ip [:options]. A
// gateway on this machine to which the client speaks by TLS may say that nobody can
// listen in.
func (c *Conn) webAddress(line string) bool {
	const fields = 5
	words := strings.Fields(line)
	if len(words) < fields {
		return false
	}
	addr, err := netip.ParseAddr(words[fields-1])
	if err != nil { // it may be a trailing parameter
		addr, err = netip.ParseAddr(strings.TrimPrefix(words[fields-1], ":"))
	}
	if err != nil {
		return false
	}
	options := strings.Fields(strings.TrimPrefix(strings.Join(words[fields:], " "), ":"))
	c.Secure = c.Secure || c.Remote.Addr().IsLoopback() && slices.Contains(options, "secure")
	c.Remote = netip.AddrPortFrom(addr.Unmap().WithZone(""), 0)
	return true
}
