package prompt

import (
	"strings"
	"unicode"
)

// Editor is a line that is being typed, and those that were typed before. The
// zero Editor is an empty line.
type Editor struct {
	text    string
	cursor  int // in bytes; always between two clusters
	history []string
	at      int    // in the history; its length for the line that is being typed
	draft   string // that line, while at is elsewhere
}

// Text returns the line.
func (e *Editor) Text() string { return e.text }

// Cursor returns where in the line the cursor is, in bytes.
func (e *Editor) Cursor() int { return e.cursor }

// maxHistory is how many lines are remembered.
const maxHistory = 500

// Take returns the line, remembers it and empties it.
func (e *Editor) Take() string {
	line := e.text
	if n := len(e.history); line != "" && (n == 0 || e.history[n-1] != line) {
		e.history = append(e.history, line)
		if n+1 > maxHistory {
			e.history = append(e.history[:0], e.history[n+1-maxHistory:]...)
		}
	}
	e.Clear()
	return line
}

// Set replaces the line, whatever it is, with the cursor at its end. The history
// stays, and so does what is being typed if an older line is shown.
func (e *Editor) Set(text string) {
	e.text, e.cursor = "", 0
	e.insert(text)
	e.cursor = len(e.text)
}

// Replace puts text in the place of what is between a position, in bytes, and the
// cursor. It reports false if there is no room for it, or no such position.
func (e *Editor) Replace(from int, text string) bool {
	text = Plain(text)
	if from < 0 || from > e.cursor || from+len(text)+len(e.text)-e.cursor > MaxText {
		return false
	}
	e.text = e.text[:from] + text + e.text[e.cursor:]
	e.settle(from + len(text))
	return true
}

// MoveTo puts the cursor at a position, in bytes, or behind the cluster that this
// is in.
func (e *Editor) MoveTo(at int) { e.settle(min(max(at, 0), len(e.text))) }

// History returns the lines that were typed before, the oldest first. They belong
// to the editor.
func (e *Editor) History() []string { return e.history }

// Clear empties the line.
func (e *Editor) Clear() {
	e.text, e.cursor, e.draft = "", 0, ""
	e.at = len(e.history)
}

// Key does what a key does to a line. It reports false for a key that does
// nothing here: one that is for the caller, or that is not possible.
func (e *Editor) Key(k Key) bool {
	switch k.Code {
	case Typed, Pasted:
		return e.insert(k.Text)
	case Left:
		return e.move(e.before())
	case Right:
		return e.move(e.after())
	case WordLeft:
		return e.move(e.wordBefore())
	case WordRight:
		return e.move(e.wordAfter())
	case Home:
		e.move(0)
	case End:
		e.move(len(e.text))
	case Backspace:
		return e.cut(e.before(), e.cursor)
	case Delete:
		return e.cut(e.cursor, e.after())
	case KillWord:
		return e.cut(e.wordBefore(), e.cursor)
	case KillLeft:
		return e.cut(0, e.cursor)
	case KillRight:
		return e.cut(e.cursor, len(e.text))
	case Up:
		return e.recall(e.at - 1)
	case Down:
		return e.recall(e.at + 1)
	default:
		return false
	}
	return true
}

// insert puts text at the cursor. What is typed may join what stands there to
// one cluster: an accent, the second half of a flag.
func (e *Editor) insert(text string) bool {
	text = Plain(text)
	if text == "" || len(e.text)+len(text) > MaxText {
		return false
	}
	e.text = e.text[:e.cursor] + text + e.text[e.cursor:]
	e.settle(e.cursor + len(text))
	return true
}

// settle puts the cursor at a position, or behind the cluster that this is in.
func (e *Editor) settle(at int) {
	e.cursor = len(e.text)
	for _, c := range clusters(e.text) {
		if c.start >= at {
			e.cursor = c.start
			return
		}
	}
}

func (e *Editor) move(to int) bool {
	moved := to != e.cursor
	e.cursor = to
	return moved
}

// cut takes out what is between two positions and puts the cursor there.
func (e *Editor) cut(from, to int) bool {
	if from == to {
		return false
	}
	e.text = e.text[:from] + e.text[to:]
	e.settle(from)
	return true
}

// before returns the position one cluster before the cursor.
func (e *Editor) before() int {
	at := 0
	for _, c := range clusters(e.text) {
		if c.end() > e.cursor {
			break
		}
		if at = c.start; c.end() == e.cursor {
			break
		}
	}
	return at
}

// after returns the position one cluster behind the cursor.
func (e *Editor) after() int {
	for _, c := range clusters(e.text[e.cursor:]) {
		return e.cursor + c.end()
	}
	return e.cursor
}

// wordBefore returns where the word before the cursor begins.
func (e *Editor) wordBefore() int {
	at := e.cursor
	inside := false
	all := clusters(e.text[:e.cursor])
	for i := len(all) - 1; i >= 0; i-- {
		if blank := isBlank(all[i].text); blank && inside {
			break
		} else if !blank {
			inside = true
		}
		at = all[i].start
	}
	return at
}

// wordAfter returns where the word behind the cursor ends.
func (e *Editor) wordAfter() int {
	inside := false
	for _, c := range clusters(e.text[e.cursor:]) {
		if blank := isBlank(c.text); blank && inside {
			return e.cursor + c.start
		} else if !blank {
			inside = true
		}
	}
	return len(e.text)
}

func isBlank(s string) bool { return strings.TrimFunc(s, unicode.IsSpace) == "" }

// recall shows a line of the history; the one that is being typed is kept.
func (e *Editor) recall(at int) bool {
	if at < 0 || at > len(e.history) || at == e.at {
		return false
	}
	if e.at == len(e.history) {
		e.draft = e.text
	}
	e.at = at
	if at == len(e.history) {
		e.text = e.draft
	} else {
		e.text = e.history[at]
	}
	e.cursor = len(e.text)
	return true
}
