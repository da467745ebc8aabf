package hubtest_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/hubtest"
)

// crowd is 20 programs that talk in the lobby, each waiting for its answer
// before it goes on.
type crowd []*hubtest.Program

func newCrowd(tr *hubtest.Trial) (c crowd) {
	for i := range 20 {
		c = append(c, tr.Program(fmt.Sprintf("talker%d", i), nil))
	}
	for _, p := range c {
		p.CatchUp()
	}
	return c
}

// talk has each say something until more says no, and returns how long the
// answer took that only one in a hundred took longer than.
func (c crowd) talk(t *testing.T, more func(done int) bool) (p99 time.Duration) {
	t.Helper()
	took := make([][]time.Duration, len(c))
	var all sync.WaitGroup
	for i, p := range c {
		all.Go(func() {
			for done := 0; more(done); done++ {
				r := p.Say("something")
				p.Answer(r)
				took[i] = append(took[i], r.Took())
			}
			p.CatchUp()
		})
	}
	all.Wait()
	times := slices.Concat(took...)
	slices.Sort(times)
	return times[len(times)*99/100].Round(10 * time.Microsecond)
}

func (c crowd) close() {
	for _, p := range c {
		p.Close()
	}
}

// stall has a program read nothing, and fills all that the kernel takes in for
// it, so that the server can't write to it.
func stall(tr *hubtest.Trial, p *hubtest.Program) {
	p.Go("#flood")
	p.CatchUp()
	flooder := tr.Program("flooder", nil)
	flooder.Window(50)
	flooder.Go("#flood")
	p.Hold(true)
	for range 200 {
		flooder.Say(strings.Repeat("all this has to be read ", 1300)) // 31 KB
	}
	flooder.Close()
}

// A client that stops reading delays nobody, and when it reads on it gets
// everything, in order, on the same connection.
func TestStalledReaderDelaysNobodyAndReadsAll(t *testing.T) {
	tr := hubtest.NewTrial(t, hubtest.Start(t, hubtest.Unlimited(t.TempDir())), "stall")
	c, n := newCrowd(tr), rounds(40, 20)
	undisturbed := c.talk(t, hubtest.Times(n))
	stalled := tr.Slow("stalled")
	stall(tr, stalled)
	disturbed := c.talk(t, hubtest.Times(n))
	t.Logf("of the answers to 20 who talk, 99 in 100 took at most %v; with a stalled reader %v", undisturbed, disturbed)
	stalled.Hold(false)
	stalled.Close()
	if begun, _ := stalled.Connections(); begun != 1 {
		t.Errorf("the stalled reader needed %d connections", begun)
	}
	c.close()
	t.Log(tr.Judge())
}

// One that takes nothing for too long is closed. It comes back and goes on
// exactly where it was.
func TestStalledReaderIsClosedAndResumes(t *testing.T) {
	cfg := hubtest.Unlimited(t.TempDir())
	cfg.Limits.Stall = 300 * time.Millisecond
	tr := hubtest.NewTrial(t, hubtest.Start(t, cfg), "closed")
	stalled := tr.Slow("stalled")
	stall(tr, stalled)
	c, begin := newCrowd(tr), time.Now()
	c.talk(t, func(int) bool { return time.Since(begin) < 5*cfg.Limits.Stall })
	stalled.Hold(false)
	stalled.Close()
	if begun, _ := stalled.Connections(); begun < 2 {
		t.Error("the stalled reader was not closed")
	}
	c.close()
	t.Log(tr.Judge())
}
