package hub

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"hubbub/internal/chat"
)

// Registration says who may become a member.
type Registration uint8

// The ways to become a member.
const (
	Closed   Registration = iota // only by what whoever runs the server does
	ByInvite                     // with an invitation's code
	Open                         // just so, or with a code
)

// Policy says who may come in.
type Policy struct {
	Registration Registration
	Guests       bool // people may come in without an account
	Confined     bool // guests are kept to the public rooms that there are
}

// OpenPolicy lets everybody in, as on a server that only its own machine reaches.
func OpenPolicy() Policy { return Policy{Registration: Open, Guests: true} }

// Policy returns who may come in.
func (h *Hub) Policy() Policy { return h.policy }

// Policy returns who may come in: see [Hub.Policy].
func (s *Session) Policy() Policy { return s.hub.policy }

// Barred says why nobody may come in from an address, or nil.
func (h *Hub) Barred(from netip.Addr) *chat.Error {
	bans := h.bans.Load()
	if bans == nil || len(*bans) == 0 || !from.IsValid() {
		return nil
	}
	return chat.BarredFrom(*bans, from, h.now())
}

// slow says how long the author of a message has to wait in a room with slow
// mode, or notes that they spoke. Slow mode is a limit like those on how fast one
// may send, so each node counts for itself, and not across restarts.
func (h *Hub) slow(c *chat.Command) *chat.Error {
	r := h.dir.byID(c.Room)
	if r == nil {
		return nil
	}
	info := r.info.Load()
	if info == nil || info.Slow == 0 {
		return nil
	}
	st := info.Standing(c.By)
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[c.By]
	if p == nil || chat.Permit(chat.ActDeleteOthers, p.role, st.Rank, info.Flags) {
		return nil // who keeps order is not slowed
	}
	wait := time.Until(p.spoke[c.Room].Add(time.Duration(info.Slow) * time.Second))
	if wait > 0 {
		return chat.Errorf(chat.TooMany, "%s is in slow mode: one message every %d seconds. Yours was not sent; try again in %d.",
			info.Name, info.Slow, int((wait+time.Second-1)/time.Second))
	}
	if p.spoke == nil {
		p.spoke = map[chat.RoomID]time.Time{}
	}
	p.spoke[c.Room] = time.Now()
	return nil
}

// promoted notes what somebody is from now on.
func (h *Hub) promoted(ev *chat.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[ev.User]
	p.role, p.keyed = chat.Role(ev.Level), false
	h.forgive(p)
}

// evict ends all sessions of somebody but one, which may be nil.
func (h *Hub) evict(id chat.UserID, but *Session, why string, w *wakes) {
	h.mu.Lock()
	var sessions []*Session
	if p := h.people[id]; p != nil {
		sessions = slices.Clone(p.sessions)
	}
	h.mu.Unlock()
	for _, s := range sessions {
		if s != but {
			s.evict(why, w)
		}
	}
}

// evictFrom ends all sessions from a network.
func (h *Hub) evictFrom(network, why string, w *wakes) {
	prefix, err := netip.ParsePrefix(network)
	if err != nil {
		return
	}
	for _, s := range h.sessions() {
		if prefix.Contains(s.Address().WithZone("")) {
			s.evict(why, w)
		}
	}
}

// sessions returns all that speak for somebody.
func (h *Hub) sessions() (all []*Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.people {
		all = append(all, p.sessions...)
	}
	return all
}

// Role returns what the session's user is on the server.
func (s *Session) Role() chat.Role { return s.RoleOf(s.User()) }

// RoleOf returns what somebody is on the server; a guest if they are not here.
func (s *Session) RoleOf(id chat.UserID) chat.Role {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if p := s.hub.people[id]; p != nil {
		return p.role
	}
	return chat.GuestRole
}

// Presence is what is shown of somebody in a list.
type Presence struct {
	chat.Member
	Role chat.Role
	Here bool // a session speaks for them
}

// Presences returns what is shown of the members of a room, in their order.
func (s *Session) Presences(members []chat.Member) []Presence {
	all := make([]Presence, len(members))
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for i, m := range members {
		all[i].Member = m
		if p := s.hub.people[m.ID]; p != nil {
			all[i].Role, all[i].Here = p.role, len(p.sessions) > 0
		}
	}
	return all
}

// lookAtAudit is how many events of the audit log are looked at for those that
// somebody may read.
const lookAtAudit = 10_000

// Audit returns the last events of the audit log before a position (0: the end),
// at most limit: all of them to an admin, to a moderator those of the rooms that
// they keep order in.
func (s *Session) Audit(ctx context.Context, before chat.Seq, limit int) ([]chat.Event, *chat.Error) {
	r, ok := s.hub.dir.room(chat.AuditName)
	if !ok {
		return nil, nil
	}
	keep := func(*chat.Event) bool { return true }
	if role := s.Role(); !chat.Permit(chat.ActReadAudit, role, 0, 0) {
		mine := s.moderated()
		if len(mine) == 0 {
			return nil, chat.Errorf(chat.Forbidden, "The audit log is for this server's admins, and for moderators as far as it is about their rooms.")
		}
		keep = func(ev *chat.Event) bool { return mine[ev.About] }
	}
	return s.hub.auditLog(ctx, r.id, before, limit, keep)
}

// moderated returns the rooms that the session's user keeps order in.
func (s *Session) moderated() map[chat.RoomID]bool {
	mine := map[chat.RoomID]bool{}
	for _, room := range s.Joined() {
		if st := room.Standing(s.User()); st.Rank >= chat.ModeratorRank {
			mine[room.ID] = true
		}
	}
	return mine
}

func (h *Hub) auditLog(ctx context.Context, id chat.RoomID, before chat.Seq, limit int, keep func(*chat.Event) bool) ([]chat.Event, *chat.Error) {
	events, err := h.store.LastEvents(ctx, id, before, limit, lookAtAudit, keep)
	if err != nil {
		return nil, h.internal("read the audit log", err)
	}
	return events, nil
}
