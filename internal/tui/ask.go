package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/prompt"
)

// asking is a question that a command has, and what is being answered. It stands in
// the place of the status and of what is being written, which waits.
type asking struct {
	question string
	hidden   bool
	answer   func(ctx context.Context, answer string) (Reply, error)
	editor   prompt.Editor
}

// ask begins to ask.
func (m *Model) ask(a *Ask) {
	m.overlay, m.question, m.composer.completion = nil, nil, nil
	m.asking = &asking{question: cleanLine(a.Question), hidden: a.Hidden, answer: a.Answer}
}

// key does what a key does to the answer. What is hidden is not kept anywhere here
// once it is given.
func (a *asking) key(m *Model, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		m.asking = nil
		answer := a.editor.Text()
		return func() tea.Msg {
			reply, err := a.answer(m.ctx, answer)
			return replyMsg{reply, err}
		}
	case "esc", "ctrl+c", "ctrl+d":
		m.asking = nil
		m.flash = m.language.say(wNotAnswered)
	case "up", "down", "ctrl+p", "ctrl+n": // there is no history of answers
	default:
		typedLine(&a.editor, k)
	}
	return nil
}

func (a *asking) paste(text string) {
	a.editor.Key(prompt.Key{Code: prompt.Pasted, Text: chat.CleanLine(text)})
}

// row paints what is being answered, and returns the cell of the cursor in it. Of a
// secret it shows one dot for each character, so that one sees that keys arrive.
func (a *asking) row(m *Model, width int) (row, int) {
	text, cursor := visibleLine(&a.editor, width-len(label)-1)
	if a.hidden {
		before := clusters(a.editor.Text()[:a.editor.Cursor()])
		cursor = min(before, width-len(label)-1)
		text = strings.Repeat("•", cursor+clusters(a.editor.Text()[a.editor.Cursor():]))
	}
	return m.paint(width).put(accent, label).put(plain, text).row(), min(len(label)+cursor, max(width-1, 0))
}

func clusters(s string) int { return len(cellsOf(nil, s, plain, 0)) }
