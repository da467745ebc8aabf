package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/prompt"
)

// overlay is laid over the whole screen, and takes all keys until it is closed.
type overlay interface {
	key(m *Model, k tea.KeyPressMsg) tea.Cmd
	// view paints at most height rows, and returns where the cursor is: none if x
	// is negative.
	view(m *Model, width, height int) (rows []row, x, y int)
}

// pager shows lines to read.
type pager struct {
	title string
	lines []string
	top   int // the first row that is seen
	rows  int // how many there are, and
	seen  int // how many of those are seen: as of the last view
}

func (p *pager) key(m *Model, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "esc", "q", "enter", "ctrl+c":
		m.overlay = nil
	case "up", "k":
		p.top--
	case "down", "j":
		p.top++
	case "pgup", "b":
		p.top -= max(1, p.seen-1)
	case "pgdown", "space":
		p.top += max(1, p.seen-1)
	case "home":
		p.top = 0
	case "end":
		p.top = p.rows
	}
	p.top = max(0, min(p.top, p.rows-p.seen))
	return nil
}

func (p *pager) view(m *Model, width, height int) (rows []row, x, y int) {
	var all []row
	for _, line := range p.lines {
		all = append(all, m.plainRows(line, plain, width, 2)...)
	}
	p.rows, p.seen = len(all), max(0, height-1)
	first := max(0, min(p.top, len(all)-p.seen))
	rows = append(rows, m.title(p.title, width))
	rows = append(rows, all[first:min(len(all), first+p.seen)]...)
	return rows, -1, 0
}

// title paints the first row of an overlay.
func (m *Model) title(text string, width int) row {
	return m.paint(width).put(reversed, " "+shorten(text, width-2)+" ").row()
}

// visibleLine returns what is seen of a line that is typed in some cells, and the
// cell of the cursor in it.
func visibleLine(e *prompt.Editor, cells int) (text string, cursor int) {
	before, at := e.Text()[:e.Cursor()], e.Cursor()
	for _, c := range slices.Backward(cellsOf(nil, before, plain, 0)) { // its end is what counts
		if cursor+int(c.width) > cells {
			break
		}
		cursor += int(c.width)
		at -= len(c.text)
	}
	return cleanText(before[at:] + e.Text()[e.Cursor():]), cursor
}
