package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/prompt"
)

// editing are the keys that change a line, wherever one is typed.
var editing = map[string]prompt.Code{
	"left": prompt.Left, "right": prompt.Right, "home": prompt.Home, "end": prompt.End,
	"ctrl+b": prompt.Left, "ctrl+a": prompt.Home, "ctrl+e": prompt.End,
	"ctrl+left": prompt.WordLeft, "ctrl+right": prompt.WordRight, "alt+left": prompt.WordLeft, "alt+right": prompt.WordRight,
	"alt+b": prompt.WordLeft, "alt+f": prompt.WordRight,
	"backspace": prompt.Backspace, "ctrl+h": prompt.Backspace, "shift+backspace": prompt.Backspace, "delete": prompt.Delete,
	"ctrl+w": prompt.KillWord, "alt+backspace": prompt.KillWord, "ctrl+u": prompt.KillLeft, "alt+k": prompt.KillRight,
	"ctrl+p": prompt.Up, "ctrl+n": prompt.Down,
}

// typed does what a key does to a line. It reports whether that was anything.
func typed(e *prompt.Editor, k tea.KeyPressMsg) bool {
	if k.Text != "" {
		return e.Key(prompt.Key{Code: prompt.Typed, Text: chat.CleanText(strings.ToValidUTF8(k.Text, ""))})
	}
	code, ok := editing[k.String()]
	return ok && e.Key(prompt.Key{Code: code})
}

// typedLine is typed for what has one line, whatever text a terminal says a key has.
func typedLine(e *prompt.Editor, k tea.KeyPressMsg) bool {
	k.Text = strings.ReplaceAll(chat.CleanText(strings.ToValidUTF8(k.Text, "")), "\n", " ")
	return typed(e, k)
}

// commandKeys are the keys that do something to the whole, by name.
var commandKeys = map[string]func(*Model) tea.Cmd{
	"alt+a":       (*Model).nextActivity,
	"ctrl+k":      (*Model).switchRoom,
	"ctrl+r":      (*Model).findWritten,
	"ctrl+s":      (*Model).openSearch,
	"alt+m":       (*Model).openMentions,
	"alt+up":      func(m *Model) tea.Cmd { return m.choose(-1) },
	"alt+down":    func(m *Model) tea.Cmd { return m.choose(1) },
	"ctrl+up":     func(m *Model) tea.Cmd { return m.choose(-1) },
	"ctrl+down":   func(m *Model) tea.Cmd { return m.choose(1) },
	"pgup":        func(m *Model) tea.Cmd { return m.scroll(-1) },
	"pgdown":      func(m *Model) tea.Cmd { return m.scroll(1) },
	"ctrl+home":   (*Model).oldest,
	"ctrl+end":    (*Model).newest,
	"alt+u":       (*Model).firstNew,
	"alt+n":       func(m *Model) tea.Cmd { return m.neighbour(1) },
	"alt+p":       func(m *Model) tea.Cmd { return m.neighbour(-1) },
	"ctrl+pgdown": func(m *Model) tea.Cmd { return m.neighbour(1) },
	"ctrl+pgup":   func(m *Model) tea.Cmd { return m.neighbour(-1) },
	"f1":          func(m *Model) tea.Cmd { return m.help("") },
	"ctrl+l":      func(*Model) tea.Cmd { return tea.ClearScreen },
	"ctrl+z":      func(*Model) tea.Cmd { return tea.Suspend },
	"ctrl+c":      (*Model).interrupt,
	"ctrl+d":      (*Model).endOfInput,
	"esc":         (*Model).escape,
	"enter":       (*Model).enterKey,
	"alt+enter":   (*Model).lineBreak,
	"shift+enter": (*Model).lineBreak,
	"ctrl+j":      (*Model).lineBreak,
	"tab":         func(m *Model) tea.Cmd { return m.complete(1) },
	"shift+tab":   func(m *Model) tea.Cmd { return m.complete(-1) },
	"up":          func(m *Model) tea.Cmd { return m.vertical(-1) },
	"down":        func(m *Model) tea.Cmd { return m.vertical(1) },
}

// selectedKeys are what single letters do while a message is selected.
var selectedKeys = map[string]func(*Model, *item) tea.Cmd{
	"r":     (*Model).replyTo,
	"enter": (*Model).replyTo,
	"a":     (*Model).reactTo,
	"e":     (*Model).editItem,
	"x":     (*Model).askDelete,
	"t":     (*Model).openThread,
	"o":     (*Model).openLinks,
	"c":     (*Model).copyText,
}
