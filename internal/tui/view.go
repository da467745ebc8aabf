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
	rows := []row{m.topicRow(g)}
	rows = append(rows, m.bodyRows(g)...)
	rows = append(rows, m.statusRow(g))
	composer, x, y := m.composerRows(g)
	y += len(rows)
	rows = append(rows, composer...)
	return Frame{Rows: texts(rows), X: x, Y: y, CursorHidden: m.question != nil}
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

// bodyRows paints the panes side by side.
func (m *Model) bodyRows(g geometry) (rows []row) {
	timeline := m.timelineRows(g)
	rooms, people := m.roomRows(g), m.peopleRows(g)
	for i := range g.body {
		p := m.paint(g.width)
		if g.rooms > 0 {
			p.add(at(rooms, i)).fill(plain, " ", g.rooms-1).put(faint, "│")
		}
		p.add(at(timeline, i))
		if g.people > 0 {
			p.fill(plain, " ", g.rooms+g.timeline).put(faint, "│").add(at(people, i))
		}
		rows = append(rows, p.row())
	}
	return rows
}

func at(rows []row, i int) row {
	if i < len(rows) {
		return rows[i]
	}
	return row{}
}

// timelineRows paints what of the timeline is seen; only that is laid out.
func (m *Model) timelineRows(g geometry) []row {
	var rows []row // from below
	if t := m.timeline(); t != nil {
		i, below := t.bottomIndex()
		for i >= 0 && len(rows) < g.body+below {
			from, to := t.block(i)
			rows = append(rows, m.marked(t, from, to, g.timeline)...)
			i = from - 1
		}
		rows = rows[min(below, len(rows)):]
	}
	if len(rows) == 0 {
		rows = m.welcomeRows(g.timeline)
		slices.Reverse(rows)
	}
	rows = rows[:min(len(rows), g.body)]
	for len(rows) < g.body {
		rows = append(rows, row{})
	}
	slices.Reverse(rows)
	popUp := m.popUp(g.timeline, g.body)
	copy(rows[g.body-len(popUp):], popUp)
	return rows
}

// marked returns the rows of a block from below, with a mark at the left if it is
// selected or calls the user.
func (m *Model) marked(t *timeline, from, to, width int) []row {
	it := t.items[from]
	rows := m.blockRows(t, from, to, width)
	rules := m.rulesBefore(t, from, width)
	for i := range rows {
		st, sign := plain, " "
		switch {
		case i < rules:
		case t.selected != 0 && it.Seq == t.selected:
			st, sign = accent, "▌"
		case it.Calls && !it.Deleted:
			st, sign = alarm, "!"
		}
		rows[i] = m.paint(width).put(st, sign).add(rows[i]).row()
	}
	slices.Reverse(rows)
	return rows
}

// roomRows paints the rooms, around the current one.
func (m *Model) roomRows(g geometry) (rows []row) {
	if g.rooms == 0 {
		return nil
	}
	first := max(0, min(m.place()-g.body/2, len(m.rooms)-g.body))
	for i := first; i < len(m.rooms) && len(rows) < g.body; i++ {
		rows = append(rows, m.roomRow(&m.rooms[i], g.rooms-1))
	}
	return rows
}

func (m *Model) roomRow(r *Room, cells int) row {
	st, sign, count := plain, " ", ""
	switch {
	case r.ID == m.current:
		st, sign = accent, "›"
	case r.Mentions > 0:
		st, count = alarm, "!"+badge(r.Mentions)
	case r.Unread > 0:
		st, count = strong, badge(r.Unread)
	}
	p := m.paint(cells)
	name := shorten(r.Name, cells-2-width(count))
	p.put(accent, sign).put(st, name).fill(plain, " ", cells-width(count)-1)
	return p.put(st, count).row()
}

// peopleRows paints who is in the room, those of rank first.
func (m *Model) peopleRows(g geometry) (rows []row) {
	if g.people == 0 {
		return nil
	}
	for i := range m.people {
		if len(rows) == g.body-1 && i < len(m.people)-1 {
			rest := len(m.people) - i
			return append(rows, m.paint(g.people-1).put(faint, " "+m.language.count(rest, wAnd, rest)).row())
		}
		person := &m.people[i]
		st, sign := nickStyleOf(person.Nick), " "
		if person.Away {
			st = faint
		}
		if person.Rank >= chat.ModeratorRank {
			sign = "@"
		}
		rows = append(rows, m.paint(g.people-1).put(faint, sign).put(st, person.Nick).row())
	}
	return rows
}
