package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Since returns what happened after a position and up to another, in all rooms and
// inboxes: at most limit events of every kind, in the order of the log. Events whose
// message was deleted since have no text any more.
func (s *Store) Since(ctx context.Context, after, upTo chat.Seq, limit int) (events []chat.Event, err error) {
	err = s.read(ctx, "read the log", func(conn *connection) error {
		var scan scanner
		return each(conn, queryChanges, func(row *sqlite.Stmt) error {
			ev, err := scan.event(row, 0)
			if err != nil {
				return err
			}
			if ev.Seq > upTo || len(events) == limit {
				return errEnough
			}
			events = append(events, ev)
			return nil
		}, after)
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}
