//go:build !linux

package bench

import "errors"

var errNoUsage = errors.New("they are read on Linux only")

// readUsage knows no cheap way here to ask for another process's CPU time.
func readUsage(int) (usage, error) { return usage{}, errNoUsage }

// onMemory reports whether the directory's file system keeps nothing on disk;
// here that is not known.
func onMemory(string) bool { return false }
