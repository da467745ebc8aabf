//go:build unix

package files_test

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/files"
)

func TestAFullDiskIsToldFromOtherTrouble(t *testing.T) {
	for errno, full := range map[syscall.Errno]bool{syscall.ENOSPC: true, syscall.EDQUOT: true, syscall.EIO: false} {
		s := open(t, files.Options{})
		_, err := s.Put(context.Background(), failing{&os.PathError{Op: "write", Path: "x", Err: errno}}, "x", 1)
		var refusal *chat.Error
		if errors.Is(err, files.ErrFull) != full || errors.As(err, &refusal) != full || !errors.Is(err, errno) {
			t.Errorf("%v: %v", errno, err)
		}
		if full && refusal.Code != chat.Full {
			t.Errorf("%v: the code is %v", errno, refusal.Code)
		}
	}
}
