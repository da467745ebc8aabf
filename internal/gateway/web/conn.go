package web

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"hubbub/internal/gateway"
)

// listener is where the HTTP server accepts the connections that have been found
// to speak HTTP.
type listener struct {
	incoming chan *conn
	closed   chan struct{}
	once     sync.Once // guards closing closed
}

func newListener() *listener {
	return &listener{incoming: make(chan *conn), closed: make(chan struct{})}
}

// give hands a connection over, and reports whether there is still somebody to
// take it.
func (l *listener) give(c *conn) bool {
	select {
	case l.incoming <- c:
		return true
	case <-l.closed:
		return false
	}
}

// Accept implements [net.Listener].
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements [net.Listener]; the connections have addresses of their own.
func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

// conn is a connection as the HTTP server has it.
type conn struct {
	net.Conn
	ctx   context.Context // of the server; ends when nothing is to be waited for any more
	peer  *gateway.Peer
	first []byte      // read already, and to be read before the rest; owned by the reader
	next  chan func() // what goes on with the connection, once: nil when it is closed
	once  sync.Once   // guards sending to next
}

// stall is how long a peer may take nothing of an answer.
const stall = 30 * time.Second

// Read implements [net.Conn].
func (c *conn) Read(b []byte) (int, error) {
	if len(c.first) > 0 {
		n := copy(b, c.first)
		c.first = c.first[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

// Write implements [net.Conn]. The HTTP server writes a few kilobytes at a time:
// whoever takes none of them for too long is not waited for.
func (c *conn) Write(b []byte) (int, error) {
	c.Conn.SetWriteDeadline(time.Now().Add(stall))
	return c.Conn.Write(b)
}

// Close implements [net.Conn].
func (c *conn) Close() error {
	err := c.Conn.Close()
	c.goOn(nil)
	return err
}

func (c *conn) goOn(rest func()) { c.once.Do(func() { c.next <- rest }) }

// Greet hands the peer's connection to the HTTP server, and returns what is to be
// run on a goroutine with a small stack: it waits for the end of the connection, or
// serves it if that is what has become of it.
func (g *Gateway) Greet(ctx context.Context, peer *gateway.Peer) (rest func()) {
	c := &conn{Conn: peer.Conn, ctx: ctx, peer: peer, first: peer.First, next: make(chan func(), 1)}
	peer.First = nil
	if !g.listener.give(c) {
		return nil
	}
	return func() {
		if rest := <-c.next; rest != nil {
			rest()
		}
	}
}

// connKey is under which a request's context has its connection.
type connKey struct{}

func connOf(r *http.Request) *conn { return r.Context().Value(connKey{}).(*conn) }

// taken is a connection that has been taken from the HTTP server, with its buffers
// let go of.
type taken struct {
	*gateway.Peer
	conn *conn
}

// GoOn has rest serve the connection from now on, which is closed when it returns.
// It has a small stack, and its goroutine is the only one that the connection
// costs: whoever takes a connection calls GoOn and returns.
func (t *taken) GoOn(rest func()) { t.conn.goOn(rest) }

// hijack takes a request's connection from the HTTP server. The peer is who is at
// its other end, behind a proxy too, with what has been read already. The
// deadlines are clear, unless the server is stopping. After an error the
// connection is still the server's.
func (g *Gateway) hijack(w http.ResponseWriter, r *http.Request) (*taken, error) {
	nc, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	c := nc.(*conn)
	first := make([]byte, buffered.Reader.Buffered(), buffered.Reader.Buffered()+len(c.first))
	if _, err := buffered.Reader.Read(first); err != nil && len(first) > 0 {
		panic("web: a buffer has less than it says") // bufio does not
	}
	first = append(first, c.first...)
	c.first = nil
	who := g.clientOf(r)
	peer := *c.peer
	peer.First, peer.Remote, peer.Private, peer.Secure = first, who.from, who.private, who.secure
	if g.stopping.Load() { // clearing the deadline may have undone that
		peer.Conn.SetReadDeadline(time.Now().Add(gateway.StopGrace))
	}
	return &taken{Peer: &peer, conn: c}, nil
}
