package ssh

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/internal/gateway"
)

// socket is the connection that SSH goes over.
type socket struct {
	net.Conn             // a [gateway.Steady], or TLS over one
	below    net.Conn    // the Steady: where it is seen whether the peer takes anything
	first    []byte      // to be read before what the connection brings
	open     atomic.Bool // keys are agreed on, and who the peer is

	taking atomic.Bool   // the session has taken all that has come, and waits for more
	taken  chan struct{} // has a token when taking has become true; never closed
	closed chan struct{}
	close  func() error
	ahead  int // bytes that were read while it was not; owned by who reads
}

// maxAhead is how many bytes are read while the session does not take them: a message
// or two. The protocol's window is far wider, and in memory.
const maxAhead = 64 << 10

func newSocket(peer *gateway.Peer) *socket {
	s := &socket{first: peer.First, taken: make(chan struct{}, 1), closed: make(chan struct{})}
	s.close = sync.OnceValue(func() error {
		close(s.closed)
		return s.Conn.Close()
	})
	if secure, ok := peer.Conn.(interface{ NetConn() net.Conn }); ok {
		s.Conn, s.below = peer.Conn, secure.NetConn()
		return s
	}
	s.Conn = gateway.NewSteady(peer.Conn)
	s.below = s.Conn
	return s
}

// Read implements [net.Conn]. The server wakes everybody who reads when it stops. A
// session ends by what it is told then; SSH must read on, or it could tell the peer
// nothing any more.
func (s *socket) Read(b []byte) (int, error) {
	if len(s.first) > 0 {
		n := copy(b, s.first)
		if s.first = s.first[n:]; len(s.first) == 0 {
			s.first = nil
		}
		return n, nil
	}
	if s.open.Load() && !s.mayRead() {
		return 0, net.ErrClosed
	}
	for {
		n, err := s.Conn.Read(b)
		s.ahead += n
		if n > 0 || !s.open.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if err := s.Conn.SetReadDeadline(time.Time{}); err != nil {
			return 0, err
		}
	}
}

// mayRead waits until the session takes what it is sent, if it has much to take. It
// reports false if the connection is closed meanwhile.
func (s *socket) mayRead() bool {
	for !s.taking.Load() {
		if s.ahead < maxAhead {
			return true
		}
		select {
		case <-s.taken:
		case <-s.closed:
			return false
		}
	}
	s.ahead = 0
	return true
}

// takes tells whether the session waits for more.
func (s *socket) takes(more bool) {
	s.taking.Store(more)
	if !more {
		return
	}
	select {
	case s.taken <- struct{}{}:
	default:
	}
}

// Close implements [net.Conn].
func (s *socket) Close() error { return s.close() }
