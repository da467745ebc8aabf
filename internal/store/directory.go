package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// claim makes the directory if there is none, and locks it for this process.
func claim(dir string) (*flock.Flock, error) {
	if err := makeDirectory(dir); err != nil {
		return nil, unusable(dir, err)
	}
	path := filepath.Join(dir, lockName)
	lock := flock.New(path)
	locked, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, unusable(dir, err)
	case !locked:
		return nil, &failure{ErrInUse, fmt.Sprintf("Another hubbub server%s runs on %s; stop it first, or choose another directory.", holder(path), dir), nil}
	}
	// Who holds the lock is for people only. Windows lets nobody write to a
	// locked file; there it stays empty.
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil && runtime.GOOS != "windows" {
		return nil, errors.Join(unusable(dir, err), lock.Unlock())
	}
	return lock, nil
}

// makeDirectory makes dir, and has its name survive a power cut.
func makeDirectory(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(dir))
}

// holder returns " (process 123)" if the lock file tells.
func holder(path string) string {
	data, err := os.ReadFile(path)
	if err != nil || len(data) > 20 {
		return ""
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}

// unusable says why a directory can't be used.
func unusable(dir string, err error) error {
	if isFull(err) {
		return &failure{ErrFull, fmt.Sprintf("There is no space left on the disk of %s; make some, and start again.", dir), err}
	}
	return &failure{ErrNotWritable, fmt.Sprintf("The directory %s can't be written; it has to belong to the user who runs the server, on a disk that is not read-only.", dir), err}
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

// prepareFile makes the database's file if there is none, and refuses one that
// is something else. It reports whether the last server that had it was not
// closed.
//
// After a crash the first page may be half written; then what it should be is
// in a log beside it, and SQLite has to look first.
//
// It must be called before SQLite opens the file: closing any descriptor of a
// file gives up all POSIX locks that the process has on it.
func (s *Store) prepareFile(path string) (crashed bool, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return false, unusable(s.dir, err)
	}
	crashed = exists(path+"-wal") || exists(path+"-journal")
	if crashed {
		err = s.rewriteLogs(path)
	} else {
		err = s.checkMagic(f)
	}
	return crashed, errors.Join(err, f.Close())
}

// checkMagic looks at the first bytes of a file. None is a new database.
func (s *Store) checkMagic(f *os.File) error {
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	n, err := f.ReadAt(head, 0)
	switch {
	case n == 0 && err == io.EOF:
		return syncDirectory(s.dir)
	case n < len(head) && err != io.EOF:
		return unusable(s.dir, err)
	case string(head) != magic:
		return s.foreign()
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// foreign says that the database is not one of hubbub's.
func (s *Store) foreign() error {
	return &failure{ErrForeign, fmt.Sprintf("%s is not a hubbub database, or its first page is damaged; choose another directory, or restore a backup (hubbub restore --replace).",
		filepath.Join(s.dir, dbName)), nil}
}
