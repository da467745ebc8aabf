package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// writeForEver commits batches of all sizes, with deletions and edits, to two
// rooms, and prints the last Seq of each batch: with a ? before Commit, and
// once more after it has returned. A failure is printed with a !; a second one
// ends it.
func writeForEver(dir string) int {
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		fmt.Println("!", err)
		return 1
	}
	snap, position, err := s.Load(context.Background())
	if err != nil {
		fmt.Println("!", err)
		return 1
	}
	sc := &script{store: s, seq: snap.Seq, position: position, last: map[chat.RoomID]chat.Seq{}}
	for _, r := range snap.Rooms {
		sc.last[r.ID] = r.Last
	}
	if snap.Seq == 0 {
		sc.room("#a")
		sc.room("#b")
	}
	rng := rand.New(rand.NewPCG(uint64(snap.Seq), 9))
	for failures := 0; failures < 2; {
		sc.babble(rng)
		fmt.Println("?", sc.seq)
		if err := sc.try(); err != nil {
			fmt.Printf("! broken=%t full=%t %v\n", errors.Is(err, store.ErrBroken), errors.Is(err, store.ErrFull), err)
			failures++
			continue
		}
		fmt.Println(sc.seq)
	}
	s.Close() // as a server does, which must make nothing worse
	return 1
}

// kills is how often the writer is killed: a few times in every run, and as
// often as HUBBUB_CRASHES says.
func kills() int {
	var n int
	_, err := fmt.Sscan(os.Getenv("HUBBUB_CRASHES"), &n)
	switch {
	case err == nil:
		return n
	case testing.Short():
		return 2
	}
	return 5
}

// A server that is killed loses nothing that was acknowledged, keeps no part of
// a batch, and starts again.
func TestKilledServerLosesNothing(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	var w writing
	for range kills() {
		w.run(t, dir, 0, func(p *os.Process) {
			time.AfterFunc(time.Duration(rng.IntN(300))*time.Millisecond, func() { p.Kill() })
		})
		if len(w.failures) > 0 {
			t.Fatalf("the writer ended by itself: %q", w.failures)
		}
		w.checkStore(t, dir)
	}
}

// writing is what is known of a log that child processes write, one after the
// other.
type writing struct {
	acknowledged chat.Seq // the end of the last batch that was
	tried        chat.Seq // the end of the last batch that a child began to commit
	failures     []string // of the last child
}

// run lets a child write until it ends. Once it has printed a number of lines,
// it is handed to f.
func (w *writing) run(t *testing.T, dir string, after int, f func(*os.Process)) {
	t.Helper()
	w.failures = nil
	cmd := child("write", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for n := 0; ; n++ {
		line, err := lines.ReadString('\n')
		if err != nil { // half a line is no acknowledgement
			break
		}
		if n == after {
			f(cmd.Process)
		}
		w.read(t, strings.TrimSuffix(line, "\n"))
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the writer ended as if all were well")
	}
}

func (w *writing) read(t *testing.T, line string) {
	t.Helper()
	if failure, ok := strings.CutPrefix(line, "! "); ok {
		w.failures = append(w.failures, failure)
		return
	}
	seq := &w.acknowledged
	line, try := strings.CutPrefix(line, "? ")
	if try {
		if len(w.failures) > 0 { // nothing is tried after a failure but to be refused
			return
		}
		seq = &w.tried
	}
	if _, err := fmt.Sscan(line, seq); err != nil {
		t.Fatal(err)
	}
}

// checkStore opens the directory and checks that everything acknowledged is
// there, whole, and nothing else, unless the last batch that was tried.
func (w *writing) checkStore(t *testing.T, dir string) {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	snap, _, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d acknowledged, %d tried, %d there", w.acknowledged, w.tried, snap.Seq)
	if snap.Seq != w.acknowledged && snap.Seq != w.tried {
		t.Fatalf("the log ends at %d; %d was acknowledged and %d tried", snap.Seq, w.acknowledged, w.tried)
	}
	w.acknowledged, w.tried = snap.Seq, snap.Seq
	checkLog(t, s, snap.Seq)
	if found, err := s.IntegrityCheck(); err != nil || found != "ok" {
		t.Fatalf("%s, %v", found, err)
	}
}
