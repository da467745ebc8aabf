package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// geometry is where everything is, in cells.
type geometry struct {
	width, height int
	rooms, people int // widths of the panes, with the line beside them; 0 is none
	timeline      int // its width
	body          int // rows between the topic and the status
	composer      int // rows
}

// From these widths on there are panes, and from leastHeight on a topic.
const (
	roomsFrom   = 72
	peopleFrom  = 110
	leastWidth  = 12
	leastHeight = 4
)

func (m *Model) geometry() geometry {
	g := geometry{width: m.width, height: m.height}
	if g.width >= roomsFrom {
		g.rooms = min(18+(g.width-roomsFrom)/8, 26)
	}
	if g.width >= peopleFrom {
		g.people = 20
	}
	g.timeline = g.width - g.rooms - g.people
	if m.asking != nil {
		g.composer = 1
		g.body = max(0, g.height-3)
		return g
	}
	rows, _, _ := m.composer.rows(max(g.width-len(label), 1))
	g.composer = min(len(rows), maxComposer, max(1, g.height/2-1))
	g.body = max(0, g.height-g.composer-2)
	return g
}

// Frame is a painted screen: as many rows as the window has, each at most as wide.
type Frame struct {
	Rows         []string
	X, Y         int  // the cell of the cursor
	CursorHidden bool // there is none
}

// Frame paints the screen. It changes nothing but what is remembered of layouts.
func (m *Model) Frame() Frame {
	rows, x, y, hidden := m.content()
	return Frame{Rows: slices.Clone(rows), X: x, Y: y, CursorHidden: hidden}
}

// content paints the screen: as many rows as the window has, which are good until the
// next call. It returns where the cursor is, and whether there is none.
func (m *Model) content() (rows []string, x, y int, hidden bool) {
	rows = m.painted[:0]
	switch {
	case m.width < leastWidth || m.height < leastHeight:
		small := m.paint(m.width).put(faint, m.language.say(wSmall)).row()
		rows, hidden = stacked(rows, []row{small}, m.height), true
	case m.overlay != nil && m.asking == nil:
		var over []row
		over, x, y = m.overlay.view(m, m.width, m.height)
		rows, hidden = stacked(rows, over, m.height), x < 0
	default:
		rows, x, y = m.screen(rows)
		hidden = m.question != nil
	}
	clear(m.painted[min(len(rows), len(m.painted)):]) // holds on to no text
	m.painted = rows
	return rows, x, y, hidden
}

// stacked appends the texts of rows, and empty ones, until there are so many.
func stacked(texts []string, rows []row, many int) []string {
	for y := range many {
		if y < len(rows) {
			texts = append(texts, rows[y].text)
		} else {
			texts = append(texts, "")
		}
	}
	return texts
}

// View paints the screen. It is part of tea.Model.
func (m *Model) View() tea.View {
	rows, v := m.Rows()
	v.Content = strings.Join(rows, "\n")
	return v
}

// Rows paints the screen as View does, but has what would be its content in rows, which
// are good until the next call.
func (m *Model) Rows() (rows []string, v tea.View) {
	rows, x, y, hidden := m.content()
	v = tea.View{AltScreen: true, ReportFocus: true, WindowTitle: m.windowTitle()}
	if !hidden {
		v.Cursor = tea.NewCursor(x, y)
	}
	return rows, v
}

// windowTitle names the room, and how often the user was called elsewhere.
func (m *Model) windowTitle() string {
	title, called := "hubbub", 0
	for i := range m.rooms {
		called += m.rooms[i].Mentions
	}
	if r := m.room(m.current); r != nil {
		title = r.Name + " · " + title
	}
	if called > 0 {
		title = "(" + badge(called) + ") " + title
	}
	return title
}

// screen paints the panes. This is done for each message that comes.
func (m *Model) screen(rows []string) (all []string, x, y int) {
	g := m.geometry()
	rows = append(rows, m.topicRow(g))
	rows = m.bodyRows(rows, g)
	rows = append(rows, m.statusRow(g))
	rows, x, y = m.composerRows(rows, g)
	return rows, x, y + 1 + g.body + 1
}

// topicRow names the room, what it is about, and how many are in it.
func (m *Model) topicRow(g geometry) string {
	p := m.paint(g.width)
	r := m.room(m.current)
	if r == nil {
		return p.put(accent, " hubbub").row().text
	}
	people := ""
	if len(m.people) > 0 && g.width >= 60 {
		people = " " + m.language.count(len(m.people), wPeople, len(m.people)) + " "
	}
	p.limit -= width(people)
	p.put(accent, " "+r.Name)
	if r.Topic != "" {
		p.put(faint, " · "+r.Topic)
	}
	p.fill(plain, " ", p.limit)
	p.limit = g.width
	return p.put(faint, people).row().text
}

// bodyRows appends the rows of the panes, which are side by side.
func (m *Model) bodyRows(rows []string, g geometry) []string {
	timeline, popUp := m.timelineRows(g), m.popUp(g.timeline-1, g.body)
	firstRoom := max(0, min(m.place()-g.body/2, len(m.rooms)-g.body)) // the current one is seen
	m.sheet.begin(g.body, g.width, m.look)
	for i := range g.body {
		var rooms, middle, people row
		if g.rooms > 0 {
			rooms = m.roomRow(firstRoom+i, i, g)
		}
		switch up := g.body - i; { // rows that are missing are missing at the top
		case up <= len(popUp):
			middle = popUp[len(popUp)-up]
		case up <= len(timeline):
			middle = timeline[len(timeline)-up]
		}
		if g.people > 0 {
			people = m.personRow(i, g)
		}
		l := line{rooms: rooms.text, timeline: middle.text, people: people.text, sign: middle.sign}
		rows = append(rows, m.sheet.line(i, l, func() string { return m.across(g, rooms, middle, people) }))
	}
	return rows
}

// across paints a row of all panes.
func (m *Model) across(g geometry, rooms, middle, people row) string {
	p, gap := &painter{colour: m.colour, limit: g.width}, 0
	if g.people > 0 {
		gap = max(0, g.timeline-middle.width)
	}
	p.b.Grow(len(rooms.text) + len(middle.text) + gap + len(people.text) + 24) // for a sign
	p.add(rooms).signed(&middle)
	if g.people > 0 {
		p.fill(plain, " ", g.rooms+g.timeline).add(people)
	}
	return p.row().text
}

// timelineRows returns what of the timeline is seen; only that is laid out. It is
// good until the next call.
func (m *Model) timelineRows(g geometry) []row {
	rows := m.seen[:0]
	if t := m.timeline(); t != nil && len(t.items) > 0 {
		rows = m.seenRows(rows, t, g)
	} else {
		rows = append(rows, m.welcomeRows(g.timeline-1)...)
	}
	if m.seen = rows; cap(rows) > 4*g.body { // there is a very long message
		m.seen = nil
	}
	return rows[max(0, len(rows)-g.body):]
}

// seenRows appends the rows of the blocks that are seen, without those that are
// hidden below.
func (m *Model) seenRows(rows []row, t *timeline, g geometry) []row {
	measure := m.blockHeight(t, g.timeline)
	last, below := t.bottomIndex()
	from, _ := t.block(last)
	for have := measure(from, last+1); from > 0 && have < g.body+below; {
		i := from - 1
		from, _ = t.block(i)
		have += measure(from, i+1)
	}
	for i := from; i <= last; {
		_, to := t.block(i)
		rows = m.blockRows(rows, t, i, to, g.timeline)
		i = to
	}
	return rows[:max(0, len(rows)-below)]
}

// signed paints a row of a timeline, and its sign at the left.
func (p *painter) signed(r *row) {
	switch {
	case r.sign == selectedSign:
		p.put(accent, "▌")
	case r.sign == callSign:
		p.put(alarm, "!")
	case r.text != "":
		p.put(plain, " ")
	}
	p.add(*r)
}
