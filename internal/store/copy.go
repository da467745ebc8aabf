package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/chat"
)

// Progress hears how a long piece of work goes on: what is being done now, and
// how much of that has been, in percent; -1 where nobody knows. It is called by
// the goroutine that does the work.
type Progress func(doing string, percent int)

// Contents says how much a log holds.
type Contents struct {
	Events int
	Last   time.Time // of the last event; zero if there is none
}

// copyStep is how many pages are copied between two looks at the context.
const copyStep = 1024

// copyDatabase copies a database as it is at one moment to a new file, and has
// it on the disk when it returns. The copy is one file that needs no other
// beside it, and has no epoch: whoever opens it gives it one of its own, so that
// no cursor from before can be misread, however the copy got to its place.
func copyDatabase(ctx context.Context, from *connection, path string, progress Progress) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	to, err := openPrivate(path)
	if err == nil {
		err = copyPages(ctx, to, from, progress)
		for _, query := range [...]string{`PRAGMA journal_mode = DELETE`, `UPDATE log SET epoch = ''`} {
			if err == nil {
				err = sqlitex.ExecuteTransient(to.Conn, query, nil)
			}
		}
		err = errors.Join(err, to.Close())
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// openPrivate opens a database that nobody else knows yet and that is thrown
// away if anything goes wrong: it needs no journal, and one fsync at the end.
func openPrivate(path string) (*connection, error) {
	opened, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	conn := &connection{Conn: opened, ready: map[string]*sqlite.Stmt{}}
	for _, pragma := range [...]string{`PRAGMA journal_mode = OFF`, `PRAGMA synchronous = OFF`, `PRAGMA trusted_schema = OFF`, `PRAGMA cell_size_check = ON`} {
		if err := sqlitex.ExecuteTransient(conn.Conn, pragma, nil); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

func copyPages(ctx context.Context, to, from *connection, progress Progress) error {
	backup, err := sqlite.NewBackup(to.Conn, "main", from.Conn, "main")
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		if more, err = backup.Step(copyStep); err != nil {
			break
		}
		progress("copying", 100-100*backup.Remaining()/max(backup.PageCount(), 1))
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}
	return errors.Join(err, backup.Close())
}

// contents reads how much a database holds.
func contents(conn *connection) (c Contents, err error) {
	var scan scanner
	err = each(conn, queryEnd, func(row *sqlite.Stmt) error {
		ev, err := scan.event(row, 0)
		c = Contents{Events: int(ev.Seq), Last: timeOf(ev.Time)}
		return err
	})
	return c, err
}

func timeOf(t chat.Millis) time.Time { return time.UnixMilli(int64(t)) }

// place gives a complete file its name, unless there is something of that name:
// then the error is fs.ErrExist. Where the file system has no hard links, it
// can't look and rename in one.
func place(partial, path string) error {
	err := os.Link(partial, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if exists(path) {
		return fs.ErrExist
	}
	return os.Rename(partial, path)
}
