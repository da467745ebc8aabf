// Package hub is the running core: it applies the log, keeps each room's newest
// events at hand, and lets any number of sessions read on from where they are.
//
// The main types are the [Hub], of which there is one; the [Session], one for
// each connection, by which a gateway proposes commands and reads what happens;
// and the [Entry], what one batch brought to one room, with the bytes of each
// dialect, encoded by the first reader that needs them and shared by all.
//
// One goroutine, the applier, runs in [Hub.Run]: it takes a batch from the log,
// has the state decide it, has the store commit it, and only then publishes. So
// nothing is seen, and nobody is told "sent", before it is on the disk.
//
// A session is a set of cursors, one for each of its rooms. A cursor is just a
// position: what comes after it is found in the room's tail, or, if the reader
// has lagged behind the tail, in the store; nobody above can tell which. So a
// slow reader costs a fixed amount of memory and delays nobody. A session sees
// the events of all its rooms merged in one order, each exactly once; wherever
// it stops, one [chat.Seq] says where to go on.
//
// The applier calls [Peer.Wake] of each session that something has happened
// for, at most once until the session has looked; it never writes to anybody.
package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/store"
)

// Config is what a hub is made of.
type Config struct {
	Log      commitlog.Log
	Store    *store.Store
	Encoders []Encoder           // by [Dialect]
	Bundlers map[Dialect]Bundler // of the dialects that have one
	Limits   Limits
	Policy   Policy
	Logger   *slog.Logger
}

// Hub is the core of a server. Its methods may be called from any goroutine.
type Hub struct {
	log       commitlog.Log
	store     *store.Store
	encoders  []Encoder
	bundlers  []Bundler // by Dialect; nil where there is none
	limits    Limits
	policy    Policy
	bans      atomic.Pointer[[]chat.BanInfo] // from the server; what it points to never changes
	logger    *slog.Logger
	node      uint64        // random, for [chat.CommandID] and the guests that are ours
	commands  atomic.Uint64 // numbers this node's commands
	signals   atomic.Uint64 // and signals
	horizon   atomic.Uint64 // everything up to this Seq is published in all rooms
	roles     atomic.Uint64 // how many changes of anybody's role there have been; see Session.Roles
	pages     pages
	admitted  admissions
	dir       directory
	gone      bygones
	watches   watches
	onlookers onlookers
	beacon    beacon
	applier   applier

	departures sync.WaitGroup // guests who are waited for, or are being let go

	presence sync.Mutex   // held while it is told that somebody is away or back, so that what is told last is so; before mu
	away     atomic.Int32 // how many people are here, and have been told to be away

	mu      sync.Mutex           // guards the following; held for map operations only
	waiting map[uint64]*proposal // by CommandID.N: proposed, and not yet decided
	people  map[chat.UserID]*person
	counted counted
	keeping bool // nobody is let go any more
	closing bool
}

// New returns a hub over what the store holds. It does nothing until Run.
func New(ctx context.Context, cfg Config) (*Hub, error) {
	h := &Hub{
		log: cfg.Log, store: cfg.Store, encoders: cfg.Encoders, limits: cfg.Limits, policy: cfg.Policy, logger: cfg.Logger,
		node:    rand.Uint64() | 1,
		waiting: map[uint64]*proposal{},
		people:  map[chat.UserID]*person{},
	}
	h.bundlers = make([]Bundler, len(cfg.Encoders))
	for dialect, bundle := range cfg.Bundlers {
		h.bundlers[dialect] = bundle
	}
	h.pages.init()
	h.admitted.init(cfg.Limits)
	h.dir.init()
	h.watches.init(h)
	h.onlookers.init()
	if err := h.applier.load(ctx, h); err != nil {
		return nil, err
	}
	return h, nil
}

// Run applies the log until Close, and then to its end, or until a commit
// fails: then the disk can't be trusted, nothing more may be promised, and the
// process should end and start afresh.
func (h *Hub) Run(ctx context.Context) error {
	err := h.log.Follow(ctx, h.applier.position, h.applier.commit)
	h.Close()
	h.abandon(err) // what was taken until then
	h.departures.Wait()
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("hub: %w", err)
	}
	return nil
}

// Start brings the log to where people can come in: the lobby exists, and the
// guests whose connections ended with the last process are let go. It needs Run
// to be running.
func (h *Hub) Start(ctx context.Context) error {
	if _, ok := h.dir.room(chat.Lobby); !ok {
		out := h.do(ctx, chat.Command{Op: chat.CreateRoom, Name: chat.Lobby})
		if out.Err != nil && out.Err.Code != chat.Conflict {
			return fmt.Errorf("hub: create %s: %w", chat.Lobby, out.Err)
		}
	}
	for _, p := range h.absent() {
		h.expect(p)
	}
	return nil
}

// Close ends the taking of commands. Run returns when what was taken has been
// applied.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closing = true
	for _, p := range h.people {
		h.forgive(p)
	}
	h.mu.Unlock()
	h.log.Close()
}

// Tidy lets go of what is kept for those who read: when it is quiet they have all
// read it, and whoever has not finds it in the store.
func (h *Hub) Tidy() {
	h.pages.clear()
	for _, r := range h.dir.all() {
		r.forget(&h.applier.tails)
	}
}

// Epoch identifies the log. A cursor is valid only with the epoch in which it
// was given out.
func (h *Hub) Epoch() string { return h.store.Epoch() }

// Horizon returns the Seq up to which everything is published.
func (h *Hub) Horizon() chat.Seq { return chat.Seq(h.horizon.Load()) }

// now is the time that commands are stamped with.
func (h *Hub) now() chat.Millis { return chat.Millis(time.Now().UnixMilli()) }
