package files_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/files"
)

// clock is a clock that is set by hand.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

func sweep(t *testing.T, s *files.Store, kept ...string) (asked []string) {
	t.Helper()
	err := s.Sweep(context.Background(), func(hash string) (bool, error) {
		asked = append(asked, hash)
		return slices.Contains(kept, hash), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

func TestABlobStaysAsLongAsSomethingRefersToIt(t *testing.T) {
	var c clock
	dir := filepath.Join(t.TempDir(), "files")
	s := openIn(t, dir, files.Options{Now: c.now})
	photo := put(t, s, encodeJPEG(t, gradient(900, 900)))
	said, pending := put(t, s, []byte("said")), put(t, s, []byte("pending"))
	for _, up := range []files.Upload{photo, said} {
		if err := s.Take(up.ID); err != nil {
			t.Fatal(err)
		}
	}
	if asked := sweep(t, s); len(asked) != 0 || len(tree(t, dir)) != 5 {
		t.Errorf("what is new was asked about: %q; left is %q", asked, tree(t, dir))
	}

	c.advance(2 * time.Hour)
	asked := sweep(t, s, photo.Hash, said.Hash)
	if want := []string{photo.Hash, said.Hash}; len(asked) != 2 || !slices.Contains(asked, want[0]) || !slices.Contains(asked, want[1]) {
		t.Errorf("asked about %q, want %q", asked, want)
	}
	if got := tree(t, dir); len(got) != 5 {
		t.Errorf("left is %q", got)
	}

	sweep(t, s, said.Hash) // the photo's message was deleted
	if got := tree(t, dir); len(got) != 3 {
		t.Errorf("left is %q", got)
	}
	read(t, s, said.Hash)
	read(t, s, pending.Hash)
}

func TestWhatNobodySendsGoesAfterADay(t *testing.T) {
	var c clock
	dir := filepath.Join(t.TempDir(), "files")
	s := openIn(t, dir, files.Options{Now: c.now})
	up := put(t, s, []byte("hello"))
	c.advance(23*time.Hour - time.Minute)
	sweep(t, s)
	if _, err := s.Pending(up.ID, 1); err != nil {
		t.Errorf("after less than 23 hours: %v", err)
	}
	c.advance(2 * time.Minute)
	if _, err := s.Pending(up.ID, 1); !errors.Is(err, files.ErrNotFound) {
		t.Errorf("after more than 23 hours: %v", err)
	}
	sweep(t, s)
	read(t, s, up.Hash) // whoever looked it up before may be saying it
	c.advance(time.Hour)
	sweep(t, s)
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("after a day %q are left", got)
	}
	if n, _ := s.PendingBytes(1); n != 0 {
		t.Errorf("%d are pending", n)
	}
}

// Whatever a crash has interrupted, what it leaves goes, and what was there
// before stays.
func TestWhatACrashLeavesIsSwept(t *testing.T) {
	var c clock
	dir := filepath.Join(t.TempDir(), "files")
	s := openIn(t, dir, files.Options{Now: c.now})
	good := put(t, s, []byte("good"))
	hash := strings.Repeat("ab", 32)
	if err := os.Mkdir(filepath.Join(dir, "ab"), 0o700); err != nil {
		t.Fatal(err)
	}
	left := []string{
		"incoming/123",                          // while receiving
		"ab/" + hash + ".thumbnail",             // before the blob was placed
		"ab/" + strings.Repeat("ab", 31) + "cd", // before it was pending
		"pending/half",
	}
	for _, name := range left {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	foreign := filepath.Join(dir, "ab", "README")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openIn(t, dir, files.Options{Now: c.now})
	sweep(t, s)
	if got := tree(t, dir); len(got) != 2+len(left)+1 {
		t.Errorf("what may still be in use was swept; left is %q", got)
	}
	c.advance(2 * time.Hour)
	sweep(t, s)
	if got := tree(t, dir); len(got) != 2+1+1 {
		t.Errorf("after two hours %q are left", got)
	}
	read(t, s, good.Hash)
	c.advance(24 * time.Hour)
	sweep(t, s, good.Hash)
	if got, want := tree(t, dir), []string{"ab/README", good.Hash[:2] + "/" + good.Hash}; !slices.Equal(got, want) && !slices.Equal(got, []string{want[1], want[0]}) {
		t.Errorf("after a day %q are left, want %q", got, want)
	}
}

func TestWhatCannotBeAskedAboutStays(t *testing.T) {
	var c clock
	s := open(t, files.Options{Now: c.now})
	a, b := put(t, s, []byte("a")), put(t, s, []byte("b"))
	c.advance(25 * time.Hour)
	down := errors.New("the database is down")
	err := s.Sweep(context.Background(), func(hash string) (bool, error) {
		if hash == a.Hash {
			return false, down
		}
		return false, nil
	})
	if !errors.Is(err, down) {
		t.Errorf("the sweep says %v", err)
	}
	read(t, s, a.Hash)
	if _, err := s.OpenBlob(b.Hash, false); !errors.Is(err, files.ErrNotFound) {
		t.Errorf("the other blob: %v", err)
	}
}

// Somebody uploads the very file that Sweep has just decided to remove.
func TestAnUploadDuringASweepIsThereAfterIt(t *testing.T) {
	dir, begin := filepath.Join(t.TempDir(), "files"), time.Now()
	synctest.Test(t, func(t *testing.T) {
		var ahead atomic.Int64 // of the time in the file system, which is not the bubble's
		s := openIn(t, dir, files.Options{Now: func() time.Time { return begin.Add(time.Duration(ahead.Load())) }})
		up := put(t, s, []byte("hello"))
		ahead.Store(int64(25 * time.Hour))
		again := make(chan error)
		err := s.Sweep(t.Context(), func(string) (bool, error) {
			go func() {
				_, err := s.Put(t.Context(), strings.NewReader("hello"), "again", 2)
				again <- err
			}()
			synctest.Wait() // it waits for the decision
			if n, _ := s.PendingBytes(2); n != 0 {
				t.Error("the upload did not wait")
			}
			return false, nil
		})
		if err := errors.Join(err, <-again); err != nil {
			t.Fatal(err)
		}
		if got := string(read(t, s, up.Hash)); got != "hello" {
			t.Errorf("it contains %q", got)
		}
	})
}
