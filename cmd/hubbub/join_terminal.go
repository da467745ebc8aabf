package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"hubbub/client"
	"hubbub/internal/prompt"
)

// tty is the terminal, as far as the conversation needs it.
type tty interface {
	io.ReadWriteCloser
	Width() int
	Resized() <-chan os.Signal
	Stops() <-chan os.Signal
	Suspend() error
	Guard()
}

// joinTerminal chats in a terminal.
func joinTerminal(ctx context.Context, f *joinFlags, in, out *os.File) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	t, err := prompt.Open(in, out)
	if err != nil {
		return fmt.Errorf("can't use this terminal: %w", err)
	}
	defer t.Close()
	// xterm itself cuts long rows when it becomes narrower; nearly all others,
	// whatever TERM says, wrap them anew.
	screen := prompt.NewScreen(t, os.Getenv("XTERM_VERSION") == "")
	return newTalk(f, t, screen, wantsColours()).run(ctx)
}

// talk is hubbub join in a terminal. One goroutine, the caller of run, owns all
// of it and the screen: it waits for keys, for what the client tells, and for
// the clock, whichever comes first. A second reads keys. The client has one that
// receives and one that sends; so what is typed, what is sent, and what is heard
// never wait for one another.
type talk struct {
	flags  *joinFlags
	tty    tty
	screen *prompt.Screen
	client *client.Client
	show   *show
	editor prompt.Editor
	view   prompt.View

	status  status
	waiting time.Time // since when something has been unanswered; zero if nothing is
	pressed time.Time // when Ctrl-C was pressed last
	leaving time.Time // since when we wait to leave; zero while we do not

	// On entering a room its history is asked for. What happens until it comes
	// is shown after it.
	entering *client.Command
	held     []client.Update
	rooms    map[string]bool   // entered before, by folded name
	latest   map[uint64]uint64 // by room: the last message shown
}

// status is the state of the connection.
type status struct {
	up    bool
	ever  bool      // has been up
	retry time.Time // the next attempt; zero while one is under way
}

func newTalk(f *joinFlags, t tty, screen *prompt.Screen, colours bool) *talk {
	c := client.New(f.config())
	k := &talk{
		flags: f, tty: t, screen: screen, client: c, show: newShow(c, colours),
		rooms: map[string]bool{}, latest: map[uint64]uint64{},
	}
	if f.plain {
		k.show.speak(f.speaks(), f.times)
	}
	return k
}

// run talks until the person leaves, ctx ends, or there is no way to go on.
func (t *talk) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	updates := make(chan client.Update)
	ended := make(chan error, 1)
	keys := make(chan []prompt.Key)
	var reader, runner sync.WaitGroup
	runner.Go(func() {
		defer t.tty.Guard()
		ended <- t.client.Run(ctx, func(u client.Update) {
			select {
			case updates <- u:
			case <-ctx.Done():
			}
		})
	})
	reader.Go(func() {
		defer t.tty.Guard()
		t.readKeys(ctx, keys)
	})
	err, left := t.loop(ctx, keys, updates, ended)
	unanswered := t.client.Unanswered()
	stop()
	runner.Wait()
	t.screen.Erase()
	t.screen.Flush()
	t.tty.Close()
	reader.Wait()
	switch {
	case unanswered > 0:
		return fmt.Errorf("left with %s not acknowledged: it may have arrived or not", count(unanswered, "message"))
	case left:
		return nil
	}
	return t.flags.explain(err)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// readKeys reads keys until the terminal is closed. It closes the channel.
func (t *talk) readKeys(ctx context.Context, keys chan<- []prompt.Key) {
	defer close(keys)
	var d prompt.Decoder
	buf := make([]byte, 4096)
	for {
		n, err := t.tty.Read(buf)
		if n > 0 {
			select {
			case keys <- d.Feed(buf[:n]):
			case <-ctx.Done():
				return
			}
		}
		if err != nil || n == 0 {
			return
		}
	}
}

// loop is the conversation. It reports whether the person has left it.
func (t *talk) loop(ctx context.Context, keys <-chan []prompt.Key, updates <-chan client.Update, ended <-chan error) (err error, left bool) {
	for {
		t.draw()
		if err := t.screen.Flush(); err != nil {
			return fmt.Errorf("can't write to the terminal: %w", err), false
		}
		tick, stop := t.alarm()
		select {
		case pressed, ok := <-keys:
			if !ok {
				return nil, true
			}
			for _, k := range pressed {
				if t.key(k) {
					return nil, true
				}
			}
		case u := <-updates:
			t.update(u)
			t.more(updates)
		case <-t.tty.Resized():
		case <-t.tty.Stops():
			t.suspend()
		case <-tick:
		case err := <-ended:
			return err, err == nil
		case <-ctx.Done():
			return context.Cause(ctx), false
		}
		stop()
		if t.gone() {
			return nil, true
		}
	}
}

// more takes what else the client has to tell by now, up to a screenful or two,
// so that much that comes at once is drawn once.
func (t *talk) more(updates <-chan client.Update) {
	for range 100 {
		select {
		case u := <-updates:
			t.update(u)
		default:
			return
		}
	}
}

// slow is how long an answer may take before the prompt says so.
const slow = 300 * time.Millisecond

// alarm returns a channel for the next time at which the prompt has to change by
// itself, nil if it has not, and what stops the clock.
func (t *talk) alarm() (<-chan time.Time, func() bool) {
	now := time.Now()
	next := time.Duration(-1)
	quiet := t.show.spoken != nil // the prompt tells no progress, which would be said over and over
	sooner := func(d time.Duration) {
		if d > 0 && (next < 0 || d < next) {
			next = d
		}
	}
	if !t.status.retry.IsZero() && !quiet {
		left := t.status.retry.Sub(now)
		sooner(left - left.Truncate(time.Second))
		sooner(left)
	}
	if !t.waiting.IsZero() && !quiet {
		sooner(t.waiting.Add(slow).Sub(now))
	}
	if !t.leaving.IsZero() {
		sooner(t.leaving.Add(leaveTime).Sub(now))
	}
	if next < 0 {
		return nil, func() bool { return true }
	}
	timer := time.NewTimer(next)
	return timer.C, timer.Stop
}

// draw shows the prompt and what is being typed.
func (t *talk) draw() {
	switch n := t.client.Unanswered(); {
	case n == 0:
		t.waiting = time.Time{}
	case t.waiting.IsZero():
		t.waiting = time.Now()
	}
	label := t.label()
	width := t.tty.Width()
	row, cursor := t.view.Row(label, &t.editor, width)
	styled := row
	if text, ok := strings.CutPrefix(row, label); ok {
		style := bold
		if !t.status.up {
			style = red
		}
		styled = t.show.styled(style, label) + text
	}
	t.screen.Draw(styled, row, cursor, width)
}

// label says where text goes and what is the matter, if something is.
func (t *talk) label() string {
	where := t.client.Here()
	if t.show.spoken != nil {
		return cmp.Or(where, t.show.say("in no room")) + ": "
	}
	if where == "" {
		where = "(in no room)"
	}
	var matters []string
	switch left := time.Until(t.status.retry); {
	case t.status.up:
	case left > 0:
		matters = append(matters, fmt.Sprintf("offline, retry in %d s", (left+time.Second-1)/time.Second))
	case t.status.ever:
		matters = append(matters, "offline, connecting")
	default:
		matters = append(matters, "connecting")
	}
	if n := t.client.Unanswered(); n > 0 && (time.Since(t.waiting) >= slow || !t.status.up) && t.entering == nil {
		matters = append(matters, fmt.Sprintf("%d unsent", n))
	}
	if len(matters) > 0 {
		where += " (" + strings.Join(matters, ", ") + ")"
	}
	return where + "> "
}

// gone reports whether it is time to leave.
func (t *talk) gone() bool {
	return !t.leaving.IsZero() && time.Since(t.leaving) >= leaveTime && t.client.Unanswered() == 0
}
