//go:build unix

package hubtest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/internal/hubtest"
)

// The server is stopped and started again while everybody talks. Each stop ends
// with exit code 0, and everybody goes on.
func TestStopDrainsAndRestartGoesOn(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed(t), 0))
	workload := rng.Uint64()
	s := hubtest.StartProcess(t, hubtest.Unlimited(t.TempDir()))
	tr := hubtest.NewTrial(t, s, "stop")
	var over atomic.Bool
	go func() {
		defer over.Store(true)
		for range rounds(4, 2) {
			tr.Await(tr.Acked() + 1 + rng.IntN(200))
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
			if err := s.Restart(); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	tr.Run(hubtest.Workload{
		Seed: workload, Rooms: 2, Programs: 5, Readers: 2, Persons: 2, Chatters: 2, Window: 16,
		More: func(int) bool { return !over.Load() },
	})
	t.Log(tr.Judge())
}

// Everything that had come in from a program when the server was told to stop is
// acknowledged or refused, and then comes goodbye. The lines fit into a socket's
// receiving buffer: what is still in the sender's may stay there for as long as
// it takes TCP to find out that there is space again.
func TestStopAnswersEverythingThatWasSent(t *testing.T) {
	s := hubtest.StartProcess(t, hubtest.Unlimited(t.TempDir()))
	for round := range rounds(6, 3) {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(time.Minute))
		const lines = 2000
		text := fmt.Sprintf("/json {\"token\":\"the token of round %d\"}\n", round)
		for i := range lines {
			text += fmt.Sprintf("c%d message %d\n", i, i)
		}
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		acked, refused, bye := 0, 0, false
		for in := bufio.NewScanner(conn); in.Scan(); {
			if in.Bytes()[0] != '{' && acked == 0 {
				continue // the hello came late, and a person was greeted
			}
			var m api.Message
			if err := json.Unmarshal(in.Bytes(), &m); err != nil || bye {
				t.Fatalf("told %s after goodbye, or this: %v", in.Bytes(), err)
			}
			switch m.Type {
			case api.TypeAck:
				if acked++; acked == 1+round*50 {
					go s.Stop()
				}
			case api.TypeError:
				refused++
			case api.TypeBye:
				bye = true
			}
		}
		if acked+refused != lines || !bye {
			t.Errorf("round %d: of %d lines %d were acknowledged and %d refused; goodbye: %t", round, lines, acked, refused, bye)
		}
		if err := s.Wait(); err != nil {
			t.Error(err)
		}
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
	}
}

// A person is told goodbye as well, behind what was said.
func TestStopSaysGoodbye(t *testing.T) {
	s := hubtest.StartProcess(t, hubtest.Unlimited(t.TempDir()))
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprint(conn, "first\nsecond\n")
	var seen []string
	for in := bufio.NewScanner(conn); in.Scan(); {
		seen = append(seen, in.Text())
		if strings.HasSuffix(in.Text(), "> first") {
			go s.Stop()
		}
	}
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	n := len(seen)
	if n < 3 || !strings.HasSuffix(seen[n-2], "> second") || !strings.Contains(seen[n-1], "server is stopping") {
		t.Errorf("the screen says\n%s", strings.Join(seen, "\n"))
	}
}
