package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// readUsage returns what a process has used so far. The total CPU time comes
// from the process's clock, exact to the nanosecond; only its division into
// user and system time has the resolution of the kernel's tick.
func readUsage(pid int) (usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, fmt.Errorf("bench: read the CPU time of process %d: %w", pid, err)
	}
	u, err := parseStat(stat)
	if err != nil {
		return usage{}, fmt.Errorf("bench: /proc/%d/stat: %w", pid, err)
	}
	var ts unix.Timespec
	// A process's CPU clock has its number, inverted, above three bits that
	// say CPUCLOCK_SCHED (clock_getcpuclockid(3)).
	if unix.ClockGettime(int32(^pid)<<3|2, &ts) == nil {
		u.cpu = time.Duration(ts.Nano())
	}
	return u, nil
}

// parseStat reads user time, system time and resident pages from the text of
// /proc/PID/stat (proc_pid_stat(5)). Fields are counted from the end of the
// command name, which may itself contain spaces and parentheses.
func parseStat(stat []byte) (usage, error) {
	end := bytes.LastIndexByte(stat, ')')
	fields := bytes.Fields(stat[end+1:])
	const state = 3 // the number in proc(5) of the first field here
	if end < 0 || len(fields) <= 24-state {
		return usage{}, fmt.Errorf("too few fields")
	}
	var value [3]int64
	for i, number := range []int{14, 15, 24} {
		v, err := strconv.ParseInt(string(fields[number-state]), 10, 64)
		if err != nil {
			return usage{}, fmt.Errorf("field %d: %w", number, err)
		}
		value[i] = v
	}
	const tick = time.Second / 100 // USER_HZ, the same on every Linux
	u := usage{user: time.Duration(value[0]) * tick, sys: time.Duration(value[1]) * tick, rss: value[2] * int64(os.Getpagesize())}
	u.cpu = u.user + u.sys
	return u, nil
}

// onMemory reports whether the directory's file system keeps nothing on disk,
// so that fsync there costs nothing.
func onMemory(dir string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(dir, &fs) == nil && (fs.Type == unix.TMPFS_MAGIC || fs.Type == unix.RAMFS_MAGIC)
}
