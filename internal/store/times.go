package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// queryLast finds the last event of a room's two streams before a position.
const queryLast = `SELECT max(
	coalesce((SELECT max(seq) FROM events WHERE stream = ?1 AND seq < ?3), 0),
	coalesce((SELECT max(seq) FROM events WHERE stream = ?2 AND seq < ?3), 0))`

// lastBefore returns a room's last event before a position, or 0.
func lastBefore(conn *connection, room chat.RoomID, seq chat.Seq) (chat.Seq, error) {
	n, err := number(conn, queryLast, stream(room, false), stream(room, true), seq)
	return chat.Seq(n), err
}

// LastBefore returns the position of a room's last event that happened before a
// time, 0 if there is none. It looks up some thirty events, however many there
// are.
//
// Times do not decrease along the log, unless a clock was set back by a minute or
// more: then some times are found at several places in the log, and those between
// them on either side. The answer is one of these places, the same each time as
// long as nothing is added.
func (s *Store) LastBefore(ctx context.Context, room chat.RoomID, t chat.Millis) (last chat.Seq, err error) {
	first, err := s.seqAt(ctx, t)
	if err != nil {
		return 0, err
	}
	err = s.read(ctx, "find a room's last event before a time", func(conn *connection) error {
		last, err = lastBefore(conn, room, first)
		return err
	})
	return last, err
}

const queryMark = `SELECT target, at FROM marks WHERE user = ? AND room = ?`

// ReadMark returns up to where somebody has read a room, and up to when: if that is
// not known, when the room's last event up to there happened. Both are 0 if nothing
// was marked.
func (s *Store) ReadMark(ctx context.Context, user chat.UserID, room chat.RoomID) (seq chat.Seq, at chat.Millis, err error) {
	err = s.read(ctx, "read a read marker", func(conn *connection) error {
		err := each(conn, queryMark, func(row *sqlite.Stmt) error {
			seq, at = chat.Seq(row.ColumnInt64(0)), chat.Millis(row.ColumnInt64(1))
			return nil
		}, user, room)
		if err != nil || seq == 0 || at != 0 {
			return err
		}
		last, err := lastBefore(conn, room, seq+1)
		if err != nil {
			return err
		}
		var scan scanner
		return each(conn, queryEvent, func(row *sqlite.Stmt) error {
			ev, err := scan.event(row, 0)
			at = ev.Time
			return err
		}, last)
	})
	return seq, at, err
}
