// Package irc is the gateway for IRC clients: RFC 1459 and 2812 as today's
// servers speak them, and what clients negotiate of IRCv3 (https://ircv3.net).
// What is there and what is not is listed in docs/irc.md.
//
// A channel is a room, a query a direct conversation; a msgid is the [chat.Seq]
// of an event in decimal. Members stay in their rooms when they disconnect, and may
// be connected many times under one nick. Guests choose their rooms.
//
// The [Gateway] serves connections; one [conn] is a connection's reading half, on
// the goroutine that accepted it, and its [gateway.Tracker], on the writer's. A
// line becomes a [message]; the table in commands.go says which method does what
// it asks for. What is said goes to the log and does not wait: its answer comes in
// its turn, as does everything else that a connection is told. [Encoders] make the
// lines of events, one encoder for each combination of capabilities that shows in
// them, shared by all readers who have negotiated the same.
//
// The package starts a goroutine for each line that takes more than reading, and
// waits for it at once: their deep stacks must not stay with idle connections.
package irc

import (
	"context"
	"log/slog"
	"time"

	"hubbub/internal/door"
	"hubbub/internal/files"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
)

// Config is what a gateway is made of.
type Config struct {
	Pump    *gateway.Pump
	Door    *door.Door
	Hub     *hub.Hub
	Logger  *slog.Logger
	First   hub.Dialect // the dialect of the first of [Encoders]; the others follow
	Server  string      // what the server calls itself: a host name; must be the one given to Encoders
	URL     string      // of the server, for links; must be the one given to Encoders
	Network string      // what the network is called, one word
	Motd    string      // the message of the day: lines
	Started time.Time
	STS     STS

	Files  *files.Store // what is uploaded; nil: nothing is
	Upload string       // where clients upload files, an address; empty for nowhere

	// Unhurried has nobody disconnected for taking long to register.
	Unhurried bool
}

// STS says that clients are to come by TLS, and to keep to it.
// (https://ircv3.net/specs/extensions/sts)
type STS struct {
	Port  int           // where TLS is spoken
	Lasts time.Duration // for how long they keep to it; 0 for no such policy
}

// Gateway serves IRC.
type Gateway struct {
	cfg      Config
	commands map[string]*command
	isupport []string // the tokens of the 005 lines
	services map[string]service
	people   lists
	reals    realNames

	newcomers newcomers
}

// New returns a gateway.
func New(cfg Config) *Gateway {
	g := &Gateway{cfg: cfg, commands: commands(), services: services()}
	g.isupport = g.tokens()
	return g
}

// Serve serves a peer until its connection ends. Nothing is waited for any more
// when ctx ends.
func (g *Gateway) Serve(ctx context.Context, peer *gateway.Peer) { g.Greet(ctx, peer)() }

// Greet does the first part of Serve: it makes ready what reads the first lines.
// What it returns does the rest, and is to be run on a goroutine with a small
// stack.
func (g *Gateway) Greet(ctx context.Context, peer *gateway.Peer) (rest func()) {
	c := &conn{gateway: g, entering: &entering{}}
	if !peer.Certificate.IsZero() {
		c.seldom().certificate = peer.Certificate
	}
	c.Conn = g.cfg.Pump.Open(ctx, peer, c)
	c.lines = gateway.NewLines(c, peer.First, maxInput)
	c.hurry()
	return c.run
}

// run serves the peer until its connection ends. What is on the stack here stays
// there while the connection is idle, so it is kept small.
func (c *conn) run() {
	for c.serve() {
		c = c.again()
	}
	aside(c.Close)
}

// aside runs f on a goroutine of its own and waits for it.
func aside(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}
