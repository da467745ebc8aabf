package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"hubbub/internal/chat"
)

// Put receives a file from whoever is by, under the name that they give it. When
// it returns the file is on the disk, and pending. The reader should end or fail
// in bounded time; between two of its reads Put looks at ctx.
//
// The error matches ErrTooLarge, ErrEmpty, ErrName, ErrQuota, ErrTotal or ErrFull,
// is that of ctx or of the reader, or one that nobody foresaw.
func (s *Store) Put(ctx context.Context, r io.Reader, name string, by uint64) (Upload, error) {
	name, err := cleanName(name)
	if err != nil {
		return Upload{}, err
	}
	if err := s.checkQuota(by, 1); err != nil { // before everything is sent for nothing
		return Upload{}, err
	}
	if err := s.count(ctx); err != nil {
		return Upload{}, explain("count what there is", err)
	}
	f, err := s.temporary()
	if err != nil {
		return Upload{}, explain("receive a file", err)
	}
	defer discard(f)
	up := Upload{ID: newID(), Name: name, By: by, At: s.o.Now().UTC().Round(0)}
	arriving := &charged{store: s}
	defer arriving.refund() // what is kept of it is counted when it has its name
	if err := s.receive(ctx, r, io.MultiWriter(arriving, f), &up); err != nil {
		return Upload{}, explain("receive a file", err)
	}
	thumbnail, err := s.examine(ctx, f, &up)
	if err != nil {
		return Upload{}, explain("examine a file", err)
	}
	return up, explain("keep a file", s.keep(ctx, f, thumbnail, up))
}

// receive writes what comes, and notes its size and hash.
func (s *Store) receive(ctx context.Context, r io.Reader, w io.Writer, up *Upload) error {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(&steppedReader{ctx, r}, s.o.MaxBytes+1))
	switch {
	case err != nil:
		return err
	case n > s.o.MaxBytes:
		return refuse(ErrTooLarge, chat.Invalid, "That file is too large: at most %s.", megabytes(s.o.MaxBytes))
	case n == 0:
		return refuse(ErrEmpty, chat.Invalid, "That file is empty; there is nothing to send.")
	}
	up.Size, up.Hash = n, hex.EncodeToString(sum.Sum(nil))
	return nil
}

// examine finds out what a file is. A picture in it is replaced by the same
// without metadata; its thumbnail is returned, if it should have one.
func (s *Store) examine(ctx context.Context, f *os.File, up *Upload) (thumbnail []byte, err error) {
	head, err := readHead(f)
	if err != nil {
		return nil, err
	}
	up.Type = sniff(head)
	format, ok := formats[up.Type]
	if !ok {
		return nil, nil
	}
	if up.Size > maxPictureBytes {
		up.Type = anyType
		return nil, nil
	}
	select {
	case s.pictures <- struct{}{}:
		defer func() { <-s.pictures }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	data := make([]byte, up.Size)
	if _, err := f.ReadAt(data, 0); err != nil {
		return nil, err
	}
	p := format.read(ctx, data)
	if err := ctx.Err(); err != nil {
		return nil, err // and not a broken picture
	}
	up.Width, up.Height, up.Thumbnail = p.width, p.height, p.thumbnail != nil
	if p.width == 0 {
		up.Type = anyType
	}
	if bytes.Equal(p.data, data) {
		return p.thumbnail, nil
	}
	sum := sha256.Sum256(p.data)
	up.Size, up.Hash = int64(len(p.data)), hex.EncodeToString(sum[:])
	return p.thumbnail, overwrite(f, p.data)
}

func overwrite(f *os.File, data []byte) error {
	if _, err := f.WriteAt(data, 0); err != nil {
		return err
	}
	return f.Truncate(int64(len(data)))
}

// keep places what was received, and notes that it is pending: first the
// thumbnail, then what it is of, last what refers to both.
func (s *Store) keep(ctx context.Context, f *os.File, thumbnail []byte, up Upload) error {
	if err := s.hold(ctx, up.Hash); err != nil {
		return err
	}
	err := s.checkQuota(up.By, up.Size)
	if err == nil && thumbnail != nil {
		err = s.write(thumbnail, s.blobPath(up.Hash)+thumbnailSuffix, int64(len(thumbnail)))
	}
	if err == nil {
		err = s.place(f, s.blobPath(up.Hash), up.Size)
	}
	if err == nil {
		err = s.addPending(up)
	}
	if err != nil {
		s.release(up.Hash)
	}
	return err
}

// write writes a file beside the others and then gives it its name. It counts for so
// many bytes.
func (s *Store) write(data []byte, path string, counts int64) error {
	f, err := s.temporary()
	if err != nil {
		return err
	}
	defer discard(f)
	if _, err := f.Write(data); err != nil {
		return err
	}
	return s.place(f, path, counts)
}

// addPending notes an upload whose blob is placed and held: on the disk, then in
// memory. What came in meanwhile counts against the quota too.
func (s *Store) addPending(up Upload) error {
	data, err := json.Marshal(up)
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, pendingDir, up.ID)
	if err := s.write(data, path, 0); err != nil {
		return err
	}
	s.mu.Lock()
	err = s.quotaLocked(up.By, up.Size)
	if err == nil {
		s.pending[up.ID] = up
		s.recent.add(up.By, up.Size)
	}
	s.mu.Unlock()
	if err != nil {
		_ = os.Remove(path) // or it is swept later
	}
	return err
}

// newID returns 26 lower-case letters and digits that nobody can guess.
func newID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	return strings.ToLower(idEncoding.EncodeToString(raw[:]))
}

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// isID reports whether s is the id of an upload: before it becomes a path.
func isID(s string) bool {
	raw, err := idEncoding.DecodeString(strings.ToUpper(s))
	return err == nil && len(raw) == 16 && strings.ToLower(s) == s
}

// steppedReader reads until its context ends.
type steppedReader struct {
	ctx context.Context
	r   io.Reader
}

func (s *steppedReader) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
