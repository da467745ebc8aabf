package server

import (
	"bytes"
	"strings"
)

// Protocol is what the first bytes of a connection show it to speak.
type Protocol uint8

// The protocols that [Sniff] tells apart.
const (
	Lines     Protocol = iota // plain lines, telnet's too: all that is none of the others
	TLS                       // a ClientHello; the protocol proper is inside
	SSH                       // an identification string, RFC 4253 §4.2
	HTTP1                     // a request line, RFC 9112 §3
	HTTP2                     // the connection preface, RFC 9113 §3.4
	IRC                       // a command by which IRC clients begin, RFC 2812 §3.1
	Proxy                     // a PROXY preamble, version 1 or 2; the protocol proper follows it
	protocols                 // how many there are
)

// String names the protocol, for people and for the log.
func (p Protocol) String() string {
	names := [protocols]string{"lines", "TLS", "SSH", "HTTP", "HTTP/2", "IRC", "PROXY"}
	if p >= protocols {
		return "unknown"
	}
	return names[p]
}

// MaxSniff is how many bytes [Sniff] looks at before it decides in any case. It
// is as long as an IRC line may be (RFC 2812 §2.3), and more than enough for an
// HTTP method and the beginning of its path.
const MaxSniff = 512

// proxySignature begins a PROXY preamble of version 2.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// Sniff classifies a connection by its first bytes. While more is true they do
// not decide yet, and p is what they count for if nothing else comes; with eof,
// or from [MaxSniff] bytes on, more is always false. Bytes that follow never
// change a decision. Sniff does not allocate.
//
// The rule is that a person's words must not be mistaken for a protocol, nor a
// protocol's secrets be published as words:
//
//   - Only capitals begin a request or an IRC command. The RFCs allow IRC's in
//     lower case, but programs send capitals, and people begin a chat with
//     "user" or "quit" in small letters.
//   - An IRC command must have the parameters that programs give it: "NICK bob"
//     alone on its line, but not "NICK is here". Commands that carry a secret
//     (PASS, OPER, AUTHENTICATE, WEBIRC) are IRC with any parameter.
//   - A complete HTTP request line ends in a version, so "GET /nick wrong" is
//     talk. One of the standard methods and a path that has not ended yet is
//     HTTP: what a web page makes a browser send must never be taken for lines,
//     however long its path (see [Handler]).
func Sniff(first []byte, eof bool) (p Protocol, more bool) {
	if len(first) >= MaxSniff {
		first, eof = first[:MaxSniff], true
	}
	p, more = classify(first)
	return p, more && !eof
}

// classify is Sniff without a bound. The classes have different first words, so
// no two of its rules ever claim the same bytes.
func classify(b []byte) (Protocol, bool) {
	if len(b) == 0 {
		return Lines, true
	}
	switch c := b[0]; {
	case c == 0x16:
		return clientHello(b)
	case c == '\r':
		return begins(b, proxySignature, Proxy)
	case 'A' <= c && c <= 'Z':
		return capitals(b)
	}
	return Lines, false
}

// begins decides by a fixed beginning: p if b has all of it, Lines if b differs
// from it, more if b ends before either shows.
func begins(b []byte, want string, p Protocol) (Protocol, bool) {
	n := min(len(b), len(want))
	if string(b[:n]) != want[:n] {
		return Lines, false
	}
	if n < len(want) {
		return Lines, true
	}
	return p, false
}

// clientHello wants the header of a handshake record and the type of the
// message in it (RFC 8446 §5.1, §4): 22, version 3.x, the record's length, 1.
func clientHello(b []byte) (Protocol, bool) {
	const maxRecord = 1 << 14
	const maxMinor = 4
	switch {
	case len(b) > 1 && b[1] != 3, len(b) > 2 && b[2] > maxMinor:
		return Lines, false
	case len(b) < 5:
		return Lines, true
	}
	if n := int(b[3])<<8 | int(b[4]); n < 4 || n > maxRecord {
		return Lines, false
	}
	if len(b) < 6 {
		return Lines, true
	}
	if b[5] != 1 {
		return Lines, false
	}
	return TLS, false
}

// capitals decides by a first word in capitals and by what follows it.
func capitals(b []byte) (Protocol, bool) {
	n := 0
	for n < len(b) && 'A' <= b[n] && b[n] <= 'Z' {
		n++
	}
	if n == len(b) {
		return Lines, true
	}
	word, rest := b[:n], b[n:]
	switch string(word) {
	case "SSH":
		return identification(rest)
	case "PRI":
		return begins(rest, " * HTTP/2.0", HTTP2)
	case "PROXY":
		return proxyLine(rest)
	case "CAP":
		return capability(rest)
	case "PASS", "OPER", "AUTHENTICATE", "WEBIRC", "PRIVMSG":
		return anyParam(rest)
	case "NICK", "PING":
		return exactly(1, rest)
	case "USER":
		return exactly(4, rest)
	case "QUIT":
		return quit(rest)
	case "STARTTLS":
		return exactly(0, rest)
	case "JOIN", "MODE":
		return channel(rest)
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH":
		return request(rest, HTTP1)
	}
	return request(rest, Lines)
}

// identification wants the rest of SSH-2.0-, SSH-1.99- and their like.
func identification(rest []byte) (Protocol, bool) {
	switch {
	case rest[0] != '-', len(rest) > 1 && !isDigit(rest[1]), len(rest) > 2 && rest[2] != '.':
		return Lines, false
	case len(rest) < 3:
		return Lines, true
	}
	return SSH, false
}

// proxyLine wants the protocol that a PROXY line of version 1 names.
func proxyLine(rest []byte) (Protocol, bool) {
	if p, more := begins(rest, " TCP", Proxy); p == Proxy || more {
		return p, more
	}
	return begins(rest, " UNKNOWN", Proxy)
}

// request wants a target and a version after the method. pending is what a
// target that has not ended, or has no version yet, counts for.
func request(rest []byte, pending Protocol) (Protocol, bool) {
	if rest[0] != ' ' {
		return Lines, false
	}
	target := rest[1:]
	n := bytes.IndexAny(target, " \r\n")
	if n == 0 || n > 0 && target[n] != ' ' {
		return Lines, false
	}
	version := []byte(nil)
	if n > 0 {
		target, version = target[:n], target[n+1:]
	}
	p, more := begins(version, "HTTP/", HTTP1)
	if more && (bytes.HasPrefix(target, []byte("/")) || bytes.Contains(target, []byte("://"))) {
		return pending, true
	}
	return p, more
}

// capability wants a subcommand of CAP: a word in capitals. (One that there is not
// is refused in IRC's own words.)
func capability(rest []byte) (Protocol, bool) {
	const maxSub = 16
	if rest[0] != ' ' {
		return Lines, false
	}
	for i, c := range rest[1:] {
		switch {
		case 'A' <= c && c <= 'Z' && i < maxSub:
		case i > 0 && (c == ' ' || isEnd(c)):
			return IRC, false
		default:
			return Lines, false
		}
	}
	return Lines, true
}

// anyParam wants a space and any parameter.
func anyParam(rest []byte) (Protocol, bool) {
	switch {
	case rest[0] != ' ':
		return Lines, false
	case len(rest) == 1:
		return Lines, true
	case rest[1] == ' ' || isEnd(rest[1]):
		return Lines, false
	}
	return IRC, false
}

// exactly wants want parameters, of which the last may be a trailing one (begun
// by a colon, and then with any text).
func exactly(want int, rest []byte) (Protocol, bool) {
	got, before := 0, byte(0)
	for i, c := range rest {
		switch {
		case i == 0 && c != ' ' && !isEnd(c):
			return Lines, false
		case isEnd(c) && got == want:
			return IRC, false
		case isEnd(c):
			return Lines, false
		case c != ' ' && before == ' ':
			got++
			if got == want && c == ':' {
				return IRC, false
			}
			if got > want || c == ':' {
				return Lines, false
			}
		}
		before = c
	}
	return Lines, true
}

// quit wants the word alone or with a reason after a colon.
func quit(rest []byte) (Protocol, bool) {
	if rest[0] == ' ' {
		return begins(rest, " :", IRC)
	}
	return exactly(0, rest)
}

// channel wants a parameter that begins as channels do. (irssi sends "JOIN :".)
func channel(rest []byte) (Protocol, bool) {
	switch {
	case rest[0] != ' ':
		return Lines, false
	case len(rest) == 1:
		return Lines, true
	case strings.IndexByte("#&+!:", rest[1]) >= 0:
		return IRC, false
	}
	return Lines, false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isEnd(c byte) bool { return c == '\r' || c == '\n' }
