package store

import (
	"errors"
	"fmt"
	"os"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// checkedTail is how many events at the end of the log are looked at after a
// crash: more than can have been in flight, and less than 0.1 s of reading.
const checkedTail = 10_000

// check looks for damage. Reading everything would take a minute for a few
// million messages, so each start looks only at the size of the file and the
// last event. After a crash, which is when a disk that lies is found out, the
// end of the log and the small tables are checked as well.
func (s *Store) check(conn *connection, path string, crashed bool) error {
	tail := 1
	if crashed {
		s.logger.Info("store: the last server was not stopped; checking the end of the log")
		tail = checkedTail
		// What the crash left in the write-ahead log moves into the database,
		// and so does text that has been erased since.
		if err := each(conn, `PRAGMA wal_checkpoint(TRUNCATE)`, ignore); err != nil && s.fatal(err) {
			return s.explain("recover after a crash", err)
		}
	}
	if err := checkSize(conn, path); err != nil {
		return s.unsound("check the size", err)
	}
	if err := checkTail(conn, tail, func(chat.Seq) {}); err != nil {
		return s.unsound("check the end of the log", err)
	}
	if !crashed {
		return nil
	}
	return s.unsound("check the tables", checkTables(conn))
}

// unsound explains what a check has found: what is no error of SQLite, and a
// table that is not there, are damage.
func (s *Store) unsound(doing string, err error) error { return s.explain(doing, damage(err)) }

// damage marks what a check has found as damage.
func damage(err error) error {
	if sqlite.ErrCode(err) == sqlite.ResultError && !errors.Is(err, chat.ErrRecordVersion) && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// checkSize compares the size of the file with what its head says. A
// write-ahead log can hold pages that the file does not have yet.
func checkSize(conn *connection, path string) error {
	wal, err := os.Stat(path + "-wal")
	if err == nil && wal.Size() > 0 {
		return nil
	}
	pages, err := number(conn, `PRAGMA page_count`)
	if err != nil {
		return err
	}
	size, err := number(conn, `PRAGMA page_size`)
	if err != nil {
		return err
	}
	file, err := os.Stat(path)
	if err != nil {
		return err
	}
	if file.Size() < pages*size {
		return fmt.Errorf("the file has %d bytes and should have %d", file.Size(), pages*size)
	}
	return nil
}

// checkTail decodes the last events and follows their chain: each follows the
// one before it in the log, names the one before it in its room, and is in the
// index. It calls passed now and then with an event that is well.
func checkTail(conn *connection, n int, passed func(chat.Seq)) error {
	last, err := lastSeq(conn)
	if err != nil {
		return err
	}
	var scan scanner
	next := max(last-min(last, chat.Seq(n))+1, 1)
	rooms := map[chat.RoomID]chat.Seq{}
	err = each(conn, `SELECT seq, stream, record, EXISTS (
			SELECT 1 FROM events AS i INDEXED BY events_stream WHERE i.stream = events.stream AND i.seq = events.seq)
		FROM events WHERE seq >= ? ORDER BY seq`, func(row *sqlite.Stmt) error {
		ev, err := scan.event(row, 0)
		before, known := rooms[ev.Room]
		switch {
		case err != nil:
			return err
		case ev.Seq != next:
			return fmt.Errorf("event %d is missing", next)
		case known && ev.Prev != before:
			return fmt.Errorf("event %d follows %d in its room, not %d", ev.Seq, before, ev.Prev)
		case row.ColumnInt64(3) == 0:
			return fmt.Errorf("event %d is not in the index", ev.Seq)
		}
		if rooms[ev.Room] = ev.Seq; ev.Seq%checkedTail == 0 {
			passed(ev.Seq)
		}
		next++
		return nil
	}, next)
	if err == nil && next != last+1 {
		err = fmt.Errorf("event %d is missing", next)
	}
	return err
}

// smallTables are those that can be read at once.
var smallTables = [...]string{"log", "users", "rooms", "members", "invitations", "pins", "marks", "masks"}

func checkTables(conn *connection) error {
	for _, table := range smallTables {
		err := each(conn, fmt.Sprintf(`PRAGMA integrity_check(%s)`, table), func(row *sqlite.Stmt) error {
			if found := row.ColumnText(0); found != "ok" {
				return fmt.Errorf("table %s: %s", table, found)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
