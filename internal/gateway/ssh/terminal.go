package ssh

import (
	"io"
	"strings"

	"hubbub/internal/prompt"
)

// terminal is the client's: what is typed in it comes key by key, and is shown by us.
//
// Two draw on it, who reads keys and who writes for the session, each in its turn. The
// turn is no mutex, since it is held while the peer takes what is drawn: a terminal
// that takes nothing shows nothing of what is typed either. It concerns nobody else.
type terminal struct {
	turn chan struct{} // a token for who draws

	display display
	out     outlet
	decoder prompt.Decoder
	editor  prompt.Editor
	view    prompt.View
	width   int    // cells
	label   string // before what is typed
	usual   string // the label where no question has been asked
	hidden  bool   // what is typed is not shown
}

// display shows lines, and below them the one that is being typed.
type display interface {
	Print(text string)
	Draw(row, plain string, cursor, width int)
	Erase()
	ClearAll()
	Flush() error
}

// chatLabel is the label where one chats and no question has been asked.
const chatLabel = "> "

// newTerminal returns a terminal of a kind. One that is dumb can't go back.
func newTerminal(kind string, width int) *terminal {
	t := &terminal{turn: make(chan struct{}, 1), width: width}
	if isDumb(kind) {
		t.display = &dumb{out: &t.out}
	} else {
		t.display = prompt.NewScreen(&t.out, true)
	}
	return t
}

// outlet is where a terminal's screen writes to, once there is something.
type outlet struct{ to io.Writer }

func (o *outlet) Write(b []byte) (int, error) {
	if o.to == nil {
		return len(b), nil
	}
	return o.to.Write(b)
}

// attach connects the terminal with its channel, to chat or to see how a command goes.
func (t *terminal) attach(s *stream, chats bool) {
	if chats {
		t.label, t.usual = chatLabel, chatLabel
	}
	t.out.to = screenWriter{s}
	s.terminal.Store(t)
}

// screenWriter writes to a stream's channel what a screen has made.
type screenWriter struct{ *stream }

// Write implements [io.Writer].
func (w screenWriter) Write(b []byte) (int, error) { return w.raw(w.channel, b) }

// draw does something to the terminal in its turn, and shows how it is then.
func (t *terminal) draw(change func()) error {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	change()
	t.show()
	return t.display.Flush()
}

// show draws the line that is being typed.
func (t *terminal) show() {
	typed := &t.editor
	if t.hidden {
		typed = &prompt.Editor{}
	}
	row, cursor := t.view.Row(t.label, typed, t.width)
	t.display.Draw(row, row, cursor, t.width)
}

// print shows what the session says: whole lines, and after them maybe a question.
func (t *terminal) print(b []byte) error {
	return t.draw(func() {
		text := string(b)
		end := strings.LastIndexByte(text, '\n')
		if end >= 0 {
			t.display.Print(text[:end])
		}
		if question := text[end+1:]; question != "" {
			t.label = prompt.Plain(question)
		}
	})
}

// echo has what is typed shown, or not.
func (t *terminal) echo(on bool) {
	_ = t.draw(func() { t.hidden = !on }) // who reads keys notices too
}

// resize tells the terminal's width.
func (t *terminal) resize(width int) {
	_ = t.draw(func() { t.width = width }) // who reads keys notices too
}

// leave takes the line that is being typed away, for what comes after us.
func (t *terminal) leave() {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	t.display.Erase()
	_ = t.display.Flush() // or there is nobody to see it
}

// typed takes what has been typed, and returns the lines that are complete, each with
// its end; and whether the person wants to leave.
func (t *terminal) typed(b []byte) (lines []byte, left bool) {
	err := t.draw(func() {
		for _, k := range t.decoder.Feed(b) {
			if left = left || t.leaves(k); left {
				return
			}
			lines = t.key(lines, k)
		}
	})
	return lines, left || err != nil
}

// leaves reports whether a key means that the person leaves: Ctrl-D, or Ctrl-C, where
// there is nothing that it could be meant for.
func (t *terminal) leaves(k prompt.Key) bool {
	return (k.Code == prompt.EOF || k.Code == prompt.Interrupt) && t.editor.Text() == "" && t.label == t.usual
}

// key does what a key does, and appends the line that it completes.
func (t *terminal) key(lines []byte, k prompt.Key) []byte {
	switch k.Code {
	case prompt.Enter:
		return append(append(lines, t.take()...), '\n')
	case prompt.Interrupt:
		asked := t.label != t.usual
		t.editor.Clear()
		if asked {
			return append(lines, t.take()+"\n"...) // an empty answer takes the question back
		}
	case prompt.Redraw:
		t.display.ClearAll()
	case prompt.Pasted:
		k.Text = strings.ReplaceAll(k.Text, "\n", " ")
		t.editor.Key(k)
	default:
		t.editor.Key(k)
	}
	return lines
}

// take takes the line. What is said comes back from the room; what is not stays to be
// seen above its answer.
func (t *terminal) take() string {
	line, asked := t.editor.Text(), t.label != t.usual
	switch {
	case t.hidden:
		t.display.Print(t.label)
	case asked || strings.HasPrefix(line, "/"):
		t.display.Print(t.label + line)
	}
	if asked || t.hidden {
		t.editor.Clear() // an answer is not to be had again
	} else {
		t.editor.Take()
	}
	t.label = t.usual
	return line
}
