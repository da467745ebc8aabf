package hubtest

import (
	"context"
	"time"
)

// pause lets others work for a moment before something is tried again.
func pause(ctx context.Context) {
	select {
	case <-time.After(10 * time.Millisecond):
	case <-ctx.Done():
	}
}
