package gateway_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/certs"
	"hubbub/internal/gateway"
)

// sweep interrupts a Steady's writes as a pump does, until the test ends.
func sweep(s *gateway.Steady, stall time.Duration, done <-chan struct{}) {
	for {
		select {
		case now := <-time.After(stall / 30):
			s.Interrupt(now, stall)
		case <-done:
			return
		}
	}
}

// write writes through a Steady while read reads at the other end.
func write(b []byte, stall time.Duration, read func(net.Conn)) (n int, err error) {
	here, there := net.Pipe()
	s, done := gateway.NewSteady(here), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() { sweep(s, stall, done) })
	all.Go(func() { read(there) })
	n, err = s.Write(b)
	close(done)
	here.Close()
	all.Wait()
	return n, err
}

func TestSlowWritesGoOnAndStalledOnesEnd(t *testing.T) {
	const stall = 30 * time.Second
	all := bytes.Repeat([]byte("x"), 100)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		n, err := write(all, stall, func(there net.Conn) {
			for b := make([]byte, 1); ; time.Sleep(20 * time.Second) {
				if _, err := there.Read(b); err != nil {
					return
				}
			}
		})
		if took := time.Since(began); n != len(all) || err != nil || took < 1900*time.Second {
			t.Errorf("slow: wrote %d of %d in %v, %v", n, len(all), took, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		n, err := write(all, stall, func(there net.Conn) { there.Read(make([]byte, 10)) })
		took := time.Since(began)
		if n != 10 || !errors.Is(err, os.ErrDeadlineExceeded) || took < stall || took > 3*stall {
			t.Errorf("stalled: wrote %d in %v, %v", n, took, err)
		}
	})
}

func TestOtherDeadlinesEndAWriteThatGetsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer here.Close()
		defer there.Close()
		go there.Read(make([]byte, 10))
		s := gateway.NewSteady(here)
		s.SetWriteDeadline(time.Now().Add(time.Second))
		if n, err := s.Write(make([]byte, 100)); n != 10 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d, %v", n, err)
		}
	})
}

func TestTLSOutlivesAWriteThatIsSlow(t *testing.T) {
	source, err := certs.Self(t.TempDir(), []string{"localhost"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	const stall, many, size = 30 * time.Second, 3, 40_000
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		s, done := gateway.NewSteady(here), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() { sweep(s, stall, done) })
		all.Go(func() {
			defer close(done)
			c := tls.Server(s, source.Config())
			for range many { // each takes longer than the stall, and so does each record
				if _, err := c.Write(make([]byte, size)); err != nil {
					t.Error(err)
				}
			}
			c.Close()
		})
		began := time.Now()
		n, err := io.Copy(io.Discard, tls.Client(sluggish{there}, &tls.Config{InsecureSkipVerify: true}))
		if took := time.Since(began); n != many*size || err != nil || took < many*stall {
			t.Errorf("got %d in %v, %v", n, took, err)
		}
		all.Wait()
	})
}

// sluggish takes a little now and then.
type sluggish struct{ net.Conn }

func (s sluggish) Read(b []byte) (int, error) {
	<-time.After(20 * time.Second)
	return s.Conn.Read(b[:min(len(b), 4000)])
}
