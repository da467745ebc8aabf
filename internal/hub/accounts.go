package hub

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// Credential is a credential with what proves it.
type Credential = store.Credential

// Console is whoever sits at the server: it may do what an owner may.
type Console struct{ hub *Hub }

// Console returns the server's console.
func (h *Hub) Console() Console { return Console{h} }

// Do proposes a command as the server's own, and waits until it is decided.
func (c Console) Do(ctx context.Context, cmd chat.Command) chat.Outcome {
	cmd.By = 0
	cmd.Text, cmd.Name = chat.CleanLine(cmd.Text), chat.CleanLine(cmd.Name)
	return c.hub.do(ctx, cmd)
}

// Credentials returns a member's credentials.
func (h *Hub) Credentials(ctx context.Context, user chat.UserID) ([]Credential, *chat.Error) {
	all, err := h.store.Credentials(ctx, user)
	if err != nil {
		return nil, h.internal("read credentials", err)
	}
	return all, nil
}

// CredentialByKey returns the credential that has a key, and false if none has.
func (h *Hub) CredentialByKey(ctx context.Context, key chat.Key) (Credential, bool, *chat.Error) {
	c, ok, err := h.store.CredentialByKey(ctx, key)
	if err != nil {
		return c, false, h.internal("read a credential", err)
	}
	return c, ok, nil
}

// Invitations returns the invitations to the server that still let somebody in.
func (h *Hub) Invitations(ctx context.Context) ([]chat.Invitation, *chat.Error) {
	all, err := h.store.Invitations(ctx)
	if err != nil {
		return nil, h.internal("read invitations", err)
	}
	now := h.now()
	return slices.DeleteFunc(all, func(v chat.Invitation) bool { return v.Until != 0 && v.Until <= now }), nil
}

// Bans returns the bans from the server.
func (h *Hub) Bans() []chat.BanInfo {
	if bans := h.bans.Load(); bans != nil {
		return *bans
	}
	return nil
}

// Bans returns the bans from the server.
func (s *Session) Bans() []chat.BanInfo { return s.hub.Bans() }

// Audit returns the last events of the audit log before a position (0: the end),
// at most limit.
func (h *Hub) Audit(ctx context.Context, before chat.Seq, limit int) ([]chat.Event, *chat.Error) {
	r, ok := h.dir.room(chat.AuditName)
	if !ok {
		return nil, nil
	}
	return h.auditLog(ctx, r.id, before, limit, func(*chat.Event) bool { return true })
}

// Person is somebody who is here, or has an account.
type Person struct {
	ID       chat.UserID
	Nick     string
	Role     chat.Role
	Sessions []Connection
}

// Connection is a session as it is listed.
type Connection struct {
	From  netip.Addr // zero if it has none
	Since time.Time
}

// People returns everybody, by their ids.
func (h *Hub) People() []Person {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]Person, 0, len(h.people))
	for _, p := range h.people {
		all = append(all, p.describe())
	}
	slices.SortFunc(all, func(a, b Person) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Person returns who is called nick, and false if nobody is.
func (h *Hub) Person(nick string) (Person, bool) {
	id, ok := h.dir.user(nick)
	if !ok {
		return Person{}, false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[id]
	if p == nil {
		return Person{}, false
	}
	return p.describe(), true
}

// describe returns a copy. Hub.mu must be held.
func (p *person) describe() Person {
	info := Person{ID: p.id, Nick: p.nick, Role: p.role}
	for _, s := range p.sessions {
		info.Sessions = append(info.Sessions, Connection{From: s.Address(), Since: time.Unix(int64(s.began), 0)})
	}
	return info
}

// HasOwner reports whether somebody owns the server.
func (h *Hub) HasOwner() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.people {
		if p.role == chat.OwnerRole {
			return true
		}
	}
	return false
}

// RoomNamed returns a room by name, whoever may see it.
func (h *Hub) RoomNamed(name string) (*chat.RoomInfo, *chat.Error) {
	if r, ok := h.dir.room(name); ok {
		if info := r.info.Load(); info != nil && info.Flags&chat.Audit == 0 {
			return info, nil
		}
	}
	return nil, chat.Errorf(chat.NotFound, "There is no room %s.", name).Because(chat.NoSuchRoom)
}

// Whois returns what the session's user may know of somebody. Where others are
// connected from is for admins.
func (s *Session) Whois(nick string) (Person, *chat.Error) {
	p, ok := s.hub.Person(nick)
	if !ok {
		return p, chat.Errorf(chat.NotFound, "There is nobody called %s here. /who lists those who are.", nick).Because(chat.NoSuchPerson)
	}
	if s.Role() < chat.AdminRole && p.ID != s.User() {
		for i := range p.Sessions {
			p.Sessions[i].From = netip.Addr{}
		}
	}
	return p, nil
}
