package server_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/internal/server"
)

// bare serves nothing but answers, over TCP.
func bare(t *testing.T) (net.Listener, string) {
	t.Helper()
	on := loopback(t)
	s := serve(server.ListenConfig{Handlers: map[server.Protocol]server.Handler{}}, on)
	t.Cleanup(func() { s.end(t) })
	port := on.Addr().(*net.TCPAddr).Port
	return on, fmt.Sprintf("nc 127.0.0.1 %d", port)
}

// ask sends a request and returns the whole answer. A reset of the connection
// fails the test.
func ask(t *testing.T, on net.Listener, request string) string {
	t.Helper()
	c := dial(t, on)
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	return hear(t, c)
}

func TestHTTPIsAnsweredWithHowToJoin(t *testing.T) {
	on, join := bare(t)
	url := "http://" + on.Addr().String() + "/chat"
	for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
		request, err := http.NewRequest(method, url, strings.NewReader("NICK bob\r\nUSER a 0 * :b\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusNotImplemented || !answer.Close {
			t.Errorf("%s: %v, status %d, close %v", method, err, answer.StatusCode, answer.Close)
		}
		if kind := answer.Header.Get("Content-Type"); kind != "text/plain; charset=utf-8" || answer.ContentLength == 0 {
			t.Errorf("%s: type %q, length %d", method, kind, answer.ContentLength)
		}
		if method == "HEAD" && len(body) > 0 {
			t.Errorf("HEAD has the body %q", body)
		}
		if method != "HEAD" {
			wantContains(t, string(body), join)
		}
	}
}

func TestHTTPIsAnsweredOnceWhateverFollowsTheRequest(t *testing.T) {
	on, _ := bare(t)
	for _, request := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\nhello\nNICK bob\r\n",
		"POST /" + strings.Repeat("a", 20000) + " HTTP/1.1\r\n\r\nhello\n",
	} {
		if n := strings.Count(ask(t, on, request), "HTTP/1.1 501"); n != 1 {
			t.Errorf("%d answers to %.60q", n, request)
		}
	}
}

func TestHTTP2IsSentBackToHTTP1(t *testing.T) {
	on, join := bare(t)
	answer := []byte(ask(t, on, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"))
	if settings := "\x00\x00\x00\x04\x00\x00\x00\x00\x00"; !bytes.HasPrefix(answer, []byte(settings)) {
		t.Fatalf("the first frame is not SETTINGS: %q", answer)
	}
	goAway := answer[9:]
	if n := int(goAway[1])<<8 | int(goAway[2]); goAway[3] != 7 || n != len(goAway)-9 {
		t.Errorf("no GOAWAY of %d bytes: %q", n, goAway)
	}
	if code := binary.BigEndian.Uint32(goAway[13:]); code != 13 {
		t.Errorf("error code %d, want HTTP_1_1_REQUIRED", code)
	}
	wantContains(t, string(goAway[17:]), join)
}

func TestSSHIsDisconnectedWithASentence(t *testing.T) {
	on, join := bare(t)
	answer := ask(t, on, "SSH-2.0-Test\r\n")
	r := bufio.NewReader(strings.NewReader(answer))
	if line, _ := r.ReadString('\n'); line != "SSH-2.0-hubbub\r\n" {
		t.Errorf("identification %q", line)
	}
	packet, _ := io.ReadAll(r)
	length, padding := int(binary.BigEndian.Uint32(packet)), int(packet[4])
	if length != len(packet)-4 || len(packet)%8 != 0 || padding < 4 {
		t.Fatalf("length %d, padding %d in a packet of %d", length, padding, len(packet))
	}
	payload := packet[5 : len(packet)-padding]
	if payload[0] != 1 || binary.BigEndian.Uint32(payload[1:]) != 7 {
		t.Errorf("not a disconnect for SERVICE_NOT_AVAILABLE: %q", payload[:5])
	}
	n := int(binary.BigEndian.Uint32(payload[5:]))
	wantContains(t, string(payload[9:9+n]), join)
	if rest := payload[9+n:]; string(rest) != "\x00\x00\x00\x00" {
		t.Errorf("language tag %q", rest)
	}
}

// TestSSHPacketIsWellFormedForEverySentence goes through all remainders of the
// length by the block size.
func TestSSHPacketIsWellFormedForEverySentence(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	for n := range 16 {
		at := tcpAddr(fmt.Sprintf("[2001:db8::%x]:7007", uint64(1)<<(4*(n%4))+uint64(n)))
		c := &server.Conn{Conn: near, Local: at.(*net.TCPAddr).AddrPort()}
		packet := server.NotEnabled(server.SSH, c)[len("SSH-2.0-hubbub\r\n"):]
		if padding := int(packet[4]); len(packet)%8 != 0 || padding < 4 || padding > 11 {
			t.Errorf("%d bytes, of them %d padding", len(packet), padding)
		}
	}
}

func TestOpenSSHShowsTheSentence(t *testing.T) {
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no ssh to try")
		}
		t.Skip("no ssh on this machine")
	}
	on, join := bare(t)
	_, port, _ := net.SplitHostPort(on.Addr().String())
	out, err := exec.Command(ssh, "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
		"-o", "UserKnownHostsFile="+filepath.Join(t.TempDir(), "known_hosts"), "-p", port, "127.0.0.1").CombinedOutput()
	if err == nil {
		t.Error("ssh succeeded")
	}
	wantContains(t, string(out), "SSH is not enabled on this chat server. Join with: "+join)
}

func TestTLSClientSeesAnAlertNotAReset(t *testing.T) {
	on, _ := bare(t)
	for range 20 {
		c := tls.Client(dial(t, on), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{strings.Repeat("x", 250), strings.Repeat("y", 250)}})
		err := c.Handshake()
		if err == nil || err.Error() != "remote error: "+tls.AlertError(40).Error() {
			t.Fatalf("handshake: %v, want the alert handshake_failure", err)
		}
	}
}

func TestIRCClientGetsAnError(t *testing.T) {
	on, join := bare(t)
	lines := strings.Split(ask(t, on, "CAP LS 302\r\nNICK bob\r\nUSER bob 0 * :Bob\r\n"), "\r\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], ":hubbub NOTICE * :") || !strings.HasPrefix(lines[1], "ERROR :") || lines[2] != "" {
		t.Fatalf("answer %q", lines)
	}
	for _, line := range lines[:2] {
		wantContains(t, line, join)
		if len(line) > 510 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestLinesCanBeOffToo(t *testing.T) {
	on, _ := bare(t)
	wantContains(t, ask(t, on, "hello\n"), "not enabled")
}

func TestUnixSocketIsNamedInTheAnswer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	on, err := net.Listen("unix", path)
	if err != nil {
		t.Skip(err)
	}
	s := serve(server.ListenConfig{Handlers: map[server.Protocol]server.Handler{}, MaxConnsPerAddr: 1}, on)
	defer s.end(t)
	for range 2 {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
		wantContains(t, hear(t, c), "nc -U "+path)
		c.Close()
	}
}

func TestProtocolsHaveNames(t *testing.T) {
	for p, want := range map[server.Protocol]string{server.Lines: "lines", server.Proxy: "PROXY", 200: "unknown"} {
		if got := p.String(); got != want {
			t.Errorf("%d is called %q, want %q", p, got, want)
		}
	}
}
