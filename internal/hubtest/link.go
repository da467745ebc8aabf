package hubtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
)

// errCut is what ends a connection that the test itself cuts.
var errCut = errors.New("hubtest: the connection was cut")

// cut says how a connection ends.
type cut struct {
	read, write int  // bytes until it is cut, at whatever byte that is; negative: never
	hard        bool // with RST, as a crash or a pulled cable looks; otherwise with FIN
}

// never is for connections that are not cut.
var never = cut{read: -1, write: -1}

// Cuts draws the ends of an actor's connections: most after a few kilobytes in
// one of the two directions, some at once.
func Cuts(rng *rand.Rand, size int) func() cut {
	return func() cut {
		c := cut{read: -1, write: -1, hard: rng.IntN(2) == 0}
		n := int(rng.ExpFloat64() * float64(size))
		if rng.IntN(2) == 0 {
			c.read = n * 8 // much more is read than written
		} else {
			c.write = n
		}
		return c
	}
}

// link is a connection that is cut after a number of bytes, or when its context
// ends. One goroutine reads and one writes.
type link struct {
	*net.TCPConn
	cut  cut
	stop func() bool // lets go of the context
}

// dial returns a link to the server.
func (s *Server) dial(ctx context.Context, c cut) (*link, error) {
	conn, err := s.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return &link{TCPConn: conn, cut: c, stop: context.AfterFunc(ctx, func() { conn.Close() })}, nil
}

// Read implements [io.Reader].
func (l *link) Read(b []byte) (int, error) {
	if l.cut.read < 0 {
		return l.TCPConn.Read(b)
	}
	if l.cut.read == 0 {
		l.end()
		return 0, errCut
	}
	n, err := l.TCPConn.Read(b[:min(len(b), l.cut.read)])
	l.cut.read -= n
	return n, err
}

// Write implements [io.Writer].
func (l *link) Write(b []byte) (int, error) {
	if l.cut.write < 0 || len(b) < l.cut.write {
		l.cut.write -= min(len(b), max(l.cut.write, 0))
		return l.TCPConn.Write(b)
	}
	n, _ := l.TCPConn.Write(b[:l.cut.write])
	l.end()
	return n, errCut
}

// end cuts the connection.
func (l *link) end() {
	if l.cut.hard {
		l.SetLinger(0)
	}
	l.Close()
}

// Close closes the connection. It may be called more than once.
func (l *link) Close() error {
	l.stop()
	return l.TCPConn.Close()
}
