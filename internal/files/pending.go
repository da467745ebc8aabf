package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"hubbub/internal/chat"
)

// An upload can be said for somewhat less long than it is kept, so that none is
// swept between being looked up and being said.
const (
	pendingUsable = 23 * time.Hour
	pendingKept   = 24 * time.Hour
)

// Pending returns an upload that no message refers to yet. The error matches
// ErrNotFound if there is none of that id, or somebody else uploaded it.
func (s *Store) Pending(id string, by uint64) (Upload, error) {
	s.mu.Lock()
	up, ok := s.pending[id]
	s.mu.Unlock()
	if !ok || up.By != by || s.o.Now().Sub(up.At) > pendingUsable {
		return Upload{}, refuse(ErrNotFound, chat.NotFound, "That upload is not there any more: one is kept for a day; upload the file again.")
	}
	return up, nil
}

// PendingBytes returns how many uploads of somebody are pending, and how large
// they are together.
func (s *Store) PendingBytes(by uint64) (files int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pendingLocked(by)
}

func (s *Store) pendingLocked(by uint64) (files int, bytes int64) {
	for _, up := range s.pending {
		if up.By == by {
			files++
			bytes += up.Size
		}
	}
	return files, bytes
}

// checkQuota says whether somebody may upload so many bytes more.
func (s *Store) checkQuota(by uint64, size int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quotaLocked(by, size)
}

func (s *Store) quotaLocked(by uint64, size int64) error {
	files, bytes := s.pendingLocked(by)
	switch {
	case files >= s.o.PendingFiles:
		return refuse(ErrQuota, chat.TooMany, "You have uploaded %d files that you have not sent; send some first.", files)
	case bytes+size > s.o.PendingBytes:
		return refuse(ErrQuota, chat.TooMany, "You have uploaded %s that you have not sent, at most %s; send some first.", megabytes(bytes), megabytes(s.o.PendingBytes))
	}
	return nil
}

// Take ends the waiting of an upload once a message that refers to its blob has
// been said; the blob stays. An upload that is not there is none to wait: that
// is no error.
func (s *Store) Take(id string) error {
	s.mu.Lock()
	up, ok := s.pending[id]
	delete(s.pending, id)
	s.mu.Unlock()
	if !ok {
		return nil
	}
	err := os.Remove(filepath.Join(s.dir, pendingDir, id))
	s.release(up.Hash)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return explain("end the waiting of an upload", err)
}

// hold keeps Sweep from removing a blob. If it is about to, hold waits.
func (s *Store) hold(ctx context.Context, hash string) error {
	for {
		s.mu.Lock()
		if s.doomed != hash {
			s.held[hash]++
			s.mu.Unlock()
			return nil
		}
		decided := s.decided
		s.mu.Unlock()
		select {
		case <-decided:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// release undoes one hold.
func (s *Store) release(hash string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[hash]--; s.held[hash] == 0 {
		delete(s.held, hash)
	}
}
