package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// MaxUnread is up to how many messages of a room are counted as unread.
const MaxUnread = 100

// Unread is what others said in a room after somebody's read marker.
type Unread struct {
	Room     chat.RoomID
	Marker   chat.Seq // up to where they have read; where they joined, if they have marked nothing
	First    chat.Seq // the first unread message
	Count    int      // of the unread among the first MaxUnread messages after the marker
	More     bool     // there are messages after those
	Mentions int      // how many of those that are counted are for them
}

// The queries of what is unread: the marker, which is none if only a time is known,
// and whether anything was said since.
const (
	queryMarker   = `SELECT coalesce((SELECT nullif(target, 0) FROM marks WHERE user = ?1 AND room = ?2), joined) FROM members WHERE room = ?2 AND user = ?1`
	queryLastSaid = `SELECT max(seq) FROM events WHERE stream = ?`
)

// Unread returns what is unread by somebody in those of the rooms, which they are
// in, where others said something after the marker. Mentions tells whether a
// message is for them. What was deleted does not count.
//
// It looks at MaxUnread messages of each room at most, up to a position; 0 is the end.
func (s *Store) Unread(ctx context.Context, user chat.UserID, rooms []chat.RoomID, upTo chat.Seq, mentions func(*chat.Event) bool) (all []Unread, err error) {
	err = s.read(ctx, "count what is unread", func(conn *connection) error {
		for _, room := range rooms {
			u, err := unread(conn, user, room, upTo, mentions)
			if err != nil {
				return err
			}
			if u.Count > 0 {
				all = append(all, u)
			}
		}
		return nil
	})
	return all, err
}

func unread(conn *connection, user chat.UserID, room chat.RoomID, upTo chat.Seq, mentions func(*chat.Event) bool) (Unread, error) {
	u := Unread{Room: room}
	in := false
	err := each(conn, queryMarker, func(row *sqlite.Stmt) error {
		u.Marker, in = chat.Seq(row.ColumnInt64(0)), true
		return nil
	}, user, room)
	if err != nil || !in {
		return u, err
	}
	last, err := number(conn, queryLastSaid, stream(room, true))
	if err != nil || chat.Seq(last) <= u.Marker {
		return u, err
	}
	r := Range{After: u.Marker, Limit: MaxUnread + 1}
	if upTo != 0 {
		r.Before = upTo + 1
	}
	said, err := playBack(conn, room, r)
	if err != nil {
		return u, err
	}
	if u.More = len(said) > MaxUnread; u.More {
		said = said[:MaxUnread]
	}
	u.count(user, said, mentions)
	return u, nil
}

// count counts what others said.
func (u *Unread) count(user chat.UserID, said []chat.Event, mentions func(*chat.Event) bool) {
	for i := range said {
		ev := &said[i]
		if ev.By == user {
			continue
		}
		if u.Count++; u.Count == 1 {
			u.First = ev.Seq
		}
		if mentions(ev) {
			u.Mentions++
		}
	}
}
