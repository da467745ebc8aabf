package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// File is a file that a message has, or the picture of somebody.
type File struct {
	chat.File
	By      chat.UserID // who sent it; 0 for the picture of a link
	Message chat.Seq    // or the event that set the picture
}

// The queries of files. Each but the sum finds one row, or those of one message.
const (
	queryFile      = `SELECT id, hash, name, type, size, width, height, user, seq FROM files WHERE id = ?`
	queryHash      = `SELECT 1 FROM files WHERE hash = ? LIMIT 1`
	queryFileBytes = `SELECT sum(size) FROM files WHERE user = ?`
	queryNoFiles   = `DELETE FROM files WHERE seq = ?`
)

// File returns the file of that id, and false if no message has it and it is nobody's
// picture, or not any more.
func (s *Store) File(ctx context.Context, id string) (f File, ok bool, err error) {
	err = s.read(ctx, "find a file", func(conn *connection) error {
		return each(conn, queryFile, func(row *sqlite.Stmt) error {
			ok = true
			f = File{
				File: chat.File{
					ID: row.ColumnText(0), Hash: row.ColumnText(1), Name: row.ColumnText(2), Type: row.ColumnText(3),
					Size: row.ColumnInt64(4), Width: row.ColumnInt(5), Height: row.ColumnInt(6),
				},
				By: chat.UserID(row.ColumnInt64(7)), Message: chat.Seq(row.ColumnInt64(8)),
			}
			return nil
		}, id)
	})
	return f, ok, err
}

// FileBytes returns how many bytes the files take together that somebody has sent
// and not deleted.
func (s *Store) FileBytes(ctx context.Context, user chat.UserID) (size int64, err error) {
	err = s.read(ctx, "measure files", func(conn *connection) error {
		size, err = number(conn, queryFileBytes, user)
		return err
	})
	return size, err
}

// HashKept reports whether any message, or anybody's picture, has a file of those bytes:
// if none has, they can be removed.
func (s *Store) HashKept(ctx context.Context, hash string) (kept bool, err error) {
	err = s.read(ctx, "look for a file's bytes", func(conn *connection) error {
		n, err := number(conn, queryHash, hash)
		kept = n != 0
		return err
	})
	return kept, err
}

// keepFile adds a file of a message.
func (w *writer) keepFile(f *chat.File, by chat.UserID, seq chat.Seq) error {
	return run(w.conn, `INSERT INTO files (id, hash, name, type, size, width, height, user, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Hash, f.Name, f.Type, f.Size, f.Width, f.Height, by, seq)
}

// forgetFiles removes the files of a message.
func (w *writer) forgetFiles(seq chat.Seq) error {
	return run(w.conn, queryNoFiles, seq)
}
