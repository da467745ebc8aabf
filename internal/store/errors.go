package store

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// What can be wrong, for errors.Is. The errors that are returned say in a
// sentence what it is about and what to do.
var (
	// ErrFull says that the disk is full. After a Commit: it was rolled back,
	// nothing of the batch happened, and the store goes on.
	ErrFull = errors.New("the disk is full")
	// ErrBroken says that writing failed in a way after which nothing can be
	// relied on: the process has to stop.
	ErrBroken = errors.New("the database can't be written any more")
	// ErrDamaged says that the database contradicts itself.
	ErrDamaged = errors.New("the database is damaged")
	// ErrInUse says that another server runs on the directory.
	ErrInUse = errors.New("the directory is in use")
	// ErrNotWritable says that the directory or the database can't be written.
	ErrNotWritable = errors.New("the directory can't be written")
	// ErrForeign says that the file is not a hubbub database.
	ErrForeign = errors.New("not a hubbub database")
	// ErrNewer says that a newer hubbub wrote the database.
	ErrNewer = errors.New("the database is newer than this program")
	// ErrMissing says that there is no database, or no backup, to be read.
	ErrMissing = errors.New("there is no such file")
	// ErrExists says that there is something that would be overwritten.
	ErrExists = errors.New("there is such a file already")
	// ErrClosed says that the store has been closed.
	ErrClosed = errors.New("the store is closed")
)

// failure is an error with a sentence for people, of one of the kinds above.
type failure struct {
	kind  error
	text  string
	cause error // may be nil
}

func (f *failure) Error() string {
	if f.cause == nil {
		return f.text
	}
	return fmt.Sprintf("%s (%v)", f.text, f.cause)
}

// Unwrap returns the kind and the cause.
func (f *failure) Unwrap() []error {
	if f.cause == nil {
		return []error{f.kind}
	}
	return []error{f.kind, f.cause}
}

// explain wraps an error of SQLite: with what was being done, and with a
// sentence where it is one of the foreseen kinds.
func (s *Store) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("store: %s: %w", doing, err)
	switch {
	case errors.Is(err, ErrDamaged):
		return s.damaged(err)
	case errors.Is(err, chat.ErrRecordVersion):
		return &failure{ErrNewer, fmt.Sprintf("The database in %s holds events that a newer hubbub wrote; use that hubbub.", s.dir), err}
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultFull:
		return s.noSpace(err)
	case sqlite.ResultCorrupt, sqlite.ResultNotADB, sqlite.ResultFormat:
		return s.damaged(err)
	case sqlite.ResultIOErr:
		return &failure{ErrBroken, fmt.Sprintf("The disk of %s fails; look at it, and start the server again when it is well.", s.dir), err}
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return &failure{ErrInUse, fmt.Sprintf("Another program, such as sqlite3, keeps the database in %s locked; close it, and start the server again.", s.dir), err}
	case sqlite.ResultReadOnly, sqlite.ResultPerm, sqlite.ResultCantOpen:
		return &failure{ErrNotWritable, fmt.Sprintf("The database in %s can't be written; its files and the directory have to belong to the user who runs the server.", s.dir), err}
	}
	return err
}

// damaged says that the database contradicts itself.
func (s *Store) damaged(cause error) error {
	return &failure{ErrDamaged, fmt.Sprintf("The database in %s is damaged. Keep a copy of the directory, look at the disk, "+
		"and restore the newest backup (hubbub restore --replace); without one, \"sqlite3 %s .recover\" may save most of it.", s.dir, dbName), cause}
}

// noSpace says that the disk is full.
func (s *Store) noSpace(cause error) error {
	return &failure{ErrFull, fmt.Sprintf("There is no space left on the disk of %s: nothing can be written until there is.", s.dir), cause}
}
