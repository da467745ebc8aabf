package hubtest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/internal/hubtest"
)

// speaker is a connection in machine mode, without a program behind it.
type speaker struct {
	net.Conn
	t  *testing.T
	in *bufio.Reader
}

func login(t *testing.T, s *hubtest.Server, token string) *speaker {
	t.Helper()
	conn, err := s.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	sp := &speaker{conn, t, bufio.NewReader(conn)}
	fmt.Fprintf(conn, "/json {\"token\":%q}\n", token)
	sp.await(api.TypeWelcome)
	return sp
}

// next reads one message.
func (s *speaker) next() (m api.Message, err error) {
	line, err := s.in.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &m)
	}
	return m, err
}

// await reads up to a message of a type.
func (s *speaker) await(kind string) api.Message {
	s.t.Helper()
	for {
		m, err := s.next()
		if err != nil || m.Type == api.TypeError {
			s.t.Fatalf("no %s: %+v, %v", kind, m, err)
		}
		if m.Type == kind {
			return m
		}
	}
}

// end reads up to the end of the connection, and returns the goodbye and when the
// end came.
func (s *speaker) end() (bye string, at time.Time) {
	for {
		m, err := s.next()
		if err != nil {
			return bye, time.Now()
		}
		if m.Type == api.TypeBye {
			bye = m.Text
		}
	}
}

// A ban closes all connections of a person, however many, and each is told why.
// How long that takes is logged: docs/performance.md has it.
func TestBanClosesAHundredConnections(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	tr := hubtest.NewTrial(t, s, "crowded")
	owner := login(t, s, tr.Owner("root"))
	token := tr.Account("troll")
	var all []*speaker
	for range 100 {
		all = append(all, login(t, s, token))
	}
	took := make([]time.Duration, len(all))
	byes := make([]string, len(all))
	var ends sync.WaitGroup
	began := time.Now()
	for i, sp := range all {
		ends.Go(func() {
			var at time.Time
			byes[i], at = sp.end()
			took[i] = at.Sub(began)
		})
	}
	fmt.Fprintln(owner, "1 /ban server crowded-troll enough")
	owner.await(api.TypeAck)
	acked := time.Since(began)
	ends.Wait()
	slices.Sort(took)
	t.Logf("from the command to its answer %v, to the end of the first connection %v, of the median %v, of the last %v",
		acked, took[0], took[len(took)/2], took[len(took)-1])
	for _, bye := range byes {
		if !strings.Contains(bye, "banned from this server: enough.") {
			t.Errorf("a connection ended with %q", bye)
		}
	}
}
