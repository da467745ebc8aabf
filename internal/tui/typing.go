package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// typingFor is how long somebody is taken to write, unless told again.
const typingFor = 6 * time.Second

// maxTyping is how many of those who write are remembered.
const maxTyping = 20

func (m *Model) types(u Typing) tea.Cmd {
	nick := cleanLine(u.Nick)
	if u.Room != m.current || nick == m.self.Nick || nick == "" {
		return nil
	}
	if _, known := m.typing[nick]; !known && len(m.typing) >= maxTyping {
		return nil
	}
	m.typing[nick] = m.options.Now().Add(typingFor)
	return m.waitQuiet()
}

// waitQuiet waits until somebody may have stopped writing, once at a time. It ends
// with the session, as tea.Tick would not.
func (m *Model) waitQuiet() tea.Cmd {
	if m.hushing {
		return nil
	}
	m.hushing = true
	return func() tea.Msg {
		timer := time.NewTimer(typingFor)
		defer timer.Stop()
		select {
		case <-timer.C:
			return quietMsg{}
		case <-m.ctx.Done():
			return nil
		}
	}
}

// hush forgets who has stopped writing, and waits on for the others.
func (m *Model) hush() tea.Cmd {
	m.hushing = false
	now := m.options.Now()
	for nick, until := range m.typing {
		if !now.Before(until) {
			delete(m.typing, nick)
		}
	}
	if len(m.typing) == 0 {
		return nil
	}
	return m.waitQuiet()
}
