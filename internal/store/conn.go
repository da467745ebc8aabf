package store

import (
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/chat"
)

// busyTimeout is how long a connection waits for another, such as somebody's
// sqlite3 shell, to let go of a lock.
const busyTimeout = 5 * time.Second

// pragmas are set on each connection. Some are the default of SQLite, but not
// of each way to build it, and promises rest on them.
var pragmas = [...]string{
	`PRAGMA synchronous = FULL`,            // a commit is an fsync
	`PRAGMA fullfsync = ON`,                // macOS: F_FULLFSYNC, without which the disk may still lose it
	`PRAGMA checkpoint_fullfsync = ON`,     //
	`PRAGMA secure_delete = ON`,            // what is deleted is overwritten
	`PRAGMA temp_store = MEMORY`,           // no text in temporary files
	`PRAGMA wal_autocheckpoint = 0`,        // Commit does it, and hears of its errors
	`PRAGMA journal_size_limit = 67108864`, // bytes of write-ahead log kept after a burst
	`PRAGMA trusted_schema = OFF`,          // the file may have been in other hands
	`PRAGMA cell_size_check = ON`,          // find damage before it spreads
}

// connect opens a connection to a database that exists.
func (s *Store) connect(path string, flag sqlite.OpenFlags) (*connection, error) {
	opened, err := sqlite.OpenConn(path, flag)
	if err != nil {
		return nil, s.explain("open "+path, err)
	}
	conn := &connection{Conn: opened, ready: map[string]*sqlite.Stmt{}}
	conn.SetBusyTimeout(busyTimeout)
	for _, pragma := range pragmas {
		if err := sqlitex.ExecuteTransient(conn.Conn, pragma, nil); err != nil {
			return nil, s.explain("open "+path, errors.Join(fmt.Errorf("%s: %w", pragma, err), conn.Close()))
		}
	}
	return conn, nil
}

// connectWriter opens the connection that writes, and has the database use a
// write-ahead log.
func (s *Store) connectWriter(path string) (*connection, error) {
	conn, err := s.connect(path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	var mode string
	err = each(conn, `PRAGMA journal_mode = WAL`, func(row *sqlite.Stmt) error {
		mode = row.ColumnText(0)
		return nil
	})
	if err == nil && mode != "wal" {
		err = fmt.Errorf("the file system of %s can't hold a write-ahead log (journal mode %q); choose a directory on a local disk", s.dir, mode)
	}
	if err != nil {
		return nil, s.explain("open "+path, errors.Join(err, conn.Close()))
	}
	return conn, nil
}

// lastSeq returns the position of the last event, 0 if there is none.
func lastSeq(conn *connection) (chat.Seq, error) {
	n, err := number(conn, `SELECT max(seq) FROM events`)
	return chat.Seq(n), err
}

// scanner turns rows into events. It keeps the memory of a record for the next.
type scanner struct{ buf []byte }

// event decodes the row (seq, stream, record) that begins at a column.
func (sc *scanner) event(row *sqlite.Stmt, col int) (chat.Event, error) {
	seq, stream := chat.Seq(row.ColumnInt64(col)), row.ColumnInt64(col+1)
	n := row.ColumnLen(col + 2)
	if cap(sc.buf) < n {
		sc.buf = make([]byte, max(2*n, 512))
	}
	sc.buf = sc.buf[:cap(sc.buf)]
	n = row.ColumnBytes(col+2, sc.buf)
	ev, err := decodeEvent(seq, chat.RoomID(stream>>1), sc.buf[:n])
	if err != nil && !errors.Is(err, chat.ErrRecordVersion) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return ev, err
}
