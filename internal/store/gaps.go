package store

import (
	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// A playback shows less than there is. What it does not show can be very much in
// a row: a spammer's messages that a moderator deleted, or one message edited all
// night. So each run of such events in a stream is kept as a gap, and whoever
// walks along the stream goes around it. Two gaps are never next to each other:
// to show n events takes at most n+1 of them.

// gap is a run of events of one stream. The zero gap is none.
type gap struct{ first, last chat.Seq }

// The queries of gaps. Each is one search, and all but the last find one row.
const (
	queryGapBefore = `SELECT first, last FROM gaps WHERE stream = ? AND first < ? ORDER BY first DESC`
	queryGapAfter  = `SELECT first, last FROM gaps WHERE stream = ? AND first > ? ORDER BY first`
	queryBetween   = `SELECT max(seq) FROM events WHERE stream = ? AND seq > ? AND seq < ?`

	queryReactionSeq  = `SELECT seq FROM reactions WHERE room = ? AND target = ? AND by = ? AND emoji = ?`
	queryReactionSeqs = `SELECT seq FROM reactions WHERE room = ? AND target = ?`
)

// findGap returns the first gap that one of the queries finds.
func findGap(conn *connection, query string, stream int64, seq chat.Seq) (g gap, err error) {
	err = each(conn, query, func(row *sqlite.Stmt) error {
		g = gap{chat.Seq(row.ColumnInt64(0)), chat.Seq(row.ColumnInt64(1))}
		return errEnough
	}, stream, seq)
	return g, err
}

// concealed reports whether a playback never shows events of a kind, which are not
// said: what they changed is seen where it was changed.
func concealed(kind chat.Kind) bool {
	switch kind {
	case chat.Edited, chat.Unreacted, chat.Pinned, chat.Unpinned, chat.Previewed, chat.PreviewDropped:
		return true
	}
	return false
}

// hide has an event be in a gap: one of its own, or one that it is next to, or
// the one that it makes of two.
func (w *writer) hide(stream int64, seq chat.Seq) error {
	before, err := findGap(w.conn, queryGapBefore, stream, seq+1)
	if err != nil || before.last >= seq { // it is in one
		return err
	}
	after, err := findGap(w.conn, queryGapAfter, stream, seq)
	if err != nil {
		return err
	}
	hidden := gap{seq, seq}
	if joins, err := w.adjacent(stream, before.last, seq); err != nil {
		return err
	} else if joins {
		hidden.first = before.first
	}
	if joins, err := w.adjacent(stream, seq, after.first); err != nil {
		return err
	} else if joins {
		hidden.last = after.last
		if err := run(w.conn, `DELETE FROM gaps WHERE stream = ? AND first = ?`, stream, after.first); err != nil {
			return err
		}
	}
	return run(w.conn, `INSERT OR REPLACE INTO gaps (stream, first, last) VALUES (?, ?, ?)`, stream, hidden.first, hidden.last)
}

// adjacent reports whether nothing in a stream is between two of its events. An
// event that is none is next to nothing.
func (w *writer) adjacent(stream int64, a, b chat.Seq) (bool, error) {
	if a == 0 || b == 0 {
		return false, nil
	}
	n, err := number(w.conn, queryBetween, stream, a, b)
	return n == 0, err
}

// hideReactions hides the reactions to a message that a query finds.
func (w *writer) hideReactions(room chat.RoomID, query string, args ...any) error {
	var reactions []chat.Seq
	err := each(w.conn, query, func(row *sqlite.Stmt) error {
		reactions = append(reactions, chat.Seq(row.ColumnInt64(0)))
		return nil
	}, args...)
	if err != nil {
		return err
	}
	for _, seq := range reactions {
		if err := w.hide(stream(room, false), seq); err != nil {
			return err
		}
	}
	return nil
}
