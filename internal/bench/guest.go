package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

// guest is a connection beside the fleet's, for one goroutine that asks
// something and waits for the answer.
type guest struct {
	conn    net.Conn
	in      *bufio.Reader
	dialect Dialect
	// A goroutine that waits for nothing else could not see the end of a
	// context, so that closes the connection.
	stop func() bool
	// What a login has started.
	running sync.WaitGroup
}

// guestPatience is how long a guest waits for a line of an answer.
const guestPatience = 30 * time.Second

// callOn connects, lands in the room ("" for none), and returns the connection,
// which the end of ctx closes.
func callOn(ctx context.Context, address string, d Dialect, nick, room string) (*guest, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	g := &guest{conn: conn, dialect: d}
	g.stop = context.AfterFunc(ctx, func() { conn.Close() })
	if d, ok := d.(secured); ok {
		inner, err := d.login(conn, nick, room, g.running.Go)
		if err != nil {
			g.close()
			return nil, err
		}
		g.conn = inner
	}
	g.in = bufio.NewReaderSize(g.conn, maxLine)
	if err := g.land(nick, room); err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

// land says hello and returns when the ping behind it is answered.
func (g *guest) land(nick, room string) error {
	const token = "guest"
	g.send(g.dialect.AppendHello(nil, nick, room, token))
	for {
		s, err := g.next(guestPatience)
		if err != nil {
			return err
		}
		switch {
		case s.kind == kindPong && string(s.part) == token:
			return nil
		case s.kind == kindWelcome:
			g.send(g.dialect.AppendEnter(nil, room, token))
		case s.kind == kindRefusal:
			return fmt.Errorf("the server refuses %s: %.200q", nick, s.line)
		}
	}
}

// send writes p. A broken connection is noticed by the reading that follows.
func (g *guest) send(p []byte) { _, _ = g.conn.Write(p) }

// said is a line that a guest was sent, sorted.
type said struct {
	kind       kind
	part, line []byte
}

// next returns the next line that does not want an answer, which is valid until
// the next call.
func (g *guest) next(patience time.Duration) (said, error) {
	for {
		if err := g.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return said{}, err
		}
		line, err := g.line()
		if err != nil {
			return said{}, err
		}
		k, part := g.dialect.Sort(line)
		if k != kindPing {
			return said{k, part, line}, nil
		}
		g.send(g.dialect.AppendPong(nil, part))
	}
}

// line returns the next line.
func (g *guest) line() ([]byte, error) {
	for have := 1; ; {
		_, err := g.in.Peek(have) // reads, if need be
		p, _ := g.in.Peek(g.in.Buffered())
		if len(p) > 0 {
			if line, used := g.dialect.Cut(p); used > 0 {
				g.in.Discard(used) // it is there; the bytes stay until the next read
				return line, nil
			}
		}
		switch {
		case err != nil:
			return nil, err
		case len(p) == g.in.Size():
			return nil, errLongLine
		}
		have = len(p) + 1
	}
}

// close ends the connection.
func (g *guest) close() {
	g.stop()
	g.conn.Close()
	g.running.Wait()
}
