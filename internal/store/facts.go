package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Facts looks up what the commands of a batch depend on, all at once. Needs
// that ask for nothing are free.
//
// It uses the connection of the writer: nobody who reads can delay the
// applier, and the pages that it wants are mostly in memory there.
func (s *Store) Facts(ctx context.Context, needs []chat.Need) (*chat.Facts, error) {
	l := lookup{facts: chat.NewFacts()}
	if !slices.ContainsFunc(needs, func(n chat.Need) bool { return !n.IsZero() }) {
		return l.facts, nil
	}
	s.use.Lock()
	defer s.use.Unlock()
	if s.closed {
		return nil, fmt.Errorf("store: look up facts: %w", ErrClosed)
	}
	l.conn = s.writer.conn
	if err := l.all(ctx, needs); err != nil {
		return nil, s.explain("look up facts", err)
	}
	return l.facts, nil
}

// The queries of facts: each finds one row, but for the tally, which walks over
// at most chat.MaxReactions.
const (
	queryEvent    = `SELECT seq, stream, record FROM events WHERE seq = ?`
	querySent     = `SELECT sent.seq, stream FROM sent JOIN events USING (seq) WHERE by = ? AND client = ?`
	queryReaction = `SELECT 1 FROM reactions WHERE room = (SELECT stream >> 1 FROM events WHERE seq = ?1)
		AND target = ?1 AND by = ?2 AND emoji = ?3`
	queryTally = `SELECT by, emoji FROM reactions WHERE room = (SELECT stream >> 1 FROM events WHERE seq = ?1) AND target = ?1`
	queryGuest = `SELECT id, nick, (SELECT max(seq) FROM events WHERE stream = id * 2) FROM guests WHERE key = ?`
)

// lookup collects facts.
type lookup struct {
	conn  *connection
	facts *chat.Facts
	scan  scanner
}

// all looks up everything in one transaction, which costs the file locks once.
func (l *lookup) all(ctx context.Context, needs []chat.Need) (err error) {
	if err := run(l.conn, `BEGIN`); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run(l.conn, `ROLLBACK`)) }()
	for i := range needs {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := l.need(&needs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (l *lookup) need(n *chat.Need) error {
	if n.Sent.Client != "" {
		if err := l.sent(n.Sent); err != nil {
			return err
		}
	}
	if n.Message != 0 {
		if err := l.message(n.Message, n.Text); err != nil {
			return err
		}
	}
	if n.Previews != 0 {
		if err := l.previews(n.Previews); err != nil {
			return err
		}
	}
	if n.Reaction.Target != 0 {
		if err := l.reaction(n.Reaction); err != nil {
			return err
		}
	}
	if n.Tally != 0 {
		if err := l.tally(n.Tally); err != nil {
			return err
		}
	}
	for i := range n.Files {
		if err := l.file(n.Files[i].ID); err != nil {
			return err
		}
	}
	if !n.Guest.IsZero() {
		return l.guest(n.Guest)
	}
	if n.Property.Owner != 0 {
		return l.property(n.Property)
	}
	return l.proofs(n)
}

// sent is asked for each message that has a client id, and nearly always there
// is nothing: it does without what each needs.
func (l *lookup) sent(key chat.SentKey) error {
	stmt, err := l.conn.statement(querySent)
	if err != nil {
		return err
	}
	stmt.BindInt64(1, int64(key.By))
	stmt.BindText(2, string(key.Client))
	found, err := stmt.Step()
	if err != nil {
		return err
	}
	if found {
		l.facts.Sent[key] = chat.SentFact{Seq: chat.Seq(stmt.ColumnInt64(0)), Room: chat.RoomID(stmt.ColumnInt64(1) >> 1)}
	}
	return stmt.Reset()
}

// message looks up a message, if it is asked for with the text that it has now.
func (l *lookup) message(seq chat.Seq, text bool) error {
	if _, known := l.facts.Messages[seq]; known && !text {
		return nil
	}
	now := ""
	err := each(l.conn, queryEvent, func(row *sqlite.Stmt) error {
		ev, err := l.scan.event(row, 0)
		if err != nil || !ev.Said() {
			return err
		}
		l.facts.Messages[seq] = chat.MessageFact{Room: ev.Room, By: ev.By, Nick: ev.Nick, Time: ev.Time, Thread: ev.Thread, Deleted: gone(&ev)}
		now = ev.Text
		return nil
	}, seq)
	m, found := l.facts.Messages[seq]
	if err != nil || !found || !text || m.Deleted {
		return err
	}
	m.Text = now
	err = each(l.conn, queryAmended, func(row *sqlite.Stmt) error {
		ev, err := l.scan.event(row, 1)
		m.Text = ev.Text
		return err
	}, m.Room, seq, seq)
	l.facts.Messages[seq] = m
	return err
}

// previews looks up the previews of a message.
func (l *lookup) previews(seq chat.Seq) error {
	if _, known := l.facts.Previews[seq]; known {
		return nil
	}
	return each(l.conn, queryPreviewFacts, func(row *sqlite.Stmt) error {
		if l.facts.Previews[seq] == nil {
			l.facts.Previews[seq] = map[string]chat.PreviewFact{}
		}
		l.facts.Previews[seq][row.ColumnText(0)] = chat.PreviewFact{Image: row.ColumnText(1), Dropped: row.ColumnInt64(2) != 0}
		return nil
	}, seq)
}

func (l *lookup) reaction(key chat.ReactionKey) error {
	return each(l.conn, queryReaction,
		func(*sqlite.Stmt) error {
			l.facts.Reactions[key] = true
			return nil
		}, key.Target, key.By, key.Emoji)
}

// tally counts the reactions to a message, once for all who react to it in the
// batch.
func (l *lookup) tally(seq chat.Seq) error {
	if _, known := l.facts.Tallies[seq]; known {
		return nil
	}
	var t chat.Tally
	err := each(l.conn, queryTally, func(row *sqlite.Stmt) error {
		if t.All == chat.MaxReactions { // of a database from before there was a limit
			return errEnough
		}
		t.Add(chat.UserID(row.ColumnInt64(0)), row.ColumnText(1))
		return nil
	}, seq)
	if t.All > 0 {
		l.facts.Tallies[seq] = &t
	}
	return err
}

// file looks up which message has a file.
func (l *lookup) file(id string) error {
	return each(l.conn, queryFile, func(row *sqlite.Stmt) error {
		l.facts.Files[id] = chat.Seq(row.ColumnInt64(8))
		return nil
	}, id)
}

func (l *lookup) guest(key chat.Key) error {
	return each(l.conn, queryGuest, func(row *sqlite.Stmt) error {
		l.facts.Guests[key] = chat.GuestFact{
			ID: chat.UserID(row.ColumnInt64(0)), Nick: row.ColumnText(1), Inbox: chat.Seq(row.ColumnInt64(2)),
		}
		return nil
	}, key[:])
}
