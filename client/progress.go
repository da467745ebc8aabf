package client

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"

	"hubbub/api"
)

// progress is who a client is to the server and how far it has come in the log.
type progress struct {
	prefix string // of the client ids; nobody else draws the same

	mu     sync.Mutex // guards the following, and what its client says; never held across I/O or a call of the caller's
	ids    uint64     // given so far
	user   uint64
	nick   string
	token  string
	epoch  string            // of the log that after and seen belong to; empty before the first welcome
	after  uint64            // everything up to it has been handled
	seen   map[uint64]uint64 // by room: the last event handled
	arrive bool              // has been welcomed since that was asked last
}

func (p *progress) init(cfg *Config, token string) {
	p.prefix, p.nick, p.token = rand.Text()[:12]+"-", cfg.Nick, token
	p.epoch, p.after, p.seen = cfg.Epoch, cfg.After, map[uint64]uint64{}
}

// newID returns a client id that was never used. Identical ids from a client
// that ran before are excluded by the random prefix.
func (p *progress) newID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.newIDLocked()
}

func (p *progress) newIDLocked() string {
	p.ids++
	return p.prefix + strconv.FormatUint(p.ids, 10)
}

// Position returns the epoch of the server's log and up to where everything has
// been handled. Another client with the same token can resume from there.
func (p *progress) Position() (epoch string, after uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.epoch, p.after
}

// Self returns who the client is: 0 and the nick wished for until it has been
// welcomed. A guest comes back as another after somebody has registered by their
// token, and as everybody may in another log.
func (p *progress) Self() (user uint64, nick string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.user, p.nick
}

// arrived reports whether the client has been welcomed at least once.
func (p *progress) arrived() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.user != 0
}

// justArrived reports whether the client has been welcomed since it was asked
// last.
func (p *progress) justArrived() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.arrive
	p.arrive = false
	return was
}

// reached notes that there is nothing more to come up to a position.
func (p *progress) reached(position uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.after = max(p.after, position)
}

// maxSeen is the most rooms of which we remember what we have seen: many more
// than anybody can be in.
const maxSeen = 100_000

// valid returns why an event can't be one of the log's. p.mu must be held.
func (p *progress) valid(ev *api.Event) error {
	_, known := p.seen[ev.Room]
	switch {
	case ev.Seq == 0 || ev.Prev >= ev.Seq || ev.Seq == math.MaxUint64:
		return fmt.Errorf("the server sent an event %d after %d", ev.Seq, ev.Prev)
	case !known && len(p.seen) >= maxSeen:
		return errors.New("the server sent events of too many rooms")
	}
	return nil
}

// tell tells the caller of an event, and of the gap if there is one before it, and
// notes that this was done.
func (p *progress) tell(ev *api.Event, handle func(Update)) {
	p.mu.Lock()
	seen, known := p.seen[ev.Room]
	if ev.Kind == "nick" && ev.By == p.user {
		p.nick = ev.Subject
	}
	p.mu.Unlock()

	if known && ev.Prev > seen {
		handle(Gap{Room: ev.Room, Name: ev.RoomName, After: seen, Before: ev.Seq})
	}
	handle(Event{*ev})

	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[ev.Room] = ev.Seq
	p.after = max(p.after, ev.Seq)
}
