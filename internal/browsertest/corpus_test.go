package browsertest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"

	"hubbub/internal/hub"
)

// vectors are known ways to smuggle a script into a page.
func vectors(t *testing.T) (all []string) {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "vectors.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var vector string
		if err := json.Unmarshal(lines.Bytes(), &vector); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		all = append(all, vector)
	}
	return all
}

// guarded opens a window that notes what a smuggled script would do.
func (s *site) guarded(z size) *window {
	s.t.Helper()
	w := s.open(z)
	script, err := os.ReadFile(filepath.Join("testdata", "guard.js"))
	if err != nil {
		s.t.Fatal(err)
	}
	must(w, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: string(script)})
	return w
}

// isSafe fails the test if a script has run, or wanted to.
func (w *window) isSafe(where string) {
	w.t.Helper()
	if evaluate[bool](w, "'__xss' in window && !(window.__xss instanceof Node)") {
		w.t.Errorf("%s: a script has run", where)
	}
	for _, what := range evaluate[[]string](w, "caught") {
		w.t.Errorf("%s: %s", where, what)
	}
	if wrong := evaluate[[]string](w, "[...document.querySelectorAll('script, iframe, object, embed, base, form[action], [onerror], [onload], [onclick], [onfocus]')].filter((one) => !(one.tagName === 'SCRIPT' && one.src.endsWith('/app.js') && one.parentNode === document.head)).map((one) => one.outerHTML)"); len(wrong) > 0 {
		w.t.Errorf("%s: the page has %q", where, wrong)
	}
}

type command map[string]any

type answer struct {
	Status int
	Seq    int
	Detail string
}

// asks sends commands, a hundred at once, and returns what became of each.
func (w *window) asks(commands []command) (all []answer) {
	w.t.Helper()
	for some := range slices.Chunk(commands, 100) {
		all = append(all, evaluate[[]answer](w, "guard.sendAll("+quote(some)+")")...)
	}
	return all
}

// lobby returns the id of the first room.
func (w *window) lobby() int {
	w.t.Helper()
	return evaluate[int](w, "fetch('/api/v1/rooms/lobby').then((answer) => answer.json()).then((room) => room.id)")
}

// letters are what has to be left of a text, however it is shown.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return -1
	}, text)
}

// sendsFiles sends files of these names, and returns how many were taken.
func (w *window) sendsFiles(room int, names []string) (taken int) {
	w.t.Helper()
	for few := range slices.Chunk(names, 10) {
		ids := evaluate[[]string](w, "guard.uploadAll("+quote(few)+")")
		if len(ids) == 0 {
			continue
		}
		taken += len(ids)
		if a := w.asks([]command{{"op": "say", "room": room, "text": "files", "files": ids, "id": "files-" + ids[0]}}); a[0].Status >= 300 {
			w.t.Errorf("a message with files is refused: %s", a[0].Detail)
		}
	}
	if taken < len(names)/2 {
		w.t.Errorf("only %d of %d names of files were taken", taken, len(names))
	}
	w.asks([]command{{"op": "say", "room": room, "text": "the last files", "id": "the-last"}})
	return taken
}

func TestNothingThatPeopleWriteIsReadAsMarkup(t *testing.T) {
	t.Parallel()
	all := vectors(t)
	if len(all) < 220 {
		t.Fatalf("there are %d vectors", len(all))
	}
	s := startSite(t, hub.OpenPolicy())
	villain := s.guarded(desk).enter("villain")
	lobby := villain.lobby()

	var said, others []command
	for i, vector := range all {
		said = append(said, command{"op": "say", "room": lobby, "text": vector, "id": fmt.Sprint("vector-", i)})
		others = append(others,
			command{"op": "topic", "room": lobby, "text": vector}, command{"op": "nick", "name": vector}, command{"op": "create", "name": "#" + vector},
			command{"op": "away", "text": vector})
	}
	sent := villain.asks(said)
	villain.asks(others)
	names := villain.sendsFiles(lobby, all)

	victim := s.guarded(desk).enter("victim")
	victim.hears("the last files")
	read := evaluate[struct {
		Texts map[string]struct {
			Text string
			Made bool
		}
		Wrong []string
	}](victim, "guard.readAll()")
	for _, what := range read.Wrong {
		t.Errorf("in a message: %s", what)
	}
	shown := 0
	for i, a := range sent {
		got, ok := read.Texts[fmt.Sprint(a.Seq)]
		switch {
		case a.Status >= 300:
			t.Errorf("%q is refused: %s", all[i], a.Detail)
		case !ok:
			t.Errorf("%q is not shown", all[i])
		case !got.Made && letters(got.Text) != letters(all[i]):
			t.Errorf("%q is shown as %q", all[i], got.Text)
		default:
			shown++
		}
	}
	t.Logf("%d of %d are shown as text, %d names of files", shown, len(all), names)
	for _, place := range []string{"/lobby", "/lobby#people", "/lobby#room", "/lobby#browse", "/lobby#search/xss", "/lobby#switch", fmt.Sprintf("/lobby#thread/%d", sent[0].Seq)} {
		victim.visit(place)
		victim.sees("main", "")
		if strings.Contains(place, "#") {
			victim.sees(".pane, dialog", "")
		}
		victim.isSafe(place)
	}
	victim.isSafe("the room")
	villain.isSafe("the villain's own page")
}
