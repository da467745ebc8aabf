package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Notify is how somebody is told, through the terminal, that they were called.
type Notify uint8

// The ways: the bell, which every terminal has, and the sequences that make a
// terminal show a notification.
const (
	Bell   Notify = iota
	OSC9          // iTerm2's
	OSC777        // that of rxvt, foot, WezTerm, Ghostty
	OSC99         // kitty's
	Silent
)

// NotifyFor returns the best way for a terminal, by what TERM and TERM_PROGRAM
// say. Within tmux and screen it is the bell: they keep the rest to themselves.
func NotifyFor(term, program string) Notify {
	switch {
	case strings.HasPrefix(term, "tmux"), strings.HasPrefix(term, "screen"):
		return Bell
	case strings.Contains(term, "kitty"):
		return OSC99
	case program == "WezTerm", program == "ghostty", strings.HasPrefix(term, "foot"), strings.HasPrefix(term, "rxvt"), strings.Contains(term, "ghostty"):
		return OSC777
	case program == "iTerm.app":
		return OSC9
	}
	return Bell
}

// maxNotice is how much of a text a notification has, in cells.
const maxNotice = 120

// sequence returns what is written to the terminal.
func (n Notify) sequence(title, text string) string {
	plain := strings.NewReplacer(";", ",", "\n", " ")
	title, text = plain.Replace(title), shorten(plain.Replace(text), maxNotice)
	switch n {
	case Silent:
		return ""
	case OSC9:
		return "\x1b]9;" + title + ": " + text + "\x1b\\"
	case OSC777:
		return "\x1b]777;notify;" + title + ";" + text + "\x1b\\"
	case OSC99:
		return "\x1b]99;i=hubbub:d=0;" + title + "\x1b\\\x1b]99;i=hubbub:p=body;" + text + "\x1b\\"
	}
	return "\a"
}

// command notifies. Title and text must be clean.
func (n Notify) command(title, text string) tea.Cmd {
	if s := n.sequence(title, text); s != "" {
		return tea.Raw(s)
	}
	return nil
}
