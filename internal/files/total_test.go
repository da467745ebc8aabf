package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/files"
)

// full reports whether somebody can't upload so much more, since all that is kept
// takes as much as it may.
func full(t *testing.T, s *files.Store, data string, by uint64) bool {
	t.Helper()
	_, err := s.Put(context.Background(), strings.NewReader(data), "a file", by)
	if err == nil {
		return false
	}
	var refusal *chat.Error
	if !errors.Is(err, files.ErrTotal) || !errors.As(err, &refusal) || refusal.Code != chat.Full {
		t.Fatalf("refused with %v", err)
	}
	return true
}

// What is given up is still on the disk.
func TestRecentUploadsCountUntilTheyAreSwept(t *testing.T) {
	c := &clock{}
	s := openIn(t, filepath.Join(t.TempDir(), "files"), files.Options{Now: c.now})
	const ann, bob = 1, 2
	for _, text := range []string{"one", "three"} {
		up, err := s.Put(t.Context(), strings.NewReader(text), "x.txt", ann)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Take(up.ID); err != nil {
			t.Fatal(err)
		}
	}
	if s.RecentBytes(ann) != 8 || s.RecentBytes(bob) != 0 || s.Used() != 8 {
		t.Errorf("%d bytes of hers, %d of his, %d on the disk", s.RecentBytes(ann), s.RecentBytes(bob), s.Used())
	}
	for _, want := range []int64{8, 0} {
		c.advance(2 * time.Hour)
		sweep(t, s)
		if got := s.RecentBytes(ann); got != want {
			t.Errorf("after a sweep it is %d, want %d", got, want)
		}
	}
}

func TestAllThatIsKeptTakesNoMoreThanItMay(t *testing.T) {
	dir, c := filepath.Join(t.TempDir(), "files"), &clock{}
	o := files.Options{TotalBytes: 100, Now: c.now}
	s := openIn(t, dir, o)
	for by, data := range []string{strings.Repeat("a", 60), strings.Repeat("b", 30)} { // whoever comes as somebody else each time
		if full(t, s, data, uint64(by+1)) {
			t.Fatalf("%d bytes are too much", len(data))
		}
	}
	for _, more := range []string{strings.Repeat("c", 11), strings.Repeat("c", 1000)} {
		if !full(t, s, more, 9) || s.Used() != 90 {
			t.Errorf("beside 90 bytes %d are taken, %d in all", len(more), s.Used())
		}
	}
	if full(t, s, "ccccc", 9) || full(t, s, "ccccc", 10) || s.Used() != 95 {
		t.Errorf("what is kept twice takes %d", s.Used())
	}
	s = openIn(t, dir, o)
	if !full(t, s, "dddddd", 9) || s.Used() != 95 {
		t.Errorf("after a restart %d bytes are counted", s.Used())
	}
	c.advance(26 * time.Hour)
	sweep(t, s)
	if s.Used() != 0 || full(t, s, strings.Repeat("e", 100), 9) {
		t.Errorf("when all is gone %d bytes are counted", s.Used())
	}
}

func TestPicturesCountAsTheyAreKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	s := openIn(t, dir, files.Options{TotalBytes: 10 << 20})
	put(t, s, encodePNG(t, gradient(1500, 900)))
	again := openIn(t, dir, files.Options{TotalBytes: 10 << 20})
	if sweep(t, again); again.Used() != s.Used() || s.Used() == 0 {
		t.Errorf("%d bytes are counted, and %d when they are measured", s.Used(), again.Used())
	}
}

// A server with many files starts as fast as others: they are counted when that matters.
func TestWhatIsThereIsCountedBeforeTheFirstUpload(t *testing.T) {
	dir, o := filepath.Join(t.TempDir(), "files"), files.Options{TotalBytes: 100}
	if full(t, openIn(t, dir, o), strings.Repeat("a", 60), 1) {
		t.Fatal("60 bytes are too much")
	}
	s := openIn(t, dir, o)
	if s.Used() != 0 {
		t.Errorf("it has counted %d bytes to be opened", s.Used())
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := s.Put(ctx, strings.NewReader("b"), "a file", 1); !errors.Is(err, context.Canceled) || s.Used() != 0 {
		t.Errorf("who has gone meanwhile is told %v; %d bytes are counted", err, s.Used())
	}
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() {
			if _, err := s.Put(t.Context(), strings.NewReader(strings.Repeat("c", 1+i)), "a file", 1); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if s.Used() != 60+15 || !full(t, s, strings.Repeat("d", 26), 2) {
		t.Errorf("%d bytes are counted", s.Used())
	}
}

// What is on its way counts, so that many at once don't come to more.
func TestWhatIsBeingReceivedCounts(t *testing.T) {
	s := open(t, files.Options{TotalBytes: 100})
	var all sync.WaitGroup
	begun, rest := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		slow := io.MultiReader(strings.NewReader(strings.Repeat("a", 60)), &lastly{bytes.NewReader(nil), func() { close(begun); <-rest }})
		if _, err := s.Put(context.Background(), slow, "a file", 1); err != nil {
			t.Error(err)
		}
	})
	<-begun
	if !full(t, s, strings.Repeat("b", 60), 2) {
		t.Error("two of 60 bytes have room in 100 at once")
	}
	close(rest)
	all.Wait()
	if _, err := s.Put(context.Background(), io.MultiReader(strings.NewReader("bbb"), failing{errors.New("gone")}), "a file", 2); err == nil || s.Used() != 60 {
		t.Errorf("what did not come to its end counts: %d, %v", s.Used(), err)
	}
}
