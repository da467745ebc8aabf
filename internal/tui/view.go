package tui

import (
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
	content, x, y, hidden := m.content()
	f := Frame{X: x, Y: y, CursorHidden: hidden}
	if m.height > 0 {
		f.Rows = strings.Split(content, "\n")
	}
	return f
}

// content paints the screen: as many rows as the window has, a line break between
// them. It returns where the cursor is, and whether there is none.
func (m *Model) content() (text string, x, y int, hidden bool) {
	switch {
	case m.width < leastWidth || m.height < leastHeight:
		small := m.paint(m.width).put(faint, m.language.say(wSmall)).row()
		return m.stacked([]row{small}), 0, 0, true
	case m.overlay != nil && m.asking == nil:
		rows, x, y := m.overlay.view(m, m.width, m.height)
		return m.stacked(rows), x, y, x < 0
	}
	text, x, y = m.screen()
	return text, x, y, m.question != nil
}

// stacked returns rows, and empty ones below them, as many as the window has.
func (m *Model) stacked(rows []row) string {
	var b strings.Builder
	for y := range m.height {
		if y > 0 {
			b.WriteByte('\n')
		}
		if y < len(rows) {
			b.WriteString(rows[y].text)
		}
	}
	return b.String()
}

// View paints the screen. It is part of tea.Model.
func (m *Model) View() tea.View {
	content, x, y, hidden := m.content()
	v := tea.View{Content: content, AltScreen: true, ReportFocus: true, WindowTitle: m.windowTitle()}
	if !hidden {
		v.Cursor = tea.NewCursor(x, y)
	}
	return v
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

// screen paints the panes, one row below the other into one piece of memory: this
// is done for each message that comes.
func (m *Model) screen() (text string, x, y int) {
	g := m.geometry()
	p := &painter{colour: m.colour, limit: g.width}
	p.b.Grow(m.painted + m.painted/8 + g.width) // about as much as last time
	m.topicRow(p, g)
	m.bodyRows(p, g)
	m.statusRow(p.below(), g)
	x, y = m.composerRows(p, g)
	m.painted = p.b.Len()
	return p.b.String(), x, y + 1 + g.body + 1
}

// topicRow names the room, what it is about, and how many are in it.
func (m *Model) topicRow(p *painter, g geometry) {
	r := m.room(m.current)
	if r == nil {
		p.put(accent, " hubbub")
		return
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
	p.put(faint, people)
}

// bodyRows paints the panes side by side.
func (m *Model) bodyRows(p *painter, g geometry) {
	timeline, popUp := m.timelineRows(g), m.popUp(g.timeline-1, g.body)
	firstRoom := max(0, min(m.place()-g.body/2, len(m.rooms)-g.body)) // the current one is seen
	for i := range g.body {
		p.below()
		if g.rooms > 0 {
			p.add(m.roomRow(firstRoom+i, i, g))
		}
		switch up := g.body - i; { // rows that are missing are missing at the top
		case up <= len(popUp):
			p.signed(&popUp[len(popUp)-up])
		case up <= len(timeline):
			p.signed(&timeline[len(timeline)-up])
		}
		if g.people > 0 {
			p.fill(plain, " ", g.rooms+g.timeline).add(m.personRow(i, g))
		}
	}
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
