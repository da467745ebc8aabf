package tui

import (
	"encoding/base64"
	"fmt"
	"image/color"
	"strings"
)

// within returns a thumbnail that is at most so large.
func (t *thumbnail) within(columns, rows int) *thumbnail {
	if t.columns <= columns && t.rows <= rows {
		return t
	}
	columns, rows = fit(t.columns, t.rows, columns, rows)
	return &thumbnail{columns: columns, rows: rows, pixels: scaled(t.pixels, columns, 2*rows)}
}

// fit makes a size smaller, so that it is within another.
func fit(width, height, maxWidth, maxHeight int) (int, int) {
	w, h, mw, mh := int64(width), int64(height), int64(maxWidth), int64(maxHeight)
	switch {
	case w <= mw && h <= mh:
		return width, height
	case w*mh > h*mw:
		return maxWidth, max(1, int(h*mw/w))
	}
	return max(1, int(w*mh/h)), maxHeight
}

// blockRows paints a thumbnail in halves of cells, each row behind an indent.
func (t *thumbnail) blockRows(indent int, trueColour bool) (rows []row) {
	for y := range t.rows {
		var b strings.Builder
		b.WriteString(strings.Repeat(" ", indent))
		last := ""
		for x := range t.columns {
			glyph, sgr := t.half(x, y, trueColour)
			if sgr != last {
				b.WriteString("\x1b[0" + sgr + "m")
				last = sgr
			}
			b.WriteString(glyph)
		}
		b.WriteString("\x1b[m")
		rows = append(rows, row{text: b.String(), width: indent + t.columns})
	}
	return rows
}

// half returns the character for a cell, and its colours as parameters of SGR. What
// is transparent stays as the terminal is.
func (t *thumbnail) half(x, y int, trueColour bool) (glyph, sgr string) {
	up, down := t.pixels.NRGBAAt(x, 2*y), t.pixels.NRGBAAt(x, 2*y+1)
	switch seen, below := up.A >= 128, down.A >= 128; {
	case seen && below:
		return "▀", ";38;" + colourOf(up, trueColour) + ";48;" + colourOf(down, trueColour)
	case seen:
		return "▀", ";38;" + colourOf(up, trueColour)
	case below:
		return "▄", ";38;" + colourOf(down, trueColour)
	}
	return " ", ""
}

// colourOf returns a colour as a parameter of SGR, out of 256 or of all.
func colourOf(c color.NRGBA, trueColour bool) string {
	if trueColour {
		return fmt.Sprintf("2;%d;%d;%d", c.R, c.G, c.B)
	}
	return fmt.Sprintf("5;%d", nearest(c))
}

// nearest returns the one of the 256 colours that is nearest: of the cube of six
// levels, or of the greys.
func nearest(c color.NRGBA) int {
	level := func(v uint8) (int, int) {
		i := 0
		if v >= 48 {
			i = max(1, (int(v)-35)/40)
		}
		return i, [...]int{0, 95, 135, 175, 215, 255}[i]
	}
	ri, r := level(c.R)
	gi, g := level(c.G)
	bi, b := level(c.B)
	average := (int(c.R) + int(c.G) + int(c.B)) / 3
	step := min(max((average-3)/10, 0), 23)
	grey := 8 + 10*step
	distance := func(r, g, b int) int {
		dr, dg, db := r-int(c.R), g-int(c.G), b-int(c.B)
		return dr*dr + dg*dg + db*db
	}
	if distance(grey, grey, grey) < distance(r, g, b) {
		return 232 + step
	}
	return 16 + 36*ri + 6*gi + bi
}

// diacritics number the rows and columns of kitty's pictures: the first of those
// that its protocol lists.
var diacritics = [pictureColumns]rune{
	0x305, 0x30d, 0x30e, 0x310, 0x312, 0x33d, 0x33e, 0x33f, 0x346, 0x34a, 0x34b, 0x34c, 0x350, 0x351, 0x352, 0x357, 0x35b,
	0x363, 0x364, 0x365, 0x366, 0x367, 0x368, 0x369, 0x36a, 0x36b, 0x36c, 0x36d, 0x36e, 0x36f,
	0x483, 0x484, 0x485, 0x486, 0x487, 0x592, 0x593, 0x594, 0x595, 0x597,
}

// placeholder is the character in whose places kitty shows a picture.
const placeholder = '\U0010EEEE'

// kittyRows are the places in which kitty shows the picture of a number: ordinary
// characters, each of which says of itself which part it shows. So a screen may be
// painted anew in any part, and scrolled, as with text.
func (t *thumbnail) kittyRows(indent, id int) (rows []row) {
	for y := range t.rows {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\x1b[38;5;%dm", strings.Repeat(" ", indent), id)
		for x := range t.columns {
			b.WriteRune(placeholder)
			b.WriteRune(diacritics[y])
			b.WriteRune(diacritics[x])
		}
		b.WriteString("\x1b[m")
		rows = append(rows, row{text: b.String(), width: indent + t.columns})
	}
	return rows
}

// kittyChunk is how much of a picture is in one sequence, in bytes of base64.
const kittyChunk = 4096

// handOver returns the sequences that give kitty a picture under a number.
func (t *thumbnail) handOver(id int) string {
	data := base64.StdEncoding.EncodeToString(t.png)
	var b strings.Builder
	for first := true; first || data != ""; first = false {
		part := data[:min(len(data), kittyChunk)]
		data = data[len(part):]
		b.WriteString("\x1b_G")
		if first {
			fmt.Fprintf(&b, "a=T,U=1,q=2,f=100,i=%d,c=%d,r=%d,", id, t.columns, t.rows)
		}
		more := 0
		if data != "" {
			more = 1
		}
		fmt.Fprintf(&b, "m=%d;%s\x1b\\", more, part)
	}
	return b.String()
}

// takeBack returns the sequence that has kitty forget a picture.
func takeBack(id int) string { return fmt.Sprintf("\x1b_Ga=d,d=I,i=%d,q=2\x1b\\", id) }
