package screen

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// maxPaste is how much of what is pasted at once is kept, in bytes: twice the
// longest message, so that the model sees that it is too long.
const maxPaste = 64 << 10

// maxPending is how long a sequence may be, in bytes. Of those that mean something
// here the longest is a colour.
const maxPending = 1 << 10

// How long the rest of what has begun is waited for: short where somebody may have
// pressed Escape, longer where only a terminal can have begun.
const (
	escapeWait   = 50 * time.Millisecond
	sequenceWait = 500 * time.Millisecond
)

// How a terminal marks what is pasted.
var (
	pasteBegins = []byte("\x1b[200~")
	pasteEnds   = []byte("\x1b[201~")
)

// decoder makes messages of what a terminal sends: keys, what is pasted, whether
// the window is looked at, which colour the background has. What else there is, and
// what makes no sense, it skips. It holds a bounded number of bytes. The zero
// decoder is ready.
type decoder struct {
	events  uv.EventDecoder
	pending []byte // not complete
	pasting bool
	paste   []byte // up to maxPaste, and behind it what may be the begin of its end
}

// decode takes bytes and gives messages.
func (d *decoder) decode(typed []byte, give func(tea.Msg)) {
	d.pending = append(d.pending, typed...)
	d.scan(false, give)
}

// patience returns how long more should be waited for, or 0.
func (d *decoder) patience() time.Duration {
	switch {
	case len(d.pending) == 0 || d.pasting:
		return 0
	case len(d.pending) <= 2 && d.pending[0] == escape:
		return escapeWait
	}
	return sequenceWait
}

// giveUp takes what is there for all that comes.
func (d *decoder) giveUp(give func(tea.Msg)) {
	if !d.pasting {
		d.scan(true, give)
	}
}

const escape = 0x1b

func (d *decoder) scan(all bool, give func(tea.Msg)) {
	buf := d.pending
	for len(buf) > 0 {
		if d.pasting {
			buf = d.pasted(buf, give)
			if d.pasting {
				break
			}
			continue
		}
		if !all && len(buf) < maxPending && !complete(buf) {
			break
		}
		buf = buf[d.one(buf, give):]
	}
	d.pending = append(d.pending[:0], buf...)
}

// one gives the message of one event and returns its length.
func (d *decoder) one(buf []byte, give func(tea.Msg)) int {
	if bytes.HasPrefix(buf, pasteBegins) {
		d.pasting = true
		return len(pasteBegins)
	}
	if r, n := utf8.DecodeRune(buf); r == utf8.RuneError && n <= 1 { // or it is a control of 8 bits
		return 1
	}
	if f, ok := consoleKey(buf); ok {
		give(tea.KeyPressMsg{Code: f})
		return 4
	}
	n, event := d.events.Decode(buf[:min(len(buf), maxPending)])
	translate(event, give)
	return min(max(n, 1), len(buf))
}

// translate gives an event as bubbletea has it.
func translate(event uv.Event, give func(tea.Msg)) {
	switch e := event.(type) {
	case uv.KeyPressEvent:
		give(tea.KeyPressMsg(e))
	case uv.FocusEvent:
		give(tea.FocusMsg{})
	case uv.BlurEvent:
		give(tea.BlurMsg{})
	case uv.BackgroundColorEvent:
		if e.Color != nil {
			give(tea.BackgroundColorMsg(e))
		}
	case uv.MultiEvent:
		for _, one := range e {
			translate(one, give)
		}
	}
}

// consoleKey returns the function key that the Linux console sends as CSI [ and a
// letter, which is no sequence by the rules.
func consoleKey(buf []byte) (rune, bool) {
	if len(buf) < 4 || string(buf[:3]) != "\x1b[[" || buf[3] < 'A' || buf[3] > 'E' {
		return 0, false
	}
	return tea.KeyF1 + rune(buf[3]-'A'), true
}

// pasted takes bytes of what is pasted, and returns those behind it.
func (d *decoder) pasted(buf []byte, give func(tea.Msg)) []byte {
	from := max(0, len(d.paste)-len(pasteEnds)+1)
	d.paste = append(d.paste, buf...)
	if i := bytes.Index(d.paste[from:], pasteEnds); i >= 0 {
		end := from + i
		rest := buf[len(buf)-len(d.paste)+end+len(pasteEnds):]
		give(tea.PasteMsg{Content: strings.ToValidUTF8(string(d.paste[:min(end, maxPaste)]), "")})
		d.pasting, d.paste = false, nil
		return rest
	}
	if last := len(d.paste) - len(pasteEnds); last > maxPaste {
		d.paste = append(d.paste[:maxPaste], d.paste[last:]...)
	}
	return nil
}

// complete reports whether bytes begin with a whole character or sequence, as far
// as one can tell.
func complete(b []byte) bool {
	for len(b) > 1 && b[0] == escape && b[1] == escape {
		b = b[1:]
	}
	switch {
	case b[0] != escape:
		return utf8.FullRune(b)
	case len(b) == 1:
		return false
	}
	switch rest := b[2:]; b[1] {
	case '[':
		return completeCSI(rest)
	case 'O':
		rest = bytes.TrimLeft(rest, "0123456789")
		return len(rest) > 0
	case ']':
		return completeString(rest, "\a\x1b\x18\x1a")
	case 'P', '_', '^', 'X':
		return completeString(rest, "\x1b\x18\x1a")
	}
	return utf8.FullRune(b[1:])
}

// completeCSI reports whether there is a final byte (ECMA-48 §5.4), or one that
// can't be in a sequence.
func completeCSI(b []byte) bool {
	b = bytes.TrimLeftFunc(b, func(r rune) bool { return r >= 0x20 && r <= 0x3f })
	return len(b) > 1 || len(b) == 1 && b[0] != '['
}

// completeString reports whether a string has one of its ends: ST, which begins
// with Escape, what cancels it, or BEL as xterm has it.
func completeString(b []byte, ends string) bool {
	i := bytes.IndexAny(b, ends)
	return i >= 0 && (b[i] != escape || i+1 < len(b))
}
