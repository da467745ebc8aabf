package hubtest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"

	"hubbub/internal/hubtest"
)

// audience is a sender and readers in the lobby, on sockets. Its own side
// allocates nothing while it listens.
type audience struct {
	sender  net.Conn
	readers []net.Conn
}

// arrive lets a sender and n readers in, and returns when nothing more comes.
func arrive(t testing.TB, n int) *audience {
	t.Helper()
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	a := &audience{}
	for i := range n + 1 {
		conn, err := s.Dial(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		fmt.Fprintf(conn, "/nick n%d\n", i)
		a.readers = append(a.readers, conn)
	}
	a.sender = a.readers[n]
	a.say(t, "everybody is here\n", 1)
	return a
}

// say sends a text once everybody has had the one before, count times, and
// returns when everybody has had the last one.
func (a *audience) say(t testing.TB, text string, count int) {
	t.Helper()
	if _, err := io.WriteString(a.sender, text); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	heard := make(chan struct{}, len(a.readers))
	for _, conn := range a.readers {
		all.Go(func() {
			if err := hear(conn, []byte(text), count, heard); err != nil {
				t.Error(err)
			}
		})
	}
	for range count - 1 {
		for range a.readers {
			<-heard
		}
		if _, err := io.WriteString(a.sender, text); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
}

// hear reads until a text has come count times, and tells of each.
func hear(conn net.Conn, text []byte, count int, heard chan<- struct{}) error {
	var buf [4096]byte
	end := 0
	for count > 0 {
		n, err := conn.Read(buf[end:])
		if err != nil {
			return err
		}
		end += n
		for {
			i := bytes.Index(buf[:end], text)
			if i < 0 {
				break
			}
			end = copy(buf[:], buf[i+len(text):end])
			count--
			heard <- struct{}{}
		}
		if end == len(buf) {
			end = copy(buf[:], buf[end-len(text):end])
		}
	}
	return nil
}

// allocated returns how many allocations f makes in this process.
func allocated(f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs)
}

const delivered = "a message of a hundred bytes, which is what people say at once, on average, or a little more of it.\n"

// A message costs allocations on its way to the disk, whoever reads it: none of
// them is for a reader.
func TestDeliveryAllocatesNothingForAReader(t *testing.T) {
	const messages, few, many = 30, 10, 210
	cost := func(readers int) float64 {
		a := arrive(t, readers)
		a.say(t, delivered, messages)
		return allocated(func() { a.say(t, delivered, messages) })
	}
	more := cost(many) - cost(few)
	// The audience starts a goroutine for each reader, and that is all it may be.
	ownWork := float64(4 * (many - few))
	// Where the machine is busy, some sockets have to be waited for, which takes a
	// goroutine for a while; one allocation for each delivery would be 1.
	if each := (more - ownWork) / messages / (many - few); each > 0.5 {
		t.Errorf("%.3f allocations for each further delivery", each)
	}
}

// BenchmarkDelivery is the whole path of a message, from one socket through the
// disk to a thousand others. An operation is one delivery.
func BenchmarkDelivery(b *testing.B) {
	const readers = 1000
	a := arrive(b, readers)
	a.say(b, delivered, 20)
	b.ReportAllocs()
	b.ResetTimer()
	a.say(b, delivered, (b.N+readers-1)/readers)
}
