package screen_test

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/charmbracelet/x/vt"
)

// terminal is a terminal of a certain size, which shows what is written to it.
type terminal struct {
	mu     sync.Mutex // guards all below
	screen *vt.Emulator
	hidden bool
	title  string
	writes int
	bytes  int
	log    []byte
	modes  map[string]bool // private modes that were set and not reset, but the cursor
	held   chan struct{}   // a Write waits until it is closed, if there is one
	broken error
}

// modes are those that are off at first. 7 and 25 are on.
var modes = regexp.MustCompile("\x1b\\[\\?(1004|1049|2004|2026|2027)([hl])")

func newTerminal(width, height int) *terminal {
	t := &terminal{screen: vt.NewEmulator(width, height), modes: map[string]bool{}}
	t.screen.SetCallbacks(vt.Callbacks{
		CursorVisibility: func(visible bool) { t.hidden = !visible },
		Title:            func(title string) { t.title = title },
	})
	go io.Copy(io.Discard, t.screen) // what it answers; ends when it is closed
	return t
}

func (t *terminal) close() { t.screen.Close() }

func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	held := t.held
	t.mu.Unlock()
	if held != nil {
		<-held
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes++
	t.bytes += len(b)
	t.log = append(t.log, b...)
	for _, m := range modes.FindAllSubmatch(b, -1) {
		if mode := string(m[1]); string(m[2]) == "h" {
			t.modes[mode] = true
		} else {
			delete(t.modes, mode)
		}
	}
	if t.broken != nil {
		return 0, t.broken
	}
	return t.screen.Write(b)
}

func (t *terminal) resize(width, height int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.Resize(width, height)
}

// cells describes all that is seen: each cell with its style and link, and the
// cursor.
func (t *terminal) cells() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for y := range t.screen.Height() {
		fmt.Fprintf(&b, "%3d ", y)
		for x := range t.screen.Width() {
			c := t.screen.CellAt(x, y)
			if c == nil {
				b.WriteString("?")
				continue
			}
			text := c.Content
			if text == "" && c.Width == 1 {
				text = " "
			}
			b.WriteString(text)
			if s := c.Style.String(); s != "" && strings.TrimSpace(text) != "" {
				fmt.Fprintf(&b, "{%s}", strings.ReplaceAll(s, "\x1b", ""))
			}
			if c.Link.URL != "" {
				fmt.Fprintf(&b, "<%s>", c.Link.URL)
			}
		}
		b.WriteString("\n")
	}
	if t.hidden {
		b.WriteString("no cursor\n")
	} else {
		p := t.screen.CursorPosition()
		fmt.Fprintf(&b, "cursor at %d,%d\n", p.X, p.Y)
	}
	return b.String()
}

// text returns what is seen, without styles.
func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rows []string
	for y := range t.screen.Height() {
		var b strings.Builder
		for x := range t.screen.Width() {
			switch c := t.screen.CellAt(x, y); {
			case c == nil || c.Content == "" && c.Width == 1:
				b.WriteString(" ")
			default:
				b.WriteString(c.Content)
			}
		}
		rows = append(rows, strings.TrimRight(b.String(), " "))
	}
	return strings.Join(rows, "\n")
}

// alike fails unless two terminals show the same.
func alike(t testing.TB, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Fatalf("%s: row %d\n got %q\nwant %q", what, i, line(a, i), line(b, i))
		}
	}
}

func line(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return ""
}
