package server_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"hubbub/internal/certs"
	"hubbub/internal/hub"
	"hubbub/internal/server"
)

// selfSigned returns a source, and what a client needs to believe it.
func selfSigned(t *testing.T) (*certs.Source, *tls.Config) {
	t.Helper()
	source, err := certs.Self(t.TempDir(), []string{"localhost", "127.0.0.1"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(source.SelfSigned())
	return source, &tls.Config{RootCAs: roots, ServerName: "localhost"}
}

// serveTLS starts a Listener that offers TLS.
func serveTLS(t *testing.T, cfg server.ListenConfig) (*serving, net.Listener, *tls.Config) {
	t.Helper()
	source, client := selfSigned(t)
	cfg.TLS = source.Config()
	on := loopback(t)
	s := serve(cfg, on)
	t.Cleanup(func() { s.end(t) })
	return s, on, client
}

func TestProtocolsAreToldApartInsideTLS(t *testing.T) {
	s, on, client := serveTLS(t, server.ListenConfig{})
	for words, want := range map[string]server.Protocol{
		"hello\nworld\n":                server.Lines,
		"NICK bob\r\nUSER b 0 * :B\r\n": server.IRC,
		"GET / HTTP/1.1\r\n\r\n":        server.HTTP1,
		"SSH-2.0-x\r\n":                 server.SSH,
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			with := client.Clone()
			with.MaxVersion = version
			say(t, tls.Client(dial(t, on), with), words)
			a := <-s.arrived
			if a.protocol != want || a.everything() != words || !a.Secure || a.Silent || a.Certificate != nil {
				t.Errorf("%q over %x: got %v, %q, secure %v", words, version, a.protocol, a.everything(), a.Secure)
			}
		}
	}
}

func TestTheSilentAreGreetedInsideTLS(t *testing.T) {
	_, on, client := serveTLS(t, server.ListenConfig{Handlers: map[server.Protocol]server.Handler{
		server.Lines: server.All(func(_ context.Context, c *server.Conn) { fmt.Fprintf(c, "silent: %v", c.Silent) }),
	}})
	wantContains(t, hear(t, tls.Client(dial(t, on), client)), "silent: true")
}

func TestOldTLSIsRefused(t *testing.T) {
	_, on, client := serveTLS(t, server.ListenConfig{})
	client.MinVersion, client.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if err := tls.Client(dial(t, on), client).Handshake(); err == nil || !strings.Contains(err.Error(), "protocol version not supported") {
		t.Errorf("TLS 1.1: %v", err)
	}
	client.MinVersion, client.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	client.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
	if err := tls.Client(dial(t, on), client).Handshake(); err == nil || !strings.Contains(err.Error(), "handshake failure") {
		t.Errorf("weak ciphers: %v", err)
	}
}

func TestClientCertificatesComeAlong(t *testing.T) {
	s, on, client := serveTLS(t, server.ListenConfig{})
	theirs, _ := selfSigned(t)
	cert, err := theirs.Config().GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	client.Certificates = []tls.Certificate{*cert}
	say(t, tls.Client(dial(t, on), client), "hello\n")
	if a := <-s.arrived; !a.Certificate.Equal(theirs.SelfSigned()) {
		t.Errorf("got %v", a.Certificate)
	}
	client.NextProtos = []string{"h2", "http/1.1"} // as browsers say, which are not asked
	browser := tls.Client(dial(t, on), client)
	say(t, browser, "GET / HTTP/1.1\r\n\r\n")
	if a := <-s.arrived; a.Certificate != nil || browser.ConnectionState().NegotiatedProtocol != "http/1.1" {
		t.Errorf("a browser: got %v, %v", a.Certificate, browser.ConnectionState().NegotiatedProtocol)
	}
}

func TestAnyApplicationProtocolIsLetIn(t *testing.T) {
	s, on, client := serveTLS(t, server.ListenConfig{})
	client.NextProtos = []string{"irc", "h2"}
	say(t, tls.Client(dial(t, on), client), "hello\n")
	if a := <-s.arrived; a.everything() != "hello\n" {
		t.Errorf("got %q", a.everything())
	}
}

func TestWhatIsNotEnabledSaysSoInsideTLS(t *testing.T) {
	_, on, client := serveTLS(t, server.ListenConfig{Handlers: map[server.Protocol]server.Handler{}})
	c := tls.Client(dial(t, on), client)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	got := hear(t, c)
	wantContains(t, got, "501 Not Implemented")
	wantContains(t, got, "openssl s_client -quiet -connect "+on.Addr().String())

	outer := tls.Client(dial(t, on), client) // TLS in TLS
	inner := tls.Client(outer, client)
	if err := inner.Handshake(); err == nil || !strings.Contains(err.Error(), "handshake failure") {
		t.Errorf("TLS in TLS: %v", err)
	}
}

func TestProxyMaySpeakForTLS(t *testing.T) {
	s, on, client := serveTLS(t, server.ListenConfig{
		TrustedProxies: []server.TrustedProxy{{Prefix: netip.MustParsePrefix("127.0.0.0/8"), Required: true}},
	})
	c := dial(t, on)
	io.WriteString(c, "PROXY TCP4 192.0.2.7 192.0.2.1 5000 7007\r\n")
	say(t, tls.Client(c, client), "hello\n")
	if a := <-s.arrived; a.Remote.String() != "192.0.2.7:5000" || a.everything() != "hello\n" {
		t.Errorf("got %v, %q", a.Remote, a.everything())
	}
	c = dial(t, on)
	io.WriteString(c, "PROXY TCP4 192.0.2.7 192.0.2.1 5000 7007\r\n")
	inside := tls.Client(c, client)
	io.WriteString(inside, "PROXY TCP4 192.0.2.8 192.0.2.1 5000 7007\r\n")
	wantContains(t, hear(t, inside), "not one of this server's trusted proxies")
}

// halfHello is the beginning of a ClientHello.
const halfHello = "\x16\x03\x01\x01\x00\x01\x00\x00\xfc\x03\x03"

func TestSlowHandshakesKeepNobodyWaiting(t *testing.T) {
	s, on, client := serveTLS(t, server.ListenConfig{})
	for range 50 {
		io.WriteString(dial(t, on), halfHello)
	}
	for range 50 { // with these gone through, some of those have begun
		say(t, tls.Client(dial(t, on), client), "hello\n")
		<-s.arrived
	}
	s.end(t) // they don't delay the end either
	s.done <- nil
}

func TestHandshakesTakeABoundedTime(t *testing.T) {
	_, on, _ := serveTLS(t, server.ListenConfig{HandshakeTimeout: 10 * time.Millisecond})
	c := dial(t, on)
	io.WriteString(c, halfHello)
	io.ReadAll(c) // comes to an end, whichever
}

// running runs a whole server with TLS.
func running(t *testing.T, limits server.Limits) (at string, client *tls.Config, stop func()) {
	t.Helper()
	source, client := selfSigned(t)
	on := loopback(t)
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- server.Run(ctx, server.Config{
			Data: t.TempDir(), Listeners: []net.Listener{on}, Limits: limits, Certs: source, Policy: hub.OpenPolicy(),
			Ready: func(server.Welcome) { close(ready) },
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-ready
	return on.Addr().String(), client, cancel
}

// enter connects by TLS and waits for the greeting.
func enter(t *testing.T, at string, with *tls.Config) (*tls.Conn, *bufio.Reader) {
	t.Helper()
	c, err := tls.Dial("tcp", at, with)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	r := bufio.NewReader(c)
	until(t, r, "You are in #lobby")
	return c, r
}

// until reads until a line with a text in it.
func until(t *testing.T, r *bufio.Reader, want string) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if strings.Contains(line, want) {
			return
		}
		if err != nil {
			t.Fatalf("waiting for %q: %v", want, err)
		}
	}
}

func TestSlowReaderOverTLSCatchesUp(t *testing.T) {
	at, client, _ := running(t, server.NoLimits())
	_, slow := enter(t, at, client)
	writer, answers := enter(t, at, client)
	go io.Copy(io.Discard, answers)
	const many, long = 400, 30_000 // more than the sockets' buffers hold
	go func() {
		for i := range many {
			fmt.Fprintf(writer, "%d %s\n", i, strings.Repeat("x", long))
		}
	}()
	_, other := enter(t, at, client)
	until(t, other, fmt.Sprintf("> %d x", many-1)) // the slow one delays nobody
	for i := range many {
		until(t, slow, fmt.Sprintf("> %d x", i))
	}
}

func TestStoppingDrainsTLSConnections(t *testing.T) {
	at, client, stop := running(t, server.NoLimits())
	_, idle := enter(t, at, client)
	c, busy := enter(t, at, client)
	const many = 100
	for i := range many {
		fmt.Fprintf(c, "number %d.\n", i)
	}
	until(t, busy, fmt.Sprintf("number %d.", many-1))
	stop()
	until(t, busy, "The server is stopping.")
	for i := range many {
		until(t, idle, fmt.Sprintf("number %d.", i))
	}
	until(t, idle, "The server is stopping.")
	if rest, err := io.ReadAll(idle); len(rest) > 0 || err != nil { // not cut off: TLS says goodbye too
		t.Errorf("after the goodbye: %q, %v", rest, err)
	}
}

func TestChallengesOfAnAuthorityGoFirst(t *testing.T) {
	echo := func(request io.Reader) []byte {
		line, _ := bufio.NewReader(request).ReadString('\n')
		return []byte("challenged: " + line)
	}
	s, on, client := serveTLS(t, server.ListenConfig{Challenge: echo})
	const request = "GET /.well-known/acme-challenge/abc HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range []net.Conn{dial(t, on), tls.Client(dial(t, on), client)} {
		io.WriteString(c, request)
		wantContains(t, hear(t, c), "challenged: GET /.well-known/acme-challenge/abc HTTP/1.1\r\n")
	}
	for _, other := range []string{"GET /.well-known/acme HTTP/1.1\r\n\r\n", "POST /.well-known/acme-challenge/abc HTTP/1.1\r\n\r\n"} {
		say(t, dial(t, on), other)
		if a := <-s.arrived; a.protocol != server.HTTP1 || a.everything() != other {
			t.Errorf("%q: got %v, %q", other, a.protocol, a.everything())
		}
	}
}
