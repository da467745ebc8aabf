package gateway

import (
	"errors"
	"sync"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// maxWrite is about how many bytes one write carries at most. A peer that reads
// slowly ties up as much memory, and no more.
const maxWrite = 32 << 10

// buffers are for what writers gather. They are shared by all connections,
// since only those that are being written to need one.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Dialect implements [hub.Peer].
func (c *Conn) Dialect(room *chat.RoomInfo) hub.Dialect { return c.protocol.Dialect(room) }

// Wake implements [hub.Peer]: it has the connection written to.
func (c *Conn) Wake() {
	if c.state.Swap(wanted) == resting {
		c.queue()
	}
}

// writeLoop writes until there is nothing to write, waiting where it must. It
// goes on with what has been gathered.
func (c *Conn) writeLoop(out *gather) {
	defer out.release()
	var over *Steady // net; a connection has none while it rests, since most do
	if c.steady.Load() == nil {
		over = NewSteady(c.net)
	}
	for {
		c.state.Store(writing)
		if over != nil {
			c.steady.Store(over)
		}
		if _, err := c.write(out, nil); err != nil {
			c.broken(err)
		}
		if over != nil {
			c.steady.Store(nil) // before somebody else may write
		}
		if c.state.CompareAndSwap(writing, resting) {
			break
		}
	}
	if rested := c.rested.Swap(nil); rested != nil {
		close(*rested)
	}
}

// broken ends a connection that can't be written to: the reader notices.
func (c *Conn) broken(err error) {
	if evicted, ok := errors.AsType[*hub.Evicted](err); ok {
		c.Stop(evicted.Reason)
		return
	}
	c.dead.Store(true)
	c.net.SetReadDeadline(time.Unix(1, 0))
}

// write takes everything that the session has for the peer and writes it, many
// frames to a call. If t is not nil it does not wait: it returns false when it
// would have to, and what remains to be written is in out.
func (c *Conn) write(out *gather, t *try) (done bool, err error) {
	if out.first.Kind != hub.Nothing {
		out.add(&out.first)
		out.first = hub.Delivery{}
	}
	for sent := 0; !c.dead.Load(); {
		if out.len() >= maxWrite {
			sent += out.len()
			if done, err := out.flush(t); !done || err != nil {
				return done, err
			}
		}
		d, err := c.session.Next(c.ctx, maxWrite-out.len(), t == nil)
		switch {
		case err != nil:
			// What was gathered came before: without it there would be a gap, or half a
			// frame, before the goodbye.
			if done, err := out.flush(t); !done || err != nil {
				return done, err
			}
			return false, err
		case d.Kind == hub.Nothing:
			return out.flush(t)
		case t != nil && (d.Kind == hub.Entered || d.Kind == hub.Lagging || c.comes(&d) || sent >= turn):
			out.first = d
			return false, nil
		}
		out.add(&d)
	}
	return true, nil
}

// comes reports whether a delivery is that the peer itself has come into a room: like
// entering one it may take reading from the store.
func (c *Conn) comes(d *hub.Delivery) bool {
	return d.Kind == hub.Personal && d.Event.Kind == chat.Joined && d.Event.By == c.session.User()
}

// gather collects bytes for one write. A single run of shared bytes is written
// as it is; several are copied together, which is cheaper than a vectored write
// of small pieces.
type gather struct {
	conn  *Conn
	first hub.Delivery // taken, and not added yet
	lone  []byte       // shared bytes, if there is nothing else
	held  *[]byte      // the buffer; nil until it is needed
	last  chat.Seq     // everything up to it is written once what has been gathered is; 0 if that changes nothing

	handed hub.Delivery // see hand
}

// add adds what a delivery tells the peer.
func (g *gather) add(d *hub.Delivery) {
	c := g.conn
	switch d.Kind {
	case hub.Events:
		g.share(d.Bytes)
		g.last = d.Last
	case hub.Entered:
		g.own(c.protocol.Entered(g.buffer(), g.hand(d)))
	case hub.Exited:
		g.own(c.protocol.Exited(g.buffer(), d.Room))
	case hub.Personal:
		g.own(c.protocol.(Tracker).Personal(g.buffer(), g.hand(d)))
		g.last = d.Last
	case hub.Answered:
		switch {
		case d.Answer.Body != nil:
			g.share(d.Answer.Body)
		case d.Answer.Signal != nil:
			g.own(c.protocol.(Tracker).Signalled(g.buffer(), d.Answer.Signal))
		default:
			g.own(c.protocol.Answered(g.buffer(), d.Answer.Tag, d.Answer.Outcome))
		}
	}
}

// hand returns a delivery as protocols are handed it: where it stays until the next
// one, since what a protocol is given by reference would else be allocated, for every
// delivery that there is.
func (g *gather) hand(d *hub.Delivery) *hub.Delivery {
	g.handed = *d
	return &g.handed
}

// len returns how many bytes have been gathered. Either they are lone, or they
// are in the buffer.
func (g *gather) len() int {
	if g.held == nil || len(g.lone) > 0 {
		return len(g.lone)
	}
	return len(*g.held)
}

// share adds bytes that others may be writing too.
func (g *gather) share(b []byte) {
	if g.len() == 0 {
		g.lone = b
		return
	}
	g.own(append(g.buffer(), b...))
}

// buffer returns the buffer with what has been gathered, to append to; own
// takes it back.
func (g *gather) buffer() []byte {
	if g.held == nil {
		g.held = buffers.Get().(*[]byte)
		*g.held = (*g.held)[:0]
	}
	if len(g.lone) > 0 {
		*g.held = append(*g.held, g.lone...)
		g.lone = nil
	}
	return *g.held
}

func (g *gather) own(b []byte) { *g.held = b }

// flush writes what has been gathered. If t is not nil it does not wait: it
// returns false when the peer has not taken everything, and keeps the rest.
func (g *gather) flush(t *try) (done bool, err error) {
	b := g.lone
	if len(b) == 0 && g.held != nil {
		b = *g.held
	}
	if len(b) == 0 {
		g.written()
		return true, nil
	}
	n := 0
	if t != nil {
		n, err = t.write(g.conn.raw, b)
	} else {
		n, err = len(b), g.conn.send(b)
	}
	if n < len(b) && err == nil {
		b = b[n:]
		if g.lone != nil {
			g.lone = b
		} else {
			*g.held = append((*g.held)[:0], b...)
		}
		return false, nil
	}
	g.lone = nil
	if g.held != nil {
		*g.held = (*g.held)[:0]
	}
	if err == nil {
		g.written()
	}
	return true, err
}

// written notes that everything that was gathered has been written.
func (g *gather) written() {
	if g.last != 0 {
		g.conn.last, g.last = g.last, 0
	}
}

// drop forgets what has been gathered.
func (g *gather) drop() {
	g.conn, g.lone, g.last, g.handed = nil, nil, 0, hub.Delivery{}
	if g.held != nil {
		*g.held = (*g.held)[:0]
	}
}

func (g *gather) release() {
	if g.held != nil && cap(*g.held) <= 2*maxWrite {
		buffers.Put(g.held)
	}
	g.held, g.lone = nil, nil
}

// send writes b. It gives up when the peer has taken nothing for as long as the
// pump allows.
func (c *Conn) send(b []byte) (err error) {
	if s := c.steady.Load(); s != nil && s.Conn == c.net {
		_, err = s.Write(b)
	} else {
		_, err = c.net.Write(b) // through TLS, and then the same way
	}
	return err
}
