// Package ssh is the gateway for everybody who has an SSH client: ssh -p 7007 host.
//
// A key that is a member's lets that member in, a password does too, and whoever
// else comes is a guest, or asked to log in where guests are not let in; a key makes
// a guest one who is recognised. What is spoken then is what the line gateway speaks,
// or package fullscreen shows it, so this package knows no commands of the chat's:
//
//   - with a terminal there is a whole screen;
//   - with one that is small or dumb, or where lines are preferred, package prompt
//     keeps the line that is being typed in one piece;
//   - without a terminal, lines go in and out as they are;
//   - with a command (ssh host say '#tea' hello) an errand is run, and the exit
//     status says whether it was done.
//
// There is nothing else: no shell, no forwarding, no subsystems, one session on each
// connection. The protocol itself is that of golang.org/x/crypto/ssh, with the few
// algorithms that nobody has anything against.
//
// A window says how large the terminal is, wishes how its owner would like things to be
// (LANG, NO_COLOR and the like).
//
// The [Gateway] serves connections. Of each, one goroutine feeds what comes in to the
// session's reader, one attends to what the client asks for beside that, and three are
// the protocol's own; when the session ends they have ended too. A screen runs on the
// goroutine that else reads lines.
package ssh

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/fullscreen"
	"hubbub/internal/gateway/line"
	"hubbub/internal/hub"
)

// Config is what a gateway is made of.
type Config struct {
	Lines  *line.Gateway
	Full   *fullscreen.Gateway // nil: everybody chats in lines
	Zone   *time.Location      // of those who don't say theirs; nil is the server's
	Door   *door.Door
	Hub    *hub.Hub
	Key    *HostKey
	Logger *slog.Logger
	Stall  time.Duration // how long a peer may take nothing although something waits for it; 0 for no limit
	PerKey int           // connections at once with one key; 0 for no limit
}

// How long a client may take.
const (
	keyExchangeTime = 10 * time.Second // to agree on keys
	loginTime       = 60 * time.Second // to prove who one is: people type
	askTime         = 15 * time.Second // to ask for a session, once that is proved
	keepAlive       = time.Minute      // and then to answer that it is still there
	closeTime       = time.Second      // to go, when all is said
)

// Gateway serves SSH.
type Gateway struct {
	cfg Config

	mu   sync.Mutex       // guards keys; held for map operations only
	keys map[chat.Key]int // connections with each
}

// New returns a gateway.
func New(cfg Config) *Gateway { return &Gateway{cfg: cfg, keys: map[chat.Key]int{}} }

// Greet lets a peer in and does what its first lines say, and returns what serves it
// until its connection ends; nil if that has ended already. When stopping ends nobody
// is let in any more who has not been; when ctx ends nothing is waited for.
func (g *Gateway) Greet(ctx, stopping context.Context, peer *gateway.Peer) (rest func()) {
	v := &visit{gateway: g, ctx: ctx, socket: newSocket(peer), peer: *peer, gone: make(chan struct{})}
	v.peer.First, v.peer.Private, v.peer.Secure = nil, true, true
	if err := v.open(stopping); err != nil {
		g.cfg.Logger.Debug("an SSH client was not let in", "from", peer.Remote, "err", err)
		v.socket.Close()
		if v.conn != nil {
			v.drain()
		}
		v.running.Wait()
		return nil
	}
	return v.start(stopping)
}

// enter counts a connection with a key, and reports whether there may be one more.
func (g *Gateway) enter(key chat.Key) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cfg.PerKey > 0 && g.keys[key] >= g.cfg.PerKey {
		return false
	}
	g.keys[key]++
	return true
}

// leave undoes enter.
func (g *Gateway) leave(key chat.Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.keys[key]--; g.keys[key] <= 0 {
		delete(g.keys, key)
	}
}
