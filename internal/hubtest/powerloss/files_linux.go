package powerloss

import (
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// Open lets the kernel keep its cached pages: only it changes the file. It
// never asks for direct I/O, without which a shared mapping is possible.
func (b *bridge) Open(_ cancel, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.fs.find(in.NodeId)
	if errno != 0 {
		return fuse.Status(errno)
	}
	out.Fh, out.OpenFlags = b.fs.open(n), fuse.FOPEN_KEEP_CACHE
	return fuse.OK
}

func (b *bridge) Release(_ cancel, in *fuse.ReleaseIn) {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	b.fs.release(in.Fh)
}

// handle returns the open file, unless it was opened before a power loss.
func (b *bridge) handle(fh uint64) (*node, syscall.Errno) {
	if b.fs.power.off {
		return nil, syscall.EIO
	}
	n := b.fs.files[fh]
	if n == nil {
		return nil, syscall.ESTALE
	}
	return n, 0
}

// writable returns the open file for a request that changes it.
func (b *bridge) writable(fh uint64) (*node, syscall.Errno) {
	n := b.fs.files[fh]
	if n == nil {
		return nil, syscall.ESTALE
	}
	return b.fs.change(n.id)
}

func (b *bridge) Read(_ cancel, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.handle(in.Fh)
	if errno != 0 {
		return nil, fuse.Status(errno)
	}
	from := min(in.Offset, uint64(n.size()))
	return fuse.ReadResultData(buf[:copy(buf, n.data.cache[from:])]), fuse.OK
}

// Write writes where the kernel says. It knows the file's size, so O_APPEND
// needs nothing here, and a page of a mapping must not be appended.
func (b *bridge) Write(_ cancel, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.writable(in.Fh)
	if errno != 0 {
		return 0, fuse.Status(errno)
	}
	written, errno := b.fs.write(n, int64(in.Offset), data)
	return uint32(written), fuse.Status(errno)
}

func (b *bridge) Fallocate(_ cancel, in *fuse.FallocateIn) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.writable(in.Fh)
	if errno != 0 {
		return fuse.Status(errno)
	}
	off, end := int64(in.Offset), int64(in.Offset+in.Length)
	if off < 0 || end > maxSize || end < off {
		return fuse.Status(syscall.EFBIG)
	}
	switch in.Mode {
	case unix.FALLOC_FL_KEEP_SIZE:
	case unix.FALLOC_FL_KEEP_SIZE | unix.FALLOC_FL_PUNCH_HOLE:
		if end = min(end, n.size()); off < end {
			_, errno = b.fs.write(n, off, make([]byte, end-off))
		}
	case 0:
		if end > n.size() {
			errno = b.fs.truncate(n, end)
		}
	default:
		errno = syscall.EOPNOTSUPP
	}
	return fuse.Status(errno)
}

// Fsync makes the file durable; fdatasync(2) does just the same.
func (b *bridge) Fsync(_ cancel, in *fuse.FsyncIn) fuse.Status {
	b.fs.mu.Lock()
	defer b.fs.mu.Unlock()
	n, errno := b.handle(in.Fh)
	if errno == 0 {
		errno = b.fs.sync(n)
	}
	return fuse.Status(errno)
}
