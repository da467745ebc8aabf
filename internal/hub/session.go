package hub

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"hubbub/internal/chat"
)

// Peer is the gateway's end of a session.
type Peer interface {
	// Wake says that Next may have something to return. It must not block, and
	// is seldom called again before Next has been.
	Wake()
	// Dialect says in which dialect the room's events are wanted now. It is
	// called by Next.
	Dialect(room *chat.RoomInfo) Dialect
}

// Session is one connection's part in the chat. Its methods but Next may be
// called from any goroutine; Next from one at a time, which is called the
// session's reader.
type Session struct {
	hub    *Hub
	peer   Peer
	share  *share        // of what the address may do
	pace   *rate.Limiter // of the session; nil without limits
	user   atomic.Uint64 // whom it speaks for; 0 until an Arrive has succeeded
	resume atomic.Uint64 // rooms joined now are read from here; 0 for from the joining
	began  uint32        // in Unix seconds
	scopes atomic.Uint32 // what a token lets it do: see [Scopes]

	proof  atomic.Uint64 // the credential that it came by; 0 for none
	proven atomic.Uint32 // what kind that is, a [chat.Proof]
	proved atomic.Uint32 // when, in Unix seconds: see [Session.Proved]

	evicted atomic.Pointer[Evicted] // why, if the session has to end

	mu       sync.Mutex    // guards the following; never held across I/O
	queue    []*cursor     // marked since the reader last looked
	answers  []Answer      // since the reader last looked
	cursors  []*cursor     // one for each room
	changed  chan struct{} // closed when there is less in flight or for the reader to take; nil while nobody waits
	inflight int32         // proposed by Send, and not answered
	posted   int32         // bytes of posts that the reader has not taken
	queued   bool          // the reader has been or is being told to look
	closed   bool
	arriving bool // or arrived
	looking  bool // it reads rooms and speaks for nobody, see [Session.Look]

	passing bool     // see [Session.Pass]; set before the session arrives
	tracker *tracker // nil unless it tracks; set before the session arrives, see [Session.Track]

	reader reader // owned by the reader
}

// Answer is what a session's own commands and posts bring it, in their order.
type Answer struct {
	Tag     any          // as given to Send
	Outcome chat.Outcome // of a Send
	Body    []byte       // of a Post
	Signal  *Signal      // of neither

	nth   uint32 // of the Send, or of the last one before; counted if the session tracks
	early bool   // a Post of before the session arrived
}

// Connect returns a session for a peer at the given address. It speaks for
// nobody until [Session.Arrive].
func (h *Hub) Connect(address netip.Addr, peer Peer) *Session {
	s := &Session{hub: h, peer: peer, share: h.admitted.enter(address.Unmap()), began: uint32(time.Now().Unix())}
	s.pace = h.limits.pace()
	return s
}

// Close ends the session: nothing is read any more, and a guest whose last
// session it was departs. What was proposed is still decided.
func (s *Session) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	cursors := s.cursors
	s.cursors, s.queue, s.answers = nil, nil, nil
	s.notify()
	s.mu.Unlock()
	for _, c := range cursors {
		c.room.remove(c)
	}
	s.hub.admitted.leave(s.share)
	s.hub.watches.forget(s)
	s.hub.onlookers.remove(s)
	if s.User() != 0 {
		s.hub.detach(s)
	}
}

// Address returns where the session's peer is.
func (s *Session) Address() netip.Addr { return s.share.address }

// User returns whom the session speaks for, or 0.
func (s *Session) User() chat.UserID { return chat.UserID(s.user.Load()) }

// Credential returns which of its user's credentials the session came by, or 0.
func (s *Session) Credential() chat.Seq { return chat.Seq(s.proof.Load()) }

// Again returns how another session comes to speak for the same user, by the same
// credential; false if there was none. Whether that still counts is decided then.
func (s *Session) Again() (Arrival, bool) {
	return Arrival{User: s.User(), Credential: s.Credential(), Scopes: Scopes(s.scopes.Load()), Proved: s.Proved()}, s.Credential() != 0
}

// Proved returns when it was proved for whom the session speaks: by the credential that
// it came by or, by [Session.Prove], later. It is 1970 for who has proved nothing.
func (s *Session) Proved() time.Time { return time.Unix(int64(s.proved.Load()), 0) }

// Prove notes that it was proved just now.
func (s *Session) Prove() { s.proved.Store(uint32(time.Now().Unix())) }

// Nick returns what the session's user is called now.
func (s *Session) Nick() string { return s.hub.nick(s.User()) }

// Epoch identifies the log: see [Hub.Epoch].
func (s *Session) Epoch() string { return s.hub.Epoch() }

// Horizon returns the Seq up to which everything is published.
func (s *Session) Horizon() chat.Seq { return s.hub.Horizon() }

// Arrival says how somebody comes in: as a guest, as the member that a
// credential has proved them to be, or as a new member.
type Arrival struct {
	Nick   string   // wished for; the server finds one if it is empty
	Strict bool     // refuse a nick that is taken, instead of numbering it
	Key    chat.Key // by which the guest is recognised again; may be zero
	Resume chat.Seq // read on from here in all rooms; 0 for from now on

	User       chat.UserID // a member
	Credential chat.Seq    // what has proved it
	Scopes     Scopes      // what it lets the session do; 0 is everything
	Proved     time.Time   // when it has; zero for just now

	Account *Account // a new one, under Nick
	Alone   bool     // not into the lobby; of a guest, or with a new Account
}

// Account is what it takes to become a member.
type Account struct {
	Password   string   // as it is kept: a hash
	Invitation chat.Key // of the code; zero where none is needed
}

// Arrive makes the session speak for somebody. It can be tried again if it was
// refused.
func (s *Session) Arrive(ctx context.Context, a Arrival) *chat.Error {
	if err := s.Charge(ctx, 1); err != nil {
		return err
	}
	c := a.command(s.hub)
	if c.Op == chat.Arrive && !s.hub.policy.Guests {
		return chat.Errorf(chat.Forbidden, "This server is for its members: /login NAME if you are one, /register NAME CODE if you have been invited.")
	}
	if !s.mayArrive() {
		return chat.Errorf(chat.Conflict, "You have arrived already, or only look in; connect once more.")
	}
	s.resume.Store(uint64(a.Resume))
	s.scopes.Store(uint32(a.Scopes))
	s.proof.Store(uint64(a.Credential))
	if a.Credential != 0 || a.Account != nil {
		s.Prove()
		if !a.Proved.IsZero() {
			s.proved.Store(uint32(a.Proved.Unix()))
		}
	}
	c.From = s.from()
	err := s.hub.await(ctx, c, &proposal{session: s, resume: a.Resume}).Err
	if err != nil && ctx.Err() == nil { // else it may yet be granted
		s.mu.Lock()
		s.arriving = false
		s.mu.Unlock()
	}
	if err == nil {
		s.hub.reviewAway(s.User())
	}
	return err
}

// command returns the command by which somebody arrives.
func (a *Arrival) command(h *Hub) *chat.Command {
	switch {
	case a.Credential != 0:
		return &chat.Command{Op: chat.Login, User: a.User, Target: a.Credential, Node: h.node}
	case a.Account != nil:
		return &chat.Command{
			Op: chat.Register, Name: chat.CleanLine(a.Nick), Node: h.node, Open: h.policy.Registration == Open, Private: a.Alone,
			Secret: a.Account.Password, Key: a.Account.Invitation,
		}
	}
	return &chat.Command{Op: chat.Arrive, Name: chat.CleanLine(a.Nick), Strict: a.Strict, Private: a.Alone, Key: a.Key, Node: h.node}
}

// from returns the peer's address as commands carry it.
func (s *Session) from() string {
	if !s.Address().IsValid() {
		return ""
	}
	return s.Address().WithZone("").String()
}

// mayArrive reports whether nobody has arrived with the session, or is about to, nor
// looks in.
func (s *Session) mayArrive() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	may := !s.arriving && !s.looking
	s.arriving = s.arriving || may
	return may
}

// Settled ends the resuming: rooms joined from now on are read from the joining.
// Until then nothing is delivered to a session that resumes, so that the rooms
// that it joins again are merged with the others from the same position on, and
// the last Seq that was delivered is always one to resume from.
func (s *Session) Settled() {
	if s.resume.Swap(0) != 0 {
		s.peer.Wake()
	}
}

// start returns from where a room is read that the user has just joined. A session
// that resumes reads it from there, or from where another session of the user left
// it meanwhile: up to that the cursor of before reads, which is in the queue, as
// all are until the session has settled.
func (s *Session) start(r *room, joined chat.Seq) chat.Seq {
	resume := chat.Seq(s.resume.Load())
	if info := r.info.Load(); resume == 0 || info == nil || info.Flags&chat.Closed != 0 {
		return joined
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.queue {
		if c.room == r {
			resume = max(resume, chat.Seq(c.until.Load()))
		}
	}
	return min(joined, resume)
}

// Do proposes a command in the user's name and waits until it is decided and,
// if it is not refused, durable and published.
func (s *Session) Do(ctx context.Context, c chat.Command) chat.Outcome {
	if err := s.prepare(ctx, &c); err != nil {
		return chat.Outcome{Err: err}
	}
	return s.hub.await(ctx, &c, &proposal{session: s})
}

// Send proposes a command in the user's name and does not wait: the outcome
// comes as an [Answer] with the tag, after the answers to everything sent
// before. It blocks while too many are in flight, or answered and not taken by
// the reader. If it returns an error there will be no answer.
func (s *Session) Send(ctx context.Context, c chat.Command, tag any) *chat.Error {
	if err := s.prepare(ctx, &c); err != nil {
		return err
	}
	p := &proposal{session: s, tag: tag}
	if err := s.wait(ctx, s.mayPropose, func() { s.inflight++; p.nth = s.nextSend() }); err != nil {
		return err
	}
	err := s.hub.propose(ctx, &c, p)
	if err != nil {
		s.mu.Lock()
		s.inflight--
		s.notify()
		s.mu.Unlock()
	}
	return err
}

// mayPropose reports whether a Send need not wait: answers that the reader has
// not taken count, or a peer that does not read could pile them up; and so do
// events of its own that a session which tracks has not seen. What others signal
// does not. s.mu must be held.
func (s *Session) mayPropose() bool {
	unseen, signals := s.tracked()
	return int(s.inflight)+len(s.answers)-signals+unseen < s.hub.limits.InFlight
}

// prepare makes a command the user's, waits until the limits let it pass, and
// makes its text harmless.
func (s *Session) prepare(ctx context.Context, c *chat.Command) *chat.Error {
	if err := s.Charge(ctx, 1); err != nil {
		return err
	}
	if c.By = s.User(); c.By == 0 {
		return chat.Errorf(chat.Forbidden, "You have not arrived yet.")
	}
	if why := s.evicted.Load(); why != nil {
		return chat.Errorf(chat.Unavailable, "%s Nothing was sent.", why.Reason)
	}
	if err := s.Allows(c); err != nil {
		return err
	}
	if err := s.hub.roomFor(c); err != nil {
		return err
	}
	c.Confined = s.hub.policy.Confined
	if c.Op == chat.Register {
		c.Open, c.From = s.hub.policy.Registration == Open, s.from()
	}
	if err := s.hub.limits.tidy(c); err != nil || c.Op != chat.Say {
		return err
	}
	c.Count = uint32(one(s.Profile().Bot))
	s.speaks()
	return s.hub.slow(c)
}

// Charge waits until the limits of the session and of its address allow n more
// actions: proposals do so by themselves, gateways charge for queries. Nothing
// is dropped: whoever is too fast is read more slowly.
func (s *Session) Charge(ctx context.Context, n int) *chat.Error {
	for _, limiter := range [...]*rate.Limiter{s.pace, s.share.limiter()} {
		if limiter == nil {
			continue
		}
		if err := limiter.WaitN(ctx, n); err != nil {
			return &chat.Error{Code: chat.Unavailable, Text: "The connection is closing; nothing was sent.", Cause: err}
		}
	}
	return nil
}

// Settle waits until everything sent before is answered, so that a query sees
// what the commands before it did.
func (s *Session) Settle(ctx context.Context) *chat.Error {
	return s.wait(ctx, func() bool { return s.inflight == 0 }, func() {})
}

// maxPosted is how many bytes of posts may wait for the reader.
const maxPosted = 64 << 10

// Post queues bytes for the peer behind the answers to everything sent before
// and settled. It blocks while too much is waiting: a peer that does not read
// its answers is not read either.
func (s *Session) Post(ctx context.Context, body []byte) *chat.Error {
	if len(body) == 0 {
		return nil
	}
	wake := false
	err := s.wait(ctx, func() bool { return s.posted < maxPosted }, func() {
		s.posted += int32(len(body))
		s.answers = append(s.answers, Answer{Body: body, nth: s.lastSend(), early: s.User() == 0})
		wake = !s.queued
		s.queued = true
	})
	if wake {
		s.peer.Wake()
	}
	return err
}

// wait waits until ok holds and then, under the same lock, does then.
func (s *Session) wait(ctx context.Context, ok func() bool, then func()) *chat.Error {
	for {
		s.mu.Lock()
		switch {
		case s.closed:
			s.mu.Unlock()
			return chat.Errorf(chat.Unavailable, "The connection is closed.")
		case ok():
			then()
			s.mu.Unlock()
			return nil
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return &chat.Error{Code: chat.Unavailable, Text: "The connection is closing; nothing was sent.", Cause: context.Cause(ctx)}
		}
	}
}

// notify tells whoever waits to look again. s.mu must be held.
func (s *Session) notify() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// The following are called by the applier (answered: also when it ends).

// answered queues the outcome of a Send and reports whether the session must be
// woken for it.
func (s *Session) answered(p *proposal, out chat.Outcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inflight--
	s.notify()
	if s.closed {
		return false
	}
	s.answers = append(s.answers, Answer{Tag: p.tag, Outcome: out, nth: p.nth})
	return s.rouse()
}

// rouse reports whether the session must be woken. s.mu must be held.
func (s *Session) rouse() bool {
	wake := !s.queued
	s.queued = true
	return wake
}

// enqueue queues a marked cursor and reports whether the session must be woken.
func (s *Session) enqueue(c *cursor) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.queue = append(s.queue, c)
	return s.rouse()
}

// follow gives the session a cursor that reads a room after a position. With joins
// the first event there is that the user joins.
func (s *Session) follow(r *room, after chat.Seq, joins bool, w *wakes) {
	c := &cursor{room: r, session: s, pos: after, joins: joins, index: -1}
	s.mu.Lock()
	if s.closed || slices.ContainsFunc(s.cursors, func(c *cursor) bool { return c.room == r }) {
		s.mu.Unlock()
		return
	}
	s.cursors = append(s.cursors, c)
	s.mu.Unlock()
	r.add(c)
	if s.isClosed() { // in the meantime, and then it may have missed this one
		r.remove(c)
	}
	w.mark(c)
}

// unfollow ends the session's cursor in a room after the event at seq.
func (s *Session) unfollow(id chat.RoomID, seq chat.Seq, w *wakes) {
	s.mu.Lock()
	i := slices.IndexFunc(s.cursors, func(c *cursor) bool { return c.room.id == id })
	if i < 0 {
		s.mu.Unlock()
		return
	}
	c := s.cursors[i]
	s.cursors = slices.Delete(s.cursors, i, i+1)
	s.mu.Unlock()
	c.until.Store(uint64(seq))
	c.room.remove(c)
	w.mark(c)
}

// evict ends a session. Next says so, and why: the first reason counts.
func (s *Session) evict(why Evicted, w *wakes) {
	s.evicted.CompareAndSwap(nil, &why)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && s.rouse() {
		w.add(s)
	}
}

func (s *Session) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}
