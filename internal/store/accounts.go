package store

import (
	"context"
	"math"
	"slices"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Accounts: how members prove to be who they are, invitations, and who may not
// do what. What is projected here says the same as chat.State and chat.Facts do.

// projectAccount is for what concerns accounts. It is told to the person's inbox
// and, again, to the audit log; invitations are in the audit log alone.
func (w *writer) projectAccount(ev *chat.Event) error {
	if ev.Kind == chat.InvitationMade {
		v := chat.InvitationOf(ev)
		return run(w.conn, `INSERT INTO codes (seq, key, role, left, until, rooms, by, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Seq, v.Key[:], int(v.Role), int64(v.Left), v.Until, v.Rooms, v.By, v.Made)
	}
	if ev.Kind == chat.InvitationDropped {
		return run(w.conn, `DELETE FROM codes WHERE seq = ?`, ev.Target)
	}
	if ev.Room != ev.User.Inbox() {
		return nil
	}
	switch ev.Kind {
	case chat.Registered:
		if err := run(w.conn, `UPDATE users SET role = ?, key = x'' WHERE id = ?`, int(ev.Level), ev.User); err != nil || ev.Target == 0 {
			return err
		}
		if err := run(w.conn, `UPDATE codes SET left = left - 1 WHERE seq = ?`, ev.Target); err != nil {
			return err
		}
		return run(w.conn, `DELETE FROM codes WHERE left <= 0`)
	case chat.RoleSet:
		return run(w.conn, `UPDATE users SET role = ? WHERE id = ?`, int(ev.Level), ev.User)
	case chat.CredentialAdded:
		return w.credentialAdded(ev)
	}
	w.erased = true // what was dropped is not to stay in the write-ahead log, nor in the file behind it
	return run(w.conn, `DELETE FROM credentials WHERE seq = ?`, ev.Target)
}

// credentialAdded keeps a credential, in place of the one before if it is of a
// kind of which there is one.
func (w *writer) credentialAdded(ev *chat.Event) error {
	c := chat.CredentialOf(ev)
	if c.Proof.Single() {
		if err := run(w.conn, `DELETE FROM credentials WHERE user = ? AND proof = ?`, c.User, int(c.Proof)); err != nil {
			return err
		}
		w.erased = true // of the one before as little is to stay as of one that is dropped
	}
	var key []byte
	if !c.Key.IsZero() {
		key = c.Key[:]
	}
	return run(w.conn, `INSERT INTO credentials (seq, user, proof, name, key, secret, added, until, scope) VALUES (?, ?, ?, ?, nullif(?, x''), ?, ?, ?, ?)`,
		c.Seq, c.User, int(c.Proof), c.Name, key, ev.Secret, c.Added, c.Until, int64(c.Scope))
}

// projectOrder is for what keeps order, in rooms and on the server.
func (w *writer) projectOrder(ev *chat.Event) error {
	switch {
	case ev.About == 0: // on the server
		return w.projectBan(ev)
	case ev.About != ev.Room: // the same, in the audit log
		return nil
	}
	switch ev.Kind {
	case chat.RulesSet:
		return run(w.conn, `UPDATE rooms SET flags = ?, slow = ? WHERE id = ?`, int(ev.Flags), int64(ev.Count), ev.Room)
	case chat.RankSet:
		return w.stand(ev.User, ev.Room, "rank", int(ev.Level))
	case chat.Muted:
		return w.stand(ev.User, ev.Room, "muted", 1, "muted_until", ev.When)
	case chat.Unmuted:
		return w.stand(ev.User, ev.Room, "muted", 0, "muted_until", 0)
	case chat.Banned:
		return w.stand(ev.User, ev.Room, "banned", 1, "banned_until", ev.When)
	case chat.Unbanned:
		return w.stand(ev.User, ev.Room, "banned", 0, "banned_until", 0)
	}
	return w.projectTerms(ev)
}

// projectTerms is for what it takes to come into a room.
func (w *writer) projectTerms(ev *chat.Event) error {
	switch ev.Kind {
	case chat.KeySet:
		return run(w.conn, `UPDATE rooms SET word = ? WHERE id = ?`, ev.Text, ev.Room)
	case chat.LimitSet:
		return run(w.conn, `UPDATE rooms SET most = ? WHERE id = ?`, int64(ev.Count), ev.Room)
	case chat.MaskAdded:
		return run(w.conn, `INSERT INTO masks (room, seq, list, pattern, by, at) VALUES (?, ?, ?, ?, ?, ?)`,
			ev.Room, ev.Seq, int(ev.Level), ev.Text, ev.Nick, ev.Time)
	}
	return run(w.conn, `DELETE FROM masks WHERE room = ? AND list = ? AND pattern = ?`, ev.Room, int(ev.Level), ev.Text)
}

// projectBan is for bans from the server: of a person in the inbox, of a network
// in the audit log.
func (w *writer) projectBan(ev *chat.Event) error {
	switch {
	case ev.Kind == chat.Banned && ev.User != 0 && ev.Room != ev.User.Inbox():
		return nil
	case ev.Kind == chat.Banned && ev.User != 0:
		if err := run(w.conn, `DELETE FROM bans WHERE user = ?`, ev.User); err != nil {
			return err
		}
		return run(w.conn, `INSERT INTO bans (user, name, until, reason, by, at) VALUES (?, ?, ?, ?, ?, ?)`,
			ev.User, ev.Whose, ev.When, ev.Text, ev.Nick, ev.Time)
	case ev.Kind == chat.Banned:
		return run(w.conn, `INSERT OR REPLACE INTO bans (user, name, until, reason, by, at) VALUES (0, ?, ?, ?, ?, ?)`,
			ev.Name, ev.When, ev.Text, ev.Nick, ev.Time)
	case ev.User != 0:
		return run(w.conn, `DELETE FROM bans WHERE user = ?`, ev.User)
	}
	return run(w.conn, `DELETE FROM bans WHERE user = 0 AND name = ?`, ev.Name)
}

// stand sets columns of what somebody is in a room, given as name and value in
// turn. Nothing in particular is not kept.
func (w *writer) stand(user chat.UserID, room chat.RoomID, columns ...any) error {
	err := run(w.conn, `INSERT OR IGNORE INTO standings (user, room, rank, muted, muted_until, banned, banned_until) VALUES (?, ?, 0, 0, 0, 0, 0)`, user, room)
	for i := 0; i < len(columns) && err == nil; i += 2 {
		err = run(w.conn, `UPDATE standings SET `+columns[i].(string)+` = ? WHERE user = ? AND room = ?`, columns[i+1], user, room)
	}
	if err != nil {
		return err
	}
	return run(w.conn, `DELETE FROM standings WHERE user = ? AND room = ? AND rank = 0 AND muted = 0 AND banned = 0`, user, room)
}

// forgetUser forgets what was said about a guest who can't be recognised again.
func (w *writer) forgetUser(user chat.UserID) error {
	if err := run(w.conn, `DELETE FROM standings WHERE user = ?`, user); err != nil {
		return err
	}
	return run(w.conn, `DELETE FROM bans WHERE user = ? AND user <> 0`, user)
}

// proofs looks up what accounts depend on.
func (l *lookup) proofs(n *chat.Need) error {
	if n.Credentials != 0 {
		if err := l.credentials(n.Credentials); err != nil {
			return err
		}
	}
	if !n.Holder.IsZero() {
		err := each(l.conn, `SELECT user FROM credentials WHERE key = ?`, func(row *sqlite.Stmt) error {
			l.facts.Holders[n.Holder] = chat.UserID(row.ColumnInt64(0))
			return nil
		}, n.Holder[:])
		if err != nil {
			return err
		}
	}
	if n.Invitation != 0 {
		if err := l.invitation(queryCodes+`WHERE seq = ?`, n.Invitation); err != nil {
			return err
		}
	}
	if !n.Code.IsZero() {
		return l.invitation(queryCodes+`WHERE key = ?`, n.Code[:])
	}
	return nil
}

func (l *lookup) credentials(user chat.UserID) error {
	if _, known := l.facts.Credentials[user]; known {
		return nil
	}
	return each(l.conn, queryCredentials+`WHERE user = ? ORDER BY seq`, func(row *sqlite.Stmt) error {
		l.facts.Credentials[user] = append(l.facts.Credentials[user], credential(row).Credential)
		return nil
	}, user)
}

func (l *lookup) invitation(query string, arg any) error {
	return each(l.conn, query, func(row *sqlite.Stmt) error {
		v := invitation(row)
		l.facts.Invitations[v.Seq], l.facts.Codes[v.Key] = v, v.Seq
		return nil
	}, arg)
}

const (
	queryCredentials = `SELECT seq, user, proof, name, key, secret, added, until, scope FROM credentials `
	queryCodes       = `SELECT seq, key, role, left, until, rooms, by, made FROM codes `
)

// Credential is a credential with what proves it.
type Credential struct {
	chat.Credential
	Secret string // a password's hash, a second factor's sealed seed; empty for what its key proves
}

func credential(row *sqlite.Stmt) Credential {
	c := Credential{Secret: row.ColumnText(5)}
	c.Seq, c.User, c.Proof = chat.Seq(row.ColumnInt64(0)), chat.UserID(row.ColumnInt64(1)), chat.Proof(row.ColumnInt64(2))
	c.Name, c.Added, c.Until = row.ColumnText(3), chat.Millis(row.ColumnInt64(6)), chat.Millis(row.ColumnInt64(7))
	c.Scope = uint32(row.ColumnInt64(8))
	row.ColumnBytes(4, c.Key[:])
	return c
}

func invitation(row *sqlite.Stmt) chat.Invitation {
	v := chat.Invitation{
		Seq: chat.Seq(row.ColumnInt64(0)), Role: chat.Role(row.ColumnInt64(2)), Left: uint32(row.ColumnInt64(3)),
		Until: chat.Millis(row.ColumnInt64(4)), Rooms: row.ColumnText(5), By: row.ColumnText(6), Made: chat.Millis(row.ColumnInt64(7)),
	}
	row.ColumnBytes(1, v.Key[:])
	return v
}

// Credentials returns a member's credentials, in the order in which they were
// added.
func (s *Store) Credentials(ctx context.Context, user chat.UserID) (all []Credential, err error) {
	err = s.read(ctx, "read credentials", func(conn *connection) error {
		return each(conn, queryCredentials+`WHERE user = ? ORDER BY seq`, func(row *sqlite.Stmt) error {
			all = append(all, credential(row))
			return nil
		}, user)
	})
	return all, err
}

// CredentialByKey returns the credential that has a key, and false if none has.
func (s *Store) CredentialByKey(ctx context.Context, key chat.Key) (c Credential, ok bool, err error) {
	err = s.read(ctx, "read a credential", func(conn *connection) error {
		return each(conn, queryCredentials+`WHERE key = ?`, func(row *sqlite.Stmt) error {
			c, ok = credential(row), true
			return nil
		}, key[:])
	})
	return c, ok, err
}

// Invitations returns the invitations to the server that still let somebody in.
func (s *Store) Invitations(ctx context.Context) (all []chat.Invitation, err error) {
	err = s.read(ctx, "read invitations", func(conn *connection) error {
		return each(conn, queryCodes+`ORDER BY seq`, func(row *sqlite.Stmt) error {
			all = append(all, invitation(row))
			return nil
		})
	})
	return all, err
}

// LastEvents returns what happened in a room before a position (0 is the end)
// beside what was said, at most limit events for which keep holds, in ascending
// order. It looks at no more than lookAt events.
func (s *Store) LastEvents(ctx context.Context, room chat.RoomID, before chat.Seq, limit, lookAt int, keep func(*chat.Event) bool) (events []chat.Event, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	err = s.read(ctx, "read events", func(conn *connection) error {
		var scan scanner
		return each(conn, queryBackward, func(row *sqlite.Stmt) error {
			if len(events) == limit || lookAt == 0 {
				return errEnough
			}
			lookAt--
			ev, err := scan.event(row, 0)
			if err == nil && keep(&ev) {
				events = append(events, ev)
			}
			return err
		}, stream(room, false), 0, before)
	})
	slices.Reverse(events)
	return events, err
}
