package screen_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/screen"
)

// own runs a model on a terminal of one's own within a bubble: with a shell behind it,
// and what the system tells.
func own(t *testing.T, m tea.Model, suspend func(s *shown) (screen.Size, error), act func(s *shown, told chan<- tea.Msg)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		in, keys := io.Pipe()
		told := make(chan tea.Msg)
		s := &shown{terminal: newTerminal(20, 5), t: t, keys: keys, ended: make(chan error, 1)}
		defer s.close()
		go func() {
			defer func() {
				if p := recover(); p != nil {
					s.ended <- fmt.Errorf("panic: %v", p)
					in.Close() // as the end of the process would
				}
			}()
			s.ended <- screen.Run(t.Context(), func(context.Context) tea.Model { return m }, screen.Terminal{
				In: in, Out: s.terminal, Size: screen.Size{Width: 20, Height: 5}, Term: "xterm-256color",
				Told: told, Suspend: func() (screen.Size, error) { return suspend(s) },
			})
		}()
		synctest.Wait()
		defer pass(0)
		defer keys.Close()
		act(s, told)
	})
}

// after returns a board on which a key does something.
func after(key string, do func() tea.Cmd) *board {
	return &board{on: func(msg tea.Msg) tea.Cmd {
		if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == key {
			return do()
		}
		return nil
	}}
}

func TestShellHasTheTerminalMeanwhile(t *testing.T) {
	b := after("z", func() tea.Cmd { return tea.Suspend })
	times := 0
	suspend := func(s *shown) (screen.Size, error) {
		times++
		restored(t, s.terminal)
		s.terminal.resize(30, 4)
		s.terminal.Write([]byte("$ fg\r\n"))
		return screen.Size{Width: 30, Height: 4}, nil
	}
	own(t, b, suspend, func(s *shown, _ chan<- tea.Msg) {
		s.press("a")
		s.press("z")
		s.press("b")
		if got := s.text(); times != 1 || got != "a\nz\nb\n" || !s.screen.IsAltScreen() || s.title != "board" || len(s.modes) != 4 {
			t.Errorf("suspended %d times; behind it the screen shows %q in the modes %v, with the title %q", times, got, s.modes, s.title)
		}
		if last := b.sizes[len(b.sizes)-1]; last != "30x4" {
			t.Errorf("the model knows of the size %s", last)
		}
	})
}

func TestTerminalThatDoesNotComeBackEndsIt(t *testing.T) {
	gone := errors.New("gone")
	b := after("z", func() tea.Cmd { return tea.Suspend })
	own(t, b, func(*shown) (screen.Size, error) { return screen.Size{}, gone }, func(s *shown, _ chan<- tea.Msg) {
		s.press("z")
		if err := <-s.ended; !errors.Is(err, gone) {
			t.Errorf("it ended by %v", err)
		}
		restored(t, s.terminal)
	})
}

func TestTerminalThatOthersHadIsPaintedAnew(t *testing.T) {
	resumed := 0
	b := &board{on: func(msg tea.Msg) tea.Cmd {
		if _, ok := msg.(tea.ResumeMsg); ok {
			resumed++
		}
		return nil
	}}
	own(t, b, nil, func(s *shown, told chan<- tea.Msg) {
		s.press("a")
		s.terminal.Write([]byte("\x1b[?25l\x1b[?2004l\x1b[2J[1]+ Stopped"))
		s.log = nil
		told <- tea.ResumeMsg{}
		s.settle()
		if got := s.text(); resumed != 1 || got != "a\n\n\n\n" || s.hidden || !s.modes["2004"] {
			t.Errorf("resumed %d times; the screen shows %q in the modes %v", resumed, got, s.modes)
		}
		// What a terminal keeps on a stack is taken off it before it is put there again.
		if off, on := strings.Index(string(s.log), "\x1b[<1u"), strings.Index(string(s.log), "\x1b[>1u"); off < 0 || on < off {
			t.Errorf("written was %q", s.log)
		}
	})
}

// faulty is a model whose view panics when it is told to.
type faulty struct{ *board }

func (f faulty) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := f.board.Update(msg)
	return f, cmd
}

func (f faulty) View() tea.View {
	if len(f.lines) > 0 && f.lines[len(f.lines)-1] == "v" {
		panic("a fault")
	}
	return f.board.View()
}

func TestTerminalIsAsItWasBehindAPanic(t *testing.T) {
	fault := func() tea.Msg { panic("a fault") }
	for name, m := range map[string]tea.Model{
		"update":   after("v", func() tea.Cmd { panic("a fault") }),
		"view":     faulty{&board{}},
		"command":  after("v", func() tea.Cmd { return fault }),
		"batch":    after("v", func() tea.Cmd { return tea.Batch(fault, fault) }),
		"sequence": after("v", func() tea.Cmd { return tea.Sequence(fault, fault) }),
	} {
		t.Run(name, func(t *testing.T) {
			own(t, m, nil, func(s *shown, _ chan<- tea.Msg) {
				s.press("a")
				s.press("v")
				if err := <-s.ended; err == nil || !strings.HasPrefix(err.Error(), "panic: a fault") {
					t.Errorf("it ended by %v", err)
				}
				restored(t, s.terminal)
			})
		})
	}
}

// A terminal may have other colours than its name says.
func TestColoursAreThoseThatAreKnown(t *testing.T) {
	for _, test := range []struct {
		term    string
		colours screen.Colours
		want    string
	}{
		{"xterm", screen.ColoursOfTerm, "\x1b[91m"},
		{"xterm", screen.AllColours, "\x1b[38;2;255;0;0m"},
		{"xterm-256color", screen.NoColours, "plain"},
	} {
		frame := string(screen.ColouredPainter(test.term, test.colours, screen.Size{Width: 20, Height: 5})(tea.View{Content: "plain\x1b[38;2;255;0;0mred\x1b[m"}))
		if !strings.Contains(frame, test.want) || test.colours == screen.NoColours && strings.Contains(frame, "38;") {
			t.Errorf("%s, %d: %q", test.term, test.colours, frame)
		}
	}
}
