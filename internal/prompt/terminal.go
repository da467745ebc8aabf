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
	input   *Input

	mu    sync.Mutex  // guards state
	state *term.State // to go back to; nil while not in raw mode
}

// IsTerminal reports whether f is one.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Open puts a terminal into raw mode.
func Open(in, out *os.File) (*Terminal, error) {
	input, err := NewInput(in)
	if err != nil {
		return nil, err
	}
	t := &Terminal{in: in, out: out, size: term.GetSize, resized: notifyResize(), input: input}
	if err := t.raw(); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Terminal) raw() error {
	if err := enableSequences(t.out); err != nil {
		return err
	}
	state, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state = state
	_, err = t.out.WriteString("\x1b[?2004h") // pasted text is marked as such
	return err
}

// restore leaves raw mode; again does no harm.
func (t *Terminal) restore() error {
	t.mu.Lock()
	defer t.mu.Unlock()
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
	err := t.restore()
	stopResize(t.resized)
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

// Width returns how many cells a row has.
func (t *Terminal) Width() int {
	width, _, err := t.size(int(t.out.Fd()))
	if err != nil || width < 1 {
		return 80
	}
	return width
}

// Resized tells when the size may have changed. Where the system does not tell,
// it is nil.
func (t *Terminal) Resized() <-chan os.Signal { return t.resized }

// Suspend stops the program, as Ctrl-Z does in a terminal that is not raw, and
// returns when it goes on. Where there is no such thing it does nothing.
func (t *Terminal) Suspend() error {
	if !canSuspend {
		return nil
	}
	if err := t.restore(); err != nil {
		return err
	}
	if err := suspend(); err != nil {
		return err
	}
	return t.raw()
}
