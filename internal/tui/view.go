package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
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
	var f Frame
	switch {
	case m.width < leastWidth || m.height < leastHeight:
		f.CursorHidden = true
		if m.height > 0 {
			f.Rows = append(f.Rows, m.paint(m.width).put(faint, m.language.say(wSmall)).row().text)
		}
	case m.overlay != nil && m.asking == nil:
		rows, x, y := m.overlay.view(m, m.width, m.height)
		f = Frame{texts(rows), x, y, x < 0}
	default:
		f = m.screen()
	}
	for len(f.Rows) < m.height {
		f.Rows = append(f.Rows, "")
	}
	return f
}

func texts(rows []row) (all []string) {
	for _, r := range rows {
		all = append(all, r.text)
	}
	return all
}

// View paints the screen. It is part of tea.Model.
func (m *Model) View() tea.View {
	f := m.Frame()
	v := tea.View{Content: strings.Join(f.Rows, "\n"), AltScreen: true, ReportFocus: true, WindowTitle: m.windowTitle()}
	if !f.CursorHidden {
		v.Cursor = tea.NewCursor(f.X, f.Y)
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

func (m *Model) screen() Frame {
	g := m.geometry()
	rows := make([]string, 0, g.height)
	rows = append(rows, m.topicRow(g).text)
	rows = m.bodyRows(rows, g)
	rows = append(rows, m.statusRow(g).text)
	composer, x, y := m.composerRows(g)
	y += len(rows)
	for _, r := range composer {
		rows = append(rows, r.text)
	}
	return Frame{Rows: rows, X: x, Y: y, CursorHidden: m.question != nil}
}

// topicRow names the room, what it is about, and how many are in it.
func (m *Model) topicRow(g geometry) row {
	p := m.paint(g.width)
	r := m.room(m.current)
	if r == nil {
		return p.put(accent, " hubbub").row()
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
	return p.put(faint, people).row()
}

// bodyRows paints the panes side by side: all rows into one piece of memory, since
// this is done for each message that comes.
func (m *Model) bodyRows(all []string, g geometry) []string {
	timeline := m.timelineRows(g)
	popUp := m.popUp(g.timeline-1, g.body)
	copy(timeline[g.body-len(popUp):], popUp)
	p := m.paint(g.width)
	p.b.Grow(g.body * (g.width + 64))
	ends := make([]int, g.body)
	firstRoom := max(0, min(m.place()-g.body/2, len(m.rooms)-g.body)) // the current one is seen
	for i := range g.body {
		p.width, p.limit = 0, g.width
		if g.rooms > 0 {
			m.paintRoom(p, firstRoom+i, g)
		}
		p.signed(&timeline[i])
		if g.people > 0 {
			p.fill(plain, " ", g.rooms+g.timeline).put(faint, "│")
			m.paintPerson(p, i, g)
		}
		ends[i] = p.b.Len()
	}
	text, from := p.b.String(), 0
	for _, end := range ends {
		all = append(all, text[from:end])
		from = end
	}
	return all
}

// timelineRows returns what of the timeline is seen; only that is laid out.
func (m *Model) timelineRows(g geometry) []row {
	rows := make([]row, 0, g.body+maxComposer)
	if t := m.timeline(); t != nil && len(t.items) > 0 {
		rows = m.seenRows(rows, t, g)
	} else {
		rows = append(rows, m.welcomeRows(g.timeline-1)...)
	}
	missing := max(0, g.body-len(rows)) // at the top
	rows = slices.Insert(rows, 0, make([]row, missing)...)
	return rows[len(rows)-g.body:]
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

// paintRoom paints a row of the rooms.
func (m *Model) paintRoom(p *painter, i int, g geometry) {
	p.limit = g.rooms - 1
	if i < len(m.rooms) {
		m.roomRow(p, &m.rooms[i])
	}
	p.limit = g.width
	p.fill(plain, " ", g.rooms-1).put(faint, "│")
}

func (m *Model) roomRow(p *painter, r *Room) {
	st, sign, count := plain, " ", ""
	switch {
	case r.ID == m.current:
		st, sign = accent, "›"
	case r.Mentions > 0:
		st, count = alarm, "!"+badge(r.Mentions)
	case r.Unread > 0:
		st, count = strong, badge(r.Unread)
	}
	name := shorten(r.Name, p.limit-2-width(count))
	p.put(accent, sign).put(st, name).fill(plain, " ", p.limit-width(count)-1).put(st, count)
}

// paintPerson paints a row of who is in the room, those of rank first.
func (m *Model) paintPerson(p *painter, i int, g geometry) {
	if i >= len(m.people) {
		return
	}
	if i == g.body-1 && i < len(m.people)-1 {
		rest := len(m.people) - i
		p.put(faint, " "+m.language.count(rest, wAnd, rest))
		return
	}
	person := &m.people[i]
	st, sign, away := nickStyleOf(person.Nick), " ", ""
	if person.Rank >= chat.ModeratorRank {
		sign = "@"
	}
	if person.Away {
		st, away = faint, " "+m.language.say(wAway)
	}
	p.put(faint, sign).put(st, shorten(person.Nick, p.limit-p.width-width(away))).put(faint, away)
}
