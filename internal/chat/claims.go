package chat

import "slices"

// claims tells who has a name that looks like another: the holders of names, by
// [Skeleton]. Each skeleton has one holder, unless names were given before the
// rules, or Unicode's table, were as they are now: the state says what is so,
// whatever the rules say of it.
type claims[ID ~uint64] struct {
	first map[string]ID   // the least of the holders, who mostly is the only one
	rest  map[string][]ID // the others, in no order
}

func newClaims[ID ~uint64]() claims[ID] {
	return claims[ID]{first: map[string]ID{}, rest: map[string][]ID{}}
}

// other returns a holder of a skeleton who is not id, the least of them.
func (c claims[ID]) other(look string, id ID) (ID, bool) {
	first, ok := c.first[look]
	if !ok || first != id {
		return first, ok
	}
	if rest := c.rest[look]; len(rest) > 0 {
		return slices.Min(rest), true
	}
	return 0, false
}

func (c claims[ID]) add(look string, id ID) {
	first, ok := c.first[look]
	switch {
	case !ok:
		c.first[look] = id
	case first != id && !slices.Contains(c.rest[look], id):
		c.first[look] = min(first, id)
		c.rest[look] = append(c.rest[look], max(first, id))
	}
}

func (c claims[ID]) remove(look string, id ID) {
	rest := c.rest[look]
	switch {
	case c.first[look] != id:
		rest = slices.DeleteFunc(rest, func(other ID) bool { return other == id })
	case len(rest) == 0:
		delete(c.first, look)
	default:
		next := slices.Min(rest)
		c.first[look] = next
		rest = slices.DeleteFunc(rest, func(other ID) bool { return other == next })
	}
	if len(rest) == 0 {
		delete(c.rest, look)
	} else {
		c.rest[look] = rest
	}
}

// nameUser and unnameUser keep what finds a user by nick.
func (s *State) nameUser(u *user) {
	folded, look := keysOf(u.nick)
	s.nicks[folded] = u.id
	s.nickLooks.add(look, u.id)
}

func (s *State) unnameUser(u *user) {
	folded, look := keysOf(u.nick)
	if s.nicks[folded] == u.id {
		delete(s.nicks, folded)
	}
	s.nickLooks.remove(look, u.id)
}

// nameRoom and unnameRoom keep what finds a room by name, if it has one.
func (s *State) nameRoom(r *room) {
	if r.name == "" {
		return
	}
	folded, look := keysOf(r.name)
	s.names[folded] = r.id
	s.nameLooks.add(look, r.id)
}

func (s *State) unnameRoom(r *room) {
	folded, look := keysOf(r.name)
	if s.names[folded] == r.id {
		delete(s.names, folded)
	}
	s.nameLooks.remove(look, r.id)
}

// keysOf returns the two forms by which a name is found. Where they are equal
// they are one string, so that the state keeps it once.
func keysOf(name string) (folded, look string) {
	folded, look = Fold(name), Skeleton(name)
	if look == folded {
		look = folded
	}
	return folded, look
}
