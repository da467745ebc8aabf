package server_test

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	hubbub "hubbub/client"
	"hubbub/internal/auth"
	"hubbub/internal/hub"
	"hubbub/internal/server"
)

// whole runs a whole server until the test ends, and returns where it listens.
func whole(t *testing.T) string {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, server.Config{
			Data: t.TempDir(), Listeners: []net.Listener{on}, Limits: server.NoLimits(), Policy: hub.OpenPolicy(),
			Hashing: auth.Params{Memory: 64, Passes: 1, Threads: 1}, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
			Ready: func(server.Welcome) { close(ready) },
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	return on.Addr().String()
}

// carried opens a WebSocket of a subprotocol.
func carried(t *testing.T, address, protocol string) (*websocket.Conn, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	ws, _, err := websocket.Dial(ctx, "ws://"+address+"/api/v1/live", &websocket.DialOptions{Subprotocols: []string{"unknown.example", protocol}})
	if err != nil {
		t.Fatal(err)
	}
	if got := ws.Subprotocol(); got != protocol {
		t.Fatalf("the subprotocol is %q", got)
	}
	t.Cleanup(func() { ws.CloseNow() })
	return ws, ctx
}

// TestIRCByWebSocket is what clients in browsers do
// (https://ircv3.net/specs/extensions/websocket).
func TestIRCByWebSocket(t *testing.T) {
	address := whole(t)
	for protocol, kind := range map[string]websocket.MessageType{"text.ircv3.net": websocket.MessageText, "binary.ircv3.net": websocket.MessageBinary} {
		t.Run(protocol, func(t *testing.T) {
			ws, ctx := carried(t, address, protocol)
			say := func(lines ...string) {
				t.Helper()
				for _, line := range lines {
					if err := ws.Write(ctx, kind, []byte(line)); err != nil {
						t.Fatal(err)
					}
				}
			}
			hear := func(want string) {
				t.Helper()
				for {
					got, line, err := ws.Read(ctx)
					if err != nil || got != kind || strings.ContainsAny(string(line), "\r\n") {
						t.Fatalf("waiting for %q: %v %q, %v", want, got, line, err)
					}
					if strings.Contains(string(line), want) {
						return
					}
				}
			}
			nick := strings.TrimSuffix(protocol, ".ircv3.net") + "er"
			say("CAP LS 302", "CAP REQ :echo-message", "NICK "+nick, "USER u 0 * :somebody", "CAP END")
			hear(" 001 " + nick)
			say("JOIN #tea")
			hear(" 366 ")
			pinged := make(chan error, 1)
			go func() { pinged <- ws.Ping(ctx) }() // whose pong the reading below takes in
			say("PRIVMSG #tea :zażółć")
			hear("PRIVMSG #tea :zażółć")
			say("PING 1")
			hear("PONG")
			if err := <-pinged; err != nil {
				t.Error(err)
			}
			say("QUIT :bye")
			hear("ERROR")
			if _, _, err := ws.Read(ctx); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
				t.Errorf("it ends with %v", err)
			}
		})
	}
}

// TestJoiningByTheWeb has a client come by http:// and one by TCP in one room.
func TestJoiningByTheWeb(t *testing.T) {
	address := whole(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	heard := make(chan string, 100)
	web, plain := hubbub.New(hubbub.Config{Address: "http://" + address, Nick: "web"}), hubbub.New(hubbub.Config{Address: address, Nick: "plain"})
	ended := make(chan error, 2)
	for _, c := range []*hubbub.Client{web, plain} {
		go func() {
			ended <- c.Run(ctx, func(u hubbub.Update) {
				if ev, ok := u.(hubbub.Event); ok && ev.Kind == "message" {
					_, nick := c.Self()
					heard <- nick + " heard " + ev.Text
				}
			})
		}()
	}
	long := strings.Repeat("at length ", 300) + "by the web"
	for _, say := range []struct {
		by   *hubbub.Client
		text string
	}{{web, long}, {plain, "by TCP"}} {
		if _, err := say.by.Send(ctx, say.text); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]bool{"web heard " + long: true, "web heard by TCP": true, "plain heard by TCP": true}
	for len(want) > 0 {
		select {
		case got := <-heard:
			delete(want, got)
		case <-ctx.Done():
			t.Fatalf("nobody heard %.100v", want)
		}
	}
	for _, c := range []*hubbub.Client{web, plain} {
		if _, err := c.Send(ctx, "/quit"); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
