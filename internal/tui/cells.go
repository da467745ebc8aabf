package tui

import (
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"

	"hubbub/internal/chat"
)

// maxCluster is how many runes of one grapheme cluster are painted: the longest
// emoji have about ten, a letter under a heap of accents any number.
const maxCluster = 12

// cell is a cluster that is painted.
type cell struct {
	text  string
	width uint8
	style style
	link  uint8 // 1 + its index, or 0: there are at most maxLinks
}

// cleanText makes text harmless and takes what can't be seen by itself out of it.
func cleanText(s string) string {
	s = chat.CleanText(strings.ToValidUTF8(s, "?"))
	if ascii(s) {
		return s
	}
	s = strings.ReplaceAll(s, string(placeholder), "\ufffd") // kitty would show a picture there
	var b strings.Builder
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		if g.Width() > 0 || g.Value() == "\n" {
			b.WriteString(shortCluster(g.Value()))
		}
	}
	return b.String()
}

// maxLine is how much is kept of what has one line, in bytes: the longest such
// things are topics.
const maxLine = chat.MaxTopic

// cleanLine is cleanText for what has one line.
func cleanLine(s string) string {
	return cleanText(chat.CleanLine(strings.ToValidUTF8(first(s, maxLine), "?")))
}

// first returns the first bytes of a text, and no half character.
func first(s string, bytes int) string {
	if len(s) <= bytes {
		return s
	}
	for bytes > 0 && !utf8.RuneStart(s[bytes]) {
		bytes--
	}
	return s[:bytes]
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// shortCluster returns what is painted of a cluster. One that ends in a joiner is joined
// with nothing, and some terminals (tmux) would put what they are told next into it, be
// that the beginning of another row.
func shortCluster(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxCluster {
			s = s[:i]
			break
		}
	}
	return strings.TrimRight(s, "\u200d")
}

// cellsOf takes text apart. It must be clean.
func cellsOf(cells []cell, text string, st style, link int) []cell {
	for g := displaywidth.StringGraphemes(text); g.Next(); {
		cells = append(cells, cell{g.Value(), uint8(g.Width()), st, uint8(link)})
	}
	return cells
}

// width returns how many cells a text takes.
func width(s string) int { return displaywidth.String(s) }

// shorten cuts a text to some cells.
func shorten(s string, cells int) string {
	if cells < 1 {
		return ""
	}
	return displaywidth.TruncateString(s, cells, "…")
}

// row is a painted row, its width in cells, and the sign that stands before it.
type row struct {
	text  string
	width int
	sign  sign
}

// sign tells what a row of a timeline is, at its left.
type sign uint8

const (
	noSign       sign = iota
	callSign          // it calls the user
	selectedSign      // it is selected
)

// painter paints a row, which gets no wider than the limit.
type painter struct {
	b      strings.Builder
	colour *palette
	limit  int
	width  int
}

func newPainter(colour *palette, limit int) *painter {
	p := &painter{colour: colour, limit: limit}
	p.b.Grow(limit + 64) // with room for some colours
	return p
}

// put paints clean text of one line, as much of it as fits.
func (p *painter) put(st style, text string) *painter {
	w := width(text)
	if room := p.limit - p.width; w > room {
		text = shorten(text, room)
		w = width(text)
	}
	if text == "" {
		return p
	}
	p.open(st)
	p.b.WriteString(text)
	p.close(st)
	p.width += w
	return p
}

// fill paints the same, which is one cell wide, up to a cell.
func (p *painter) fill(st style, with string, to int) *painter {
	n := min(to, p.limit) - p.width
	if n <= 0 {
		return p
	}
	p.open(st)
	if with == " " {
		p.blank(n)
	} else {
		for range n {
			p.b.WriteString(with)
		}
	}
	p.close(st)
	p.width += n
	return p
}

// blank writes spaces: most of a screen is that.
func (p *painter) blank(n int) {
	const spaces = "                                                                "
	for ; n > 0; n -= len(spaces) {
		p.b.WriteString(spaces[:min(n, len(spaces))])
	}
}

// cells paints cells, as far as they fit; targets are where their links lead.
func (p *painter) cells(cells []cell, targets []string) *painter {
	for i := 0; i < len(cells); {
		first := cells[i]
		p.begin(first, targets)
		for ; i < len(cells) && cells[i].style == first.style && cells[i].link == first.link; i++ {
			if p.width+int(cells[i].width) > p.limit {
				i = len(cells)
				break
			}
			p.b.WriteString(cells[i].text)
			p.width += int(cells[i].width)
		}
		p.end(first)
	}
	return p
}

// begin opens a run of cells, and its link (OSC 8).
func (p *painter) begin(c cell, targets []string) {
	if c.link > 0 {
		p.b.WriteString("\x1b]8;;" + targets[c.link-1] + "\x1b\\")
	}
	p.open(c.style)
}

func (p *painter) end(c cell) {
	p.close(c.style)
	if c.link > 0 {
		p.b.WriteString("\x1b]8;;\x1b\\")
	}
}

func (p *painter) open(st style) {
	if sgr := p.colour[st]; sgr != "" {
		p.b.WriteString("\x1b[" + sgr + "m")
	}
}

func (p *painter) close(st style) {
	if p.colour[st] != "" {
		p.b.WriteString("\x1b[m")
	}
}

// add paints a row behind what is there; one that does not fit is left out.
func (p *painter) add(r row) *painter {
	if p.width+r.width <= p.limit {
		p.b.WriteString(r.text)
		p.width += r.width
	}
	return p
}

func (p *painter) row() row { return row{text: p.b.String(), width: p.width} }

// wrap breaks cells into rows of at most first and then width cells, between words
// where it can. What stood at the break as a space is gone.
func wrap(cells []cell, first, width int) (rows [][]cell) {
	first, width = max(first, 2), max(width, 2)
	limit := first
	for len(cells) > 0 {
		n, next := breakAt(cells, limit)
		rows = append(rows, cells[:n])
		cells = cells[next:]
		limit = width
	}
	if len(rows) == 0 {
		rows = append(rows, nil)
	}
	return rows
}

// breakAt returns how many cells fit, and where the next row begins.
func breakAt(cells []cell, limit int) (n, next int) {
	used, space := 0, -1
	for i := range cells {
		if cells[i].text == " " {
			space = i
		}
		if used += int(cells[i].width); used > limit {
			switch {
			case space == i:
				return i, i + 1
			case space > 0:
				return space, space + 1
			}
			return max(i, 1), max(i, 1)
		}
	}
	return len(cells), len(cells)
}
