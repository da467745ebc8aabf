package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"zombiezen.com/go/sqlite"
)

const (
	// scrubAfter is how long erased text stays in the write-ahead log at least,
	// so that several deletions are one piece of work.
	scrubAfter = time.Second
	// scrubPatience is how long emptying it waits for those who read. The
	// applier has to wait for just as long.
	scrubPatience = 20 * time.Millisecond
)

// Run keeps the search index in step with the log, and takes erased text out
// of the write-ahead log. It returns when ctx ends; call it once, and wait for
// it before Close. Without it searches find nothing new; nothing else needs it.
func (s *Store) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	scrubbed := make(chan error, 1)
	go func() { scrubbed <- s.scrubLoop(ctx) }()
	err := s.index.Run(ctx, source{s})
	cancel()
	return errors.Join(err, <-scrubbed)
}

// scrubLoop empties the write-ahead log a moment after something was erased.
func (s *Store) scrubLoop(ctx context.Context) error {
	conn, err := s.connect(filepath.Join(s.dir, dbName), sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	conn.SetBusyTimeout(scrubPatience)
	for {
		select {
		case <-s.erased:
		case <-ctx.Done():
			return s.explain("close", conn.Close())
		}
		if pause(ctx, scrubAfter); ctx.Err() != nil {
			continue // Close will do it
		}
		s.scrub(conn)
	}
}

// scrub moves the write-ahead log into the database and cuts it off. If
// somebody reads it at that moment, or there is no space to move it to, it is
// for later.
func (s *Store) scrub(conn *connection) {
	var busy bool
	err := each(conn, `PRAGMA wal_checkpoint(TRUNCATE)`, func(row *sqlite.Stmt) error {
		busy = row.ColumnBool(0)
		return nil
	})
	switch {
	case err == nil && !busy:
		return
	case err != nil && s.fatal(err):
		s.use.Lock()
		defer s.use.Unlock()
		s.breakDown(fmt.Errorf("store: empty the write-ahead log: %w", err))
		return
	}
	poke(s.erased)
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
