package screen

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"runtime/debug"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// maxRaw is how much may wait to be written beside the frames, in bytes: the
// longest message on its way to the clipboard, or a few pictures for a terminal
// that shows them. What comes beyond is left out.
const maxRaw = 1 << 20

// These messages of bubbletea's are for whoever runs a model, and are known only by
// the functions that make them.
var (
	clearScreen     = tea.ClearScreen()
	askBackground   = tea.RequestBackgroundColor()
	toClipboard     = reflect.TypeOf(tea.SetClipboard("")())
	toPrimary       = reflect.TypeOf(tea.SetPrimaryClipboard("")())
	oneAfterAnother = reflect.TypeOf(tea.Sequence(tea.Quit, tea.Quit)())
)

// mostCommands is how many commands may be under way before nothing more is read: what
// somebody asks for by keys waits until the server does it, and must not pile up.
const mostCommands = 200

// start runs a command beside the loop.
func (r *runner) start(cmd tea.Cmd) {
	if cmd != nil {
		r.beside(cmd, &r.helpers)
	}
}

// landed has the loop look again when there is room for more commands.
func (r *runner) landed() {
	if r.underway.Add(-1) == mostCommands-1 {
		select {
		case r.eased <- struct{}{}:
		default:
		}
	}
}

// beside runs a command in a goroutine of a group, and counts it. If it panics, that is
// the loop's to tell.
func (r *runner) beside(cmd tea.Cmd, group *sync.WaitGroup) {
	r.underway.Add(1)
	group.Go(func() {
		defer r.landed()
		defer func() {
			if p := recover(); p != nil {
				select {
				case r.faults <- fmt.Sprintf("%v, in a command:\n%s", p, debug.Stack()):
				default:
				}
			}
		}()
		r.perform(cmd, group)
	})
}

// perform runs a command and hands over its message. Of a batch, each runs in the
// group.
func (r *runner) perform(cmd tea.Cmd, group *sync.WaitGroup) {
	if cmd == nil || r.ctx.Err() != nil {
		return
	}
	msg := cmd()
	if msg == nil {
		return
	}
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, one := range batch {
			r.beside(one, group)
		}
		return
	}
	if v := reflect.ValueOf(msg); v.Type() == oneAfterAnother {
		for i := range v.Len() {
			var step sync.WaitGroup
			r.perform(v.Index(i).Interface().(tea.Cmd), &step)
			step.Wait()
		}
		return
	}
	select {
	case r.results <- msg:
	case <-r.ctx.Done():
	}
}

// take does what a message asks of whoever runs the model, or gives it to the
// model. No program can be started.
func (r *runner) take(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.QuitMsg, tea.InterruptMsg:
		r.quit = true
	case tea.SuspendMsg:
		r.suspend()
	case tea.ResumeMsg:
		r.undo()
		r.update(msg)
	case tea.RawMsg:
		r.emit(fmt.Sprint(msg.Msg))
	default:
		r.update(msg)
	}
}

func (r *runner) update(msg tea.Msg) {
	switch reflect.TypeOf(msg) {
	case reflect.TypeOf(clearScreen):
		r.painter.forget()
	case reflect.TypeOf(askBackground):
		r.emit("\x1b]11;?\a")
	case toClipboard:
		r.copy("c", msg)
	case toPrimary:
		r.copy("p", msg)
	default:
		var cmd tea.Cmd
		r.model, cmd = r.model.Update(msg)
		r.start(cmd)
	}
	r.dirty = true
}

// copy has the terminal put a text into one of its clipboards (OSC 52).
func (r *runner) copy(clipboard string, text tea.Msg) {
	r.emit("\x1b]52;" + clipboard + ";" + base64.StdEncoding.EncodeToString([]byte(reflect.ValueOf(text).String())) + "\a")
}

// emit writes to the terminal beside the frames.
func (r *runner) emit(s string) {
	if len(r.raw)+len(s) <= maxRaw {
		r.raw = append(r.raw, s...)
		r.dirty = true
	}
}
