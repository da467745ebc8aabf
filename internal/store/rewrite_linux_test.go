package store_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hubtest/powerloss"
	"hubbub/internal/store"
)

// A server that starts after a failed fsync finds a log that is not on the
// disk. The power may go at any step of that start, or later.
func TestPowerLossWhileStartingAfterAFailedSync(t *testing.T) {
	fs := powerloss.ForTest(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 3))
	var w writing
	for range 2 * kills() {
		w.run(t, data(fs), rng.IntN(40), func(*os.Process) { fs.FailSync(-1, syscall.EIO) })
		failed := w.tried
		fs.FailSync(0, 0)
		fs.CutPower(rng.IntN(64 << rng.IntN(4)))
		w.run(t, data(fs), 0, func(*os.Process) {})
		fs.PowerLoss(rng)
		if end(t, fs) == failed { // found at the start, and nothing has been added
			w.tried = failed
		}
		w.checkCopy(t, fs)
	}
}

// end returns where the log ends that a disk has.
func end(t *testing.T, fs *powerloss.FS) chat.Seq {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(fs.Dir())); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(filepath.Join(dir, "data"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	snap, _, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return snap.Seq
}
