package screen_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/screen"
)

// board is a model that shows what it was told, newest below.
type board struct {
	width, height int
	lines         []string
	views         int
	sizes         []string
	init          tea.Cmd
	on            func(tea.Msg) tea.Cmd
}

func (b *board) Init() tea.Cmd { return b.init }

func (b *board) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		b.width, b.height = msg.Width, msg.Height
		b.sizes = append(b.sizes, fmt.Sprint(msg.Width, "x", msg.Height))
	case tea.KeyPressMsg:
		b.lines = append(b.lines, msg.String())
	case tea.PasteMsg:
		b.lines = append(b.lines, fmt.Sprint("pasted ", len(msg.Content)))
	case string:
		b.lines = append(b.lines, msg)
	}
	if b.on != nil {
		return b, b.on(msg)
	}
	return b, nil
}

func (b *board) View() tea.View {
	b.views++
	rows := b.lines[max(0, len(b.lines)-b.height):]
	v := tea.View{Content: strings.Join(rows, "\n"), ReportFocus: true, WindowTitle: "board"}
	v.Cursor = tea.NewCursor(len(b.lines)%max(b.width, 1), b.height-1)
	return v
}

// shown runs a model on a terminal within a bubble.
type shown struct {
	*terminal
	t       *testing.T
	keys    *io.PipeWriter
	resized chan screen.Size
	cancel  context.CancelCauseFunc
	ended   chan error
}

func show(t *testing.T, width, height int, m tea.Model, act func(s *shown)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		in, keys := io.Pipe()
		s := &shown{newTerminal(width, height), t, keys, make(chan screen.Size), cancel, make(chan error, 1)}
		defer s.close()
		go func() {
			s.ended <- screen.Run(ctx, func(context.Context) tea.Model { return m }, screen.Terminal{
				In: in, Out: s.terminal, Size: screen.Size{Width: width, Height: height}, Resized: s.resized, Term: "xterm-256color",
			})
		}()
		synctest.Wait()
		act(s)
		cancel(errGone)
		synctest.Wait()
	})
}

var errGone = errors.New("gone")

// press has something typed, and waits until it is shown.
func (s *shown) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.t.Error(err)
	}
	s.settle()
}

// settle waits until all is shown.
func (s *shown) settle() {
	<-time.After(time.Second) // of the bubble's time
	synctest.Wait()
}

func TestKeysAreShownAtOnce(t *testing.T) {
	show(t, 20, 5, &board{}, func(s *shown) {
		s.press("a\x1b[Ab")
		if got := s.text(); got != "a\nup\nb\n\n" {
			t.Errorf("the screen shows %q", got)
		}
		if p := s.screen.CursorPosition(); p.X != 3 || p.Y != 4 || s.hidden {
			t.Errorf("the cursor is at %v, hidden: %t", p, s.hidden)
		}
		if s.title != "board" {
			t.Errorf("the title is %q", s.title)
		}
		if !s.screen.IsAltScreen() {
			t.Error("this is not the other screen")
		}
	})
}
