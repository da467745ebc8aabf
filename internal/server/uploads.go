package server

import (
	"context"
	"io/fs"
	"path/filepath"
	"time"
)

// filesName is where in the data directory the uploads are.
const filesName = "files"

// sweepEvery is how often it is looked for uploads that nobody needs any more.
const sweepEvery = time.Hour

// sweepFiles removes, now and then, uploads whose messages were deleted and those
// that were never said, until ctx ends.
func (s *server) sweepFiles(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		err := s.files.Sweep(ctx, func(hash string) (bool, error) { return s.store.HashKept(ctx, hash) })
		if err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("sweep the uploads", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// disk returns how many bytes the data takes: uploads, and all the rest.
func (s *server) disk() (database, uploads int64) {
	below := filepath.Join(s.cfg.Data, filesName)
	filepath.WalkDir(s.cfg.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // what can't be looked at is not counted
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		if rel, err := filepath.Rel(below, path); err == nil && filepath.IsLocal(rel) {
			uploads += info.Size()
		} else {
			database += info.Size()
		}
		return nil
	})
	return database, uploads
}
