package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// Load returns the state after the last committed batch, and that batch's
// position in the log. It reads the read models and one event, and looks up the
// end of each room and inbox; its time does not depend on how long the log is.
func (s *Store) Load(ctx context.Context) (chat.Snapshot, uint64, error) {
	var snap chat.Snapshot
	var position uint64
	err := s.read(ctx, "load the state", func(conn *connection) error {
		l := loader{conn: conn, snap: &snap}
		if err := l.load(); err != nil {
			return err
		}
		n, err := number(conn, `SELECT position FROM log`)
		position = uint64(n)
		return err
	})
	return snap, position, err
}

// The queries that touch events: the last one, and the last of each stream.
const (
	queryEnd   = `SELECT seq, stream, record FROM events ORDER BY seq DESC LIMIT 1`
	queryUsers = `SELECT id, nick, role, key, node, (SELECT max(seq) FROM events WHERE stream = id * 2) FROM users ORDER BY id`
	queryRooms = `SELECT id, name, topic, flags, archived, creator, slow, word, most, created, topic_by, topic_at,
			coalesce((SELECT value FROM properties WHERE owner = rooms.id AND key = '` + chat.ForwardKey + `'), ''),
			(SELECT max(seq) FROM events WHERE stream = id * 2),
			(SELECT max(seq) FROM events WHERE stream = id * 2 + 1)
		FROM rooms ORDER BY id`
)

// loader reads the read models into a snapshot. Maps name where in the
// snapshot a user or room is.
type loader struct {
	conn  *connection
	snap  *chat.Snapshot
	users map[chat.UserID]*chat.UserInfo
	rooms map[chat.RoomID]*chat.RoomInfo
}

func (l *loader) load() error {
	for _, part := range [...]func() error{l.end, l.loadUsers, l.loadRooms, l.loadMembers, l.loadInvited, l.loadPins, l.loadMarks, l.loadStandings, l.loadMasks, l.loadBans} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// end reads the last event, which tells where the log ends and when.
func (l *loader) end() error {
	var scan scanner
	return each(l.conn, queryEnd, func(row *sqlite.Stmt) error {
		ev, err := scan.event(row, 0)
		l.snap.Seq, l.snap.Now = ev.Seq, ev.Time
		return err
	})
}

func (l *loader) loadUsers() error {
	l.users = map[chat.UserID]*chat.UserInfo{}
	err := each(l.conn, queryUsers, func(row *sqlite.Stmt) error {
		u := chat.UserInfo{
			ID: chat.UserID(row.ColumnInt64(0)), Nick: row.ColumnText(1), Role: chat.Role(row.ColumnInt64(2)),
			Node: uint64(row.ColumnInt64(4)), Inbox: chat.Seq(row.ColumnInt64(5)),
		}
		row.ColumnBytes(3, u.Key[:])
		l.snap.Users = append(l.snap.Users, u)
		return nil
	})
	for i := range l.snap.Users {
		l.users[l.snap.Users[i].ID] = &l.snap.Users[i]
	}
	return err
}

// loadRooms finds the last event of a room as the greater of its two streams'.
func (l *loader) loadRooms() error {
	l.rooms = map[chat.RoomID]*chat.RoomInfo{}
	err := each(l.conn, queryRooms, func(row *sqlite.Stmt) error {
		l.snap.Rooms = append(l.snap.Rooms, chat.RoomInfo{
			ID: chat.RoomID(row.ColumnInt64(0)), Name: row.ColumnText(1), Topic: row.ColumnText(2),
			Flags: chat.Flags(row.ColumnInt64(3)), Archived: row.ColumnBool(4), Creator: chat.UserID(row.ColumnInt64(5)),
			Slow: uint32(row.ColumnInt64(6)), Key: row.ColumnText(7), Limit: uint32(row.ColumnInt64(8)),
			Created: chat.Millis(row.ColumnInt64(9)), TopicBy: row.ColumnText(10), TopicAt: chat.Millis(row.ColumnInt64(11)),
			Forward: row.ColumnText(12), Last: chat.Seq(max(row.ColumnInt64(13), row.ColumnInt64(14))),
		})
		return nil
	})
	for i := range l.snap.Rooms {
		l.rooms[l.snap.Rooms[i].ID] = &l.snap.Rooms[i]
	}
	return err
}

// loadMembers fills in who is in which room: each room's members by id, each
// user's rooms in the order of joining.
func (l *loader) loadMembers() error {
	type joining struct {
		seq  int64
		room chat.RoomID
	}
	joined := map[chat.UserID][]joining{}
	err := each(l.conn, `SELECT room, user, joined FROM members ORDER BY room, user`, func(row *sqlite.Stmt) error {
		room, user := chat.RoomID(row.ColumnInt64(0)), chat.UserID(row.ColumnInt64(1))
		r, u := l.rooms[room], l.users[user]
		if r == nil || u == nil {
			return missing("members", row)
		}
		r.Members = append(r.Members, chat.Member{ID: user, Nick: u.Nick})
		joined[user] = append(joined[user], joining{row.ColumnInt64(2), room})
		return nil
	})
	for user, rooms := range joined {
		slices.SortFunc(rooms, func(a, b joining) int { return cmp.Compare(a.seq, b.seq) })
		for _, j := range rooms {
			l.users[user].Rooms = append(l.users[user].Rooms, j.room)
		}
	}
	return err
}

func (l *loader) loadInvited() error {
	return each(l.conn, `SELECT room, user FROM invitations ORDER BY user, room`, func(row *sqlite.Stmt) error {
		r := l.rooms[chat.RoomID(row.ColumnInt64(0))]
		if r == nil {
			return missing("invitations", row)
		}
		r.Invited = append(r.Invited, chat.UserID(row.ColumnInt64(1)))
		return nil
	})
}

func (l *loader) loadPins() error {
	return each(l.conn, `SELECT room, 0, target FROM pins ORDER BY room, seq`, func(row *sqlite.Stmt) error {
		r := l.rooms[chat.RoomID(row.ColumnInt64(0))]
		if r == nil {
			return missing("pins", row)
		}
		r.Pins = append(r.Pins, chat.Seq(row.ColumnInt64(2)))
		return nil
	})
}

func (l *loader) loadMarks() error {
	return each(l.conn, `SELECT room, user, target, at FROM marks`, func(row *sqlite.Stmt) error {
		u := l.users[chat.UserID(row.ColumnInt64(1))]
		if u == nil {
			return missing("marks", row)
		}
		if u.Read == nil {
			u.Read = map[chat.RoomID]chat.ReadMark{}
		}
		u.Read[chat.RoomID(row.ColumnInt64(0))] = chat.ReadMark{Seq: chat.Seq(row.ColumnInt64(2)), At: chat.Millis(row.ColumnInt64(3))}
		return nil
	})
}

func (l *loader) loadStandings() error {
	return each(l.conn, `SELECT room, user, rank, muted, muted_until, banned, banned_until FROM standings ORDER BY room, user`, func(row *sqlite.Stmt) error {
		r := l.rooms[chat.RoomID(row.ColumnInt64(0))]
		if r == nil {
			return missing("standings", row)
		}
		r.Standings = append(r.Standings, chat.Standing{
			User: chat.UserID(row.ColumnInt64(1)), Rank: chat.Rank(row.ColumnInt64(2)),
			Muted: row.ColumnBool(3), MutedUntil: chat.Millis(row.ColumnInt64(4)),
			Banned: row.ColumnBool(5), BannedUntil: chat.Millis(row.ColumnInt64(6)),
		})
		return nil
	})
}

func (l *loader) loadMasks() error {
	return each(l.conn, `SELECT room, 0, list, pattern, by, at FROM masks ORDER BY room, seq`, func(row *sqlite.Stmt) error {
		r := l.rooms[chat.RoomID(row.ColumnInt64(0))]
		if r == nil {
			return missing("masks", row)
		}
		r.Masks = append(r.Masks, chat.MaskInfo{
			List: chat.MaskList(row.ColumnInt64(2)), Pattern: row.ColumnText(3), By: row.ColumnText(4), At: chat.Millis(row.ColumnInt64(5)),
		})
		return nil
	})
}

func (l *loader) loadBans() error {
	// People first, as in a state's snapshot.
	return each(l.conn, `SELECT user, name, until, reason, by, at FROM bans ORDER BY user = 0, user, name`, func(row *sqlite.Stmt) error {
		l.snap.Bans = append(l.snap.Bans, chat.BanInfo{
			User: chat.UserID(row.ColumnInt64(0)), Name: row.ColumnText(1), Until: chat.Millis(row.ColumnInt64(2)),
			Reason: row.ColumnText(3), By: row.ColumnText(4), At: chat.Millis(row.ColumnInt64(5)),
		})
		return nil
	})
}

// missing says that a row names a user or a room that there is not.
func missing(table string, row *sqlite.Stmt) error {
	return fmt.Errorf("%w: %s has room %d and user %d, of which one is not there", ErrDamaged, table, row.ColumnInt64(0), row.ColumnInt64(1))
}
