// Package screen shows a bubbletea model on a terminal: one at the other end of a
// stream, for somebody who comes by SSH, or one's own.
//
// A tea.Program wants a device, keeps a grid of cells for each terminal and paints
// by a ticker; a server with a thousand of them would spend its memory and its time
// on screens that don't change. [Run] drives the same models by events: while
// nothing happens it does nothing. It paints when something has happened, and then
// no more often than people can see; under load less often, and always the newest
// state. What is written are the rows that differ from those that the terminal
// shows, and rows that only moved up are moved by the terminal.
//
// A model paints the whole screen: rows that are no wider than the window, each of
// which ends the styles and links that it begins. Of a view there are, beside its
// content, where the cursor is, the window's title and whether focus is reported;
// there is no mouse, and the screen is always the other one (the alternate screen).
//
// The model belongs to the goroutine that calls Run. Beside it there are one that
// reads, one that writes, and one for each command (tea.Cmd) that has not returned,
// which may go on with the command that its message led to; Run waits for them all. A
// terminal that does not take what is written stops its own painting and nothing else:
// the model goes on, and memory stays as it is, because there is one frame on its way
// at a time.
package screen

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/time/rate"
)

// Terminal is where a model is shown.
type Terminal struct {
	// In is what is typed. Run closes it when it leaves, and that has to end a Read
	// that waits.
	In io.ReadCloser
	// Out takes a frame by one Write. Run waits for a Write that it began, so
	// whoever ends Run must see to it that a Write ends too.
	Out io.Writer
	// Size is the window's. One without extent, which clients send that don't know
	// theirs, is 80x24.
	Size Size
	// Resized brings new sizes, of which only the newest counts. It may be nil or
	// closed.
	Resized <-chan Size
	// Term is what TERM says: it tells which colours there are.
	Term string
	// Colours are those that there are if Term can't tell.
	Colours Colours
	// Told brings what the system has to tell the model. tea.ResumeMsg says that others
	// have had the terminal, and has it entered anew. It may be nil, and is never closed.
	Told <-chan tea.Msg
	// Suspend gives the terminal to the shell that it came from, as it was, and returns
	// when it is back, with its size. It may be nil: then there is no shell, and a model
	// that wants to be suspended is not heard.
	Suspend func() (Size, error)
}

// Colours says which colours a terminal has.
type Colours int

// Which colours there are.
const (
	ColoursOfTerm Colours = iota // as its name says
	AllColours                   // whatever its name says
	NoColours                    // or none are wanted
)

// Size is a window's, in cells.
type Size struct{ Width, Height int }

// The largest window that is painted: of a larger one the rest stays empty.
const (
	MaxWidth  = 500
	MaxHeight = 200
)

// How many keys are taken, and how many bytes of what is pasted count as one. It is
// enough for long texts from terminals that don't mark what is pasted, and so little
// that nobody keeps the server busy by typing.
const (
	keysPerSecond = 4000
	keysAtOnce    = 8000
	pastedPerKey  = 16
)

// orElse returns the size as it can be painted, or another if it has no extent.
func (s Size) orElse(other Size) Size {
	if s.Width <= 0 || s.Height <= 0 {
		return other
	}
	return Size{min(s.Width, MaxWidth), min(s.Height, MaxHeight)}
}

// Run shows a model until it quits or the input ends, which return nil, or until
// reading or writing fails or ctx ends, which return why. The model is made with a
// context that ends when Run leaves: its commands have to end by it. Before Run
// returns, the terminal is as it was, if it could be written to. If the model or one of
// its commands panics, so does Run, and that is done before.
func Run(ctx context.Context, show func(context.Context) tea.Model, t Terminal) error {
	ctx, cancel := context.WithCancel(ctx)
	r := &runner{
		ctx: ctx, in: t.In, out: t.Out, told: t.Told, suspended: t.Suspend,
		size: t.Size.orElse(Size{80, 24}), resized: true, dirty: true,
		model: show(ctx), results: make(chan result), eased: make(chan struct{}, 1), typed: make(chan []byte),
		frames: make(chan []byte, 1), wrote: make(chan error, 1), lost: make(chan error, 1), faults: make(chan string, 1),
		allowance: rate.NewLimiter(keysPerSecond, keysAtOnce), painter: newPainter(t.Term, t.Colours),
	}
	panics := true
	defer func() {
		if panics { // and others may wait for whatever panicked
			cancel()
			r.leave()
		}
	}()
	r.helpers.Go(r.read)
	err := r.loop(t.Resized)
	panics = false
	cancel()
	r.leave()
	t.In.Close()
	r.helpers.Wait()
	r.panicked()
	return err
}

// panicked panics if a command has.
func (r *runner) panicked() {
	select {
	case fault := <-r.faults:
		panic(fault)
	default:
	}
}

// runner is a model on a terminal. All of it is the loop's, but what says otherwise.
type runner struct {
	ctx     context.Context
	in      io.ReadCloser // the reader's
	out     io.Writer     // the writer's, while it writes
	model   tea.Model
	helpers sync.WaitGroup // the reader, the writer and the commands

	underway atomic.Int32   // commands
	results  chan result    // of commands; never closed
	eased    chan struct{}  // has a token when they have become fewer than mostCommands; never closed
	spare    chan<- tea.Cmd // takes another command at once; nil for none
	typed    chan []byte    // from the reader, who closes it
	failure  error          // why; the reader's until then
	frames   chan []byte    // to the writer; closed when the screen is left
	wrote    chan error     // one for each frame; never closed
	lost     chan error     // why a frame could not be written, beside wrote; never closed
	faults   chan string    // of commands that panicked, of which the first counts; never closed
	told     <-chan tea.Msg

	suspended func() (Size, error) // may be nil

	decoder decoder
	escape  alarm // is set while the decoder waits for the rest of a sequence

	keys      int // that came since allowance was asked
	allowance *rate.Limiter
	rest      alarm // is set while the reading rests

	size    Size
	resized bool // the model does not know yet
	dirty   bool // the model may look different
	urgent  bool // because somebody typed
	writing bool // what came of it is still to be had from wrote
	begun   bool // there is a writer
	quit    bool
	broken  error  // why the terminal can't be written to
	raw     []byte // goes out beside the next frame
	painter *painter
	pace    pace
	due     alarm // is set while a frame waits for its time
}

// loop is where everything happens that concerns the model.
func (r *runner) loop(resized <-chan Size) error {
	r.start(r.model.Init())
	for !r.quit && r.broken == nil && r.ctx.Err() == nil {
		r.paint()
		typed, eased := r.heard()
		select {
		case <-r.ctx.Done():
		case keys, ok := <-typed:
			if !ok {
				return r.failure
			}
			r.decoder.decode(keys, r.key)
			r.listen()
			r.rests()
		case <-r.rest.rings():
			r.rest.stop()
			r.listen()
		case <-eased:
		case <-r.escape.rings():
			r.escape.stop()
			r.decoder.giveUp(r.key)
			r.listen()
		case size, ok := <-resized:
			if !ok {
				resized = nil
			}
			r.resize(size)
		case res := <-r.results:
			r.spare = res.again
			r.take(res.msg)
			r.dismiss()
		case msg := <-r.told:
			r.take(msg)
		case fault := <-r.faults:
			panic(fault)
		case err := <-r.lost:
			r.broken = err
		case err := <-r.awaited():
			r.writing, r.broken = false, err
		case <-r.due.rings():
			r.due.stop()
		}
	}
	switch {
	case r.quit:
		return nil
	case r.broken != nil:
		return r.broken
	}
	return context.Cause(r.ctx)
}

// heard returns where what is typed comes from; nil while nothing is to be read, and
// then where it is told that there are fewer commands, if there are too many.
func (r *runner) heard() (typed <-chan []byte, eased <-chan struct{}) {
	switch {
	case r.underway.Load() >= mostCommands:
		return nil, r.eased
	case r.rest.set:
		return nil, nil
	}
	return r.typed, nil
}

// read hands over what is typed, until there is no more of it. There are two
// buffers, because the loop is done with one when it asks for the next.
func (r *runner) read() {
	defer close(r.typed)
	var buffers [2][1024]byte
	for empty, i := 0, 0; ; i = 1 - i {
		n, err := r.in.Read(buffers[i][:])
		if n > 0 {
			empty = 0
			select {
			case r.typed <- buffers[i][:n]:
			case <-r.ctx.Done():
				return
			}
		}
		if empty++; err == nil && empty > 100 {
			err = io.ErrNoProgress
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			r.failure = fmt.Errorf("read what is typed: %w", err)
			return
		}
	}
}

// listen waits as long as it is sensible for the rest of a sequence.
func (r *runner) listen() {
	if wait := r.decoder.patience(); wait > 0 {
		r.escape.in(wait)
	} else {
		r.escape.stop()
	}
}

// key gives the model what somebody typed.
func (r *runner) key(msg tea.Msg) {
	if r.quit {
		return
	}
	r.urgent = true
	r.keys++
	if p, ok := msg.(tea.PasteMsg); ok {
		r.keys += len(p.Content) / pastedPerKey
	}
	r.take(msg)
}

// rests has the reading rest if more was typed than anybody types.
func (r *runner) rests() {
	wait := r.allowance.ReserveN(time.Now(), min(r.keys, keysAtOnce)).Delay()
	r.keys = 0
	if wait > 0 {
		r.rest.in(wait)
		r.escape.stop() // what it waits for is not read
	}
}

// resize notes a size. The model hears of it when it is painted: of a flood of
// sizes, of one for each frame.
func (r *runner) resize(s Size) {
	if s = s.orElse(r.size); s != r.size {
		r.size, r.resized, r.dirty = s, true, true
	}
}

// paint writes a frame, if something has changed, the last one is out, and it is
// time.
func (r *runner) paint() {
	if !r.dirty || !r.written() || r.broken != nil {
		return
	}
	if wait := r.pace.wait(time.Now(), r.urgent); wait > 0 {
		r.due.in(wait)
		return
	}
	if r.resized {
		r.resized = false
		r.painter.resize(r.size)
		r.take(tea.WindowSizeMsg{Width: r.size.Width, Height: r.size.Height})
	}
	rows, view := r.view()
	frame := r.painter.frame(rows, view, r.raw)
	r.pace.painted(time.Now())
	r.dirty, r.urgent, r.raw = false, false, kept(r.raw)
	if len(frame) > 0 {
		r.write(frame)
	}
}

// send writes to the terminal, and waits for it.
func (r *runner) send(b []byte) error {
	if _, err := r.out.Write(b); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}
