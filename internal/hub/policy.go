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
	GuestUploads bool // guests may upload files, too
}

// OpenPolicy lets everybody in, as on a server that only its own machine reaches.
func OpenPolicy() Policy { return Policy{Registration: Open, Guests: true, GuestUploads: true} }

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
// may send, so each node counts for itself, and not across restarts. A message
// that is sent again, since its answer was lost, is not another one.
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
	last := p.known().spoke[c.Room]
	wait := time.Until(last.at.Add(time.Duration(info.Slow) * time.Second))
	if again := c.Client != "" && c.Client == last.client; wait > 0 && !again {
		return chat.Errorf(chat.TooMany, "%s is in slow mode: one message every %d seconds. Yours was not sent; try again in %d.",
			info.Name, info.Slow, int((wait+time.Second-1)/time.Second)).Because(chat.SlowMode)
	}
	if wait <= 0 {
		more := p.learn()
		if more.spoke == nil {
			more.spoke = map[chat.RoomID]spoken{}
		}
		more.spoke[c.Room] = spoken{time.Now(), c.Client}
	}
	return nil
}

// spoken is the last message of somebody in a room with slow mode.
type spoken struct {
	at     time.Time
	client chat.ClientID
}

// promoted notes what somebody is from now on.
func (h *Hub) promoted(ev *chat.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[ev.User]
	p.role, p.keyed = chat.Role(ev.Level), false
	h.roles.Add(1)
	h.forgive(p)
	h.tally(p, p.tally())
}

// expulsion is what an event of a batch does to sessions: those of somebody, or
// all from a network, end.
type expulsion struct {
	at      int          // the event's index in the batch
	user    chat.UserID  // 0 for a network
	proof   chat.Seq     // of the user's, those that came by this credential; 0 for all
	renewed bool         // of the user's, those that came by a password
	network netip.Prefix // if there is no user
	spared  *Session     // but this one; nil for none
	why     Evicted
}

// ends reports whether it ends a session that speaks for a user.
func (x *expulsion) ends(s *Session, user chat.UserID) bool {
	switch {
	case s == x.spared, x.proof != 0 && s.proof.Load() != uint64(x.proof):
		return false
	case x.renewed && s.proven.Load() != uint32(chat.ByPassword):
		return false
	case x.user != 0:
		return user == x.user
	}
	return x.network.Contains(s.Address().WithZone(""))
}

// expel ends sessions that speak for somebody, or look in.
func (h *Hub) expel(x *expulsion, w *wakes) {
	for _, s := range append(h.sessions(x.user), h.onlookers.all()...) {
		if x.ends(s, s.User()) {
			s.evict(x.why, w)
		}
	}
}

// sessions returns all that speak for a user, or for anybody if that is 0.
func (h *Hub) sessions(user chat.UserID) (all []*Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if user != 0 {
		if p := h.people[user]; p != nil {
			return slices.Clone(p.sessions)
		}
		return nil
	}
	for _, p := range h.people {
		all = append(all, p.sessions...)
	}
	return all
}

// Role returns what the session's user is on the server.
func (s *Session) Role() chat.Role { return s.RoleOf(s.User()) }

// RoleOf returns what somebody is on the server; a guest if they are not here.
func (s *Session) RoleOf(id chat.UserID) chat.Role { return s.hub.roleOf(id) }

func (h *Hub) roleOf(id chat.UserID) chat.Role {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.people[id]; p != nil {
		return p.role
	}
	return chat.GuestRole
}

// Roles counts how often anybody's role has changed since the start: lists of people in
// which it shows are as they were while it is the same.
func (s *Session) Roles() uint64 { return s.hub.roles.Load() }

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
