package powerloss_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/posixtest"

	"hubbub/internal/hubtest/powerloss"
)

// The suite of go-fuse is the judge of what any file system owes programs.
func TestPOSIXConformance(t *testing.T) {
	left := map[string]string{
		"FcntlFlockLocksFile": "wants the locks of one process to conflict; POSIX says otherwise",
		"OpenSymlinkRace":     "no symbolic links",
		"SetattrSymlink":      "no symbolic links",
		"SymlinkReadlink":     "no symbolic links",
		"Tmpfile":             "no files without a name",
		"XAttr":               "no extended attributes",
		"XAttrLarge":          "no extended attributes",
	}
	for _, name := range slices.Sorted(maps.Keys(posixtest.All)) {
		if left[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			fs := powerloss.ForTest(t)
			posixtest.All[name](t, fs.Dir())
		})
	}
}

// put writes content to a new or existing file, in place, and leaves it open.
func put(t *testing.T, name, content string) *os.File {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.WriteAt([]byte(content), 0); err != nil {
		t.Fatal(err)
	}
	return f
}

func get(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// syncDir makes the names in a directory durable.
func syncDir(t *testing.T, name string) {
	t.Helper()
	d, err := os.Open(name)
	check(t, err)
	defer d.Close()
	check(t, d.Sync())
}

func seeded(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 9)) }

// The kernel must show what is on the disk, not what it had cached.
func TestMountShowsTheDiskAfterPowerLoss(t *testing.T) {
	fs := powerloss.ForTest(t)
	name := filepath.Join(fs.Dir(), "file")
	seen := make(map[string]int)
	for seed := range 60 {
		f := put(t, name, "old")
		check(t, f.Sync())
		put(t, name, "new")
		if got := get(t, name); got != "new" {
			t.Fatalf("before the power loss: %q", got)
		}
		fs.PowerLoss(seeded(seed))
		seen[get(t, name)]++
	}
	if len(seen) != 2 || seen["old"] == 0 || seen["new"] == 0 {
		t.Errorf("outcomes %v, want some old and some new", seen)
	}
}

func TestMountKeepsOnlySyncedNames(t *testing.T) {
	fs := powerloss.ForTest(t)
	seen := make(map[string]bool)
	for seed := range 60 {
		dir := filepath.Join(fs.Dir(), fmt.Sprint(seed))
		check(t, os.Mkdir(dir, 0o755))
		check(t, put(t, filepath.Join(dir, "kept"), "x").Sync())
		put(t, filepath.Join(dir, "renamed"), "y")
		syncDir(t, dir)
		check(t, os.Rename(filepath.Join(dir, "renamed"), filepath.Join(dir, "after")))
		put(t, filepath.Join(dir, "new"), "z")
		fs.PowerLoss(seeded(seed))
		seen[strings.Join(names(t, dir), " ")] = true
	}
	want := map[string]bool{"kept renamed": true, "after kept": true, "kept new renamed": true, "after kept new": true}
	if !maps.Equal(seen, want) {
		t.Errorf("outcomes %v\nwant %v", seen, want)
	}
}

// names lists a directory; it also looks each name up, as ls -l does.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	check(t, err)
	for _, e := range entries {
		_, err := e.Info()
		check(t, err)
		all = append(all, e.Name())
	}
	return all
}

func TestRereadingADirectoryShowsNewNames(t *testing.T) {
	fs := powerloss.ForTest(t)
	d, err := os.Open(fs.Dir())
	check(t, err)
	defer d.Close()
	for i := range 3 {
		_, err := d.Seek(0, io.SeekStart)
		check(t, err)
		got, err := d.Readdirnames(-1)
		check(t, err)
		if len(got) != i {
			t.Errorf("read %v, want %d names", got, i)
		}
		put(t, filepath.Join(fs.Dir(), fmt.Sprint(i)), "")
	}
}

func TestOpenFilesAreDeadAfterPowerLoss(t *testing.T) {
	fs := powerloss.ForTest(t)
	name := filepath.Join(fs.Dir(), "file")
	f := put(t, name, "synced")
	check(t, f.Sync())
	fs.PowerLoss(seeded(1))
	if _, err := f.WriteAt([]byte("ghost"), 0); !errors.Is(err, syscall.ESTALE) {
		t.Errorf("a write through an old handle: %v, want ESTALE", err)
	}
	if err := f.Sync(); !errors.Is(err, syscall.ESTALE) {
		t.Errorf("a sync through an old handle: %v, want ESTALE", err)
	}
	if got := get(t, name); got != "synced" {
		t.Errorf("the file holds %q", got)
	}
	check(t, put(t, name, "SYNCED").Sync()) // the new image can be written
	fs.PowerLoss(seeded(2))
	if got := get(t, name); got != "SYNCED" {
		t.Errorf("after a second power loss the file holds %q", got)
	}
}

func TestLocksHoldBetweenProcesses(t *testing.T) {
	fs := powerloss.ForTest(t)
	name := filepath.Join(fs.Dir(), "file")
	check(t, put(t, name, "").Sync())
	lock := func(rangeLock, flock string) *child {
		c := start(t, "lock", name)
		c.expect(t, "range: "+rangeLock)
		c.expect(t, "flock: "+flock)
		return c
	}
	const refused = "resource temporarily unavailable"
	first := lock("locked", "locked")
	lock(refused, refused).kill()
	first.kill()
	lock("locked", "locked")
	fs.PowerLoss(seeded(1)) // a lock on a dead file is nobody's
	lock("locked", "locked")
}

func TestSharedMappingsWork(t *testing.T) {
	fs := powerloss.ForTest(t)
	name := filepath.Join(fs.Dir(), "file")
	f := put(t, name, strings.Repeat("\x00", 4096))
	check(t, f.Sync())
	one, two := start(t, "map", name), start(t, "map", name)
	one.expect(t, "mapped")
	two.expect(t, "mapped")
	one.say(t, "put one")
	one.expect(t, "one")
	two.say(t, "get")
	two.expect(t, "one")
	put(t, name, "two") // by write(2)
	one.say(t, "get")
	one.expect(t, "two")
	one.say(t, "put six")
	one.expect(t, "six")
	if got := get(t, name)[:3]; got != "six" {
		t.Errorf("read(2) shows %q", got)
	}
	one.say(t, "sync")
	one.expect(t, "six")
	one.say(t, "put ten") // and never synced
	one.expect(t, "ten")
	one.kill()
	two.kill()
	seen := make(map[string]bool)
	for seed := range 40 {
		fs.PowerLoss(seeded(seed))
		seen[get(t, name)[:3]] = true
	}
	for got := range seen {
		if got != "six" && got != "ten" {
			t.Errorf("the file holds %q: msync did not make it durable", got)
		}
	}
}

// Many workers change names and bytes at once; the race detector watches.
func TestConcurrentUse(t *testing.T) {
	fs := powerloss.ForTest(t)
	log, err := os.OpenFile(filepath.Join(fs.Dir(), "log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	check(t, err)
	defer log.Close()
	var workers sync.WaitGroup
	const count, rounds = 8, 40
	for w := range count {
		workers.Go(func() {
			dir := filepath.Join(fs.Dir(), fmt.Sprint(w))
			if err := churn(dir, log, rounds); err != nil {
				t.Errorf("worker %d: %v", w, err)
			}
		})
	}
	workers.Wait()
	if got := len(get(t, log.Name())); got != count*rounds*8 {
		t.Errorf("the log has %d bytes, want %d: appends were lost", got, count*rounds*8)
	}
	check(t, log.Sync())
	fs.PowerLoss(seeded(1))
	if got := len(get(t, log.Name())); got != count*rounds*8 {
		t.Errorf("after the power loss the log has %d bytes", got)
	}
}

// churn creates, syncs, renames, reads and removes files in dir, and appends a
// record to the shared log each time.
func churn(dir string, log *os.File, rounds int) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for i := range rounds {
		name := filepath.Join(dir, fmt.Sprint(i))
		want := strings.Repeat(name, 100)
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			return err
		}
		if err := os.Rename(name, filepath.Join(dir, "current")); err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, "current"))
		if err != nil || string(got) != want {
			return fmt.Errorf("read %d bytes, %v", len(got), err)
		}
		if _, err := log.Write([]byte("a record")); err != nil {
			return err
		}
		if err := log.Sync(); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}

func TestPowerLossWhileProgramsWork(t *testing.T) {
	fs := powerloss.ForTest(t)
	tick := make(chan struct{})
	var workers sync.WaitGroup
	for w := range 4 {
		workers.Go(func() {
			for i := range 400 {
				name := filepath.Join(fs.Dir(), fmt.Sprint(w, i%5))
				os.WriteFile(name, []byte(name), 0o644) // may fail, as on a dead disk
				os.Rename(name, filepath.Join(fs.Dir(), fmt.Sprint(w)))
				os.Remove(name)
				if i%10 == 0 {
					tick <- struct{}{}
				}
			}
		})
	}
	go func() {
		workers.Wait()
		close(tick)
	}()
	seed := 0
	for range tick {
		fs.PowerLoss(seeded(seed))
		seed++
	}
	for _, name := range names(t, fs.Dir()) {
		check(t, os.Remove(filepath.Join(fs.Dir(), name)))
	}
	check(t, os.WriteFile(filepath.Join(fs.Dir(), "alive"), nil, 0o644))
}

func TestUnmountSaysThatAFileIsOpen(t *testing.T) {
	if err := powerloss.Available(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	fs, err := powerloss.Mount(dir)
	check(t, err)
	f := put(t, filepath.Join(dir, "file"), "x")
	if err := fs.Unmount(); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("unmount with a file open: %v", err)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("the directory is not free: %v", got)
	}
	f.Close()
	fs.Wait()
}

func TestMountNeedsADirectory(t *testing.T) {
	if _, err := powerloss.Mount(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("mounted on nothing")
	}
}
