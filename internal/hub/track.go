package hub

import (
	"slices"
	"sync/atomic"

	"hubbub/internal/chat"
)

// Some protocols must tell an event that concerns the reader from others: one's
// own message is to be left out, or carries the label of the command that sent it;
// somebody's change of name is to be told once, however many rooms they share.
// A session that tracks gets such events one by one, each at its place in the
// order, with the bytes that everybody gets. The others still come in runs.

// tracker is what a session that tracks has beside others. The fields are guarded
// by Session.mu, but for the last.
type tracker struct {
	own     []own // published, and not yet taken by the reader
	unseen  int32 // own that the reader has not passed yet
	signals int32 // waiting among the answers
	sent    uint32
	since   chat.Seq // see MissedSince
	taken   []own    // in the order of their events; owned by the session's reader

	profile atomic.Pointer[Profile] // nil until one is set; what it points to never changes
	spoke   atomic.Uint32           // when the session said something last, in Unix seconds; 0 if never
	watched []string                // nicks, as they were given; guarded by watches.mu
}

// own are the events that a command of the session's brought about.
type own struct {
	first, last chat.Seq
	tag         any
	nth         uint32 // which of the session's Sends it was
}

// Track has the session deliver events that are about its user, and those that its
// own commands brought about, one by one, as [Personal]; and [Signal]s. It must
// be called before the session arrives.
func (s *Session) Track() { s.tracker = &tracker{} }

// publishOwn notes which events of the batch a session's own commands brought
// about. It must be done before the horizon advances: then whoever reads an event
// knows whose it is.
func (a *applier) publishOwn() {
	for i, p := range a.proposals {
		if p == nil || p.tag == nil || p.session == nil || p.session.tracker == nil {
			continue
		}
		if out := &a.outcomes[i]; out.end > out.first {
			p.session.owns(own{a.events[out.first].Seq, a.events[out.end-1].Seq, p.tag, p.nth})
		}
	}
}

func (s *Session) owns(o own) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.tracker.own = append(s.tracker.own, o)
		s.tracker.unseen++
	}
}

// nextSend numbers a Send; lastSend returns the number of the last one. s.mu must be
// held.
func (s *Session) nextSend() uint32 {
	if s.tracker == nil {
		return 0
	}
	s.tracker.sent++
	return s.tracker.sent
}

func (s *Session) lastSend() uint32 {
	if s.tracker == nil {
		return 0
	}
	return s.tracker.sent
}

// tracked returns how many of its own commands' events a session has still to see,
// and how many signals are among its answers. s.mu must be held.
func (s *Session) tracked() (unseen, signals int) {
	if s.tracker == nil {
		return 0, 0
	}
	return int(s.tracker.unseen), int(s.tracker.signals)
}

// takeOwn takes what the session's commands have brought about. s.mu must be held.
func (s *Session) takeOwn() {
	if t := s.tracker; t != nil && len(t.own) > 0 {
		t.taken = append(t.taken, t.own...)
		t.own = t.own[:0]
	}
}

// taken returns the events of its own that the session has yet to deliver.
func (s *Session) taken() []own {
	if s.tracker == nil {
		return nil
	}
	return s.tracker.taken
}

// pass forgets own events up to a position: they have been delivered, or are in
// rooms that the session does not read.
func (s *Session) pass(seq chat.Seq) {
	n, taken := 0, s.taken()
	for n < len(taken) && taken[n].last <= seq {
		n++
	}
	if n == 0 {
		return
	}
	s.tracker.taken = slices.Delete(taken, 0, n)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tracker.unseen -= int32(n)
	s.notify()
}

// mine returns which of the session's commands brought about an event, or nil.
func (s *Session) mine(ev *chat.Event) *own {
	taken := s.taken()
	for i := range taken {
		if o := &taken[i]; ev.Seq <= o.last {
			if ev.Seq >= o.first {
				return o
			}
			break
		}
	}
	return nil
}

// answerBefore returns an answer to what the session asked for before a Send, or
// before it arrived (nil): such answers come before what the Send brought about.
func (s *Session) answerBefore(o *own) (Delivery, bool) {
	r := &s.reader
	if int(r.answered) == len(r.answers) {
		s.mu.Lock()
		s.takeAnswers()
		s.mu.Unlock()
	}
	if int(r.answered) < len(r.answers) && !r.answers[r.answered].before(o) {
		return Delivery{}, false
	}
	return r.answer(true)
}

// before reports whether an answer is to what was asked for before a Send, or before
// the session arrived (nil).
func (a *Answer) before(o *own) bool {
	if o == nil {
		return a.early
	}
	return a.nth < o.nth
}

// owes reports whether the next answer comes behind an event that the session's own
// command has brought about: then it waits for that, however far away it is.
func (s *Session) owes() bool {
	r, taken := &s.reader, s.taken()
	return len(taken) > 0 && int(r.answered) < len(r.answers) && taken[0].nth <= r.answers[r.answered].nth
}

// untilPersonal returns the first event of an entry from i on, and before end, that
// the session gets by itself, or end.
func (s *Session) untilPersonal(e *Entry, i, end int) int {
	if own := s.taken(); !e.apart && (len(own) == 0 || own[0].first > e.Events[end-1].Seq) {
		return end
	}
	for ; i < end; i++ {
		if ev := &e.Events[i]; apart(ev) || s.mine(ev) != nil {
			return i
		}
	}
	return end
}

// missed notes since when nobody has read for the session's user. The session is
// not known to anybody else yet, and its reader has not begun.
func (s *Session) missed(since chat.Seq) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tracker != nil {
		s.tracker.since = since
	}
}

// MissedSince returns the position from which on the session's user has missed what
// was said, since nobody read for them until the session came. It is 0 if somebody
// did, and if it is not known: after the start of the server, and of sessions that
// do not track.
func (s *Session) MissedSince() chat.Seq {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tracker == nil {
		return 0
	}
	return s.tracker.since
}
