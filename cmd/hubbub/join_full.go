package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	bubbletea "charm.land/bubbletea/v2"

	"hubbub/client"
	"hubbub/internal/remote"
	screens "hubbub/internal/screen"
	"hubbub/internal/tui"
)

// joinFull shows the whole screen in a terminal. What keeps one from being there is
// told before there is a screen, and what ends it after.
func joinFull(ctx context.Context, f *joinFlags, in, out *os.File) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	config := f.config()
	if config.Token == "" && config.User == "" {
		f.login.token = client.GuestToken() // to be the same guest in lines
		config.Token = f.login.token
	}
	s, err := remote.New(config, time.Local)
	if err != nil {
		return err
	}
	full := &full{flags: f, session: s, in: in, out: out, ended: make(chan struct{})}
	plainly, err := full.run(ctx)
	if plainly {
		f.plain = true
		return joinTerminal(ctx, f, in, out)
	}
	return err
}

// full is the whole screen and the session behind it. The session has a goroutine of
// its own; the screen ([screens.Run]) and the terminal ([device]) have theirs.
type full struct {
	flags   *joinFlags
	session *remote.Session
	in, out *os.File

	ended chan struct{} // closed once the session has; then the following are set
	err   error         // what it ended with
	fault string        // or a panic, and where
}

// run shows the session until it is left or ends. It reports whether the user is to
// have the plain interface instead, since the server can't do more, or they prefer it.
func (f *full) run(ctx context.Context) (plainly bool, err error) {
	running, stop := context.WithCancel(ctx)
	var session sync.WaitGroup
	session.Go(func() { f.serve(running) })
	defer session.Wait()
	defer stop()
	select {
	case <-f.session.Ready():
	case <-f.ended:
		f.rethrow()
		if errors.Is(f.err, client.ErrNoAPI) {
			fmt.Fprintf(f.out, "%s does not serve the web, which the full screen needs; so here are lines.\n", f.flags.where())
			return true, nil
		}
		return false, f.flags.explain(f.err)
	}
	if f.prefersPlain(running) {
		return true, nil
	}
	plainly, err = f.show(running)
	left := f.left()
	unsent := f.settle(ctx)
	stop()
	if <-f.ended; left && !plainly {
		f.leave(ctx)
	}
	f.rethrow()
	switch {
	case err != nil:
		return false, fmt.Errorf("the screen: %w", err)
	case unsent != nil:
		return false, unsent
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case left:
		return plainly, nil
	}
	return false, f.flags.explain(f.err)
}

// rethrow has a panic of the session go on here, where the terminal is as it was.
func (f *full) rethrow() {
	if f.fault != "" {
		panic(f.fault)
	}
}

// left reports whether the session has not ended by itself.
func (f *full) left() bool {
	select {
	case <-f.ended:
		return false
	default:
		return true
	}
}

// serve runs the session. A panic is kept until the terminal is as it was.
func (f *full) serve(ctx context.Context) {
	defer close(f.ended)
	defer func() {
		if p := recover(); p != nil {
			f.fault = fmt.Sprintf("%v, in the session:\n%s", p, debug.Stack())
		}
	}()
	f.err = f.session.Run(ctx)
}

// prefersPlain reports whether the user has chosen the plain interface for all their
// terminals.
func (f *full) prefersPlain(ctx context.Context) bool {
	chosen, err := f.session.Preferences(ctx)
	return err == nil && tui.PrefersPlain(chosen[tui.TerminalKey])
}

// show shows the screen until it is left, or the session ends, and reports whether the
// user wants to go on with lines.
func (f *full) show(ctx context.Context) (plainly bool, err error) {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	defer quiet()()
	options := f.flags.screenOptions()
	options.NewID = f.session.NewID
	d, err := openDevice(f.in, f.out)
	if err != nil {
		return false, err
	}
	defer d.close()
	var watcher sync.WaitGroup
	watcher.Go(func() {
		select {
		case <-f.ended:
			leave(nil)
		case <-f.session.Plain():
			leave(errPlainly)
		case <-ctx.Done():
		}
	})
	err = screens.Run(ctx, func(ctx context.Context) bubbletea.Model { return &local{tui.New(ctx, f.session, options)} }, d.terminal(options))
	ended := ctx.Err() != nil // and not by the screen
	leave(nil)
	watcher.Wait()
	if ended {
		err = nil
	}
	return errors.Is(context.Cause(ctx), errPlainly), err
}

// errPlainly is why a screen ends whose user wants lines.
var errPlainly = errors.New("go on with lines")

// quiet sends what packages log by themselves nowhere, until the function that it
// returns is called: net/http tells of a spare connection that the server has greeted as
// a person's, and would do so in the middle of the screen.
func quiet() (restore func()) {
	to := log.Writer()
	log.SetOutput(io.Discard)
	return func() { log.SetOutput(to) }
}

// leave has a guest leave, within a moment.
func (f *full) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	f.session.Leave(ctx)
}

// settle waits a moment for what was said last, and returns what is lost, if something
// is.
func (f *full) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaveTime)
	defer cancel()
	f.session.Settle(ctx)
	unsent := f.session.Unsent()
	if len(unsent) == 0 {
		return nil
	}
	text := fmt.Sprintf("left with %s not acknowledged: it may have arrived or not", count(len(unsent), "message"))
	for _, said := range unsent {
		text += "\n    " + said
	}
	return errors.New(text)
}

// local is the screen on one's own terminal: Ctrl-Z gives it back to the shell for a
// while.
type local struct{ bubbletea.Model }

// Update implements [bubbletea.Model].
func (l *local) Update(msg bubbletea.Msg) (bubbletea.Model, bubbletea.Cmd) {
	if key, ok := msg.(bubbletea.KeyPressMsg); ok && key.String() == "ctrl+z" {
		return l, bubbletea.Suspend
	}
	var cmd bubbletea.Cmd
	l.Model, cmd = l.Model.Update(msg)
	return l, cmd
}
