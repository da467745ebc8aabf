package main

import (
	"strings"
	"time"

	"hubbub/client"
	"hubbub/internal/prompt"
)

// What keys do in a conversation.

// twice is how soon a second Ctrl-C must come to leave.
const twice = 2 * time.Second

// key does what a key says, and reports whether it ends the conversation at
// once.
func (t *talk) key(k prompt.Key) bool {
	switch k.Code {
	case prompt.Enter:
		t.enter()
	case prompt.Interrupt:
		return t.interrupt()
	case prompt.EOF:
		if t.editor.Text() == "" {
			return t.leave()
		}
		t.editor.Key(prompt.Key{Code: prompt.Delete})
	case prompt.Redraw:
		t.screen.ClearAll()
	case prompt.Suspend:
		t.suspend()
	default:
		if !t.editor.Key(k) && (k.Code == prompt.Typed || k.Code == prompt.Pasted) {
			t.screen.Bell()
		}
	}
	return false
}

// suspend gives the terminal to the shell until the job goes on.
func (t *talk) suspend() {
	t.screen.Erase()
	t.screen.Flush()
	if err := t.tty.Suspend(); err != nil {
		t.screen.Print(t.show.failure(err.Error()))
	}
}

// enter sends what was typed. Several lines are always text: nobody means the
// first line of a pasted block as a command.
func (t *talk) enter() {
	text := strings.TrimRight(t.editor.Text(), "\n")
	if strings.TrimSpace(text) == "" {
		return
	}
	if strings.Contains(text, "\n") {
		text = client.Text(text)
	}
	_, ok, err := t.client.TrySubmit(text)
	switch {
	case err != nil:
		t.editor.Take()
		t.screen.Print(t.show.failure(err.Error()))
	case !ok:
		t.screen.Print(t.show.failure(t.show.say("Too much is waiting to be sent; nothing more is taken for now.")))
	default:
		t.editor.Take()
	}
}

// interrupt clears the line; on an empty line, a second one soon after leaves.
func (t *talk) interrupt() bool {
	now := time.Now()
	again := now.Sub(t.pressed) < twice
	t.pressed = now
	switch {
	case t.editor.Text() != "":
		t.editor.Clear()
		t.pressed = time.Time{}
	case !t.leaving.IsZero(), again:
		return true
	default:
		t.screen.Print(t.show.note(t.show.say("Ctrl-C again leaves.")))
	}
	return false
}

// leave begins to leave: with a goodbye, and not before everything is
// acknowledged. It reports whether there is nothing to wait for.
func (t *talk) leave() bool {
	n := t.client.Unanswered()
	if n > 0 && t.leaving.IsZero() {
		t.screen.Print(t.show.note(t.show.say("Waiting until all messages can be sent, of which there are %d; Ctrl-C leaves at once.", n)))
	}
	t.leaving = time.Now()
	if n == 0 && !t.status.up {
		return true
	}
	_, ok, err := t.client.TrySubmit("/quit") // Run ends when it is answered
	return !ok || err != nil
}
