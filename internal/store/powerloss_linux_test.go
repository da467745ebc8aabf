package store_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubbub/internal/hubtest/powerloss"
)

// A power cut at any moment loses nothing that was acknowledged, and keeps no
// part of a batch.
func TestPowerLossLosesNothing(t *testing.T) {
	fs := powerloss.ForTest(t)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	var w writing
	for range 2 * kills() {
		fs.CutPower(rng.IntN(64 << rng.IntN(7)))
		w.run(t, data(fs), 0, func(*os.Process) {})
		t.Logf("%+v, %.80q", fs.PowerLoss(rng), w.failures)
		w.checkCopy(t, fs)
	}
}

// The same for a server that starts for the first time, at many of its steps.
func TestPowerLossWhileCreating(t *testing.T) {
	fs := powerloss.ForTest(t)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	for after := 0; after < 80; after += 1 + rng.IntN(100/kills()) {
		if err := os.RemoveAll(data(fs)); err != nil {
			t.Fatal(err)
		}
		var w writing
		fs.CutPower(after)
		w.run(t, data(fs), 0, func(*os.Process) {})
		fs.PowerLoss(rng)
		w.checkCopy(t, fs)
	}
}

// A failed fsync is told as what it is, is not tried again, and nothing is
// taken after it: whatever was acknowledged is there after a power cut.
func TestFailedSyncIsFatal(t *testing.T) {
	fs := powerloss.ForTest(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var w writing
	for i := range 3 {
		w.run(t, data(fs), 30*i, func(*os.Process) { fs.FailSync(1, syscall.EIO) })
		if len(w.failures) != 2 {
			t.Fatalf("%q", w.failures)
		}
		for _, f := range w.failures {
			if !strings.HasPrefix(f, "broken=true full=false") {
				t.Error(f)
			}
		}
		fs.PowerLoss(rng)
		w.checkCopy(t, fs)
	}
}

// A disk can become full at any byte of a batch.
func TestDiskBecomesFullInABatch(t *testing.T) {
	fs := powerloss.ForTest(t)
	var w writing
	w.run(t, data(fs), 100, func(*os.Process) { fs.SetQuota(0) })
	if len(w.failures) != 2 {
		t.Fatalf("%q", w.failures)
	}
	for _, f := range w.failures {
		if !strings.HasPrefix(f, "broken=false full=true") {
			t.Error(f)
		}
	}
	fs.SetQuota(-1)
	w.checkCopy(t, fs)
}

// data is the directory on a disk that belongs to the server.
func data(fs *powerloss.FS) string { return filepath.Join(fs.Dir(), "data") }

// checkCopy checks what a disk has. SQLite can't use the mount in this process,
// so it gets a copy.
func (w *writing) checkCopy(t *testing.T, fs *powerloss.FS) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(fs.Dir())); err != nil {
		t.Fatal(err)
	}
	w.checkStore(t, filepath.Join(dir, "data"))
}
