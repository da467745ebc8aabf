package hub

import (
	"context"
	"slices"

	"hubbub/internal/chat"
)

// Evicted is what Next returns when the session has to end: its user has
// departed, was banned, or has closed it from elsewhere.
type Evicted struct {
	Reason string // a sentence for the peer
	Login  bool   // since what the session came by counts no more: by something else one may come back
}

// Error says so.
func (e *Evicted) Error() string { return "hub: evicted: " + e.Reason }

// DeliveryKind says what a [Delivery] is.
type DeliveryKind uint8

// The kinds of deliveries.
const (
	Nothing  DeliveryKind = iota // the peer will be woken when there is something
	Events                       // Bytes: frames of one or more events of Room
	Personal                     // Event: one of Room that the session tracks, with its frame in Bytes
	Entered                      // from here on the session reads Room; After is where it begins, Joins whether by joining it
	Exited                       // the session reads Room no more
	Answered                     // Answer
	Lagging                      // what comes next must be read from the store, which takes waiting
)

// Delivery is the next thing that a session's peer should be told.
type Delivery struct {
	Kind   DeliveryKind
	Room   *chat.RoomInfo // a brief copy
	After  chat.Seq       // Entered
	Joins  bool           // Entered: the first event is that the session's user joins
	Last   chat.Seq       // Events: every event up to it, in all rooms, has now been delivered
	Bytes  []byte         // Events, Personal: shared, must not be changed
	Events []chat.Event   // Events: those that Bytes tell; shared likewise
	Event  *chat.Event    // Personal
	Answer Answer         // Answered; and the Tag of the command that brought about a Personal, or nil
}

// reader is what a session's reader has in its hands.
type reader struct {
	horizon  chat.Seq  // as far as may be read
	active   []*cursor // those that may have something
	answers  []Answer  // taken from the session
	answered int32     // how many of them have been delivered
	since    int32     // bytes of events since the last answer
}

// answerEvery is how many bytes of events an answer may wait for, so that the
// answers of a reader who is far behind do not wait until it has caught up.
const answerEvery = 64 << 10

// Next returns what comes next for the session: its rooms' events merged in the
// order of their Seq, each once, and the answers to its commands in their
// order. Runs of events come as one delivery of at most max bytes (or of one
// event). What the session lags behind is read from the store if it may wait;
// else the delivery is Lagging. An error means that the session can't go on;
// what was delivered is a prefix, and a new session can resume after it.
func (s *Session) Next(ctx context.Context, max int, wait bool) (Delivery, error) {
	r := &s.reader
	for {
		if err := s.ended(); err != nil {
			return Delivery{}, err
		}
		if d, ok := r.answer(r.since >= answerEvery && !s.owes()); ok {
			return d, nil
		}
		d, err := s.events(ctx, max, wait)
		if err != nil || d.Kind != Nothing {
			r.since += int32(len(d.Bytes))
			return d, err
		}
		if d, ok := r.answer(true); ok {
			return d, nil
		}
		if more, err := s.collect(); err != nil || !more {
			return Delivery{}, err
		}
	}
}

// ended says why the session has to end, or nil. It ends at once: however much it
// lags behind, somebody who is banned reads no more of it.
func (s *Session) ended() error {
	if why := s.evicted.Load(); why != nil {
		return why
	}
	return nil
}

// Delivered returns the position up to which everything has been delivered, once Next
// has returned [Nothing]. It is for the session's reader.
func (s *Session) Delivered() chat.Seq { return s.reader.horizon }

// Evicted returns why the session has to end, or nil.
func (s *Session) Evicted() *Evicted { return s.evicted.Load() }

// answer returns the next answer, if there is one and it is due.
func (r *reader) answer(due bool) (Delivery, bool) {
	if !due || int(r.answered) == len(r.answers) {
		return Delivery{}, false
	}
	a := r.answers[r.answered]
	r.answers[r.answered] = Answer{}
	r.answered++
	if int(r.answered) == len(r.answers) {
		r.answered, r.answers = 0, nil // somebody who is idle needs no memory for them
	}
	r.since = 0
	return Delivery{Kind: Answered, Answer: a}, true
}

// collect takes what has been queued for the session and reports whether there
// is anything new to look at.
func (s *Session) collect() (bool, error) {
	// First the horizon, then the queue: see publish.
	horizon := s.hub.Horizon()
	s.mu.Lock()
	if err := s.ended(); err != nil { // else whoever evicts it from now on wakes it
		s.mu.Unlock()
		return false, err
	}
	s.queued = false
	settled, more := s.resume.Load() == 0, false // if it has not, Settled will wake the reader
	if settled || s.User() == 0 || s.posted >= maxPosted || !s.mayPropose() {
		more = s.takeAnswers()
	}
	if settled {
		more = s.takeQueue(horizon) || more
	}
	s.takeOwn()
	s.mu.Unlock()
	return more, nil
}

// takeAnswers takes the answers, whose delivery is not finished before. s.mu
// must be held.
func (s *Session) takeAnswers() bool {
	r := &s.reader
	r.answered, r.answers, s.answers = 0, s.answers, nil
	s.posted = 0
	if s.tracker != nil {
		s.tracker.signals = 0
	}
	if len(r.answers) > 0 {
		s.notify()
	}
	return len(r.answers) > 0
}

// takeQueue takes the marked cursors and reports whether any may have something
// up to the horizon. s.mu must be held.
func (s *Session) takeQueue(horizon chat.Seq) bool {
	r := &s.reader
	advanced := horizon > r.horizon && len(r.active) > 0
	r.horizon = horizon
	more := advanced || len(s.queue) > 0
	for i, c := range s.queue {
		c.marked.Store(false)
		if !c.active {
			c.active = true
			r.active = append(r.active, c)
		}
		s.queue[i] = nil
	}
	s.queue = s.queue[:0]
	return more
}

// events returns the next run of events, or that the session enters or exits a
// room, or Nothing.
func (s *Session) events(ctx context.Context, max int, wait bool) (Delivery, error) {
	r := &s.reader
	var first *cursor
	least, second := r.horizon+1, r.horizon+1
	for i := 0; i < len(r.active); {
		c := r.active[i]
		if !c.entered && r.exits(c) {
			i++
			continue
		}
		if !c.entered {
			if s.tracker != nil && c.room.inbox {
				if before, ok := s.answerBefore(nil); ok {
					return before, nil
				}
			}
			c.entered = true
			return Delivery{Kind: Entered, Room: c.room.described(), After: c.pos, Joins: c.joins}, nil
		}
		seq, ok, err := c.peek(ctx, wait)
		switch {
		case err == errLagging:
			return Delivery{Kind: Lagging}, nil
		case err != nil:
			return Delivery{}, err
		}
		if until := chat.Seq(c.until.Load()); until != 0 && until <= r.horizon && (!ok || seq > until) {
			r.release(i)
			return Delivery{Kind: Exited, Room: c.room.described()}, nil
		}
		switch {
		case !ok && c.until.Load() == 0:
			r.release(i)
			continue
		case !ok, seq > r.horizon: // published soon
		case seq < least:
			first, least, second = c, seq, least
		case seq < second:
			second = seq
		}
		i++
	}
	if first == nil {
		if len(s.taken()) > 0 {
			s.pass(r.horizon)
		}
		return Delivery{}, nil
	}
	return s.run(first, min(second, first.bounded(r.horizon)+1), max), nil
}

// exits reports whether the peer is still to be told that it has left the room,
// before it is told that it is in it again.
func (r *reader) exits(again *cursor) bool {
	until := again.until.Load()
	return slices.ContainsFunc(r.active, func(c *cursor) bool {
		end := c.until.Load()
		return c.room == again.room && end != 0 && (until == 0 || end < until)
	})
}

// run delivers what a cursor has before the given Seq.
func (s *Session) run(c *cursor, before chat.Seq, max int) Delivery {
	e, i, end := c.entry, int(c.i), int(c.i)+1
	if e.last() < before {
		end = len(e.Events)
	} else {
		for end < len(e.Events) && e.Events[end].Seq < before {
			end++
		}
	}
	dialect := s.peer.Dialect(e.Room)
	frames := e.in(dialect, s.hub.encoders[dialect])
	if s.tracker != nil {
		if end = s.untilPersonal(e, i, end); end == i {
			return s.single(c, frames)
		}
	}
	end = frames.fit(i, end, max)
	c.take(end)
	if len(s.taken()) > 0 {
		s.pass(c.pos)
	}
	return Delivery{Kind: Events, Room: e.Room, Last: c.pos, Bytes: frames.span(i, end), Events: e.Events[i:end]}
}

// single delivers the next event of a cursor by itself.
func (s *Session) single(c *cursor, frames *frames) Delivery {
	e, i := c.entry, int(c.i)
	d := Delivery{Kind: Personal, Room: e.Room, Event: &e.Events[i], Bytes: frames.span(i, i+1)}
	if o := s.mine(d.Event); o != nil {
		if before, ok := s.answerBefore(o); ok {
			return before
		}
		d.Answer.Tag = o.tag
	}
	c.take(i + 1)
	d.Last = c.pos
	s.pass(c.pos)
	return d
}

// release lets go of the i-th active cursor: it has nothing more for now.
func (r *reader) release(i int) {
	c := r.active[i]
	c.active, c.entry = false, nil // or an idle reader would keep it
	last := len(r.active) - 1
	r.active[i] = r.active[last]
	r.active[last] = nil
	r.active = r.active[:last]
}
