package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/client"
	"hubbub/internal/prompt"
)

// lines is hubbub join without a screen: lines in, lines out. Four goroutines
// work on it: one reads the input and submits it (feed), one waits for the
// answers in their order (the caller's), and the client has one that receives
// and one that sends.
type lines struct {
	flags          *joinFlags
	typed          bool // by a person: what begins with / is a command, and a refusal is no failure
	input          io.Reader
	stdout, stderr io.Writer
	client         *client.Client
	show           *show

	submitted chan line // closed by feed at the end of the input

	// Owned by feed; read by others once submitted is closed.
	read    int   // lines
	stopped error // why the input was not read to its end

	acked  atomic.Uint64 // the last event that was acknowledged
	caught chan struct{} // capacity 1: the client has handled more

	// Owned by the goroutine that waits for the answers.
	good, bad int
	progress  progress
}

// line is one line of the input, on its way.
type line struct {
	number int
	cmd    *client.Command
	err    error // it could not be submitted
}

// leaveTime is how long a goodbye may take.
const leaveTime = 2 * time.Second

func joinLines(ctx context.Context, f *joinFlags, typed bool, stdin io.Reader, stdout, stderr io.Writer) error {
	config := f.config()
	if !typed {
		config.GiveUp, config.Patient = f.timeout, f.patient
	}
	c := client.New(config)
	l := &lines{
		flags: f, typed: typed, input: stdin, stdout: stdout, stderr: stderr, client: c, show: newShow(c, false),
		submitted: make(chan line, 16), caught: make(chan struct{}, 1),
	}
	if typed && f.plain {
		l.show.speak(f.speaks(), f.times)
	}
	_, seen := terminal(stderr)
	l.progress = progress{to: stderr, shown: seen && !typed}
	return l.run(ctx)
}

func (l *lines) run(ctx context.Context) error {
	input, interrupt, err := interruptible(l.input)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1) // what Run has returned
	var all sync.WaitGroup
	all.Go(func() {
		ended <- l.client.Run(ctx, l.handle)
		interrupt()
	})
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		l.feed(ctx, input)
	}()
	l.judge()
	<-fed // it is at its end, whether the input is or not
	err = l.finish(ctx, stop, ended)
	all.Wait()
	return l.verdict(err)
}

// interruptible returns the input and what ends a reading of it.
func interruptible(input io.Reader) (io.Reader, func(), error) {
	switch r := input.(type) {
	case *os.File:
		in, err := prompt.NewInput(r)
		if err != nil {
			return nil, nil, err
		}
		return in, func() { in.Close() }, nil
	case io.Closer:
		return input, func() { r.Close() }, nil
	}
	return input, func() {}, nil
}

// feed reads the input and submits it. It waits while too much is on its way.
func (l *lines) feed(ctx context.Context, input io.Reader) {
	defer close(l.submitted)
	in := bufio.NewReaderSize(input, 64<<10)
	for {
		text, err := readLine(in)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrClosed) && !errors.Is(err, io.ErrClosedPipe) && ctx.Err() == nil {
				l.stopped = fmt.Errorf("the input can't be read: %w", err)
			}
			return
		}
		l.read++
		if strings.TrimSpace(text) == "" {
			continue // there is nothing to say
		}
		if !l.submit(ctx, text) {
			return
		}
	}
}

// submit submits a line and reports whether to go on.
func (l *lines) submit(ctx context.Context, text string) bool {
	commands := l.typed || l.flags.commands
	if !commands {
		text = client.Text(text)
	}
	cmd, err := l.client.Submit(ctx, text)
	l.submitted <- line{l.read, cmd, err}
	if errors.Is(err, client.ErrNotSent) {
		return false
	}
	if err == nil && !l.typed && commands && strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") {
		// What comes next may depend on it: not to be said in another room.
		if _, err := cmd.Answer(); err != nil {
			l.stopped = fmt.Errorf("stopped at line %d, since what follows may depend on it", l.read)
			return false
		}
	}
	return true
}

// maxInput is how many bytes of a line are looked at. The server takes less.
const maxInput = 64 << 10

// readLine reads a line without its end; of one that is too long only so much
// that it will be refused. A last line without an end counts.
func readLine(in *bufio.Reader) (string, error) {
	var text []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(text) <= 2*maxInput {
			text = append(text, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && (err != io.EOF || len(text) == 0):
			return "", err
		}
		return string(bytes.TrimRight(text, "\r\n")), nil
	}
}

// judge waits for the answer to each line, and says which ones failed.
func (l *lines) judge() {
	for sent := range l.submitted {
		err := sent.err
		if err == nil {
			m, refused := sent.cmd.Answer()
			l.acked.Store(max(l.acked.Load(), m.Seq))
			err = refused
		}
		if err == nil {
			l.good++
		} else {
			l.failed(sent, err)
		}
		l.progress.tell(l.good)
	}
	l.progress.end()
}

// maxComplaints is how many failed lines are named; the others are counted.
const maxComplaints = 10

func (l *lines) failed(sent line, err error) {
	var no *client.Refused
	refused := errors.As(err, &no) && !errors.Is(err, client.ErrNotSent) && !errors.Is(err, client.ErrUnanswered)
	if l.typed && refused {
		if sent.cmd == nil {
			l.print(l.stdout, l.show.failure(err.Error()))
		}
		return // handle has shown it
	}
	if l.bad++; l.bad > maxComplaints {
		return
	}
	l.progress.end()
	switch {
	case refused:
		l.print(l.stderr, fmt.Sprintf("hubbub: line %d was refused: %s", sent.number, clean(err.Error())))
	case errors.Is(err, client.ErrUnanswered):
		l.print(l.stderr, fmt.Sprintf("hubbub: line %d was sent, but not acknowledged: it may have arrived or not", sent.number))
	default:
		l.print(l.stderr, fmt.Sprintf("hubbub: line %d was not sent", sent.number))
	}
}

// finish waits for what there is to wait for once all lines are judged, leaves,
// and returns what Run has.
func (l *lines) finish(ctx context.Context, stop func(), ended chan error) error {
	if l.flags.follow && l.stopped == nil {
		return <-ended
	}
	for l.shows() && ctx.Err() == nil {
		// The acks may have overtaken events.
		if _, after := l.client.Position(); after >= l.acked.Load() {
			break
		}
		select {
		case err := <-ended:
			return err
		case <-l.caught:
		}
	}
	l.client.TrySubmit("/quit")
	timer := time.NewTimer(leaveTime)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		stop()
		<-ended
		return nil
	}
}

// verdict returns what to tell about it all.
func (l *lines) verdict(err error) error {
	switch total := l.good + l.bad; {
	case l.bad > 0 && err != nil && !errors.Is(err, context.Canceled):
		return fmt.Errorf("%d of %d lines were acknowledged: %w", l.good, total, l.flags.explain(err))
	case l.bad > 0 && err != nil:
		return fmt.Errorf("interrupted: %d of %d lines were acknowledged", l.good, total)
	case l.bad > 0 && l.stopped != nil:
		return l.stopped
	case l.bad > 0:
		return fmt.Errorf("%d of %d lines were acknowledged", l.good, total)
	case l.stopped != nil:
		return l.stopped
	}
	return l.flags.explain(err)
}

// shows reports whether events are printed.
func (l *lines) shows() bool { return l.typed || l.flags.json || l.flags.follow }

// handle is called with the client's updates, one at a time.
func (l *lines) handle(u client.Update) {
	switch u := u.(type) {
	case client.Connected:
		l.show.welcome(&u.Welcome)
		if l.typed && !u.Resumed {
			l.print(l.stderr, l.show.note(l.show.say("You are %s in %s. /help lists the commands, Ctrl-D leaves.", u.Welcome.Nick, l.client.Here())))
		}
	case client.Event:
		l.event(u)
		select {
		case l.caught <- struct{}{}:
		default:
		}
	case client.Answered:
		if text := l.show.answer(u.Command); text != "" && !l.flags.json && (l.typed || l.shows()) {
			if _, err := u.Answer(); err == nil || l.typed {
				l.print(l.stdout, text)
			}
		}
	case client.Lost:
		l.print(l.stderr, fmt.Sprintf("hubbub: connection lost (%s); trying again in %v", clean(u.Err.Error()), u.Retry.Round(100*time.Millisecond)))
	case client.Notice:
		l.print(l.stderr, "hubbub: "+prompt.Plain(u.Text))
	case client.Gap:
		l.print(l.stderr, fmt.Sprintf("hubbub: events of %s between %d and %d are missing", clean(u.Name), u.After, u.Before))
	}
}

func (l *lines) event(u client.Event) {
	switch {
	case l.flags.json:
		if b, err := json.Marshal(u.Event); err == nil {
			l.print(l.stdout, string(b))
		}
	case l.shows():
		if text, _ := l.show.event(&u.Event); text != "" {
			l.print(l.stdout, text)
		}
	}
}

// print writes a line; if nobody reads it there is nothing to be done.
func (l *lines) print(to io.Writer, text string) { _, _ = io.WriteString(to, text+"\n") }

// progress tells a person how far a long pipe is.
type progress struct {
	to    io.Writer
	shown bool
	start time.Time
	told  time.Time
}

func (p *progress) tell(n int) {
	now := time.Now()
	if p.start.IsZero() {
		p.start = now
	}
	if p.shown && now.Sub(p.start) > time.Second && now.Sub(p.told) > 200*time.Millisecond {
		fmt.Fprintf(p.to, "\r%d lines acknowledged", n)
		p.told = now
	}
}

// end takes the progress off the screen.
func (p *progress) end() {
	if p.shown && !p.told.IsZero() {
		fmt.Fprint(p.to, "\r\x1b[K")
		p.told = time.Time{}
	}
}
