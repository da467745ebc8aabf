package files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/files"
)

func open(t *testing.T, o files.Options) *files.Store {
	t.Helper()
	return openIn(t, filepath.Join(t.TempDir(), "files"), o)
}

func openIn(t *testing.T, dir string, o files.Options) *files.Store {
	t.Helper()
	s, err := files.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *files.Store, data []byte) files.Upload {
	t.Helper()
	up, err := s.Put(context.Background(), bytes.NewReader(data), "a file", 1)
	if err != nil {
		t.Fatal(err)
	}
	return up
}

func read(t *testing.T, s *files.Store, hash string) []byte {
	t.Helper()
	b, err := s.OpenBlob(hash, false)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	data, err := io.ReadAll(b)
	if err != nil || int64(len(data)) != b.Size {
		t.Fatalf("read %d bytes, %v; its size is %d", len(data), err, b.Size)
	}
	return data
}

// tree returns the files of a store.
func tree(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(dir)+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// lastly calls a function when the reader has come to its end.
type lastly struct {
	io.Reader
	end func()
}

func (l *lastly) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err == io.EOF {
		l.end()
	}
	return n, err
}

func TestAnUploadIsThereWithWhatItIs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "files")
	if err := os.Mkdir(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	s := openIn(t, dir, files.Options{})
	up, err := s.Put(context.Background(), strings.NewReader("<html>hello"), "../notes.html", 7)
	if err != nil {
		t.Fatal(err)
	}
	if up.Name != "notes.html" || up.Type != "text/plain; charset=utf-8" || up.Size != 11 || up.By != 7 || up.Width != 0 || up.Thumbnail || len(up.ID) != 26 {
		t.Errorf("the upload is %+v", up)
	}
	if got := read(t, s, up.Hash); string(got) != "<html>hello" {
		t.Errorf("it contains %q", got)
	}
	if got, err := s.Pending(up.ID, 7); err != nil || got != up {
		t.Errorf("pending is %+v, %v; want %+v", got, err, up)
	}
	b, err := s.OpenBlob(up.Hash, false)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Type != up.Type || time.Since(b.Modified) > time.Hour {
		t.Errorf("the blob is a %s of %v", b.Type, b.Modified)
	}
	want := []string{up.Hash[:2] + "/" + up.Hash, "pending/" + up.ID}
	slices.Sort(want)
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("on the disk are %q, want %q", got, want)
	}
}

func TestOnlyTheServersUserReadsTheFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	dir := filepath.Join(t.TempDir(), "files")
	s := openIn(t, dir, files.Options{})
	put(t, s, encodeJPEG(t, gradient(900, 900)))
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		seen++
		return err
	})
	if err != nil || seen < 7 {
		t.Errorf("saw %d files, %v", seen, err)
	}
}

func TestTheSameContentIsKeptOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	s := openIn(t, dir, files.Options{})
	photo := encodeJPEG(t, gradient(900, 900))
	first := put(t, s, photo)
	second := put(t, s, insert(photo, 2, segment(0xfe, secret))) // the same, once the comment is gone
	if first.Hash != second.Hash || first.ID == second.ID {
		t.Errorf("the uploads are %+v and %+v", first, second)
	}
	if got := tree(t, dir); len(got) != 4 { // a blob, its thumbnail, two pending
		t.Errorf("on the disk are %q", got)
	}
}

func TestManyMayUploadTheSameAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	s := openIn(t, dir, files.Options{})
	photo := encodeJPEG(t, gradient(800, 100))
	var uploads sync.WaitGroup
	for i := range 8 {
		uploads.Go(func() {
			if _, err := s.Put(context.Background(), bytes.NewReader(photo), fmt.Sprint(i), uint64(i)); err != nil {
				t.Error(err)
			}
		})
	}
	uploads.Wait()
	if got := tree(t, dir); len(got) != 10 {
		t.Errorf("on the disk are %q", got)
	}
}

func TestWhatIsWrongWithAFileIsSaid(t *testing.T) {
	broken := errors.New("the connection broke")
	for _, c := range []struct {
		about string
		o     files.Options
		r     io.Reader
		name  string
		want  error
		code  chat.Code
	}{
		{"too large", files.Options{MaxBytes: 10}, strings.NewReader("12345678901"), "a", files.ErrTooLarge, chat.Invalid},
		{"endless", files.Options{MaxBytes: 10}, endless{}, "a", files.ErrTooLarge, chat.Invalid},
		{"empty", files.Options{}, strings.NewReader(""), "a", files.ErrEmpty, chat.Invalid},
		{"without a name", files.Options{}, strings.NewReader("a"), "..", files.ErrName, chat.Invalid},
		{"larger than what may wait", files.Options{PendingBytes: 10}, strings.NewReader("12345678901"), "a", files.ErrQuota, chat.TooMany},
		{"broken off", files.Options{}, io.MultiReader(strings.NewReader("a"), failing{broken}), "a", broken, 0},
	} {
		dir := filepath.Join(t.TempDir(), "files")
		s := openIn(t, dir, c.o)
		_, err := s.Put(context.Background(), c.r, c.name, 1)
		var refusal *chat.Error
		if errors.As(err, &refusal) != (c.code != 0) || refusal != nil && refusal.Code != c.code || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.about, err, c.want)
		}
		for _, path := range tree(t, dir) {
			t.Errorf("%s: it leaves %s", c.about, path)
		}
	}
	s := open(t, files.Options{MaxBytes: 10})
	put(t, s, []byte("1234567890"))
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestSomebodyMayHaveOnlySoMuchWaiting(t *testing.T) {
	s := open(t, files.Options{PendingFiles: 3, PendingBytes: 100})
	ctx := context.Background()
	say := func(n int, by uint64) (files.Upload, error) {
		return s.Put(ctx, strings.NewReader(strings.Repeat("x", n)), "x", by)
	}
	if _, err := say(90, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := say(11, 1); !errors.Is(err, files.ErrQuota) {
		t.Errorf("too many bytes: %v", err)
	}
	if _, err := say(90, 2); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	var last files.Upload
	for range 2 {
		up, err := say(5, 1)
		if err != nil {
			t.Fatal(err)
		}
		last = up
	}
	if n, size := s.PendingBytes(1); n != 3 || size != 100 {
		t.Errorf("%d files of %d bytes are pending", n, size)
	}
	// Another is refused before any of it is read.
	if _, err := s.Put(ctx, failing{errors.New("read")}, "x", 1); !errors.Is(err, files.ErrQuota) {
		t.Errorf("too many files: %v", err)
	}
	if err := s.Take(last.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := say(5, 1); err != nil {
		t.Errorf("after one was sent: %v", err)
	}
}

func TestTheLargestFileMayWait(t *testing.T) {
	for _, most := range []int64{0, 10, files.PendingBytes + 1} {
		s := open(t, files.Options{MaxBytes: most})
		if s.MayWait() < s.MaxBytes() || s.MayWait() < files.PendingBytes {
			t.Errorf("files of %d bytes are taken, and %d bytes may wait", s.MaxBytes(), s.MayWait())
		}
	}
}

func TestWhatIsPendingSurvivesARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	up := put(t, openIn(t, dir, files.Options{}), encodeJPEG(t, gradient(900, 900)))
	taken := put(t, openIn(t, dir, files.Options{}), []byte("taken"))
	for name, content := range map[string]string{
		"broken":                     "{",
		"aaaaaaaaaaaaaaaaaaaaaaaaaa": `{"id":"../../x","hash":"` + up.Hash + `"}`,
		"aaaaaaaaaaaaaaaaaaaaaaaaai": `{"id":"aaaaaaaaaaaaaaaaaaaaaaaaai","hash":"../x","by":1}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, "pending", name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := openIn(t, dir, files.Options{})
	if err := s.Take(taken.ID); err != nil {
		t.Fatal(err)
	}
	s = openIn(t, dir, files.Options{})
	if got, err := s.Pending(up.ID, 1); err != nil || got != up {
		t.Errorf("%+v, %v; want %+v", got, err, up)
	}
	if n, _ := s.PendingBytes(1); n != 1 {
		t.Errorf("%d are pending", n)
	}
}

func TestAnUploadBelongsToWhoUploadedIt(t *testing.T) {
	s := open(t, files.Options{})
	up := put(t, s, []byte("hello"))
	for _, c := range []struct {
		id string
		by uint64
	}{{up.ID, 2}, {strings.ToUpper(up.ID), 1}, {"", 1}, {"../pending/" + up.ID, 1}} {
		if _, err := s.Pending(c.id, c.by); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("Pending(%q, %d): %v", c.id, c.by, err)
		}
	}
	if err := s.Take("../../x"); err != nil {
		t.Error(err)
	}
}

func TestOnlyHashesOpenBlobs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	s := openIn(t, dir, files.Options{})
	up := put(t, s, []byte("hello"))
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{"", "..", "../secret", "../../secret", "/etc/passwd", up.Hash[:63], up.Hash + "0", up.Hash + ".thumbnail",
		strings.ToUpper("abcdef" + up.Hash[6:]), strings.Repeat("0", 64), "../" + up.Hash[3:], "pending/" + up.ID, strings.Repeat("../", 21) + "x"} {
		for _, thumbnail := range []bool{false, true} {
			if b, err := s.OpenBlob(hash, thumbnail); !errors.Is(err, files.ErrNotFound) {
				t.Errorf("OpenBlob(%q, %v): %v, %v", hash, thumbnail, b, err)
			}
		}
	}
	if got := string(read(t, s, up.Hash)); got != "hello" {
		t.Errorf("the blob contains %q", got)
	}
}
