//go:build !linux

package powerloss

import (
	"errors"
	"fmt"
	"runtime"
)

// mount is nothing here: the FS needs Linux's FUSE.
type mount struct{}

func (*mount) start(*FS) error {
	return fmt.Errorf("only Linux has the FUSE it needs, this is %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

func (*mount) stop() error { return nil }
