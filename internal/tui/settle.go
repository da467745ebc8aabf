package tui

import (
	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// enter shows a room.
func (m *Model) enter(id chat.RoomID) tea.Cmd {
	if id == m.current || m.room(id) == nil {
		return nil
	}
	if m.current == 0 && m.composer.draft() != "" { // written before there was a room
		m.drafts[id] = m.composer.draft()
	}
	m.leave()
	m.current = id
	if m.timelines[id] == nil {
		m.timelines[id] = &timeline{room: id}
	}
	t := m.timeline()
	t.failed = false
	if t.loaded && t.news == 0 {
		m.markNews(t, m.room(id).Read)
	}
	m.people, m.question, m.overlay = nil, nil, nil
	clear(m.typing)
	m.composer.reset(m.drafts[id])
	return m.askPeople()
}

// leave puts the current room aside.
func (m *Model) leave() {
	t := m.timeline()
	if t == nil {
		return
	}
	m.drafts[m.current] = m.composer.draft()
	t.selected, t.bottom, t.below = 0, 0, 0
	m.turnAway(t)
	if t.newer { // what is held is old: read anew next time
		sending := t.items[t.kept():]
		*t = timeline{room: t.room, items: sending}
	}
	t.trim(m.resting())
	for _, it := range t.items {
		it.laid = layout{}
	}
	m.visits++
	t.left = m.visits
	m.forgetRooms()
}

// resting is how many entries of a room are held that is not shown.
func (m *Model) resting() int { return min(m.options.Keep, maxResting) }

// forgetRooms forgets the timelines of the rooms that were left longest ago, if
// there are many; not those from which something is still on its way.
func (m *Model) forgetRooms() {
	for len(m.timelines) > maxRooms {
		var oldest *timeline
		for _, t := range m.timelines {
			if t.room != m.current && t.kept() == len(t.items) && (oldest == nil || t.left < oldest.left) {
				oldest = t
			}
		}
		if oldest == nil {
			return
		}
		delete(m.timelines, oldest.room)
	}
}

// turnAway puts the line below which everything is new where reading has ended.
func (m *Model) turnAway(t *timeline) {
	if r := m.room(t.room); r != nil {
		m.markNews(t, r.Read)
	}
}

// peopleAsk is a question of who is in a room, on its way to the session.
type peopleAsk struct {
	room  chat.RoomID
	again bool // it has changed since
}

// askPeople asks who is in the room. While that is being asked, it is asked once more
// when the answer is there: many may come at once.
func (m *Model) askPeople() tea.Cmd {
	if m.peopleAsk != nil && m.peopleAsk.room == m.current {
		m.peopleAsk.again = true
		return nil
	}
	ask, room := &peopleAsk{room: m.current}, m.current
	m.peopleAsk = ask
	return func() tea.Msg {
		people, err := m.session.People(m.ctx, room)
		return peopleMsg{ask, people, err}
	}
}

// gotPeople takes who is in a room, if that is still shown.
func (m *Model) gotPeople(msg peopleMsg) tea.Cmd {
	if msg.ask != m.peopleAsk {
		return nil // another was asked meanwhile
	}
	m.peopleAsk = nil
	if msg.ask.room != m.current {
		return nil
	}
	if msg.err == nil {
		m.setPeople(msg.people)
	}
	if msg.ask.again {
		return m.askPeople()
	}
	return nil
}

// settle does what a change of any kind may make necessary: shows what had to wait,
// reads what is about to be seen, tells what was read, forgets what is far away.
func (m *Model) settle() tea.Cmd {
	m.showTold()
	t := m.timeline()
	if t == nil || m.ended {
		return nil
	}
	g := m.geometry()
	top, bottom := t.seen(g.body, m.blockHeight(t, g.timeline))
	top, bottom = t.forget(top, bottom, m.options.Keep)
	m.markRead(t)
	return tea.Batch(m.fetch(t, top, bottom), m.fetchPictures(t, top, bottom))
}

// fetch reads more of a timeline if what is seen is near an end of what is held.
func (m *Model) fetch(t *timeline, top, bottom int) tea.Cmd {
	if t.loading || t.failed {
		return nil
	}
	where := Where{Limit: m.pageSize()}
	switch near := where.Limit / 4; {
	case !t.loaded:
	case t.newer && bottom >= t.kept()-near && t.kept() > 0:
		where.After = t.last()
	case t.older && top < near && t.kept() > 0:
		where.Before = t.first()
	default:
		return nil
	}
	return m.read(t, where)
}

// read asks for part of a timeline.
func (m *Model) read(t *timeline, where Where) tea.Cmd {
	t.loading = true
	room, missed := t.room, t.missed
	return func() tea.Msg {
		page, err := m.session.Page(m.ctx, room, where)
		return pageMsg{room, where, missed, page, err}
	}
}

// markRead tells that what is seen was read.
func (m *Model) markRead(t *timeline) {
	r := m.room(t.room)
	if !m.watched(t.room) || !t.following() || r == nil || t.last() <= r.Read || !t.loaded {
		return
	}
	r.Read, r.Unread, r.Mentions = t.last(), 0, 0
	if err := m.session.MarkRead(m.ctx, r.ID, r.Read); err != nil {
		m.tell(err)
	}
}

// jump shows an entry, wherever it is.
func (m *Model) jump(room chat.RoomID, seq chat.Seq) tea.Cmd {
	cmd := m.enter(room)
	t := m.timeline()
	if t == nil || t.room != room {
		return cmd
	}
	if t.find(seq) == nil {
		return tea.Batch(cmd, m.read(t, Where{Around: seq, Limit: m.pageSize()}))
	}
	t.selected = seq
	m.reveal(t, seq)
	return cmd
}

// reveal brings an entry into view.
func (m *Model) reveal(t *timeline, seq chat.Seq) {
	g := m.geometry()
	t.show(seq, g.body, m.blockHeight(t, g.timeline))
}
