package tui

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The model in a program of bubbletea's, which decodes what a terminal sends: this
// is how it is shown on one's own machine.
func TestModelRunsInAProgram(t *testing.T) {
	f := village()
	f.wake = make(chan struct{}, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	input, keys := io.Pipe()
	var screen bytes.Buffer
	m := New(ctx, f, Options{NewID: func() string { return "id" }, Zone: time.UTC})
	program := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(input), tea.WithOutput(&screen),
		tea.WithWindowSize(80, 24), tea.WithoutSignalHandler(), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	ended := make(chan error, 1)
	go func() {
		_, err := program.Run()
		ended <- err
	}()
	until := func(what string, ok func() bool) {
		t.Helper()
		for !ok() {
			select {
			case <-ctx.Done():
				t.Fatalf("waited for %s; the session was asked %q", what, f.done())
			case err := <-ended:
				t.Fatalf("waiting for %s, the program ended: %v", what, err)
			case <-time.After(time.Millisecond):
			}
		}
	}
	until("the room", f.read)
	for _, step := range []struct{ keys, call string }{
		{"a\x1b\rb 界\r", `say 1 "a\nb 界" action=false answer=0`}, // Alt-Enter
		{"", "read 1 1001"},                   // what was said is there, and seen
		{"\x1b[1;3A\x1b[1;5Axy", "delete 21"}, // Alt-Up, Ctrl-Up
		{"\x0bdev\r\x1b1\x1b2here\r", `say 2 "here" action=false answer=0`}, // Ctrl-K, Alt-1, Alt-2
		{"\x1b[200~one\ntwo\x1b[201~\r", `say 2 "one\ntwo" action=false answer=0`},
		{"\x1bm\x1b[27u\x13noon\r", "search noon"}, // Alt-M, Escape, Ctrl-S
	} {
		if _, err := io.WriteString(keys, step.keys); err != nil {
			t.Fatal(err)
		}
		until(step.call, func() bool { return f.was(step.call) })
	}
	io.WriteString(keys, "\x1b[27u\x04") // Escape, Ctrl-D
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(screen.String(), "#lobby") {
		t.Error("nothing was painted")
	}
}

// seenOutput is what a program writes, which may be looked at meanwhile.
type seenOutput struct {
	mu sync.Mutex // guards the rest
	b  bytes.Buffer
}

func (w *seenOutput) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *seenOutput) has(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Contains(w.b.String(), text)
}

// What stands in the places of kitty's pictures has to reach the terminal as it is,
// after the picture itself.
func TestPicturesOfKittyGoThroughAProgram(t *testing.T) {
	f := gallery(t, 1)
	f.wake = make(chan struct{}, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	input, keys := io.Pipe()
	var screen seenOutput
	m := New(ctx, f, Options{NewID: func() string { return "id" }, Zone: time.UTC, Pictures: AutoPictures, Graphics: Graphics{Kitty: true}})
	program := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(input), tea.WithOutput(&screen),
		tea.WithWindowSize(80, 24), tea.WithoutSignalHandler(), tea.WithEnvironment([]string{"TERM=xterm-kitty", "COLORTERM=truecolor", "TTY_FORCE=1"}))
	ended := make(chan error, 1)
	go func() {
		_, err := program.Run()
		ended <- err
	}()
	for !screen.has("\U0010EEEE\u030e\u030d\U0010EEEE\u030e\u030e") {
		select {
		case <-ctx.Done():
			t.Fatalf("no picture: %q", screen.b.String())
		case <-time.After(time.Millisecond):
		}
	}
	if !screen.has("\x1b_Ga=T,U=1,q=2,f=100,i=16,c=8,r=4,m=0;iVBOR") || !screen.has("\x1b[38;5;16m\U0010EEEE") {
		t.Errorf("written: %q", screen.b.String())
	}
	io.WriteString(keys, "\x04")
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
