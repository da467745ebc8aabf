package prompt

import (
	"io"
	"strconv"
	"strings"
)

// Screen turns what is to be seen into bytes for a terminal: lines, which stay,
// and below them one row that is shown until the next. Everything between two
// calls of Flush is written at once, so that nobody sees a row half drawn.
type Screen struct {
	out     io.Writer
	reflows bool // the terminal wraps long rows anew when its width changes
	buf     []byte
	shown   bool // a row is on the screen
	width   int  // of the terminal when it was drawn
	row     string
	cells   int // of the row
	cursor  int // in the row
}

// NewScreen returns a screen on a terminal that is in raw mode.
func NewScreen(out io.Writer, reflows bool) *Screen {
	return &Screen{out: out, reflows: reflows}
}

// Print shows lines above the row, which must then be drawn again. Line breaks
// in the text are line breaks; long lines wrap as the terminal does it, so that
// they can be copied whole.
func (s *Screen) Print(text string) {
	s.erase()
	s.buf = append(s.buf, strings.ReplaceAll(text, "\n", "\r\n")...)
	s.buf = append(s.buf, "\r\n"...)
}

// Bell rings.
func (s *Screen) Bell() { s.buf = append(s.buf, '\a') }

// ClearAll empties the terminal.
func (s *Screen) ClearAll() {
	s.buf = append(s.buf, "\x1b[H\x1b[2J"...)
	s.shown = false
}

// Draw shows a row, which must be narrower than the terminal's width, with the
// cursor at a cell of it. The row may be styled: plain is the same without. What
// is there already is not written again: a screen reader would say it again.
func (s *Screen) Draw(row, plain string, cursor, width int) {
	cells := Width(plain)
	if s.shown && width != s.width {
		s.rewrap(width)
		s.erase()
	}
	if s.shown && s.amend(row, cells, cursor) {
		s.row, s.cells, s.cursor = row, cells, cursor
		return
	}
	s.buf = append(s.buf, '\r')
	s.buf = append(s.buf, row...)
	s.buf = append(s.buf, "\x1b[K\r"...)
	if cursor > 0 {
		s.move(cursor, 'C')
	}
	s.shown, s.width, s.row, s.cells, s.cursor = true, width, row, cells, cursor
}

// amend changes the row that is shown, if the cursor has moved, or if something was
// added or taken away at its end. It reports whether that was all.
func (s *Screen) amend(row string, cells, cursor int) bool {
	atEnd := s.cursor == s.cells && cursor == cells
	switch added, longer := strings.CutPrefix(row, s.row); {
	case row == s.row && cursor > s.cursor:
		s.move(cursor-s.cursor, 'C')
	case row == s.row && cursor < s.cursor:
		s.move(s.cursor-cursor, 'D')
	case row == s.row:
	case atEnd && longer && cells > s.cells && cells == s.cells+Width(added):
		s.buf = append(s.buf, added...)
	case atEnd && strings.HasPrefix(s.row, row) && s.cells > cells && s.cells == cells+Width(s.row[len(row):]):
		s.move(s.cells-cells, 'D')
		s.buf = append(s.buf, "\x1b[K"...)
	default:
		return false
	}
	return true
}

// rewrap puts the cursor where the row begins after a change of the width: if
// the terminal has become narrower, it may have made several of it.
func (s *Screen) rewrap(width int) {
	if s.reflows && s.cells > width && s.cursor >= width {
		s.move(s.cursor/width, 'A')
	}
}

func (s *Screen) move(n int, direction byte) {
	s.buf = append(s.buf, "\x1b["...)
	s.buf = strconv.AppendInt(s.buf, int64(n), 10)
	s.buf = append(s.buf, direction)
}

// erase takes the row off the screen.
func (s *Screen) erase() {
	if s.shown {
		s.buf = append(s.buf, "\r\x1b[J"...)
		s.shown = false
	}
}

// Erase takes the row off the screen, for good.
func (s *Screen) Erase() { s.erase() }

// Flush writes everything.
func (s *Screen) Flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.out.Write(s.buf)
	s.buf = s.buf[:0]
	if cap(s.buf) > 1<<20 {
		s.buf = nil
	}
	return err
}
