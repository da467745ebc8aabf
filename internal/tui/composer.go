package tui

import (
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"hubbub/internal/chat"
	"hubbub/internal/prompt"
)

// maxComposer is how many rows of what is being written are seen.
const maxComposer = 6

// label stands before what is being written.
const label = "> "

// composer is what is being written, and what it is for.
type composer struct {
	editor     prompt.Editor
	answer     chat.Seq // the message that is answered, or 0
	editing    chat.Seq // the message that is edited, or 0
	about      string   // whose that is
	kept       string   // what was being written before the edit
	completion *completion
	broken     broken
}

// broken is how a text was broken into rows last.
type broken struct {
	text          string
	cursor, cells int
	rows          []written
	row, column   int
}

// reset begins anew, with a draft.
func (c *composer) reset(draft string) {
	c.answer, c.editing, c.about, c.kept, c.completion = 0, 0, "", "", nil
	c.editor.Clear()
	c.editor.Set(draft)
}

// take empties what is being written, and remembers it, unless that is a command that
// may have a secret in it.
func (c *composer) take() {
	verb, rest, _ := strings.Cut(strings.ToLower(c.editor.Text()), " ")
	switch {
	case slices.Contains(secretive, verb), verb == "/join" && strings.Contains(rest, "key="):
		c.editor.Clear()
	default:
		c.editor.Take()
	}
}

// secretive are commands that ask for a password, which some write behind them.
var secretive = []string{"/login", "/auth", "/identify", "/signin", "/register", "/password", "/passwd", "/totp"}

// draft returns what is to be kept when one turns to something else.
func (c *composer) draft() string {
	if c.editing != 0 {
		return c.kept
	}
	return c.editor.Text()
}

// edit begins to edit a message.
func (c *composer) edit(it *item) {
	c.kept = c.draft()
	c.answer, c.editing, c.about = 0, it.Seq, it.Nick
	c.editor.Set(it.Text)
}

// reply begins to answer a message.
func (c *composer) reply(it *item) {
	if c.editing != 0 {
		c.reset(c.kept)
	}
	c.answer, c.about = it.Seq, it.Nick
}

// written is a row of what is being written, by its place in bytes.
type written struct {
	start, end int
	width      int
}

// rows breaks what is being written into rows of some cells, and returns the row
// and the cell at which the cursor stands.
func (c *composer) rows(cells int) (rows []written, row, column int) {
	b := &c.broken
	if b.rows == nil || b.cells != cells || b.cursor != c.editor.Cursor() || b.text != c.editor.Text() {
		*b = broken{text: c.editor.Text(), cursor: c.editor.Cursor(), cells: cells}
		b.rows, b.row, b.column = breakRows(b.text, b.cursor, cells)
	}
	return b.rows, b.row, b.column
}

func breakRows(text string, cursorAt, cells int) (rows []written, row, column int) {
	at, now := 0, written{}
	cursor := func() {
		if at == cursorAt {
			row, column = len(rows), now.width
		}
	}
	for g := displaywidth.StringGraphemes(text); g.Next(); {
		value, w := g.Value(), g.Width()
		if value != "\n" && now.width+w > cells {
			rows = append(rows, now)
			now = written{start: at, end: at}
		}
		cursor()
		at += len(value)
		if value == "\n" {
			rows = append(rows, now)
			now = written{start: at, end: at}
			continue
		}
		now.end, now.width = at, now.width+w
	}
	if now.width >= cells && cursorAt == len(text) { // the cursor needs a cell too
		rows = append(rows, now)
		now = written{start: at, end: at}
	}
	cursor()
	return append(rows, now), row, column
}

// vertical moves the cursor a row up or down. It reports false where there is none.
func (c *composer) vertical(step, cells int) bool {
	rows, row, column := c.rows(cells)
	to := row + step
	if to < 0 || to >= len(rows) {
		return false
	}
	at, used := rows[to].start, 0
	text := c.editor.Text()[rows[to].start:rows[to].end]
	for g := displaywidth.StringGraphemes(text); g.Next() && used+g.Width() <= column; {
		used += g.Width()
		at += len(g.Value())
	}
	c.editor.MoveTo(at)
	return true
}

// composerRows appends what is being written, and returns where the cursor is in it.
func (m *Model) composerRows(rows []string, g geometry) (more []string, x, y int) {
	if m.asking != nil {
		r, x := m.asking.row(m, g.width)
		return append(rows, r.text), x, 0
	}
	c := &m.composer
	cells := max(g.width-len(label), 1)
	all, at, column := c.rows(cells)
	first := min(max(0, at-g.composer/2), max(0, len(all)-g.composer))
	for i := first; i < min(len(all), first+g.composer); i++ {
		p := m.paint(g.width)
		switch {
		case c.editor.Text() == "":
			rows = append(rows, p.put(accent, label).put(faint, m.hint()).row().text)
			continue
		case i == 0:
			p.put(accent, label)
		default:
			p.fill(plain, " ", len(label))
		}
		rows = append(rows, p.put(plain, shownText(c.editor.Text()[all[i].start:all[i].end])).row().text)
	}
	return rows, min(len(label)+column, max(g.width-1, 0)), at - first
}

// shownText is what of a text in the composer is painted. What a person types is
// clean already, but for characters that can't be seen by themselves.
func shownText(s string) string { return strings.ReplaceAll(cleanText(s), "\n", "") }

// hint tells a newcomer what to do.
func (m *Model) hint() string {
	if r := m.room(m.current); r != nil {
		return m.language.say(wWrite, r.Name)
	}
	if !m.arrived {
		return ""
	}
	return m.language.say(wNoRoom)
}
