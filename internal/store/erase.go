package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// erased is the first byte of a record whose text was taken out. It is followed
// by the length of what is left of the record as a varint, by that, and by
// zeros up to the size that the record had, so that SQLite overwrites the text
// where it is. No record begins so: its version is never 0. There is always
// room, as a text in a record took at least three bytes.
const erased = 0

const queryEdits = `SELECT edit FROM edits WHERE target = ?`

var errErased = errors.New("damaged record of a deleted message")

// appendErased appends the record of ev, which takes size bytes.
func appendErased(b []byte, ev *chat.Event, size int) ([]byte, error) {
	rest := chat.AppendEvent(nil, ev)
	start := len(b)
	b = append(b, erased)
	b = binary.AppendUvarint(b, uint64(len(rest)))
	b = append(b, rest...)
	if len(b)-start > size {
		return nil, fmt.Errorf("event %d: erased, it takes %d bytes instead of %d", ev.Seq, len(b)-start, size)
	}
	return append(b, make([]byte, size-(len(b)-start))...), nil
}

// decodeEvent is chat.DecodeEvent for what is in the events table: an erased
// event has no text, and that is how it is known.
func decodeEvent(seq chat.Seq, room chat.RoomID, record []byte) (chat.Event, error) {
	if len(record) > 0 && record[0] == erased {
		n, size := binary.Uvarint(record[1:])
		if size <= 0 || n > uint64(len(record)-1-size) {
			return chat.Event{}, fmt.Errorf("event %d: %w", seq, errErased)
		}
		record = record[1+size:][:n]
	}
	return chat.DecodeEvent(seq, room, record)
}

// gone reports whether an event of a kind that has a text was erased.
func gone(ev *chat.Event) bool {
	return ev.Text == "" && (ev.Said() || ev.Kind == chat.Edited || ev.Kind == chat.Previewed || ev.Kind == chat.PreviewDropped)
}

// erase takes the text of an event, which is what a message says or a property is, its
// tags and its files out of its record. It returns the event as it was, or one of no
// kind if it had been erased already.
func (w *writer) erase(seq chat.Seq) (was chat.Event, err error) {
	var record []byte
	err = each(w.conn, queryEvent, func(row *sqlite.Stmt) error {
		ev, err := w.scan.event(row, 0)
		if err != nil || gone(&ev) {
			return err
		}
		was = ev
		ev.Text, ev.Tags, ev.Files = "", "", nil
		record, err = appendErased(nil, &ev, row.ColumnLen(2))
		return err
	}, seq)
	if err != nil || record == nil {
		return was, err
	}
	return was, run(w.conn, `UPDATE events SET record = ? WHERE seq = ?`, record, seq)
}

// deleted erases a message and all its edits, and forgets what was done to it.
func (w *writer) deleted(ev *chat.Event) error {
	was, err := w.erase(ev.Target)
	if err == nil {
		err = w.unsaid(&was)
	}
	if err != nil {
		return err
	}
	var edits []chat.Seq
	err = each(w.conn, queryEdits, func(row *sqlite.Stmt) error {
		edits = append(edits, chat.Seq(row.ColumnInt64(0)))
		return nil
	}, ev.Target)
	if err != nil {
		return err
	}
	for _, edit := range edits {
		if _, err := w.erase(edit); err != nil {
			return err
		}
	}
	if err := w.forgetPreviews(ev.Room, ev.Target); err != nil {
		return err
	}
	w.erased = true
	if err := w.hide(stream(ev.Room, true), ev.Target); err != nil {
		return err
	}
	if err := w.hideReactions(ev.Room, queryReactionSeqs, ev.Room, ev.Target); err != nil {
		return err
	}
	return w.forget(ev.Room, ev.Target)
}

// forget removes what the read models say about a message.
func (w *writer) forget(room chat.RoomID, target chat.Seq) error {
	if err := run(w.conn, `DELETE FROM edits WHERE target = ?`, target); err != nil {
		return err
	}
	for _, query := range [...]string{
		`DELETE FROM amended WHERE room = ? AND target = ?`,
		`DELETE FROM reactions WHERE room = ? AND target = ?`,
		`DELETE FROM pins WHERE room = ? AND target = ?`,
	} {
		if err := run(w.conn, query, room, target); err != nil {
			return err
		}
	}
	return nil
}
