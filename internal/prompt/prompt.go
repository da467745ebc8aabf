// Package prompt keeps a line that is being typed intact at the bottom of a
// terminal while other lines appear above it.
//
// It is made of parts that know nothing of each other, and but for the last one
// nothing of a terminal, so that they can be tested as functions:
//
//   - a [Decoder] turns the bytes that a terminal sends into [Key]s;
//   - an [Editor] is the line and its history, changed by keys;
//   - a [View] cuts what can be seen out of the line, to the width there is;
//   - a [Screen] turns lines to print and the row to show into bytes;
//   - a [Terminal] is the real one: raw mode, size, interruptible reading, and
//     the way back to how everything was.
//
// Text is measured in cells and edited in grapheme clusters: what a reader takes
// for one character is one for every key.
//
// The package starts no goroutines, but on Windows one for each file that is read: the
// reading of a console can't be ended there, so it ends with the program, and what it
// reads too late is kept for whoever reads next.
package prompt

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"
)

// MaxText is how many bytes a line can have; more is not taken.
const MaxText = 32 << 10

// Plain makes text from anywhere safe to show: no control characters but line
// breaks, and none that reorder what stands around them.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029, r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// Width returns how many cells a text takes.
func Width(s string) int { return displaywidth.String(s) }

// cluster is what a reader takes for one character.
type cluster struct {
	text  string
	start int // in bytes
	width int // in cells
}

func (c *cluster) end() int { return c.start + len(c.text) }

// clusters takes a text apart.
func clusters(s string) []cluster {
	var all []cluster
	g := displaywidth.StringGraphemes(s)
	for at := 0; g.Next(); {
		c := cluster{text: g.Value(), start: at, width: g.Width()}
		at = c.end()
		all = append(all, c)
	}
	return all
}
