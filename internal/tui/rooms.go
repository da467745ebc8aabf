package tui

import (
	tea "charm.land/bubbletea/v2"
)

// nth shows a room by its place in the list.
func (m *Model) nth(i int) tea.Cmd {
	if i >= len(m.rooms) {
		return nil
	}
	return m.enter(m.rooms[i].ID)
}

// neighbour shows the room that comes next in the list, or the one before.
func (m *Model) neighbour(step int) tea.Cmd {
	if len(m.rooms) == 0 {
		return nil
	}
	return m.nth((m.place() + step + len(m.rooms)) % len(m.rooms))
}

// place returns where in the list the current room is.
func (m *Model) place() int {
	for i := range m.rooms {
		if m.rooms[i].ID == m.current {
			return i
		}
	}
	return 0
}

// nextActivity shows the room where the user was called, else one with something
// unread; when there is none left, the one where that began.
func (m *Model) nextActivity() tea.Cmd {
	best := -1
	for k := 1; k < len(m.rooms); k++ {
		i := (m.place() + k) % len(m.rooms)
		switch r := &m.rooms[i]; {
		case r.Mentions > 0 && (best < 0 || m.rooms[best].Mentions == 0):
			best = i
		case r.Unread > 0 && best < 0:
			best = i
		}
	}
	if best >= 0 {
		if m.cameFrom == 0 {
			m.cameFrom = m.current
		}
		return m.nth(best)
	}
	back := m.cameFrom
	m.cameFrom = 0
	if back == 0 || m.room(back) == nil || back == m.current {
		m.flash = m.language.say(wIdle)
		return nil
	}
	return m.enter(back)
}

// scroll moves what is seen by nearly a screen.
func (m *Model) scroll(direction int) tea.Cmd {
	t := m.timeline()
	if t == nil {
		return nil
	}
	t.failed = false
	g := m.geometry()
	n := max(1, g.body-2)
	if direction < 0 {
		t.up(n, g.body, m.blockHeight(t, g.timeline))
	} else {
		t.down(n, m.blockHeight(t, g.timeline))
	}
	return nil
}

// oldest shows the beginning of what is held.
func (m *Model) oldest() tea.Cmd {
	if t := m.timeline(); t != nil && t.kept() > 0 {
		t.failed = false
		m.reveal(t, t.first())
	}
	return nil
}

// newest shows the end of a timeline, and follows it.
func (m *Model) newest() tea.Cmd {
	t := m.timeline()
	if t == nil {
		return nil
	}
	t.bottom, t.below, t.selected, t.failed = 0, 0, 0, false
	if t.newer { // what is held does not reach so far: settle reads the end
		*t = timeline{room: t.room, items: t.items[t.kept():], mark: t.mark}
	}
	return nil
}

// firstNew shows the first entry that is new, under its line.
func (m *Model) firstNew() tea.Cmd {
	t := m.timeline()
	if t == nil || t.news == 0 {
		return nil
	}
	if t.first() > t.mark+1 && t.older {
		return m.read(t, Where{Around: t.mark + 1, Limit: m.pageSize()})
	}
	if i, _ := t.index(t.mark + 1); i < t.kept() {
		m.reveal(t, t.items[i].Seq)
	}
	return nil
}
