package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// unusedKept is how long a blob stays that nothing refers to, and a temporary
// file that nobody writes to.
const unusedKept = time.Hour

// Sweep removes what nobody needs: uploads that have been pending for a day,
// blobs that nothing refers to, and what a crash has left behind. kept tells
// whether a message refers to a blob; it must know of every message that was
// said before it is asked. Only blobs that are an hour old are asked about.
//
// What can't be removed, or can't be asked about, stays until the next time;
// the errors come joined. One Sweep runs at a time, others wait.
func (s *Store) Sweep(ctx context.Context, kept func(hash string) (bool, error)) error {
	select {
	case s.sweeps <- struct{}{}:
		defer func() { <-s.sweeps }()
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	s.recent.swept()
	s.mu.Unlock()
	err := errors.Join(
		s.sweepUploads(),
		s.sweepDirectory(incomingDir, unusedKept),
		s.sweepDirectory(pendingDir, pendingKept+unusedKept), // what could not be understood
		s.sweepBlobs(ctx, kept),
	)
	return explain("sweep", err)
}

// sweepUploads removes the uploads that nobody has sent for a day.
func (s *Store) sweepUploads() (err error) {
	var old []string
	s.mu.Lock()
	for id, up := range s.pending {
		if s.o.Now().Sub(up.At) > pendingKept {
			old = append(old, id)
		}
	}
	s.mu.Unlock()
	for _, id := range old {
		err = errors.Join(err, s.Take(id))
	}
	return err
}

// sweepDirectory removes the files in one of the store's directories that have
// not changed for some time.
func (s *Store) sweepDirectory(name string, age time.Duration) error {
	dir := filepath.Join(s.dir, name)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if s.olderThan(e, age) {
			err = errors.Join(err, remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

func (s *Store) olderThan(e fs.DirEntry, age time.Duration) bool {
	info, err := e.Info()
	return err == nil && s.o.Now().Sub(info.ModTime()) > age
}

// remove removes a file, if it is there.
func remove(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (s *Store) sweepBlobs(ctx context.Context, kept func(string) (bool, error)) error {
	if err := s.count(ctx); err != nil { // or what is removed would be counted yet, or never
		return err
	}
	asked := ""
	return s.eachBlob(ctx, func(hash string, e fs.DirEntry) error {
		// A thumbnail whose blob never came stands for it.
		if hash == asked || !s.olderThan(e, unusedKept) {
			return nil
		}
		asked = hash
		return s.sweepBlob(hash, kept)
	})
}

// eachBlob visits the blobs that are there and their thumbnails, what is of one hash
// in succession. What went wrong with some does not keep it from the others; the errors
// come joined.
func (s *Store) eachBlob(ctx context.Context, visit func(hash string, e fs.DirEntry) error) error {
	dirs, err := os.ReadDir(s.dir)
	for _, d := range dirs {
		if len(d.Name()) != 2 {
			continue
		}
		entries, errDir := os.ReadDir(filepath.Join(s.dir, d.Name()))
		err = errors.Join(err, errDir)
		for _, e := range entries {
			if errEnd := ctx.Err(); errEnd != nil {
				return errors.Join(err, errEnd)
			}
			if hash := strings.TrimSuffix(e.Name(), thumbnailSuffix); isHash(hash) {
				err = errors.Join(err, visit(hash, e))
			}
		}
	}
	return err
}

// sweepBlob removes a blob unless something refers to it. Whoever uploads the
// same meanwhile waits for the decision (see hold). A pending upload is looked
// for before a message: when it is taken, the message has been said.
func (s *Store) sweepBlob(hash string, kept func(string) (bool, error)) error {
	if !s.doom(hash) {
		return nil
	}
	defer s.decide()
	if needed, err := kept(hash); needed || err != nil {
		return err
	}
	path := s.blobPath(hash)
	return errors.Join(s.removeBlob(path), s.removeBlob(path+thumbnailSuffix))
}

// removeBlob removes a blob or a thumbnail, if it is there.
func (s *Store) removeBlob(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.Remove(path)
	}
	if err == nil {
		s.grow(-info.Size())
	}
	return err
}

// doom has everybody who wants to hold a blob wait, if nobody holds it now.
func (s *Store) doom(hash string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[hash] > 0 {
		return false
	}
	s.doomed, s.decided = hash, make(chan struct{})
	return true
}

func (s *Store) decide() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doomed = ""
	close(s.decided)
}
