// Package gateway is what all byte-stream protocols share: a connection that
// reads bounded lines and writes what its session brings.
//
// A [Conn] joins a network connection, a [hub.Session] and a [Protocol]. The
// goroutine that accepted the connection reads. When the hub wakes the session,
// another writes: it takes everything that the session has not seen, and writes
// it in as few calls as it can. Neither waits for the other, so a peer that sends
// and never reads, or reads and never sends, hinders nobody but itself.
//
// The writers are a few goroutines that serve all connections in turn (workers);
// a connection that would make them wait is written to by a goroutine of its
// own, which exists until there is nothing to write.
//
// A [Pump] owns the connections of a server: it waits for their writers, closes
// those that take nothing for too long, and says goodbye at the end.
package gateway

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Protocol is one connection's side of a protocol: it turns what the session
// brings into bytes. Its methods are called by the connection's writer, one at
// a time, except Dialect, which must be quick.
type Protocol interface {
	// Dialect says in which dialect the events of a room are wanted.
	Dialect(room *chat.RoomInfo) hub.Dialect
	// Entered appends what the peer is told before the events of a room that
	// it reads from now on.
	Entered(dst []byte, d *hub.Delivery) []byte
	// Exited appends what the peer is told after the last event of a room.
	Exited(dst []byte, room *chat.RoomInfo) []byte
	// Answered appends the answer to a command that was sent under a tag.
	Answered(dst []byte, tag any, out chat.Outcome) []byte
	// Goodbye appends what the peer is told before the server closes the
	// connection; everything up to the given position has been delivered.
	Goodbye(dst []byte, reason string, last chat.Seq) []byte
}

// Tracker is a [Protocol] that must tell some events apart from others: what
// they concern is up to [hub.Session.Track].
type Tracker interface {
	Protocol
	// Personal appends what the peer is told of an event that concerns it; the
	// bytes that everybody gets are in the delivery.
	Personal(dst []byte, d *hub.Delivery) []byte
	// Signalled appends what the peer is told of a signal.
	Signalled(dst []byte, sig *hub.Signal) []byte
}

// Pump owns the connections of a server.
type Pump struct {
	hub     *hub.Hub
	stall   time.Duration
	writers sync.WaitGroup // of connections that are written to by goroutines of their own
	workers workers

	mu    sync.Mutex // guards conns
	conns map[*Conn]struct{}
}

// NewPump returns a pump that closes connections which take nothing for longer
// than stall although something waits for them. Zero is no limit.
func NewPump(h *hub.Hub, stall time.Duration) *Pump {
	p := &Pump{hub: h, stall: stall, conns: map[*Conn]struct{}{}}
	p.workers.ready.L = &p.workers.mu
	return p
}

// Run writes to connections in turn and closes stalled ones, until ctx ends.
// Without it each connection is written to by a goroutine of its own.
func (p *Pump) Run(ctx context.Context) {
	var sweeper sync.WaitGroup
	sweeper.Go(func() { p.sweep(ctx) })
	p.workers.run(ctx.Done())
	sweeper.Wait()
}

// sweep closes stalled connections until ctx ends.
func (p *Pump) sweep(ctx context.Context) {
	if p.stall <= 0 {
		return
	}
	tick := time.NewTicker(max(p.stall/30, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			p.interrupt(now)
		case <-ctx.Done():
			return
		}
	}
}

// interrupt ends the writes that have been under way for too long.
func (p *Pump) interrupt(now time.Time) {
	for _, c := range p.all() {
		if s := c.steady.Load(); s != nil {
			s.interrupt(now, p.stall)
		}
	}
}

func (p *Pump) all() []*Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	conns := make([]*Conn, 0, len(p.conns))
	for c := range p.conns {
		conns = append(conns, c)
	}
	return conns
}

// Stop ends every connection's reading, so that each drains, says goodbye and
// closes. Their people are kept for the next start.
func (p *Pump) Stop(reason string) {
	p.hub.Keep()
	for _, c := range p.all() {
		c.Stop(reason)
	}
}

// Wait waits for all writers but the workers, for which Run waits. No connection
// may be opened any more, and the hub must have ended.
func (p *Pump) Wait() { p.writers.Wait() }

// The states of a connection's writing.
const (
	resting = iota // nobody writes
	writing        // somebody does
	wanted         // somebody does or is about to, and must look again before it rests
)

// Conn is a connection between a peer and its session.
type Conn struct {
	pump     *Pump
	net      net.Conn
	steady   atomic.Pointer[Steady] // under TLS, or over net while it is written to with waiting; else nil
	raw      syscall.RawConn        // nil if net is not a plain socket of a system that has them
	protocol Protocol
	session  *hub.Session
	ctx      context.Context // of the server; ends when nothing is to be waited for any more
	private  bool            // nobody can listen in
	secure   bool            // inside TLS

	dead    atomic.Bool                   // nothing more is to be written
	state   atomic.Int32                  // of the writer
	rested  atomic.Pointer[chan struct{}] // closed when the writer next rests; nil while nobody waits
	stopped atomic.Pointer[stop]          // nil while the server does not close the connection

	last chat.Seq // everything up to it has been delivered; owned by the writer
}

// Size returns how many connections there are.
func (p *Pump) Size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns)
}

// Peer is who is at the other end of a network connection.
type Peer struct {
	Conn   net.Conn
	First  []byte     // read from it already
	Remote netip.Addr // whose limits apply

	Private     bool     // nobody can listen in: TLS, or both ends are on this machine
	Secure      bool     // inside TLS
	Certificate chat.Key // that the peer has proved to have; zero without one

	// What a protocol knows that proves who somebody is before a word is said.
	As      *hub.Arrival  // how the peer comes in; nil if that is for it to say
	Passing bool          // a guest's key is of this connection alone, so nobody comes back by it
	Room    string        // to go to first; empty for nowhere else
	Echo    func(on bool) // has the terminal show what is typed, or not; nil where that is not ours to say

	// Screen takes the peer over, who goes on with a whole screen, or says why not. If it
	// does, whoever serves the peer lets go of the connection ([Conn.Release]). It is nil
	// where there can be none.
	Screen func(Passage) *chat.Error
}

// Passage is how somebody goes on with a whole screen.
type Passage struct {
	As    hub.Arrival
	Room  string // to be shown first; empty for any
	Asked bool   // they asked for the screen, whatever they usually prefer
}

// Open makes a connection of what a peer is connected with. The caller reads it,
// and closes it with Close. Nothing is waited for any more when ctx ends.
func (p *Pump) Open(ctx context.Context, peer *Peer, protocol Protocol) *Conn {
	c := &Conn{pump: p, net: peer.Conn, raw: rawConn(peer.Conn), protocol: protocol, ctx: ctx, private: peer.Private, secure: peer.Secure}
	c.steady.Store(steadyUnder(peer.Conn))
	c.session = p.hub.Connect(peer.Remote, c)
	if _, ok := protocol.(Tracker); ok {
		c.session.Track()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = struct{}{}
	return c
}

// Reopen ends the session, and returns a connection with a new one over the same
// network connection. It is called by the reader, once, instead of Close.
func (c *Conn) Reopen(protocol Protocol) *Conn {
	c.Release()
	return c.pump.Open(c.ctx, &Peer{Conn: c.net, Remote: c.session.Address(), Private: c.private, Secure: c.secure}, protocol)
}

// Release ends the session once everything is written, and leaves the network connection
// to whoever serves the peer then. It is called by the reader, once, instead of Close.
func (c *Conn) Release() {
	if c.finish() {
		c.seize()
	}
	c.retire()
	c.end()
}

// retire ends the session, and waits a moment for a guest to be gone by that.
func (c *Conn) retire() {
	ctx, cancel := context.WithTimeout(c.ctx, time.Second)
	defer cancel()
	c.session.Retire(ctx)
}

// Read reads from the peer. It is for the reader alone.
func (c *Conn) Read(b []byte) (int, error) {
	if c.stopped.Load() != nil {
		return c.readStopped(b)
	}
	return c.net.Read(b)
}

// wait waits until there is something to read, or until reading is to end.
func (c *Conn) wait() error {
	switch {
	case c.raw == nil:
		return nil // Read waits
	case c.stopped.Load() != nil:
		return c.waitStopped()
	}
	return c.raw.Read(readable)
}

// readStopped reads from a peer whose connection is being closed.
//
//go:noinline
func (c *Conn) readStopped(b []byte) (int, error) {
	s, began := c.readOn()
	n, err := c.net.Read(b)
	s.waited += time.Since(began)
	s.bytes += n
	return n, err
}

//go:noinline
func (c *Conn) waitStopped() error {
	s, began := c.readOn()
	err := c.raw.Read(readable)
	s.waited += time.Since(began)
	return err
}

// readOn gives a reader that was busy when the connection was stopped the same
// grace as one that was waiting. What counts against a peer is for how long it
// is waited for and how much it sends, not how long the server takes over that:
// all that was under way is answered on a slow machine too, and one who never
// stops sending is not listened to for ever.
func (c *Conn) readOn() (*stop, time.Time) {
	s := c.stopped.Load()
	if s.waited < drainWait && s.bytes < drainBytes {
		c.net.SetReadDeadline(time.Now().Add(StopGrace))
	}
	return s, time.Now()
}

// Session returns the connection's session.
func (c *Conn) Session() *hub.Session { return c.session }

// Private reports whether nobody can listen in, so that secrets may be said.
func (c *Conn) Private() bool { return c.private }

// Secure reports whether the connection is inside TLS.
func (c *Conn) Secure() bool { return c.secure }

// Context ends when nothing is to be waited for any more, since the server is
// done.
func (c *Conn) Context() context.Context { return c.ctx }

// stop says why the server closes a connection. The rest is the reader's: what
// has been read since, and how long that was waited for.
type stop struct {
	reason string
	bytes  int
	waited time.Duration
}

// StopGrace is how long a connection that is stopped is read on. What the peer
// had sent by then has come in, and is answered.
const StopGrace = 50 * time.Millisecond

// How long, and for how many bytes, a connection that is stopped is read on. The
// bytes are what the buffers between two sockets hold at most by default.
const (
	drainWait  = 500 * time.Millisecond
	drainBytes = 8 << 20
)

// Stop ends the reading, after StopGrace, with a reason that the peer will be
// told. What comes in meanwhile is to be refused. It may be called from any
// goroutine.
func (c *Conn) Stop(reason string) {
	c.stopped.CompareAndSwap(nil, &stop{reason: reason})
	c.net.SetReadDeadline(time.Now().Add(StopGrace))
}

// Stopped reports whether Stop has been called.
func (c *Conn) Stopped() bool { return c.stopped.Load() != nil }

// drainTime bounds how long a closing connection may take to take what waits
// for it.
const drainTime = 5 * time.Second

// Close waits until what the peer has sent is decided and what waits for it is
// written, within bounds, says goodbye if the server closes, and closes. By the
// goodbye a guest is gone: who hears of it may look. It is called by the reader,
// once.
func (c *Conn) Close() {
	orderly := c.finish()
	if stopped := c.stopped.Load(); orderly && stopped != nil && c.seize() {
		c.retire()
		c.net.SetWriteDeadline(time.Now().Add(time.Second))
		c.net.Write(c.protocol.Goodbye(nil, stopped.reason, c.last))
	}
	c.end()
	if orderly {
		c.linger()
	}
	c.net.Close()
}

// Retire ends the session once everything is written, and waits a moment for a guest
// to be gone: before a Close by which others learn that the peer has gone, and may
// come under the same name. It is called by the reader, once.
func (c *Conn) Retire() {
	if c.finish() && c.seize() {
		c.retire()
	}
}

// How long, and for how many bytes, a peer may go on sending after the last
// word.
const (
	lingerTime  = 200 * time.Millisecond
	lingerBytes = 1 << 20
)

// linger ends the writing and reads on for a moment, if need be. A socket that is
// closed with something in it that has not been read resets the connection, and
// then the peer may never see what it was told last.
func (c *Conn) linger() {
	if half, ok := c.net.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		c.net.SetReadDeadline(time.Now().Add(lingerTime))
		io.CopyN(io.Discard, c.net, lingerBytes)
	}
}

// seize ends the writing of what the session brings, so that the caller may
// write, and reports whether it has ended.
func (c *Conn) seize() bool {
	rested := make(chan struct{})
	c.rested.Store(&rested)
	c.dead.Store(true)
	c.Wake()
	select {
	case <-rested:
		return true
	case <-time.After(time.Second):
		return false
	}
}

// finish waits until everything is decided and written, and reports whether it
// was.
func (c *Conn) finish() bool {
	ctx, cancel := context.WithTimeout(c.ctx, drainTime)
	defer cancel()
	return c.session.Settle(ctx) == nil && c.flush(ctx)
}

func (c *Conn) end() {
	c.dead.Store(true)
	c.session.Close()
	c.pump.mu.Lock()
	defer c.pump.mu.Unlock()
	delete(c.pump.conns, c)
}

// Flush waits a moment until everything that is there for the peer has been
// written, for what must not overtake it.
func (c *Conn) Flush() {
	ctx, cancel := context.WithTimeout(c.ctx, time.Second)
	defer cancel()
	c.flush(ctx)
}

// flush waits until everything that is there for the peer has been written.
func (c *Conn) flush(ctx context.Context) bool {
	rested := make(chan struct{})
	c.rested.Store(&rested)
	c.Wake()
	select {
	case <-rested:
		return !c.dead.Load()
	case <-ctx.Done():
		return false
	}
}
