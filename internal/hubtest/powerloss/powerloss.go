// Package powerloss is a disk for tests that can lose its power.
//
// [Mount] mounts an [FS] on a directory (FUSE, Linux only). A program under
// test keeps its files there. The FS stands for a disk and for the page cache
// before it, and keeps apart what programs wrote from what they made durable.
// [FS.PowerLoss] throws away what was not durable, or a random part of it, and
// from then on the directory shows what the disk still had, so that the
// program can be started on it again, any number of times.
//
// What is durable:
//
//   - A file's bytes and size are durable after fsync or fdatasync of the file.
//   - A created name is durable after fsync of its directory or, as on ext4, of
//     the file itself; the directories made on the way to it come with it.
//   - A rename or a removal is durable after fsync of a directory that it
//     changed.
//   - Modes, owners and times are always durable: nothing here tests them.
//
// What a power loss does with the rest:
//
//   - Each 512-byte sector of each write reached the disk, or did not, in any
//     order. A sector holds what the page cache held when it was written.
//   - The last write to each file is torn: the disk has a prefix of its sectors.
//   - Each truncation happened or did not.
//   - Each directory change happened or did not. A rename is atomic, and a
//     change does not happen without the earlier ones that it builds on: to
//     the same name, to the same file, or to the directory that it is in.
//
// Faults come on demand: [FS.SetQuota], [FS.SetReadOnly], [FS.FailSync], and
// [FS.CutPower], which stops the disk after a number of changes and so hits
// moments that no kill(2) would.
//
// The kernel keeps byte-range locks and flock(2) itself, and mmap(2) works,
// also shared and writable: writes go through the kernel's page cache, and
// written pages of a mapping arrive when the kernel writes them back, at the
// latest when the mapping ends. So SQLite in WAL mode runs on it. Symbolic
// links, devices and extended attributes do not exist here. Everything is kept
// in memory, twice; a file may have up to 1 GiB.
//
// The process that mounted the FS also serves it, and must not wait for itself
// where the Go scheduler cannot see it. It may use files by read and write,
// but must not touch memory mapped from them (so no SQLite on the mount in
// this process), nor start a program that lies there or with its working
// directory there. Run the program under test as a child process.
//
// A sync that failed is treacherous, as on a real machine: see [FS.FailSync]. If
// a test process is killed, its mounts stay behind, dead; umount(8) ends them.
//
// Mount starts goroutines that serve the kernel's requests; [FS.Unmount] waits
// for them.
package powerloss

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
)

// FS is one simulated disk, mounted on a directory. Its methods may be called
// from any goroutine, also while programs use the mount.
type FS struct {
	dir   string
	mount mount

	mu       sync.Mutex // guards everything below; nothing waits while it is held
	root     *node
	nodes    map[uint64]*node // by the kernel's name for them
	files    map[uint64]*node // open files, by handle
	dirs     map[uint64]*dirStream
	lastID   uint64 // of nodes and handles; never used again, so those from before a power loss stay dead
	journal  journal
	used     int64 // bytes in files that have a name or are open
	quota    int64 // negative: none
	readOnly bool
	failing  int           // how many syncs are still to fail; negative: all
	failWith syscall.Errno // what they fail with
	power    power
}

// Mount mounts a new, empty FS on the directory dir, which must exist. The
// error wraps [errors.ErrUnsupported] where there is no FUSE to try.
func Mount(dir string) (*FS, error) {
	fs := newFS(dir)
	if err := fs.mount.start(fs); err != nil {
		return nil, fmt.Errorf("powerloss: mount on %s: %w", dir, err)
	}
	return fs, nil
}

func newFS(dir string) *FS {
	fs := &FS{dir: dir, quota: -1, power: power{left: -1}}
	fs.root = newNode(true)
	fs.root.mode, fs.root.links = 0o755, 1
	fs.root.uid, fs.root.gid = uint32(os.Getuid()), uint32(os.Getgid())
	fs.boot()
	return fs
}

// Available tells why an FS cannot be mounted here, or nil if it can. It tries.
func Available() error {
	dir, err := os.MkdirTemp("", "powerloss")
	if err != nil {
		return fmt.Errorf("powerloss: no directory to try a mount on: %w", err)
	}
	defer os.Remove(dir)
	fs, err := Mount(dir)
	if err != nil {
		return err
	}
	return fs.Unmount()
}

// ForTest mounts an FS on a temporary directory until the test ends. It skips
// the test where that is not possible, and fails it if at its end a process
// still uses the mount.
func ForTest(t testing.TB) *FS {
	t.Helper()
	if err := Available(); err != nil {
		t.Skip(err)
	}
	fs, err := Mount(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := fs.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return fs
}

// Dir returns the directory that the FS is mounted on.
func (fs *FS) Dir() string { return fs.dir }

// Unmount takes the FS off its directory and forgets its files. It fails if a
// process still has a file open there; the directory is free all the same, and
// the FS ends with that process.
func (fs *FS) Unmount() error {
	if err := fs.mount.stop(); err != nil {
		return fmt.Errorf("powerloss: unmount %s: %w", fs.dir, err)
	}
	return nil
}
