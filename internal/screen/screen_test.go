package screen_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
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
		defer func() {
			cancel(errGone)
			pass(2 * time.Minute) // for commands that don't end by a context
		}()
		act(s)
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
	pass(time.Second)
}

// pass lets time go by, of the bubble's, and waits until nothing moves.
func pass(d time.Duration) {
	<-time.After(d)
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

func TestNothingIsDoneWhileNothingHappens(t *testing.T) {
	b := &board{}
	show(t, 20, 5, b, func(s *shown) {
		s.press("abc")
		views, writes := b.views, s.writes
		pass(24 * time.Hour)
		if b.views != views || s.writes != writes {
			t.Errorf("%d views and %d writes of nothing", b.views-views, s.writes-writes)
		}
	})
}

func TestUnchangedViewIsNotWritten(t *testing.T) {
	show(t, 20, 5, &board{}, func(s *shown) {
		s.press("a")
		writes := s.writes
		s.press("\x1b[I\x1b[O\x1b[I")
		if s.writes != writes {
			t.Errorf("%d writes", s.writes-writes)
		}
	})
}

// ticking returns a command that brings messages, so long after each other.
func ticking(n int, every time.Duration) (*board, tea.Cmd) {
	b := &board{}
	came := 0
	tick := func() tea.Msg {
		<-time.After(every)
		came++
		return fmt.Sprint("tick ", came)
	}
	b.on = func(msg tea.Msg) tea.Cmd {
		if _, ok := msg.(string); !ok || came == n {
			return nil
		}
		return tick
	}
	return b, tick
}

func TestManyMessagesMakeFewFrames(t *testing.T) {
	b, tick := ticking(3000, time.Millisecond)
	b.init = tick
	show(t, 20, 5, b, func(s *shown) {
		pass(10 * time.Second)
		if len(b.lines) != 3000 || !strings.HasSuffix(s.text(), "tick 3000") {
			t.Errorf("%d messages, the screen shows %q", len(b.lines), s.text())
		}
		if s.writes < 25 || s.writes > 3*10+10 || b.views > s.writes+2 {
			t.Errorf("%d writes and %d views in 3 s", s.writes, b.views)
		}
	})
}

func TestKeysAreNotDelayedByLoad(t *testing.T) {
	b, tick := ticking(200, 20*time.Millisecond)
	b.init = tick
	show(t, 20, 5, b, func(s *shown) {
		for i := range 10 {
			<-time.After(301 * time.Millisecond)
			io.WriteString(s.keys, string(rune('a'+i)))
			pass(time.Second/30 + time.Millisecond)
			if !strings.Contains(s.text(), "\n"+string(rune('a'+i))) {
				t.Errorf("a key was not shown within a thirtieth of a second; the screen shows %q", s.text())
			}
		}
	})
}

func TestStalledTerminalSkipsToTheNewest(t *testing.T) {
	b, tick := ticking(500, 10*time.Millisecond)
	b.init = tick
	show(t, 20, 5, b, func(s *shown) {
		s.mu.Lock()
		s.held = make(chan struct{})
		s.mu.Unlock()
		pass(10 * time.Second)
		if len(b.lines) != 500 {
			t.Errorf("the model has seen %d messages while the terminal took nothing", len(b.lines))
		}
		writes := s.writes
		s.press("z") // goes on to be read
		if got := b.lines[len(b.lines)-1]; got != "z" {
			t.Errorf("the last is %q", got)
		}
		s.mu.Lock()
		close(s.held)
		s.held = nil
		s.mu.Unlock()
		s.settle()
		if s.writes-writes > 2 || !strings.Contains(s.text(), "z") {
			t.Errorf("%d writes, and the screen shows %q", s.writes-writes, s.text())
		}
	})
}

func TestFloodOfSizesIsConflated(t *testing.T) {
	b := &board{}
	show(t, 20, 5, b, func(s *shown) {
		for i := range 1000 {
			s.resized <- screen.Size{Width: 1 + i%300, Height: 1 + i%90}
		}
		s.resized <- screen.Size{Width: 100000, Height: 1 << 30}
		s.resized <- screen.Size{} // of one that does not know
		s.resized <- screen.Size{Width: -1, Height: 10}
		s.settle()
		if len(b.sizes) > 3 || b.sizes[len(b.sizes)-1] != "500x200" {
			t.Errorf("the model was told %d sizes, the last %v", len(b.sizes), b.sizes[max(0, len(b.sizes)-3):])
		}
		close(s.resized)
		s.press("a")
		if len(b.lines) != 1 {
			t.Error("nothing is read after the last size")
		}
	})
}

func TestUnknownSizeIsThatOfATerminal(t *testing.T) {
	b := &board{}
	synctest.Test(t, func(t *testing.T) {
		in, keys := io.Pipe()
		keys.Close()
		if err := screen.Run(t.Context(), func(context.Context) tea.Model { return b }, screen.Terminal{In: in, Out: io.Discard}); err != nil {
			t.Fatal(err)
		}
	})
	if len(b.sizes) != 1 || b.sizes[0] != "80x24" {
		t.Errorf("the model was told %v", b.sizes)
	}
}

// restored fails unless a terminal is as it was.
func restored(t *testing.T, s *terminal) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.screen.IsAltScreen() || s.hidden || s.title != "" {
		t.Errorf("other screen: %t, cursor hidden: %t, title %q", s.screen.IsAltScreen(), s.hidden, s.title)
	}
	if len(s.modes) > 0 {
		t.Errorf("left on: %v", s.modes)
	}
}

func TestTerminalIsAsItWasAfterwards(t *testing.T) {
	broken := errors.New("broken")
	for _, end := range []struct {
		name string
		act  func(s *shown)
		want error
	}{
		{"quit", func(s *shown) { io.WriteString(s.keys, "q") }, nil},
		{"interrupt", func(s *shown) { io.WriteString(s.keys, "i") }, nil},
		{"end of input", func(s *shown) { s.keys.Close() }, nil},
		{"broken input", func(s *shown) { s.keys.CloseWithError(broken) }, broken},
		{"context", func(s *shown) { s.cancel(errGone) }, errGone},
	} {
		t.Run(end.name, func(t *testing.T) {
			b := &board{on: func(msg tea.Msg) tea.Cmd {
				switch k, _ := msg.(tea.KeyPressMsg); k.String() {
				case "q":
					return tea.Quit
				case "i":
					return tea.Interrupt
				}
				return nil
			}}
			show(t, 20, 5, b, func(s *shown) {
				s.press("abc")
				end.act(s)
				s.settle()
				select {
				case err := <-s.ended:
					if !errors.Is(err, end.want) || err != nil && end.want == nil {
						t.Errorf("it ended by %v", err)
					}
				default:
					t.Error("it did not end")
				}
				restored(t, s.terminal)
				if _, err := io.WriteString(s.keys, "x"); err == nil {
					t.Error("the input is still open")
				}
			})
		})
	}
}

func TestTerminalThatCannotBeWrittenEndsIt(t *testing.T) {
	broken := errors.New("broken")
	show(t, 20, 5, &board{}, func(s *shown) {
		s.mu.Lock()
		s.broken = broken
		s.mu.Unlock()
		s.press("a")
		if err := <-s.ended; !errors.Is(err, broken) {
			t.Errorf("it ended by %v", err)
		}
	})
}

// What waits for something ends by the context that the model was made with.
func TestCommandsAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, keys := io.Pipe()
		ended := false
		b := &board{on: func(msg tea.Msg) tea.Cmd {
			if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "q" {
				return tea.Quit
			}
			return nil
		}}
		go func() {
			<-time.After(time.Second)
			io.WriteString(keys, "q")
		}()
		err := screen.Run(t.Context(), func(ctx context.Context) tea.Model {
			b.init = func() tea.Msg {
				<-ctx.Done()
				<-time.After(time.Second)
				ended = true
				return "late"
			}
			return b
		}, screen.Terminal{In: in, Out: io.Discard})
		if err != nil || !ended {
			t.Errorf("ended by %v, the command has returned: %t", err, ended)
		}
	})
}

func TestCommandsRun(t *testing.T) {
	say := func(text string, after time.Duration) tea.Cmd {
		return func() tea.Msg { <-time.After(after); return text }
	}
	for _, test := range []struct {
		name string
		cmd  tea.Cmd
		want string
	}{
		{"one", say("a", 0), "a"},
		{"none", func() tea.Msg { return nil }, ""},
		{"batch", tea.Batch(say("slow", time.Minute), say("fast", time.Second), nil), "fast slow"},
		{"sequence", tea.Sequence(say("slow", time.Minute), say("fast", time.Second)), "slow fast"},
		{"batch in a sequence", tea.Sequence(tea.Batch(say("b", 2*time.Second), say("a", time.Second)), say("c", 0)), "a b c"},
		{"sequence in a batch", tea.Batch(tea.Sequence(say("b", 2*time.Second), say("c", 0)), say("a", time.Second)), "a b c"},
		{"suspend", tea.Sequence(tea.Suspend, say("a", 0)), "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := &board{init: test.cmd}
			show(t, 20, 5, b, func(s *shown) {
				pass(time.Hour)
				if got := strings.Join(b.lines, " "); got != test.want {
					t.Errorf("came %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestWhatIsForTheTerminalIsWritten(t *testing.T) {
	for _, test := range []struct {
		name string
		cmd  tea.Cmd
		want string
	}{
		{"raw", tea.Raw("\a"), "\a"},
		{"background", tea.RequestBackgroundColor, "\x1b]11;?\a"},
		{"clipboard", tea.SetClipboard("hello"), "\x1b]52;c;aGVsbG8=\a"},
		{"primary", tea.SetPrimaryClipboard("hello"), "\x1b]52;p;aGVsbG8=\a"},
		{"clear", tea.ClearScreen, "\x1b[2J"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := &board{on: func(msg tea.Msg) tea.Cmd {
				if _, ok := msg.(tea.KeyPressMsg); ok {
					return test.cmd
				}
				return nil
			}}
			show(t, 20, 5, b, func(s *shown) {
				s.log = nil
				s.press("a")
				if !strings.Contains(string(s.log), test.want) {
					t.Errorf("written was %q", s.log)
				}
				if got := s.text(); got != "a\n\n\n\n" {
					t.Errorf("the screen shows %q", got)
				}
			})
		})
	}
}

// A terminal that takes nothing can't have what is written beside frames pile up.
func TestRawIsBounded(t *testing.T) {
	var cmds []tea.Cmd
	for range 100 {
		cmds = append(cmds, tea.Raw(strings.Repeat("\a", 100<<10)))
	}
	b := &board{on: func(msg tea.Msg) tea.Cmd {
		if _, ok := msg.(tea.KeyPressMsg); ok {
			return tea.Batch(cmds...)
		}
		return nil
	}}
	show(t, 20, 5, b, func(s *shown) {
		held := make(chan struct{})
		s.mu.Lock()
		s.held = held
		s.mu.Unlock()
		s.press("a")
		s.mu.Lock()
		s.held, s.bytes = nil, 0
		s.mu.Unlock()
		close(held)
		s.settle()
		if s.bytes < 1000<<10 || s.bytes > 1030<<10 {
			t.Errorf("%d bytes were kept", s.bytes)
		}
	})
}

func TestColoursAreThoseOfTheTerminal(t *testing.T) {
	view := tea.View{Content: "\x1b[1;38;5;210mred\x1b[m plain"}
	for term, want := range map[string]string{
		"xterm-256color": "\x1b[1;38;5;210mred\x1b[m plain",
		"tmux-256color":  "\x1b[1;38;5;210mred\x1b[m plain",
		"xterm-kitty":    "\x1b[1;38;5;210mred\x1b[m plain",
		"xterm-color":    "\x1b[1;91mred\x1b[m plain",
		"linux":          "\x1b[1;91mred\x1b[m plain",
		"vt100":          "\x1b[1mred\x1b[m plain",
		"vt220":          "\x1b[1mred\x1b[m plain",
		"vte-256color":   "\x1b[1;38;5;210mred\x1b[m plain",
		"xterm-mono":     "\x1b[1mred\x1b[m plain",
		"":               "\x1b[1mred\x1b[m plain",
	} {
		frame := string(screen.Painter(term, screen.Size{Width: 20, Height: 5})(view))
		if !strings.Contains(frame, want) {
			t.Errorf("%q is sent %q", term, frame)
		}
		if keys := strings.Contains(frame, "\x1b[>4;2m"); keys == (term == "linux") {
			t.Errorf("%q is asked to tell keys apart: %t", term, keys)
		}
	}
}

func TestRowsThatMovedUpAreNotSentAgain(t *testing.T) {
	b := &board{}
	show(t, 60, 20, b, func(s *shown) {
		for i := range 40 {
			b.lines = append(b.lines, fmt.Sprint(strings.Repeat("long ", 10), i))
		}
		s.press("a")
		s.log = nil
		s.press("b")
		if len(s.log) > 120 {
			t.Errorf("for one more row, %d bytes were sent: %q", len(s.log), s.log)
		}
	})
}

func TestTitleHasNoControls(t *testing.T) {
	frame := string(screen.Painter("xterm", screen.Size{Width: 20, Height: 5})(tea.View{WindowTitle: "a\x1b]0;x\x07b\u009cc"}))
	if !strings.Contains(frame, "\x1b]2;a]0;xbc\a") {
		t.Errorf("the frame is %q", frame)
	}
}

func TestNobodyTypesWithoutEnd(t *testing.T) {
	b := &board{}
	show(t, 20, 5, b, func(s *shown) {
		began := time.Now()
		io.WriteString(s.keys, strings.Repeat("x", 50000))
		pass(time.Second)
		if took := time.Since(began); len(b.lines) != 50000 || took < 9*time.Second || took > 15*time.Second {
			t.Errorf("%d keys were taken in %v", len(b.lines), took)
		}
		s.press("\x1b[200~" + strings.Repeat("x", 64<<10) + "\x1b[201~")
		pass(10 * time.Second)
		if last := b.lines[len(b.lines)-1]; last != "pasted 65536" {
			t.Errorf("the last is %q", last)
		}
	})
}

// What is asked for by keys does not pile up: while much of it waits, nothing is read.
func TestNobodyAsksWithoutEnd(t *testing.T) {
	var mu sync.Mutex // guards the following
	underway, most := 0, 0
	var done chan struct{} // of the bubble
	b := &board{on: func(msg tea.Msg) tea.Cmd {
		if _, ok := msg.(tea.KeyPressMsg); !ok {
			return nil
		}
		return func() tea.Msg {
			mu.Lock()
			underway++
			most = max(most, underway)
			mu.Unlock()
			<-done
			return nil
		}
	}}
	show(t, 20, 5, b, func(s *shown) {
		wrote := make(chan struct{})
		done = make(chan struct{})
		go func() {
			defer close(wrote)
			io.WriteString(s.keys, strings.Repeat("x", 5000))
		}()
		pass(time.Minute)
		if mu.Lock(); most < 200 || most > 2500 {
			t.Errorf("%d commands at once", most)
		}
		mu.Unlock()
		close(done)
		<-wrote
		s.settle()
		if len(b.lines) != 5000 {
			t.Errorf("%d keys were taken", len(b.lines))
		}
	})
}

func TestUnchangedViewAllocatesNothing(t *testing.T) {
	frame := screen.Painter("xterm-256color", screen.Size{Width: 20, Height: 5})
	view := tea.View{Content: strings.Repeat("a row\n", 5), Cursor: tea.NewCursor(1, 1), WindowTitle: "board"}
	if frame(view); testing.AllocsPerRun(100, func() { frame(view) }) > 0 {
		t.Error("it does")
	}
}

func TestBeginOfARowStays(t *testing.T) {
	const red, plain, link, unlink = "\x1b[31m", "\x1b[m", "\x1b]8;;http://a\x1b\\", "\x1b]8;;\x1b\\"
	for _, test := range []struct {
		old, row     string
		bytes, cells int
	}{
		{"", "abc", 0, 0},
		{"abc", "abd", 2, 2},
		{"abc", "abcd", 3, 3},
		{"abcd", "abc", 3, 3},
		{"abc", "", 0, 0},
		{"ab" + red + "cd" + plain + "e", "ab" + red + "cx" + plain + "e", 2, 2},
		{"ab" + red + "c" + plain + "e", "ab" + red + "c" + plain + "f", 3 + len(red+plain), 3},
		{"a\x1b[31mb", "a\x1b[32mb", 1, 1},
		{"a" + link + "b" + unlink + "c", "a" + link + "b" + unlink + "d", 2 + len(link+unlink), 2},
		{"a" + link + "bc", "a" + link + "bd", 1, 1},
		{"a" + link + red + "b" + plain + "c", "a" + link + red + "b" + plain + "d", 1, 1},
		{"ab│c", "ab│d", 5, 3},
		{"a界c", "a界d", 0, 0}, // it may be wider than we think, or belong to what is before it
		{"ae\u0301", "ae\u0302", 1, 1},
		{"ae", "ae\u0301", 1, 1},
		{"a\x1b[3", "a\x1b[4m", 1, 1},
		{"a\x1b[", "a\x1b[", 1, 1},
	} {
		if bytes, cells := screen.Unchanged(test.old, test.row); bytes != test.bytes || cells != test.cells {
			t.Errorf("of %q, when it becomes %q, %d bytes and %d cells stay, want %d and %d", test.old, test.row, bytes, cells, test.bytes, test.cells)
		}
	}
}
