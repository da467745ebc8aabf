package store

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zombiezen.com/go/sqlite/sqlitex"
)

// applicationID is in the head of each hubbub database: "hbub".
const applicationID = 0x68627562

//go:embed migrations
var migrations embed.FS

// embedded returns the steps from an empty file to the present schema. Step i
// makes version i+1 out of version i. A step that has been released is never
// changed.
func embedded() (steps []string) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	for i, name := range names {
		data, readErr := migrations.ReadFile(name)
		if want := fmt.Sprintf("migrations/%04d.sql", i+1); name != want {
			readErr = fmt.Errorf("%s should be %s", name, want)
		}
		err = errors.Join(err, readErr)
		steps = append(steps, string(data))
	}
	if err != nil {
		panic(err) // they are in the program
	}
	return steps
}

// migrate brings the database to the present version.
func (s *Store) migrate(conn *connection, path string, steps []string) error {
	version, err := s.version(conn)
	if err != nil {
		return err
	}
	switch {
	case version == len(steps):
		return nil
	case version > len(steps):
		return s.newer(version, len(steps))
	case version > 0:
		if err := s.backUp(conn, path, version); err != nil {
			return err
		}
	}
	if err := tellEvents(conn); err != nil {
		return s.explain("prepare to migrate", err)
	}
	older := version > 0 // else it is made
	for ; version < len(steps); version++ {
		if err := upgrade(conn, version, steps[version]); err != nil {
			return s.explain(fmt.Sprintf("migrate to version %d", version+1), err)
		}
		if older {
			poke(s.erased) // as a step may erase
			s.logger.Info("store: the database has been migrated", "version", version+1)
		}
	}
	return nil
}

// newer says that a newer hubbub wrote the database.
func (s *Store) newer(version, known int) error {
	return &failure{ErrNewer, fmt.Sprintf("The database in %s was written by a newer hubbub (its version is %d, this program knows %d); "+
		"use that hubbub, or restore the backup that it made beside it.", s.dir, version, known), nil}
}

// version returns the schema's version, 0 for an empty file, and refuses a
// database that is not ours.
func (s *Store) version(conn *connection) (int, error) {
	version, err := schemaVersion(conn)
	if err == ErrForeign {
		return 0, s.foreign()
	}
	return version, s.explain("read the version", err)
}

// schemaVersion returns the schema's version, 0 for an empty file. The error is
// ErrForeign for a database that is not ours.
func schemaVersion(conn *connection) (int, error) {
	var values [3]int64
	for i, query := range [...]string{`PRAGMA user_version`, `PRAGMA application_id`, `SELECT count(*) FROM sqlite_schema`} {
		var err error
		if values[i], err = number(conn, query); err != nil {
			return 0, err
		}
	}
	version, id, tables := values[0], values[1], values[2]
	switch {
	case id == applicationID && version > 0:
		return int(version), nil
	case id == 0 && version == 0 && tables == 0:
		return 0, nil
	}
	return 0, ErrForeign
}

// upgrade takes one step, in one transaction. The first also says what the
// file is.
func upgrade(conn *connection, version int, script string) (err error) {
	end, err := sqlitex.ImmediateTransaction(conn.Conn)
	if err != nil {
		return err
	}
	defer end(&err)
	if err := sqlitex.ExecuteScript(conn.Conn, script, nil); err != nil {
		return err
	}
	if version == 0 {
		if err := run(conn, `INSERT INTO log (epoch, position) VALUES (?, 0)`, rand.Text()); err != nil {
			return err
		}
		if err := run(conn, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID)); err != nil {
			return err
		}
	}
	return run(conn, fmt.Sprintf(`PRAGMA user_version = %d`, version+1))
}

// backUp copies the database to a file beside it that has its version in the
// name. Only a complete copy gets that name.
func (s *Store) backUp(conn *connection, path string, version int) error {
	target := filepath.Join(s.dir, fmt.Sprintf("%s-version-%d.db", strings.TrimSuffix(dbName, ".db"), version))
	s.logger.Info("store: the database is of an older version and is being backed up", "to", target)
	partial := target + ".partial"
	err := copyDatabase(context.Background(), conn, partial, s.logProgress())
	if err == nil {
		err = os.Rename(partial, target)
	}
	if err == nil {
		err = syncDirectory(s.dir)
	}
	if err != nil {
		return errors.Join(s.explain("back up before migrating", err), os.RemoveAll(partial))
	}
	return nil
}

// logProgress logs now and then how far work has come.
func (s *Store) logProgress() Progress {
	const every = 2 * time.Second
	logged := time.Now()
	return func(doing string, percent int) {
		if time.Since(logged) > every {
			logged = time.Now()
			s.logger.Info("store: "+doing, "percent", percent)
		}
	}
}
