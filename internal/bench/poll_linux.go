package bench

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// On Linux a few pollers read all connections. Sockets stay outside the Go
// runtime's own poller, which would be woken for each of them too.

// pollers is the transport of a fleet on Linux: one poller for each shard.
type pollers struct {
	f       *fleet
	to      unix.Sockaddr
	family  int
	pollers []*poller
	running sync.WaitGroup
}

// poller waits for its shard's connections and reads them into one buffer.
type poller struct {
	sh    *shard
	ep    int       // epoll instance
	wake  int       // eventfd: readable when the poller is to stop
	links []*polled // by the number that epoll gives back; fixed before the poller starts
	buf   []byte
}

// polled is a connection of a poller. Fields but carry are guarded by c.mu.
type polled struct {
	c          *client
	p          *poller
	id         int32
	fd         int // -1 before the dial and after the end
	connecting bool
	paused     bool
	interest   uint32 // what epoll now watches
	out        []byte // what the socket did not take yet
	carry      []byte // the poller's: an incomplete line
}

// readBuffer is large, so that a busy connection costs few system calls, and
// small enough for a core's cache.
const readBuffer = 256 << 10

// wakeID is the epoll number of the wake-up descriptor.
const wakeID = -1

// newTransport returns the transport that reads cheapest on this system.
func newTransport(f *fleet) (transport, error) {
	addr, err := net.ResolveTCPAddr("tcp", f.address)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	t := &pollers{f: f}
	if ip4 := addr.IP.To4(); ip4 != nil || addr.IP == nil {
		sa := &unix.SockaddrInet4{Port: addr.Port, Addr: [4]byte{127, 0, 0, 1}}
		copy(sa.Addr[:], ip4)
		t.to, t.family = sa, unix.AF_INET
	} else {
		sa := &unix.SockaddrInet6{Port: addr.Port}
		copy(sa.Addr[:], addr.IP.To16())
		t.to, t.family = sa, unix.AF_INET6
	}
	for _, sh := range f.shards {
		if err := t.addPoller(sh); err != nil {
			t.close()
			return nil, fmt.Errorf("bench: set up epoll: %w", err)
		}
	}
	for i, c := range f.clients {
		p := t.pollers[i%len(t.pollers)]
		l := &polled{c: c, p: p, id: int32(len(p.links)), fd: -1}
		p.links = append(p.links, l)
		c.link = l
	}
	for _, p := range t.pollers {
		t.running.Go(p.loop)
	}
	return t, nil
}

// addPoller makes a poller, not yet running.
func (t *pollers) addPoller(sh *shard) error {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(ep)
		return err
	}
	t.pollers = append(t.pollers, &poller{sh: sh, ep: ep, wake: wake, buf: make([]byte, readBuffer)})
	return unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, wake, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: wakeID})
}

// close stops the pollers and closes what is open.
func (t *pollers) close() {
	for _, p := range t.pollers {
		unix.Write(p.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
	t.running.Wait()
	for _, p := range t.pollers {
		for _, l := range p.links {
			l.c.mu.Lock()
			l.shut()
			l.c.mu.Unlock()
		}
		unix.Close(p.wake)
		unix.Close(p.ep)
	}
}

// dial begins to connect c; its poller goes on from there.
func (t *pollers) dial(c *client) {
	c.mu.Lock()
	err := c.link.(*polled).connect(t.family, t.to)
	c.mu.Unlock()
	if err != nil {
		c.left(err)
	}
}

// connect opens the socket and starts connecting it. c.mu is held.
func (l *polled) connect(family int, to unix.Sockaddr) error {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	l.fd, l.connecting = fd, true
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		l.shut()
		return os.NewSyscallError("setsockopt", err)
	}
	if l.c.slow {
		// Best effort: without it the stall only takes longer to be felt.
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, slowBuffer)
	}
	if err := unix.Connect(fd, to); err != nil && !errors.Is(err, unix.EINPROGRESS) {
		l.shut()
		return os.NewSyscallError("connect", err)
	}
	l.interest = unix.EPOLLIN | unix.EPOLLOUT
	err = unix.EpollCtl(l.p.ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: l.interest, Fd: l.id})
	return os.NewSyscallError("epoll_ctl", err)
}

// loop reads until the transport closes.
func (p *poller) loop() {
	events := make([]unix.EpollEvent, 128)
	for {
		n, err := unix.EpollWait(p.ep, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			panic("bench: epoll_wait on our own descriptor: " + err.Error())
		}
		for _, ev := range events[:max(n, 0)] {
			if ev.Fd == wakeID {
				return
			}
			p.handle(p.links[ev.Fd], ev.Events)
		}
	}
}

// handle does what the events on l ask for.
func (p *poller) handle(l *polled, events uint32) {
	var err error
	if events&^unix.EPOLLIN != 0 {
		err = l.writable()
	}
	if err == nil && events&(unix.EPOLLIN|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		err = p.read(l)
	}
	if err == nil {
		return
	}
	l.c.mu.Lock()
	open := l.fd >= 0
	l.shut()
	l.c.mu.Unlock()
	if open {
		l.c.left(err)
	}
}

// writable finishes connecting, and sends what was kept.
func (l *polled) writable() error {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	if l.fd < 0 {
		return nil
	}
	if l.connecting {
		code, err := unix.GetsockoptInt(l.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && code != 0 {
			err = unix.Errno(code)
		}
		if err != nil {
			return os.NewSyscallError("connect", err)
		}
		l.connecting = false
		l.out = append(l.out, l.c.hello()...)
	}
	out := l.out
	l.out = l.out[:0]
	l.write(out)
	l.watch()
	return nil
}

// write sends p without waiting, and keeps what is left. A broken connection
// is noticed by the reading side. c.mu is held.
func (l *polled) write(p []byte) {
	if l.fd < 0 {
		return
	}
	if len(l.out) == 0 && !l.connecting {
		n, err := unix.Write(l.fd, p)
		if err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return
		}
		p = p[max(n, 0):]
	}
	l.out = append(l.out, p...)
	l.watch()
}

// watch tells epoll what to look for. c.mu is held.
func (l *polled) watch() {
	var want uint32
	if !l.paused {
		want |= unix.EPOLLIN
	}
	if len(l.out) > 0 || l.connecting {
		want |= unix.EPOLLOUT
	}
	if want == l.interest || l.fd < 0 {
		return
	}
	l.interest = want
	if err := unix.EpollCtl(l.p.ep, unix.EPOLL_CTL_MOD, l.fd, &unix.EpollEvent{Events: want, Fd: l.id}); err != nil {
		panic("bench: epoll_ctl on our own descriptor: " + err.Error())
	}
}

// pause stops reading. c.mu is held.
func (l *polled) pause() { l.paused = true; l.watch() }

// resume reads again. c.mu is held.
func (l *polled) resume() { l.paused = false; l.watch() }

// shut closes the socket. c.mu is held.
func (l *polled) shut() {
	if l.fd >= 0 {
		unix.Close(l.fd)
		l.fd = -1
	}
}

// read takes what has come on l and feeds it to the client.
func (p *poller) read(l *polled) error {
	l.c.mu.Lock()
	fd := l.fd
	l.c.mu.Unlock()
	kept := copy(p.buf, l.carry)
	n, err := unix.Read(fd, p.buf[kept:])
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) || fd < 0:
		return nil
	case err != nil:
		return os.NewSyscallError("read", err)
	case n == 0:
		return io.EOF
	}
	p.sh.mu.Lock()
	used := l.c.feed(p.buf[:kept+n], l.c.f.now())
	p.sh.mu.Unlock()
	l.carry = append(l.carry[:0], p.buf[used:kept+n]...)
	if len(l.carry) > maxLine {
		return errLongLine
	}
	return nil
}
