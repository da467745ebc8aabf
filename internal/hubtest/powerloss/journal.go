package powerloss

import (
	"math/rand/v2"
	"slices"
)

// journal holds the directory changes that are not durable, oldest first.
type journal []dirChange

// dirChange is one change to directories; it happens whole or not at all.
type dirChange struct {
	subject *node // what was named, renamed or removed
	gone    *node // what lost a name for good: removed, or replaced by a rename; or nil
	made    bool  // it only gave the subject a name: create, mkdir, link
	names   []naming
}

// naming gives a name in a directory a new meaning; a nil node removes it.
type naming struct {
	dir  *node
	name string
	node *node
}

// follows tells that c cannot have happened without the earlier change b, for
// else a file could be lost that nobody removed, or a name could have a meaning
// that it never had.
func (c dirChange) follows(b dirChange) bool {
	switch {
	case c.subject == b.subject, c.gone == b.subject:
		return true // they are about one file
	case b.made && c.changes(b.subject):
		return true // b made the directory that c is in
	case c.gone != nil && b.changes(c.gone):
		return true // b emptied the directory that c removed
	case c.movesDir() && b.movesDir():
		return true // either order alone could put directories inside each other
	}
	return slices.ContainsFunc(c.names, func(n naming) bool {
		return slices.ContainsFunc(b.names, func(m naming) bool { return n.dir == m.dir && n.name == m.name })
	})
}

func (c dirChange) movesDir() bool { return c.subject.dir && len(c.names) > 1 }

func (c dirChange) changes(dir *node) bool {
	return slices.ContainsFunc(c.names, func(n naming) bool { return n.dir == dir })
}

// settle writes the change to the disk.
func (c dirChange) settle() {
	for _, n := range c.names {
		if n.node == nil {
			delete(n.dir.durable, n.name)
		} else {
			n.dir.durable[n.name] = n.node
		}
	}
}

// sync makes durable what a sync of n must: that n exists and, if n is a
// directory, the names in it. What these follow becomes durable too, so also
// the directories on the way to n.
func (j *journal) sync(n *node) {
	take := make([]bool, len(*j))
	var taken []dirChange
	for i, c := range slices.Backward(*j) {
		take[i] = c.made && c.subject == n || c.changes(n) ||
			slices.ContainsFunc(taken, func(t dirChange) bool { return t.follows(c) })
		if take[i] {
			taken = append(taken, c)
		}
	}
	*j = settle(*j, take)
}

// lose decides which changes happened, each with the given chance, and drops
// the rest. It returns how many changes there were and how many are lost.
func (j *journal) lose(rng *rand.Rand, chance float64) (unsynced, lost int) {
	take := make([]bool, len(*j))
	var dropped journal
	for i, c := range *j {
		take[i] = rng.Float64() < chance && !slices.ContainsFunc(dropped, c.follows)
		if !take[i] {
			dropped = append(dropped, c)
		}
	}
	unsynced = len(*j)
	settle(*j, take)
	*j = nil
	return unsynced, len(dropped)
}

// settle writes the changes that are to be taken to the disk, oldest first,
// and returns the others.
func settle(all journal, take []bool) journal {
	var rest journal
	for i, c := range all {
		if take[i] {
			c.settle()
		} else {
			rest = append(rest, c)
		}
	}
	return rest
}
