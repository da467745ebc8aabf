// Package commitlog puts commands in one order.
//
// A [Log] takes commands from any number of goroutines and hands them, in
// batches, to one follower. [Local] is the log of a server that stands alone:
// it only gathers; what the follower commits is what survives. A log that
// outgrows one machine keeps the commands itself, and every node follows it.
// Both pass the suite in package logtest.
//
// While the follower works on one batch the next one fills. So commands share
// a commit as soon as there are several of them, without a timer, and a lone
// command waits for nobody. The package starts no goroutines.
package commitlog

import (
	"context"
	"errors"

	"hubbub/internal/chat"
)

// ErrClosed is what Append returns once the log takes no more commands.
var ErrClosed = errors.New("the log is closed")

// Log is the order of everything.
type Log interface {
	// Append adds a command to the current batch. It blocks while the batch is
	// full, until ctx ends. The command must not change afterwards. Two calls
	// of which the second began after the first had returned are in that order.
	// That Append returned nil does not mean that the command is durable: the
	// follower's commit does.
	Append(ctx context.Context, c *chat.Command) error

	// Follow hands over every batch after the given position, in order, one at
	// a time, until Close and the end of what was appended before it (then it
	// returns nil), until ctx ends, or until commit fails; it returns that
	// error. There is one follower.
	Follow(ctx context.Context, after uint64, commit func(Batch) error) error

	// Close stops the log taking commands: Append returns ErrClosed. Follow
	// still hands over what was taken.
	Close()
}

// Batch is what is committed at once. It is valid until commit returns: then
// its Commands may be filled anew, though the commands themselves stay as they
// are.
type Batch struct {
	// Position of the batch in the log: greater than every earlier one, and
	// kept by the follower in the transaction that the batch becomes, so that
	// following again from there is harmless.
	Position uint64
	Commands []*chat.Command
}
