package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Properties: what is kept about people and rooms, as keys and values.

const (
	queryProperty   = `SELECT value, private FROM properties WHERE owner = ? AND key = ?`
	queryOwned      = `SELECT count(*) FROM properties WHERE owner = ?`
	queryProperties = `SELECT key, value, private FROM properties WHERE owner = ? ORDER BY key`

	// The file of a picture that is replaced.
	queryNoPicture = `DELETE FROM files WHERE seq = (SELECT seq FROM properties WHERE owner = ? AND key = ?)`

	// Where what somebody keeps for themselves alone was set, under one key and under
	// all.
	queryPrivate  = `SELECT seq FROM properties WHERE owner = ? AND key = ? AND private`
	queryPrivates = `SELECT seq FROM properties WHERE owner = ? AND private`
)

// projectProperty keeps a property, or removes it. What it replaces is forgotten, if
// nobody but its owner was told of it.
func (w *writer) projectProperty(ev *chat.Event) error {
	p, own := chat.PropertyOf(ev)
	if !own {
		return nil
	}
	if err := w.erasePrivate(queryPrivate, p.Owner, p.Name); err != nil {
		return err
	}
	if err := w.projectPicture(&p, ev); err != nil {
		return err
	}
	if p.Value == "" {
		return run(w.conn, `DELETE FROM properties WHERE owner = ? AND key = ?`, p.Owner, p.Name)
	}
	private := 0
	if p.Private {
		private = 1
	}
	return run(w.conn, `INSERT OR REPLACE INTO properties (owner, key, value, private, seq) VALUES (?, ?, ?, ?, ?)`, p.Owner, p.Name, p.Value, private, ev.Seq)
}

// projectPicture keeps the file of somebody's picture instead of the one before, whose
// bytes nobody needs any more then.
func (w *writer) projectPicture(p *chat.Property, ev *chat.Event) error {
	if p.Name != chat.PictureKey {
		return nil
	}
	if err := run(w.conn, queryNoPicture, p.Owner, p.Name); err != nil {
		return err
	}
	for i := range ev.Files {
		if err := w.keepFile(&ev.Files[i], ev.User, ev.Seq); err != nil {
			return err
		}
	}
	return nil
}

// erasePrivate takes the values of properties out of the events that set them.
func (w *writer) erasePrivate(query string, args ...any) error {
	var events []chat.Seq
	err := each(w.conn, query, func(row *sqlite.Stmt) error {
		events = append(events, chat.Seq(row.ColumnInt64(0)))
		return nil
	}, args...)
	for i := 0; i < len(events) && err == nil; i++ {
		_, err = w.erase(events[i])
		w.erased = true
	}
	return err
}

// property looks up what a property is, and how many its owner has.
func (l *lookup) property(key chat.PropertyKey) error {
	err := each(l.conn, queryProperty, func(row *sqlite.Stmt) error {
		l.facts.Properties[key] = chat.PropertyFact{Value: row.ColumnText(0), Private: row.ColumnBool(1)}
		return nil
	}, key.Owner, key.Name)
	if err != nil {
		return err
	}
	n, err := number(l.conn, queryOwned, key.Owner)
	if n > 0 {
		l.facts.Owned[key.Owner] = int(n)
	}
	return err
}

// Properties returns the properties of rooms and people that are wanted, by owner in
// the order given and then by key: at most chat.MaxProperties of each. Want is told
// the key and how many bytes the value has; nil wants all.
func (s *Store) Properties(ctx context.Context, want func(key string, size int) bool, owners ...chat.RoomID) (all []chat.Property, err error) {
	err = s.read(ctx, "read properties", func(conn *connection) error {
		for _, owner := range owners {
			err := each(conn, queryProperties, func(row *sqlite.Stmt) error {
				if want != nil && !want(row.ColumnText(0), row.ColumnLen(1)) {
					return nil
				}
				all = append(all, chat.Property{
					PropertyKey:  chat.PropertyKey{Owner: owner, Name: row.ColumnText(0)},
					PropertyFact: chat.PropertyFact{Value: row.ColumnText(1), Private: row.ColumnBool(2)},
				})
				return nil
			}, owner)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}
