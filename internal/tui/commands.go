package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// command is a line that begins with /, and what it does.
type command struct {
	name  string
	about [languages]string
}

// commands are those that are completed, in the order in which they are offered.
// What is not among them goes to the session too.
var commands = []command{
	{"/help", [languages]string{"help on a topic", "pomoc na podany temat"}},
	{"/join", [languages]string{"come into a room", "wejdź do pokoju"}},
	{"/leave", [languages]string{"leave the room", "wyjdź z pokoju"}},
	{"/dm", [languages]string{"talk with one person", "porozmawiaj z jedną osobą"}},
	{"/rooms", [languages]string{"what rooms there are", "jakie są pokoje"}},
	{"/nick", [languages]string{"change your name", "zmień swój nick"}},
	{"/topic", [languages]string{"set the topic", "zmień temat"}},
	{"/invite", [languages]string{"invite somebody", "zaproś kogoś"}},
	{"/whois", [languages]string{"who somebody is", "kto to jest"}},
	{"/me", [languages]string{"say what you do", "powiedz, co robisz"}},
	{"/search", [languages]string{"search all rooms", "szukaj we wszystkich pokojach"}},
	{"/mentions", [languages]string{"what called you", "wzmianki o tobie"}},
	{"/open", [languages]string{"open a link by its number", "otwórz odnośnik o podanym numerze"}},
	{"/set", [languages]string{"see and change settings", "zobacz i zmień ustawienia"}},
	{"/theme", [languages]string{"auto, dark, light or none", "auto, dark, light albo none"}},
	{"/notify", [languages]string{"of what this room tells you", "o czym powiadamia ten pokój"}},
	{"/retry", [languages]string{"send again what was not sent", "wyślij ponownie to, czego nie wysłano"}},
	{"/drop", [languages]string{"forget what was not sent", "porzuć to, czego nie wysłano"}},
	{"/plain", [languages]string{"lines instead of this screen", "wiersze zamiast tego ekranu"}},
	{"/quit", [languages]string{"leave", "wyjdź z programu"}},
}

// own returns what a command does that is the interface's, or nil.
func own(name string) func(m *Model, rest string) tea.Cmd {
	switch name {
	case "/help":
		return (*Model).help
	case "/search":
		return (*Model).search
	case "/mentions":
		return func(m *Model, _ string) tea.Cmd { return m.openMentions() }
	case "/open":
		return (*Model).openNumber
	case "/set":
		return (*Model).setCommand
	case "/theme":
		return func(m *Model, rest string) tea.Cmd { return m.change("theme", cleanLine(rest)) }
	case "/notify":
		return (*Model).setNotify
	case "/retry":
		return func(m *Model, _ string) tea.Cmd { return m.retry() }
	case "/drop":
		return func(m *Model, _ string) tea.Cmd { return m.drop() }
	case "/quit":
		return func(*Model, string) tea.Cmd { return tea.Quit }
	}
	return nil
}

// command does what a line asks for, or has the session do it.
func (m *Model) command(line string) tea.Cmd {
	name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if do := own(name); do != nil {
		return do(m, strings.TrimSpace(rest))
	}
	room := m.current
	return func() tea.Msg {
		reply, err := m.session.Command(m.ctx, room, line)
		return replyMsg{reply, err}
	}
}

func (m *Model) openNumber(rest string) tea.Cmd {
	n, err := strconv.Atoi(strings.Trim(rest, "[]"))
	target, ok := m.linkSeen(n)
	if !ok {
		target, ok = m.targets[n]
	}
	if err != nil || !ok {
		m.flash = m.language.say(wNoLink, cleanLine(rest))
		return nil
	}
	return m.openURL(target)
}

// linkSeen returns where the link leads that is seen with a number. Numbers are used
// again after a while, and who types one means what is before their eyes.
func (m *Model) linkSeen(n int) (string, bool) {
	t := m.timeline()
	if t == nil {
		return "", false
	}
	g := m.geometry()
	top, bottom := t.seen(g.body, m.blockHeight(t, g.timeline))
	for _, it := range slices.Backward(t.items[top:bottom]) {
		for _, l := range slices.Concat(it.links, it.files) {
			if l.number == n && l.target != "" {
				return l.target, true
			}
		}
	}
	return "", false
}

// retry sends again what could not be sent, under the same IDs.
func (m *Model) retry() tea.Cmd {
	t := m.timeline()
	if t == nil {
		return nil
	}
	var cmds []tea.Cmd
	for _, it := range t.items[t.kept():] {
		if it.failed == "" {
			continue
		}
		it.failed, it.laid = "", layout{}
		d := Draft{ID: it.Client, Room: it.Room, Text: it.Text, Action: it.Kind == chat.Action, Answer: it.Target}
		cmds = append(cmds, m.send(d))
	}
	return tea.Batch(cmds...)
}

// drop forgets what could not be sent.
func (m *Model) drop() tea.Cmd {
	if t := m.timeline(); t != nil {
		t.items = slices.DeleteFunc(t.items, func(i *item) bool { return i.Seq == 0 && i.failed != "" })
	}
	return nil
}
