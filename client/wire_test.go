package client

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
)

// unescape is what the server does with a line.
func unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n").Replace(s)
}

func FuzzLineOnTheWire(f *testing.F) {
	for _, s := range []string{"hello", "two\nlines", `a\nb`, `\\`, "end\\\n", "\r\n", "a\rb", "/me waves\nback"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		wire := string(appendLine(nil, "id", line))
		body, begins := strings.CutPrefix(wire, "id ")
		body, ends := strings.CutSuffix(body, "\n")
		if !begins || !ends || strings.ContainsAny(body, "\r\n") {
			t.Fatalf("%q on the wire is %q", line, wire)
		}
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(line)
		if got := unescape(body); got != want {
			t.Errorf("%q arrives as %q", line, got)
		}
	})
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{"hello": "hello", "/etc": "//etc", "//x": "///x", "": "", "a/b": "a/b"} {
		if got := Text(text); got != want || !isText(got) && got != "" {
			t.Errorf("Text(%q) = %q", text, got)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ line, verb, rest string }{
		{"hello you", "", "hello you"},
		{"//hello", "", "//hello"},
		{"/JOIN  #tea ", "join", "#tea"},
		{"/quit", "quit", ""},
	} {
		if verb, rest := split(c.line); verb != c.verb || rest != c.rest {
			t.Errorf("split(%q) = %q, %q", c.line, verb, rest)
		}
	}
}

func TestLineReader(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for _, read := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader} {
		l := newLineReader(read(strings.NewReader("a\n\r\n" + long + "\r\nb\ncut off")))
		for _, want := range []string{"a", "", long, "b"} {
			if line, err := l.next(); err != nil || string(line) != want {
				t.Fatalf("next() = %.20q, %v, want %.20q", line, err, want)
			}
		}
		if line, err := l.next(); err != io.EOF || line != nil {
			t.Errorf("what was cut off is %q, %v", line, err)
		}
	}
	l := newLineReader(io.LimitReader(zeros{}, 1<<30))
	if _, err := l.next(); err != errLineTooLong || cap(l.long) > 2*maxReceived+(1<<20) {
		t.Errorf("an endless line: %v, with %d bytes held", err, cap(l.long))
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestParseAddress(t *testing.T) {
	for _, c := range []struct{ in, network, address string }{
		{"", "tcp", "127.0.0.1:7007"},
		{"chat.example.org", "tcp", "chat.example.org:7007"},
		{"chat.example.org:99", "tcp", "chat.example.org:99"},
		{":99", "tcp", "127.0.0.1:99"},
		{"[::1]:99", "tcp", "[::1]:99"},
		{"[::1]", "tcp", "[::1]:7007"},
		{"::1", "tcp", "[::1]:7007"},
		{"10.0.0.1", "tcp", "10.0.0.1:7007"},
		{"unix:/run/hubbub", "unix", "/run/hubbub"},
		{"tls://chat.example.org", "tls", "chat.example.org:7007"},
		{"tls://[::1]:99/", "tls", "[::1]:99"},
		{"tls://", "tls", "127.0.0.1:7007"},
		{"https://chat.example.org", "https", "chat.example.org:443"},
		{"https://chat.example.org/", "https", "chat.example.org:443"},
		{"wss://chat.example.org:99", "https", "chat.example.org:99"},
		{"http://[::1]", "http", "[::1]:80"},
		{"ws://127.0.0.1:7007", "http", "127.0.0.1:7007"},
	} {
		if network, address, err := ParseAddress(c.in); network != c.network || address != c.address || err != nil {
			t.Errorf("ParseAddress(%q) = %q, %q, %v", c.in, network, address, err)
		}
	}
	for _, in := range []string{"unix:", "a:b", "a:0", "a:99999", "a b", "#room", "a:1:2", "[::1", "a:-1", "tls://unix:/a", "tls://tls://a", "https://a/b", "https://unix:/a", "https://tls://a", "ftp://a", "http://a?b"} {
		if network, address, err := ParseAddress(in); err == nil {
			t.Errorf("ParseAddress(%q) = %q, %q", in, network, address)
		}
	}
}

// Whatever a server sends, the client neither panics nor hangs.
func FuzzServer(f *testing.F) {
	welcome := `{"type":"welcome","epoch":"E","seq":5,"user":5,"nick":"bob","rooms":[{"id":1,"name":"#lobby"}]}` + "\n"
	f.Add([]byte("Welcome\r\n" + welcome + `{"type":"event","event":{"seq":6,"prev":4,"room":1,"kind":"left","by":5}}` + "\n"))
	f.Add([]byte(welcome + `{"type":"ack","id":"x"}` + "\n" + `{"type":"event"}` + "\n" + `{"type":"bye"}` + "\n" + welcome))
	f.Add([]byte(`{"type":"error","code":"stale"}` + "\n" + welcome + `{"type":"event","event":{"seq":9,"room":1,"kind":"room-renamed"}}` + "\n"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := New(Config{Dial: func(context.Context) (net.Conn, error) {
				here, there := net.Pipe()
				go io.Copy(io.Discard, there)
				go func() {
					io.Copy(there, bytes.NewReader(sent))
					there.Close()
				}()
				return here, nil
			}})
			if _, err := c.Submit(ctx, "hello"); err != nil {
				t.Fatal(err)
			}
			err := c.Run(ctx, func(u Update) {
				if _, lost := u.(Lost); lost {
					cancel()
				}
			})
			if err == nil {
				t.Error("Run returned nil")
			}
		})
	})
}
