package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// small mounts a file system of 8 MB.
func small(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"+options); err != nil {
		t.Skipf("can't mount a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill says things until the disk is full. Nothing that was refused is to be
// seen then, and the script goes on behind what was taken.
func fill(t *testing.T, sc *script, room chat.RoomID) {
	t.Helper()
	for {
		for range 100 {
			sc.say(room, strings.Repeat("fill the disk ", 20))
		}
		end, position := sc.seq-100, sc.position
		err := sc.try()
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrBroken) {
			t.Fatalf("at %d: %v", sc.seq, err)
		}
		sc.resume()
		if sc.seq != end || sc.position != position {
			t.Fatalf("the log ends at %d, batch %d; acknowledged were %d and %d", sc.seq, sc.position, end, position)
		}
		return
	}
}

func TestFullDiskIsRefusedAndRecoversWithoutRestart(t *testing.T) {
	dir := small(t, "")
	ballast := filepath.Join(dir, "ballast")
	writeFile(t, ballast, make([]byte, 2<<20))
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sc := newScript(t, s)
	room := sc.room("#a")
	sc.commit()
	for i := range 5 {
		fill(t, sc, room)
		page, err := s.Messages(t.Context(), room, store.Range{Latest: true, Limit: 50}, 0)
		if err != nil || page[49].Seq != sc.seq {
			t.Fatalf("reading while full: %v", err)
		}
		if _, err := s.Facts(t.Context(), []chat.Need{{Message: sc.seq}}); err != nil {
			t.Fatalf("facts while full: %v", err)
		}
		for range 3 {
			sc.say(room, strings.Repeat("too much ", 3000))
			if err := sc.try(); !errors.Is(err, store.ErrFull) {
				t.Fatalf("more while full: %v", err)
			}
			sc.resume()
		}
		if i == 4 {
			break
		}
		if err := os.Truncate(ballast, int64(3-i)<<19); err != nil {
			t.Fatal(err)
		}
		sc.say(room, "there is space again")
		sc.commit()
	}
	end := sc.seq
	if found, err := s.IntegrityCheck(); err != nil || found != "ok" {
		t.Errorf("%s, %v", found, err)
	}
	if err := s.Close(); err != nil && !errors.Is(err, store.ErrFull) {
		t.Error(err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	sc.store, err = store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sc.store.Close()
	if sc.resume(); sc.seq != end {
		t.Errorf("after reopening the log ends at %d, not %d", sc.seq, end)
	}
}

// Without any space a server can't start, and says so.
func TestFullDiskAtTheStart(t *testing.T) {
	dir := small(t, "")
	ballast := filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	f.Close()
	s, err := store.Open(filepath.Join(dir, "data"), store.Options{})
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("%v", err)
	}
	t.Log(err)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(filepath.Join(dir, "data"), store.Options{}); err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestReadOnlyDisk(t *testing.T) {
	dir := small(t, "")
	data := filepath.Join(dir, "data")
	filled(t, data, 10)
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip(err)
	}
	for _, dir := range []string{data, filepath.Join(dir, "new")} {
		if _, err := store.Open(dir, store.Options{}); !errors.Is(err, store.ErrNotWritable) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// childEnv tells a copy of the test program what to do instead of testing.
const childEnv = "HUBBUB_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if role, dir, ok := strings.Cut(os.Getenv(childEnv), ":"); ok {
		os.Exit(map[string]func(dir string) int{
			"write": writeForEver, "fail": writeUntilItFails,
			"backup": backUpOrRestore(backUpChild), "restore": backUpOrRestore(restoreChild),
		}[role](dir))
	}
	os.Exit(m.Run())
}

func child(role, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+role+":"+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// A write that fails for another reason than a full disk can't be trusted to
// have done nothing: the store takes nothing more.
func TestFailedWriteIsFatal(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 100)
	out, err := child("fail", dir).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%s", out)
	first, second, _ := bytes.Cut(out, []byte("\n"))
	if !bytes.Contains(first, []byte("broken=true full=false")) || !bytes.Contains(second, []byte("broken=true full=false")) {
		t.Error("the failure was not told as one")
	}
}

// writeUntilItFails writes in a process that may not have large files, and says
// how that ended, twice.
func writeUntilItFails(dir string) int {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := store.Open(dir, store.Options{})
	if err == nil {
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 500_000, Max: 500_000})
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for seq, failed := chat.Seq(102), 0; failed < 2; seq++ {
		ev := chat.Event{Seq: seq, Room: 1, Kind: chat.Message, Text: strings.Repeat("x", 30000)}
		if err := s.Commit(uint64(seq), []chat.Event{ev}); err != nil {
			failed++
			fmt.Printf("broken=%t full=%t %v\n", errors.Is(err, store.ErrBroken), errors.Is(err, store.ErrFull), err)
		}
	}
	return 0
}
