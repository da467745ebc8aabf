package ssh_test

import (
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/gateway/ssh"
)

// A session that is slow to take what it is sent, since limits or a reader of its own
// make it wait, does not have all of it kept in memory.
func TestWhatIsNotTakenIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		read, takes := ssh.ReadBy(there)
		var got atomic.Int64
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for b := make([]byte, 4096); ; {
				n, err := read.Read(b)
				if got.Add(int64(n)); err != nil {
					return
				}
			}
		}()
		const all = 5 * ssh.MaxAhead
		go io.CopyN(here, zeros{}, all)
		synctest.Wait()
		if n := got.Load(); n < ssh.MaxAhead || n > ssh.MaxAhead+4096 {
			t.Errorf("%d bytes were read, and none taken", n)
		}
		takes(true)
		synctest.Wait()
		if n := got.Load(); n != all {
			t.Errorf("%d bytes were read of %d that are taken", n, all)
		}
		takes(false)
		go io.Copy(here, zeros{})
		synctest.Wait() // it waits once more
		read.Close()    // whoever waits to read is told
		<-ended
		here.Close()
	})
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// The server wakes everybody who reads when it stops; SSH reads on.
func TestBeingWokenEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		read, _ := ssh.ReadBy(there)
		there.SetReadDeadline(time.Now().Add(-time.Second))
		go here.Write([]byte("hello"))
		b := make([]byte, 5)
		if _, err := io.ReadFull(read, b); err != nil || string(b) != "hello" {
			t.Errorf("%q, %v", b, err)
		}
		go here.Close()
		if _, err := read.Read(b); err == nil || os.IsTimeout(err) {
			t.Errorf("at its end: %v", err)
		}
	})
}
