package prompt

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// View shows a line in one row of a terminal: behind a label, and as much of it
// as there is room for, around the cursor. It remembers which part that was, so
// that the text stands still while the cursor moves within it.
type View struct {
	first int // the cell of the text at which the row begins
}

// What stands for what can't be seen.
const (
	moreLeft  = "‹"
	moreRight = "›"
	lineBreak = "↵"
)

// leastText is how many cells the text has at least, at the label's cost.
const leastText = 11

// Row returns the row and the cell in it at which the cursor stands. The row is
// narrower than width, so that it never wraps.
func (v *View) Row(label string, e *Editor, width int) (row string, cursor int) {
	width = max(width, 2)
	label = shortened(label, width-1-leastText)
	room := width - 1 - Width(label)
	cells := layout(e.text)
	at, total := 0, 0
	for i := range cells {
		if cells[i].start < e.cursor {
			at += cells[i].width
		}
		total += cells[i].width
	}
	if total < room {
		v.first = 0
		return label + span(cells, 0, total), Width(label) + at
	}
	return v.scrolled(label, cells, at, room)
}

// shortened returns a label as it fits into some cells; if it would say nothing
// there, it is left out.
func shortened(label string, cells int) string {
	const least = 4
	if cells < least {
		return ""
	}
	return displaywidth.TruncateString(label, cells, "…")
}

// layout returns a text's clusters as they are shown.
func layout(text string) []cluster {
	cells := clusters(text)
	for i := range cells {
		if strings.Contains(cells[i].text, "\n") {
			cells[i].text, cells[i].width = lineBreak, 1
		}
	}
	return cells
}

// scrolled is Row for a text that does not fit: with a mark at either end where
// there is more.
func (v *View) scrolled(label string, cells []cluster, at, room int) (row string, cursor int) {
	seen := max(room-2, 1) // cells between the marks
	switch {               // what lies in the direction of the movement comes into view
	case at < v.first:
		v.first = max(0, at-seen/4)
	case at >= v.first+seen:
		v.first = at - seen*3/4
	}
	// Not in the middle of a wide character.
	from, to, more := 0, 0, false
	for i, cell := 0, 0; i < len(cells); i++ {
		end := cell + cells[i].width
		switch {
		case cell <= v.first:
			from, to = cell, end
		case end-from <= seen:
			to = end
		default:
			more = true
		}
		cell = end
	}
	v.first = from
	left, right := " ", ""
	if from > 0 {
		left = moreLeft
	}
	if more {
		right = moreRight
	}
	text := span(cells, from, to)
	if pad := seen - Width(text); more && pad > 0 {
		text += strings.Repeat(" ", pad)
	}
	return displaywidth.TruncateString(label+left+text+right, Width(label)+room, ""), Width(label) + min(1+at-from, room)
}

// span returns what is between two cells.
func span(cells []cluster, from, to int) string {
	var b strings.Builder
	cell := 0
	for i := range cells {
		if end := cell + cells[i].width; cell >= from && end <= to {
			b.WriteString(cells[i].text)
		}
		cell += cells[i].width
	}
	return b.String()
}
