package search

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/chat"
)

// The file is written with synchronous=NORMAL: fsync at checkpoints only, so that
// a power cut loses the newest transactions, which are made again, and nothing
// else. OFF was no faster (23 to 25 µs a message either way), and would leave an
// index that is silently wrong.

// format is raised whenever the same text would be indexed differently.
const format = 3

// signature names the rules by which a file was written. Go's tables of
// characters are part of them.
func signature(substrings bool) string {
	return fmt.Sprintf("format %d, unicode %s, norm %s, substrings %t", format, unicode.Version, norm.Version, substrings)
}

// file is an open index file: one connection that writes, and a few that read.
type file struct {
	writer  *sqlite.Conn // owned by whoever runs Apply
	readers *sqlitex.Pool
	closing sync.Once
	// position is the last event that is in the index; it changes after the
	// transaction that says so has committed.
	position atomic.Uint64
	// erased says whether words of deleted messages are in the file: swept,
	// littered or sweeping.
	erased atomic.Int32
	// hurried says that segments are left to lie; it belongs to whoever runs Run.
	hurried bool
}

// How many segments of one size FTS5 lets lie before it merges them, and how many bytes
// of new words it gathers in memory before it writes a segment, within a transaction.
const (
	fewSegments  = 4 // as FTS5 itself would
	manySegments = 16
	gathered     = 8 << 20
)

// errUnusable means that the file has to be made anew; it wraps the reason.
var errUnusable = errors.New("search index unusable")

// openFile opens the index at path, and creates it if there is none. The error
// wraps errUnusable if the file can't be used for a log of this epoch and end.
func openFile(path string, opts *Options) (*file, error) {
	f := new(file)
	err := f.open(path, opts)
	if err == nil {
		return f, nil
	}
	if isDamage(err) && !errors.Is(err, errUnusable) {
		err = fmt.Errorf("%w: %w", errUnusable, err)
	}
	return nil, errors.Join(fmt.Errorf("search: open %s: %w", path, err), f.close())
}

// open opens the connections. If it fails, what is open must be closed. The file
// is for this server's user only, which SQLite would not see to; it gives the
// files beside it the same mode.
func (f *file) open(path string, opts *Options) (err error) {
	created, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := created.Close(); err != nil {
		return err
	}
	f.writer, err = sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
	if err != nil {
		return err
	}
	for _, pragma := range []string{
		"PRAGMA synchronous=NORMAL",
		"PRAGMA temp_store=MEMORY",
		"PRAGMA secure_delete=ON",            // see sweeper
		"PRAGMA cache_size=-512",             // KB: what is written is mostly new
		"PRAGMA journal_size_limit=16777216", // bytes of write-ahead log kept after a burst
	} {
		if err := sqlitex.ExecuteTransient(f.writer, pragma, nil); err != nil {
			return err
		}
	}
	if err := f.prepare(opts); err != nil {
		return err
	}
	f.readers, err = sqlitex.NewPool(path, sqlitex.PoolOptions{
		Flags:    sqlite.OpenReadOnly,
		PoolSize: opts.Readers,
	})
	return err
}

// prepare creates the tables in an empty file, and checks those of another.
func (f *file) prepare(opts *Options) error {
	tables, err := f.count("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return err
	}
	if tables == 0 {
		return f.create(opts)
	}
	err = f.check(opts)
	if sqlite.ErrCode(err) == sqlite.ResultError { // a table or column that should be there is not
		err = fmt.Errorf("%w: %w", errUnusable, err)
	}
	return err
}

// create makes the tables. Message keeps the room of each message, for searches
// over so many rooms that naming them all would cost more than looking.
func (f *file) create(opts *Options) (err error) {
	end, err := sqlitex.ImmediateTransaction(f.writer)
	if err != nil {
		return err
	}
	defer end(&err)
	for _, table := range []string{
		`CREATE TABLE state (signature TEXT NOT NULL, epoch TEXT NOT NULL, position INTEGER NOT NULL, erased INTEGER NOT NULL)`,
		`CREATE TABLE message (seq INTEGER PRIMARY KEY, room INTEGER NOT NULL)`,
		`CREATE VIRTUAL TABLE words USING fts5 (` + colBody + `, ` + colTags + `, ` + colTriples + `,
			content='', contentless_delete=1, tokenize='ascii')`,
	} {
		if err := sqlitex.ExecuteTransient(f.writer, table, nil); err != nil {
			return err
		}
	}
	if err := f.configure("hashsize", gathered); err != nil {
		return err
	}
	return sqlitex.ExecuteTransient(f.writer, `INSERT INTO state VALUES (?, ?, 0, 0)`,
		&sqlitex.ExecOptions{Args: []any{signature(opts.Substrings), opts.Epoch}})
}

// configure sets an option of FTS5, which the file keeps.
func (f *file) configure(option string, value int64) error {
	return run(f.writer, `INSERT INTO words (words, rank) VALUES (?, ?)`, func(s *sqlite.Stmt) {
		s.BindText(1, option)
		s.BindInt64(2, value)
	})
}

// check reads where the index stands, and refuses one that another log or other
// rules have made, or whose tables are not in step.
func (f *file) check(opts *Options) error {
	var sig, epoch string
	var position chat.Seq
	erased := swept
	err := sqlitex.ExecuteTransient(f.writer, `SELECT signature, epoch, position, erased FROM state`, &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error {
			sig, epoch, position, erased = row.ColumnText(0), row.ColumnText(1), chat.Seq(row.ColumnInt64(2)), row.ColumnInt(3)
			return nil
		},
	})
	if err != nil {
		return err
	}
	switch {
	case sig != signature(opts.Substrings):
		return fmt.Errorf("%w: it was written with %q", errUnusable, sig)
	case epoch != opts.Epoch:
		return fmt.Errorf("%w: it belongs to log %q", errUnusable, epoch)
	case position > opts.LogEnd:
		return fmt.Errorf("%w: it knows event %d, but the log ends at %d", errUnusable, position, opts.LogEnd)
	}
	f.position.Store(uint64(position))
	if erased != swept { // a sweep that was under way begins again
		f.erased.Store(littered)
	}
	lie, err := f.count(`SELECT coalesce((SELECT v FROM words_config WHERE k = 'automerge'), 0)`)
	if err != nil {
		return err
	}
	f.hurried = lie == manySegments // the server may have been killed in a hurry; nothing is written here, as the disk may be full
	return f.probe(position)
}

// probe looks at a few pages of each table: their newest rows, and one search.
func (f *file) probe(position chat.Seq) error {
	last, err := f.count("SELECT max(seq) FROM message")
	if err != nil {
		return err
	}
	indexed, err := f.count("SELECT max(id) FROM words_docsize")
	if err != nil {
		return err
	}
	if last != indexed || last > int64(position) {
		return fmt.Errorf("%w: its tables end at %d, %d and %d", errUnusable, last, indexed, position)
	}
	_, err = f.count(`SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH '"a"' LIMIT 1)`)
	return err
}

// count returns the number that a query selects.
func (f *file) count(query string) (n int64, err error) {
	err = sqlitex.ExecuteTransient(f.writer, query, &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error { n = row.ColumnInt64(0); return nil },
	})
	return n, err
}

// close interrupts searches, waits for them and closes all connections. The
// write-ahead log goes into the file when the last one closes. Closing twice is harmless.
func (f *file) close() error {
	var errs []error
	f.closing.Do(func() {
		if f.readers != nil {
			errs = append(errs, f.readers.Close())
		}
		if f.writer != nil {
			errs = append(errs, f.writer.Close())
		}
	})
	return errors.Join(errs...)
}

// removeFile deletes an index that is not open.
func removeFile(path string) error {
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("search: remove damaged index: %w", err)
		}
	}
	return nil
}

// isDamage reports whether err says that the file's content is wrong, rather
// than that it could not be reached: only then does throwing it away help.
func isDamage(err error) bool {
	code := sqlite.ErrCode(err).ToPrimary()
	return code == sqlite.ResultCorrupt || code == sqlite.ResultNotADB || code == sqlite.ResultFormat
}
