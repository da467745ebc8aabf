package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/hub"
	"hubbub/internal/server"
)

// running starts a server and returns its address.
func running(t *testing.T) string {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- server.Run(ctx, server.Config{
			Policy: hub.OpenPolicy(), Hashing: auth.Params{Memory: 64, Passes: 1, Threads: 1},
			Data: t.TempDir(), Listeners: []net.Listener{on}, Limits: server.NoLimits(),
			Ready: func(server.Welcome) { close(ready) },
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-ready
	return on.Addr().String()
}

// pipe runs hubbub join with an input that is not a terminal.
func pipe(t *testing.T, input string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), append([]string{"join"}, args...), strings.NewReader(input), &out, &errs)
	return out.String(), errs.String(), err
}

// history returns what a newcomer is shown.
func history(t *testing.T, address string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("/history\n/quit\n")); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	_, said, _ = bytes.Cut(said, []byte("[")) // the numbered messages
	return string(said)
}

func TestEveryLineOfAPipeIsAcknowledged(t *testing.T) {
	address := running(t)
	if _, errs, err := pipe(t, "one\n/two is no command\nthree", "--nick", "ala", address); err != nil {
		t.Fatalf("%v, %q", err, errs)
	}
	out := history(t, address)
	at := -1
	for _, want := range []string{"<ala> one", "<ala> /two is no command", "<ala> three"} {
		i := strings.Index(out, want)
		if i < at || i < 0 {
			t.Errorf("%s is not there, or not in order:\n%s", want, out)
		}
		at = i
	}
}

func TestAPipeSaysWhichLineWasRefused(t *testing.T) {
	address := running(t)
	_, errs, err := pipe(t, "fine\n"+strings.Repeat("x", 40_000)+"\n", address)
	if err == nil || !strings.Contains(errs+err.Error(), "2") {
		t.Errorf("%v, %q", err, errs)
	}
}

func TestNobodyListeningSaysWhatToDo(t *testing.T) {
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	on.Close()
	_, errs, err := pipe(t, "hello\n", on.Addr().String())
	if err == nil || !strings.Contains(errs+err.Error(), "hubbub serve") || exitCode(err, &bytes.Buffer{}) != exitFailed {
		t.Errorf("%v, %q", err, errs)
	}
}
