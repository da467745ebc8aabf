package main

import (
	"cmp"
	"context"
	"os"
	"runtime"
	"sync"
	"time"

	bubbletea "charm.land/bubbletea/v2"

	"hubbub/internal/prompt"
	screens "hubbub/internal/screen"
	"hubbub/internal/tui"
)

// device is one's own terminal, for a screen. A goroutine of its own tells the screen of
// new sizes, when the process is to be stopped, and when the terminal is back after it
// was stopped untold.
type device struct {
	*prompt.Terminal
	sizes chan screens.Size  // never closed
	told  chan bubbletea.Msg // never closed

	watcher sync.WaitGroup
	stop    context.CancelFunc // ends the watcher
}

// lookTime is how often the size is looked at where the system does not tell of a new
// one: on Windows.
const lookTime = 250 * time.Millisecond

// openDevice has keys come one by one. close must be called.
func openDevice(in, out *os.File) (*device, error) {
	t, err := prompt.Open(in, out)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	d := &device{Terminal: t, sizes: make(chan screens.Size), told: make(chan bubbletea.Msg), stop: stop}
	d.watcher.Go(func() {
		defer t.Guard()
		d.watch(ctx)
	})
	return d, nil
}

// close makes the terminal what it was.
func (d *device) close() {
	d.stop()
	d.watcher.Wait()
	d.Close()
}

// watch tells the screen what the system tells us.
func (d *device) watch(ctx context.Context) {
	var look <-chan time.Time
	if d.Resized() == nil {
		ticker := time.NewTicker(lookTime)
		defer ticker.Stop()
		look = ticker.C
	}
	shown := d.size()
	for {
		var told bubbletea.Msg
		select {
		case <-d.Resized():
		case <-look:
			if d.size() == shown {
				continue
			}
		case <-d.Resumed():
			if d.Resume() == nil {
				told = bubbletea.ResumeMsg{}
			}
		case <-d.Stops():
			told = bubbletea.SuspendMsg{}
		case <-ctx.Done():
			return
		}
		shown = d.size() // there may have been another while it was stopped
		select {
		case d.sizes <- shown:
		case <-ctx.Done():
			return
		}
		if told != nil {
			select {
			case d.told <- told:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (d *device) size() screens.Size {
	width, height := d.Size()
	return screens.Size{Width: width, Height: height}
}

// suspend gives the terminal to the shell, until fg.
func (d *device) suspend() (screens.Size, error) {
	err := d.Suspend()
	return d.size(), err
}

// terminal returns how a screen sees the device. Closing its input is what ends raw mode,
// so that a screen that has left has left nothing of it.
func (d *device) terminal(o tui.Options) screens.Terminal {
	t := screens.Terminal{
		In: d, Out: d, Size: d.size(), Resized: d.sizes, Told: d.told, Suspend: d.suspend, Term: os.Getenv("TERM"),
	}
	switch {
	case os.Getenv("NO_COLOR") != "":
		t.Colours = screens.NoColours
	case o.Graphics.TrueColour:
		t.Colours = screens.AllColours
	}
	if runtime.GOOS == "windows" { // whose console has a name only in programs that brought it from elsewhere
		t.Term = cmp.Or(t.Term, "xterm-256color")
	}
	return t
}
