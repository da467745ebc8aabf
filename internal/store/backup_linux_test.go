package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubbub/internal/hubtest/powerloss"
	"hubbub/internal/store"
)

// backUpOrRestore copies as a child process does that is told "from\nto". It
// goes on from its first step once its standard input ends.
func backUpOrRestore(do func(ctx context.Context, from, to string, progress store.Progress) error) func(string) int {
	return func(paths string) int {
		from, to, _ := strings.Cut(paths, "\n")
		told := false
		err := do(context.Background(), from, to, func(doing string, _ int) {
			if !told {
				told = true
				fmt.Println(doing)
				os.Stdin.Read(make([]byte, 1))
			}
		})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		return 0
	}
}

func backUpChild(ctx context.Context, from, to string, progress store.Progress) error {
	_, err := store.Backup(ctx, from, to, progress)
	return err
}

func restoreChild(ctx context.Context, from, to string, progress store.Progress) error {
	_, err := store.Restore(ctx, to, from, true, progress)
	return err
}

// A backup that is killed leaves nothing of the name that it was to have, and
// does not hinder the next.
func TestKilledBackupLeavesNoHalfFile(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	filled(t, dir, 2000)
	file := filepath.Join(to, "backup.db")
	cmd := child("backup", dir+"\n"+file)
	hold, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "copying\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if got := names(t, to); len(got) == 0 || strings.Contains(strings.Join(got, " ")+" ", "backup.db ") {
		t.Fatalf("there are %q", got)
	}
	if _, err := store.Backup(t.Context(), dir, file, silent); err != nil {
		t.Fatal(err)
	}
	if _, r := restored(t, file); r.Events != 2001 {
		t.Errorf("%+v", r)
	}
}

func TestFullDiskLeavesNoBackupAndChangesNothing(t *testing.T) {
	disk := small(t, "")
	dir := t.TempDir()
	filled(t, dir, 10_000)
	writeFile(t, filepath.Join(disk, "ballast"), make([]byte, 7<<20))
	file := filepath.Join(disk, "backup.db")
	if _, err := store.Backup(t.Context(), dir, file, silent); !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), file) {
		t.Errorf("backup: %v", err)
	}
	if left := names(t, disk); len(left) > 1 {
		t.Errorf("left behind: %q", left)
	}
	to := filepath.Join(disk, "data")
	filled(t, to, 10)
	before := names(t, to)
	if _, err := store.Restore(t.Context(), to, filepath.Join(dir, "hubbub.db"), true, silent); !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), to) {
		t.Errorf("restore: %v", err)
	}
	if after := names(t, to); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("%q became %q", before, after)
	}
}

// After a power cut at any moment there is a whole backup or none, and one that
// was reported is there.
func TestPowerLossLeavesAWholeBackupOrNone(t *testing.T) {
	disk := powerloss.ForTest(t)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 3))
	dir := t.TempDir()
	filled(t, dir, 300)
	file := filepath.Join(disk.Dir(), "backup.db")
	complete, none := 0, 0
	for after := 0; complete < 3; after += 1 + rng.IntN(8) {
		disk.CutPower(after)
		failed := child("backup", dir+"\n"+file).Run()
		disk.PowerLoss(rng)
		copied := filepath.Join(t.TempDir(), "backup.db")
		data, err := os.ReadFile(file)
		switch {
		case errors.Is(err, fs.ErrNotExist) && failed != nil:
			none++
			continue
		case err != nil:
			t.Fatalf("after %d changes: %v; the backup said %v", after, err, failed)
		}
		complete++
		writeFile(t, copied, data)
		if _, r := restored(t, copied); r.Events != 301 {
			t.Fatalf("after %d changes: %+v", after, r)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d times there was none", none)
	if none == 0 {
		t.Error("no power cut came in time")
	}
}

// After a power cut at any moment of a restore the server starts, with the log
// that was there or with the one that was restored, and the former is not lost.
func TestPowerLossDuringARestoreLosesNeither(t *testing.T) {
	disk := powerloss.ForTest(t)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 4))
	source := t.TempDir()
	filled(t, source, 300)
	file := backedUp(t, source)
	old, end := crashed(t)
	replaced, kept, stride := 0, 0, 2
	if testing.Short() {
		stride = 16
	}
	for after := 0; replaced < 3; after += 1 + rng.IntN(stride) {
		if err := errors.Join(os.RemoveAll(data(disk)), os.CopyFS(data(disk), os.DirFS(old)), syncAll(disk.Dir())); err != nil {
			t.Fatal(err)
		}
		disk.CutPower(after)
		failed := child("restore", file+"\n"+data(disk)).Run()
		disk.PowerLoss(rng)
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(data(disk))); err != nil {
			t.Fatal(err)
		}
		s := openStore(t, dir)
		snap, _, err := s.Load(t.Context())
		switch {
		case err != nil:
			t.Fatal(err)
		case int(snap.Seq) == 301:
			replaced++
			aside, err := filepath.Glob(filepath.Join(dir, "hubbub-replaced-*.db"))
			if err != nil || len(aside) != 1 {
				t.Fatalf("after %d changes: %q, %v", after, aside, err)
			}
			if _, r := restored(t, aside[0]); r.Events != int(end) {
				t.Fatalf("after %d changes: of the old log %+v is left, want %d events", after, r, end)
			}
		case snap.Seq == end && failed != nil:
			kept++
			checkLog(t, s, end)
		default:
			t.Fatalf("after %d changes the log ends at %d; the restore said %v", after, snap.Seq, failed)
		}
	}
	t.Logf("%d times the old log was there", kept)
	if kept == 0 {
		t.Error("no power cut came in time")
	}
}

// syncAll has everything below a directory survive.
func syncAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}
