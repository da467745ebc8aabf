package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/chat"
)

// Restored says what a restore did.
type Restored struct {
	Contents
	Replaced string // the name that the database has now that was there before; empty if there was none
}

// partialName is the file in the directory that is to become the database.
const partialName = "restored.partial"

// Restore puts a copy of a backup into a directory on which no server runs, and
// makes the directory if there is none. A database that is there stays what it
// is unless replace is set: then it is kept under another name. The backup is
// read to its end and checked before anything changes; a database file that was
// copied from a stopped server will do as well.
//
// The log gets a new epoch when it is next opened, so that every cursor from
// before is refused; the search index notices by the same, and is made anew.
//
// The errors are those of this package.
func Restore(ctx context.Context, dir, file string, replace bool, progress Progress) (r Restored, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return r, fmt.Errorf("store: %w", err)
	}
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return r, &failure{ErrMissing, fmt.Sprintf("There is no file %s that could be restored.", file), err}
	}
	lock, err := claim(dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	path, partial := filepath.Join(dir, dbName), filepath.Join(dir, partialName)
	if len(databaseFiles(path)) > 0 && !replace {
		return r, &failure{ErrExists, fmt.Sprintf("There is a database in %s already; --replace moves it aside and keeps it. Nothing was changed.", dir), nil}
	}
	defer os.Remove(partial)
	if r.Contents, err = copyChecked(ctx, file, partial, progress); err != nil {
		return r, unfit(ctx, dir, file, err)
	}
	if r.Replaced, err = setAside(path); err != nil {
		return r, unusable(dir, err)
	}
	if err := errors.Join(os.Rename(partial, path), syncDirectory(dir)); err != nil {
		return r, unusable(dir, err)
	}
	return r, nil
}

// copyChecked copies a backup and checks all of the copy.
func copyChecked(ctx context.Context, file, partial string, progress Progress) (c Contents, err error) {
	from, err := openBackup(file)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	from.SetInterrupt(ctx.Done())
	switch version, err := schemaVersion(from); {
	case err != nil:
		return c, err
	case version == 0:
		return c, ErrForeign
	case version > len(embedded()):
		return c, ErrNewer
	}
	if err := copyDatabase(ctx, from, partial, progress); err != nil {
		return c, err
	}
	copied, err := openPrivate(partial)
	if err != nil {
		return c, err
	}
	copied.SetInterrupt(ctx.Done())
	if err = checkAll(copied, progress); err == nil {
		c, err = contents(copied)
	}
	return c, errors.Join(err, copied.Close())
}

// openBackup opens a file to read it. A backup stands alone and may be where
// nothing can be written. But if there is a write-ahead log beside it, it is a
// database that was copied with it, or is in use, and SQLite has to see both.
func openBackup(file string) (*connection, error) {
	path, flags := file, sqlite.OpenReadOnly
	if !exists(file + "-wal") {
		absolute, err := filepath.Abs(file)
		if err != nil {
			return nil, err
		}
		slashed := "/" + strings.TrimPrefix(filepath.ToSlash(absolute), "/") // /C:/… on Windows
		path, flags = (&url.URL{Scheme: "file", Path: slashed, RawQuery: "immutable=1"}).String(), flags|sqlite.OpenURI
	}
	conn, err := sqlite.OpenConn(path, flags)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, ready: map[string]*sqlite.Stmt{}}, nil
}

// checkAll reads all of a database: first its pages and indexes, then the
// events and how they follow each other.
func checkAll(conn *connection, progress Progress) error {
	progress("checking the file", -1)
	err := each(conn, `PRAGMA integrity_check(1)`, func(row *sqlite.Stmt) error {
		if found := row.ColumnText(0); found != "ok" {
			return fmt.Errorf("%w: %s", ErrDamaged, found)
		}
		return nil
	})
	if err != nil {
		return err
	}
	last, err := lastSeq(conn)
	if err != nil {
		return err
	}
	progress("checking the events", 0)
	return damage(checkTail(conn, int(last), func(seq chat.Seq) { progress("checking the events", int(100*seq/last)) }))
}

// unfit says why a file was not restored.
func unfit(ctx context.Context, dir, file string, err error) error {
	code := sqlite.ErrCode(err).ToPrimary()
	var unopened *fs.PathError
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("store: restore: %w", context.Cause(ctx))
	case isFull(err), code == sqlite.ResultFull:
		return &failure{ErrFull, fmt.Sprintf("There is no space in %s for a copy of %s. Nothing was changed.", dir, file), err}
	case errors.Is(err, ErrForeign), code == sqlite.ResultNotADB:
		return &failure{ErrForeign, fmt.Sprintf("%s is not a hubbub backup, or its first page is damaged. Nothing was changed.", file), nil}
	case errors.Is(err, ErrNewer), errors.Is(err, chat.ErrRecordVersion):
		return &failure{ErrNewer, fmt.Sprintf("%s was written by a newer hubbub; use that hubbub to restore it. Nothing was changed.", file), nil}
	case code == sqlite.ResultIOErr:
		return &failure{ErrBroken, fmt.Sprintf("%s could not be read, or %s not be written; look at both disks. Nothing was changed.", file, dir), err}
	case code == sqlite.ResultCantOpen, code == sqlite.ResultPerm, errors.As(err, &unopened):
		return &failure{ErrNotWritable, fmt.Sprintf("%s can't be read, or %s not be written. Nothing was changed.", file, dir), err}
	case errors.Is(err, ErrDamaged), code == sqlite.ResultCorrupt, code == sqlite.ResultError:
		return &failure{ErrDamaged, fmt.Sprintf("%s is damaged. Nothing was changed. Take an older backup; \"sqlite3 FILE .recover\" may save most of this one.", file), err}
	}
	return fmt.Errorf("store: restore %s: %w", file, err)
}

// databaseFiles returns which of the files that make up a database are there.
func databaseFiles(path string) (suffixes []string) {
	for _, suffix := range [...]string{"", "-wal", "-journal"} {
		if exists(path + suffix) {
			suffixes = append(suffixes, suffix)
		}
	}
	return suffixes
}

// setAside gives a database, if there is one, a second name, which it returns.
// The database file itself keeps its first name until it is replaced, so that
// there is no moment without one; what else belongs to it is moved.
func setAside(path string) (aside string, err error) {
	suffixes := databaseFiles(path)
	if len(suffixes) == 0 {
		return "", nil
	}
	base := strings.TrimSuffix(path, ".db") + "-replaced-" + time.Now().Format("20060102-150405")
	aside = base + ".db"
	for n := 2; len(databaseFiles(aside)) > 0; n++ {
		aside = fmt.Sprintf("%s-%d.db", base, n)
	}
	for _, suffix := range suffixes {
		if err := place(path+suffix, aside+suffix); err != nil {
			return "", err
		}
	}
	if err := syncDirectory(filepath.Dir(path)); err != nil {
		return "", err
	}
	settle(path)
	gone := []string{path + "-wal", path + "-journal", path + "-shm"}
	if info, err := os.Stat(aside + "-wal"); err == nil && info.Size() == 0 { // all of it is in the database
		gone = append(gone, aside+"-wal")
	}
	for _, name := range gone {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return aside, nil
}

// settle has SQLite move a write-ahead log that a crash has left into its
// database, so that the database is whole also in the moment before it is
// replaced. If it can't, the database is damaged, and nobody needs it at that
// name.
func settle(path string) {
	if !exists(path) {
		return
	}
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return
	}
	_ = sqlitex.ExecuteTransient(conn, `PRAGMA wal_checkpoint(TRUNCATE)`, nil)
	_ = conn.Close()
}
