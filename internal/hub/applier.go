package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/store"
)

// applier decides, commits and publishes batches. Everything in it is owned by
// the goroutine of [Hub.Run] (by [New], before).
type applier struct {
	hub      *Hub
	state    *chat.State
	position uint64                                           // of the last batch committed
	tails    tails                                            // shared with [Hub.Tidy]
	write    func(position uint64, events []chat.Event) error // the store's Commit, but for a test that delays or fails it

	fullSince time.Time // of the last attempt that found the disk full; zero if it is not

	// Scratch, kept from batch to batch.
	needs     []chat.Need
	events    []chat.Event
	outcomes  []decided
	proposals []*proposal
	rooms     []*room // of each event
	touched   []*room // each once
	wakes     wakes

	expulsions []expulsion // of the batch, in the order of their events
}

// decided is the outcome of one command and where its events are.
type decided struct {
	chat.Outcome
	first, end int // its events, as indices into the batch's
}

// keptEvents is for how many events memory is kept from batch to batch.
const keptEvents = 512

// fullPause is how long a full disk is left alone between two attempts.
const fullPause = time.Second

// load reads the state from the store, as at every start, and publishes it.
func (a *applier) load(ctx context.Context, h *Hub) error {
	a.hub, a.write, a.tails.entries = h, h.store.Commit, tailEntries
	snap, position, err := h.store.Load(ctx)
	if err != nil {
		return fmt.Errorf("hub: load: %w", err)
	}
	a.state, a.position = chat.Restore(snap), position
	for i := range snap.Users {
		u := &snap.Users[i]
		h.people[u.ID] = &person{id: u.ID, nick: u.Nick, role: u.Role, keyed: !u.Key.IsZero(), rooms: u.Rooms}
		h.people[u.ID].tell(h.people[u.ID].reason())
		h.dir.rename(u.ID, "", u.Nick)
		h.dir.add(u.ID.Inbox(), true, u.Inbox)
	}
	for i := range snap.Rooms {
		info, _ := a.state.Room(snap.Rooms[i].ID)
		r := h.dir.add(info.ID, false, info.Last)
		r.publish(&info)
		h.dir.call(r, info.Name)
	}
	h.bans.Store(&snap.Bans)
	h.horizon.Store(uint64(snap.Seq))
	return nil
}

// commit takes one batch through steps 6 to 8 of the path of a message.
func (a *applier) commit(b commitlog.Batch) error {
	h := a.hub
	a.proposals = h.claim(b.Commands, a.proposals[:0])
	defer a.forget()
	if a.pausing() {
		a.refuseAll()
		return nil
	}
	err := a.decide(b)
	if err == nil && len(a.events) > 0 {
		err = a.write(b.Position, a.events)
	}
	switch {
	case errors.Is(err, store.ErrFull):
		return a.full(err)
	case err != nil:
		for _, p := range a.proposals {
			if p != nil && p.answer(chat.Outcome{Err: errUnknown(err)}) {
				p.session.peer.Wake()
			}
		}
		return err
	}
	if !a.fullSince.IsZero() {
		a.fullSince = time.Time{}
		h.logger.Info("the disk has space again: writing goes on")
	}
	a.position = b.Position
	a.publish()
	return nil
}

// decide has the state decide every command of the batch.
func (a *applier) decide(b commitlog.Batch) error {
	a.needs = a.needs[:0]
	for _, c := range b.Commands {
		if need := c.Needs(); !need.IsZero() {
			a.needs = append(a.needs, need)
		}
	}
	facts, err := a.hub.store.Facts(context.Background(), a.needs)
	if err != nil {
		return fmt.Errorf("look up facts: %w", err)
	}
	a.events, a.outcomes = a.events[:0], a.outcomes[:0]
	for _, c := range b.Commands {
		first := len(a.events)
		var out chat.Outcome
		a.events, out = a.state.Apply(c, facts, a.events)
		a.outcomes = append(a.outcomes, decided{out, first, len(a.events)})
	}
	return nil
}

// forget lets go of what the batch referred to.
func (a *applier) forget() {
	clear(a.proposals)
	clear(a.events)
	if cap(a.events) > keptEvents {
		a.events, a.outcomes = nil, nil
	}
	clear(a.touched)
	clear(a.rooms)
	a.expulsions = nil
}

// full deals with a disk that has no space left for the batch. The transaction
// is undone, so nothing of the batch has happened; the state, which is ahead of
// it now, is read anew, as at every start. Reading goes on; writing is tried
// again when there is something to write.
func (a *applier) full(cause error) error {
	if a.fullSince.IsZero() {
		a.hub.logger.Error("the disk is full: messages are refused until there is space", "cause", cause)
	}
	a.fullSince = time.Now()
	snap, position, err := a.hub.store.Load(context.Background())
	if err != nil {
		return fmt.Errorf("reload after a full disk: %w", err)
	}
	a.state, a.position = chat.Restore(snap), position
	a.refuseAll()
	return nil
}

// pausing reports whether the disk was found full a moment ago.
func (a *applier) pausing() bool {
	return !a.fullSince.IsZero() && time.Since(a.fullSince) < fullPause
}

func (a *applier) refuseAll() {
	out := chat.Outcome{Err: chat.Errorf(chat.Full, "The server's disk is full, so nothing can be written; reading works. Nothing was sent: try again later.")}
	for _, p := range a.proposals {
		if p != nil && p.answer(out) {
			p.session.peer.Wake()
		}
	}
}
