package screen

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// leave ends what is shown.
func (r *runner) leave() {
	r.due.stop()
	r.escape.stop()
	r.rest.stop()
	r.undo()
	close(r.frames)
}

// undo undoes what was done to the terminal, if it can still be written to. The next
// frame does it again.
func (r *runner) undo() {
	if r.writing {
		r.writing, r.broken = false, <-r.wrote
	}
	undo := r.painter.leave(r.raw)
	r.raw = kept(r.raw)
	if r.broken == nil && len(undo) > 0 {
		r.broken = r.send(undo)
	}
}

// suspend gives the terminal to whoever it came from, and waits until it is back.
func (r *runner) suspend() {
	if r.suspended == nil {
		return
	}
	r.undo()
	if r.broken != nil {
		return
	}
	size, err := r.suspended()
	if err != nil {
		r.broken = fmt.Errorf("have the terminal back: %w", err)
		return
	}
	r.resize(size)
	r.update(tea.ResumeMsg{})
}
