package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/performance"
)

// measureScrolling goes through a room of very many messages, as fast as a browser can
// and then as people do.
func (s *site) measureScrolling(t *testing.T) {
	s = s.in(t)
	w := s.gauged(s.url).remembered("otter")
	w.loads("the long room", "/"+roomName(0))
	evaluate[any](w, "gauge.note()")
	w.size("at first")
	last := evaluate[int](w, "Math.max(...[...document.querySelectorAll('#messages .message[data-seq]')].map((one) => Number(one.dataset.seq)))")
	w.scrollsByWheel()
	w.scrollsByKey()
	w.drags()
	w.scrollsThrough(long())
	w.size("after scrolling through all of it")
	w.jumps(last)
	w.size("in the end")
}

// moved is what a page noted while something went on.
type moved struct{ Frames, Tasks, Slips []float64 }

// moves tells what the page noted while something went on.
func (w *window) moves(what string, act func()) {
	w.t.Helper()
	evaluate[moved](w, "gauge.moved()")
	then := w.spent()
	act()
	m := evaluate[moved](w, "gauge.moved()")
	w.since(what+", a frame", then, max(len(m.Frames), 1))
	tell(w.t, what+", frames", m.Frames)
	w.t.Logf("%s: %d tasks took more than 50 ms: %s", what, len(m.Tasks), strings.Trim(fmt.Sprint(m.Tasks[:min(20, len(m.Tasks))]), "[]"))
	if len(m.Slips) > 0 {
		tell(w.t, what+", by what messages moved of themselves, in pixels and not", m.Slips)
	}
}

// scrollsThrough scrolls through messages as fast as frames come.
func (w *window) scrollsThrough(messages int) {
	w.t.Helper()
	const part = 1000 // of which each has to be done within the window's patience
	total := 0
	w.moves("scrolling up", func() {
		for total < messages {
			n := evaluate[int](w, fmt.Sprintf("gauge.scroll(%d, 700)", part))
			if total += n; n < part {
				break
			}
		}
	})
	w.t.Logf("scrolled through %d messages", total)
}

// scrollsByWheel turns the wheel of a mouse quickly.
func (w *window) scrollsByWheel() {
	w.t.Helper()
	at := w.place("#messages", "")
	w.moves("by the wheel", func() {
		for range 300 {
			must(w, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: at.X, Y: at.Y, DeltaX: 0.001, DeltaY: -360}) // one of 0 is left out, and wanted
		}
	})
}

// scrollsByKey keeps a key down.
func (w *window) scrollsByKey() {
	w.t.Helper()
	evaluate[any](w, "document.getElementById('messages').focus()")
	w.moves("by the Page Up key", func() {
		for range 200 {
			w.press("PageUp")
		}
	})
}

// drags drags the scroll bar to its end again and again.
func (w *window) drags() {
	w.t.Helper()
	var times []float64
	w.moves("by the scroll bar", func() {
		for range 40 {
			if took := evaluate[*float64](w, "gauge.drag()"); took != nil {
				times = append(times, *took)
			}
		}
	})
	if len(times) > 0 {
		tell(w.t, "from the end of what is known until there is more", times)
	}
}

// jumps goes to messages all over the room, to its beginning and to its end.
func (w *window) jumps(last int) {
	w.t.Helper()
	var there, begin, end []float64
	for i := range 10 {
		ask := fmt.Sprintf("fetch('/api/v1/rooms/%s/messages?limit=1&before=%d').then((answer) => answer.json()).then(({ messages }) => messages[0].seq)", roomName(0), last-i*last/11)
		there = append(there, evaluate[float64](w, "gauge.jump("+quote(fmt.Sprintf("/%s/%d", roomName(0), evaluate[int](w, ask)))+")"))
		begin = append(begin, evaluate[float64](w, "gauge.toBeginning()"))
		end = append(end, evaluate[float64](w, fmt.Sprintf("gauge.toEnd(%d)", last)))
	}
	tell(w.t, "to a message by its link", there)
	tell(w.t, "to the beginning", begin)
	tell(w.t, "to the end", end)
}

// size tells how much there is in the page.
func (w *window) size(when string) {
	w.t.Helper()
	must(w, heapprofiler.CollectGarbage, cdp.Empty{})
	heap := 0.0
	for _, m := range must(w, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == "JSHeapUsedSize" {
			heap = m.Value
		}
	}
	size := evaluate[struct{ Rows, Nodes, Kept float64 }](w, "gauge.size()")
	w.t.Logf("%s: %.0f rows of %.0f nodes in the list, %.1f MB of heap, %.1f MB kept by the browser", when, size.Rows, size.Nodes, heap/1e6, size.Kept/1e6)
}
