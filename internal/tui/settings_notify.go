package tui

import (
	"maps"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
)

func (m *Model) levelName() string  { return string(m.wishes().Level) }
func (m *Model) silentName() string { return onOff(m.wishes().Silent) }

func (m *Model) setLevel(value string) tea.Cmd {
	p := m.wishes()
	p.Level = notify.Level(value)
	return m.wish(p)
}

func (m *Model) setSilent(value string) tea.Cmd {
	p := m.wishes()
	p.Silent = value == "on"
	return m.wish(p)
}

func (m *Model) keywordNames() string {
	if words := m.wishes().Keywords; len(words) > 0 {
		return cleanLine(strings.Join(words, ", "))
	}
	return "off"
}

func (m *Model) setKeywords(value string) tea.Cmd {
	p := m.wishes()
	p.Keywords = nil
	if value != "off" {
		for word := range strings.SplitSeq(value, ",") {
			if word = strings.TrimSpace(word); word != "" {
				p.Keywords = append(p.Keywords, word)
			}
		}
	}
	return m.wish(p)
}

func (m *Model) quietHours() string {
	q := m.wishes().Quiet
	if q == nil {
		return "off"
	}
	return cleanLine(strings.TrimSpace(q.From + "-" + q.To + " " + q.Zone))
}

// setQuiet keeps quiet hours, by the clock of the user's zone. Where only the
// machine knows what that is called, nobody else could tell when they are.
func (m *Model) setQuiet(value string) tea.Cmd {
	p := m.wishes()
	p.Quiet = nil
	if value != "off" {
		zone := m.chosen.zone.String()
		if zone == "Local" {
			m.flash = m.language.say(wZoneFirst)
			return nil
		}
		from, to, _ := strings.Cut(value, "-")
		p.Quiet = &notify.Quiet{From: strings.TrimSpace(from), To: strings.TrimSpace(to), Zone: zone}
	}
	return m.wish(p)
}

// setNotify is /notify: of what one is told in the room that is shown, or whether
// at all.
func (m *Model) setNotify(rest string) tea.Cmd {
	r := m.room(m.current)
	switch rest {
	case "on", "off":
		return m.change("silent", onOff(rest == "off"))
	case "all", "mentions", "nothing", "usual":
		if r == nil {
			m.flash = m.language.say(wNoRoom)
			return nil
		}
		return m.setRoomLevel(r, rest)
	}
	m.flash = m.language.say(wNotify, m.levelName())
	if r != nil {
		m.flash = r.Name + ": " + m.roomLevel(r.ID) + " · " + m.flash
	}
	return nil
}

func (m *Model) roomLevel(room chat.RoomID) string {
	p := m.wishes()
	if l, ok := p.Rooms[room]; ok {
		return string(l)
	}
	return string(p.Level)
}

func (m *Model) setRoomLevel(r *Room, level string) tea.Cmd {
	p := m.wishes()
	p.Rooms = maps.Clone(p.Rooms)
	if level == "usual" {
		delete(p.Rooms, r.ID)
	} else {
		if p.Rooms == nil {
			p.Rooms = map[chat.RoomID]notify.Level{}
		}
		p.Rooms[r.ID] = notify.Level(level)
	}
	m.flash = ""
	cmd := m.wish(p)
	if m.flash == "" {
		m.flash = m.language.say(wSet, r.Name, m.roomLevel(r.ID))
	}
	return cmd
}

// wants reports whether the user is to be called because of an entry, by the rules
// that hold for the page and for pushes too.
func (m *Model) wants(it *item, r *Room) bool {
	message := notify.Message{Room: it.Room, Author: it.By, Direct: r.Direct}
	if it.Calls { // as the session knows it, who sees what was answered
		message.Answers = m.self.ID
	}
	message.Read(it.Text)
	reader := notify.Reader{ID: m.self.ID, Nick: m.self.Nick, Looking: m.watched(it.Room), Preferences: m.chosen.notify}
	return notify.Decide(&message, &reader, m.options.Now()) != notify.NoReason
}
