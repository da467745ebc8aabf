package server_test

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"hubbub/internal/server"
)

// beginning is what a program sends first, and what it speaks.
type beginning struct {
	name  string
	first string
	want  server.Protocol
}

// real are the first bytes of real programs, as seen on the wire.
func real(t testing.TB) []beginning {
	return []beginning{
		{"irssi 1.4.3", "CAP LS 302\r\nJOIN :\r\n", server.IRC},
		{"WeeChat 3.8", "CAP LS 302\r\n", server.IRC},
		{"a client that is being tried out", "CAP NOTACOMMAND\r\n", server.IRC},
		{"HexChat 2.16", "CAP LS 302\r\nNICK bob\r\nUSER bob 0 * :realname\r\n", server.IRC},
		{"senpai", "CAP REQ :message-tags\r\nCAP REQ :batch\r\n", server.IRC},
		{"ircII", "NICK bob\r\nUSER bob bob.example irc.example :Bob\r\n", server.IRC},
		{"bot by the book", "USER bot bot bot bot\r\nNICK bot\r\n", server.IRC},
		{"bot with USER first", "USER bot 0 * :I am a bot\n", server.IRC},
		{"client with a server password", "PASS s3cret\r\nNICK bob\r\n", server.IRC},
		{"password with a space", "PASS s3 cret\r\n", server.IRC},
		{"web gateway", "WEBIRC pw kiwi host.example 192.0.2.1\r\n", server.IRC},
		{"monitor", "PING :1700000000\r\n", server.IRC},
		{"client that gives up", "QUIT :leaving\r\n", server.IRC},
		{"client that goes", "QUIT\r\n", server.IRC},
		{"STARTTLS", "STARTTLS\r\n", server.IRC},
		{"JOIN of a hasty bot", "JOIN #lobby\r\n", server.IRC},
		{"nick after a colon", "NICK :bob\r\n", server.IRC},

		{"OpenSSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6\r\n", server.SSH},
		{"PuTTY", "SSH-2.0-PuTTY_Release_0.78\r\n", server.SSH},
		{"old SSH", "SSH-1.99-OpenSSH_3.4\r\n", server.SSH},

		{"curl", "GET / HTTP/1.1\r\nHost: 127.0.0.1:7107\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n", server.HTTP1},
		{"curl -I", "HEAD /x HTTP/1.1\r\nHost: 127.0.0.1:7107\r\n", server.HTTP1},
		{"Firefox", "GET /chat?room=%23lobby HTTP/1.1\r\nHost: localhost:7007\r\nUser-Agent: Mozilla/5.0\r\n", server.HTTP1},
		{"preflight", "OPTIONS /api HTTP/1.1\r\nOrigin: http://evil.example\r\n", server.HTTP1},
		{"browser made to speak IRC", "POST / HTTP/1.1\r\nHost: x\r\n\r\nNICK bob\r\nUSER a b c :d\r\n", server.HTTP1},
		{"ab", "GET / HTTP/1.0\r\n\r\n", server.HTTP1},
		{"through a forward proxy", "GET http://chat.example/ HTTP/1.1\r\n", server.HTTP1},
		{"for a forward proxy", "CONNECT chat.example:443 HTTP/1.1\r\n", server.HTTP1},
		{"server-wide", "OPTIONS * HTTP/1.1\r\n", server.HTTP1},
		{"WebDAV", "PROPFIND /dav HTTP/1.1\r\n", server.HTTP1},
		{"long path", "GET /" + strings.Repeat("a", 2000) + " HTTP/1.1\r\n", server.HTTP1},
		{"long absolute path", "POST http://x/" + strings.Repeat("a", 2000) + " HTTP/1.1\r\n", server.HTTP1},
		{"h2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x12\x04", server.HTTP2},

		{"openssl s_client 3.0", "\x16\x03\x01\x01\x24\x01\x00\x01\x20\x03\x03\x95\x3c\x62\x95", server.TLS},
		{"curl https", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xc4\xe6\x3a\xac", server.TLS},
		{"crypto/tls", clientHello(t), server.TLS},

		{"haproxy v1", "PROXY TCP4 192.0.2.7 198.51.100.1 50000 7007\r\nhello\n", server.Proxy},
		{"nginx v1 over IPv6", "PROXY TCP6 2001:db8::1 2001:db8::2 50000 7007\r\n", server.Proxy},
		{"v1 unknown", "PROXY UNKNOWN\r\n", server.Proxy},
		{"haproxy v2", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c", server.Proxy},

		{"nc", "hello\n", server.Lines},
		{"nc, a command", "/join #go\n", server.Lines},
		{"our own client", `/json {"nick":"bob"}` + "\n", server.Lines},
		{"telnet", "\xff\xfd\x03\xff\xfb\x18\xff\xfb\x1f\xff\xfb\x20", server.Lines},
		{"PuTTY telnet", "\xff\xfb\x1f\xff\xfb\x20\xff\xfb\x18\xff\xfb'\xff\xfd\x01", server.Lines},
		{"telnet, return", "\r\n", server.Lines},
		{"telnet, returns", "\r\n\r\nhello\r\n", server.Lines},
		{"return", "\n", server.Lines},
		{"UTF-8", "żółw\n", server.Lines},
		{"binary", "\x00\x01\x02", server.Lines},
	}
}

// talk is what people say first, and what some programs send that is none of
// our protocols: all of it has to be taken for lines, at the end of the line at
// the latest.
var talk = []string{
	"quit\n", "user\n", "nick bob\n", "user a b c d\n", "ping\n", "get / http/1.1\n", "ssh-2.0-x\n", "Cap LS\n",
	"HELLO EVERYBODY\n", "I am here\n", "A\n", "AAAAAAAAAAAA\n", "OK\r\n",
	"NICK\n", "NICK is here\n", "NICKY\n", "NICK \n", "USER\n", "USER input must be checked, always\n",
	"USER error\n", "PASS\n", "PASS \n", "PING\n", "PING is down again\n", "QUIT smoking\n", "QUITE\n", "CAP it\n", "CAPS LOCK\n",
	"CAP LSd\n", "CAP \n", "CAP ABCDEFGHIJKLMNOPQ\n", "JOIN us\n", "JOIN\n", "MODE is a pop group\n", "STARTTLS is broken\n", "OPERA\n",
	"GET out of here\n", "GET /nick wrong\n", "GET /nick\n", "GET\n", "GET  / HTTP/1.1\n", "POST it\n", "PUT / back\n", "HEADS up\n",
	"GET / HTTPS please\n", "WHY / HOW\n", "PRIDE\n", "PRI * x\n",
	"SSH-keys\n", "SSH is not enabled\n", "SSH-2 is better\n", "PROXY settings\n", "PROXY TCQ\n",
	"\x16\n", "\x16\x03\x01\x00\x00\x01", "\x16\x03\x09", "\x16\x03\x01\x50\x00\x01", "\x16\x03\x01\x01\x00\x02", "\x16\x02",
	":nick!user@host PRIVMSG #x :hi\n", "@time=1 CAP LS\n", "\r\n\r\n\x00\r\nQUIZ\n", "\r\r",
}

func TestRealProgramsAreRecognised(t *testing.T) {
	for _, b := range real(t) {
		if got, more := server.Sniff([]byte(b.first), false); got != b.want || more && b.first != "\r\n" {
			t.Errorf("%s: Sniff(%.40q) = %v, more %v; want %v", b.name, b.first, got, more, b.want)
		}
	}
}

func TestTalkIsLines(t *testing.T) {
	for _, said := range talk {
		if got, more := server.Sniff([]byte(said), false); got != server.Lines || more {
			t.Errorf("Sniff(%q) = %v, more %v; want lines at once", said, got, more)
		}
	}
}

func TestSniffAsksForMoreUntilItKnowsAtEveryByte(t *testing.T) {
	for _, b := range real(t) {
		decided := false
		for n := range len(b.first) + 1 {
			got, more := server.Sniff([]byte(b.first[:n]), false)
			if decided && more {
				t.Errorf("%s: decided, but not after %d bytes", b.name, n)
			}
			if decided = !more; decided && got != b.want {
				t.Errorf("%s: after %d bytes %v, want %v", b.name, n, got, b.want)
			}
			if n >= server.MaxSniff && more {
				t.Errorf("%s: wants more than %d bytes", b.name, n)
			}
		}
	}
}

// TestWhatAnUnfinishedBeginningCountsFor is about peers that stop half-way.
func TestWhatAnUnfinishedBeginningCountsFor(t *testing.T) {
	for first, want := range map[string]server.Protocol{
		"":                     server.Lines,
		"GE":                   server.Lines,
		"GET":                  server.Lines,
		"GET ":                 server.Lines,
		"GET /":                server.HTTP1,
		"GET /a ":              server.HTTP1,
		"POST /a HTT":          server.HTTP1,
		"POST http://evil/a":   server.HTTP1,
		"SHOUT /":              server.Lines,
		"NICK bob":             server.Lines,
		"CAP L":                server.Lines,
		"SSH":                  server.Lines,
		"PRI * HTTP":           server.Lines,
		"\x16\x03\x01":         server.Lines,
		"PROXY TC":             server.Lines,
		"\r\n\r\n\x00\r\nQUIT": server.Lines,
	} {
		if got, more := server.Sniff([]byte(first), true); got != want || more {
			t.Errorf("Sniff(%q, eof) = %v, more %v; want %v", first, got, more, want)
		}
		if got, more := server.Sniff([]byte(first), false); got != want || !more {
			t.Errorf("Sniff(%q) = %v, more %v; want %v so far", first, got, more, want)
		}
	}
}

func TestSniffDoesNotAllocate(t *testing.T) {
	var all [][]byte
	for _, b := range real(t) {
		all = append(all, []byte(b.first))
	}
	if n := testing.AllocsPerRun(100, func() {
		for _, b := range all {
			server.Sniff(b, false)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// FuzzSniff looks for bytes that panic, want more than allowed, or are decided
// twice in two ways.
func FuzzSniff(f *testing.F) {
	for _, b := range real(f) {
		f.Add([]byte(b.first))
	}
	for _, said := range talk {
		f.Add([]byte(said))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		decided, decision := false, server.Lines
		for n := range len(data) + 1 {
			p, more := server.Sniff(data[:n], false)
			if decided && (more || p != decision) {
				t.Fatalf("decided %v before byte %d, then %v, more %v", decision, n, p, more)
			}
			if more && n >= server.MaxSniff {
				t.Fatalf("undecided after %d bytes", n)
			}
			atEnd, moreAtEnd := server.Sniff(data[:n], true)
			if moreAtEnd || atEnd != p {
				t.Fatalf("%v after %d bytes, but %v, more %v at the end", p, n, atEnd, moreAtEnd)
			}
			decided, decision = !more, p
		}
	})
}

// clientHello returns what crypto/tls sends first.
func clientHello(t testing.TB) string {
	near, far := net.Pipe()
	var client sync.WaitGroup
	client.Go(func() {
		tls.Client(near, &tls.Config{ServerName: "chat.example"}).Handshake() // fails: far only listens
	})
	defer client.Wait()
	defer far.Close()
	header := make([]byte, 5)
	if _, err := io.ReadFull(far, header); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(header[3])<<8|int(header[4]))
	if _, err := io.ReadFull(far, body); err != nil {
		t.Fatal(err)
	}
	return string(header) + string(body)
}
