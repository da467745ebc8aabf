// Package remote is the terminal interface's session with a server elsewhere: a
// [Session] answers what package tui asks, by what package client tells and is told.
//
// What happens comes over one live connection, in the order of the log, and is handed
// on from [Session.Next] as updates; pages, threads and people are asked for by
// queries. What was said is kept for a while, so that an edit or a reaction, of which
// the server tells only what changed, is handed on as the whole entry; a page that was
// under way when something in it changed gets the change, too. Rooms and their counts
// are handed on once all that happened before was.
//
// What the user says waits in the client's outbox until it is kept: without a
// connection, for the next one. After a connection was lost everything that happened
// meanwhile comes, or, if that is too much or another log, it is told that it was
// missed, and rooms are read anew.
//
// [Session.Run] starts two goroutines, one that marks what was read and one that looks
// up what replies answer, and waits for both, besides those of the client. Methods may
// be called from any goroutine.
package remote

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/chat"
	"hubbub/internal/tui"
)

// Bounds of what is held.
const (
	maxMissed  = 2000 // events: more than so many are not told after a lost connection
	maxPending = 2000 // updates that wait for Next: with more the server is not read
	maxTaken   = 300  // updates of one Next
	maxHeld    = 5000 // messages
)

// Session is somebody's connection to a server. It implements [tui.Session].
type Session struct {
	live *client.Live
	zone *time.Location

	news  chan struct{} // capacity 1: there is something for Next
	taken chan struct{} // capacity 1: there is room for more
	reads chan struct{} // capacity 1: there is something to mark
	seeks chan struct{} // capacity 1: there is something to look up
	plain chan struct{} // capacity 1: the user wants lines instead of a screen
	ready chan struct{} // closed once the rooms are known, and the wanted one is among them

	mu      sync.Mutex // guards the following; never held across I/O
	wanted  string     // the room that somebody came for; empty if any will do
	self    tui.Person // the user, as the interface knows them: the id does not change
	user    uint64     // their id on the server; another once somebody has registered by a guest's token
	rooms   map[uint64]*room
	held    held
	reading map[*reading]bool
	pending []tui.Update
	marks   map[uint64]uint64 // what was read, by room, and is not told yet
	sought  map[uint64]bool   // messages that are being looked up, or that there are not
	seek    []uint64          // those of them whose turn has not come, in their order
	unsure  bool              // preferences may have changed untold, and are to be looked up
	people  tui.People        // who is in the room of which that was asked last; handed on as copies
	online  bool
	retry   time.Time
	isReady bool
	ended   bool

	// What is handed on behind all that is pending.
	changedRooms, changedPeople, changedConnection bool
}

// New returns a session that [Session.Run] will connect. Times within text are of a
// zone; nil is the system's.
func New(cfg client.Config, zone *time.Location) (*Session, error) {
	cfg.Backlog, cfg.Patient, cfg.GiveUp = maxMissed, false, 0
	live, err := client.NewLive(cfg)
	if err != nil {
		return nil, err
	}
	s := &Session{
		live: live, zone: zone, rooms: map[uint64]*room{}, reading: map[*reading]bool{}, marks: map[uint64]uint64{}, sought: map[uint64]bool{},
		news: make(chan struct{}, 1), taken: make(chan struct{}, 1), reads: make(chan struct{}, 1), seeks: make(chan struct{}, 1),
		ready: make(chan struct{}), plain: make(chan struct{}, 1),
	}
	if zone == nil {
		s.zone = time.Local
	}
	if s.wanted = cfg.Room; s.wanted != "" && s.wanted[0] != '#' {
		s.wanted = "#" + s.wanted
	}
	s.held.init()
	return s, nil
}

// Run connects, and stays connected until ctx ends. It returns as [client.Live.Run]
// does; an error before [Session.Ready] says why there can be no session. If one of its
// goroutines panics, so does Run, whose caller has a terminal to put in order.
func (s *Session) Run(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	var beside sync.WaitGroup
	faults := make(chan string, 2)
	for _, work := range []func(context.Context){s.markAll, s.lookUp} {
		beside.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					faults <- fmt.Sprintf("%v, in a goroutine:\n%s", p, debug.Stack())
					end()
				}
			}()
			work(ctx)
		})
	}
	err := s.live.Run(ctx, func(u client.Update) { s.handle(ctx, u) })
	end()
	beside.Wait()
	select {
	case fault := <-faults:
		panic(fault)
	default:
	}
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	poke(s.news)
	return err
}

// Ready is closed once there is something to show.
func (s *Session) Ready() <-chan struct{} { return s.ready }

// Plain brings something once the user has asked, by /plain, for lines instead of a
// screen.
func (s *Session) Plain() <-chan struct{} { return s.plain }

// NewID returns an ID for a draft.
func (s *Session) NewID() string { return s.live.NewID() }

// Unsent returns the texts of what was said and is not known to be kept.
func (s *Session) Unsent() (texts []string) {
	for _, cmd := range s.live.Unanswered() {
		if cmd.Asked.Op == api.OpSay {
			texts = append(texts, cmd.Asked.Text)
		}
	}
	return texts
}

// Settle tells what was read last, and waits until nothing is unsent, or ctx ends. Of
// what was read nothing is told without a connection: nobody waits for that.
func (s *Session) Settle(ctx context.Context) {
	if s.live.Online() {
		s.mark(ctx)
	}
	for _, cmd := range s.live.Unanswered() {
		select {
		case <-cmd.Done():
		case <-ctx.Done():
			return
		}
	}
}

// Leave has a guest leave the server, as somebody does who quits. It is called after Run
// has returned.
func (s *Session) Leave(ctx context.Context) { _ = s.live.Leave(ctx) } // or they are gone a minute later

// Self implements [tui.Session].
func (s *Session) Self() tui.Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.self
}

var errEnded = errors.New("the session has ended")

// Next implements [tui.Session].
func (s *Session) Next(ctx context.Context) ([]tui.Update, error) {
	for {
		got, ended := s.take()
		switch {
		case len(got) > 0:
			poke(s.taken)
			return got, nil
		case ended:
			return nil, errEnded
		}
		select {
		case <-s.news:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// take returns what is to be handed on, and whether nothing more will come.
func (s *Session) take() (got []tui.Update, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isReady {
		return nil, s.ended
	}
	if s.changedConnection {
		s.changedConnection = false
		got = append(got, s.connection())
	}
	n := min(len(s.pending), maxTaken)
	got = append(got, s.pending[:n]...)
	if s.pending = s.pending[n:]; len(s.pending) > 0 {
		poke(s.news)
		return got, false
	}
	s.pending = nil // what is behind it may be large
	if s.changedPeople {
		s.changedPeople = false
		people := slices.Clone(s.people.People)
		tui.SortPeople(people)
		got = append(got, tui.People{Room: s.people.Room, People: people})
	}
	if s.changedRooms {
		s.changedRooms = false
		got = append(got, s.allRooms())
	}
	return got, s.ended
}

// connection returns how the connection is. s.mu must be held.
func (s *Session) connection() tui.Connection {
	c := tui.Connection{Online: s.online, Retry: s.retry}
	if !s.online {
		c.Waiting = len(s.Unsent())
	}
	return c
}

// bring hands an update on. Before there is something to show nobody takes any: then
// those beyond a number are forgotten, since all that is shown later is read then. s.mu
// must be held.
func (s *Session) bring(u tui.Update) {
	if s.isReady || len(s.pending) < maxPending {
		s.pending = append(s.pending, u)
	}
}

// poke puts a token into a channel of capacity 1, unless there is one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// refusal returns an error as the interface takes it: what the server refuses has a
// sentence.
func refusal(err error) error {
	var no *client.Refused
	if !errors.As(err, &no) {
		return err
	}
	for code := chat.Invalid; code <= chat.Internal; code++ {
		if code.String() == no.Code {
			return &chat.Error{Code: code, Text: chat.CleanText(no.Text)}
		}
	}
	return &chat.Error{Code: chat.Invalid, Text: chat.CleanText(no.Text)}
}
