package chat

import (
	"fmt"
	"slices"
)

// The ends of the closed lists, and how far back a clock is not believed.
const (
	KindEnd     = kindEnd
	OpEnd       = opEnd
	ActEnd      = actionEnd
	RoleEnd     = roleEnd
	RankEnd     = rankEnd
	ProofEnd    = proofEnd
	MaxStepBack = maxStepBack
)

// CheckIndexes reports an index of the state that does not agree with what it
// indexes.
func (s *State) CheckIndexes() error {
	nicks, keys, names, direct := 0, 0, 0, 0
	for id, u := range s.users {
		nicks++
		if s.nicks[Fold(u.nick)] != id {
			return fmt.Errorf("nick %q of user %d finds %d", u.nick, id, s.nicks[Fold(u.nick)])
		}
		if !u.secret().IsZero() {
			if keys++; s.keys[u.secret()] != id {
				return fmt.Errorf("key of user %d finds %d", id, s.keys[u.secret()])
			}
		}
		for _, in := range u.invited {
			if _, ok := s.rooms[in].invited[id]; !ok {
				return fmt.Errorf("user %d is invited to room %d, which does not know", id, in)
			}
		}
	}
	for id, r := range s.rooms {
		if r.name != "" {
			if names++; s.names[Fold(r.name)] != id {
				return fmt.Errorf("name %q of room %d finds %d", r.name, id, s.names[Fold(r.name)])
			}
		}
		if r.flags&Direct != 0 && len(r.members) == 2 {
			if direct++; s.direct[pair(r.members[0].id, r.members[1].id)] != id {
				return fmt.Errorf("direct conversation %d of %d and %d is not found", id, r.members[0].id, r.members[1].id)
			}
		}
		for _, u := range r.members {
			if s.users[u.id] != u {
				return fmt.Errorf("member %d of room %d is an old copy of the user", u.id, id)
			}
		}
		for guest := range r.invited {
			if u := s.users[guest]; u == nil || !slices.Contains(u.invited, id) {
				return fmt.Errorf("room %d expects %d, who does not know", id, guest)
			}
		}
	}
	if err := s.checkStanding(); err != nil {
		return err
	}
	if nicks != len(s.nicks) || keys != len(s.keys) || names != len(s.names) || direct != len(s.direct) {
		return fmt.Errorf("stale index: %d nicks of %d, %d keys of %d, %d names of %d, %d direct conversations of %d",
			len(s.nicks), nicks, len(s.keys), keys, len(s.names), names, len(s.direct), direct)
	}
	return nil
}

// checkStanding reports a guest without a key who does not know where there is
// a standing to forget, a standing of such a guest who has gone, and an audit
// log that is not the one there is.
func (s *State) checkStanding() error {
	for id, u := range s.users {
		for _, in := range u.ranked {
			if _, ok := s.rooms[in].standing[id]; !ok {
				return fmt.Errorf("user %d is something in room %d, which does not know", id, in)
			}
		}
		if u.role >= roleEnd || u.role > GuestRole && u.key != nil {
			return fmt.Errorf("user %d is %v and has a guest's key: %v", id, u.role, u.key != nil)
		}
	}
	var audit *room
	for id, r := range s.rooms {
		for who := range r.standing {
			if u := s.users[who]; u != nil && u.key == nil && u.role == GuestRole && !slices.Contains(u.ranked, id) {
				return fmt.Errorf("user %d is something in room %d and does not know", who, id)
			}
		}
		if r.flags&Audit != 0 {
			audit = r
		}
	}
	if audit != s.audit {
		return fmt.Errorf("the audit log is not the room that is one")
	}
	return nil
}
