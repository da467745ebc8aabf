package powerloss

import (
	"maps"
	"slices"
	"syscall"
	"time"
)

const (
	rootID  = 1   // the kernel's name for the root, always
	maxName = 255 // bytes
)

// node is a file or a directory.
type node struct {
	id       uint64 // the kernel's name for it since the last boot; also its inode number
	dir      bool
	mode     uint32 // permission bits
	uid, gid uint32
	mtime    time.Time
	ctime    time.Time
	links    int    // names that lead to it
	opens    int    // open files of it
	lookups  uint64 // how often the kernel was told its id, less what it forgot

	data    contents         // of a file
	names   map[string]*node // of a directory, as programs see them
	durable map[string]*node // of a directory, as the disk has them
}

// dirStream is an open directory: the names as they were when reading began.
type dirStream struct {
	node  *node
	names []string
}

func newNode(dir bool) *node {
	n := &node{dir: dir}
	n.touch()
	if dir {
		n.names, n.durable = make(map[string]*node), make(map[string]*node)
	}
	return n
}

func (n *node) size() int64 { return int64(len(n.data.cache)) }

func (n *node) touch() {
	n.mtime = time.Now()
	n.ctime = n.mtime
}

// The methods below are the requests of programs. Each needs fs.mu held.

// register gives n a name for the kernel.
func (fs *FS) register(n *node) {
	fs.lastID++
	n.id = fs.lastID
	fs.nodes[n.id] = n
}

// find returns the node that the kernel means by id, for a request that
// changes nothing.
func (fs *FS) find(id uint64) (*node, syscall.Errno) {
	if fs.power.off {
		return nil, syscall.EIO
	}
	n := fs.nodes[id]
	if n == nil {
		return nil, syscall.ESTALE
	}
	return n, 0
}

// change returns the node that the kernel means by id, for a request that
// changes it.
func (fs *FS) change(id uint64) (*node, syscall.Errno) {
	n := fs.nodes[id]
	if n == nil {
		return nil, syscall.ESTALE
	}
	if fs.readOnly && !fs.power.off {
		return nil, syscall.EROFS
	}
	return n, fs.spend()
}

// make gives a new node its id and its name.
func (fs *FS) make(parent *node, name string, n *node) syscall.Errno {
	if errno := fs.link(parent, name, n); errno != 0 {
		return errno
	}
	fs.register(n)
	return 0
}

// link gives n a further name, which must be free.
func (fs *FS) link(parent *node, name string, n *node) syscall.Errno {
	switch {
	case len(name) > maxName:
		return syscall.ENAMETOOLONG
	case parent.names[name] != nil:
		return syscall.EEXIST
	}
	n.links++
	n.ctime = time.Now()
	parent.names[name] = n
	parent.touch()
	fs.journal = append(fs.journal, dirChange{subject: n, made: true, names: []naming{{parent, name, n}}})
	return 0
}

// remove takes a name away, from a file or from an empty directory.
func (fs *FS) remove(parent *node, name string, dir bool) syscall.Errno {
	n := parent.names[name]
	switch {
	case n == nil:
		return syscall.ENOENT
	case n.dir && !dir:
		return syscall.EISDIR
	case !n.dir && dir:
		return syscall.ENOTDIR
	case len(n.names) > 0:
		return syscall.ENOTEMPTY
	}
	delete(parent.names, name)
	parent.touch()
	fs.unlinked(n)
	fs.journal = append(fs.journal, dirChange{subject: n, gone: n, names: []naming{{parent, name, nil}}})
	return 0
}

// rename moves a name; what had the new name loses it in the same step. The
// kernel has made sure that no directory moves into itself, that the two
// names are not one file's, and RENAME_NOREPLACE of renameat2(2).
func (fs *FS) rename(from *node, old string, to *node, name string) syscall.Errno {
	n, victim := from.names[old], to.names[name]
	switch {
	case n == nil:
		return syscall.ENOENT
	case len(name) > maxName:
		return syscall.ENAMETOOLONG
	case victim != nil && victim.dir && !n.dir:
		return syscall.EISDIR
	case victim != nil && !victim.dir && n.dir:
		return syscall.ENOTDIR
	case victim != nil && len(victim.names) > 0:
		return syscall.ENOTEMPTY
	}
	delete(from.names, old)
	to.names[name] = n
	from.touch()
	to.touch()
	if victim != nil {
		fs.unlinked(victim)
	}
	fs.journal = append(fs.journal, dirChange{subject: n, gone: victim, names: []naming{{from, old, nil}, {to, name, n}}})
	return 0
}

// unlinked counts a name that n lost, and frees n if it was the last use.
func (fs *FS) unlinked(n *node) {
	n.links--
	n.ctime = time.Now()
	fs.free(n)
}

// free gives back the space of a file that nobody can reach any more, and
// forgets a node that the kernel has forgotten.
func (fs *FS) free(n *node) {
	if n.links > 0 || n.opens > 0 {
		return
	}
	fs.used -= n.size()
	n.data.cache = nil // but not what the disk has: its name may come back
	if n.lookups == 0 {
		delete(fs.nodes, n.id)
	}
}

// open returns a handle for a file.
func (fs *FS) open(n *node) uint64 {
	fs.lastID++
	fs.files[fs.lastID] = n
	n.opens++
	return fs.lastID
}

// release ends a handle. Handles from before a power loss are no more.
func (fs *FS) release(handle uint64) {
	n := fs.files[handle]
	if n == nil {
		return
	}
	delete(fs.files, handle)
	n.opens--
	fs.free(n)
}

// write writes as much of data as the quota lets in, and returns how much.
func (fs *FS) write(n *node, off int64, data []byte) (int, syscall.Errno) {
	end := off + int64(len(data))
	if off < 0 || end > maxSize {
		return 0, syscall.EFBIG
	}
	if room := fs.room(n, end); room < end {
		if room <= off {
			return 0, syscall.ENOSPC
		}
		data = data[:room-off]
	}
	old := n.size()
	n.data.write(off, data)
	fs.used += n.size() - old
	n.touch()
	return len(data), 0
}

// truncate sets a file's size.
func (fs *FS) truncate(n *node, size int64) syscall.Errno {
	switch {
	case n.dir:
		return syscall.EISDIR
	case size < 0 || size > maxSize:
		return syscall.EFBIG
	case fs.room(n, size) < size:
		return syscall.ENOSPC
	}
	fs.used += size - n.size()
	n.data.truncate(size)
	n.touch()
	return 0
}

// room returns how large n may become under the quota, at most want.
func (fs *FS) room(n *node, want int64) int64 {
	if fs.quota < 0 || want <= n.size() {
		return want
	}
	return min(want, n.size()+max(fs.quota-fs.used, 0))
}

// sync makes a file or a directory durable.
func (fs *FS) sync(n *node) syscall.Errno {
	if errno := fs.spend(); errno != 0 {
		return errno
	}
	if errno := fs.syncFault(); errno != 0 {
		n.data.failSync()
		return errno
	}
	n.data.sync()
	fs.journal.sync(n)
	return 0
}

// list returns a directory's names in order.
func (n *node) list() []string { return slices.Sorted(maps.Keys(n.names)) }
