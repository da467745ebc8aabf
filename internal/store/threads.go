package store

import (
	"context"
	"math"
	"slices"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Replies is what there is in the thread that a message began, without what was
// deleted. The zero Replies is none.
type Replies struct {
	Count int
	Last  chat.Seq    // the last of them
	At    chat.Millis // and when it was said
	Nicks []string    // who replied first, at most MaxRepliers, as they were called then
}

// MaxRepliers is how many of those who reply in a thread are named.
const MaxRepliers = 5

// lookAtRepliers is how many replies are looked at for those who are named.
const lookAtRepliers = 20

// The queries of threads. Each is one search of an index and a walk along it.
const (
	queryThreads  = `SELECT root, replies, last FROM threads WHERE room = ? AND root BETWEEN ? AND ?`
	queryRepliers = `SELECT by, nick FROM replies WHERE root = ? ORDER BY seq`
	queryReplies  = `SELECT events.seq, stream, record FROM replies CROSS JOIN events ON events.seq = replies.seq
		WHERE root = ? AND replies.seq < ? ORDER BY replies.seq DESC`
)

// Thread returns the last replies in a thread before a position (0 is the end), at
// most limit, in ascending order, as somebody reads them (0 is nobody). Those that
// were deleted are not there.
func (s *Store) Thread(ctx context.Context, root, before chat.Seq, limit int, reader chat.UserID) ([]Message, error) {
	if before == 0 || before > math.MaxInt64 {
		before = math.MaxInt64
	}
	p := page{reader: reader}
	err := s.read(ctx, "read a thread", func(conn *connection) error {
		err := each(conn, queryReplies, func(row *sqlite.Stmt) error {
			if len(p.messages) >= limit {
				return errEnough
			}
			ev, err := p.scan.event(row, 0)
			p.room = ev.Room
			p.messages = append(p.messages, Message{Event: ev})
			return err
		}, root, before)
		if err != nil {
			return err
		}
		slices.Reverse(p.messages)
		return p.amendEach(conn)
	})
	if err != nil {
		return nil, err
	}
	return p.messages, nil
}

// countReplies adds what there is in the threads that messages of the page began.
func (p *page) countReplies(conn *connection, first, last chat.Seq) error {
	var roots []*Message
	err := each(conn, queryThreads, func(row *sqlite.Stmt) error {
		if m := p.at(chat.Seq(row.ColumnInt64(0))); m != nil {
			m.Replies = Replies{Count: row.ColumnInt(1), Last: chat.Seq(row.ColumnInt64(2))}
			roots = append(roots, m)
		}
		return nil
	}, p.room, first, last)
	if err != nil {
		return err
	}
	for _, m := range roots {
		if err := p.nameRepliers(conn, m); err != nil {
			return err
		}
	}
	return nil
}

// nameRepliers adds who replied to a message, and when somebody did last.
func (p *page) nameRepliers(conn *connection, m *Message) error {
	err := each(conn, queryEvent, func(row *sqlite.Stmt) error {
		ev, err := p.scan.event(row, 0)
		m.Replies.At = ev.Time
		return err
	}, m.Replies.Last)
	if err != nil {
		return err
	}
	var named []chat.UserID
	looked := 0
	return each(conn, queryRepliers, func(row *sqlite.Stmt) error {
		if looked++; looked > lookAtRepliers || len(named) == MaxRepliers {
			return errEnough
		}
		if by := chat.UserID(row.ColumnInt64(0)); !slices.Contains(named, by) {
			named = append(named, by)
			m.Replies.Nicks = append(m.Replies.Nicks, row.ColumnText(1))
		}
		return nil
	}, m.Seq)
}

// replied adds a reply to its thread.
func (w *writer) replied(ev *chat.Event) error {
	err := run(w.conn, `INSERT INTO replies (root, seq, by, nick) VALUES (?, ?, ?, ?)`, ev.Thread, ev.Seq, ev.By, ev.Nick)
	if err != nil {
		return err
	}
	return run(w.conn, `INSERT INTO threads (room, root, replies, last) VALUES (?, ?, 1, ?)
		ON CONFLICT DO UPDATE SET replies = replies + 1, last = excluded.last`, ev.Room, ev.Thread, ev.Seq)
}

// unreplied takes a reply out of its thread.
func (w *writer) unreplied(ev *chat.Event) error {
	if err := run(w.conn, `DELETE FROM replies WHERE root = ? AND seq = ?`, ev.Thread, ev.Seq); err != nil {
		return err
	}
	err := run(w.conn, `UPDATE threads SET replies = replies - 1, last = coalesce((SELECT max(seq) FROM replies WHERE root = ?2), 0)
		WHERE room = ?1 AND root = ?2`, ev.Room, ev.Thread)
	if err != nil {
		return err
	}
	return run(w.conn, `DELETE FROM threads WHERE room = ? AND root = ? AND replies = 0`, ev.Room, ev.Thread)
}
