package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// What the model knows of accounts and of keeping order.

// learnAccounts keeps what an event does to credentials and invitations.
func (m *model) learnAccounts(ev *chat.Event) {
	inInbox := ev.Room == ev.User.Inbox()
	switch {
	case ev.Kind == chat.InvitationMade:
		m.codes = append(m.codes, chat.InvitationOf(ev))
	case ev.Kind == chat.InvitationDropped:
		m.codes = slices.DeleteFunc(m.codes, func(v chat.Invitation) bool { return v.Seq == ev.Target })
	case !inInbox: // the same, in the audit log
	case ev.Kind == chat.Registered:
		for i := range m.codes {
			if m.codes[i].Seq == ev.Target {
				m.codes[i].Left--
			}
		}
		m.codes = slices.DeleteFunc(m.codes, func(v chat.Invitation) bool { return v.Left == 0 })
		for key, guest := range m.facts.Guests { // comes back never more
			if guest.ID == ev.User {
				delete(m.facts.Guests, key)
			}
		}
	case ev.Kind == chat.CredentialAdded:
		c := store.Credential{Credential: chat.CredentialOf(ev), Secret: ev.Secret}
		if c.Proof.Single() {
			m.proofs = slices.DeleteFunc(m.proofs, func(old store.Credential) bool { return old.User == c.User && old.Proof == c.Proof })
		}
		m.proofs = append(m.proofs, c)
	case ev.Kind == chat.CredentialDropped:
		m.proofs = slices.DeleteFunc(m.proofs, func(c store.Credential) bool { return c.Seq == ev.Target })
	}
}

// proofsOf returns a user's credentials.
func (m *model) proofsOf(user chat.UserID) (all []store.Credential) {
	for _, c := range m.proofs {
		if c.User == user {
			all = append(all, c)
		}
	}
	return all
}

// wantProofs adds what a need asks for about accounts.
func (m *model) wantProofs(n *chat.Need, want *chat.Facts) {
	if _, known := want.Credentials[n.Credentials]; !known {
		for _, c := range m.proofsOf(n.Credentials) {
			want.Credentials[n.Credentials] = append(want.Credentials[n.Credentials], c.Credential)
		}
	}
	for _, c := range m.proofs {
		if !n.Holder.IsZero() && c.Key == n.Holder {
			want.Holders[c.Key] = c.User
		}
	}
	for _, v := range m.codes {
		if v.Seq == n.Invitation || !n.Code.IsZero() && v.Key == n.Code {
			want.Invitations[v.Seq], want.Codes[v.Key] = v, v.Seq
		}
	}
}

// account makes up something about accounts or order. Half of it comes from the
// console, or too much would be refused.
func (m *model) account(c *chat.Command) *chat.Command {
	rng := m.rng
	c.Op = chat.Register + chat.Op(rng.IntN(int(chat.SetProperty-chat.Register)+1))
	if rng.IntN(3) == 0 {
		c.Client = chat.ClientID(fmt.Sprintf("id-%d", rng.IntN(400)))
	}
	if rng.IntN(2) == 0 && c.Op != chat.Report {
		c.By = 0
	}
	c.Room, c.User, c.Text = m.room(), m.user(), "because"
	if u, ok := m.state.User(c.User); ok && len(u.Rooms) > 0 {
		c.Room = u.Rooms[rng.IntN(len(u.Rooms))]
	}
	if rng.IntN(2) == 0 {
		c.Until = m.now + chat.Millis(rng.IntN(100_000))
	}
	switch c.Op {
	case chat.Register:
		m.registration(c)
	case chat.MakeBot:
		c.Name = fmt.Sprintf("bot%d", rng.IntN(8))
	case chat.Login:
		c.By, c.Client = 0, ""
		if n := len(m.proofs); n > 0 {
			proof := m.proofs[rng.IntN(n)]
			c.User, c.Target = proof.User, proof.Seq
		}
	case chat.AddCredential, chat.DropCredential:
		m.credential(c)
	case chat.MakeInvitation:
		c.Key, c.Count, c.Text = m.keys[rng.IntN(len(m.keys))], 1+uint32(rng.IntN(3)), fmt.Sprint(c.Room)
		c.Level = uint8(chat.MemberRole) + uint8(rng.IntN(3))
	case chat.DropInvitation:
		if n := len(m.codes); n > 0 && rng.IntN(3) == 0 {
			c.Target = m.codes[rng.IntN(n)].Seq
		}
	case chat.SetRole:
		c.Level = uint8(chat.MemberRole) + uint8(rng.IntN(3))
	case chat.SetRank:
		c.Level = uint8(rng.IntN(int(chat.OwnerRank) + 1))
	case chat.SetRules:
		c.Rules, c.Count = chat.Flags(rng.Uint32()&rng.Uint32()&rng.Uint32())&chat.Rules, uint32(rng.IntN(3))
	case chat.SetKey, chat.SetLimit, chat.AddMask, chat.DropMask:
		m.terms(c)
	case chat.Unmute, chat.Ban, chat.Unban:
		m.order(c)
	case chat.Report:
		c.Target = m.message()
	case chat.SetProperty:
		m.property(c)
	}
	return c
}

// registration has a guest become a member, or somebody new be one, with an
// invitation or without.
func (m *model) registration(c *chat.Command) {
	c.Name, c.Open = fmt.Sprintf("member%d", m.rng.IntN(12)), true
	if c.By == 0 {
		c.Client = ""
	}
	switch m.rng.IntN(3) {
	case 0:
		c.Secret = m.secret()
	case 1:
		c.Level, c.Text, c.Holder = uint8(chat.ByOIDC), "elsewhere", m.keys[m.rng.IntN(len(m.keys))]
	}
	if n := len(m.codes); n > 0 && m.rng.IntN(3) > 0 {
		c.Open, c.Key = false, m.codes[m.rng.IntN(n)].Key
	}
}

func (m *model) secret() string { return fmt.Sprintf("secret-%016x", m.rng.Uint64()) }

// credential adds a credential, often in place of another, or drops one.
func (m *model) credential(c *chat.Command) {
	n := len(m.proofs)
	if n > 0 && m.rng.IntN(2) == 0 {
		proof := m.proofs[m.rng.IntN(n)]
		c.User, c.Target = proof.User, proof.Seq
	}
	c.Level, c.Name, c.Count = 1+uint8(m.rng.IntN(8)), fmt.Sprintf("credential %d", m.rng.IntN(9)), m.rng.Uint32()
	p := chat.Proof(c.Level)
	if p.Secretive() {
		c.Secret = m.secret()
	}
	if p.Keyed() {
		c.Key = m.keys[m.rng.IntN(len(m.keys))]
	}
}

// order bans in a room or from the server, a person or a network, or lifts
// something that there is.
func (m *model) order(c *chat.Command) {
	snap := m.state.Snapshot()
	switch {
	case c.Op == chat.Ban && m.rng.IntN(3) > 0:
	case c.Op == chat.Ban && m.rng.IntN(2) == 0:
		c.Room = 0
		if m.rng.IntN(4) > 0 {
			c.Until = m.now + 20_000
		}
	case c.Op == chat.Ban:
		c.Room, c.User, c.Name = 0, 0, fmt.Sprintf("192.0.%d.0/24", m.rng.IntN(6))
	case c.Op == chat.Unban && len(snap.Bans) > 0 && m.rng.IntN(2) == 0:
		ban := snap.Bans[m.rng.IntN(len(snap.Bans))]
		if c.Room, c.User = 0, ban.User; ban.User == 0 {
			c.Name = ban.Name
		}
	default:
		for _, r := range snap.Rooms {
			for _, st := range r.Standings {
				if c.Op == chat.Unmute && st.Muted || c.Op == chat.Unban && st.Banned {
					c.Room, c.User = r.ID, st.User
				}
			}
		}
	}
}

// terms changes what it takes to come into a room.
func (m *model) terms(c *chat.Command) {
	c.Text, c.Count = []string{"", "tea", "milk"}[m.rng.IntN(3)], uint32(m.rng.IntN(12))
	c.Level, c.Name = 1+uint8(m.rng.IntN(4)), []string{"nick1*", "*@guest", "~a:member2", "guest?", "*!*@bot"}[m.rng.IntN(5)]
	if r, ok := m.state.Room(c.Room); ok && c.Op == chat.DropMask && len(r.Masks) > 0 {
		masked := r.Masks[m.rng.IntN(len(r.Masks))]
		c.Level, c.Name = uint8(masked.List), strings.Replace(masked.Pattern, "nick", "NICK", 1)
	}
}

// checkAccounts compares everybody's credentials and all invitations.
func (m *model) checkAccounts() {
	m.t.Helper()
	ctx := m.t.Context()
	for _, user := range append(m.state.Users(), 1<<40) {
		got, err := m.store.Credentials(ctx, user)
		if want := m.proofsOf(user); err != nil || !reflect.DeepEqual(got, want) {
			m.t.Fatalf("credentials of %d: %v\n got %+v\nwant %+v", user, err, got, want)
		}
	}
	for _, key := range m.keys {
		got, ok, err := m.store.CredentialByKey(ctx, key)
		i := slices.IndexFunc(m.proofs, func(c store.Credential) bool { return c.Key == key })
		if err != nil || ok != (i >= 0) || ok && !reflect.DeepEqual(got, m.proofs[i]) {
			m.t.Fatalf("the credential of %x: %+v, %t, %v", key[:2], got, ok, err)
		}
	}
	got, err := m.store.Invitations(ctx)
	if err != nil || len(got)+len(m.codes) > 0 && !reflect.DeepEqual(got, m.codes) {
		m.t.Fatalf("invitations: %v\n got %+v\nwant %+v", err, got, m.codes)
	}
}

// checkAudit compares the end of the audit log with the model's.
func (m *model) checkAudit() {
	m.t.Helper()
	audit, ok := m.state.Find(chat.AuditName)
	if !ok {
		return
	}
	before, limit, lookAt := chat.Seq(m.rng.IntN(len(m.events)+1)), m.rng.IntN(30), m.rng.IntN(60)
	looked := 0
	keep := func(ev *chat.Event) bool { return ev.About%2 == 0 }
	var want []chat.Event
	for _, ev := range slices.Backward(m.events) {
		if ev.Room != audit || ev.Said() || before != 0 && ev.Seq >= before || looked == lookAt || len(want) == limit {
			continue
		}
		if looked++; keep(&ev) {
			want = append(want, ev)
		}
	}
	slices.Reverse(want)
	got, err := m.store.LastEvents(m.t.Context(), audit, before, limit, lookAt, keep)
	if err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		m.t.Fatalf("the audit log before %d: %v\n got %+v\nwant %+v", before, err, got, want)
	}
	for _, ev := range got {
		if strings.Contains(fmt.Sprint(ev), "secret-") {
			m.t.Fatalf("the audit log tells %+v", ev)
		}
	}
}
