package chat

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	MaxLook     = maxLook
)

// OutsideCode is what is not code in a text.
var OutsideCode = outsideCode

// NameRune reports whether r can be in a name.
func NameRune(r rune) bool {
	_, bad := noIdentifier(string(r))
	return nickRune(r, false) && !bad
}

// FoldRunes folds each rune by itself.
func FoldRunes(s string) string { return strings.Map(foldRune, s) }

// CheckIndexes reports an index of the state that does not agree with what it
// indexes.
func (s *State) CheckIndexes() error {
	nicks, keys, names, direct := 0, 0, 0, 0
	if err := cmp.Or(s.nickLooks.check(len(s.nicks)), s.nameLooks.check(len(s.names))); err != nil {
		return err
	}
	for id, u := range s.users {
		nicks++
		if s.nicks[Fold(u.nick)] != id {
			return fmt.Errorf("nick %q of user %d finds %d", u.nick, id, s.nicks[Fold(u.nick)])
		}
		if look := Skeleton(u.nick); !s.nickLooks.has(look, id) {
			return fmt.Errorf("user %d does not hold %q, which %q looks like", id, look, u.nick)
		}
		if !u.secret().IsZero() {
			if keys++; s.keys[u.secret()] != id {
				return fmt.Errorf("key of user %d finds %d", id, s.keys[u.secret()])
			}
		}
		for _, in := range u.known().invited {
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
			if look := Skeleton(r.name); !s.nameLooks.has(look, id) {
				return fmt.Errorf("room %d does not hold %q, which %q looks like", id, look, r.name)
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
			if u := s.users[guest]; u == nil || !slices.Contains(u.known().invited, id) {
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

func (c claims[ID]) has(look string, id ID) bool {
	return c.first[look] == id || slices.Contains(c.rest[look], id)
}

// check reports claims that are not n, or whose first is not the least.
func (c claims[ID]) check(n int) error {
	held := len(c.first)
	for look, rest := range c.rest {
		held += len(rest)
		if len(rest) == 0 || slices.Min(rest) <= c.first[look] {
			return fmt.Errorf("%q is held by %d first, then %d", look, c.first[look], rest)
		}
	}
	if held != n {
		return fmt.Errorf("%d claims of %d names", held, n)
	}
	return nil
}

// checkStanding reports a guest without a key who does not know where there is
// a standing to forget, a standing of such a guest who has gone, and an audit
// log that is not the one there is.
func (s *State) checkStanding() error {
	for id, u := range s.users {
		for _, in := range u.known().ranked {
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
			if u := s.users[who]; u != nil && u.key == nil && u.role == GuestRole && !slices.Contains(u.known().ranked, id) {
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

// MatchesFolded reports whether a pattern describes a name, both folded.
func MatchesFolded(pattern, name string) bool { return matches(pattern, name) }
