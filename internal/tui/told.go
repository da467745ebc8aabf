package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// replied shows what a command had to tell.
func (m *Model) replied(msg replyMsg) tea.Cmd {
	if msg.err != nil {
		m.tell(msg.err)
		return nil
	}
	cmd := m.show(msg.reply.Show)
	if a := msg.reply.Ask; a != nil && a.Answer != nil {
		m.ask(a) // with what there is to tell before it is answered
		m.asking.question = strings.Join(append(cleanLines(msg.reply.Lines), m.asking.question), " ")
	} else {
		m.showLines(msg.reply.Lines)
	}
	return cmd
}

// show shows a room, now or as soon as it is known that the user is in it.
func (m *Model) show(id chat.RoomID) tea.Cmd {
	m.expected = 0
	if id != 0 && m.room(id) == nil {
		m.expected = id
	}
	return m.enter(id)
}

// maxTold is how many lines are shown that are for the user alone.
const maxTold = 2000

// showLines shows what is for the user alone: one line in the status, more laid over
// the screen, as soon as nothing that is being typed would go there.
func (m *Model) showLines(lines []string) {
	switch lines = cleanLines(lines); {
	case len(lines) == 1:
		m.flash = lines[0]
	case len(lines) > 1:
		m.told = append(m.told, lines[:min(len(lines), maxTold-len(m.told))]...)
		if m.busy() { // and until then there is at least a sign of it
			m.flash = lines[0] + " …"
		}
	}
}

func cleanLines(all []string) (lines []string) {
	for _, line := range all[:min(len(all), maxTold)] {
		lines = append(lines, cleanLine(line))
	}
	return lines
}

// busy reports whether somebody types, or has something to answer.
func (m *Model) busy() bool {
	return m.overlay != nil || m.question != nil || m.asking != nil || m.composer.editor.Text() != ""
}

// showTold lays what was told over the screen, if it can be.
func (m *Model) showTold() {
	if len(m.told) > 0 && !m.busy() {
		m.overlay, m.told = &pager{title: m.language.say(wAnswer), lines: m.told}, nil
	}
}
