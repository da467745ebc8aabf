package powerloss

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Loss says what a power loss did.
type Loss struct {
	Sectors, SectorsLost       int // 512-byte sectors written and not synced, in files that are still there
	DirChanges, DirChangesLost int
}

// PowerLoss drops what is not durable, except what by chance had reached the
// disk, as the package comment says, and brings the power back. It ends a
// [FS.CutPower]; the other faults stay as they are set.
//
// Whatever the kernel and running programs hold of the FS is dead: open files,
// mappings and locks on them answer ESTALE and cannot change what survived.
// End those programs before or after, but before others look at the files.
// The same rng after the same requests gives the same loss.
func (fs *FS) PowerLoss(rng *rand.Rand) Loss {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var l Loss
	l.DirChanges, l.DirChangesLost = fs.journal.lose(rng, chance(rng))
	for _, n := range fs.boot() {
		unsynced, lost := n.data.lose(rng, chance(rng))
		l.Sectors += unsynced
		l.SectorsLost += lost
		fs.used += n.size()
	}
	fs.power = power{left: -1}
	return l
}

// chance draws how likely it is that an unsynced change reached the disk. That
// none or all did are both worth trying often.
func chance(rng *rand.Rand) float64 {
	switch rng.IntN(4) {
	case 0:
		return 0
	case 1:
		return 1
	default:
		return rng.Float64()
	}
}

// boot forgets all that was in memory and builds the tree anew from the disk's
// names. Every node but the root gets a new name for the kernel, so that
// nothing the kernel has cached is about any of them. It returns the files in
// a fixed order. fs.mu must be held, except in newFS.
func (fs *FS) boot() []*node {
	fs.nodes = map[uint64]*node{rootID: fs.root}
	fs.files = make(map[uint64]*node)
	fs.dirs = make(map[uint64]*dirStream)
	fs.lastID = max(fs.lastID, rootID)
	fs.used = 0
	fs.root.id = rootID
	return fs.bootDir(fs.root, nil)
}

// bootDir does the work of boot for one directory, and appends to files.
func (fs *FS) bootDir(dir *node, files []*node) []*node {
	dir.names = maps.Clone(dir.durable)
	for _, name := range slices.Sorted(maps.Keys(dir.names)) {
		n := dir.names[name]
		if fs.nodes[n.id] == n {
			n.links++ // one more name of a file already seen
			continue
		}
		n.links, n.opens, n.lookups = 1, 0, 0
		fs.register(n)
		if n.dir {
			files = fs.bootDir(n, files)
		} else {
			files = append(files, n)
		}
	}
	return files
}
