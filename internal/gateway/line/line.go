// Package line is the gateway for people with nothing but a socket, and for
// scripts: nc, telnet, a shell's redirections. What it speaks is described in
// docs/line-protocol.md.
//
// Text in is a message to the room that one is in; a line that begins with / is
// a command. Lines out are `HH:MM <nick> text` for what is said, `*` for what
// happens and for answers, and `!` for what went wrong.
//
// A program begins with /json and from then on gets one JSON object a line (the
// types of package api) and an acknowledgement for each of its own lines. That
// is how hubbub join speaks to the server.
//
// The [Gateway] serves connections; one [conn] is a connection's reading half,
// on the goroutine that accepted it, and its [gateway.Protocol], on the
// writer's. The package starts a goroutine for each slow command, and waits for
// it at once: their deep stacks must not stay with connections that are idle.
package line

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
)

// Config is what a gateway is made of.
type Config struct {
	Pump   *gateway.Pump
	Door   *door.Door
	Logger *slog.Logger
	First  hub.Dialect    // the dialect of the first of [Encoders]; the others follow
	Zone   *time.Location // in which times are shown; nil is the server's
	URL    string         // of the server, for links; must be the one given to Encoders
	Max    int            // bytes of a line; 0 is 8192
}

// DefaultMax is the longest line that is read, in bytes.
const DefaultMax = 8192

// Gateway serves the line protocol.
type Gateway struct {
	cfg      Config
	commands []command
	topics   []topic
	guest    func() string // draws what a guest is called at first

	entrance *place                // where those are who arrive
	lobby    atomic.Pointer[place] // where most are; shared, since an idle connection keeps it
}

// New returns a gateway.
func New(cfg Config) *Gateway {
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	if cfg.Max <= 0 {
		cfg.Max = DefaultMax
	}
	all := commands()
	return &Gateway{cfg: cfg, commands: all, topics: topics(all), guest: animal, entrance: &place{name: chat.Lobby}}
}

// GuestNick draws what a guest is called who does not say.
func (g *Gateway) GuestNick() string { return g.guest() }

// place returns the place that text goes to in the lobby.
func (g *Gateway) place(lobby *chat.RoomInfo) *place {
	known, name := g.lobby.Load(), chat.Fold(lobby.Name)
	if known == nil || known.id != lobby.ID || known.name != name {
		known = &place{id: lobby.ID, name: name}
		g.lobby.Store(known)
	}
	return known
}

// Serve serves a peer until its connection ends. Nothing is waited for any more
// when ctx ends.
func (g *Gateway) Serve(ctx context.Context, peer *gateway.Peer) { g.Greet(ctx, peer)() }

// Greet does the first part of Serve, which takes a deep stack, and returns the
// second, which is to be run on a goroutine with a small one. It lets the peer in
// and does what its first lines say.
func (g *Gateway) Greet(ctx context.Context, peer *gateway.Peer) (rest func()) {
	c := &conn{gateway: g}
	c.Conn = g.cfg.Pump.Open(ctx, peer, c)
	c.recognise(peer)
	c.lines = gateway.NewLines(c, c.filter(peer.First), g.cfg.Max)
	c.greet()
	return c.run
}

// run serves the peer from after the greeting until the connection ends.
//
// What is on the stack here stays there while the connection is idle, and a
// goroutine has only a good kilobyte before its stack doubles: so this, and what
// it calls to read, is kept small.
func (c *conn) run() {
	for c.serve() {
		if c.passed {
			aside(c.Release)
			return
		}
		c = c.again()
	}
	aside(c.depart)
}

// depart closes the connection. A guest whom nothing would recognise is not waited for.
func (c *conn) depart() {
	if c.as().passing && !c.quit && c.Session().Role() == chat.GuestRole {
		c.Session().Leave("")
	}
	c.Close()
}

// again begins anew on a connection that turned out to be a program's after it
// had been greeted as a person's, since its first bytes came late; or a member's,
// who was a guest until the /login.
//
//go:noinline
func (c *conn) again() *conn {
	next := &conn{
		gateway: c.gateway, hello: c.hello, coming: c.coming, heard: c.as().member != nil, telnet: c.telnet,
	}
	next.Conn = c.Reopen(next)
	next.lines = c.lines.From(next)
	aside(next.greet)
	return next
}
