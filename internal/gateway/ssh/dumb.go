package ssh

import (
	"io"
	"strings"

	"hubbub/internal/prompt"
)

// dumb shows lines on a terminal that can do no more than print, and go back by a
// cell: one of paper, or one that is read aloud.
type dumb struct {
	out   io.Writer
	buf   []byte
	shown string // of the line that is being typed
}

// Print shows lines. What is being typed stays above them, or is what they say.
func (d *dumb) Print(text string) {
	said := d.shown
	d.Erase()
	if text == said {
		return
	}
	d.buf = append(append(d.buf, strings.ReplaceAll(text, "\n", "\r\n")...), "\r\n"...)
}

// Draw shows the line that is being typed: what was added to it, or what was taken
// from its end, or all of it anew.
func (d *dumb) Draw(row, _ string, _, _ int) {
	if shorter, ok := strings.CutPrefix(d.shown, row); ok {
		d.buf = append(d.buf, strings.Repeat("\b \b", prompt.Width(shorter))...)
	} else if more, ok := strings.CutPrefix(row, d.shown); ok {
		d.buf = append(d.buf, more...)
	} else {
		d.Erase()
		d.buf = append(d.buf, row...)
	}
	d.shown = row
}

// Erase ends the line that is being typed.
func (d *dumb) Erase() {
	if d.shown != "" {
		d.buf = append(d.buf, "\r\n"...)
	}
	d.shown = ""
}

// ClearAll shows the line that is being typed once more.
func (d *dumb) ClearAll() { d.Erase() }

// Flush writes everything.
func (d *dumb) Flush() error {
	_, err := d.out.Write(d.buf)
	d.buf = d.buf[:0]
	return err
}
