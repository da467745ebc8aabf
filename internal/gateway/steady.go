package gateway

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// Steady is a network connection whose writes can be given up when the peer
// takes nothing, and only then: a write that gets on, however slowly, may take
// as long as it takes.
//
// A gateway writes to each connection through one. Under TLS it is what the
// [crypto/tls.Conn] is made of: TLS can't go on after a write of its own was
// interrupted, so it must not notice that one was.
type Steady struct {
	net.Conn

	mu    sync.Mutex // guards the following, so that it is the write under way that is interrupted
	since time.Time  // when that began; zero if there is none
	cut   bool       // it has been interrupted
}

// NewSteady returns a Steady over a connection.
func NewSteady(nc net.Conn) *Steady { return &Steady{Conn: nc} }

// steadyUnder returns the Steady under TLS, or nil if that is not what nc is.
func steadyUnder(nc net.Conn) *Steady {
	if secure, ok := nc.(interface{ NetConn() net.Conn }); ok {
		if below, ok := secure.NetConn().(interface{ steady() *Steady }); ok {
			return below.steady()
		}
	}
	return nil
}

func (s *Steady) steady() *Steady { return s }

// Write writes all of b, unless the peer takes none of it for so long that the
// write is given up, or another deadline passes.
func (s *Steady) Write(b []byte) (n int, err error) {
	for {
		s.begin()
		m, err := s.Conn.Write(b[n:])
		cut := s.end()
		n += m
		if err == nil || m == 0 || !cut || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
	}
}

func (s *Steady) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = time.Now()
}

// end ends a write, undoes an interruption, and reports whether there was one.
func (s *Steady) end() (cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cut = s.cut; cut {
		s.Conn.SetWriteDeadline(time.Time{})
	}
	s.since, s.cut = time.Time{}, false
	return cut
}

// interrupt ends the write that is under way if it began longer than stall
// before now. Write sees whether there was any progress.
func (s *Steady) interrupt(now time.Time, stall time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.since.IsZero() && !s.cut && now.Sub(s.since) > stall {
		s.cut = true
		s.Conn.SetWriteDeadline(now)
	}
}
