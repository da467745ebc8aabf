//go:build unix

package bench

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// spareDescriptors are those a process needs besides its connections.
const spareDescriptors = 64

// allowDescriptors raises the process's limit of open files so that so many
// connections fit, or says why they don't.
func allowDescriptors(connections int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("bench: read the limit of open files: %w", err)
	}
	need := uint64(connections + spareDescriptors)
	if uint64(limit.Cur) >= need {
		return nil
	}
	if uint64(limit.Max) < need {
		return fmt.Errorf("bench: %d clients need %d open files, in this process and again in the server's, and the system allows a process %d (ulimit -Hn): "+
			"use at most %d clients, or raise the limit (limits.conf, LimitNOFILE=, or ulimit -Hn as root) and start again",
			connections, need, uint64(limit.Max), int64(limit.Max)-spareDescriptors)
	}
	limit.Cur = limit.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("bench: raise the limit of open files to %d: %w", need, err)
	}
	return nil
}
