package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// MaxHits is the largest number of hits that one search returns.
const MaxHits = 100

const (
	defaultHits = 20
	// fewRooms is the number up to which rooms are named in the query, so that
	// only their messages are visited. With more, naming them costs more than
	// looking at each hit's room.
	fewRooms = 32
	// maxVisits bounds the matches that one search looks at, which are more
	// than its hits where rooms are not named. 20,000 take 8 ms.
	maxVisits = 50_000
)

// Request is a search by somebody.
type Request struct {
	Query Query
	// Rooms are all that the asker may read, in any order. Nothing outside
	// them is found, and in: names none but them.
	Rooms []chat.RoomID
	Names Names
	// Before is [Result.Next] of the page before; 0 is the newest.
	Before chat.Seq
	// Limit is the number of hits wanted, at most [MaxHits]; 0 is 20.
	Limit int
}

// Names resolve what a query calls by name, as it was typed. Without User or Room
// nobody is known; SeqAt is needed for dates only.
type Names struct {
	// User finds who has a nick now. If nobody does, from: means the messages
	// that were sent under it.
	User func(nick string) (chat.UserID, bool)
	// Room finds a room by its name with the leading #, or a direct
	// conversation by @ and the other's nick.
	Room func(name string) (chat.RoomID, bool)
	// SeqAt finds the first event at or after t; if there is none, the one to
	// come.
	SeqAt func(ctx context.Context, t chat.Millis) (chat.Seq, error)
	// Reacted returns which of these messages somebody reacts to now; it is
	// needed for has:reaction only.
	Reacted func(ctx context.Context, messages []Match) (map[chat.Seq]bool, error)
}

// Result is a page of hits.
type Result struct {
	// Seqs are the messages found, newest first. There may be fewer than asked
	// for although there are more.
	Seqs []chat.Seq
	// More says that there may be older hits: search again with Before set to
	// Next.
	More bool
	Next chat.Seq
	// IndexedTo is the event up to which the index knows the log, or a little
	// further: what came later is not found yet, or not as it is now.
	IndexedTo chat.Seq
}

// Search returns the newest messages that match. It visits no more than a
// bounded number of entries, in no more than a bounded time: then the page is
// short, and More is set. A query so broad that not even one hit is found in
// that time is refused as Unavailable, and one that names a room which the
// asker can't read as NotFound.
func (ix *Index) Search(ctx context.Context, r Request) (Result, error) {
	f := ix.file.Load()
	res := Result{IndexedTo: chat.Seq(f.position.Load())}
	s, err := ix.plan(ctx, &r)
	if err != nil || len(s.rooms) == 0 || s.low >= s.high {
		return res, err
	}
	timed, cancel := context.WithTimeout(ctx, ix.opts.Budget)
	defer cancel()
	conn, err := f.readers.Take(timed)
	if err == nil {
		defer f.readers.Put(conn)
		err = s.scan(timed, conn, &res)
	}
	switch {
	case err == nil:
		return res, nil
	case ctx.Err() != nil:
		return res, fmt.Errorf("search: %w", context.Cause(ctx))
	case timed.Err() == nil:
		return res, ix.refusal(err)
	case conn == nil:
		return res, chat.Errorf(chat.Unavailable, "Too many people are searching just now; try again in a moment.")
	case res.Next == 0:
		return res, chat.Errorf(chat.Unavailable, "That search takes too long: add a word, type more before a star, or narrow it with in:, from: or after:.")
	}
	res.More = true
	return res, nil
}

// refusal makes an error of SQLite's one for the asker, and has damage mended.
// While the file is being swapped or closed, searches fail without any damage.
func (ix *Index) refusal(err error) error {
	ix.noteDamage(err)
	return &chat.Error{Code: chat.Unavailable, Text: "The search index can't be read just now; try again in a moment.",
		Cause: fmt.Errorf("search: query: %w", err)}
}

// scan is a search made ready: what to ask FTS5, and what to keep of the answer.
type scan struct {
	match     string
	low, high chat.Seq // low <= hit < high
	rooms     map[chat.RoomID]bool
	limit     int
	visits    int // the most matches to look at

	reacted, unreacted bool // whether somebody must have reacted, or nobody may
	reactions          func(ctx context.Context, messages []Match) (map[chat.Seq]bool, error)
}

// plan resolves names and dates, and narrows the rooms to those that are asked
// for and may be read.
func (ix *Index) plan(ctx context.Context, r *Request) (*scan, error) {
	s := &scan{high: math.MaxInt64, limit: min(cmp.Or(max(r.Limit, 0), defaultHits), MaxHits), visits: ix.opts.visits, reactions: r.Names.Reacted}
	if err := s.scope(r); err != nil {
		return nil, err
	}
	if err := s.bounds(ctx, r); err != nil {
		return nil, err
	}
	var e expression
	for _, t := range r.Query.Terms {
		e.term(t, ix.opts.Substrings)
	}
	e.tags(false, authors(r.Query.From, r.Names.User))
	e.tags(true, authors(r.Query.NotFrom, r.Names.User))
	s.reacted, s.unreacted = e.traits(&r.Query)
	if len(s.rooms) <= fewRooms {
		e.tags(false, roomTags(s.rooms))
	}
	if len(e.all) == 0 && len(s.rooms) > 0 {
		return nil, chat.Errorf(chat.Invalid, "A search needs a word, from: or in:, among so many rooms.")
	}
	s.match = e.String()
	return s, nil
}

// scope sets the rooms to search in.
func (s *scan) scope(r *Request) error {
	allowed := make(map[chat.RoomID]bool, len(r.Rooms))
	for _, room := range r.Rooms {
		allowed[room] = true
	}
	in, err := resolveRooms(r.Query.In, allowed, r.Names.Room)
	if err != nil {
		return err
	}
	out, err := resolveRooms(r.Query.NotIn, allowed, r.Names.Room)
	if err != nil {
		return err
	}
	s.rooms = pick(len(r.Query.In) > 0, in, allowed)
	for room := range out {
		delete(s.rooms, room)
	}
	return nil
}

// resolveRooms finds rooms by name. A room that the asker can't read is answered
// as one that does not exist.
func resolveRooms(names []string, allowed map[chat.RoomID]bool, find func(string) (chat.RoomID, bool)) (map[chat.RoomID]bool, error) {
	rooms := make(map[chat.RoomID]bool, len(names))
	for _, name := range names {
		var id chat.RoomID
		if find != nil {
			id, _ = find(name)
		}
		if !allowed[id] {
			return nil, chat.Errorf(chat.NotFound, "There is no room %s that you can search.", name)
		}
		rooms[id] = true
	}
	return rooms, nil
}

// bounds sets the range of events from the cursor and the dates.
func (s *scan) bounds(ctx context.Context, r *Request) (err error) {
	if r.Before != 0 {
		s.high = min(s.high, r.Before)
	}
	if r.Query.After != 0 {
		if s.low, err = r.Names.SeqAt(ctx, r.Query.After); err != nil {
			return fmt.Errorf("search: find the first event of a time: %w", err)
		}
	}
	if r.Query.Before != 0 {
		end, err := r.Names.SeqAt(ctx, r.Query.Before)
		if err != nil {
			return fmt.Errorf("search: find the first event of a time: %w", err)
		}
		s.high = min(s.high, end)
	}
	return nil
}

// authors returns the tags of people: by id if somebody has the nick now, so
// that they are found under any nick they had, else by the nick.
func authors(nicks []string, find func(string) (chat.UserID, bool)) []string {
	var tags []string
	for _, nick := range nicks {
		tag := nickTag(nick)
		if find != nil {
			if id, ok := find(nick); ok {
				tag = userTag(id)
			}
		}
		tags = append(tags, tag)
	}
	return tags
}

func roomTags(rooms map[chat.RoomID]bool) []string {
	var tags []string
	for room := range rooms {
		tags = append(tags, roomTag(room))
	}
	slices.Sort(tags)
	return tags
}

// scan walks the matches from new to old and fills res. The join brings the room
// of each, which is checked whether or not the query names rooms: nothing that
// FTS5 makes of the query can show a message of another room.
func (s *scan) scan(ctx context.Context, conn *sqlite.Conn, res *Result) (err error) {
	stmt, err := conn.Prepare(`SELECT words.rowid, message.room FROM words CROSS JOIN message ON message.seq = words.rowid
		WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? ORDER BY words.rowid DESC`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stmt.Reset()) }()
	stmt.BindText(1, s.match)
	stmt.BindInt64(2, int64(s.low))
	stmt.BindInt64(3, int64(s.high))
	p := page{scan: s, res: res}
	for visits := 0; ; visits++ {
		row, err := stmt.Step()
		if err != nil {
			return err
		}
		if !row || visits == s.visits {
			err := p.lookUp(ctx)
			res.More = res.More || row
			return err
		}
		m := Match{Seq: chat.Seq(stmt.ColumnInt64(0)), Room: chat.RoomID(stmt.ColumnInt64(1))}
		if err := p.visit(ctx, m); err != nil || res.More {
			return err
		}
	}
}
