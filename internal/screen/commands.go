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

// result is what a command brought, and who takes another command at once: nobody if
// that is nil.
type result struct {
	msg   tea.Msg
	again chan<- tea.Cmd
}

// start runs a command beside the loop: where the one ran whose message is being taken,
// if that is to be had, since it is cheaper to go on than to begin.
func (r *runner) start(cmd tea.Cmd) {
	switch {
	case cmd == nil:
	case r.spare != nil:
		r.underway.Add(1)
		r.spare <- cmd
		r.spare = nil
	default:
		r.underway.Add(1)
		r.helpers.Go(func() { r.work(cmd) })
	}
}

// dismiss lets the spare go.
func (r *runner) dismiss() {
	if r.spare != nil {
		r.spare <- nil
		r.spare = nil
	}
}

// work runs a command, and then what it is given when it has handed over a message.
func (r *runner) work(cmd tea.Cmd) {
	defer r.caught()
	again := make(chan tea.Cmd, 1)
	for cmd != nil {
		handed := r.perform(cmd, &r.helpers, again)
		r.landed()
		if !handed {
			return
		}
		select {
		case cmd = <-again:
		case <-r.ctx.Done():
			return
		}
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

// beside runs a command in a goroutine of a group, and counts it.
func (r *runner) beside(cmd tea.Cmd, group *sync.WaitGroup) {
	r.underway.Add(1)
	group.Go(func() {
		defer r.landed()
		defer r.caught()
		r.perform(cmd, group, nil)
	})
}

// caught has the loop tell that a command has panicked, if it has. It is deferred.
func (r *runner) caught() {
	if p := recover(); p != nil {
		select {
		case r.faults <- fmt.Sprintf("%v, in a command:\n%s", p, debug.Stack()):
		default:
		}
	}
}

// perform runs a command and hands over its message, and who takes another. It reports
// whether that was taken. Of a batch, each runs in the group.
func (r *runner) perform(cmd tea.Cmd, group *sync.WaitGroup, again chan<- tea.Cmd) bool {
	if cmd == nil || r.ctx.Err() != nil {
		return false
	}
	msg := cmd()
	if msg == nil {
		return false
	}
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, one := range batch {
			r.beside(one, group)
		}
		return false
	}
	if v := reflect.ValueOf(msg); v.Type() == oneAfterAnother {
		for i := range v.Len() {
			var step sync.WaitGroup
			r.perform(v.Index(i).Interface().(tea.Cmd), &step, nil)
			step.Wait()
		}
		return false
	}
	select {
	case r.results <- result{msg, again}:
		return again != nil
	case <-r.ctx.Done():
		return false
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
