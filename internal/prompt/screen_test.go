package prompt

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// typist types into a screen of an emulator.
type typist struct {
	*emulator
	screen *Screen
	editor Editor
	view   View
}

func newTypist(t *testing.T, width, height int) *typist {
	e := newEmulator(t, width, height)
	return &typist{emulator: e, screen: NewScreen(e, true)}
}

func (y *typist) draw() {
	row, cursor := y.view.Row("#lobby> ", &y.editor, y.width)
	y.screen.Draw(row, row, cursor, y.width)
	y.screen.Flush()
}

func (y *typist) types(keys string) {
	edit(&y.editor, keys)
	y.draw()
}

func (y *typist) hears(text string) {
	y.screen.Print(text)
	y.draw()
}

func (y *typist) shows(t *testing.T, want string) {
	t.Helper()
	if got := y.String(); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("the screen shows\n%swant%s", got, want)
	}
}

func TestTheRowStaysBelowWhatIsPrinted(t *testing.T) {
	y := newTypist(t, 30, 5)
	y.types("hel")
	y.hears("10:00 <ann> hi")
	y.types("lo 世界")
	y.hears("10:01 <ann> this one is longer than the screen is wide\n      | and has two lines")
	y.shows(t, `
10:00 <ann> hi
10:01 <ann> this one is longer
 than the screen is wide
      | and has two lines
#lobby> hello 世界|
`)
	y.types("{left}{bs}{bs}")
	y.hears("10:02 <ann> 世界世界世界世界世界世界世界世界世界世界世")
	y.shows(t, `
 than the screen is wide
      | and has two lines
10:02 <ann> 世界世界世界世界世
界世界世界世界世界世界世
#lobby> hello|界
`)
	y.screen.ClearAll()
	y.draw()
	y.shows(t, "\n#lobby> hello|界\n")
	y.screen.Erase()
	y.screen.Flush()
	y.shows(t, "\n|\n")
}

func TestALongLineScrollsInItsRow(t *testing.T) {
	y := newTypist(t, 30, 4)
	y.hears("10:00 <ann> hi")
	y.types("the quick brown fox jumps over the lazy dog")
	y.shows(t, `
10:00 <ann> hi
#lobby> ‹r the lazy dog|
`)
	y.types("{home}")
	y.shows(t, `
10:00 <ann> hi
#lobby>  |the quick brown fox›
`)
}

func TestTheRowSurvivesResizing(t *testing.T) {
	y := newTypist(t, 60, 8)
	y.hears("10:00 <ann> hi")
	y.types("the quick brown fox jumps over the lazy dog")
	for _, width := range []int{25, 20, 70, 33, 60} {
		y.resize(width)
		y.draw()
		if got := y.String(); !strings.HasPrefix(got, "10:00 <ann> hi\n#lobby> ") || strings.Count(got, "\n") != 2 || !strings.HasSuffix(got, "dog|\n") {
			t.Fatalf("in a width of %d:\n%s", width, got)
		}
		y.hears("x")
		y.shows(t, "\n"+strings.Replace(y.String(), "\nx\n", "\nx\n", 1))
		y.clear()
		y.screen.shown = false
		y.hears("10:00 <ann> hi")
	}
}

func TestScreenWritesOnceAndTellsOfFailure(t *testing.T) {
	var writes int
	s := NewScreen(writerFunc(func(p []byte) (int, error) { writes++; return len(p), nil }), false)
	s.Print("a\nb")
	s.Bell()
	s.Draw("> ", "> ", 2, 80)
	if s.Flush(); writes != 1 {
		t.Errorf("one change took %d writes", writes)
	}
	if s.Flush(); writes != 1 {
		t.Error("nothing was written")
	}
	s = NewScreen(writerFunc(func(p []byte) (int, error) { return 0, io.ErrShortWrite }), false)
	if s.Print("a"); s.Flush() != io.ErrShortWrite {
		t.Error("the failure was not told")
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestInputCanBeInterrupted(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	in, err := NewInput(r)
	if err != nil {
		t.Fatal(err)
	}
	w.WriteString("hello")
	buf := make([]byte, 10)
	if n, err := in.Read(buf); err != nil || !bytes.Equal(buf[:n], []byte("hello")) {
		t.Fatalf("read %q, %v", buf[:n], err)
	}
	ended := make(chan error)
	go func() {
		_, err := in.Read(buf)
		ended <- err
	}()
	in.Close()
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("an interrupted read returned %v", err)
	}
	if _, err := in.Read(buf); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a later read returned %v", err)
	}
	in.Close()
	w.Close()
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"héllo\n世界": "héllo\n世界", "a\x1b[31mb": "a[31mb", "a\tb": "a b", "\u202ea\u2066b\u0007": "ab", "👩‍👧": "👩‍👧", "a\xffb": "ab",
	} {
		if got := Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

// A screen reader says what is written: of a row that was there already, nothing.
func TestOnlyWhatIsTypedIsWritten(t *testing.T) {
	var out bytes.Buffer
	y := &typist{emulator: newEmulator(t, 40, 4), screen: NewScreen(&out, true)}
	for _, c := range []struct{ keys, written string }{
		{"h", "\r#lobby> h\x1b[K\r\x1b[9C"},
		{"ello", "ello"},
		{"世", "世"},
		{"{bs}", "\x1b[2D\x1b[K"},
		{"{left}", "\x1b[1D"},
		{"", ""},
		{"{home}", "\x1b[4D"},
		{"{end}", "\x1b[5C"},
		{"{left}x", "\r#lobby> hellxo\x1b[K\r\x1b[13C"}, // in the middle
	} {
		out.Reset()
		y.types(c.keys)
		if got := out.String(); got != c.written {
			t.Errorf("%q wrote %q, want %q", c.keys, got, c.written)
		}
	}
}

func TestARowThatIsAmendedIsTheSameAsOneDrawnAnew(t *testing.T) {
	y, anew := newTypist(t, 24, 4), newTypist(t, 24, 4)
	for _, keys := range []string{"a", "bc", "世界", "{bs}", "e", "\u0301", "{left}{left}", "x", "{end}", "👩", "\u200d", "🚀", "{bs}", " a long tail of words", "{bs}{bs}", "{home}", "{end}", "{^w}", "{^u}", "z"} {
		y.types(keys)
		anew.screen.shown = false
		anew.types(keys)
		if y.String() != anew.String() {
			t.Fatalf("after %q:\n%s, and drawn anew\n%s", keys, y, anew)
		}
	}
}
