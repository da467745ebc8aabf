package hubtest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/checker"
)

// Trial is a recorded run of actors against a server. [Trial.Judge] ends it.
type Trial struct {
	t      testing.TB
	server *Server
	name   string // begins the name of every actor and tag, so that several trials on one server are told apart
	file   *os.File
	buffer *bufio.Writer
	rec    *checker.Recorder
	ctx    context.Context
	stop   context.CancelFunc

	base  uint64 // everything up to it was there before the trial
	epoch string

	mu     sync.Mutex     // guards the following
	acked  int            // sends
	orders map[string]int // what was done to keep order, and how often
	change sync.Cond      // acked or over has changed
	over   bool
	calm   bool // nobody writes any more
	faults int  // said by actors
	states []func() string
}

// trialTime is how long a trial may take before it is said to hang. It is long
// enough for a machine that is very busy.
const trialTime = 2 * time.Minute

// NewTrial begins a trial. Its name must be a word that no other trial on the
// server has.
func NewTrial(t testing.TB, s *Server, name string) *Trial {
	t.Helper()
	return NewLongTrial(t, s, name, trialTime)
}

// NewLongTrial is NewTrial with a limit of its own for the time that the trial may
// take.
func NewLongTrial(t testing.TB, s *Server, name string, limit time.Duration) *Trial {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	tr := &Trial{t: t, server: s, name: name, file: file, buffer: bufio.NewWriter(file), orders: map[string]int{}}
	tr.change.L = &tr.mu
	tr.rec = checker.NewRecorder(tr.buffer)
	tr.ctx, tr.stop = context.WithTimeoutCause(context.Background(), limit, fmt.Errorf("the trial has taken %v", limit))
	context.AfterFunc(tr.ctx, tr.end)
	t.Cleanup(func() {
		tr.stop()
		file.Close()
	})
	tr.begin()
	return tr
}

// begin looks at what is there already.
func (tr *Trial) begin() {
	tr.t.Helper()
	p := tr.observer("observer")
	defer p.Close()
	tr.base, tr.epoch = p.start()
	for _, room := range p.Rooms() {
		tr.rec.Record(checker.Op{Who: "judge", Verb: checker.Base, Room: room.Name, Seq: min(room.Head, tr.base)})
	}
}

// end wakes whoever waits for something that will not come any more.
func (tr *Trial) end() {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.over = true
	tr.change.Broadcast()
}

// fault fails the test with what an actor has seen and the checker can't.
func (tr *Trial) fault(format string, args ...any) {
	const most = 10
	tr.mu.Lock()
	tr.faults++
	n := tr.faults
	tr.mu.Unlock()
	if n <= most {
		tr.t.Errorf(format, args...)
	}
}

// send records what became of a Send.
func (tr *Trial) send(op checker.Op) {
	shorten(&op)
	tr.rec.Record(op)
	if op.Outcome != checker.OK {
		return
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.acked++
	tr.change.Broadcast()
}

// shorten keeps long texts out of the history.
func shorten(op *checker.Op) {
	const long = 100
	if len(op.Text) > long {
		op.Shorten()
	}
}

// Acked returns how many sends have been acknowledged.
func (tr *Trial) Acked() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.acked
}

// Await waits until n sends have been acknowledged, or the trial is over. It
// reports whether they have.
func (tr *Trial) Await(n int) bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for tr.acked < n && !tr.over {
		tr.change.Wait()
	}
	return tr.acked >= n
}

// more waits until n more sends have been acknowledged, and reports whether they
// have; it gives up when nobody writes any more.
func (tr *Trial) more(n int) bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for n += tr.acked; tr.acked < n && !tr.calm && !tr.over; {
		tr.change.Wait()
	}
	return tr.acked >= n
}

// calmDown says that nobody writes any more.
func (tr *Trial) calmDown() {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.calm = true
	tr.change.Broadcast()
}

// watch has an actor asked what it is doing, if the trial takes too long.
func (tr *Trial) watch(state func() string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.states = append(tr.states, state)
}

// hung fails the test if the trial has taken too long.
func (tr *Trial) hung() {
	if tr.ctx.Err() == nil {
		return
	}
	tr.mu.Lock()
	states := tr.states
	tr.mu.Unlock()
	var b strings.Builder
	for _, state := range states {
		fmt.Fprintf(&b, "\n  %s", state())
	}
	tr.t.Fatalf("%v; the actors:%s\nthe server:\n%s", context.Cause(tr.ctx), b.String(), tr.server.dump())
}

// Judge reads the final history and has everything judged. All actors must be
// closed. It fails the test if a promise was broken.
func (tr *Trial) Judge() *checker.Report {
	tr.t.Helper()
	tr.hung()
	tr.readFinal()
	tr.stop()
	if err := tr.rec.Close(); err != nil {
		tr.t.Fatal(err)
	}
	if err := tr.buffer.Flush(); err != nil {
		tr.t.Fatal(err)
	}
	if _, err := tr.file.Seek(0, 0); err != nil {
		tr.t.Fatal(err)
	}
	ops, err := checker.Decode(bufio.NewReader(tr.file))
	if err != nil {
		tr.t.Fatal(err)
	}
	report := checker.Check(ops)
	if log, history := report.Projections["log@"+node], report.Projections["history@"+node]; log != history {
		tr.t.Errorf("the log shows messages that /history does not, or otherwise: %s and %s", log, history)
	}
	if !report.OK() {
		tr.t.Errorf("%v", report)
	}
	if tr.t.Failed() {
		tr.keep()
	}
	return report
}

// keep saves the history of a trial that went wrong, if a place is named.
func (tr *Trial) keep() {
	dir := os.Getenv("HUBBUB_HISTORIES")
	if dir == "" {
		return
	}
	data, err := os.ReadFile(tr.file.Name())
	if err == nil {
		path := filepath.Join(dir, strings.ReplaceAll(tr.t.Name(), "/", "-")+"-"+tr.name+".jsonl")
		err = os.WriteFile(path, data, 0o600)
		tr.t.Logf("the history is in %s", path)
	}
	if err != nil {
		tr.t.Error(err)
	}
}
