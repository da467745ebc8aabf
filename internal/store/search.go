package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
	"hubbub/internal/store/search"
)

// SearchRequest is a search by somebody.
type SearchRequest struct {
	Text string    // as typed; [search.Parse] says what it may contain
	Now  time.Time // what relative dates count from, in the asker's zone; zero is now, here
	// Rooms are all that the asker may read. Nothing outside them is found.
	Rooms []chat.RoomID
	// User finds who has a nick now, Room finds a room by its name, or a direct
	// conversation by @ and a nick. Both take what was typed.
	User func(nick string) (chat.UserID, bool)
	Room func(name string) (chat.RoomID, bool)
	// Before is SearchResult.Next of the page before; 0 begins with the newest.
	Before chat.Seq
	// Head is the last event in any of Rooms: the index is given a moment to
	// get there, so that what was said just now is found. 0 is the end of the
	// log, for which nobody waits.
	Head  chat.Seq
	Limit int // of messages, at most [search.MaxHits]; 0 is 20
	// Reader is who asks, for what they have reacted with; 0 is nobody.
	Reader chat.UserID
}

// SearchResult is a page of what was found.
type SearchResult struct {
	Messages []Message // newest first
	// More says that there may be older ones: ask again with Before set to Next.
	// A page can be short, or empty, and yet have more.
	More bool
	Next chat.Seq
	// Behind is how many of the newest events the index has not read yet, if
	// some of them may be in the rooms.
	Behind int
}

// indexPatience is how long a search waits for the index to get to the head of
// the rooms: several times what it rests between two batches.
const indexPatience = 200 * time.Millisecond

// Search finds messages by their words. A [chat.Error] says what is wrong with
// the request.
func (s *Store) Search(ctx context.Context, r SearchRequest) (SearchResult, error) {
	if r.Now.IsZero() {
		r.Now = time.Now()
	}
	query, err := search.Parse(r.Text, r.Now)
	if err != nil {
		return SearchResult{}, err
	}
	s.awaitIndex(ctx, r.Head)
	found, err := s.index.Search(ctx, search.Request{
		Query: query, Rooms: r.Rooms, Before: r.Before, Limit: r.Limit,
		Names: search.Names{User: r.User, Room: r.Room, SeqAt: s.seqAt, Reacted: s.reacted},
	})
	if err != nil {
		return SearchResult{}, err
	}
	result := SearchResult{More: found.More, Next: found.Next}
	if end := s.growth.end(); cmp.Or(r.Head, end) > found.IndexedTo {
		result.Behind = int(end - found.IndexedTo)
	}
	err = s.read(ctx, "read what a search found", func(conn *connection) error {
		for _, seq := range found.Seqs {
			m, ok, err := message(conn, seq, r.Reader)
			if err != nil {
				return err
			}
			if ok && !m.Deleted { // deleted since it was indexed
				result.Messages = append(result.Messages, m)
			}
		}
		return nil
	})
	return result, err
}

// Messages are told as JSON, [[room, seq], ...], so that looking up many is one statement.
const queryReacted = `SELECT value ->> 1 FROM json_each(?) WHERE EXISTS (SELECT 1 FROM reactions WHERE room = value ->> 0 AND target = value ->> 1)`

// reacted returns to which of these messages somebody reacts.
func (s *Store) reacted(ctx context.Context, messages []search.Match) (map[chat.Seq]bool, error) {
	pairs := make([]byte, 0, 24*len(messages))
	for i, m := range messages {
		pairs = fmt.Appendf(pairs, "%c[%d,%d]", "[,"[min(i, 1)], m.Room, m.Seq)
	}
	pairs = append(pairs, ']')
	some := map[chat.Seq]bool{}
	err := s.read(ctx, "look for reactions", func(conn *connection) error {
		return each(conn, queryReacted, func(row *sqlite.Stmt) error {
			some[chat.Seq(row.ColumnInt64(0))] = true
			return nil
		}, string(pairs))
	})
	return some, err
}

// awaitIndex gives the index a moment to get to an event. If it does not, the
// search says that it is behind.
func (s *Store) awaitIndex(ctx context.Context, head chat.Seq) {
	if s.index.Position() >= head {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, indexPatience)
	defer cancel()
	_ = s.index.Reached(ctx, head)
}

// openIndex opens the search index, which may have to be made anew.
func (s *Store) openIndex(o Options) (err error) {
	path := filepath.Join(s.dir, searchName)
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil { // so that SQLite doesn't choose the mode
		return unusable(s.dir, err)
	} else if err := f.Close(); err != nil {
		return unusable(s.dir, err)
	}
	s.index, err = search.Open(path, search.Options{
		Epoch: s.epoch, LogEnd: s.growth.end(), Substrings: o.Substrings,
		Readers: cmp.Or(max(o.Readers, 0), defaultReaders), Logger: s.logger,
	})
	return s.explain("open the search index", err)
}

// source is the log as the search index reads it.
type source struct{ store *Store }

const queryChanges = `SELECT seq, stream, record FROM events WHERE seq > ? ORDER BY seq`

// Changes implements [search.Source]. An edit has all that the index keeps of
// the message, but its files: only its author can make one.
func (src source) Changes(ctx context.Context, after chat.Seq, limit int) (docs []search.Document, upTo chat.Seq, err error) {
	upTo = after
	err = src.store.read(ctx, "read changes", func(conn *connection) error {
		var scan scanner
		text := 0
		return each(conn, queryChanges, func(row *sqlite.Stmt) error {
			if limit--; limit < 0 || text >= search.BatchText {
				return errEnough
			}
			ev, err := scan.event(row, 0)
			if err != nil {
				return err
			}
			upTo = ev.Seq
			doc := search.Document{Seq: ev.Seq, Room: ev.Room, By: ev.By, Nick: ev.Nick, Text: ev.Text, Deleted: gone(&ev)}
			files := ev.Files
			switch ev.Kind {
			case chat.Edited:
				doc.Seq, doc.Nick = ev.Target, ev.Whose
				if files, err = filesOf(conn, ev.Target); err != nil {
					return err
				}
			case chat.Deleted:
				doc = search.Document{Seq: ev.Target, Deleted: true}
			case chat.Message, chat.Action, chat.Notice:
			default:
				return nil
			}
			text += len(doc.Text)
			doc.Traits = search.TraitsOf(doc.Text, files)
			docs = append(docs, doc)
			return nil
		}, after)
	})
	return docs, upTo, err
}

// filesOf returns the files of a message.
func filesOf(conn *connection, seq chat.Seq) (files []chat.File, err error) {
	var scan scanner
	err = each(conn, queryEvent, func(row *sqlite.Stmt) error {
		ev, err := scan.event(row, 0)
		files = ev.Files
		return err
	}, seq)
	return files, err
}

// Wait implements [search.Source].
func (src source) Wait(ctx context.Context, after chat.Seq) error {
	return src.store.growth.wait(ctx, after)
}

// seqAt returns the first event at or after a time; if there is none, the one
// to come. Times do not decrease along the log, except where a clock was set
// back by more than a minute: nearby, the answer is one of several.
func (s *Store) seqAt(ctx context.Context, t chat.Millis) (found chat.Seq, err error) {
	err = s.read(ctx, "find the first event of a time", func(conn *connection) error {
		end, err := lastSeq(conn)
		if err != nil {
			return err
		}
		var scan scanner
		low, high := chat.Seq(1), end+1
		for low < high {
			middle := low + (high-low)/2
			at := chat.Millis(math.MaxInt64) // as if after the end
			err := each(conn, queryEvent, func(row *sqlite.Stmt) error {
				ev, err := scan.event(row, 0)
				at = ev.Time
				return err
			}, middle)
			switch {
			case err != nil:
				return err
			case at < t:
				low = middle + 1
			default:
				high = middle
			}
		}
		found = low
		return nil
	})
	return found, err
}
