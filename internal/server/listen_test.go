package server_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/gateway"
	"hubbub/internal/server"
)

const client = "203.0.113.9:50000"

func TestEveryProgramReachesItsHandlerWholeHoweverItsBytesArrive(t *testing.T) {
	for _, b := range real(t) {
		if b.want == server.Proxy {
			continue
		}
		first := b.first[:min(len(b.first), 600)]
		for _, cut := range []int{0, 1, 2, 3, 5, 8, len(first) - 1} {
			synctest.Test(t, func(t *testing.T) {
				on := newFakeListener()
				s := serve(server.ListenConfig{}, on)
				defer s.end(t)
				c := on.dial(client)
				cut := min(cut, len(first))
				io.WriteString(c, first[:cut])
				say(t, c, first[cut:])
				a := <-s.arrived
				if a.protocol != b.want || a.everything() != first {
					t.Errorf("%s cut at %d: %v got %.60q", b.name, cut, a.protocol, a.everything())
				}
				if len(a.First) > server.MaxSniff {
					t.Errorf("%s: First has %d bytes", b.name, len(a.First))
				}
			})
		}
	}
}

func TestEarlyTalkerIsHandedOverAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{}, on)
		defer s.end(t)
		start := time.Now()
		say(t, on.dial(client), "hello\nthere\n")
		a := <-s.arrived
		if took := a.at.Sub(start); took != 0 || a.Silent || a.protocol != server.Lines {
			t.Errorf("%v after %v, silent %v", a.protocol, took, a.Silent)
		}
		if a.Remote.String() != client || a.Local.String() != "192.0.2.1:7007" || a.Secure {
			t.Errorf("remote %v, local %v, secure %v", a.Remote, a.Local, a.Secure)
		}
	})
}

func TestSilentPeerIsLinesAfterTheSniffTimeoutAndMaySpeakMuchLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{}, on)
		defer s.end(t)
		start := time.Now()
		c := on.dial(client)
		time.Sleep(24 * time.Hour)
		say(t, c, "good morning\n")
		a := <-s.arrived
		if took := a.at.Sub(start); took != 300*time.Millisecond || !a.Silent || a.First != nil || a.protocol != server.Lines {
			t.Errorf("%v after %v, silent %v, first %q", a.protocol, took, a.Silent, a.First)
		}
		if string(a.rest) != "good morning\n" {
			t.Errorf("then read %q", a.rest)
		}
	})
}

func TestWhereABrowserIsSilenceMayBeASpareConnection(t *testing.T) {
	const page = "GET / HTTP/1.1\r\nHost: chat.example.org\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
	for _, c := range []struct {
		name, first string
		later       time.Duration // after that
		want        time.Duration // until the silent one is greeted
	}{
		{"a browser", page, 0, 300*time.Millisecond + server.DefaultSpareTimeout},
		{"a browser, a while ago", page, time.Minute, 300 * time.Millisecond},
		{"curl", "GET / HTTP/1.1\r\nHost: chat.example.org\r\nUser-Agent: curl/8\r\n\r\n", 0, 300 * time.Millisecond},
		{"somebody", "hello Mozilla/5.0\n", 0, 300 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on := newFakeListener()
				s := serve(server.ListenConfig{}, on)
				defer s.end(t)
				say(t, on.dial(client), c.first)
				<-s.arrived
				time.Sleep(c.later)
				start := time.Now()
				spare := on.dial(client)
				time.Sleep(time.Hour)
				say(t, spare, "hello\n")
				if a := <-s.arrived; a.at.Sub(start) != c.want || a.protocol != server.Lines {
					t.Errorf("%v after %v, want it after %v", a.protocol, a.at.Sub(start), c.want)
				}
			})
		})
	}
}

func TestASpareConnectionSpeaksHTTPWhenItIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const page = "GET / HTTP/1.1\r\nHost: chat.example.org\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
		on := newFakeListener()
		s := serve(server.ListenConfig{}, on)
		defer s.end(t)
		say(t, on.dial(client), page)
		<-s.arrived
		spare := on.dial(client)
		time.Sleep(2 * time.Second)
		say(t, spare, page)
		if a := <-s.arrived; a.protocol != server.HTTP1 || string(a.First) != page {
			t.Errorf("%v: %q", a.protocol, a.First)
		}
	})
}

func TestUnfinishedBeginningWaitsUntilTheSameDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{SniffTimeout: time.Second}, on)
		defer s.end(t)
		start := time.Now()
		c := on.dial(client)
		for _, letter := range []string{"N", "I", "C"} {
			io.WriteString(c, letter)
			time.Sleep(300 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond)
		say(t, c, "E to be here\n")
		a := <-s.arrived
		if took := a.at.Sub(start); took != time.Second || a.Silent || string(a.First) != "NIC" {
			t.Errorf("after %v, silent %v, first %q", took, a.Silent, a.First)
		}
	})
}

func TestPeerThatHangsUpWithoutAWordIsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{}, on)
		on.dial(client).Close()
		s.end(t)
		if len(s.arrived) != 0 {
			t.Error("a handler was called")
		}
	})
}

func TestWordsBeforeTheEndOfInputAreHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{}, on)
		defer s.end(t)
		say(t, on.dial(client), "NICK bob") // no end of line: it never becomes a command
		if a := <-s.arrived; a.protocol != server.Lines || a.everything() != "NICK bob" {
			t.Errorf("%v got %q", a.protocol, a.everything())
		}
	})
}

func TestServeWakesReadersAndReturnsOnlyAfterTheLastHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		goodbye := make(chan string, 1)
		s := serve(server.ListenConfig{DrainTimeout: time.Minute, Handlers: map[server.Protocol]server.Handler{
			server.Lines: server.All(func(ctx context.Context, c *server.Conn) {
				_, err := c.Read(make([]byte, 10))
				if !errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() == nil {
					t.Errorf("read: %v, context: %v", err, ctx.Err())
				}
				time.Sleep(20 * time.Second) // the session drains
				goodbye <- "bye"
			}),
		}}, on)
		on.dial(client)
		time.Sleep(time.Hour)
		start := time.Now()
		s.end(t)
		if took := time.Since(start); took != 20*time.Second+gateway.StopGrace || len(goodbye) != 1 {
			t.Errorf("Serve returned after %v, %d goodbyes", took, len(goodbye))
		}
	})
}

func TestStopWhileSniffingEndsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{SniffTimeout: time.Hour}, on)
		c := on.dial(client)
		synctest.Wait()
		s.end(t)
		if heard := hear(t, c); heard != "" || len(s.arrived) != 0 {
			t.Errorf("heard %q, %d arrivals", heard, len(s.arrived))
		}
	})
}

func TestHandlerThatOutstaysTheDrainLosesItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{DrainTimeout: 7 * time.Second, Handlers: map[server.Protocol]server.Handler{
			server.Lines: server.All(func(_ context.Context, c *server.Conn) {
				c.Write([]byte("nobody reads this"))
			}),
		}}, on)
		on.dial(client)
		time.Sleep(time.Second)
		start := time.Now()
		s.end(t)
		if took := time.Since(start); took != 7*time.Second {
			t.Errorf("Serve returned after %v", took)
		}
		wantContains(t, s.log.String(), "connections=1")
	})
}

func TestServeReportsAListenerThatSomebodyClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, other := newFakeListener(), newFakeListener()
		s := serve(server.ListenConfig{}, broken, other)
		broken.Close()
		if err := <-s.done; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Serve: %v", err)
		}
		s.stop()
	})
}

func TestNoFileDescriptorsNeitherSpinsNorFloodsTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newFakeListener()
		s := serve(server.ListenConfig{}, on)
		emfile := &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
		start := time.Now()
		for time.Since(start) < time.Minute {
			on.errs <- emfile
		}
		recovering := time.Now()
		say(t, on.dial(client), "hello\n")
		a := <-s.arrived
		if took := a.at.Sub(recovering); took > server.MaxAcceptWait {
			t.Errorf("served %v after it could", took)
		}
		s.end(t)
		if on.accepts > 75 {
			t.Errorf("%d calls of Accept in a minute", on.accepts)
		}
		if n := strings.Count(s.log.String(), "ulimit"); n < 5 || n > 7 {
			t.Errorf("%d log lines in a minute:\n%s", n, s.log)
		}
	})
}

func TestAllListenersAreServed(t *testing.T) {
	one, two := loopback(t), loopback(t)
	s := serve(server.ListenConfig{}, one, two)
	defer s.end(t)
	if addrs := s.Addrs(); addrs[0] != one.Addr() || addrs[1] != two.Addr() {
		t.Errorf("Addrs: %v", addrs)
	}
	for _, on := range []net.Listener{one, two} {
		say(t, dial(t, on), "hello\n")
		a := <-s.arrived
		if a.Local.String() != on.Addr().String() || !a.Remote.Addr().IsLoopback() {
			t.Errorf("local %v, remote %v", a.Local, a.Remote)
		}
		if _, ok := a.Conn.Conn.(*net.TCPConn); !ok {
			t.Errorf("the connection is wrapped: %T", a.Conn.Conn)
		}
	}
}

func TestIdleConnectionIsOneGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 50
		on := newFakeListener()
		s := serve(server.ListenConfig{}, on)
		synctest.Wait()
		before := runtime.NumGoroutine()
		for range many {
			on.dial(client)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := runtime.NumGoroutine() - before; n > many { // fewer if another test still ended
			t.Errorf("%d goroutines for %d connections", n, many)
		}
		s.end(t)
	})
}

// TestInsideTLSIsSniffedAgain is the shape that TLS will have: a handler shakes
// hands and has the connection inside identified like any other.
func TestInsideTLSIsSniffedAgain(t *testing.T) {
	on := loopback(t)
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	certificates := certified.TLS.Certificates
	certified.Close()

	var s *serving
	handlers := make(map[server.Protocol]server.Handler)
	ready := make(chan struct{})
	handlers[server.TLS] = server.All(func(ctx context.Context, c *server.Conn) {
		<-ready
		inside := tls.Server(&replayed{Conn: c.Conn, first: c.First}, &tls.Config{Certificates: certificates})
		s.HandleInside(ctx, &server.Conn{Conn: inside, Remote: c.Remote, Local: c.Local, Secure: true})
	})
	arrived := make(chan *arrival, 1)
	for _, p := range []server.Protocol{server.Lines, server.IRC} {
		handlers[p] = server.All(func(_ context.Context, c *server.Conn) {
			arrived <- &arrival{Conn: c, protocol: p}
		})
	}
	s = serve(server.ListenConfig{Handlers: handlers}, on)
	close(ready)
	defer s.end(t)

	for said, want := range map[string]server.Protocol{"CAP LS 302\r\n": server.IRC, "hello\n": server.Lines, "": server.Lines} {
		c := tls.Client(dial(t, on), &tls.Config{InsecureSkipVerify: true})
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, said)
		a := <-arrived
		if a.protocol != want || string(a.First) != said || !a.Secure || a.Silent != (said == "") {
			t.Errorf("%q inside TLS: %v, first %q, secure %v, silent %v", said, a.protocol, a.First, a.Secure, a.Silent)
		}
	}

	c := tls.Client(dial(t, on), &tls.Config{InsecureSkipVerify: true})
	io.WriteString(c, "PROXY TCP4 192.0.2.7 198.51.100.1 50000 7007\r\n")
	wantContains(t, hear(t, c), "not one of this server's trusted proxies")
	c = tls.Client(dial(t, on), &tls.Config{InsecureSkipVerify: true})
	io.WriteString(c, "GET / HTTP/1.1\r\n\r\n")
	wantContains(t, hear(t, c), "501 Not Implemented")
}

// replayed gives back the bytes that were read already.
type replayed struct {
	net.Conn
	first []byte
}

func (r *replayed) Read(b []byte) (int, error) {
	if len(r.first) > 0 {
		n := copy(b, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.Conn.Read(b)
}
