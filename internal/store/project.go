package store

import "hubbub/internal/chat"

// project changes the read models by an event that is no message. It says the
// same as chat.State's Evolve; the tests compare the two.
func (w *writer) project(ev *chat.Event) error {
	switch ev.Kind {
	case chat.Edited, chat.Deleted, chat.Reacted, chat.Unreacted, chat.Pinned, chat.Unpinned, chat.Previewed, chat.PreviewDropped:
		return w.projectMessage(ev)
	case chat.Arrived, chat.Departed, chat.NickChanged, chat.ReadMarked:
		return w.projectUser(ev)
	case chat.PropertySet:
		return w.projectProperty(ev)
	case chat.Registered, chat.RoleSet, chat.CredentialAdded, chat.CredentialDropped, chat.InvitationMade, chat.InvitationDropped:
		return w.projectAccount(ev)
	case chat.RankSet, chat.RulesSet, chat.Muted, chat.Unmuted, chat.Banned, chat.Unbanned,
		chat.KeySet, chat.LimitSet, chat.MaskAdded, chat.MaskDropped:
		return w.projectOrder(ev)
	}
	return w.projectRoom(ev)
}

// projectSaid changes the read models by a message. Most change none.
func (w *writer) projectSaid(ev *chat.Event) error {
	if ev.Thread != 0 {
		if err := w.replied(ev); err != nil {
			return err
		}
	}
	for i := range ev.Files {
		if err := w.keepFile(&ev.Files[i], ev.By, ev.Seq); err != nil {
			return err
		}
	}
	return nil
}

// unsaid undoes projectSaid for a message that is being deleted.
func (w *writer) unsaid(ev *chat.Event) error {
	if ev.Thread != 0 {
		if err := w.unreplied(ev); err != nil {
			return err
		}
	}
	return w.forgetFiles(ev.Seq)
}

// projectMessage is for what is done to messages.
func (w *writer) projectMessage(ev *chat.Event) error {
	if concealed(ev.Kind) {
		if err := w.hide(stream(ev.Room, false), ev.Seq); err != nil {
			return err
		}
	}
	switch ev.Kind {
	case chat.Edited:
		if err := run(w.conn, `INSERT INTO edits (target, edit) VALUES (?, ?)`, ev.Target, ev.Seq); err != nil {
			return err
		}
		if err := run(w.conn, `INSERT OR REPLACE INTO amended (room, target, edit) VALUES (?, ?, ?)`, ev.Room, ev.Target, ev.Seq); err != nil {
			return err
		}
		return w.unlinked(ev)
	case chat.Deleted:
		if ev.About != 0 { // the same, in the audit log
			return nil
		}
		return w.deleted(ev)
	case chat.Reacted:
		return run(w.conn, `INSERT INTO reactions (room, target, by, emoji, nick, seq) VALUES (?, ?, ?, ?, ?, ?)`,
			ev.Room, ev.Target, ev.By, ev.Text, ev.Nick, ev.Seq)
	case chat.Unreacted:
		if err := w.hideReactions(ev.Room, queryReactionSeq, ev.Room, ev.Target, ev.By, ev.Text); err != nil {
			return err
		}
		return run(w.conn, `DELETE FROM reactions WHERE room = ? AND target = ? AND by = ? AND emoji = ?`,
			ev.Room, ev.Target, ev.By, ev.Text)
	case chat.Previewed:
		return w.previewed(ev)
	case chat.PreviewDropped:
		return w.previewDropped(ev)
	case chat.Pinned:
		return run(w.conn, `INSERT INTO pins (room, seq, target) VALUES (?, ?, ?)`, ev.Room, ev.Seq, ev.Target)
	case chat.Unpinned:
		return run(w.conn, `DELETE FROM pins WHERE room = ? AND target = ?`, ev.Room, ev.Target)
	}
	return nil
}

// projectUser is for what happens in inboxes.
func (w *writer) projectUser(ev *chat.Event) error {
	if ev.Room != ev.By.Inbox() { // the same, told to a room
		return nil
	}
	switch ev.Kind {
	case chat.Arrived:
		key := keyBytes(ev.Key)
		if err := run(w.conn, `DELETE FROM guests WHERE key = ?`, key); err != nil {
			return err
		}
		return run(w.conn, `INSERT INTO users (id, nick, role, key, node) VALUES (?, ?, 0, ?, ?)`, ev.By, ev.Nick, key, ev.Node)
	case chat.NickChanged:
		return run(w.conn, `UPDATE users SET nick = ? WHERE id = ?`, ev.Name, ev.By)
	case chat.ReadMarked:
		return run(w.conn, `INSERT OR REPLACE INTO marks (user, room, target, at) VALUES (?, ?, ?, ?)`, ev.By, ev.About, ev.Target, ev.When)
	}
	return w.departed(ev)
}

// departed takes somebody out of those who are here. With a key they can be
// recognised when they come back.
func (w *writer) departed(ev *chat.Event) error {
	if err := w.erasePrivate(queryPrivates, ev.By); err != nil {
		return err
	}
	for _, query := range [...]string{
		`DELETE FROM users WHERE id = ?`, `DELETE FROM invitations WHERE user = ?`, `DELETE FROM properties WHERE owner = ?`,
	} {
		if err := run(w.conn, query, ev.By); err != nil {
			return err
		}
	}
	if ev.Key.IsZero() {
		return w.forgetUser(ev.By)
	}
	return run(w.conn, `INSERT INTO guests (key, id, nick) VALUES (?, ?, ?)`, ev.Key[:], ev.By, ev.Nick)
}

// projectRoom is for what happens to rooms and their members.
func (w *writer) projectRoom(ev *chat.Event) error {
	switch ev.Kind {
	case chat.RoomCreated:
		err := run(w.conn, `INSERT INTO rooms (id, name, topic, flags, archived, creator, created, slow) VALUES (?, ?, '', ?, 0, ?, ?, 0)`,
			ev.Room, ev.Name, int(ev.Flags), ev.By, ev.Time)
		if err != nil || ev.By == 0 || ev.Flags&chat.Direct != 0 {
			return err
		}
		return w.stand(ev.By, ev.Room, "rank", int(chat.OwnerRank))
	case chat.RoomRenamed:
		return run(w.conn, `UPDATE rooms SET name = ? WHERE id = ?`, ev.Name, ev.Room)
	case chat.RoomArchived:
		return run(w.conn, `UPDATE rooms SET archived = 1 WHERE id = ?`, ev.Room)
	case chat.RoomRestored:
		return run(w.conn, `UPDATE rooms SET archived = 0 WHERE id = ?`, ev.Room)
	case chat.TopicSet:
		return run(w.conn, `UPDATE rooms SET topic = ?, topic_by = ?, topic_at = ? WHERE id = ?`, ev.Text, ev.Nick, ev.Time, ev.Room)
	case chat.Joined:
		if err := run(w.conn, `DELETE FROM invitations WHERE user = ? AND room = ?`, ev.By, ev.Room); err != nil {
			return err
		}
		return run(w.conn, `INSERT INTO members (room, user, joined) VALUES (?, ?, ?)`, ev.Room, ev.By, ev.Seq)
	case chat.Left:
		return w.left(ev.Room, ev.By)
	case chat.Kicked:
		if ev.Room != ev.About && ev.About != 0 { // the same, in the audit log
			return nil
		}
		return w.left(ev.Room, ev.User)
	case chat.Invited:
		if ev.Room != ev.About { // the same, told to the invited
			return nil
		}
		return run(w.conn, `INSERT OR IGNORE INTO invitations (user, room) SELECT ?, id FROM rooms
			WHERE id = ? AND (flags & ? OR word <> '' OR most > 0 OR EXISTS (SELECT 1 FROM masks WHERE room = rooms.id AND list = ?))`,
			ev.User, ev.Room, int(chat.Closed), int(chat.BanMask))
	}
	return nil
}

// left takes somebody out of a room. A direct conversation without anybody is
// forgotten, with its pins; its events stay.
func (w *writer) left(room chat.RoomID, user chat.UserID) error {
	for _, query := range [...]string{`DELETE FROM members WHERE room = ? AND user = ?`, `DELETE FROM marks WHERE room = ? AND user = ?`} {
		if err := run(w.conn, query, room, user); err != nil {
			return err
		}
	}
	err := run(w.conn, `DELETE FROM rooms WHERE id = ? AND flags & ? AND NOT EXISTS (SELECT 1 FROM members WHERE room = rooms.id)`,
		room, int(chat.Direct))
	if err != nil || w.conn.Changes() == 0 {
		return err
	}
	return run(w.conn, `DELETE FROM pins WHERE room = ?`, room)
}

// keyBytes returns a key as it is stored: none has no bytes.
func keyBytes(k chat.Key) []byte {
	if k.IsZero() {
		return nil
	}
	return k[:]
}
