package store

import (
	"errors"
	"io"
	"os"
)

// A log that a crash has left behind may be in the kernel's memory alone.
//
// When an fsync fails, the kernel forgets that the pages are to be written: they
// can still be read, a later fsync does nothing for them, and they are gone with
// the power. So a server that starts after that finds a log which is not on the
// disk, and SQLite takes it for one that is. It begins to move the log into the
// database; if the power goes while it does, half of a transaction is in the
// database, and the log that had all of it is gone.
//
// Writing the same bytes again makes the kernel write them to the disk.

// rewriteLogs makes sure that the logs beside a database, if there are any, are
// on the disk. It must be called before SQLite opens the database.
func (s *Store) rewriteLogs(path string) error {
	for _, log := range [...]string{path + "-wal", path + "-journal"} {
		if err := rewrite(log); err != nil && !errors.Is(err, os.ErrNotExist) && !isFull(err) {
			return unusable(s.dir, err)
		}
	}
	return syncDirectory(s.dir)
}

// rewrite writes a file over itself, and syncs it. Whenever that is interrupted,
// each part of the file is on the disk as it was there before or as it was read,
// which is what a log can bear.
func rewrite(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	buf := make([]byte, 256<<10)
	for at := int64(0); err == nil; {
		var n int
		n, err = f.ReadAt(buf, at)
		if _, failed := f.WriteAt(buf[:n], at); failed != nil {
			err = failed
		}
		at += int64(n)
	}
	if err == io.EOF {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
