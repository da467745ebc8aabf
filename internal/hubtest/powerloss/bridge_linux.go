package powerloss

import (
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// bridge answers the kernel's requests out of the FS, each under its lock. The
// kernel resolves paths, checks permissions and keeps locks. Names are never
// cached in the kernel (their timeouts are zero), so that after a power loss
// it finds the new nodes; attributes are not cached either.
type bridge struct {
	fuse.RawFileSystem // answers what is not here with ENOSYS
	fs                 *FS
}

type cancel = <-chan struct{}

// String names the file system in mount tables.
func (b *bridge) String() string { return "powerloss" }

// fill gives the attributes of n as stat(2) shows them.
func fill(n *node, a *fuse.Attr) {
	a.Ino, a.Size, a.Blocks, a.Blksize = n.id, uint64(n.size()), uint64(n.size()+sector-1)/sector, 4096
	a.Mode, a.Nlink, a.Uid, a.Gid = n.mode|syscall.S_IFREG, uint32(n.links), n.uid, n.gid
	if n.dir {
		a.Mode = n.mode | syscall.S_IFDIR
	}
	a.SetTimes(&n.mtime, &n.mtime, &n.ctime)
}

// enter tells the kernel about n and counts that it knows it.
func enter(n *node, out *fuse.EntryOut) {
	n.lookups++
	out.NodeId = n.id
	fill(n, &out.Attr)
}

func (b *bridge) Lookup(_ cancel, in *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	parent, errno := b.fs.find(in.NodeId)
	if errno != 0 {
		return fuse.Status(errno)
	}
	n := parent.names[name]
	if n == nil {
		return fuse.ENOENT
	}
	enter(n, out)
	return fuse.OK
}

func (b *bridge) Forget(id, lookups uint64) {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	if n := b.fs.nodes[id]; n != nil {
		n.lookups -= min(lookups, n.lookups)
		b.fs.free(n)
	}
}

func (b *bridge) GetAttr(_ cancel, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.fs.find(in.NodeId)
	if errno == 0 {
		fill(n, &out.Attr)
	}
	return fuse.Status(errno)
}

func (b *bridge) SetAttr(_ cancel, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.fs.change(in.NodeId)
	if errno != 0 {
		return fuse.Status(errno)
	}
	if size, ok := in.GetSize(); ok {
		if errno := b.fs.truncate(n, int64(size)); errno != 0 {
			return fuse.Status(errno)
		}
	}
	if mode, ok := in.GetMode(); ok {
		n.mode = mode
	}
	if uid, ok := in.GetUID(); ok {
		n.uid = uid
	}
	if gid, ok := in.GetGID(); ok {
		n.gid = gid
	}
	n.ctime = time.Now()
	if mtime, ok := in.GetMTime(); ok {
		n.mtime = mtime
	}
	fill(n, &out.Attr)
	return fuse.OK
}

// made makes a file or a directory for the caller. The lock must be held.
func (b *bridge) made(in *fuse.InHeader, name string, dir bool, mode uint32) (*node, syscall.Errno) {
	parent, errno := b.fs.change(in.NodeId)
	if errno != 0 {
		return nil, errno
	}
	n := newNode(dir)
	n.mode, n.uid, n.gid = mode&0o7777, in.Uid, in.Gid
	return n, b.fs.make(parent, name, n)
}

func (b *bridge) Mkdir(_ cancel, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.made(&in.InHeader, name, true, in.Mode)
	if errno == 0 {
		enter(n, out)
	}
	return fuse.Status(errno)
}

func (b *bridge) Create(_ cancel, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.made(&in.InHeader, name, false, in.Mode)
	if errno != 0 {
		return fuse.Status(errno)
	}
	enter(n, &out.EntryOut)
	out.Fh, out.OpenFlags = b.fs.open(n), fuse.FOPEN_KEEP_CACHE
	return fuse.OK
}

func (b *bridge) Link(_ cancel, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.fs.find(in.Oldnodeid)
	if errno != 0 {
		return fuse.Status(errno)
	}
	parent, errno := b.fs.change(in.NodeId)
	if errno == 0 {
		errno = b.fs.link(parent, name, n)
	}
	if errno == 0 {
		enter(n, out)
	}
	return fuse.Status(errno)
}

func (b *bridge) Unlink(_ cancel, in *fuse.InHeader, name string) fuse.Status {
	return b.remove(in, name, false)
}

func (b *bridge) Rmdir(_ cancel, in *fuse.InHeader, name string) fuse.Status {
	return b.remove(in, name, true)
}

func (b *bridge) remove(in *fuse.InHeader, name string, dir bool) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	parent, errno := b.fs.change(in.NodeId)
	if errno == 0 {
		errno = b.fs.remove(parent, name, dir)
	}
	return fuse.Status(errno)
}

// Rename knows no flag of renameat2(2) but RENAME_NOREPLACE, which the kernel
// sees to.
func (b *bridge) Rename(_ cancel, in *fuse.RenameIn, old, name string) fuse.Status {
	if in.Flags&^unix.RENAME_NOREPLACE != 0 {
		return fuse.EINVAL
	}
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	to, errno := b.fs.find(in.Newdir)
	if errno != 0 {
		return fuse.Status(errno)
	}
	from, errno := b.fs.change(in.NodeId)
	if errno == 0 {
		errno = b.fs.rename(from, old, to, name)
	}
	return fuse.Status(errno)
}

func (b *bridge) OpenDir(_ cancel, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.fs.find(in.NodeId)
	if errno == 0 {
		b.fs.lastID++
		out.Fh = b.fs.lastID
		b.fs.dirs[out.Fh] = &dirStream{node: n}
	}
	return fuse.Status(errno)
}

// ReadDir lists the names as they were when reading last began at the start.
func (b *bridge) ReadDir(_ cancel, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	d := b.fs.dirs[in.Fh]
	switch {
	case b.fs.power.off:
		return fuse.EIO
	case d == nil:
		return fuse.Status(syscall.ESTALE)
	case in.Offset == 0:
		d.names = append([]string{".", ".."}, d.node.list()...)
	}
	for at := in.Offset; at < uint64(len(d.names)); at++ {
		e := fuse.DirEntry{Name: d.names[at], Mode: syscall.S_IFDIR, Off: at + 1}
		if n := d.node.names[e.Name]; n != nil {
			var a fuse.Attr
			fill(n, &a)
			e.Mode, e.Ino = a.Mode, a.Ino
		} else if at > 1 {
			continue // removed meanwhile
		}
		if !out.AddDirEntry(e) {
			break
		}
	}
	return fuse.OK
}

func (b *bridge) ReleaseDir(in *fuse.ReleaseIn) {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	delete(b.fs.dirs, in.Fh)
}

func (b *bridge) FsyncDir(_ cancel, in *fuse.FsyncIn) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.fs.find(in.NodeId)
	if errno == 0 {
		errno = b.fs.sync(n)
	}
	return fuse.Status(errno)
}

func (b *bridge) StatFs(_ cancel, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	const block = 4096
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	if b.fs.power.off {
		return fuse.EIO
	}
	total := b.fs.quota
	if total < 0 {
		total = 1 << 40
	}
	out.Bsize, out.Frsize, out.NameLen = block, block, maxName
	out.Blocks = uint64(total) / block
	out.Bfree = uint64(max(total-b.fs.used, 0)) / block
	out.Bavail = out.Bfree
	return fuse.OK
}
