package hub

import (
	"context"
	"errors"
	"maps"
	"slices"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
)

// proposal is a command on its way through the log, and who waits for it.
type proposal struct {
	session *Session          // that proposed it; nil if the hub did
	tag     any               // of a session's Send; comes back with the answer
	nth     uint32            // which of the session's Sends it is, if it tracks
	done    chan chat.Outcome // of a Do: receives the one outcome; never closed
	resume  chat.Seq          // of an Arrive: read on from here instead of now
}

// propose stamps a command and gives it to the log. Whoever called it learns
// the outcome as the proposal says, if and only if the error is nil.
func (h *Hub) propose(ctx context.Context, c *chat.Command, p *proposal) *chat.Error {
	c.Time = h.now()
	c.ID = chat.CommandID{Node: h.node, N: h.commands.Add(1)}
	h.mu.Lock()
	h.waiting[c.ID.N] = p
	h.mu.Unlock()
	err := h.log.Append(ctx, c)
	if err == nil {
		return nil
	}
	h.mu.Lock()
	waits := h.waiting[c.ID.N] == p
	delete(h.waiting, c.ID.N)
	h.mu.Unlock()
	if !waits { // abandoned meanwhile, and so answered
		return nil
	}
	if errors.Is(err, commitlog.ErrClosed) {
		return errStopping()
	}
	return &chat.Error{Code: chat.Unavailable, Text: "The server could not take this now; nothing was sent.", Cause: err}
}

func errStopping() *chat.Error {
	return chat.Errorf(chat.Unavailable, "The server is stopping; nothing was sent.")
}

// errUnknown is for those whose command was being committed when the disk
// failed: the truth is on the disk and nobody knows it.
func errUnknown(cause error) *chat.Error {
	return &chat.Error{
		Code:  chat.Unavailable,
		Text:  "The server could not finish writing; whether this was saved will show when it is back.",
		Cause: cause,
	}
}

// do proposes a command of the hub's own and waits for the outcome.
func (h *Hub) do(ctx context.Context, c chat.Command) chat.Outcome {
	return h.await(ctx, &c, &proposal{})
}

func (h *Hub) await(ctx context.Context, c *chat.Command, p *proposal) chat.Outcome {
	p.done = make(chan chat.Outcome, 1)
	if err := h.propose(ctx, c, p); err != nil {
		return chat.Outcome{Err: err}
	}
	select {
	case out := <-p.done:
		return out
	case <-ctx.Done():
		return chat.Outcome{Err: errUnknown(context.Cause(ctx))}
	}
}

// claim takes the proposals of a decided batch off the waiting list, in order;
// nil for another node's.
func (h *Hub) claim(commands []*chat.Command, to []*proposal) []*proposal {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range commands {
		var p *proposal
		if c.ID.Node == h.node {
			p = h.waiting[c.ID.N]
			delete(h.waiting, c.ID.N)
		}
		to = append(to, p)
	}
	return to
}

// abandon tells everybody who still waits, in the order of their proposals, that
// no outcome will come.
func (h *Hub) abandon(cause error) {
	h.mu.Lock()
	waiting := h.waiting
	h.waiting = map[uint64]*proposal{}
	h.mu.Unlock()
	for _, n := range slices.Sorted(maps.Keys(waiting)) {
		if p := waiting[n]; p.answer(chat.Outcome{Err: errUnknown(cause)}) {
			p.session.peer.Wake()
		}
	}
}

// answer hands the outcome to whoever proposed, and reports whether that is a
// session which now needs waking.
func (p *proposal) answer(out chat.Outcome) bool {
	if p.done != nil {
		p.done <- out
		return false
	}
	return p.session != nil && p.session.answered(p, out)
}
