package store

import (
	"fmt"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// checkpointAfter is how many pages the write-ahead log takes before they are
// moved into the database.
const checkpointAfter = 1000

// writer is the connection that writes, with what it needs for each row ready.
// It is used under Store.use.
type writer struct {
	conn   *connection
	begin  *sqlite.Stmt
	commit *sqlite.Stmt
	moved  *sqlite.Stmt // sets the log position
	event  *sqlite.Stmt // adds an event
	sent   *sqlite.Stmt // adds a client id
	pages  *sqlite.Stmt // counts the pages of the write-ahead log

	record []byte // memory for the record being written
	scan   scanner
	erased bool // the transaction erases something
}

// prepare makes the statements ready; it fails if the tables are not there.
func (w *writer) prepare() error {
	for _, p := range []struct {
		stmt  **sqlite.Stmt
		query string
	}{
		{&w.begin, `BEGIN IMMEDIATE`},
		{&w.commit, `COMMIT`},
		{&w.moved, `UPDATE log SET position = ?`},
		{&w.event, `INSERT INTO events (seq, stream, record) VALUES (?, ?, ?)`},
		{&w.sent, `INSERT INTO sent (by, client, seq) VALUES (?, ?, ?)`},
		{&w.pages, `PRAGMA wal_checkpoint(NOOP)`},
	} {
		stmt, err := w.conn.statement(p.query)
		if err != nil {
			return err
		}
		*p.stmt = stmt
	}
	return nil
}

// Commit makes a batch durable: in one transaction the events, in Seq order,
// the read models and the position of the batch in the log. When it returns nil
// the batch is on disk. A batch without events is nothing to keep: deciding it
// again is harmless.
//
// The error is [ErrFull] if there is no space: nothing of the batch happened,
// and a later Commit may succeed. After any other error, and with [ErrBroken]
// from then on, the store takes nothing more, and the process has to stop.
func (s *Store) Commit(position uint64, events []chat.Event) error {
	if len(events) == 0 {
		return nil
	}
	s.use.Lock()
	defer s.use.Unlock()
	switch {
	case s.closed:
		return fmt.Errorf("store: commit: %w", ErrClosed)
	case s.broken != nil:
		return s.broken
	}
	w := s.writer
	if err := w.transact(position, events); err != nil {
		return s.refused(fmt.Sprintf("commit batch %d at %d", position, events[0].Seq), err)
	}
	s.growth.to(events[len(events)-1].Seq)
	if w.erased {
		poke(s.erased)
	}
	if err := w.checkpoint(); err != nil && s.fatal(err) {
		s.breakDown(s.explain("checkpoint", err)) // this batch is safe; the next is refused
	}
	return nil
}

// refused rolls back what is left of a failed transaction, and decides what
// the failure means.
func (s *Store) refused(doing string, err error) error {
	rolled := s.writer.rollback()
	switch {
	case !s.full(err):
		s.breakDown(s.explain(doing, err))
	case rolled != nil:
		s.breakDown(fmt.Errorf("store: %s: %v; roll back: %w", doing, err, rolled))
	default:
		return s.noSpace(err)
	}
	return s.broken
}

// breakDown has the store refuse everything from now on.
func (s *Store) breakDown(err error) {
	s.broken = &failure{ErrBroken, fmt.Sprintf("The database in %s can't be written any more; stop the server, look at the disk and start it again.", s.dir), err}
	s.logger.Error("store: nothing more can be written", "error", err)
}

// transact writes a batch in one transaction.
func (w *writer) transact(position uint64, events []chat.Event) error {
	w.erased = false
	if err := step(w.begin); err != nil {
		return err
	}
	for i := range events {
		if err := w.add(&events[i]); err != nil {
			return fmt.Errorf("event %d: %w", events[i].Seq, err)
		}
	}
	w.moved.BindInt64(1, int64(position))
	if err := step(w.moved); err != nil {
		return err
	}
	return step(w.commit)
}

// add writes an event and what it changes in the read models.
func (w *writer) add(ev *chat.Event) error {
	w.record = chat.AppendEvent(w.record[:0], ev)
	w.event.BindInt64(1, int64(ev.Seq))
	w.event.BindInt64(2, stream(ev.Room, ev.Said()))
	w.event.BindBytes(3, w.record)
	if err := step(w.event); err != nil {
		return err
	}
	if ev.Client != "" {
		w.sent.BindInt64(1, int64(ev.By))
		w.sent.BindText(2, string(ev.Client))
		w.sent.BindInt64(3, int64(ev.Seq))
		if err := step(w.sent); err != nil {
			return err
		}
	}
	if ev.Said() {
		return w.projectSaid(ev)
	}
	return w.project(ev)
}

// stream is the half of a room in which an event is.
func stream(room chat.RoomID, said bool) int64 {
	if said {
		return int64(room)<<1 | 1
	}
	return int64(room) << 1
}

// step executes a statement that returns no rows and makes it ready again.
func step(stmt *sqlite.Stmt) error {
	if _, err := stmt.Step(); err != nil {
		return err
	}
	return stmt.Reset()
}

// rollback ends a transaction that failed. SQLite may have done so itself.
func (w *writer) rollback() error {
	if w.conn.AutocommitEnabled() {
		return nil
	}
	return run(w.conn, `ROLLBACK`)
}

// checkpoint moves the write-ahead log into the database once it is long.
// SQLite would do so itself, but then nobody would hear of a failed fsync.
func (w *writer) checkpoint() error {
	if _, err := w.pages.Step(); err != nil {
		return err
	}
	waiting := w.pages.ColumnInt64(1) - w.pages.ColumnInt64(2)
	if err := w.pages.Reset(); err != nil || waiting < checkpointAfter {
		return err
	}
	return each(w.conn, `PRAGMA wal_checkpoint(PASSIVE)`, ignore)
}

// ignore is for statements whose rows say nothing of interest.
func ignore(*sqlite.Stmt) error { return nil }

// close moves the rest of the write-ahead log into the database, which the
// last connection to be closed does.
func (w *writer) close() error { return w.conn.Close() }

// poke leaves a token in a one-slot channel unless there is one already.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
