package screen

import (
	"regexp"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// What is done to a terminal, and undone. By its number in xterm's list of private
// modes: 1049 is the other screen, 7 has long rows continue on the next one, which
// would push all others away if a terminal takes a character to be wider than we
// do, 2004 marks what is pasted, 2027 has emoji of several characters be one, 1004
// tells whether the window is looked at, 2026 shows a frame when it is complete.
const (
	enter = "\x1b[22;0t\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[?2027h\x1b[m\x1b[2J"
	leave = "\x1b[?2027l\x1b[?2004l\x1b[?7h\x1b[m\x1b[?25h\x1b[?1049l\x1b[23;0t"

	focusOn, focusOff   = "\x1b[?1004h", "\x1b[?1004l"
	frameOn, frameOff   = "\x1b[?2026h", "\x1b[?2026l"
	cursorOn, cursorOff = "\x1b[?25h", "\x1b[?25l"

	// Keys that are otherwise sent alike (Enter and Shift-Enter) are told apart:
	// xterm's modifyOtherKeys, and the protocol of kitty's. The Linux console would
	// take them for colours.
	keysOn, keysOff = "\x1b[>4;2m\x1b[>1u", "\x1b[<1u\x1b[>4m"
)

// maxKept is how large a buffer for frames may be to be kept for the next, in bytes:
// those that tell what has changed are small, and most screens are at rest.
const maxKept = 4 << 10

// kept returns a buffer for the next frame, empty: the same, unless it is large.
func kept(b []byte) []byte {
	if cap(b) > maxKept {
		return nil
	}
	return b[:0]
}

// painter makes of views what a terminal has to be sent. It remembers what the
// terminal shows.
type painter struct {
	size    Size
	linux   bool                 // it is the Linux console
	colours *colorprofile.Writer // writes rows to out in fewer colours, or nil

	entered bool
	known   bool     // shown is what is there
	shown   []string // the rows, from above; those that are missing are empty
	next    []string // for those of the next view
	title   string
	focus   bool
	hidden  bool // the cursor
	x, y    int  // where it is

	out []byte // the frame
}

func newPainter(term string, colours Colours) *painter {
	p := &painter{linux: strings.HasPrefix(term, "linux")}
	if profile := profileOf(term, colours); profile < colorprofile.ANSI256 {
		p.colours = &colorprofile.Writer{Forward: (*frameWriter)(p), Profile: profile}
	}
	return p
}

// monochrome are the names of terminals that have no colours, but bold text.
var monochrome = regexp.MustCompile(`^$|^dumb|^vt[0-9]|-m(ono)?$`)

// profileOf returns which colours a terminal has.
func profileOf(term string, colours Colours) colorprofile.Profile {
	switch {
	case colours == AllColours:
		return colorprofile.TrueColor
	case colours == NoColours, monochrome.MatchString(term):
		return colorprofile.ASCII
	}
	return colorprofile.Env([]string{"TERM=" + term})
}

// frameWriter writes to the frame that is being made.
type frameWriter painter

func (w *frameWriter) Write(b []byte) (int, error) {
	w.out = append(w.out, b...)
	return len(b), nil
}

// resize has everything be painted anew.
func (p *painter) resize(s Size) {
	p.size = s
	p.forget()
}

// forget has everything be painted anew: the terminal may show anything.
func (p *painter) forget() { p.known = false }

// frame returns what has to be written for a view with these rows, with what else is
// to go out before it. It is good until the next call.
func (p *painter) frame(rows []string, v tea.View, raw []byte) []byte {
	p.out = kept(p.out)
	if !p.entered {
		p.enter()
	}
	p.out = append(p.out, raw...)
	p.modes(v)
	if p.known && p.same(rows) {
		p.place(v.Cursor, false)
		return p.out
	}
	start := len(p.out)
	p.put(frameOn)
	wasHidden := p.hidden
	p.hide()
	before := len(p.out)
	p.rows(rows)
	if len(p.out) == before { // nothing that can be seen
		p.out, p.hidden = p.out[:start], wasHidden
		p.place(v.Cursor, false)
		return p.out
	}
	p.place(v.Cursor, true)
	p.put(frameOff)
	return p.out
}

func (p *painter) put(s string) { p.out = append(p.out, s...) }

func (p *painter) enter() {
	p.entered = true
	p.put(enter)
	if !p.linux {
		p.put(keysOn)
	}
}

// leave returns what undoes everything, until the next frame, with what else is to go
// out before it.
func (p *painter) leave(raw []byte) []byte {
	p.out = append(p.out[:0], raw...)
	if !p.entered {
		return p.out
	}
	if !p.linux {
		p.put(keysOff)
	}
	if p.focus {
		p.put(focusOff)
	}
	if p.title != "" {
		p.put("\x1b]2;\a")
	}
	p.put(leave)
	p.entered, p.known, p.focus, p.hidden, p.title = false, false, false, false, ""
	return p.out
}

// modes sets what a view wants of the terminal beside its rows.
func (p *painter) modes(v tea.View) {
	if v.ReportFocus != p.focus {
		p.focus = v.ReportFocus
		if p.focus {
			p.put(focusOn)
		} else {
			p.put(focusOff)
		}
	}
	if v.WindowTitle != p.title {
		p.title = v.WindowTitle
		p.put("\x1b]2;")
		p.put(strings.Map(printable, p.title))
		p.put("\a")
	}
}

// printable drops controls.
func printable(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 {
		return -1
	}
	return r
}

func (p *painter) hide() {
	if !p.hidden {
		p.hidden = true
		p.put(cursorOff)
	}
}

// place puts the cursor where it belongs, if it has moved or is not there.
func (p *painter) place(c *tea.Cursor, moved bool) {
	if c == nil {
		p.hide()
		return
	}
	x, y := min(max(c.X, 0), p.size.Width-1), min(max(c.Y, 0), p.size.Height-1)
	if moved || x != p.x || y != p.y {
		p.x, p.y = x, y
		p.move(x, y)
	}
	if p.hidden {
		p.hidden = false
		p.put(cursorOn)
	}
}

// move puts the cursor into a cell.
func (p *painter) move(x, y int) {
	p.put("\x1b[")
	p.out = strconv.AppendInt(p.out, int64(y+1), 10)
	p.out = append(p.out, ';')
	p.out = strconv.AppendInt(p.out, int64(x+1), 10)
	p.out = append(p.out, 'H')
}
