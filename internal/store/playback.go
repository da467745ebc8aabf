package store

import (
	"cmp"
	"context"
	"math"
	"slices"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Range is a part of a room's past.
type Range struct {
	After  chat.Seq // what is at it is not in the range, nor what is before; 0 is the beginning
	Before chat.Seq // what is at it is not in the range, nor what is after; 0 is the end
	Latest bool     // the last Limit events in the range, else the first
	Limit  int
	Events bool // what happened too, not only what was said
}

// Playback returns a room's past as it reads now, in ascending order: messages
// with the text of their latest edit, and without those that were deleted. With
// Events also what happened: everything but edits, pins, and reactions that were
// taken back or whose message was deleted; where a message was deleted, that is
// an event.
//
// It costs as much as it returns, whatever else is in the room.
func (s *Store) Playback(ctx context.Context, room chat.RoomID, r Range) (events []chat.Event, err error) {
	err = s.read(ctx, "read a room's past", func(conn *connection) error {
		events, err = playBack(conn, room, r)
		return err
	})
	return events, err
}

// LastSaid returns the last message of each room that has any, as Playback would.
func (s *Store) LastSaid(ctx context.Context, rooms []chat.RoomID) (messages []chat.Event, err error) {
	err = s.read(ctx, "read the last messages", func(conn *connection) error {
		for _, room := range rooms {
			last, err := playBack(conn, room, Range{Latest: true, Limit: 1})
			if err != nil {
				return err
			}
			messages = append(messages, last...)
		}
		return nil
	})
	return messages, err
}

func playBack(conn *connection, room chat.RoomID, r Range) ([]chat.Event, error) {
	if r.Before == 0 || r.Before > math.MaxInt64 {
		r.Before = math.MaxInt64
	}
	if r.Limit <= 0 || r.After >= r.Before {
		return nil, nil
	}
	p := playback{Range: r, conn: conn}
	events, err := p.walk(stream(room, true))
	if err == nil && r.Events {
		var happened []chat.Event
		p.narrow(events)
		happened, err = p.walk(stream(room, false))
		events = p.merge(events, happened)
	}
	if err != nil {
		return nil, err
	}
	return events, p.amend(room, events)
}

// playback is a range being read.
type playback struct {
	Range
	conn *connection
	scan scanner
}

// The queries of a walk: a stretch of a stream.
const (
	queryBackward = `SELECT seq, stream, record FROM events WHERE stream = ? AND seq > ? AND seq < ? ORDER BY seq DESC`
	queryForward  = `SELECT seq, stream, record FROM events WHERE stream = ? AND seq > ? AND seq < ? ORDER BY seq`
)

// pageSize is for how many events memory is taken at once.
const pageSize = 100

// walk returns what a stream has to show in the range, in ascending order.
func (p *playback) walk(stream int64) ([]chat.Event, error) {
	if !p.Latest {
		return p.forward(stream)
	}
	events, err := p.backward(stream)
	slices.Reverse(events)
	return events, err
}

// backward walks from the end of the range, going around the gaps.
func (p *playback) backward(stream int64) (events []chat.Event, err error) {
	events = make([]chat.Event, 0, min(p.Limit, pageSize))
	for before := p.Before; len(events) < p.Limit && before > p.After; {
		g, err := findGap(p.conn, queryGapBefore, stream, before)
		if err == nil {
			events, err = p.stretch(events, queryBackward, stream, max(g.last, p.After), before)
		}
		if err != nil {
			return nil, err
		}
		before = g.first // 0 if there is no gap: then that was all
	}
	return events, nil
}

// forward walks from the beginning of the range, which may be in a gap.
func (p *playback) forward(stream int64) (events []chat.Event, err error) {
	g, err := findGap(p.conn, queryGapBefore, stream, p.After+1)
	if err != nil {
		return nil, err
	}
	events = make([]chat.Event, 0, min(p.Limit, pageSize))
	for after := max(p.After, g.last); len(events) < p.Limit && after < p.Before; after = g.last {
		before := p.Before
		g, err = findGap(p.conn, queryGapAfter, stream, after)
		if err == nil {
			if g.first != 0 {
				before = min(before, g.first)
			}
			events, err = p.stretch(events, queryForward, stream, after, before)
		}
		if err != nil {
			return nil, err
		}
		if g.first == 0 {
			break
		}
	}
	return events, nil
}

// stretch reads on, between two positions where there is no gap.
func (p *playback) stretch(events []chat.Event, query string, stream int64, after, before chat.Seq) ([]chat.Event, error) {
	if after >= before {
		return events, nil
	}
	err := each(p.conn, query, func(row *sqlite.Stmt) error {
		if len(events) == p.Limit {
			return errEnough
		}
		ev, err := p.scan.event(row, 0)
		events = append(events, ev)
		return err
	}, stream, after, before)
	return events, err
}

// narrow takes out of the range what can't be among the events wanted, as enough
// was said nearer to where the walk begins.
func (p *playback) narrow(said []chat.Event) {
	switch {
	case len(said) < p.Limit:
	case p.Latest:
		p.After = said[0].Seq
	default:
		p.Before = said[len(said)-1].Seq
	}
}

// merge returns the events of both streams in one order, as many as are wanted.
func (p *playback) merge(said, happened []chat.Event) []chat.Event {
	all := make([]chat.Event, 0, len(said)+len(happened))
	for len(said) > 0 && len(happened) > 0 {
		next := &said
		if happened[0].Seq < said[0].Seq {
			next = &happened
		}
		all = append(all, (*next)[0])
		*next = (*next)[1:]
	}
	all = append(append(all, said...), happened...)
	if p.Latest {
		return all[max(0, len(all)-p.Limit):]
	}
	return all[:min(len(all), p.Limit)]
}

// amend gives the messages the text that they have now.
func (p *playback) amend(room chat.RoomID, events []chat.Event) error {
	if len(events) == 0 {
		return nil
	}
	return each(p.conn, queryAmended, func(row *sqlite.Stmt) error {
		edit, err := p.scan.event(row, 1)
		i, ok := slices.BinarySearchFunc(events, chat.Seq(row.ColumnInt64(0)), func(ev chat.Event, seq chat.Seq) int { return cmp.Compare(ev.Seq, seq) })
		if ok {
			events[i].Text = edit.Text
		}
		return err
	}, room, events[0].Seq, events[len(events)-1].Seq)
}
