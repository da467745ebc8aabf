package ssh

import (
	"io"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// stream is a session's channel as gateways take it: a [net.Conn].
//
// A channel's Read can't be interrupted, so a goroutine feeds what it brings into a
// pipe, whose can. A Write can't be either, but by closing the connection, which is
// what is done with a peer that takes nothing.
type stream struct {
	channel ssh.Channel
	socket  *socket
	near    net.Conn      // read by the session
	far     net.Conn      // fed
	stall   time.Duration // how long a piece may take; 0 for no limit

	until    atomic.Pointer[time.Time] // for writes; nil for none
	terminal atomic.Pointer[terminal]  // where lines are shown; nil without one, and while there is a whole screen
}

// Sizes in bytes. A peer that takes less than a piece in the time that it has takes
// nothing.
const (
	feedSize  = 1 << 10
	pieceSize = 4 << 10
)

func newStream(channel ssh.Channel, s *socket, stall time.Duration) *stream {
	st := &stream{channel: channel, socket: s, stall: stall}
	st.near, st.far = net.Pipe()
	return st
}

// feed feeds what the channel brings to the session until it ends. The end of the
// input is told when later is closed, if it is not nil.
func (s *stream) feed(later <-chan struct{}) {
	buf := make([]byte, feedSize)
	left := false // by a key
	for n, ended := 0, false; !ended && !left; {
		n, ended = s.next(buf, n == len(buf))
		in := buf[:n]
		if t := s.terminal.Load(); t != nil {
			in, left = t.typed(in)
		}
		if _, err := s.far.Write(in); err != nil {
			break // the session reads no more
		}
	}
	if later != nil && !left {
		<-later
	}
	s.far.Close()
	s.socket.takes(true)
	_, _ = io.Copy(io.Discard, s.channel) // so that the peer's requests are still heard
}

// next reads once from the channel, and tells the socket that all has been taken, when
// it has: if there may be more, since as much came as could, a moment without any
// tells so.
func (s *stream) next(buf []byte, more bool) (n int, ended bool) {
	if more {
		idle := time.AfterFunc(time.Second, func() { s.socket.takes(true) })
		defer idle.Stop()
	} else {
		s.socket.takes(true)
	}
	n, err := s.channel.Read(buf)
	s.socket.takes(false)
	return n, err != nil
}

// Read implements [net.Conn].
func (s *stream) Read(b []byte) (int, error) { return s.near.Read(b) }

// Write implements [net.Conn].
func (s *stream) Write(b []byte) (int, error) {
	if t := s.terminal.Load(); t != nil {
		return len(b), t.print(b)
	}
	return s.raw(s.channel, b)
}

// raw writes to the channel, or to its standard error, in pieces, and closes the
// connection if one takes too long.
func (s *stream) raw(to io.Writer, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = s.piece(to, b[n:min(n+pieceSize, len(b))])
		n += m
	}
	return n, err
}

func (s *stream) piece(to io.Writer, b []byte) (int, error) {
	wait := s.stall
	if until := s.until.Load(); until != nil {
		if left := max(time.Until(*until), 1); wait == 0 || left < wait {
			wait = left
		}
	}
	if wait > 0 {
		late := time.AfterFunc(wait, func() { s.socket.Close() })
		defer late.Stop()
	}
	return to.Write(b)
}

// Close implements [net.Conn]: nothing is read any more. The channel is closed by the
// visit, which has still to say how it went.
func (s *stream) Close() error { return s.near.Close() }

// NetConn returns what is below, for gateways to see that the peer takes nothing.
func (s *stream) NetConn() net.Conn { return s.socket.below }

// LocalAddr implements [net.Conn].
func (s *stream) LocalAddr() net.Addr { return s.socket.LocalAddr() }

// RemoteAddr implements [net.Conn].
func (s *stream) RemoteAddr() net.Addr { return s.socket.RemoteAddr() }

// SetDeadline implements [net.Conn].
func (s *stream) SetDeadline(t time.Time) error {
	_ = s.SetWriteDeadline(t)
	return s.SetReadDeadline(t)
}

// SetReadDeadline implements [net.Conn].
func (s *stream) SetReadDeadline(t time.Time) error { return s.near.SetReadDeadline(t) }

// SetWriteDeadline implements [net.Conn]. It does not end a write that is under way:
// in a terminal what is typed may be shown just then.
func (s *stream) SetWriteDeadline(t time.Time) error {
	if t.IsZero() {
		s.until.Store(nil)
	} else {
		s.until.Store(&t)
	}
	return nil
}

// failures is where a session's errors go: the channel's standard error.
type failures struct{ *stream }

// Write implements [io.Writer]. A terminal has no other place for them.
func (f failures) Write(b []byte) (int, error) {
	if f.terminal.Load() != nil {
		return f.stream.Write(b)
	}
	return f.raw(f.channel.Stderr(), b)
}
