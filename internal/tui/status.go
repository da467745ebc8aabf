package tui

import (
	"slices"
	"strings"
	"time"
)

// statusRow tells what one is asked, or is doing, or what else is going on.
func (m *Model) statusRow(g geometry) row {
	p := m.paint(g.width)
	t, c := m.timeline(), &m.composer
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
	return p.put(plain, " ").fill(faint, "─", g.width).row()
}

// goingOn paints the connection, what is below, where else something was said, and
// who is typing.
func (m *Model) goingOn(p *painter, g geometry) {
	p.put(faint, "─")
	if !m.spoken && m.online {
		p.put(strong, " "+m.language.say(wNewcomer))
	}
	if !m.online {
		p.put(alarm, " "+m.language.say(wOffline))
		if !m.retries.IsZero() {
			p.put(alarm, m.language.say(wRetry, m.retries.In(m.options.Zone).Format(time.TimeOnly)))
		}
	}
	if m.waiting > 0 {
		p.put(strong, " "+m.language.count(m.waiting, wWaiting, m.waiting))
	}
	if n := m.belowSight(); n > 0 {
		p.put(accent, " "+m.language.count(n, wMore, n))
	}
	if g.rooms == 0 {
		m.activity(p)
	}
	if len(m.typing) > 0 {
		var names []string
		for nick := range m.typing {
			names = append(names, nick)
		}
		slices.Sort(names)
		p.put(faint, " "+m.language.count(len(names), wTyping, strings.Join(names, ", ")))
	}
	if m.self.Nick != "" {
		p.put(faint, " "+m.self.Nick)
	}
}

// activity paints the rooms with something unread, where there is no list of them.
func (m *Model) activity(p *painter) {
	for i := range m.rooms {
		switch r := &m.rooms[i]; {
		case r.ID == m.current || r.Unread == 0:
		case r.Mentions > 0:
			p.put(alarm, " "+shorten(r.Name, nickWidth)+" !"+badge(r.Mentions))
		default:
			p.put(strong, " "+shorten(r.Name, nickWidth)+" "+badge(r.Unread))
		}
	}
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
