package admin_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/internal/gateway/admin"
)

// listen serves a socket until the test ends, and returns how to connect, how
// to stop, and what tells that it has stopped.
func listen(t *testing.T) (dial func() net.Conn, stop func(), stopped <-chan error) {
	t.Helper()
	dir, err := os.MkdirTemp("", "hubbub") // whose name is short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		done <- admin.Serve(ctx, admin.Config{Logger: slog.New(slog.DiscardHandler)}, l)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return func() net.Conn {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}, cancel, done
}

// A request that is none, of whatever kind, is answered, and harms nobody.
func TestNonsenseIsRefused(t *testing.T) {
	dial, _, _ := listen(t)
	for _, asked := range []string{
		"", "\n", "{}", "nonsense\n", "[]\n", `{"args":"users"}` + "\n", `{"args":["frobnicate"]}` + "\n", `{"args":["role","alice"]}` + "\n",
		strings.Repeat("x", 100<<10),
	} {
		conn := dial()
		go func() { // a long one may not be read to its end
			io.WriteString(conn, asked)
			conn.(*net.UnixConn).CloseWrite()
		}()
		var resp admin.Response
		if err := json.NewDecoder(conn).Decode(&resp); err != nil || resp.Error == "" || resp.Code != "invalid" {
			t.Errorf("%.40q: %+v, %v", asked, resp, err)
		}
	}
	conn := dial()
	io.WriteString(conn, "{}\n")
	var resp admin.Response
	if err := json.NewDecoder(conn).Decode(&resp); err != nil || !strings.Contains(resp.Text, "users [WORD]") {
		t.Errorf("no arguments: %+v, %v", resp, err)
	}
}

// The server does not wait for somebody who has connected and asks nothing.
func TestStopDoesNotWaitForTheSilent(t *testing.T) {
	dial, stop, stopped := listen(t)
	silent := dial()
	io.WriteString(silent, `{"args":[`)
	answered := dial() // so that the silent one, who came first, has been accepted
	io.WriteString(answered, "{}\n")
	if _, err := io.ReadAll(answered); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
