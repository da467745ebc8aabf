package hub

import (
	"hubbub/internal/chat"
)

// Census says how many there are.
type Census struct {
	Here    int // people for whom a session speaks
	Most    int // the most that there have been since the start
	Unknown int // sessions that speak for nobody yet
	Admins  int // here
	Rooms   int // with a name
}

// Census counts.
func (h *Hub) Census() Census {
	n := Census{Rooms: h.dir.count()}
	sessions := h.admitted.count()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.people {
		sessions -= len(p.sessions)
		if len(p.sessions) == 0 {
			continue
		}
		n.Here++
		if p.role >= chat.AdminRole {
			n.Admins++
		}
	}
	n.Unknown = max(0, sessions)
	h.most = max(h.most, n.Here)
	n.Most = h.most
	return n
}
