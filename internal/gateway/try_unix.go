//go:build unix

package gateway

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// try writes without waiting. It belongs to one goroutine, and exists so that a
// write costs no allocation.
type try struct {
	b    []byte
	n    int
	err  error
	call func(fd uintptr) bool
}

func newTry() *try {
	t := &try{}
	t.call = func(fd uintptr) bool {
		for {
			t.n, t.err = syscall.Write(int(fd), t.b)
			if t.err != syscall.EINTR {
				return true // do not wait until it is writable
			}
		}
	}
	return t
}

// write writes as much of b as the socket takes now.
func (t *try) write(raw syscall.RawConn, b []byte) (int, error) {
	t.b = b
	err := raw.Write(t.call)
	t.b = nil
	switch {
	case err != nil:
		return 0, err
	case t.err == syscall.EAGAIN:
		return 0, nil
	case t.err != nil:
		return 0, t.err
	}
	return t.n, nil
}

// rawConn returns the connection as try needs it, or nil if it is not a socket
// of the system's own.
func rawConn(nc net.Conn) syscall.RawConn {
	switch nc.(type) {
	case *net.TCPConn, *net.UnixConn:
		if raw, err := nc.(syscall.Conn).SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

// readable reports whether a read would return at once.
func readable(fd uintptr) bool {
	p := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(p[:], 0)
	return n > 0 || err != nil
}
