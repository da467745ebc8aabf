package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// logins measures the latency of messages while everything is well, then while
// somebody begins to guess passwords, so that the first guesses are hashed, and
// then while the guessing goes on and is refused.
func (r *runner) logins(ctx context.Context) error {
	undisturbed := r.undisturbed(ctx)
	fmt.Fprintf(r.progress, "wrong logins for %v\n", r.cfg.Duration)
	r.open()
	g, err := startGuessing(ctx, r.srv.address, r.cfg.Logins)
	if err != nil {
		return err
	}
	r.wait(ctx, r.cfg.Warmup, true)
	_, onset := r.f.latencies()
	r.measure(ctx, r.open())
	r.res.Logins = &Logins{Undisturbed: undisturbed.latency(), Onset: onset.latency(), Tried: g.tried.Load(), Refused: g.refused.Load(), From: g.from}
	if err := g.stop(); err != nil {
		r.res.note("a connection of the guesser ended: %v", err)
	}
	r.f.halt()
	r.drain(ctx)
	echo, seen := r.f.latencies()
	r.res.Ack, r.res.Logins.Flooded = echo.latency(), seen.latency()
	if u, f := r.res.Logins.Undisturbed, r.res.Logins.Flooded; u != nil && f != nil {
		r.res.Logins.Ratio = f.P99 / u.P99
	}
	return nil
}

// guesserConns is how many connections a guesser has.
const guesserConns = 20

// guesser tries wrong passwords. A goroutine writes on all connections in turn,
// and each has one that counts the refusals.
type guesser struct {
	from           string
	conns          []net.Conn
	tried, refused atomic.Uint64
	running        sync.WaitGroup
	cancel         context.CancelFunc

	mu  sync.Mutex // guards err
	err error      // the first for which a connection ended
}

// startGuessing connects from another address than the fleet's, where this system
// lets it (on Linux all of 127.0.0.0/8 is this machine), and begins to guess.
func startGuessing(ctx context.Context, address string, rate float64) (*guesser, error) {
	ctx, cancel := context.WithCancel(ctx)
	g := &guesser{cancel: cancel}
	for range guesserConns {
		conn, err := dialFrom(ctx, "127.0.0.2", address)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("bench: connect to guess passwords: %w", err), g.stop())
		}
		g.conns = append(g.conns, conn)
	}
	g.from, _, _ = net.SplitHostPort(g.conns[0].LocalAddr().String())
	for _, conn := range g.conns {
		g.running.Go(func() { g.count(ctx, conn) })
	}
	g.running.Go(func() { g.guess(ctx, rate) })
	return g, nil
}

// dialFrom connects from a local address, or from any if that can't be.
func dialFrom(ctx context.Context, from, address string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	if conn, err := d.DialContext(ctx, "tcp", address); err == nil {
		return conn, nil
	}
	return new(net.Dialer).DialContext(ctx, "tcp", address)
}

// guess writes attempts as they are due.
func (g *guesser) guess(ctx context.Context, rate float64) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for begin, n := time.Now(), 0; ; {
		for ; float64(n) < time.Since(begin).Seconds()*rate; n++ {
			if _, err := fmt.Fprintf(g.conns[n%len(g.conns)], "/login member%d guess-%d\n", n%50, n); err != nil {
				g.failed(ctx, err)
				return
			}
			g.tried.Add(1)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// count counts the refusals until the connection ends.
func (g *guesser) count(ctx context.Context, conn net.Conn) {
	for in := bufio.NewReader(conn); ; {
		line, err := in.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull:
		case err != nil:
			g.failed(ctx, err)
			return
		case line[0] == '!':
			g.refused.Add(1)
		}
	}
}

// failed notes why a connection ended, if it was not ended here.
func (g *guesser) failed(ctx context.Context, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ctx.Err() == nil && g.err == nil && err != io.EOF {
		g.err = err
	}
}

// stop ends the guessing and returns what went wrong.
func (g *guesser) stop() error {
	g.cancel()
	for _, conn := range g.conns {
		conn.Close()
	}
	g.running.Wait()
	return g.err
}
