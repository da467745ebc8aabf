package search

import (
	"context"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// FTS5 marks a deleted message, and leaves its words where they are until it merges
// the segment that they are in: somebody with the file could put the message together
// again. FTS5's own secure-delete does nothing in a table that keeps no text, as it
// has to be told the words. So once something was deleted all segments are merged into
// one, a few pages at a time, which leaves the words out; pages that become free are
// overwritten (secure_delete), and then the write-ahead log is emptied.

const (
	sweepPages = 64          // of the index, 4 kB each, that one step merges
	sweepAfter = time.Second // of a deletion, so that several are one piece of work
	sweepShare = 100         // a sweep takes no more than this part of the time
)

// The values of state.erased.
const (
	swept    = iota // no words of deleted messages are in the file
	littered        // some are, or may be
	sweeping        // those from before a sweep, which is under way
)

// sweeper takes the words of deleted messages out of the file. It belongs to Run.
type sweeper struct {
	file   *file // that is being swept; nil if none is
	merged bool  // only the write-ahead log has still to be emptied
	work   time.Duration
	wanted bool      // something was deleted since the last one began
	next   time.Time // before which nothing is done
}

// due returns when there is something to be done; false for never, as it is now.
func (s *sweeper) due(f *file) (time.Time, bool) {
	if s.file == f {
		return s.next, true
	}
	s.file, s.merged, s.work = nil, false, 0 // none is under way, or the file was made anew
	if f.erased.Load() == swept {
		return time.Time{}, false
	}
	if after := time.Now().Add(sweepAfter); !s.wanted {
		s.wanted = true
		s.next = later(s.next, after)
	}
	return s.next, true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// step does what is due, a little of it.
func (s *sweeper) step(ctx context.Context, ix *Index) error {
	f := ix.file.Load()
	if at, ok := s.due(f); !ok || time.Now().Before(at) {
		return nil
	}
	f.writer.SetInterrupt(ctx.Done())
	defer f.writer.SetInterrupt(nil)
	begun := time.Now()
	err := s.sweep(f)
	s.work += time.Since(begun)
	if err != nil {
		ix.noteDamage(err)
		return fmt.Errorf("search: take the words of deleted messages out of the index: %w", err)
	}
	return nil
}

func (s *sweeper) sweep(f *file) error {
	switch {
	case s.file == nil:
		if err := f.setErased(sweeping); err != nil {
			return err
		}
		s.file, s.wanted = f, false
		return s.merge(-sweepPages) // which begins
	case !s.merged:
		return s.merge(sweepPages)
	}
	busy, err := f.count(`PRAGMA wal_checkpoint(TRUNCATE)`)
	if err != nil || busy != 0 { // somebody searches: soon again
		s.next = time.Now().Add(sweepAfter)
		return err
	}
	s.file, s.next = nil, time.Now().Add(max(sweepAfter, sweepShare*s.work))
	if f.erased.Load() == sweeping { // nothing was deleted meanwhile
		return f.setErased(swept)
	}
	return nil
}

// merge merges some pages; less than none begin with all segments that there are.
func (s *sweeper) merge(pages int64) error {
	const changes = `SELECT total_changes()`
	before, err := s.file.count(changes)
	if err != nil {
		return err
	}
	if err := s.file.configure("merge", pages); err != nil {
		return err
	}
	after, err := s.file.count(changes)
	s.merged = after-before < 2 // as FTS5 tells that nothing is left to merge
	return err
}

// setErased keeps whether words of deleted messages are in the file.
func (f *file) setErased(state int32) error {
	if err := run(f.writer, `UPDATE state SET erased = ?`, func(q *sqlite.Stmt) { q.BindInt64(1, int64(state)) }); err != nil {
		return err
	}
	f.erased.Store(state)
	return nil
}
