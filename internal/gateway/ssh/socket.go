package ssh

import (
	"errors"
	"net"
	"os"
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
}

func newSocket(peer *gateway.Peer) *socket {
	s := &socket{first: peer.First}
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
	for {
		n, err := s.Conn.Read(b)
		if n > 0 || !s.open.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if err := s.Conn.SetReadDeadline(time.Time{}); err != nil {
			return 0, err
		}
	}
}
