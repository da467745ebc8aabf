package ssh

import (
	"sync"

	"hubbub/internal/screen"
)

// window is the client's, as it tells: who attends hears of changes, and whoever shows
// something there is told.
type window struct {
	kind    string           // what TERM says
	resized chan screen.Size // has the newest size that nobody has taken yet; never closed

	mu    sync.Mutex // guards the following; held for a moment only
	size  screen.Size
	lines *terminal // where lines are shown; nil while nothing or a whole screen is
}

// What a window has that does not say how large it is, and the widest that is believed,
// in cells.
const (
	usualWidth  = 80
	usualHeight = 24
	maxWidth    = 500
	maxHeight   = 500
)

func newWindow(kind string, columns, rows uint32) *window {
	return &window{kind: kind, resized: make(chan screen.Size, 1), size: sizeOf(columns, rows)}
}

func sizeOf(columns, rows uint32) screen.Size {
	s := screen.Size{Width: int(min(columns, maxWidth)), Height: int(min(rows, maxHeight))}
	if columns == 0 {
		s.Width = usualWidth
	}
	if rows == 0 {
		s.Height = usualHeight
	}
	return s
}

// isDumb reports whether a terminal can't go back to what it has printed.
func isDumb(kind string) bool { return kind == "" || kind == "dumb" }

// now returns how large the window is.
func (w *window) now() screen.Size {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.size
}

// resize tells how large the window is now.
func (w *window) resize(columns, rows uint32) {
	size := sizeOf(columns, rows)
	w.mu.Lock()
	w.size = size
	lines := w.lines
	select {
	case <-w.resized:
	default:
	}
	select {
	case w.resized <- size:
	default:
	}
	w.mu.Unlock()
	if lines != nil {
		lines.resize(size.Width)
	}
}

// begin returns where lines are shown from now on.
func (w *window) begin() *terminal {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = newTerminal(w.kind, w.size.Width)
	return w.lines
}

// end ends the showing of lines, and returns where they were shown.
func (w *window) end() *terminal {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.lines
	w.lines = nil
	return t
}

// The smallest window in which there is a whole screen.
const (
	leastWidth  = 40
	leastHeight = 8
)

// fits reports whether a whole screen can be shown.
func (w *window) fits() bool {
	size := w.now()
	return !isDumb(w.kind) && size.Width >= leastWidth && size.Height >= leastHeight
}
