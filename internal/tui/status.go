package tui

import (
	"maps"
	"slices"
	"strings"
)

// statusRow tells what one is asked, or is doing, or what else is going on.
func (m *Model) statusRow(g geometry) string {
	t, c, p := m.timeline(), &m.composer, m.paint(g.width)
	switch {
	case m.asking != nil:
		p.put(strong, " "+m.asking.question+" · "+m.language.say(wAnswering))
	case m.question != nil:
		p.put(alarm, " "+m.question.text)
	case m.flash != "":
		p.put(strong, " "+m.flash)
	case c.editing != 0:
		p.put(accent, " "+m.language.say(wEditing))
	case c.answer != 0:
		p.put(accent, " "+m.language.say(wReplying, c.about))
	case t != nil && t.selected != 0:
		p.put(accent, " "+m.language.say(wSelecting))
	default:
		m.goingOn(p, g)
	}
	return p.put(plain, " ").fill(faint, "─", g.width).row().text
}

// part is something that the status tells.
type part struct {
	style style
	text  string
}

// goingOn paints the connection, what is below, where else something was said, and
// who is typing.
func (m *Model) goingOn(p *painter, g geometry) {
	var room [8]part
	parts := room[:0]
	if !m.online {
		text := m.language.say(wOffline)
		if !m.retries.IsZero() {
			text += m.language.say(wRetry, m.chosen.clock.exact(m.retries.In(m.chosen.zone)))
		}
		parts = append(parts, part{alarm, text})
	}
	if m.waiting > 0 {
		parts = append(parts, part{strong, m.language.count(m.waiting, wWaiting, m.waiting)})
	}
	if n := m.belowSight(); n > 0 {
		parts = append(parts, part{accent, m.language.count(n, wMore, n)})
	}
	if !m.spoken && m.online {
		parts = append(parts, part{strong, m.language.say(wNewcomer)})
	}
	if g.rooms == 0 {
		parts = m.activity(parts)
	} else {
		parts = m.elsewhere(parts)
	}
	if len(m.typing) > 0 {
		names := slices.Sorted(maps.Keys(m.typing))
		parts = append(parts, part{faint, m.language.count(len(names), wTyping, strings.Join(names, ", "))})
	}
	if m.self.Nick != "" {
		parts = append(parts, part{faint, m.self.Nick})
	}
	p.put(faint, "─ ")
	for i, part := range parts {
		if i > 0 {
			p.put(faint, " · ")
		}
		p.put(part.style, part.text)
	}
}

// activity adds the rooms with something unread, where there is no list of them.
func (m *Model) activity(parts []part) []part {
	for i := range m.rooms {
		switch r := &m.rooms[i]; {
		case r.ID == m.current || r.Unread == 0:
		case r.Mentions > 0:
			parts = append(parts, part{alarm, shorten(r.Name, nickWidth) + " !" + badge(r.Mentions)})
		default:
			parts = append(parts, part{strong, shorten(r.Name, nickWidth) + " " + badge(r.Unread)})
		}
	}
	return parts
}

// elsewhere adds in words how much there is in other rooms, beside the list of
// them: that may be longer than what is seen of it.
func (m *Model) elsewhere(parts []part) []part {
	rooms, calls := 0, 0
	for i := range m.rooms {
		if r := &m.rooms[i]; r.ID != m.current && r.Unread > 0 {
			rooms++
			calls += r.Mentions
		}
	}
	if calls > 0 {
		parts = append(parts, part{alarm, m.language.count(calls, wCalls, calls)})
	}
	if rooms > 0 {
		parts = append(parts, part{faint, m.language.count(rooms, wUnread, rooms)})
	}
	return parts
}

// belowSight counts the entries below what is seen.
func (m *Model) belowSight() int {
	t := m.timeline()
	if t == nil || t.bottom == 0 {
		return 0
	}
	i, below := t.bottomIndex()
	return len(t.items) - 1 - i + min(below, 1)
}
