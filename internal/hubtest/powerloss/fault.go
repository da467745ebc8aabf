package powerloss

import "syscall"

// power is the state of the supply.
type power struct {
	off  bool
	left int           // changes until it goes off; negative: it stays
	cut  chan struct{} // closed when it goes off
}

// SetQuota limits the bytes in all files together: writes that need more get
// as much as there is, then ENOSPC. Names cost nothing. Space comes back when
// files are deleted or cut, or with a larger quota. Negative means no limit.
// A quota below what is used lets nothing grow and takes nothing away.
func (fs *FS) SetQuota(bytes int64) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.quota = bytes
}

// SetReadOnly makes every change fail with EROFS, as a disk that the kernel has
// remounted after an error does, or lets changes in again.
func (fs *FS) SetReadOnly(on bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.readOnly = on
}

// FailSync makes the next times syncs, of files or of directories, fail with
// err; negative means all until the next call, and zero none.
//
// A failed sync of a file loses what it was to make durable, as on Linux: the
// bytes can be read until the power goes, but no later sync writes them out.
// Only writing them again helps.
func (fs *FS) FailSync(times int, err syscall.Errno) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.failing, fs.failWith = times, err
}

// CutPower lets after more changes happen (writes, truncations, syncs, changes
// to directories and attributes), then stops the disk: the next change and
// every request after it fails with EIO, reads too, until [FS.PowerLoss]
// brings the power back. The channel it returns is closed when the disk stops.
// Calling it again, or PowerLoss, abandons a cut that has not happened, and
// its channel is then never closed.
func (fs *FS) CutPower(after int) <-chan struct{} {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	cut := make(chan struct{})
	if fs.power.off {
		close(cut)
		return cut
	}
	fs.power = power{left: max(after, 0), cut: cut}
	return cut
}

// spend counts one change or sync against the cut, and returns EIO once the
// power is off. fs.mu must be held.
func (fs *FS) spend() syscall.Errno {
	p := &fs.power
	switch {
	case p.off:
		return syscall.EIO
	case p.left == 0:
		p.off = true
		close(p.cut)
		return syscall.EIO
	case p.left > 0:
		p.left--
	}
	return 0
}

// syncFault returns the error that a sync must fail with, if any. fs.mu must
// be held.
func (fs *FS) syncFault() syscall.Errno {
	if fs.failing == 0 {
		return 0
	}
	if fs.failing > 0 {
		fs.failing--
	}
	return fs.failWith
}
