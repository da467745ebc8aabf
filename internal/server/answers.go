package server

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// How long, and for how many bytes, a peer is listened to after the last word.
const (
	lingerTime  = 2 * time.Second
	lingerBytes = 64 << 10
)

// farewell writes the last bytes to a peer and closes. Before it closes it reads
// what the peer still sends, within bounds: data that arrives at a closed socket
// resets the connection, and a reset can take our last bytes away from the peer
// before it has read them (RFC 9112 §9.6).
func farewell(c net.Conn, last []byte) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(lingerTime))
	if _, err := c.Write(last); err != nil {
		return
	}
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	io.CopyN(io.Discard, c, lingerBytes)
}

// sentence is how a refusal is said before any protocol is spoken.
func sentence(why error) []byte { return []byte("hubbub: " + why.Error() + "\r\n") }

// notEnabled returns the answer, in the words of p, to a client whose protocol
// this server has no handler for. It says how to join instead.
func notEnabled(p Protocol, c *Conn) []byte {
	join := joinCommand(c.Local, c.LocalAddr())
	if c.Secure && c.Local.IsValid() {
		join = tlsCommand(c.Local.String())
	}
	switch p {
	case TLS:
		return tlsAlert()
	case SSH:
		return sshDisconnect("SSH is not enabled on this chat server. Join with: " + join)
	case HTTP1:
		return httpNotImplemented(c.First, join)
	case HTTP2:
		return http2GoAway("HTTP/2 is not enabled on this chat server. Join with: " + join)
	case IRC:
		return ircError("IRC is not enabled on this chat server. Join with: " + join)
	}
	return sentence(refusal("plain lines (nc, telnet) are not enabled on this chat server."))
}

// joinCommand returns the command that joins at the address a client has
// connected to.
func joinCommand(local netip.AddrPort, raw net.Addr) string {
	if local.IsValid() {
		return "nc " + local.Addr().String() + " " + strconv.Itoa(int(local.Port()))
	}
	return "nc -U " + raw.String()
}

// tlsAlert returns a fatal handshake_failure: of the alerts that RFC 8446 §6.2
// has, the one that says no terms were found, and not that others might do.
func tlsAlert() []byte {
	const (
		alert            = 21
		fatal            = 2
		handshakeFailure = 40
	)
	return []byte{alert, 3, 3, 0, 2, fatal, handshakeFailure}
}

// sshIdentification is what the server calls itself in SSH, RFC 4253 §4.2.
const sshIdentification = "SSH-2.0-hubbub\r\n"

// sshDisconnect returns our identification and an SSH_MSG_DISCONNECT (RFC 4253
// §11.1) in a packet that is not encrypted yet (§6).
func sshDisconnect(why string) []byte {
	const (
		msgDisconnect       = 1
		serviceNotAvailable = 7
		blockSize           = 8
		minPadding          = 4
	)
	payload := binary.BigEndian.AppendUint32([]byte{msgDisconnect}, serviceNotAvailable)
	payload = binary.BigEndian.AppendUint32(payload, uint32(len(why)))
	payload = append(payload, why...)
	payload = binary.BigEndian.AppendUint32(payload, 0) // the language tag is empty

	// The length, itself included, has to come out at a multiple of the block.
	padding := blockSize - (4+1+len(payload))%blockSize
	if padding < minPadding {
		padding += blockSize
	}
	b := []byte(sshIdentification)
	b = binary.BigEndian.AppendUint32(b, uint32(1+len(payload)+padding))
	b = append(b, byte(padding))
	b = append(b, payload...)
	return append(b, make([]byte, padding)...) // random padding hides nothing in the clear
}

// httpNotImplemented returns a complete answer to a request of HTTP/1. A 501 may
// be cached unless forbidden (RFC 9110 §15.6.2). The connection closes, so
// nothing that follows in it can be taken for another request.
func httpNotImplemented(request []byte, join string) []byte {
	body := "This is a hubbub chat server. It has no web page.\n" +
		"Join from a terminal instead:\n\n    " + join + "\n"
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 501 Not Implemented\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n"+
		"Content-Length: %d\r\n"+
		"Cache-Control: no-store\r\n"+
		"X-Content-Type-Options: nosniff\r\n"+
		"Connection: close\r\n\r\n", len(body))
	if !strings.HasPrefix(string(request), "HEAD ") {
		b.WriteString(body)
	}
	return []byte(b.String())
}

// http2GoAway returns the frames that send a client of HTTP/2 back to HTTP/1.1,
// where it is told more: our SETTINGS, which must come first (RFC 9113 §3.4),
// and a GOAWAY (§6.8) for no stream at all.
func http2GoAway(why string) []byte {
	const (
		settings        = 4
		goAway          = 7
		http11Required  = 13
		goAwayFixedSize = 8
	)
	b := http2Frame(nil, settings, 0)
	b = http2Frame(b, goAway, goAwayFixedSize+len(why))
	b = binary.BigEndian.AppendUint32(b, 0) // the last stream that was processed
	b = binary.BigEndian.AppendUint32(b, http11Required)
	return append(b, why...)
}

// http2Frame appends the header of a frame on stream 0 without flags, RFC 9113
// §4.1.
func http2Frame(b []byte, kind byte, length int) []byte {
	b = append(b, byte(length>>16), byte(length>>8), byte(length), kind, 0)
	return binary.BigEndian.AppendUint32(b, 0)
}

// ircError returns an ERROR, which a server sends before it closes (RFC 2812
// §3.7.4), and before it a NOTICE, which clients show more prominently.
func ircError(why string) []byte {
	return []byte(":hubbub NOTICE * :" + why + "\r\nERROR :Closing link: " + why + "\r\n")
}
