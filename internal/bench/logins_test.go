package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// A guesser guesses at its rate, on all its connections, and counts the refusals;
// when it is stopped nothing of it is left.
func TestGuesserCountsRefusals(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				fmt.Fprintln(conn, "* Welcome.")
				for in := bufio.NewScanner(conn); in.Scan(); {
					if strings.HasPrefix(in.Text(), "/login ") {
						fmt.Fprintln(conn, "! That name and password don't go together.")
					}
				}
			}()
		}
	}()
	g, err := startGuessing(context.Background(), l.Addr().String(), 2000)
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for g.refused.Load() < 100 {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d tried, %d refused", g.tried.Load(), g.refused.Load())
		}
	}
	if err := g.stop(); err != nil {
		t.Error(err)
	}
	if tried, refused := g.tried.Load(), g.refused.Load(); refused > tried || g.from == "" {
		t.Errorf("%d refused of %d from %q", refused, tried, g.from)
	}
}
