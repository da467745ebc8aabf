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
	// the message was deleted. Then its Tags and Files are gone too.
	chat.Event
	Edited    bool
	Deleted   bool
	Reactions []Reaction // by when each emoji was first used
	Replies   Replies    // in the thread that it began
	Previews  []chat.LinkPreview
}

// MaxNicks is how many of those who reacted with an emoji are named.
const MaxNicks = 20

// Reaction is an emoji and who reacted with it.
type Reaction struct {
	Emoji string
	Count int      // how many reacted with it
	Nicks []string // the first of them, at most MaxNicks, as they were called then
	Mine  bool     // the one who reads is among them
}

// Messages returns a page of a room's history, as somebody reads it (0 is
// nobody): what was said in the range, in ascending order. Deleted messages are
// there, without text. Of what happened there is nothing, whatever r.Events says.
func (s *Store) Messages(ctx context.Context, room chat.RoomID, r Range, reader chat.UserID) ([]Message, error) {
	return s.history(ctx, room, reader, r)
}

// Around returns the page of a room's history in the middle of which a position
// is: half of it is before the position. Else it is as Messages.
func (s *Store) Around(ctx context.Context, room chat.RoomID, seq chat.Seq, limit int, reader chat.UserID) ([]Message, error) {
	if seq == 0 {
		return s.history(ctx, room, reader, Range{Limit: limit})
	}
	half := limit / 2
	return s.history(ctx, room, reader, Range{Before: seq, Latest: true, Limit: half}, Range{After: seq - 1, Limit: limit - half})
}

// history reads ranges that follow one another as one page.
func (s *Store) history(ctx context.Context, room chat.RoomID, reader chat.UserID, ranges ...Range) ([]Message, error) {
	p := page{room: room, reader: reader}
	err := s.read(ctx, "read history", func(conn *connection) error {
		for _, r := range ranges {
			if err := p.read(conn, r); err != nil {
				return err
			}
		}
		return p.amend(conn)
	})
	if err != nil {
		return nil, err
	}
	return p.messages, nil
}

// Message returns a message as somebody reads it, and false if there is none at
// seq.
func (s *Store) Message(ctx context.Context, seq chat.Seq, reader chat.UserID) (m Message, ok bool, err error) {
	err = s.read(ctx, "read a message", func(conn *connection) error {
		m, ok, err = message(conn, seq, reader)
		return err
	})
	return m, ok, err
}

// message reads one message as a page of its own.
func message(conn *connection, seq chat.Seq, reader chat.UserID) (Message, bool, error) {
	p := page{reader: reader}
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
	reader   chat.UserID // 0 for nobody
	messages []Message   // in ascending order
	scan     scanner
}

// read adds what was said in a range. It walks along the room's stream.
func (p *page) read(conn *connection, r Range) error {
	if r.Before == 0 || r.Before > math.MaxInt64 {
		r.Before = math.MaxInt64
	}
	if r.Limit <= 0 || r.After >= r.Before {
		return nil
	}
	query, first := queryForward, len(p.messages)
	if r.Latest {
		query = queryBackward
	}
	p.messages = slices.Grow(p.messages, min(r.Limit, 256))
	err := each(conn, query, func(row *sqlite.Stmt) error {
		if len(p.messages)-first == r.Limit {
			return errEnough
		}
		ev, err := p.scan.event(row, 0)
		p.messages = append(p.messages, Message{Event: ev, Deleted: gone(&ev)})
		return err
	}, stream(p.room, true), r.After, r.Before)
	if r.Latest {
		slices.Reverse(p.messages[first:])
	}
	return err
}

// The queries of what was done to a page's messages. Each is one search of an
// index and a walk along it.
const (
	queryAmended = `SELECT target, events.seq, stream, record FROM amended CROSS JOIN events ON events.seq = edit
		WHERE room = ? AND target BETWEEN ? AND ?`
	queryReactions = `SELECT target, emoji, nick, by FROM reactions WHERE room = ? AND target BETWEEN ? AND ? ORDER BY seq`
)

// amend adds what was done to the messages of the page.
func (p *page) amend(conn *connection) error {
	if len(p.messages) == 0 {
		return nil
	}
	return p.amendRange(conn, p.messages[0].Seq, p.messages[len(p.messages)-1].Seq)
}

// amendEach is amend for messages that are far from one another, with much
// between them that is not on the page.
func (p *page) amendEach(conn *connection) error {
	for i := range p.messages {
		seq := p.messages[i].Seq
		if err := p.amendRange(conn, seq, seq); err != nil {
			return err
		}
	}
	return nil
}

func (p *page) amendRange(conn *connection, first, last chat.Seq) error {
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
	err = each(conn, queryReactions, func(row *sqlite.Stmt) error {
		if m := p.at(chat.Seq(row.ColumnInt64(0))); m != nil {
			m.react(row.ColumnText(1), row.ColumnText(2), p.reads(chat.UserID(row.ColumnInt64(3))))
		}
		return nil
	}, p.room, first, last)
	if err != nil {
		return err
	}
	if err := p.addPreviews(conn, first, last); err != nil {
		return err
	}
	return p.countReplies(conn, first, last)
}

// at returns the message at seq, or nil if the page does not have it.
func (p *page) at(seq chat.Seq) *Message {
	i, ok := slices.BinarySearchFunc(p.messages, seq, func(m Message, seq chat.Seq) int { return int(m.Seq) - int(seq) })
	if !ok {
		return nil
	}
	return &p.messages[i]
}

// reads reports whether somebody is the one who reads the page.
func (p *page) reads(user chat.UserID) bool { return user == p.reader && user != 0 }

func (m *Message) react(emoji, nick string, mine bool) {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji })
	if i < 0 {
		i = len(m.Reactions)
		m.Reactions = append(m.Reactions, Reaction{Emoji: emoji})
	}
	r := &m.Reactions[i]
	r.Mine = r.Mine || mine
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
