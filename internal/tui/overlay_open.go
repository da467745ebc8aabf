package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// showChoice shows an entry that was chosen, where it was said.
func showChoice(m *Model, c choice) tea.Cmd { return m.jump(c.room, c.seq) }

// switchRoom offers the rooms, those first in which somebody was called.
func (m *Model) switchRoom() tea.Cmd {
	var all []choice
	for i := range m.rooms {
		r := &m.rooms[i]
		c := choice{label: r.Name, room: r.ID}
		if r.Unread > 0 {
			c.style, c.label = strong, r.Name+" · "+m.language.count(r.Unread, wUnseen, badge(r.Unread))
		}
		if r.Mentions > 0 {
			c.style = alarm
			c.label += ", " + m.language.count(r.Mentions, wCalls, r.Mentions)
		}
		all = append(all, c)
	}
	urgency := func(id chat.RoomID) int {
		r := m.room(id)
		return min(r.Mentions, 1)*2 + min(r.Unread, 1)
	}
	slices.SortStableFunc(all, func(a, b choice) int { return urgency(b.room) - urgency(a.room) })
	m.offer(&picker{title: wSwitch, all: all, pick: func(m *Model, c choice) tea.Cmd { return m.enter(c.room) }})
	return nil
}

// findWritten offers what was written before, the newest first.
func (m *Model) findWritten() tea.Cmd {
	var all []choice
	for _, line := range slices.Backward(m.composer.editor.History()) {
		all = append(all, choice{label: cleanLine(line), text: line})
	}
	m.offer(&picker{title: wHistory, all: all, pick: func(m *Model, c choice) tea.Cmd {
		m.composer.editor.Set(c.text)
		return nil
	}})
	return nil
}

func (m *Model) openSearch() tea.Cmd { return m.search("") }

// search looks for something in all rooms.
func (m *Model) search(query string) tea.Cmd {
	p := &picker{title: wSearch, pick: showChoice}
	p.ask = func(query string) tea.Cmd {
		return func() tea.Msg {
			entries, err := m.session.Search(m.ctx, query)
			return foundMsg{p, entries, err}
		}
	}
	m.offer(p)
	if query == "" {
		return nil
	}
	p.editor.Set(query)
	return p.enter(m)
}

func (m *Model) openMentions() tea.Cmd {
	p := &picker{title: wMentions, waiting: true, pick: showChoice}
	m.offer(p)
	return func() tea.Msg {
		entries, err := m.session.Mentions(m.ctx)
		return foundMsg{p, entries, err}
	}
}

// openThread shows the conversation that a message is in.
func (m *Model) openThread(it *item) tea.Cmd {
	root := it.Thread
	if root == 0 {
		root = it.Seq
	}
	p := &picker{title: wThread, waiting: true, pick: showChoice}
	p.more = map[string]func(*Model, choice) tea.Cmd{"ctrl+r": func(m *Model, c choice) tea.Cmd {
		m.composer.reply(&item{Entry: Entry{Seq: c.seq, Nick: c.nick}})
		return nil
	}}
	m.offer(p)
	return func() tea.Msg {
		entries, err := m.session.Thread(m.ctx, root)
		return foundMsg{p, entries, err}
	}
}

// reactTo offers emoji for a message.
func (m *Model) reactTo(it *item) tea.Cmd {
	var all []choice
	for _, e := range emoji {
		all = append(all, choice{label: e.text + " :" + e.name + ":", text: e.text})
	}
	m.offer(&picker{title: wReact, all: all, pick: func(m *Model, c choice) tea.Cmd { return m.react(it, c.text) }})
	return nil
}
