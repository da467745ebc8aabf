package hub

import (
	"math"
	"slices"

	"hubbub/internal/chat"
)

// Census says how many there are.
type Census struct {
	Here    int // people for whom a session speaks
	Most    int // the most that there have been since the start
	Unknown int // sessions that speak for nobody yet
	Admins  int // here; operators of the configuration are counted too
	Rooms   int // with a name, without the audit log
}

// counted is what has been counted so far. Everybody who comes asks for it, so
// nobody is counted anew for it. It is guarded by Hub.mu.
type counted struct {
	here, most, admins, sessions int
}

// tallied is how one person is counted.
type tallied struct {
	admin    bool
	sessions uint16 // more than anybody has
}

// tally returns how a person is to be counted. Hub.mu must be held.
func (p *person) tally() tallied {
	oper := func(s *Session) bool { return s.profile() != nil && s.profile().Oper }
	return tallied{
		sessions: uint16(min(len(p.sessions), math.MaxUint16)),
		admin:    len(p.sessions) > 0 && (p.role >= chat.AdminRole || slices.ContainsFunc(p.sessions, oper)),
	}
}

// tally counts a person in another way than before. h.mu must be held.
func (h *Hub) tally(p *person, now tallied) {
	n, was := &h.counted, p.tallied
	p.tallied = now
	n.sessions += int(now.sessions) - int(was.sessions)
	n.here += one(now.sessions > 0) - one(was.sessions > 0)
	n.admins += one(now.admin) - one(was.admin)
	n.most = max(n.most, n.here)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Census returns how many there are.
func (h *Hub) Census() Census {
	all := h.admitted.count()
	h.mu.Lock()
	n := h.counted
	h.mu.Unlock()
	rooms := h.dir.count()
	if _, ok := h.dir.room(chat.AuditName); ok {
		rooms--
	}
	return Census{Here: n.here, Most: n.most, Unknown: max(0, all-n.sessions), Admins: n.admins, Rooms: rooms}
}
