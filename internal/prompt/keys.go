package prompt

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Code says which key was pressed.
type Code uint8

// The keys that mean something here.
const (
	Typed     Code = iota // Text was typed
	Pasted                // Text was pasted, perhaps several lines
	Enter                 // and the others, as they are printed on keyboards
	Tab                   //
	Left                  //
	Right                 //
	Up                    //
	Down                  //
	Home                  //
	End                   //
	WordLeft              // Alt-B, or Ctrl-Left
	WordRight             // Alt-F, or Ctrl-Right
	Backspace             //
	Delete                //
	KillWord              // Ctrl-W
	KillLeft              // Ctrl-U
	KillRight             // Ctrl-K
	Redraw                // Ctrl-L
	Interrupt             // Ctrl-C
	EOF                   // Ctrl-D
	Suspend               // Ctrl-Z
)

// Key is one key, or a run of typed text.
type Key struct {
	Code Code
	Text string // Typed, Pasted
}

// Decoder turns bytes from a terminal into keys. Bytes may come in any pieces.
// The zero Decoder is ready.
//
// A lone Escape means nothing here, so it need not be told from the beginning of
// a sequence by how much time passes.
type Decoder struct {
	held    []byte // the beginning of a sequence or of a character
	pasting bool
	paste   []byte
}

// pasteStart and pasteEnd surround what is pasted (xterm's mode 2004).
const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// maxSequence is how long a sequence may be before it is taken for none.
const maxSequence = 32

// Feed returns the keys that b completes.
func (d *Decoder) Feed(b []byte) []Key {
	var keys []Key
	b = append(d.held, b...)
	d.held = nil
	for len(b) > 0 {
		if d.pasting {
			n := d.pasted(b, &keys)
			if n == 0 {
				break
			}
			b = b[n:]
			continue
		}
		key, n, ok := next(b)
		if n == 0 {
			break
		}
		b = b[n:]
		switch {
		case key.Code == Pasted:
			d.pasting = true
		case ok && key.Code == Typed && len(keys) > 0 && keys[len(keys)-1].Code == Typed:
			keys[len(keys)-1].Text += key.Text
		case ok:
			keys = append(keys, key)
		}
	}
	d.held = bytes.Clone(b)
	return keys
}

// pasted takes what is pasted from b and returns how many bytes it took: 0 if it
// must see more. Of a paste that is too long the rest is dropped.
func (d *Decoder) pasted(b []byte, keys *[]Key) int {
	i := bytes.Index(b, []byte(pasteEnd))
	n := i
	if i < 0 {
		n = len(b) - min(len(b), len(pasteEnd)-1) // it may end in the beginning of the end
	}
	d.paste = append(d.paste, b[:min(n, max(0, MaxText-len(d.paste)))]...)
	if i < 0 {
		return n
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(d.paste))
	text = strings.Trim(Plain(strings.ToValidUTF8(text, "")), "\n")
	if text != "" {
		*keys = append(*keys, Key{Pasted, text})
	}
	d.pasting, d.paste = false, nil
	return i + len(pasteEnd)
}

// next returns the key with which b begins and its length: 0 if b is only the
// beginning of one. It reports false for what means nothing.
func next(b []byte) (key Key, n int, ok bool) {
	switch c := b[0]; {
	case c == 0x1b:
		return escape(b)
	case c < ' ' || c == 0x7f:
		code, ok := controls[c]
		return Key{Code: code}, 1, ok
	case c < utf8.RuneSelf:
		return Key{Typed, string(b[:1])}, 1, true
	case !utf8.FullRune(b):
		return key, 0, false
	}
	r, n := utf8.DecodeRune(b)
	text := Plain(string(r))
	return Key{Typed, text}, n, text != ""
}

// controls are the keys of one byte.
var controls = map[byte]Code{
	'\r': Enter, '\n': Enter, '\t': Tab, 0x7f: Backspace, 0x08: Backspace,
	ctrl('A'): Home, ctrl('B'): Left, ctrl('C'): Interrupt, ctrl('D'): EOF, ctrl('E'): End, ctrl('F'): Right,
	ctrl('K'): KillRight, ctrl('L'): Redraw, ctrl('N'): Down, ctrl('P'): Up, ctrl('U'): KillLeft, ctrl('W'): KillWord,
	ctrl('Z'): Suspend,
}

func ctrl(letter byte) byte { return letter - 'A' + 1 }

// escape is next for what begins with Escape.
func escape(b []byte) (key Key, n int, ok bool) {
	if len(b) == 1 {
		return key, 0, false
	}
	switch b[1] {
	case '[':
		return sequence(b)
	case 'O': // as function keys in application mode
		if len(b) == 2 {
			return key, 0, false
		}
		code, ok := finals[b[2]]
		return Key{Code: code}, 3, ok
	case 'b':
		return Key{Code: WordLeft}, 2, true
	case 'f':
		return Key{Code: WordRight}, 2, true
	case 0x7f, 0x08:
		return Key{Code: KillWord}, 2, true
	case '\r', '\n':
		return Key{Typed, "\n"}, 2, true // Alt-Enter: a line break
	}
	return key, 1, false // Escape itself; what follows is a key of its own
}

// sequence is next for a control sequence: parameters, then a letter (ECMA-48,
// section 5.4).
func sequence(b []byte) (key Key, n int, ok bool) {
	for n = 2; ; n++ {
		switch {
		case n == len(b) && n <= maxSequence:
			return key, 0, false
		case n > maxSequence:
			return key, n, false
		case b[n] < 0x20 || b[n] >= 0x7f: // broken off
			return key, n, false
		case b[n] >= 0x40:
			return meaning(string(b[2:n]), b[n]), n + 1, known(string(b[2:n]), b[n])
		}
	}
}

// finals are the keys that a sequence's letter tells.
var finals = map[byte]Code{'A': Up, 'B': Down, 'C': Right, 'D': Left, 'H': Home, 'F': End}

// numbered are the keys that the number before a ~ tells.
var numbered = map[string]Code{"1": Home, "7": Home, "4": End, "8": End, "3": Delete, "200": Pasted}

// meaning returns the key that a sequence stands for.
func meaning(parameters string, final byte) Key {
	first, modifier, _ := strings.Cut(parameters, ";")
	if final == '~' {
		return Key{Code: numbered[first]}
	}
	code := finals[final]
	if modifier != "" && modifier != "1" && modifier != "2" { // neither none nor Shift
		switch code {
		case Left:
			code = WordLeft
		case Right:
			code = WordRight
		}
	}
	return Key{Code: code}
}

func known(parameters string, final byte) bool {
	first, _, _ := strings.Cut(parameters, ";")
	_, number := numbered[first]
	_, letter := finals[final]
	return final == '~' && number || letter
}
