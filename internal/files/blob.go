package files

import (
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"hubbub/internal/chat"
)

// thumbnailSuffix is what the name of a thumbnail has behind that of its blob.
const thumbnailSuffix = ".thumbnail"

// Blob is the content of a file, open for reading. Close it.
type Blob struct {
	*os.File
	Size     int64 // in bytes
	Modified time.Time
	Type     string // MIME type, told by the bytes
}

// OpenBlob opens a blob, or the thumbnail of it. The error matches ErrNotFound
// if there is none, whatever was asked for: a hash may come from anybody.
func (s *Store) OpenBlob(hash string, thumbnail bool) (*Blob, error) {
	if !isHash(hash) {
		return nil, notFound()
	}
	path := s.blobPath(hash)
	if thumbnail {
		path += thumbnailSuffix
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound()
	}
	if err != nil {
		return nil, explain("open a file", err)
	}
	b, err := describe(f)
	if err != nil {
		return nil, explain("open a file", errors.Join(err, f.Close()))
	}
	return b, nil
}

func describe(f *os.File) (*Blob, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	head, err := readHead(f)
	if err != nil {
		return nil, err
	}
	return &Blob{File: f, Size: info.Size(), Modified: info.ModTime(), Type: sniff(head)}, nil
}

// readHead returns as much of a file as it takes to tell what it is.
func readHead(r io.ReaderAt) ([]byte, error) {
	head := make([]byte, sniffLen)
	n, err := r.ReadAt(head, 0)
	if err == io.EOF {
		err = nil
	}
	return head[:n], err
}

func notFound() error {
	return refuse(ErrNotFound, chat.NotFound, "There is no such file; it may have been deleted with its message.")
}

// isHash reports whether s is the name of a blob: before it becomes a path.
func isHash(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 32 && strings.ToLower(s) == s
}

func (s *Store) blobPath(hash string) string { return filepath.Join(s.dir, hash[:2], hash) }

// place gives a finished file a name. If there is a file of that name already it
// has the same content, and is only made to look new; then the finished one is
// left to who made it. What has come to be counts for so many bytes.
func (s *Store) place(f *os.File, path string, counts int64) error {
	now := s.o.Now()
	err := os.Chtimes(path, now, now)
	if err == nil {
		// Another upload may have placed it a moment ago, and not be done.
		return syncDirectory(filepath.Dir(path))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := s.makeDirectory(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	s.grow(counts)
	return syncDirectory(filepath.Dir(path))
}

// makeDirectory makes a directory in the store's, unless it is there.
func (s *Store) makeDirectory(path string) error {
	err := os.Mkdir(path, 0o700)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDirectory(s.dir)
}

// discard closes and removes a temporary file, unless it has been placed.
func discard(f *os.File) {
	_ = f.Close()           // it has been, if it was placed
	_ = os.Remove(f.Name()) // or it is swept later
}

// syncDirectory has the names in a directory survive a power cut. Windows
// can't, and does not need it.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
