package prompt

import (
	"os"
	"sync"

	"golang.org/x/term"
)

// Terminal is a terminal in raw mode: keys come one by one and unseen. Close
// must be called however the program ends, or the shell that is left is no good.
type Terminal struct {
	in, out *os.File
	size    func(fd int) (width, height int, err error)
	resized chan os.Signal // nil where there is no such signal
	resumed chan os.Signal // the same
	stops   chan os.Signal // the same
	input   *Input

	mu     sync.Mutex  // guards the following, and what is done to the terminal by it
	state  *term.State // to go back to; nil while not in raw mode
	closed bool        // there is no way back into it
}

// IsTerminal reports whether f is one.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Open puts a terminal into raw mode.
func Open(in, out *os.File) (*Terminal, error) {
	input, err := NewInput(in)
	if err != nil {
		return nil, err
	}
	t := &Terminal{in: in, out: out, size: term.GetSize, resized: notifyResize(), resumed: notifyResume(), stops: notifyStop(), input: input}
	if err := t.raw(); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Terminal) raw() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return os.ErrClosed
	}
	if err := enableSequences(t.out); err != nil {
		return err
	}
	state, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return err
	}
	if t.state == nil {
		t.state = state
	}
	_, err = t.out.WriteString("\x1b[?2004h") // pasted text is marked as such
	return err
}

// restore leaves raw mode; again does no harm.
func (t *Terminal) restore() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.restoreLocked()
}

// restoreLocked is restore while t.mu is held.
func (t *Terminal) restoreLocked() error {
	if t.state == nil {
		return nil
	}
	t.out.WriteString("\x1b[?2004l")
	err := term.Restore(int(t.in.Fd()), t.state)
	t.state = nil
	return err
}

// Close makes the terminal what it was, and ends a Read that is waiting. It may
// be called again, and from any goroutine.
func (t *Terminal) Close() error {
	t.mu.Lock()
	t.closed = true
	err := t.restoreLocked()
	t.mu.Unlock()
	stopTelling(t.resized, t.resumed, t.stops)
	t.input.Close()
	return err
}

// Guard is for the goroutines of a program that has a terminal, in a defer: if
// one panics, the terminal is put in order before the panic is shown.
func (t *Terminal) Guard() {
	if p := recover(); p != nil {
		t.restore()
		panic(p)
	}
}

// Read reads what is typed. It returns os.ErrClosed after Close.
func (t *Terminal) Read(p []byte) (int, error) { return t.input.Read(p) }

// Write writes to the terminal.
func (t *Terminal) Write(p []byte) (int, error) { return t.out.Write(p) }

// Size returns how many cells a row has, and how many rows there are: 80 and 24 if
// that can't be told.
func (t *Terminal) Size() (width, height int) {
	width, height, err := t.size(int(t.out.Fd()))
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

// Width returns how many cells a row has.
func (t *Terminal) Width() int {
	width, _ := t.Size()
	return width
}

// Resized tells when the size may have changed. Where the system does not tell,
// it is nil.
func (t *Terminal) Resized() <-chan os.Signal { return t.resized }

// Resumed tells that the process goes on after it was stopped by something else than
// Suspend: the terminal is not in raw mode then. Where there is no such thing, it is
// nil.
func (t *Terminal) Resumed() <-chan os.Signal { return t.resumed }

// Stops tells that the process is to be stopped, as kill -TSTP wants: Suspend does that.
// Where there is no such thing, it is nil.
func (t *Terminal) Stops() <-chan os.Signal { return t.stops }

// Resume puts the terminal into raw mode again, after others have had it.
func (t *Terminal) Resume() error { return t.raw() }

// Suspend stops the program, as Ctrl-Z does in a terminal that is not raw, and
// returns when it goes on. Where there is no such thing it does nothing.
func (t *Terminal) Suspend() error {
	if !canSuspend {
		return nil
	}
	if err := t.restore(); err != nil {
		return err
	}
	stopTelling(t.resumed, t.stops)
	defer tellResume(t.resumed)
	defer tellStop(t.stops)
	if err := suspend(); err != nil {
		return err
	}
	return t.raw()
}
