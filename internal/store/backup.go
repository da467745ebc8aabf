package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Backup copies the log of a directory to a new file, which it never
// overwrites, as the log is at one moment. A server may be running on the
// directory: it is not held up, but its write-ahead log grows until the copy is
// done. The file has its name only once it is complete and on the disk; until
// then it is another one beside it, whose name ends in .partial.
//
// The errors are those of this package.
func Backup(ctx context.Context, dir, file string, progress Progress) (c Contents, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return c, fmt.Errorf("store: %w", err)
	}
	if exists(file) {
		return c, occupied(file)
	}
	src := &Store{dir: dir, logger: slog.New(slog.DiscardHandler)}
	conn, err := src.connectSource(ctx)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	partial, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.partial")
	if err != nil {
		return c, unwritten(file, err)
	}
	defer os.Remove(partial.Name()) // where it still is: what has failed, and the second name of what has not
	if err := partial.Close(); err != nil {
		return c, unwritten(file, err)
	}
	if c, err = src.copySnapshot(ctx, conn, partial.Name(), progress); err != nil {
		return c, src.uncopied(ctx, file, err)
	}
	if err := place(partial.Name(), file); errors.Is(err, fs.ErrExist) {
		return c, occupied(file)
	} else if err != nil {
		return c, unwritten(file, err)
	}
	return c, syncDirectory(filepath.Dir(file))
}

// connectSource opens a database that is only read, whether a server runs or
// not.
func (s *Store) connectSource(ctx context.Context) (*connection, error) {
	path := filepath.Join(s.dir, dbName)
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil, &failure{ErrMissing, fmt.Sprintf("There is no hubbub database in %s; --data names the directory of the server.", s.dir), err}
	}
	// SQLite makes files beside the database, and takes them away only if it may
	// write. But what a server left that crashed is for the next one to see.
	flags := sqlite.OpenReadWrite
	if exists(path + "-wal") {
		flags = sqlite.OpenReadOnly
	}
	conn, err := s.connect(path, flags)
	if err != nil {
		return nil, err
	}
	conn.SetInterrupt(ctx.Done())
	version, err := s.version(conn)
	switch known := len(embedded()); {
	case err != nil:
	case version == 0:
		err = s.foreign()
	case version > known:
		err = s.newer(version, known)
	default:
		return conn, nil
	}
	return nil, errors.Join(err, conn.Close())
}

// copySnapshot copies the database as it is now, and looks at the end of the
// copy.
func (s *Store) copySnapshot(ctx context.Context, conn *connection, path string, progress Progress) (c Contents, err error) {
	if err := run(conn, `BEGIN`); err != nil {
		return c, err
	}
	if _, err := lastSeq(conn); err != nil { // from here on conn sees this moment
		return c, err
	}
	if err := copyDatabase(ctx, conn, path, progress); err != nil {
		return c, err
	}
	made, err := openPrivate(path)
	if err != nil {
		return c, err
	}
	if err = damage(checkTail(made, checkedTail, func(chat.Seq) {})); err == nil {
		c, err = contents(made)
	}
	return c, errors.Join(err, made.Close())
}

// uncopied says why there is no backup.
func (s *Store) uncopied(ctx context.Context, file string, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("store: back up: %w", context.Cause(ctx))
	case sqlite.ErrCode(err).ToPrimary() == sqlite.ResultFull, isFull(err):
		return noSpaceFor(file, err)
	case sqlite.ErrCode(err).ToPrimary() == sqlite.ResultIOErr:
		return &failure{ErrBroken, fmt.Sprintf("There is no backup: %s could not be read, or %s not be written; look at both disks.", s.dir, file), err}
	}
	if made := (*fs.PathError)(nil); errors.As(err, &made) {
		return unwritten(file, err)
	}
	return s.unsound("back up", err)
}

// unwritten says why a file can't be made.
func unwritten(file string, err error) error {
	if isFull(err) {
		return noSpaceFor(file, err)
	}
	return &failure{ErrNotWritable, fmt.Sprintf("There can't be a file %s: its directory has to be there, and to belong to whoever makes the backup.", file), err}
}

func noSpaceFor(file string, err error) error {
	return &failure{ErrFull, fmt.Sprintf("There is no space for %s: it takes as much as %s. Nothing is left of it.", file, dbName), err}
}

// occupied says that a file would be overwritten.
func occupied(file string) error {
	return &failure{ErrExists, fmt.Sprintf("There is a %s already, and no backup is ever overwritten; choose another name.", file), nil}
}
