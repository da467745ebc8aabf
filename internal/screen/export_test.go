package screen

import tea "charm.land/bubbletea/v2"

// Painter makes frames for a terminal of a size.
func Painter(term string, size Size) func(tea.View) []byte {
	return ColouredPainter(term, ColoursOfTerm, size)
}

// ColouredPainter is Painter for a terminal whose colours may be known.
func ColouredPainter(term string, colours Colours, size Size) func(tea.View) []byte {
	p := newPainter(term, colours)
	p.resize(size)
	return func(v tea.View) []byte { return p.frame(v, nil) }
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
