package tui

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
	"hubbub/internal/prompt"
)

// question is something to confirm. Its keys are all that counts meanwhile.
type question struct {
	text    string
	answers map[string]func() tea.Cmd // nil does nothing more
}

// key does what a key does: to a question, to what is laid over the screen, to a
// selected message, or to what is being written.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	m.flash = ""
	name := k.String()
	switch {
	case m.asking != nil:
		return m.asking.key(m, k)
	case m.question != nil:
		return m.answer(name)
	case m.overlay != nil:
		return m.overlay.key(m, k)
	}
	if name != "tab" && name != "shift+tab" {
		if m.composer.completion != nil && name == "esc" {
			m.uncomplete()
			return nil
		}
		m.composer.completion = nil
	}
	if it := m.selectedItem(); it != nil && m.composer.editor.Text() == "" {
		if do := selectedKeys[name]; do != nil {
			return do(m, it)
		}
	}
	if n, ok := strings.CutPrefix(name, "alt+"); ok && len(n) == 1 && n[0] >= '1' && n[0] <= '9' {
		return m.nth(int(n[0] - '1'))
	}
	if name == "end" && m.composer.editor.Text() == "" {
		name = "ctrl+end"
	}
	if do := commandKeys[name]; do != nil {
		return do(m)
	}
	if typed(&m.composer.editor, k) {
		return m.tellTyping()
	}
	return nil
}

func (m *Model) answer(name string) tea.Cmd {
	do, ok := m.question.answers[name]
	if !ok {
		return nil
	}
	m.question = nil
	if do == nil {
		return nil
	}
	return do()
}

// typingEvery is how often others are told that somebody writes.
const typingEvery = typingFor / 2

func (m *Model) tellTyping() tea.Cmd {
	now := m.options.Now()
	if m.current == 0 || m.ended || strings.HasPrefix(m.composer.editor.Text(), "/") || now.Sub(m.said) < typingEvery {
		return nil
	}
	m.said = now
	room := m.current
	return func() tea.Msg {
		_ = m.session.Typing(m.ctx, room) // nobody misses it
		return nil
	}
}

// enterKey says what was written, or does what it asks for.
func (m *Model) enterKey() tea.Cmd {
	c := &m.composer
	text := c.editor.Text()
	if strings.TrimSpace(text) == "" && c.editing == 0 {
		return nil
	}
	if c.editing != 0 {
		return m.saveEdit(text)
	}
	if m.current == 0 && !strings.HasPrefix(text, "/") {
		m.flash = m.language.say(wNoRoom)
		return nil
	}
	answer := c.answer
	c.take()
	c.answer = 0
	switch action, acts := strings.CutPrefix(text, "/me "); {
	case acts:
		return m.say(Draft{Text: action, Action: true, Answer: answer})
	case strings.HasPrefix(text, "//"):
		text = text[1:] // two slashes are one that is meant
	case strings.HasPrefix(text, "/") && !strings.Contains(text, "\n"):
		return m.command(text)
	}
	return m.say(Draft{Text: text, Answer: answer})
}

// say sends a draft to the current room, and shows it as on its way.
func (m *Model) say(d Draft) tea.Cmd {
	d.Room, d.ID, d.Text = m.current, m.options.NewID(), chat.CleanText(d.Text)
	if err := chat.CheckText(d.Text); err != nil {
		m.tell(err)
		return nil
	}
	t := m.timeline()
	if t == nil {
		return nil
	}
	e := Entry{Room: d.Room, Kind: chat.Message, Time: m.options.Now(), By: m.self.ID, Nick: m.self.Nick, Text: d.Text, Client: d.ID, Target: d.Answer}
	if d.Action {
		e.Kind = chat.Action
	}
	if to := t.find(d.Answer); to != nil {
		e.Whose, e.Quote = to.Nick, to.Text
	}
	t.items = append(t.items, m.item(e))
	m.said = m.options.Now().Add(-typingEvery)
	return tea.Batch(m.send(d), m.newest())
}

// send hands a draft to the session when it is its turn: commands run beside each
// other, and one that begins later may be the first to get there.
func (m *Model) send(d Draft) tea.Cmd {
	turn, next := m.turn, make(chan struct{})
	m.turn = next
	d.Placed = sync.OnceFunc(func() { close(next) })
	return func() tea.Msg {
		defer d.Placed()
		select {
		case <-turn:
			return saidMsg{d.Room, d.ID, m.session.Say(m.ctx, d)}
		case <-m.ctx.Done():
			return saidMsg{d.Room, d.ID, context.Cause(m.ctx)}
		}
	}
}

func (m *Model) saveEdit(text string) tea.Cmd {
	c := &m.composer
	seq, text := c.editing, chat.CleanText(text)
	if strings.TrimSpace(text) == "" {
		if it := m.timeline().find(seq); it != nil {
			return m.askDelete(it)
		}
		return nil
	}
	if err := chat.CheckText(text); err != nil {
		m.tell(err)
		return nil
	}
	c.take() // so that it can be found again if it is refused
	c.reset(c.kept)
	return m.do(func() error { return m.session.Edit(m.ctx, seq, text) })
}

// paste puts text into what is being written. Of several lines it asks whether
// they are one message.
func (m *Model) paste(text string) tea.Cmd {
	text = strings.ToValidUTF8(text, "")
	text = strings.Trim(cleanText(text), "\n")
	if m.asking != nil {
		m.asking.paste(text)
		return nil
	}
	if m.overlay != nil || m.question != nil {
		if o, ok := m.overlay.(*picker); ok && m.question == nil {
			o.paste(m, chat.CleanLine(text))
		}
		return nil
	}
	m.composer.completion = nil
	before := m.composer.editor.Text()
	if !m.composer.editor.Key(prompt.Key{Code: prompt.Pasted, Text: text}) && text != "" {
		m.tell(chat.CheckText(before + text))
		return nil
	}
	lines := strings.Count(text, "\n") + 1
	if lines > 1 && m.current != 0 {
		m.askPaste(lines, before)
	}
	return nil
}

func (m *Model) askPaste(lines int, before string) {
	m.question = &question{m.language.count(lines, wPaste, lines), map[string]func() tea.Cmd{
		"enter": m.enterKey,
		"e":     nil,
		"esc": func() tea.Cmd {
			m.composer.editor.Set(before)
			return nil
		},
	}}
}

func (m *Model) lineBreak() tea.Cmd {
	m.composer.editor.Key(prompt.Key{Code: prompt.Typed, Text: "\n"})
	return nil
}

// vertical moves the cursor a row, or else through what was written before. From
// an empty line up is the last message that one wrote, to be edited.
func (m *Model) vertical(step int) tea.Cmd {
	c := &m.composer
	switch t := m.timeline(); {
	case c.vertical(step, max(m.width-len(label), 1)):
	case step < 0 && c.editor.Text() == "" && t != nil:
		if it := t.ownLast(m.self.ID); it != nil {
			c.edit(it)
		}
	case c.editing != 0:
	case step < 0:
		c.editor.Key(prompt.Key{Code: prompt.Up})
	default:
		c.editor.Key(prompt.Key{Code: prompt.Down})
	}
	return nil
}

// escape leaves the innermost of what one is in.
func (m *Model) escape() tea.Cmd {
	c, t := &m.composer, m.timeline()
	switch {
	case c.editing != 0:
		c.reset(c.kept)
	case c.answer != 0:
		c.answer = 0
	case t != nil && t.selected != 0:
		t.selected = 0
	case t != nil && t.news > 0 && t.following():
		t.mark, t.news = t.last(), 0
	}
	return nil
}

// interrupt empties what is being written, or leaves.
func (m *Model) interrupt() tea.Cmd {
	c := &m.composer
	if c.editor.Text() == "" && c.editing == 0 && c.answer == 0 {
		return tea.Quit
	}
	c.reset(c.kept)
	return nil
}

func (m *Model) endOfInput() tea.Cmd {
	if m.composer.editor.Text() == "" {
		return tea.Quit
	}
	m.composer.editor.Key(prompt.Key{Code: prompt.Delete})
	return nil
}

// selectedItem returns the message that is selected, or nil.
func (m *Model) selectedItem() *item {
	if t := m.timeline(); t != nil {
		return t.find(t.selected)
	}
	return nil
}

func (m *Model) choose(step int) tea.Cmd {
	t := m.timeline()
	if t == nil {
		return nil
	}
	t.choose(step)
	if t.selected != 0 {
		m.reveal(t, t.selected)
	}
	return nil
}

func (m *Model) replyTo(it *item) tea.Cmd {
	m.composer.reply(it)
	m.timeline().selected = 0
	return nil
}

func (m *Model) editItem(it *item) tea.Cmd {
	if it.By != m.self.ID || it.Deleted {
		m.flash = m.language.say(wNotYours)
		return nil
	}
	m.composer.edit(it)
	m.timeline().selected = 0
	return nil
}

func (m *Model) askDelete(it *item) tea.Cmd {
	seq := it.Seq
	m.question = &question{m.language.say(wDelete), map[string]func() tea.Cmd{
		"esc": nil, "n": nil,
		"y": func() tea.Cmd {
			if m.composer.editing == seq {
				m.composer.reset(m.composer.kept)
			}
			return m.do(func() error { return m.session.Delete(m.ctx, seq) })
		},
	}}
	return nil
}

// react adds a reaction, or takes it back.
func (m *Model) react(it *item, emoji string) tea.Cmd {
	on := true
	for _, r := range it.Reactions {
		if r.Emoji == emoji && r.Mine {
			on = false
		}
	}
	seq := it.Seq
	return m.do(func() error { return m.session.React(m.ctx, seq, emoji, on) })
}

// openedMsg tells that an address was opened.
type openedMsg struct{}

// openLinks opens the first link of a message, or else its first file.
func (m *Model) openLinks(it *item) tea.Cmd {
	for _, l := range append(slices.Clone(it.links), it.files...) {
		if l.target != "" {
			return m.openURL(l.target)
		}
	}
	m.flash = m.language.say(wNoLinks)
	return nil
}

// openURL opens an address, or copies it where nothing can be opened.
func (m *Model) openURL(target string) tea.Cmd {
	if m.options.Open == nil {
		return m.toClipboard(target)
	}
	return func() tea.Msg {
		if err := m.options.Open(target); err != nil {
			return failedMsg{err}
		}
		return openedMsg{}
	}
}

func (m *Model) copyText(it *item) tea.Cmd { return m.toClipboard(it.Text) }

// toClipboard hands text to the terminal's clipboard (OSC 52).
func (m *Model) toClipboard(text string) tea.Cmd {
	m.flash = m.language.say(wCopied)
	return tea.Raw("\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\x1b\\")
}
