package bench

import (
	"errors"
	"fmt"
	"net"
	"sync"
)

// slowBuffer is the receive buffer of a client that will stall, in bytes: small,
// so that the stall is soon the server's. By SSH it has to hold some packets: TCP
// opens a window that has less than one free only when a timer says so.
const (
	slowBuffer       = 4 << 10
	slowPacketBuffer = 64 << 10
)

var errLongLine = fmt.Errorf("the server sent more than %d bytes without a line break", maxLine)

// streams is the transport that works everywhere: a reading goroutine for each
// connection, and a writing one while there is something to write.
type streams struct {
	f       *fleet
	running sync.WaitGroup
}

// stream is a connection of streams. Its fields are guarded by c.mu.
type stream struct {
	t       *streams
	c       *client
	conn    net.Conn // nil before the dial
	closed  bool
	writing bool // flush is running
	out     []byte
	paused  bool
	unpause *sync.Cond // on c.mu
}

// newStreams returns the portable transport.
func newStreams(f *fleet) (transport, error) {
	t := &streams{f: f}
	for _, c := range f.clients {
		c.link = &stream{t: t, c: c, unpause: sync.NewCond(&c.mu)}
	}
	return t, nil
}

// dial starts the goroutine that connects c and reads for it.
func (t *streams) dial(c *client) {
	t.running.Go(func() {
		if err := c.link.(*stream).readLoop(t.f.address); err != nil {
			c.left(err)
		}
	})
}

// close ends all connections and waits for their goroutines.
func (t *streams) close() {
	for _, c := range t.f.clients {
		c.mu.Lock()
		l := c.link.(*stream)
		l.closed, l.paused = true, false
		if l.conn != nil {
			l.conn.Close()
		}
		l.unpause.Broadcast()
		c.mu.Unlock()
	}
	t.running.Wait()
}

// readLoop connects, says hello, and feeds the client until the connection
// ends.
func (l *stream) readLoop(address string) error {
	if err := l.connect(address); err != nil {
		return err
	}
	sh, buf, kept := l.c.sh, make([]byte, 4<<10), 0
	for l.mayRead() {
		if kept == len(buf) {
			if kept >= maxLine {
				return errLongLine
			}
			buf = append(buf, make([]byte, len(buf))...)
		}
		n, err := l.conn.Read(buf[kept:])
		sh.mu.Lock()
		used := l.c.feed(buf[:kept+n], l.c.f.now())
		sh.mu.Unlock()
		kept = copy(buf, buf[used:kept+n])
		if err != nil {
			return err
		}
	}
	return net.ErrClosed
}

// connect dials, logs in where the dialect wants that, and queues the hello.
func (l *stream) connect(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	if tcp, ok := conn.(*net.TCPConn); ok && l.c.slow {
		// Best effort: without it the stall only takes longer to be felt.
		_ = tcp.SetReadBuffer(l.c.slowBuffer())
	}
	if err := l.adopt(conn); err != nil {
		return err
	}
	if d, ok := l.c.dialect.(secured); ok {
		inner, err := d.login(&gate{conn, l}, l.c.nick, l.c.landsIn(), l.t.running.Go)
		if err != nil {
			return errors.Join(err, conn.Close())
		}
		if err := l.adopt(inner); err != nil {
			return err
		}
	}
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	l.write(l.c.hello())
	return nil
}

// slowBuffer returns the size of the receive buffer if the client is slow.
func (c *client) slowBuffer() int {
	if _, ok := c.dialect.(secured); ok {
		return slowPacketBuffer
	}
	return slowBuffer
}

// adopt makes conn the connection, unless all are closed by now.
func (l *stream) adopt(conn net.Conn) error {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	if l.closed {
		return errors.Join(net.ErrClosed, conn.Close())
	}
	l.conn = conn
	return nil
}

// gate is a connection below a login, from which nothing is taken while the client
// reads nothing: or what is above would take it in.
type gate struct {
	net.Conn
	l *stream
}

// Read implements [net.Conn].
func (g *gate) Read(b []byte) (int, error) {
	if !g.l.mayRead() {
		return 0, net.ErrClosed
	}
	return g.Conn.Read(b)
}

// mayRead waits while reading is paused. It reports false once closed.
func (l *stream) mayRead() bool {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	for l.paused {
		l.unpause.Wait()
	}
	return !l.closed
}

// write keeps p for the writing goroutine, and starts it if need be. c.mu is
// held.
func (l *stream) write(p []byte) {
	if l.conn == nil || l.closed {
		return
	}
	l.out = append(l.out, p...)
	if !l.writing {
		l.writing = true
		l.t.running.Go(l.flush)
	}
}

// flush writes until there is nothing to write. A broken connection is noticed
// by the reading side.
func (l *stream) flush() {
	var p []byte
	for {
		l.c.mu.Lock()
		p, l.out = l.out, p[:0]
		if len(p) == 0 {
			l.writing = false
			l.c.mu.Unlock()
			return
		}
		l.c.mu.Unlock()
		_, _ = l.conn.Write(p)
	}
}

// pause stops reading after at most one more read. c.mu is held.
func (l *stream) pause() { l.paused = true }

// resume reads again. c.mu is held.
func (l *stream) resume() { l.paused = false; l.unpause.Broadcast() }
