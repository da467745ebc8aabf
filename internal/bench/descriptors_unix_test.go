//go:build unix

package bench

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestTooManyClientsAreRefusedWithTheLimit(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if uint64(limit.Max) > 1<<40 {
		t.Skip("this system sets no limit")
	}
	err := allowDescriptors(int(limit.Max))
	if err == nil || !strings.Contains(err.Error(), "ulimit -Hn") {
		t.Errorf("error is %v", err)
	}
	if err := allowDescriptors(int(limit.Max) - spareDescriptors); err != nil {
		t.Errorf("as many as the limit allows: %v", err)
	}
}
