package hub

import (
	"slices"

	"hubbub/internal/chat"
)

// Signal is something that is true for a moment, or worth knowing now and never
// again: somebody is typing, is away, is here. It is not in the log: it is told to
// who is there to hear it, in no promised order with what is said, and a reader who
// is slow may miss it.
type Signal struct {
	Kind SignalKind
	From *Session       // whose it is; nil for the server's
	Room *chat.RoomInfo // where; nil if it is not about a room
	To   string         // to whom, as the sender put it; may be empty if Room says it
	Time chat.Millis
	ID   uint64 // unlike that of any other since the start
	By   chat.UserID
	Nick string    // what By is called
	Role chat.Role // what By is
	Name string
	Text string
	Tags string // as [chat.Event.Tags]

	Watched bool // the reader is told since it watches By's nick, and shares no room with them
}

// SignalKind says what a [Signal] tells.
type SignalKind uint8

// The kinds of signals, with the fields that each uses beside By, Nick and Role.
const (
	_               SignalKind = iota
	Tagged                     // To: client tags alone, Tags; typing is one of them
	Asked                      // To, Text, Tags: said, and not to be kept: a question between programs, or for some of a room
	Told                       // To, Text, Tags: likewise, and not to be answered by a program
	WentAway                   // Text is why; empty when they are back
	CalledSelf                 // Text is what they say their name is
	CameOnline                 // a session speaks for them, under a nick that is watched
	WentOffline                // none does any more
	BecameMember               // a guest who is here has become one
	Knocked                    // Room: they ask to be invited
	PropertyChanged            // Name is the key of what is kept about them, Text the value; empty if it was removed
)

// maxSignals is how many signals wait for a reader at most: more than MaxWatched, so
// that one for each nick that it watches fits.
const maxSignals = 128

// signalled queues a signal and reports whether the session must be woken.
func (s *Session) signalled(sig *Signal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.tracker == nil || s.tracker.signals >= maxSignals {
		return false
	}
	s.tracker.signals++
	s.answers = append(s.answers, Answer{Signal: sig, nth: s.lastSend()})
	return s.rouse()
}

// Signal tells everybody who reads a room now. The signal's room must be one that
// the session's user may read.
func (s *Session) Signal(sig *Signal) {
	if r := s.hub.dir.byID(sig.Room.ID); r != nil {
		s.sign(sig)
		tell(r.readers(), sig)
	}
}

// SignalTo tells every session of some people, and those of the one whose signal it
// is.
func (s *Session) SignalTo(sig *Signal, to ...chat.UserID) {
	s.sign(sig)
	var all []*Session
	for _, id := range to {
		if id != s.User() {
			all = append(all, s.hub.sessions(id)...)
		}
	}
	tell(append(all, s.hub.sessions(s.User())...), sig)
}

// SignalAll tells everybody, once each, who shares a room with the session's user
// or watches their nick, and the user's own sessions.
func (s *Session) SignalAll(sig *Signal) {
	s.sign(sig)
	s.hub.tellAround(sig)
}

// tellAround tells everybody, once each, who has to do with the one whose signal it
// is: who shares a room with them, or watches their nick, and their own sessions.
func (h *Hub) tellAround(sig *Signal) {
	seen := map[*Session]bool{}
	fresh := func(sessions []*Session) []*Session {
		return slices.DeleteFunc(sessions, func(o *Session) bool {
			again := seen[o]
			seen[o] = true
			return again
		})
	}
	tell(fresh(h.sessions(sig.By)), sig)
	for _, id := range h.roomsOf(sig.By) {
		if r := h.dir.byID(id); r != nil {
			tell(fresh(r.readers()), sig)
		}
	}
	watched := *sig
	watched.Watched = true
	tell(fresh(h.watches.of(sig.Nick)), &watched)
}

// roomsOf returns the rooms that somebody is in.
func (h *Hub) roomsOf(id chat.UserID) []chat.RoomID {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.people[id]; p != nil {
		return slices.Clone(p.rooms)
	}
	return nil
}

// MaySay reports whether the session's user may say something in a room now, and
// so signal something there. (What is said, the log decides.)
func (s *Session) MaySay(room *chat.RoomInfo) bool {
	if s.Allows(&chat.Command{Op: chat.Say}) != nil {
		return false
	}
	st, role := room.Standing(s.User()), s.Role()
	masked := len(room.Masks) > 0 && room.RankOf(st.User, role) < chat.VoiceRank && room.Silences(s.Nick(), role)
	return s.in(room) && !masked && !st.Silenced(s.hub.now()) && chat.Permit(chat.ActSay, role, st.Rank, room.Flags)
}

// sign writes under a signal whose it is.
func (s *Session) sign(sig *Signal) {
	sig.ID = s.hub.signals.Add(1)
	sig.From, sig.By, sig.Nick, sig.Role, sig.Time = s, s.User(), s.Nick(), s.Role(), s.hub.now()
}

// readers returns the sessions that read the room and take signals.
func (r *room) readers() []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*Session
	for _, c := range r.cursors {
		if c.session.tracker != nil {
			all = append(all, c.session)
		}
	}
	return all
}

func tell(sessions []*Session, sig *Signal) {
	for _, s := range sessions {
		if s.signalled(sig) {
			s.peer.Wake()
		}
	}
}
