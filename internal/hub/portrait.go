package hub

import (
	"time"

	"hubbub/internal/chat"
)

// Profile is what people say of themselves, and their gateway of how they are
// here: nothing of it is in the log. Each session has its own.
type Profile struct {
	Name string // what they are called on their own machine
	Real string // their name, in full
	Away string // why they are away; empty if they are not
	Bot  bool   // they are a program
	Oper bool   // an operator of the configuration
	Safe bool   // nobody can listen in on the connection
}

// Unattended is why somebody is away who has not said why: their program is
// connected, they are not there. (https://ircv3.net/specs/extensions/pre-away)
const Unattended = "*"

// Absent is why somebody is away who is not connected.
const Absent = "Not connected; will read it later"

// SetProfile sets what the peer says of itself, before it arrives. It does nothing
// for a session that does not track.
func (s *Session) SetProfile(p Profile) { s.Amend(func(was *Profile) { *was = p }) }

// Amend changes what the peer says of itself, and tells others if that makes its
// user be away, or back. Change may be called more than once.
func (s *Session) Amend(change func(p *Profile)) {
	if s.tracker == nil {
		return
	}
	for {
		was, now := s.profile(), s.Profile()
		change(&now)
		if s.tracker.profile.CompareAndSwap(was, &now) {
			break
		}
	}
	user := s.User()
	s.hub.mu.Lock()
	if p := s.hub.people[user]; p != nil {
		s.hub.tally(p, p.tally())
	}
	s.hub.mu.Unlock()
	s.hub.reviewAway(user)
}

// Profile returns what the peer has said of itself.
func (s *Session) Profile() Profile {
	if p := s.profile(); p != nil {
		return *p
	}
	return Profile{}
}

func (s *Session) profile() *Profile {
	if s.tracker == nil {
		return nil
	}
	return s.tracker.profile.Load()
}

// CallSelf sets the real name of the session's user, in all sessions of theirs that
// track, and tells everybody who has to do with them.
func (s *Session) CallSelf(name string) {
	for _, o := range s.hub.sessions(s.User()) {
		o.Amend(func(p *Profile) { p.Real = name })
	}
	s.SignalAll(&Signal{Kind: CalledSelf, Text: name})
}

// speaks notes that the session says something.
func (s *Session) speaks() {
	if s.tracker != nil {
		s.tracker.spoke.Store(uint32(time.Now().Unix()))
	}
}

// Portrait is what everybody may know of somebody who is here, or a member.
type Portrait struct {
	ID   chat.UserID
	Nick string
	Role chat.Role
	Here bool // a session speaks for them

	// Profile is that of all their sessions together, or of the last one. Name and
	// Real are empty if no gateway has asked for them. They are away if all
	// sessions are; a member is, too, if there is none.
	Profile
	Since time.Time // when the first of the sessions began; zero if there is none
	Spoke time.Time // when they last said something; Since if they have not
}

// Portray returns what is known of somebody.
func (s *Session) Portray(id chat.UserID) (Portrait, bool) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if p := s.hub.people[id]; p != nil {
		return p.portray(), true
	}
	return Portrait{}, false
}

// PortrayAll returns what is known of the members of a room, in their order, without
// those who have gone meanwhile.
func (s *Session) PortrayAll(members []chat.Member) []Portrait {
	all := make([]Portrait, 0, len(members))
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for _, m := range members {
		if p := s.hub.people[m.ID]; p != nil {
			all = append(all, p.portray())
		}
	}
	return all
}

// portray returns what is known of a person. Hub.mu must be held.
func (p *person) portray() Portrait {
	all := Portrait{ID: p.id, Nick: p.nick, Role: p.role, Here: len(p.sessions) > 0, Profile: p.looks()}
	for _, s := range p.sessions {
		began := time.Unix(int64(s.began), 0)
		if all.Since.IsZero() || began.Before(all.Since) {
			all.Since = began
		}
		if s.tracker == nil {
			continue
		}
		if spoke := time.Unix(int64(s.tracker.spoke.Load()), 0); spoke.After(all.Spoke) {
			all.Spoke = spoke
		}
	}
	if all.Spoke.Before(all.Since) {
		all.Spoke = all.Since
	}
	return all
}

// looks returns the profile of a person's sessions together. Hub.mu must be held.
func (p *person) looks() Profile {
	var all Profile
	if p.known().profile != nil {
		all = Profile{Name: p.rare.profile.Name, Real: p.rare.profile.Real}
	}
	all.Safe = len(p.sessions) > 0
	for _, s := range p.sessions {
		one := s.Profile()
		if one.Name != "" {
			all.Name, all.Real = one.Name, one.Real
		}
		all.Bot, all.Oper, all.Safe = all.Bot || one.Bot, all.Oper || one.Oper, all.Safe && one.Safe
	}
	all.Away = p.reason()
	return all
}

// Pass says that the session is for requests that come and go: by it alone somebody is
// not here, nor back from where they are. It must be called before the session
// arrives.
func (s *Session) Pass() { s.passing = true }

// told returns why a person is away as others have been told, or "". Hub.mu must be
// held, as for tell.
func (p *person) told() string {
	if p.away == nil {
		return ""
	}
	return *p.away
}

// absent is what is told of all members who are not connected.
var absent = Absent

// tell notes what others are told.
func (p *person) tell(why string) {
	switch why {
	case "":
		p.away = nil
	case Absent:
		p.away = &absent
	default:
		p.away = &why
	}
}

// reason returns why a person is away, or "". Somebody who is somewhere without being
// attentive says less than somebody who says why. Hub.mu must be held.
func (p *person) reason() string {
	why, here := "", false
	for _, s := range p.sessions {
		if s.passing {
			continue
		}
		here = true
		switch away := s.Profile().Away; {
		case away == "":
			return ""
		case why == "" || away != Unattended:
			why = away
		}
	}
	switch {
	case here:
		return why
	case p.role == chat.GuestRole: // they come back soon, or depart
		return p.told()
	}
	return Absent
}

// reviewAway tells everybody who has to do with somebody if they are away or back
// since that was told last.
func (h *Hub) reviewAway(id chat.UserID) {
	h.presence.Lock()
	defer h.presence.Unlock()
	h.mu.Lock()
	p := h.people[id]
	if p == nil || p.reason() == p.told() {
		h.mu.Unlock()
		return
	}
	was := p.told()
	p.tell(p.reason())
	h.away.Add(int32(one(isAway(p.told())) - one(isAway(was))))
	sig := &Signal{Kind: WentAway, By: id, Nick: p.nick, Role: p.role, Text: p.told()}
	h.mu.Unlock()
	h.tellAround(sig)
}

// isAway reports whether somebody is here, and away.
func isAway(why string) bool { return why != "" && why != Absent }

// AwayHere returns why somebody is away who is here, as others have been told.
// While nobody is, that costs nothing.
func (s *Session) AwayHere(id chat.UserID) string {
	if s.hub.away.Load() == 0 {
		return ""
	}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if p := s.hub.people[id]; p != nil && len(p.sessions) > 0 {
		return p.told()
	}
	return ""
}

// dismiss has somebody whose connections are being closed not be waited for. The
// one by which they have said so themselves stays, and then they do.
func (h *Hub) dismiss(ev *chat.Event, by *Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[ev.User]
	if p == nil || by != nil && by.User() == ev.User {
		return
	}
	p.leaving, p.learn().farewell = true, ev.Text
}
