package store

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// The queries of previews. Each is one search of an index and a walk along it.
const (
	queryPreviews = `SELECT target, events.seq, stream, record FROM previews CROSS JOIN events ON events.seq = previews.seq
		WHERE room = ? AND target BETWEEN ? AND ? AND dropped = 0 ORDER BY previews.seq`
	queryPreviewsOf   = `SELECT url, seq, image, dropped FROM previews WHERE room = ? AND target = ?`
	queryPreviewFacts = `SELECT url, image, dropped FROM previews
		WHERE room = (SELECT stream >> 1 FROM events WHERE seq = ?1) AND target = ?1`
)

var errPreview = errors.New("damaged preview of a link")

// addPreviews adds the previews of messages of the page.
func (p *page) addPreviews(conn *connection, first, last chat.Seq) error {
	return each(conn, queryPreviews, func(row *sqlite.Stmt) error {
		ev, err := p.scan.event(row, 1)
		if err != nil {
			return err
		}
		preview, refused := chat.ParsePreview(ev.Text)
		if refused != nil { // it is damaged, and the messages are not
			return nil
		}
		if m := p.at(chat.Seq(row.ColumnInt64(0))); m != nil {
			m.Previews = append(m.Previews, preview)
		}
		return nil
	}, p.room, first, last)
}

// previewed adds a preview to a message.
func (w *writer) previewed(ev *chat.Event) error {
	p, refused := chat.ParsePreview(ev.Text)
	if refused != nil {
		return fmt.Errorf("%w: %w", errPreview, refused)
	}
	image := ""
	if p.Image != nil {
		image = p.Image.ID
		if err := w.keepFile(p.Image, 0, ev.Target); err != nil {
			return err
		}
	}
	return run(w.conn, `INSERT INTO previews (room, target, url, seq, image, dropped) VALUES (?, ?, ?, ?, ?, 0)`,
		ev.Room, ev.Target, p.URL, ev.Seq, image)
}

// preview is a row of the read model.
type preview struct {
	url          string
	seq, dropped chat.Seq
	image        string
}

// previewsOf returns the previews of a message.
func (w *writer) previewsOf(room chat.RoomID, target chat.Seq) (all []preview, err error) {
	err = each(w.conn, queryPreviewsOf, func(row *sqlite.Stmt) error {
		all = append(all, preview{
			url: row.ColumnText(0), seq: chat.Seq(row.ColumnInt64(1)), image: row.ColumnText(2), dropped: chat.Seq(row.ColumnInt64(3)),
		})
		return nil
	}, room, target)
	return all, err
}

// previewDropped erases a preview. That it was dropped is kept.
func (w *writer) previewDropped(ev *chat.Event) error {
	all, err := w.previewsOf(ev.Room, ev.Target)
	for i := range all {
		if err == nil && all[i].url == ev.Text {
			err = w.erasePreview(&all[i])
		}
	}
	if err != nil {
		return err
	}
	return run(w.conn, `UPDATE previews SET dropped = ?, image = '' WHERE room = ? AND target = ? AND url = ?`,
		ev.Seq, ev.Room, ev.Target, ev.Text)
}

// unlinked erases the previews of what is not in a message any more that was
// edited.
func (w *writer) unlinked(ev *chat.Event) error {
	all, err := w.previewsOf(ev.Room, ev.Target)
	if err != nil {
		return err
	}
	for i := range all {
		p := &all[i]
		if p.dropped != 0 || chat.Links(ev.Text, p.url) {
			continue
		}
		if err := w.erasePreview(p); err != nil {
			return err
		}
		if err := run(w.conn, `DELETE FROM previews WHERE room = ? AND target = ? AND url = ?`, ev.Room, ev.Target, p.url); err != nil {
			return err
		}
	}
	return nil
}

// erasePreview erases what is at the other end of a link, and forgets its picture.
func (w *writer) erasePreview(p *preview) error {
	w.erased = true
	if p.image != "" {
		if err := run(w.conn, `DELETE FROM files WHERE id = ?`, p.image); err != nil {
			return err
		}
	}
	_, err := w.erase(p.seq)
	return err
}

// forgetPreviews erases all that tells which links were in a message.
func (w *writer) forgetPreviews(room chat.RoomID, target chat.Seq) error {
	all, err := w.previewsOf(room, target)
	if err != nil {
		return err
	}
	for i := range all {
		if err := w.erasePreview(&all[i]); err != nil {
			return err
		}
		if all[i].dropped == 0 {
			continue
		}
		if _, err := w.erase(all[i].dropped); err != nil {
			return err
		}
	}
	return run(w.conn, `DELETE FROM previews WHERE room = ? AND target = ?`, room, target)
}
