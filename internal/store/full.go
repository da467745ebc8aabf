package store

import (
	"errors"
	"os"

	"zombiezen.com/go/sqlite"
)

// full reports whether a write failed for lack of space. SQLite says so where
// the system's error is ENOSPC; but it calls a quota that is used up, and no
// space for its shared memory, an I/O error. Then a small write tells.
//
// A write that failed is safe to roll back. A failed fsync is never taken for a
// full disk: what it was about may be lost.
func (s *Store) full(err error) bool {
	switch sqlite.ErrCode(err) {
	case sqlite.ResultIOErrWrite, sqlite.ResultIOErrSHMSize, sqlite.ResultIOErrSHMMap:
		return errors.Is(tryWrite(s.dir), ErrFull)
	}
	return sqlite.ErrCode(err).ToPrimary() == sqlite.ResultFull
}

// fatal reports whether moving the write-ahead log into the database failed in
// a way after which nothing can be relied on. No space, and others who use the
// database, are not that: it is tried again later.
func (s *Store) fatal(err error) bool {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultBusy, sqlite.ResultLocked, sqlite.ResultInterrupt:
		return false
	}
	return !s.full(err)
}

// tryWrite writes a small file in a directory and removes it. The error
// matches ErrFull if there is no space for it.
func tryWrite(dir string) error {
	f, err := os.CreateTemp(dir, "space-*")
	if err == nil {
		_, err = f.Write(make([]byte, 64<<10))
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if isFull(err) {
		return errors.Join(ErrFull, err)
	}
	return err
}
