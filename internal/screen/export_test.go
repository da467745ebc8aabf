package screen

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Painter makes frames for a terminal of a size.
func Painter(term string, size Size) func(tea.View) []byte {
	return ColouredPainter(term, ColoursOfTerm, size)
}

// ColouredPainter is Painter for a terminal whose colours may be known.
func ColouredPainter(term string, colours Colours, size Size) func(tea.View) []byte {
	frame := rowPainter(term, colours, size)
	var content string
	var rows []string
	return func(v tea.View) []byte {
		if v.Content != content || rows == nil {
			content, rows = v.Content, strings.Split(v.Content, "\n")
		}
		return frame(rows, v)
	}
}

// RowPainter is Painter for models that have rows.
func RowPainter(term string, size Size) func([]string, tea.View) []byte {
	return rowPainter(term, ColoursOfTerm, size)
}

func rowPainter(term string, colours Colours, size Size) func([]string, tea.View) []byte {
	p := newPainter(term, colours)
	p.resize(size)
	return func(rows []string, v tea.View) []byte { return p.frame(rows, v, nil) }
}

// Decode decodes bytes that come in pieces, and gives up after the last. It returns
// how many bytes the decoder held at most.
func Decode(pieces [][]byte, give func(tea.Msg)) (held int) {
	var d decoder
	for _, p := range pieces {
		d.decode(p, give)
		held = max(held, cap(d.pending)+cap(d.paste))
	}
	d.giveUp(give)
	return held
}

// Unchanged is how much of a row stays when another takes its place.
var Unchanged = unchanged
