package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// silent is for those who do not care how far a backup is.
func silent(string, int) {}

// names returns what is in a directory.
func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// backedUp makes a backup of a directory, and returns its file.
func backedUp(t *testing.T, dir string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup.db")
	if _, err := store.Backup(t.Context(), dir, file, silent); err != nil {
		t.Fatal(err)
	}
	return file
}

// restored restores a file into a new directory and opens it.
func restored(t *testing.T, file string) (*store.Store, store.Restored) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new")
	r, err := store.Restore(t.Context(), dir, file, false, silent)
	if err != nil {
		t.Fatal(err)
	}
	return openStore(t, dir), r
}

// A backup that is made while the log grows is the log up to some moment during
// it: whole, sound, and in one file of its owner's.
func TestBackupOfARunningServerIsAPrefix(t *testing.T) {
	dir := t.TempDir()
	sc := newScript(t, openStore(t, dir))
	sc.room("#a")
	sc.room("#b")
	sc.commit()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		sc.babble(rng)
		sc.commit()
	}
	for i := range 4 {
		before := sc.seq
		file, made := filepath.Join(t.TempDir(), "backup.db"), make(chan error)
		var contents store.Contents
		go func() (err error) {
			defer func() { made <- err }()
			contents, err = store.Backup(t.Context(), dir, file, silent)
			return err
		}()
		for running := true; running; {
			sc.babble(rng)
			sc.commit()
			select {
			case err := <-made:
				if running = false; err != nil {
					t.Fatal(err)
				}
			default:
			}
		}
		t.Logf("%d: from %d to %d: %+v", i, before, sc.seq, contents)
		if got := names(t, filepath.Dir(file)); !slices.Equal(got, []string{"backup.db"}) {
			t.Errorf("there are %q", got)
		}
		if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		checkPrefix(t, file, contents, before, sc.seq)
	}
	checkLog(t, sc.store, sc.seq)
}

// checkPrefix checks that a backup is the log up to some event from first to
// last.
func checkPrefix(t *testing.T, file string, contents store.Contents, first, last chat.Seq) {
	t.Helper()
	s, r := restored(t, file)
	snap, _, err := s.Load(t.Context())
	if err != nil || snap.Seq < first || snap.Seq > last {
		t.Fatalf("the log ends at %d, want %d to %d: %v", snap.Seq, first, last, err)
	}
	want := store.Contents{Events: int(snap.Seq), Last: time.UnixMilli(int64(snap.Now))}
	if contents != want || r.Contents != want || r.Replaced != "" {
		t.Errorf("backed up %+v, restored %+v, want %+v", contents, r, want)
	}
	checkLog(t, s, snap.Seq)
	if found, err := s.IntegrityCheck(); err != nil || found != "ok" {
		t.Errorf("%s, %v", found, err)
	}
	next := newScript(t, s) // and it goes on
	next.resume()
	next.babble(rand.New(rand.NewPCG(uint64(last), 5)))
	next.commit()
	checkLog(t, s, next.seq)
}

func TestBackupRefuses(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	filled(t, dir, 5)
	taken := filepath.Join(other, "taken")
	writeFile(t, taken, []byte("last year's"))
	for _, c := range []struct {
		name, dir, file string
		want            error
	}{
		{"to overwrite", dir, taken, store.ErrExists},
		{"to overwrite a directory", dir, other, store.ErrExists},
		{"where there is no directory for it", dir, filepath.Join(other, "none", "backup.db"), store.ErrNotWritable},
		{"what is not there", other, filepath.Join(other, "backup.db"), store.ErrMissing},
		{"a directory that is not there", filepath.Join(other, "none"), filepath.Join(other, "backup.db"), store.ErrMissing},
	} {
		_, err := store.Backup(t.Context(), c.dir, c.file, silent)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		t.Log(err)
	}
	if got := names(t, other); !slices.Equal(got, []string{"taken"}) || string(readFile(t, other, "taken")) != "last year's" {
		t.Errorf("there are %q", got)
	}
}

// What is not sound is not called a backup.
func TestBackupOfWhatIsNoSoundDatabase(t *testing.T) {
	for _, c := range corruptions {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, to := t.TempDir(), t.TempDir()
			filled(t, dir, 2000)
			c.do(t, dir, filepath.Join(dir, "hubbub.db"))
			_, err := store.Backup(t.Context(), dir, filepath.Join(to, "backup.db"), silent)
			if c.name == "table gone" { // sent: a look at the end does not tell
				return
			}
			if !errors.Is(err, c.want) && !(c.want == store.ErrForeign && errors.Is(err, store.ErrDamaged)) {
				t.Errorf("%v, want %v", err, c.want)
			}
			t.Log(err)
			if left := names(t, to); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// A backup changes nothing in the directory: neither what a server left that
// was stopped, nor what one left that crashed, which the next has to see.
func TestBackupLeavesTheDirectoryAsItIs(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 100)
	before := names(t, dir)
	backedUp(t, dir)
	if after := names(t, dir); !slices.Equal(before, after) {
		t.Errorf("stopped: %q became %q", before, after)
	}
	crashed, end := crashed(t)
	file := backedUp(t, crashed)
	if _, err := os.Stat(filepath.Join(crashed, "hubbub.db-wal")); err != nil {
		t.Errorf("crashed: %v", err)
	}
	s, r := restored(t, file)
	if r.Events != int(end) {
		t.Errorf("%+v, want all %d events", r, end)
	}
	checkLog(t, s, end)
}

// crashed returns the directory of a server that was killed, all of whose log
// is in the write-ahead log yet, and where it ends.
func crashed(t *testing.T) (dir string, end chat.Seq) {
	t.Helper()
	running := t.TempDir()
	sc := newScript(t, openStore(t, running))
	sc.room("#a")
	sc.room("#b")
	sc.babble(rand.New(rand.NewPCG(5, 6)))
	sc.commit()
	dir = t.TempDir()
	for _, name := range []string{"hubbub.db", "hubbub.db-wal"} {
		writeFile(t, filepath.Join(dir, name), readFile(t, running, name))
	}
	return dir, sc.seq
}

func TestInterruptedBackupLeavesNothing(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	filled(t, dir, 2000)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	_, err := store.Backup(ctx, dir, filepath.Join(to, "backup.db"), func(doing string, _ int) {
		if got := names(t, to); len(got) != 1 || !strings.HasSuffix(got[0], ".partial") {
			t.Errorf("while %s there are %q", doing, got)
		}
		cancel(why)
	})
	if !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
	if left := names(t, to); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// However a backup gets to where a server finds it, its log is another one than
// the one that clients know.
func TestBackupNeverKeepsTheEpoch(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 10)
	epochs := map[string]bool{openStore(t, dir).Epoch(): true}
	file := backedUp(t, dir)
	for range 2 {
		s, _ := restored(t, file)
		epochs[s.Epoch()] = true
	}
	byHand := t.TempDir()
	writeFile(t, filepath.Join(byHand, "hubbub.db"), readFile(t, filepath.Dir(file), "backup.db"))
	s := openStore(t, byHand)
	epoch := s.Epoch()
	epochs[epoch] = true
	if len(epochs) != 4 || epochs[""] {
		t.Errorf("epochs %v, want four", epochs)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if again := openStore(t, byHand).Epoch(); again != epoch {
		t.Errorf("epoch %q became %q", epoch, again)
	}
}

func TestBackupTellsHowFarItIs(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 15_000)
	var told []string
	tell := func(doing string, percent int) { told = append(told, fmt.Sprint(doing, " ", percent)) }
	file := filepath.Join(t.TempDir(), "backup.db")
	if _, err := store.Backup(t.Context(), dir, file, tell); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0] != "copying 100" {
		t.Errorf("backup: %q", told)
	}
	told = nil
	if _, err := store.Restore(t.Context(), t.TempDir(), file, false, tell); err != nil {
		t.Fatal(err)
	}
	want := []string{"copying 100", "checking the file -1", "checking the events 0", "checking the events 66"}
	if !slices.Equal(told, want) {
		t.Errorf("restore: %q, want %q", told, want)
	}
}
