package bench

import (
	"context"
	"fmt"
	"os"
	"time"
)

// fsyncRecord is how much the probe appends before each fsync, in bytes.
const fsyncRecord = 256

// probeFsync measures the disk under dir for about d: it appends a small record
// to a file of its own, makes it durable, and again. What a server can
// acknowledge on that disk cannot be faster.
func probeFsync(ctx context.Context, dir string, d time.Duration, h *histogram) (err error) {
	f, err := os.CreateTemp(dir, "bench-fsync-")
	if err != nil {
		return fmt.Errorf("bench: probe the disk: %w", err)
	}
	defer func() {
		f.Close()
		if e := os.Remove(f.Name()); err == nil && e != nil {
			err = fmt.Errorf("bench: probe the disk: %w", e)
		}
	}()
	record := padding(fsyncRecord)
	for end := time.Now().Add(d); time.Now().Before(end) && ctx.Err() == nil; {
		begin := time.Now()
		if _, err := f.Write(record); err != nil {
			return fmt.Errorf("bench: probe the disk: %w", err)
		}
		if err := f.Sync(); err != nil {
			return fmt.Errorf("bench: probe the disk: %w", err)
		}
		h.record(int64(time.Since(begin)))
	}
	return nil
}
