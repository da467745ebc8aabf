package powerloss_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"hubbub/internal/hubtest/powerloss"
)

func TestQuotaGivesENOSPCUntilSpaceIsFreed(t *testing.T) {
	fs := powerloss.ForTest(t)
	fs.SetQuota(100_000)
	a, b := filepath.Join(fs.Dir(), "a"), filepath.Join(fs.Dir(), "b")
	f := put(t, a, strings.Repeat("x", 60_000))
	g := put(t, b, "")
	if n, err := g.Write(make([]byte, 60_000)); n != 40_000 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("wrote %d bytes, %v; want the 40000 that fit, then ENOSPC", n, err)
	}
	if _, err := g.Write([]byte("x")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a write to the full disk: %v", err)
	}
	if err := g.Truncate(50_000); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("growing a file on the full disk: %v", err)
	}
	if err := syscall.Fallocate(int(g.Fd()), 0, 0, 50_000); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("fallocate on the full disk: %v", err)
	}
	if _, err := f.WriteAt([]byte("y"), 0); err != nil {
		t.Errorf("overwriting needs no space: %v", err)
	}
	wantFree(t, fs, 0)
	check(t, os.Remove(a))
	wantFree(t, fs, 0) // it is still open
	f.Close()
	check(t, os.Remove(b))
	check(t, g.Truncate(1000))
	check(t, os.WriteFile(filepath.Join(fs.Dir(), "c"), make([]byte, 99_000), 0o644))
	fs.SetQuota(-1)
	check(t, os.WriteFile(filepath.Join(fs.Dir(), "d"), make([]byte, 500_000), 0o644))
}

// wantFree checks statfs, which counts in blocks of 4 KiB.
func wantFree(t *testing.T, fs *powerloss.FS, blocks uint64) {
	t.Helper()
	var st syscall.Statfs_t
	check(t, syscall.Statfs(fs.Dir(), &st))
	if st.Bavail != blocks || st.Bsize != 4096 {
		t.Errorf("statfs: %d blocks of %d bytes free, want %d", st.Bavail, st.Bsize, blocks)
	}
}

func TestSpaceIsCountedAnewAfterPowerLoss(t *testing.T) {
	fs := powerloss.ForTest(t)
	check(t, put(t, filepath.Join(fs.Dir(), "kept"), strings.Repeat("x", 40_960)).Sync())
	lost := put(t, filepath.Join(fs.Dir(), "lost"), strings.Repeat("x", 40_960))
	fs.SetQuota(81_920)
	wantFree(t, fs, 0)
	for seed := 0; ; seed++ {
		if fs.PowerLoss(seeded(seed)); len(names(t, fs.Dir())) == 1 {
			break
		}
		check(t, os.Remove(filepath.Join(fs.Dir(), "lost")))
	}
	lost.Close() // from before: it must not free anything twice
	wantFree(t, fs, 10)
}

func TestReadOnlyRefusesEveryChange(t *testing.T) {
	fs := powerloss.ForTest(t)
	name := filepath.Join(fs.Dir(), "file")
	f := put(t, name, "text")
	fs.SetReadOnly(true)
	_, write := f.WriteAt([]byte("x"), 0)
	for what, err := range map[string]error{
		"write":    write,
		"truncate": f.Truncate(0),
		"create":   os.WriteFile(name+"2", nil, 0o644),
		"mkdir":    os.Mkdir(name+"3", 0o755),
		"rename":   os.Rename(name, name+"4"),
		"link":     os.Link(name, name+"5"),
		"remove":   os.Remove(name),
		"chmod":    os.Chmod(name, 0o600),
	} {
		if !errors.Is(err, syscall.EROFS) {
			t.Errorf("%s: %v, want EROFS", what, err)
		}
	}
	if got := get(t, name); got != "text" {
		t.Errorf("reading: %q", got)
	}
	fs.SetReadOnly(false)
	put(t, name, "more")
}

func TestFailingSyncs(t *testing.T) {
	fs := powerloss.ForTest(t)
	name := filepath.Join(fs.Dir(), "file")
	f := put(t, name, "durable")
	check(t, f.Sync())
	put(t, name, "ignored")
	fs.FailSync(1, syscall.EIO)
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Errorf("first sync: %v, want EIO", err)
	}
	check(t, f.Sync())
	if got := get(t, name); got != "ignored" {
		t.Errorf("the page cache shows %q", got)
	}
	fs.FailSync(-1, syscall.ENOSPC)
	for range 3 {
		if err := syscall.Fdatasync(int(f.Fd())); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("fdatasync: %v, want ENOSPC", err)
		}
	}
	fs.FailSync(0, 0)
	check(t, f.Sync())
	fs.PowerLoss(seeded(1))
	if got := get(t, name); got != "durable" {
		t.Errorf("after the power loss: %q, which no sync ever wrote out", got)
	}
}

func TestPowerCutStopsEverythingAtOneChange(t *testing.T) {
	fs := powerloss.ForTest(t)
	name := filepath.Join(fs.Dir(), "file")
	f := put(t, name, "one")
	off := fs.CutPower(2)
	check(t, f.Sync())
	put(t, name, "two")
	select {
	case <-off:
		t.Fatal("the power went too early")
	default:
	}
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("the third change: %v, want EIO", err)
	}
	<-off
	if _, err := os.Stat(name); !errors.Is(err, syscall.EIO) {
		t.Errorf("looking without power: %v, want EIO", err)
	}
	<-fs.CutPower(5) // it is off already
	seen := make(map[string]bool)
	for seed := range 40 {
		fs.PowerLoss(seeded(seed))
		seen[get(t, name)] = true
		check(t, put(t, name, "one").Sync())
		off := fs.CutPower(1)
		put(t, name, "two")
		if err := os.Remove(name); !errors.Is(err, syscall.EIO) {
			t.Fatalf("a change without power: %v", err)
		}
		<-off
	}
	if len(seen) != 2 {
		t.Errorf("outcomes %v, want one and two", seen)
	}
}
