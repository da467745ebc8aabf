// Package logtest is what every [commitlog.Log] has to pass.
//
// The suite has two halves. The first lets many goroutines append to a log
// that is followed at the same time, and then judges what was committed:
// nothing lost or doubled or changed, each appender's commands in its order,
// and a command that was appended after another's Append had returned behind
// that other. It runs on any log. The second looks at moments: what is in a
// batch while another commits, that no time passes before a lone command's
// commit, who waits when a batch is full. It runs in the bubbles of
// testing/synctest, so it needs a log that waits for nothing outside of its
// process.
//
// The suite starts goroutines, and waits for them before a test ends.
package logtest

import (
	"testing"
	"testing/synctest"

	"hubbub/internal/commitlog"
)

// Subject is the log under test.
type Subject struct {
	// Open returns an empty log. What it needs to close it registers with
	// t.Cleanup.
	Open func(t *testing.T) commitlog.Log

	// Reopen returns the log that old was, after its process ended: old is
	// closed and nobody follows it. Nil for a log that keeps nothing itself.
	Reopen func(t *testing.T, old commitlog.Log) commitlog.Log

	// MaxBatch is how many commands without text fill a batch, so that the next
	// Append blocks; 0 if a batch is not bounded.
	MaxBatch int

	// Remote says that the log waits for other processes, so that it can't be
	// watched from within a bubble of testing/synctest.
	Remote bool
}

// test is one of the suite, by the name of what it demands.
type test struct {
	name string
	run  func(*testing.T, Subject)
}

var orderTests = [...]test{
	{"OneAppenderIsInOrder", oneAppender},
	{"ManyAppendersLoseNothing", manyAppenders},
	{"WhatReturnedIsBeforeWhatBeginsLater", returnedBefore},
	{"BatchesComeOneAtATime", oneAtATime},
	{"PositionsIncreaseFromAfter", positions},
	{"CloseDrains", closeDrains},
	{"CloseDrainsWhileAppending", closeWhileAppending},
	{"AppendAfterCloseIsRefused", appendAfterClose},
	{"CommitErrorEndsFollow", commitError},
	{"CancelledFollowEnds", cancelledFollow},
	{"FollowGoesOnWhereItEnded", followAgain},
}

var momentTests = [...]test{
	{"CommandsShareACommit", shareCommit},
	{"LoneCommandWaitsForNoTimer", noTimer},
	{"IdleFollowEndsWithItsContext", idleFollow},
	{"IdleFollowEndsWithClose", idleClose},
}

var boundTests = [...]test{
	{"FullBatchBlocksAppend", fullBlocks},
	{"FullBatchAndCancelledAppend", fullCancelled},
	{"FullBatchAndClose", fullClosed},
	{"AllWhoWaitedGetRoom", fullMany},
}

// Run tests the log.
func Run(t *testing.T, s Subject) {
	for _, test := range orderTests {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
	if s.Reopen != nil {
		t.Run("ReopenedLogHasTheSameCommands", func(t *testing.T) { reopened(t, s) })
	}
	if s.Remote {
		return
	}
	moments := momentTests[:]
	if s.MaxBatch > 0 {
		moments = append(moments, boundTests[:]...)
	}
	for _, test := range moments {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test.run(t, s) })
		})
	}
}
