//go:build unix

package prompt

import (
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func enableSequences(*os.File) error { return nil }

func notifyResize() chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGWINCH)
	return c
}

func notifyResume() chan os.Signal {
	c := make(chan os.Signal, 1)
	tellResume(c)
	return c
}

func tellResume(c chan os.Signal) { signal.Notify(c, syscall.SIGCONT) }

func notifyStop() chan os.Signal {
	c := make(chan os.Signal, 1)
	tellStop(c)
	return c
}

func tellStop(c chan os.Signal) { signal.Notify(c, syscall.SIGTSTP) }

func stopTelling(channels ...chan os.Signal) {
	for _, c := range channels {
		signal.Stop(c)
	}
}

const canSuspend = true

// stopTime is how long stopping may take. It takes so long only where nobody could
// have the job go on, since there is no shell: then it is not stopped.
const stopTime = time.Second

// suspend stops the whole job, as the terminal would, and returns when it goes on. It is
// not SIGTSTP that does: a program in Go that has once asked to be told of it is not
// stopped by it any more. SIGTTIN does the same, and nothing either where there is no
// shell.
func suspend() error {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	if err := syscall.Kill(0, syscall.SIGTTIN); err != nil {
		return os.NewSyscallError("kill", err)
	}
	late := time.NewTimer(stopTime) // we run for a moment before we are stopped
	defer late.Stop()
	select {
	case <-goesOn:
	case <-late.C:
	}
	return nil
}

// Input is a file whose reading can be ended from another goroutine, which a
// terminal's can't by itself: it waits for the file and for a pipe.
type Input struct {
	file       *os.File
	wake, wait *os.File // the pipe: closing wake ends the waiting
	ended      bool     // owned by the reader
	close      sync.Once
}

// NewInput returns a file's input. The file itself is never closed.
func NewInput(file *os.File) (*Input, error) {
	wait, wake, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	if max(file.Fd(), wait.Fd()) >= unix.FD_SETSIZE {
		return nil, errors.New("too many files are open to wait for input")
	}
	return &Input{file: file, wake: wake, wait: wait}, nil
}

// Read reads when there is something to read. It returns os.ErrClosed after
// Close.
func (in *Input) Read(p []byte) (int, error) {
	if in.ended {
		return 0, os.ErrClosed
	}
	file, wait := int(in.file.Fd()), int(in.wait.Fd())
	for {
		// Not poll: on macOS that does not work with terminals.
		var ready unix.FdSet
		ready.Set(file)
		ready.Set(wait)
		_, err := unix.Select(max(file, wait)+1, &ready, nil, nil, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, os.NewSyscallError("select", err)
		case ready.IsSet(wait):
			in.wait.Close()
			in.ended = true
			return 0, os.ErrClosed
		}
		return in.file.Read(p)
	}
}

// Close ends a Read that waits, and all that come later. It may be called again.
func (in *Input) Close() error {
	in.close.Do(func() { in.wake.Close() })
	return nil
}
