package screen_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"hubbub/internal/screen"
	"hubbub/internal/tui"
)

// twins are two terminals that show the same: one painted by bubbletea's own
// program, one by this package.
type twins struct {
	t       testing.TB
	a, b    *terminal
	va, vb  *village
	keys    [2]*io.PipeWriter
	program *tea.Program
	resized chan screen.Size
	ended   chan error
	over    bool // both have quit
}

// crlf is what a terminal's driver does to line feeds, which the program counts on.
type crlf struct{ w io.Writer }

func (c crlf) Write(b []byte) (int, error) {
	_, err := c.w.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))
	return len(b), err
}

func compare(t *testing.T, width, height int, act func(w *twins)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		w := &twins{t: t, a: newTerminal(width, height), b: newTerminal(width, height), va: newVillage(), vb: newVillage(), resized: make(chan screen.Size)}
		defer w.a.close()
		defer w.b.close()
		inA, keysA := io.Pipe()
		inB, keysB := io.Pipe()
		w.keys = [2]*io.PipeWriter{keysA, keysB}
		w.program = tea.NewProgram(tui.New(ctx, w.va, options(began)), tea.WithContext(ctx), tea.WithInput(inA), tea.WithOutput(crlf{w.a}),
			tea.WithWindowSize(width, height), tea.WithoutSignalHandler(), tea.WithEnvironment([]string{"TERM=xterm-256color"}),
			tea.WithColorProfile(colorprofile.ANSI256))
		w.ended = make(chan error, 2)
		go func() {
			_, err := w.program.Run()
			inA.Close()
			w.ended <- err
		}()
		go func() {
			w.ended <- screen.Run(ctx, func(ctx context.Context) tea.Model { return tui.New(ctx, w.vb, options(began)) }, screen.Terminal{
				In: inB, Out: w.b, Size: screen.Size{Width: width, Height: height}, Resized: w.resized, Term: "xterm-256color",
			})
		}()
		defer func() {
			cancel()
			keysA.Close()
			<-w.ended
			<-w.ended
			w.restored()
		}()
		// What a terminal answers that knows clusters, and frames.
		io.WriteString(keysA, "\x1b[?2027;2$y\x1b[?2026;2$y")
		w.settle("begin")
		act(w)
	})
}

// slowestFrame is how long it may take until something is shown: longer than what
// is waited for behind Escape, and than from one frame to the next.
const slowestFrame = 200 * time.Millisecond

// settle waits until nothing moves, and compares.
func (w *twins) settle(step string) {
	w.t.Helper()
	pass(slowestFrame)
	switch len(w.ended) {
	case 1:
		w.t.Fatalf("%s: one has ended, and one has not", step)
	case 2:
		w.over = true
		return
	}
	alike(w.t, step, w.b.cells(), w.a.cells())
}

func (w *twins) press(keys string) {
	w.t.Helper()
	for _, k := range w.keys {
		io.WriteString(k, keys)
	}
	w.settle(fmt.Sprintf("after %q", keys))
}

func (w *twins) say(text string) {
	w.t.Helper()
	for _, v := range []*village{w.va, w.vb} {
		v.say(lobby, text)
	}
	w.settle(fmt.Sprintf("after %q was said", text))
}

func (w *twins) resize(width, height int) {
	w.t.Helper()
	w.a.resize(width, height)
	w.b.resize(width, height)
	w.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	w.resized <- screen.Size{Width: width, Height: height}
	w.settle(fmt.Sprintf("at %dx%d", width, height))
}

// restored fails if the terminal is not as it was.
func (w *twins) restored() {
	w.t.Helper()
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	if w.b.screen.IsAltScreen() || w.b.hidden {
		w.t.Errorf("left: other screen %t, cursor hidden %t", w.b.screen.IsAltScreen(), w.b.hidden)
	}
}

var sizes = []screen.Size{{Width: 80, Height: 24}, {Width: 120, Height: 40}, {Width: 40, Height: 10}}

func TestBothRunnersPaintTheSame(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.Width, size.Height), func(t *testing.T) {
			compare(t, size.Width, size.Height, func(w *twins) {
				for i := range 30 {
					w.say(said(i))
				}
				for _, keys := range []string{
					"hello", "\r", "世界 👩‍👩‍👧 ж\u0301", "\x1b[D", "\x1b[D", "\x7f", "\r", "\x1b[5~", "\x1b[5~", "\x1b[6~", "\x1b[1;5F",
					"\x1b[1;3A", "\x1b[1;3A", "\x1b", "\x1bOP", "\x1b", "\x0b", "d", "\r", "\x1b1", "/help\r", "\x1b", "one\x1b\rtwo\x1b\rthree",
					"\x15", "\x0c", "\x1b[200~pasted\r\nlines 世界\x1b[201~", "e", "\r", "\x1b[O", "\x1b[I", "/theme light\r", "/theme none\r",
					"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "/theme auto\r", strings.Repeat("w ", 100), "\x1bm", "\x1b", "\x13abc\r", "\x1b",
				} {
					w.press(keys)
				}
				w.resize(size.Width+7, size.Height+3)
				w.say(said(6))
				w.resize(30, 8)
				w.say(said(3))
				w.resize(5, 2)
				w.resize(1, 1)
				w.resize(130, 30)
				w.say("after all")
			})
		})
	}
}

// pieces are what random scripts are made of. Suspending is not among them: it would
// suspend the test.
var pieces = []string{
	"a", "b ", "界", "👩‍👩‍👧", "ж\u0301", "\U0001f3f3\ufe0f\u200d\U0001f308", "\r", "\x7f", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F",
	"\x1b[5~", "\x1b[6~", "\x1b[1;5H", "\x1b[1;5F", "\x1b[1;3A", "\x1b[1;3B", "\x1b", "\x1bOP", "\x0b", "\x13", "\x1bm", "\x1ba", "\x1bu", "\x1bn", "\x1bp",
	"\t", "\x1b[Z", "/", "/theme light\r", "/theme dark\r", "/theme none\r", "/language pl\r", "\x0c", "\x15", "\x17", "\x1b\r", "\x1b[200~one\ntwo\x1b[201~",
	"\x1b[I", "\x1b[O", "r", "t", "c", "o", "q", "\x1b[13;2u", "\x1b[27;2;13~", "\x1b]11;rgb:eeee/eeee/eeee\a", "\xff\xfe", "\x1bOM", "@b\t", ":smi\t",
}

// script plays a script of bytes: each says something, presses a key or changes the
// size.
func script(w *twins, steps []byte) {
	for _, s := range steps {
		switch {
		case w.over:
			return
		case s >= 224:
			w.resize(1+int(s)*37%150, 1+int(s)*23%45)
		case s >= 160:
			w.say(said(int(s)))
		default:
			w.press(pieces[int(s)%len(pieces)])
		}
	}
}

func TestBothRunnersPaintTheSameOfRandomScripts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 6 {
		steps := make([]byte, 60)
		for k := range steps {
			steps[k] = byte(random.Uint32())
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			size := sizes[i%len(sizes)]
			compare(t, size.Width, size.Height, func(w *twins) { script(w, steps) })
		})
	}
}

func FuzzBothRunnersPaintTheSame(f *testing.F) {
	f.Add(uint8(80), uint8(24), []byte{160, 0, 2, 3, 6, 14, 165, 230, 240, 22, 20})
	f.Add(uint8(40), uint8(10), []byte{18, 18, 20, 36, 41, 11, 200, 201, 202, 203, 14, 15, 17})
	f.Fuzz(func(t *testing.T, width, height uint8, steps []byte) {
		if width == 0 || height == 0 || len(steps) > 200 {
			t.Skip()
		}
		compare(t, int(width), int(height), func(w *twins) { script(w, steps) })
	})
}
