package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/prompt"
)

// choice is one of what a picker offers.
type choice struct {
	label  string // clean, one line
	detail string // beside it
	style  style
	room   chat.RoomID
	seq    chat.Seq
	nick   string // who said it
	text   string
}

// picker offers a list, of which what is typed leaves some, or which is asked for
// by what is typed.
type picker struct {
	title  word
	editor prompt.Editor
	all    []choice
	shown  []choice
	at     int
	failed string

	ask     func(query string) tea.Cmd // asks for another list; nil filters this one
	asked   string                     // for what it was asked
	waiting bool
	pick    func(m *Model, c choice) tea.Cmd
	more    map[string]func(m *Model, c choice) tea.Cmd // other keys
}

// maxFound is how much of a list is offered.
const maxFound = 500

// foundMsg is the list that a picker asked for.
type foundMsg struct {
	picker  *picker
	entries []Entry
	err     error
}

// offer lays a picker over the screen.
func (m *Model) offer(p *picker) {
	p.filter()
	m.overlay = p
}

// filter leaves what has every word that was typed.
func (p *picker) filter() {
	p.shown = p.shown[:0]
	words := strings.Fields(chat.Fold(p.editor.Text()))
	if p.ask != nil {
		words = nil
	}
	for _, c := range p.all {
		folded, all := chat.Fold(c.label), true
		for _, w := range words {
			all = all && strings.Contains(folded, w)
		}
		if all {
			p.shown = append(p.shown, c)
		}
	}
	p.at = max(0, min(p.at, len(p.shown)-1))
}

func (p *picker) key(m *Model, k tea.KeyPressMsg) tea.Cmd {
	name := k.String()
	switch name {
	case "esc", "ctrl+c":
		m.overlay = nil
	case "up", "ctrl+p", "shift+tab":
		p.at = max(0, p.at-1)
	case "down", "ctrl+n", "tab":
		p.at = min(len(p.shown)-1, p.at+1)
	case "pgup":
		p.at = max(0, p.at-10)
	case "pgdown":
		p.at = max(0, min(len(p.shown)-1, p.at+10))
	case "enter":
		return p.enter(m)
	default:
		if do := p.more[name]; do != nil && len(p.shown) > 0 {
			return p.close(m, do)
		}
		if typedLine(&p.editor, k) {
			p.at = 0
			p.filter()
		}
	}
	p.at = max(0, p.at)
	return nil
}

// enter asks for what was typed, or takes what is chosen.
func (p *picker) enter(m *Model) tea.Cmd {
	query := strings.TrimSpace(p.editor.Text())
	if p.ask != nil && query != p.asked {
		p.asked, p.waiting, p.failed = query, true, ""
		return p.ask(query)
	}
	if len(p.shown) == 0 {
		return nil
	}
	return p.close(m, p.pick)
}

func (p *picker) close(m *Model, do func(*Model, choice) tea.Cmd) tea.Cmd {
	m.overlay = nil
	return do(m, p.shown[p.at])
}

// paste types what is pasted.
func (p *picker) paste(m *Model, text string) {
	p.editor.Key(prompt.Key{Code: prompt.Pasted, Text: text})
	p.filter()
}

// found shows the list that was asked for, if it still is wanted.
func (m *Model) found(msg foundMsg) {
	p := msg.picker
	if m.overlay != overlay(p) {
		return
	}
	p.waiting, p.all, p.at = false, nil, 0
	if msg.err != nil {
		p.failed = m.sentence(msg.err)
	}
	for _, e := range msg.entries[:min(len(msg.entries), maxFound)] {
		p.all = append(p.all, m.choiceOf(e))
	}
	p.filter()
}

// choiceOf returns an entry as something to choose.
func (m *Model) choiceOf(e Entry) choice {
	e = m.clean(e)
	name := ""
	if r := m.room(e.Room); r != nil {
		name = r.Name + " "
	}
	text := cleanLine(e.Text)
	if e.Deleted {
		text = m.language.say(wDeleted)
	}
	return choice{
		label: e.Nick + ": " + text, detail: name + e.Time.Format("2006-01-02 15:04"),
		style: plain, room: e.Room, seq: e.Seq, nick: e.Nick, text: e.Text,
	}
}

func (p *picker) view(m *Model, width, height int) (rows []row, x, y int) {
	rows = append(rows, m.title(m.language.say(p.title), width))
	text, x := visibleLine(&p.editor, width-len(label)-1)
	rows = append(rows, m.paint(width).put(accent, label).put(plain, text).row())
	room := height - len(rows)
	first := max(0, min(p.at-room/2, len(p.shown)-room))
	for i := first; i < len(p.shown) && len(rows) < height; i++ {
		rows = append(rows, p.row(m, i, width))
	}
	if len(p.shown) == 0 {
		rows = append(rows, m.paint(width).put(faint, "  "+p.state(m)).row())
	}
	return rows, min(len(label)+x, width-1), 1
}

// state says why there is nothing.
func (p *picker) state(m *Model) string {
	switch {
	case p.failed != "":
		return p.failed
	case p.waiting:
		return m.language.say(wLoading)
	case p.ask != nil && p.asked == "":
		return ""
	}
	return m.language.say(wNothing)
}

func (p *picker) row(m *Model, i, width int) row {
	c := p.shown[i]
	st, pointer := c.style, "  "
	if i == p.at {
		st, pointer = reversed, "› "
	}
	painted := m.paint(width).put(plain, pointer)
	if c.detail != "" {
		painted.put(faint, c.detail+" ")
	}
	return painted.put(st, c.label).row()
}
