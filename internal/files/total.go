package files

import (
	"context"
	"errors"
	"io/fs"

	"hubbub/internal/chat"
)

// How much all that is kept takes together. It is counted once, before the first upload is
// received or anything is swept, and then kept up with: a server starts as fast with many
// files as with none, and its first sweep counts them behind it. Two uploads of the same
// new bytes in one moment may count twice until the next start, never for less than they
// take.

// count counts what is there, unless that was done, or there is nothing to compare it with.
// Whoever comes meanwhile waits.
func (s *Store) count(ctx context.Context) error {
	if s.o.TotalBytes == 0 {
		return nil
	}
	select {
	case s.counts <- struct{}{}:
		defer func() { <-s.counts }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.counted {
		return nil
	}
	bytes, err := s.measure(ctx)
	if err == nil {
		s.counted = true
		s.grow(bytes)
	}
	return err
}

// measure returns how many bytes the blobs that are there take, and their thumbnails.
func (s *Store) measure(ctx context.Context) (bytes int64, err error) {
	err = s.eachBlob(ctx, func(_ string, e fs.DirEntry) error {
		info, err := e.Info()
		switch {
		case err == nil:
			bytes += info.Size()
		case errors.Is(err, fs.ErrNotExist):
			return nil
		}
		return err
	})
	return bytes, err
}

// grow counts bytes that have come to be kept, or, below zero, have gone.
func (s *Store) grow(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used += n
}

// Used returns how many bytes all that is kept takes, and what is being received; without
// what was there when the store was opened, until that is counted.
func (s *Store) Used() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// charge counts bytes that are being received, if there is room for them.
func (s *Store) charge(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.o.TotalBytes > 0 && s.used+n > s.o.TotalBytes {
		return refuse(ErrTotal, chat.Full, "All files on this server take %s together, as much as they may, so yours was not kept. Whoever runs the server can let them take more.", megabytes(s.o.TotalBytes))
	}
	s.used += n
	return nil
}

// charged counts what is written to it, which is received into a file that has no name
// yet.
type charged struct {
	store *Store
	bytes int64
}

// Write implements [io.Writer].
func (c *charged) Write(b []byte) (int, error) {
	if err := c.store.charge(int64(len(b))); err != nil {
		return 0, err
	}
	c.bytes += int64(len(b))
	return len(b), nil
}

// refund counts it no more.
func (c *charged) refund() { c.store.grow(-c.bytes) }
