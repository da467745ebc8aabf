package store

import (
	"context"
	"math"
	"slices"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Message is what somebody said, as it is now.
type Message struct {
	// Event is how it was said, but for Text: that is the latest, and empty if
	// the message was deleted. Then its Tags are gone too.
	chat.Event
	Edited    bool
	Deleted   bool
	Reactions []Reaction // by when each emoji was first used
}

// MaxNicks is how many of those who reacted with an emoji are named.
const MaxNicks = 20

// Reaction is an emoji and who reacted with it.
type Reaction struct {
	Emoji string
	Count int      // how many reacted with it
	Nicks []string // the first of them, at most MaxNicks, as they were called then
}

// Messages returns a page of a room's history: the last messages before a
// position (0 is the end), at most limit, in ascending order. Deleted ones are
// there, without text.
func (s *Store) Messages(ctx context.Context, room chat.RoomID, before chat.Seq, limit int) ([]Message, error) {
	if limit <= 0 {
		return nil, nil
	}
	p := page{room: room}
	err := s.read(ctx, "read history", func(conn *connection) error { return p.read(conn, before, limit) })
	if err != nil {
		return nil, err
	}
	return p.messages, nil
}

// Message returns a message, and false if there is none at seq.
func (s *Store) Message(ctx context.Context, seq chat.Seq) (m Message, ok bool, err error) {
	err = s.read(ctx, "read a message", func(conn *connection) error {
		m, ok, err = message(conn, seq)
		return err
	})
	return m, ok, err
}

// message reads one message as a page of its own.
func message(conn *connection, seq chat.Seq) (Message, bool, error) {
	var p page
	err := each(conn, queryEvent, func(row *sqlite.Stmt) error {
		ev, err := p.scan.event(row, 0)
		if err == nil && ev.Said() {
			p.room = ev.Room
			p.messages = append(p.messages, Message{Event: ev, Deleted: gone(&ev)})
		}
		return err
	}, seq)
	if err != nil || len(p.messages) == 0 {
		return Message{}, false, err
	}
	err = p.amend(conn)
	return p.messages[0], err == nil, err
}

// page is a run of a room's messages being read.
type page struct {
	room     chat.RoomID
	messages []Message // in ascending order
	scan     scanner
}

func (p *page) read(conn *connection, before chat.Seq, limit int) error {
	if before == 0 || before > math.MaxInt64 {
		before = math.MaxInt64
	}
	p.messages = make([]Message, 0, min(limit, 256))
	err := each(conn, queryPage, func(row *sqlite.Stmt) error {
		if len(p.messages) == limit {
			return errEnough
		}
		ev, err := p.scan.event(row, 0)
		p.messages = append(p.messages, Message{Event: ev, Deleted: gone(&ev)})
		return err
	}, stream(p.room, true), before)
	if err != nil {
		return err
	}
	slices.Reverse(p.messages)
	return p.amend(conn)
}

// The queries of a page. Each is one search of an index and a walk along it.
const (
	queryPage    = `SELECT seq, stream, record FROM events WHERE stream = ? AND seq < ? ORDER BY seq DESC`
	queryAmended = `SELECT target, events.seq, stream, record FROM amended CROSS JOIN events ON events.seq = edit
		WHERE room = ? AND target BETWEEN ? AND ?`
	queryReactions = `SELECT target, emoji, nick FROM reactions WHERE room = ? AND target BETWEEN ? AND ? ORDER BY seq`
)

// amend adds what was done to the messages of the page.
func (p *page) amend(conn *connection) error {
	if len(p.messages) == 0 {
		return nil
	}
	first, last := p.messages[0].Seq, p.messages[len(p.messages)-1].Seq
	err := each(conn, queryAmended, func(row *sqlite.Stmt) error {
		ev, err := p.scan.event(row, 1)
		if m := p.at(chat.Seq(row.ColumnInt64(0))); m != nil {
			m.Edited, m.Text = true, ev.Text
		}
		return err
	}, p.room, first, last)
	if err != nil {
		return err
	}
	return each(conn, queryReactions, func(row *sqlite.Stmt) error {
		if m := p.at(chat.Seq(row.ColumnInt64(0))); m != nil {
			m.react(row.ColumnText(1), row.ColumnText(2))
		}
		return nil
	}, p.room, first, last)
}

// at returns the message at seq, or nil if the page does not have it.
func (p *page) at(seq chat.Seq) *Message {
	i, ok := slices.BinarySearchFunc(p.messages, seq, func(m Message, seq chat.Seq) int { return int(m.Seq) - int(seq) })
	if !ok {
		return nil
	}
	return &p.messages[i]
}

func (m *Message) react(emoji, nick string) {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji })
	if i < 0 {
		i = len(m.Reactions)
		m.Reactions = append(m.Reactions, Reaction{Emoji: emoji})
	}
	r := &m.Reactions[i]
	if r.Count++; r.Count <= MaxNicks {
		r.Nicks = append(r.Nicks, nick)
	}
}

// Events returns what happened in a room, or inbox, after a position, at most
// limit events of every kind, in ascending order. Events whose message was
// deleted since have no text.
func (s *Store) Events(ctx context.Context, room chat.RoomID, after chat.Seq, limit int) ([]chat.Event, error) {
	if limit <= 0 || after >= math.MaxInt64 {
		return nil, nil
	}
	var events []chat.Event
	err := s.read(ctx, "read events", func(conn *connection) error {
		var scan scanner
		return each(conn, queryEvents, func(row *sqlite.Stmt) error {
			if len(events) == limit {
				return errEnough
			}
			ev, err := scan.event(row, 0)
			events = append(events, ev)
			return err
		}, stream(room, false), stream(room, true), after)
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// queryEvents merges the two streams of a room.
const queryEvents = `SELECT seq, stream, record FROM events WHERE stream = ?1 AND seq > ?3
	UNION ALL SELECT seq, stream, record FROM events WHERE stream = ?2 AND seq > ?3
	ORDER BY seq`
