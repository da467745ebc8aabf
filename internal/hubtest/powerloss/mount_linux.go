package powerloss

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// mount is the connection with the kernel.
type mount struct {
	dir    string
	server *fuse.Server
	done   chan struct{} // closed when the last request has been answered
}

// start mounts fs and serves it. It needs root.
func (m *mount) start(fs *FS) error {
	server, err := connect(fs)
	if err != nil {
		return fmt.Errorf("%w (it needs root and /dev/fuse)", unsupported(err))
	}
	m.dir, m.server, m.done = fs.dir, server, make(chan struct{})
	go func() {
		defer close(m.done)
		server.Serve()
	}()
	if err := server.WaitMount(); err != nil {
		return errors.Join(err, m.stop())
	}
	return nil
}

// connect mounts fs, and makes sure that no child process gets the connection:
// a child that holds it while it waits for an answer could not even be killed
// once this process is gone.
func connect(fs *FS) (*fuse.Server, error) {
	syscall.ForkLock.RLock() // no child starts before the connection is marked
	defer syscall.ForkLock.RUnlock()
	server, err := fuse.NewServer(&bridge{RawFileSystem: fuse.NewDefaultRawFileSystem(), fs: fs}, fs.dir, &fuse.MountOptions{
		Name:               "powerloss",
		FsName:             "powerloss",
		Options:            []string{"default_permissions"},
		DirectMountStrict:  true,
		DisableReadDirPlus: true,
		DisableXAttrs:      true,
		// All writes come through this kernel, and files have new ids after a
		// power loss: its cached pages are never stale.
		ExplicitDataCacheControl: true,
		// EnableLocks stays false: the kernel then keeps the locks itself.
	})
	if err != nil {
		return nil, err
	}
	const fds = "/proc/self/fd"
	entries, err := os.ReadDir(fds)
	for _, e := range entries {
		if to, _ := os.Readlink(filepath.Join(fds, e.Name())); to == "/dev/fuse" {
			fd, _ := strconv.Atoi(e.Name())
			syscall.CloseOnExec(fd)
		}
	}
	return server, err
}

// unsupported marks the errors that mean that this machine has no FUSE for us.
func unsupported(err error) error {
	for _, errno := range []error{syscall.ENOENT, syscall.ENODEV, syscall.ENXIO, syscall.EPERM, syscall.EACCES} {
		if errors.Is(err, errno) {
			return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
		}
	}
	return err
}

// stop unmounts and waits for the last request, unless the mount is in use.
func (m *mount) stop() error {
	err := m.server.Unmount()
	if err == nil {
		<-m.done
		return nil
	}
	return errors.Join(fmt.Errorf("in use: end the processes with files open there first: %w", err),
		syscall.Unmount(m.dir, syscall.MNT_DETACH))
}
