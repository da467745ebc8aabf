package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	patience = 40 * time.Second      // after which a step has failed
	interval = 15 * time.Millisecond // between two looks
)

// size is a window's, in pixels.
type size struct {
	width, height int64
	touch         bool
}

var (
	desk  = size{1280, 800, false}
	phone = size{390, 844, true}
)

// window is a person's window.
type window struct {
	t    *testing.T
	ctx  context.Context
	url  func(path string) string // of the site
	site *site
	root int // seq of the message that began a thread; 0 for none

	mu    sync.Mutex // guards the following
	wrong []string   // what the browser has complained of
}

// open opens a window of a browser that knows nothing yet.
func (s *site) open(z size) *window { return openWindow(s, s.url, z) }

// openWindow opens one that comes to the site by an address of its own.
func openWindow(s *site, url func(string) string, z size) *window {
	t := s.t
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser(t), chromedp.WithNewBrowserContext())
	w := &window{t: t, ctx: ctx, url: url, site: s}
	t.Cleanup(func() {
		w.expectNothingWrong()
		chromedp.Cancel(ctx)
		cancel()
	})
	script, err := os.ReadFile(filepath.Join("testdata", "finder.js"))
	if err != nil {
		t.Fatal(err)
	}
	w.must(chromedp.Do(ctx))
	w.must(chromedp.Listen(ctx, w.listen))
	must(w, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: string(script)})
	must(w, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	must(w, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: "en-US"})
	w.resize(z)
	return w
}

// resize gives the window another size.
func (w *window) resize(z size) {
	w.t.Helper()
	if z.touch {
		w.must(chromedp.Do(w.ctx, chromedp.EmulateViewport(z.width, z.height, chromedp.EmulateMobile, chromedp.EmulateTouch)))
	} else {
		w.must(chromedp.Do(w.ctx, chromedp.EmulateViewport(z.width, z.height)))
	}
}

// listen notes what goes wrong in the page: exceptions and what the security
// policy has stopped. That a request failed is no fault of it.
func (w *window) listen(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		text := event.ExceptionDetails.Text
		if thrown := event.ExceptionDetails.Exception; thrown != nil {
			text += " " + thrown.Description
		}
		w.wrong = append(w.wrong, "exception: "+text)
	case *log.EventEntryAdded:
		if e := event.Entry; e.Level == log.EntryLevelError && e.Source != log.EntrySourceNetwork {
			w.wrong = append(w.wrong, fmt.Sprintf("%s: %s (%s)", e.Source, e.Text, e.URL))
		}
	case *runtime.EventConsoleAPICalled:
		if event.Type == runtime.ConsoleAPICalledTypeError {
			for _, arg := range event.Args {
				w.wrong = append(w.wrong, "console: "+arg.Description+string(arg.Value))
			}
		}
	}
}

// expectNothingWrong fails the test if the browser has complained.
func (w *window) expectNothingWrong() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, what := range w.wrong {
		w.t.Errorf("the browser complains: %s", what)
	}
	w.wrong = nil
}

func (w *window) must(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatal(err)
	}
}

// call sends the window a command of the DevTools protocol.
func must[P, R any](w *window, command cdp.Command[P, R], params P) R {
	w.t.Helper()
	result, err := chromedp.Call(w.ctx, command, params)
	if err != nil {
		w.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

// visit loads a page anew.
func (w *window) visit(path string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	w.must(chromedp.Do(ctx, chromedp.Navigate(w.url(path))))
}

// evaluate returns the value of an expression in the page; a promise is waited for.
func evaluate[T any](w *window, expression string) T {
	w.t.Helper()
	value, err := tryEvaluate[T](w, expression)
	if err != nil {
		w.t.Fatalf("%.300s: %v", expression, err)
	}
	return value
}

func tryEvaluate[T any](w *window, expression string) (value T, err error) {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// quote writes a value as JavaScript has it.
func quote(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and numbers have JSON
	}
	return string(text)
}

// until waits until an expression, or what it promises, is true.
func (w *window) until(what, expression string) {
	w.t.Helper()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		// While a page is replaced by another there is nothing to ask.
		if ok, err := tryEvaluate[bool](w, "Promise.resolve("+expression+").then(Boolean)"); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			w.fail("%s: this does not come: %s", what, expression)
		}
	}
}

// fail ends the test with what the window shows.
func (w *window) fail(format string, args ...any) {
	w.t.Helper()
	text, _ := tryEvaluate[string](w, `location.href + "\n" + finder.squeeze(document.body.innerText).slice(-1500)`)
	if picture, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot()); err == nil {
		path := filepath.Join(w.t.ArtifactDir(), "window.png")
		if os.WriteFile(path, picture, 0o600) == nil {
			text += "\n(" + path + ", if -artifacts is given)"
		}
	}
	w.mu.Lock()
	wrong := strings.Join(w.wrong, "\n")
	w.mu.Unlock()
	w.t.Fatalf(format+"\nThe window shows:\n%s\n%s", append(args, text, wrong)...)
}

func count(selector, name string) string {
	return fmt.Sprintf("finder.all(%s, %s).length", quote(selector), quote(name))
}

// sees waits until something can be seen; a name may be part of what it is called.
func (w *window) sees(selector, name string) {
	w.t.Helper()
	w.until("to see "+selector+" "+name, count(selector, name)+" > 0")
}

// misses waits until something can't be seen any more.
func (w *window) misses(selector, name string) {
	w.t.Helper()
	w.until("not to see "+selector+" "+name, count(selector, name)+" === 0")
}

type point struct{ X, Y float64 }

// place waits until something can be clicked, and returns where.
func (w *window) place(selector, name string) point {
	w.t.Helper()
	expression := fmt.Sprintf("finder.place(%s, %s)", quote(selector), quote(name))
	w.until("to click "+selector+" "+name, expression)
	at, err := tryEvaluate[*point](w, expression)
	if err != nil || at == nil {
		return w.place(selector, name) // it has just moved
	}
	return *at
}

// click clicks the last of what is called so. What moves away under the pointer is
// clicked where it is then.
func (w *window) click(selector, name string) {
	w.t.Helper()
	for range 5 {
		at := w.place(selector, name)
		w.must(chromedp.Do(w.ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y), chromedp.MouseClickXY(at.X, at.Y)))
		if missed, err := tryEvaluate[bool](w, "finder.missed()"); err != nil || !missed {
			return
		}
	}
	w.fail("%s %s can't be clicked: it moves away each time", selector, name)
}

// hover moves the pointer over the last of what is called so.
func (w *window) hover(selector, name string) {
	w.t.Helper()
	at := w.place(selector, name)
	w.must(chromedp.Do(w.ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y)))
}

// focuses waits until the focus is at something.
func (w *window) focuses(selector string) {
	w.t.Helper()
	w.until("the focus to be at "+selector, "document.activeElement?.matches("+quote(selector)+")")
}

// types types text where the focus is, as by pasting it.
func (w *window) types(text string) {
	w.t.Helper()
	must(w, input.InsertText, input.InsertTextParams{Text: text})
}

// fill replaces what is in a field.
func (w *window) fill(selector, name, text string) {
	w.t.Helper()
	w.click(selector, name)
	w.until("the focus to be in "+name, "['INPUT', 'TEXTAREA'].includes(document.activeElement.tagName)")
	evaluate[chromedp.Void](w, "document.activeElement.select()")
	if text == "" {
		w.press("Delete")
	} else {
		w.types(text)
	}
}

// keys are those whose names are no letters.
var keys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Delete": kb.Delete, "Backspace": kb.Backspace,
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "Space": " ",
}

// press presses a key, as "Enter" or "Ctrl+k".
func (w *window) press(key string) {
	w.t.Helper()
	var modifiers int64
	for {
		modifier, rest, more := strings.Cut(key, "+")
		if !more || rest == "" {
			break
		}
		modifiers |= map[string]chromedp.Modifier{"Ctrl": chromedp.ModifierCtrl, "Alt": chromedp.ModifierAlt, "Shift": chromedp.ModifierShift}[modifier].Int64()
		key = rest
	}
	code, ok := keys[key]
	if !ok {
		code = key
	}
	events := kb.Encode([]rune(code)[0])
	down, up := *events[0], *events[len(events)-1]
	// A key and its letter are one event: so the letter is not typed if the page
	// takes the key for something else.
	down.Type = input.DispatchKeyEventTypeRawKeyDown
	if modifiers&^chromedp.ModifierShift.Int64() == 0 && len(events) > 2 {
		down.Type, down.Text = input.DispatchKeyEventTypeKeyDown, events[1].Text
	}
	down.Modifiers |= modifiers
	up.Modifiers |= modifiers
	must(w, input.DispatchKeyEvent, down)
	must(w, input.DispatchKeyEvent, up)
}

// choose chooses an option of a list, as by the keyboard.
func (w *window) choose(label, value string) {
	w.t.Helper()
	w.sees("select", label)
	evaluate[bool](w, fmt.Sprintf(`(() => {
		const [list] = finder.all('select', %s);
		list.value = %s;
		return list.dispatchEvent(new Event('change', { bubbles: true }));
	})()`, quote(label), quote(value)))
}
