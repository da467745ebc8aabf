package chat

import (
	"fmt"
	"slices"
	"strings"
)

// The ends of the closed lists, and how far back a clock is not believed.
const (
	KindEnd     = kindEnd
	OpEnd       = opEnd
	MaxStepBack = maxStepBack
	MaxLook     = maxLook
)

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
	if nicks != len(s.nicks) || keys != len(s.keys) || names != len(s.names) || direct != len(s.direct) {
		return fmt.Errorf("stale index: %d nicks of %d, %d keys of %d, %d names of %d, %d direct conversations of %d",
			len(s.nicks), nicks, len(s.keys), keys, len(s.names), names, len(s.direct), direct)
	}
	return nil
}
