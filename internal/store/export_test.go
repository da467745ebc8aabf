package store

import (
	"context"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/chat"
	"hubbub/internal/store/search"
)

// OpenWith is Open with other migrations.
func OpenWith(dir string, o Options, steps []string) (*Store, error) { return open(dir, o, steps) }

// LookAtRepliers is how many replies are looked at for those who are named.
const LookAtRepliers = lookAtRepliers

// Steps are the migrations of this program.
func Steps() []string { return embedded() }

// SeqAt is what before: and after: rest on.
func (s *Store) SeqAt(ctx context.Context, t chat.Millis) (chat.Seq, error) { return s.seqAt(ctx, t) }

// Plan returns what SQLite says it does for a query.
func (s *Store) Plan(query string) (steps []string, err error) {
	s.use.Lock()
	defer s.use.Unlock()
	stmt, _, err := s.writer.conn.PrepareTransient("EXPLAIN QUERY PLAN " + query)
	if err != nil {
		return nil, err
	}
	defer stmt.Finalize()
	for {
		row, err := stmt.Step()
		if err != nil || !row {
			return steps, err
		}
		steps = append(steps, stmt.ColumnText(3))
	}
}

// Exec changes a database behind the store's back.
func Exec(path string, statements ...string) error {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if err := sqlitex.ExecuteTransient(conn, statement, nil); err != nil {
			return err
		}
	}
	return conn.Close()
}

// Gap is a run of events of one stream that a playback does not show.
type Gap struct {
	Stream      int64
	First, Last chat.Seq
}

// Gaps returns all gaps, in the order of streams and positions.
func (s *Store) Gaps(ctx context.Context) (gaps []Gap, err error) {
	err = s.read(ctx, "read gaps", func(conn *connection) error {
		return each(conn, `SELECT stream, first, last FROM gaps ORDER BY stream, first`, func(row *sqlite.Stmt) error {
			gaps = append(gaps, Gap{row.ColumnInt64(0), chat.Seq(row.ColumnInt64(1)), chat.Seq(row.ColumnInt64(2))})
			return nil
		})
	})
	return gaps, err
}

// HoldRead keeps a reader at the present state until release is called.
func (s *Store) HoldRead(ctx context.Context) (release func() error, err error) {
	conn, err := s.readers.take(ctx)
	if err != nil {
		return nil, err
	}
	if err := run(conn, `BEGIN`); err != nil {
		return nil, err
	}
	_, err = lastSeq(conn)
	return func() error { return s.readers.give(conn) }, err
}

// IntegrityCheck reads the whole database.
func (s *Store) IntegrityCheck() (found string, err error) {
	s.use.Lock()
	defer s.use.Unlock()
	err = each(s.writer.conn, `PRAGMA integrity_check`, func(row *sqlite.Stmt) error {
		found += row.ColumnText(0)
		return nil
	})
	return found, err
}

// The queries whose plans matter.
const (
	QueryAmended   = queryAmended
	QueryReactions = queryReactions
	QueryThreads   = queryThreads
	QueryMarker    = queryMarker

	QueryPreviews     = queryPreviews
	QueryPreviewsOf   = queryPreviewsOf
	QueryPreviewFacts = queryPreviewFacts

	QueryReacted   = queryReacted
	QueryFile      = queryFile
	QueryHash      = queryHash
	QueryFileBytes = queryFileBytes
	QueryNoFiles   = queryNoFiles
	QueryNoPicture = queryNoPicture
	QueryLastSaid  = queryLastSaid
	QueryRepliers  = queryRepliers
	QueryReplies   = queryReplies
	QueryEvents    = queryEvents
	QueryUsers     = queryUsers
	QueryRooms     = queryRooms
	QueryEnd       = queryEnd
	QuerySent      = querySent
	QueryReaction  = queryReaction
	QueryTally     = queryTally
	QueryGuest     = queryGuest
	QueryEvent     = queryEvent
	QueryChanges   = queryChanges
	QueryEdits     = queryEdits
	QueryBackward  = queryBackward
	QueryForward   = queryForward
	QueryGapBefore = queryGapBefore
	QueryGapAfter  = queryGapAfter
	QueryBetween   = queryBetween
	QueryLast      = queryLast
	QueryMark      = queryMark

	QueryProperty   = queryProperty
	QueryOwned      = queryOwned
	QueryProperties = queryProperties
	QueryPrivate    = queryPrivate
	QueryPrivates   = queryPrivates

	QueryReactionSeq  = queryReactionSeq
	QueryReactionSeqs = queryReactionSeqs
)

// Changes is what the search index reads of the log.
func (s *Store) Changes(ctx context.Context, after chat.Seq, limit int) ([]search.Document, chat.Seq, error) {
	return source{s}.Changes(ctx, after, limit)
}
