//go:build unix

package files

import (
	"errors"
	"syscall"
)

// isFull reports whether the system says that there is no space.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
