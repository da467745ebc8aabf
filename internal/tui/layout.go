package tui

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"hubbub/internal/chat"
)

// maxRows is how many rows of one message are shown. The longest message has
// 32 KiB, which in 80 columns are 420 unless it is all line breaks.
const maxRows = 600

// Widths of the columns of a timeline, in cells.
const (
	nickWidth = 14 // at most
	nickLeast = 10 // where there is less room
	roomyFrom = 58 // so wide is a timeline with a column for nicks
	wideFrom  = 80 // and with a wide one
)

// blockRows appends the rows of a block: the rules before it, and itself. All are
// one cell narrower than width: what is chosen is marked at the left.
func (m *Model) blockRows(rows []row, t *timeline, from, to, width int) []row {
	width--
	it := t.items[from]
	if from == 0 {
		rows = append(rows, m.beginRows(t, width)...)
	}
	if t.dayBegins(from) {
		rows = append(rows, m.rule(faint, m.language.date(it.Time), width))
	}
	if t.newsBegin(from) {
		text := m.language.count(t.news, wNew, t.news, m.chosen.clock.show(t.since))
		rows = append(rows, m.rule(alarm, text, width))
	}
	switch {
	case it.social() && m.chosen.noComings:
		return rows
	case it.social():
		return append(rows, m.socialRow(t.items[from:to], width))
	}
	first := len(rows)
	rows = append(rows, m.itemRows(it, width)...)
	for i := first; i < len(rows); i++ {
		switch {
		case t.selected != 0 && it.Seq == t.selected:
			rows[i].sign = selectedSign
		case it.Calls && !it.Deleted:
			rows[i].sign = callSign
		}
	}
	return rows
}

// blockHeight returns a measure of a timeline's blocks.
func (m *Model) blockHeight(t *timeline, width int) measure {
	return func(from, to int) int {
		n := m.rulesBefore(t, from, width)
		switch {
		case t.items[from].social() && m.chosen.noComings:
			return n
		case t.items[from].social():
			return n + 1
		}
		return n + len(m.itemRows(t.items[from], width-1))
	}
}

// rulesBefore counts the rows before a block that are not its own.
func (m *Model) rulesBefore(t *timeline, from, width int) (n int) {
	if from == 0 {
		n = len(m.beginRows(t, width-1))
	}
	if t.dayBegins(from) {
		n++
	}
	if t.newsBegin(from) {
		n++
	}
	return n
}

func (m *Model) rule(st style, text string, width int) row {
	p := m.paint(width).put(st, "── ").put(st, shorten(text, width-6)).put(st, " ")
	return p.fill(st, "─", width).row()
}

// socialRow tells who came, went or is called otherwise, in one row.
func (m *Model) socialRow(items []*item, width int) row {
	var names [3][]string
	for _, it := range items {
		switch it.Kind {
		case chat.Joined:
			names[0] = append(names[0], it.Nick)
		case chat.Left:
			names[1] = append(names[1], it.Nick)
		default:
			names[2] = append(names[2], it.Nick+" → "+it.Name)
		}
	}
	var parts []string
	for i, w := range []word{wJoined, wLeft, wRenamed} {
		if len(names[i]) > 0 {
			parts = append(parts, m.language.count(len(names[i]), w, m.some(names[i])))
		}
	}
	text := m.stamp(items[len(items)-1]) + strings.Join(parts, " · ")
	return m.paint(width).put(faint, text).row()
}

// some returns the first names, and how many more there are.
func (m *Model) some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	rest := len(names) - most
	return strings.Join(names[:most], ", ") + " " + m.language.count(rest, wAnd, rest)
}

// itemRows returns the rows of what was said or done, laid out once for a width.
func (m *Model) itemRows(it *item, width int) []row {
	if it.laid.rows == nil || it.laid.width != width || it.laid.look != m.look {
		it.laid = layout{width, m.look, m.layOut(it, width)}
	}
	return it.laid.rows
}

func (m *Model) layOut(it *item, width int) []row {
	if !it.said() {
		return m.plainRows(m.stamp(it)+m.happened(it), faint, width, m.chosen.clock.width()+2)
	}
	var rows []row
	indent := m.indent(width)
	if it.Target != 0 {
		p := m.paint(width).fill(plain, " ", indent).put(faint, "↳ "+it.Whose+": "+it.Quote)
		rows = append(rows, p.row())
	}
	rows = append(rows, m.textRows(it, width, indent)...)
	for i := range it.Files {
		rows = append(rows, m.fileRow(it, i, width, indent))
	}
	for _, f := range m.pictured(it) {
		rows = append(rows, m.pictureRows(f, width, indent)...)
	}
	return append(rows, m.beside(it, width, indent)...)
}

// fileRow names a file of a message, and where it is.
func (m *Model) fileRow(it *item, i, cells, indent int) row {
	f, l := &it.Files[i], it.files[i]
	p := m.paint(cells).fill(plain, " ", indent).put(faint, "+ ")
	if l.target == "" {
		return p.put(plain, f.Name).put(faint, " ("+size(f.Size)+") "+f.URL).row()
	}
	p.cells(cellsOf(nil, f.Name, anchor, 1), []string{l.target})
	p.put(faint, fmt.Sprintf(" (%s) [%d]", size(f.Size), l.number))
	if p.width+1+width(f.URL) <= p.limit { // half of one would be for nothing
		p.put(faint, " "+f.URL)
	}
	return p.row()
}

// indent returns where texts begin.
func (m *Model) indent(width int) int {
	if width >= roomyFrom {
		return m.chosen.clock.width() + nickColumn(width) + 2
	}
	return max(m.chosen.clock.width(), 2)
}

// stamp is when something happened, before what that was.
func (m *Model) stamp(it *item) string {
	if m.chosen.clock == NoClock {
		return "· "
	}
	return m.chosen.clock.column(it.Time) + " · "
}

func nickColumn(width int) int {
	if width >= wideFrom {
		return nickWidth
	}
	return nickLeast
}

// head paints the time and who says it, and returns how wide that is.
func (m *Model) head(p *painter, it *item) *painter {
	st := nickStyleOf(it.Nick)
	if it.By == m.self.ID {
		st = strong
	}
	if clock := m.chosen.clock; clock != NoClock {
		p.put(faint, clock.column(it.Time)+" ")
	}
	name := it.Nick
	switch it.Kind {
	case chat.Action:
		name = "* " + name
	case chat.Notice:
		name = "-" + name + "-"
	}
	if p.limit < roomyFrom {
		p.put(st, shorten(name, nickWidth))
		if it.Kind == chat.Message {
			p.put(faint, ":")
		}
		return p.put(plain, " ")
	}
	column := nickColumn(p.limit)
	name = shorten(name, column)
	return p.fill(plain, " ", m.chosen.clock.width()+column-width(name)).put(st, name).put(plain, "  ")
}

// textRows returns the rows of a text, behind who says it.
func (m *Model) textRows(it *item, width, indent int) (rows []row) {
	taken := spareCells.Get().(*[]cell)
	cells, targets := m.cells((*taken)[:0], it)
	defer returnCells(taken, cells)
	p := m.head(m.paint(width), it)
	next := func() *painter { // of rows but the first
		if p == nil {
			return m.paint(width).fill(plain, " ", indent)
		}
		return p
	}
	for len(cells) >= 0 {
		line, rest, more := cutLine(cells)
		first := width - indent
		if len(rows) == 0 {
			first = width - p.width
		}
		for _, part := range wrap(line, first, width-indent) {
			rows = append(rows, next().cells(part, targets).row())
			p = nil
		}
		if cells = rest; !more {
			break
		}
		if len(rows) >= maxRows {
			left := lineBreaks(cells) + 1
			return append(rows, next().put(faint, m.language.count(left, wLines, left)).row())
		}
	}
	return rows
}

// spareCells are what texts were taken apart into, for the next: of *[]cell.
var spareCells = sync.Pool{New: func() any { return new([]cell) }}

// mostSpare is of how many cells what is spare may be: most texts are short.
const mostSpare = 1 << 10

// returnCells gives back what was taken, and has grown to cells, and lets go of their
// text.
func returnCells(taken *[]cell, cells []cell) {
	if cap(cells) > mostSpare {
		return
	}
	clear(cells)
	*taken = cells[:0]
	spareCells.Put(taken)
}

// cells appends a message's text as it is painted, and returns where its links lead.
func (m *Model) cells(cells []cell, it *item) (all []cell, targets []string) {
	if it.Deleted {
		return cellsOf(cells, m.language.say(wDeleted), faint, 0), nil
	}
	st := plain
	if it.Seq == 0 || it.Kind == chat.Notice {
		st = faint
	}
	for _, l := range it.links {
		targets = append(targets, l.target)
	}
	cells = slices.Grow(cells, min(len(it.Text)+8*len(it.links), mostSpare))
	for _, part := range marks(it.Text, it.links, m.self.Nick) {
		if part.style == plain {
			part.style = st
		}
		cells = cellsOf(cells, part.text, part.style, part.link)
		if part.link > 0 {
			cells = cellsOf(cells, fmt.Sprintf(" [%d]", it.links[part.link-1].number), faint, 0)
		}
	}
	if it.Edited {
		cells = cellsOf(cells, " "+m.language.say(wEdited), faint, 0)
	}
	switch {
	case it.failed != "":
		cells = cellsOf(cells, " "+m.language.say(wFailed, it.failed), alarm, 0)
	case it.Seq == 0:
		cells = cellsOf(cells, " "+m.language.say(wSending), faint, 0)
	}
	return cells, targets
}

// cutLine returns cells to the first line break, and those behind it.
func cutLine(cells []cell) (line, rest []cell, more bool) {
	for i := range cells {
		if cells[i].text == "\n" {
			return cells[:i], cells[i+1:], true
		}
	}
	return cells, nil, false
}

func lineBreaks(cells []cell) (n int) {
	for i := range cells {
		if cells[i].text == "\n" {
			n++
		}
	}
	return n
}

// beside returns the row of reactions and answers, if there are any.
func (m *Model) beside(it *item, width, indent int) []row {
	if len(it.Reactions) == 0 && it.Replies == 0 {
		return nil
	}
	p := m.paint(width).fill(plain, " ", indent)
	for _, r := range it.Reactions {
		st, mine := faint, ""
		if r.Mine { // which is not told by the colour alone
			st, mine = accent, "✓"
		}
		p.put(st, r.Emoji+" "+badge(r.Count)+mine).put(plain, "  ")
	}
	if it.Replies > 0 {
		p.put(faint, "▸ "+m.language.count(it.Replies, wReplies, it.Replies))
	}
	return []row{p.row()}
}

// plainRows returns text of one style over as many rows as it takes.
func (m *Model) plainRows(text string, st style, width, indent int) (rows []row) {
	for i, line := range wrap(cellsOf(nil, text, st, 0), width, width-indent) {
		p := m.paint(width)
		if i > 0 {
			p.fill(plain, " ", indent)
		}
		rows = append(rows, p.cells(line, nil).row())
	}
	return rows
}

// happened tells what happened in a room, in a sentence.
func (m *Model) happened(it *item) string {
	l := m.language
	switch it.Kind {
	case chat.TopicSet:
		if it.Text == "" {
			return l.say(wTopicGone, it.Nick)
		}
		return l.say(wTopic, it.Nick, it.Text)
	case chat.Pinned:
		return l.say(wPinned, it.Nick, it.Whose)
	case chat.Unpinned:
		return l.say(wUnpinned, it.Nick, it.Whose)
	case chat.Kicked:
		return l.say(wKicked, it.Nick, it.Whose)
	case chat.Invited:
		return l.say(wInvited, it.Nick, it.Whose)
	case chat.RoomCreated:
		return l.say(wCreated, it.Nick)
	case chat.RoomArchived:
		return l.say(wArchived, it.Nick)
	case chat.RoomRestored:
		return l.say(wRestored, it.Nick)
	case chat.RoomRenamed:
		return l.say(wRoomRenamed, it.Nick, it.Name)
	}
	return l.say(wOther, it.Nick, it.Kind)
}

// size returns a number of bytes as people read it.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}
