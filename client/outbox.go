package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"hubbub/api"
)

// Command is what was submitted, a line or an [api.Command], on its way to the
// server and back.
type Command struct {
	Line  string      // as submitted to a [Client]
	Asked api.Command // as submitted to a [Live], with its id

	id     string        // as submitted
	wire   string        // the id on the wire; changed only between connections, see outbox.rewind
	tried  bool          // it may have reached the server; guarded by outbox.mu
	done   chan struct{} // closed once the following are set
	answer api.Message
	err    error
}

// ID returns the client id. The event that a message becomes carries it as
// Client.
func (c *Command) ID() string { return c.id }

// Done is closed when the command has been answered, or never will be.
func (c *Command) Done() <-chan struct{} { return c.done }

// Answer returns the server's ack or reply, or why there is none: a [*Refused],
// [ErrNotSent] or [ErrUnanswered]. It waits until Done is closed.
func (c *Command) Answer() (api.Message, error) {
	<-c.done
	return c.answer, c.err
}

// joins reports whether it goes into a room.
func (c *Command) joins() bool {
	verb, _ := split(c.Line)
	return verb == "join" || c.Asked.Op == api.OpJoin
}

// outbox holds the commands that are not answered, in the order in which they
// were submitted. It is what the two directions share: submitters add, the
// sending goroutine takes what may be sent, the receiving one removes what is
// answered. The first sent of the queue are on the wire of the connection that
// there is; they are a prefix, since there is one sender and it keeps the order.
type outbox struct {
	window int           // the most that may be on the wire
	limit  int           // the most that are held
	wake   chan struct{} // capacity 1: there may be something to send

	mu    sync.Mutex // guards the following, and Command.tried; never held across I/O
	queue []*Command
	sent  int
	wary  bool          // the server could take nothing when it was asked last: one is sent, to see
	freed chan struct{} // closed when the queue gets shorter or ends; nil while nobody waits
	ended error         // why nothing is taken any more; nil while it is
}

func (o *outbox) init(window, limit int) {
	o.window, o.limit, o.wake = window, limit, make(chan struct{}, 1)
}

// add appends a command; it waits while the outbox is full.
func (o *outbox) add(ctx context.Context, cmd *Command) error {
	for {
		ok, err := o.tryAdd(cmd)
		if ok || err != nil {
			return err
		}
		select {
		case <-o.shorter():
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrNotSent, context.Cause(ctx))
		}
	}
}

func (o *outbox) tryAdd(cmd *Command) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.ended != nil:
		return false, fmt.Errorf("%w: %w", ErrNotSent, o.ended)
	case len(o.queue) >= o.limit:
		return false, nil
	}
	o.queue = append(o.queue, cmd)
	o.lookAgain()
	return true, nil
}

// lookAgain wakes the sender. If it has been told already and has not looked
// yet, once is enough.
func (o *outbox) lookAgain() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// shorter returns a channel that is closed when there is room, perhaps already.
func (o *outbox) shorter() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.freed == nil {
		o.freed = make(chan struct{})
		if len(o.queue) < o.limit || o.ended != nil {
			o.free()
			return closedChannel()
		}
	}
	return o.freed
}

func closedChannel() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// free lets those who wait look again. o.mu must be held.
func (o *outbox) free() {
	if o.freed != nil {
		close(o.freed)
		o.freed = nil
	}
}

// take returns what is to be sent next, as much as the window allows, and
// counts it as sent.
func (o *outbox) take() []*Command {
	o.mu.Lock()
	defer o.mu.Unlock()
	end := min(len(o.queue), o.window)
	if o.wary {
		end = min(end, 1)
	}
	if end <= o.sent {
		return nil
	}
	batch := slices.Clone(o.queue[o.sent:end])
	for _, cmd := range batch {
		cmd.tried = true
	}
	o.sent = end
	return batch
}

// turnedAway notes that the server can take nothing for now. Then the first command goes
// alone, on this connection and those after it, until it is answered: all of them again
// on each attempt would only be more work for a server that has trouble.
func (o *outbox) turnedAway() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wary = true
}

// find returns the command that was sent under an id, or nil: it has been
// answered before, or was never ours.
func (o *outbox) find(id string) *Command {
	o.mu.Lock()
	defer o.mu.Unlock()
	if i := o.index(id); i >= 0 {
		return o.queue[i]
	}
	return nil
}

// index returns where a command that was sent is in the queue, or -1. o.mu must
// be held. Answers come in the order of the commands, so it is nearly always
// the first.
func (o *outbox) index(id string) int {
	return slices.IndexFunc(o.queue[:o.sent], func(cmd *Command) bool { return cmd.wire == id })
}

// finish removes a command that was sent and ends it with its answer.
func (o *outbox) finish(cmd *Command, answer *api.Message, err error) {
	o.mu.Lock()
	if i := o.index(cmd.wire); i >= 0 {
		o.queue = slices.Delete(o.queue, i, i+1)
		o.sent--
		o.wary = false
		o.free()
		o.lookAgain()
	}
	o.mu.Unlock()
	cmd.answer, cmd.err = *answer, err
	close(cmd.done)
}

// rewind prepares for a new connection: on it nothing has been sent. What is
// done once for each client id keeps its id. Joining is not: the server may have
// let us go in the meantime, and then an id that it knows would bring us nowhere.
// Joining twice does no harm, so it gets a new id.
func (o *outbox) rewind(newID func() string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = 0
	for _, cmd := range o.queue {
		if cmd.tried && cmd.joins() {
			cmd.wire = newID()
		}
	}
	o.lookAgain()
}

// quitting reports whether nothing is left but a /quit that was sent. Then a
// lost connection is what was wanted.
func (o *outbox) quitting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 || o.sent == 0 {
		return false
	}
	return leaves(o.queue[0].Line)
}

func (o *outbox) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue)
}

// fail ends everything that is held, because of err.
func (o *outbox) fail(err error) {
	o.endThose(err, func(*Command) bool { return true })
}

// disown ends what may have reached the server when we were somebody else to it: the
// ids are unique for each author, so it would be done once more. Joining twice does no
// harm. It is called before anything is sent on a connection.
func (o *outbox) disown() {
	o.endThose(errAnother, func(cmd *Command) bool { return cmd.tried && !cmd.joins() })
}

// misdirected ends what names a room or a message by its number in another log: there
// the number may be a room's that others read.
func (o *outbox) misdirected() {
	o.endThose(errOtherLog, func(cmd *Command) bool { return cmd.Asked.Room != 0 || cmd.Asked.Target != 0 })
}

// Why commands are not sent again.
var (
	errAnother  = errors.New("to the server you are somebody else now, so it was not sent again")
	errOtherLog = errors.New("the server's log is another now, where its numbers mean something else")
)

// endThose ends the commands for which ok holds, because of err. What is left counts
// as not sent on this connection.
func (o *outbox) endThose(err error, ok func(*Command) bool) {
	var ended []*Command
	o.mu.Lock()
	o.queue = slices.DeleteFunc(o.queue, func(cmd *Command) bool {
		if !ok(cmd) {
			return false
		}
		ended = append(ended, cmd)
		return true
	})
	o.sent = 0
	o.free()
	o.mu.Unlock()
	for _, cmd := range ended {
		why := ErrNotSent
		if cmd.tried {
			why = ErrUnanswered
		}
		cmd.err = fmt.Errorf("%w (%w)", why, err)
		close(cmd.done)
	}
}

// close fails everything, and everything that comes later.
func (o *outbox) close(err error) {
	o.mu.Lock()
	o.ended = err
	o.mu.Unlock()
	o.fail(err)
}

// all returns what is held.
func (o *outbox) all() []*Command {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.queue)
}
