package browsertest

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"

	"hubbub/internal/hub"
	"hubbub/internal/server"
)

// The figures are of a large site. They are told, and nothing is asserted of them: what
// they are worth depends on the machine, and on what else it does.
var (
	largeMessages = flag.Int("large-messages", 1_000_000, "with HUBBUB_LARGE=1: messages on the server")
	largeRooms    = flag.Int("large-rooms", 999, "with HUBBUB_LARGE=1: rooms that the reader is in")
	largeFillOnly = flag.Bool("large-fill-only", false, "with HUBBUB_LARGE=1: end when the server is filled")
)

// long is how many of the messages are in one room, to be scrolled through.
func long() int { return *largeMessages / 10 }

func roomName(i int) string { return fmt.Sprintf("room-%04d", i) }

// gauged opens a window that measures.
func (s *site) gauged(url func(string) string) *window {
	s.t.Helper()
	w := openWindow(s, url, desk)
	script, err := os.ReadFile(filepath.Join("testdata", "gauge.js"))
	if err != nil {
		s.t.Fatal(err)
	}
	must(w, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: string(script)})
	must(w, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
	return w
}

// spent is what the page's main thread has done so far, in milliseconds of processor
// time: unlike a clock's, they are no more if others use the machine.
type spent struct{ all, script, layout, style float64 }

func (w *window) spent() spent {
	w.t.Helper()
	found := map[string]float64{}
	for _, m := range must(w, performance.GetMetrics, cdp.Empty{}).Metrics {
		found[m.Name] = m.Value * 1000
	}
	return spent{found["TaskDuration"], found["ScriptDuration"], found["LayoutDuration"], found["RecalcStyleDuration"]}
}

// since tells what was done since then, for each of n times.
func (w *window) since(what string, then spent, n int) {
	w.t.Helper()
	now, each := w.spent(), float64(n)
	w.t.Logf("%s: %.1f ms of the main thread each, of which %.1f for scripts, %.1f for layout, %.1f for styles",
		what, (now.all-then.all)/each, (now.script-then.script)/each, (now.layout-then.layout)/each, (now.style-then.style)/each)
}

// remembered has a browser that knows nothing of the page be logged in.
func (w *window) remembered(nick string) *window {
	w.t.Helper()
	for _, cookie := range w.site.login(nick) {
		must(w, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: w.url("/"), HTTPOnly: &cookie.HttpOnly})
	}
	return w
}

// login returns the cookies of a new session.
func (s *site) login(nick string) []*http.Cookie {
	s.t.Helper()
	login := strings.NewReader(quote(map[string]any{"user": nick, "password": password, "cookie": true}))
	answer, err := http.Post(s.url("/api/v1/session"), "application/json", login)
	if err != nil {
		s.t.Fatal(err)
	}
	answer.Body.Close()
	if len(answer.Cookies()) == 0 {
		s.t.Fatalf("logging in: %s", answer.Status)
	}
	return answer.Cookies()
}

// tell reports the median and the tail of times in milliseconds.
func tell(t *testing.T, what string, times []float64) {
	t.Helper()
	slices.Sort(times)
	at := func(share float64) float64 { return times[min(len(times)-1, int(share*float64(len(times))))] }
	t.Logf("%s: %d times, p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, most %.1f ms", what, len(times), at(.50), at(.95), at(.99), times[len(times)-1])
}

// load is what loading the page has cost.
type load struct {
	Time                     float64
	Requests, Bytes, Decoded int
}

// loads loads the page at a room and tells what that cost.
func (w *window) loads(what, path string) {
	w.t.Helper()
	w.visit(path)
	l := evaluate[load](w, "gauge.load()")
	w.since(what, spent{}, 1) // a page begins at nothing
	w.t.Logf("%s: usable after %.0f ms, %d requests, %.1f kB over the wire (%.1f kB uncompressed)", what, l.Time, l.Requests, float64(l.Bytes)/1000, float64(l.Decoded)/1000)
}

func TestFiguresOfALargeSite(t *testing.T) {
	if os.Getenv("HUBBUB_LARGE") != "1" {
		t.Skip("HUBBUB_LARGE=1 has figures taken of a million messages in a thousand rooms, for minutes")
	}
	browser(t)
	s := startSite(t, hub.OpenPolicy(), func(_ *site, cfg *server.Config) { cfg.Substrings = false }) // as servers are, unless told otherwise
	owner := s.guarded(desk).own(s, "otter", password)
	owner.says("the first message")
	owner.hears("the first message")
	for range 3 {
		s.gauged(s.url).remembered("otter").loads("first load of a small site", "/lobby")
	}
	owner.visit("/api") // the page is not to be busy beside what is measured
	s.fill()
	s.awaitSearch()
	s.asksRooms()
	if *largeFillOnly {
		return
	}
	t.Run("first load", s.measureLoads)
	t.Run("switching rooms", s.measureSwitches)
	t.Run("a message seen elsewhere", s.measureDelivery)
	t.Run("scrolling", s.measureScrolling)
}

func (s *site) in(t *testing.T) *site {
	inner := *s
	inner.t = t
	return &inner
}

func (s *site) measureLoads(t *testing.T) {
	s = s.in(t)
	for i := range 5 {
		s.gauged(s.url).remembered("otter").loads("first load", "/"+roomName(i+1))
	}
	way := s.wire()
	w := s.gauged(way.url).remembered("otter")
	w.loads("first load of what is read offline", "/"+roomName(9))
	w.until("the page to be kept", "navigator.serviceWorker.ready.then(() => caches.keys()).then((keys) => keys.length > 0)")
	w.until("the room to be kept", `new Promise((resolve) => {
		indexedDB.open('hubbub').onsuccess = ({ target: { result } }) => {
			result.transaction('rooms').objectStore('rooms').getAll().onsuccess = ({ target }) => {
				result.close();
				resolve(target.result.some((room) => room.items.length > 0));
			};
		};
	})`)
	w.loads("second load", "/"+roomName(9))
	way.setCut(true)
	w.loads("load without a connection", "/"+roomName(9))
	way.setCut(false)
}

func (s *site) measureSwitches(t *testing.T) {
	s = s.in(t)
	w := s.gauged(s.url).remembered("otter")
	w.loads("first load", "/"+roomName(1))
	last := roomName(*largeRooms - 1)
	w.until("all rooms to be listed", fmt.Sprintf("document.querySelector('.room-link[href=\"/%s\"]')", last))
	var fresh, again []float64
	const switches = 50
	then := w.spent()
	for i := range switches {
		fresh = append(fresh, evaluate[float64](w, "gauge.go("+quote(roomName(10+i*(*largeRooms-20)/switches))+")"))
	}
	w.since("to a room that has not been shown before", then, switches)
	then = w.spent()
	for i := range switches {
		again = append(again, evaluate[float64](w, "gauge.go("+quote(roomName(10+i*(*largeRooms-20)/switches))+")"))
	}
	w.since("to a room that has", then, switches)
	tell(t, "to a room that has not been shown before", fresh)
	tell(t, "to a room that has", again)
}

func (s *site) measureDelivery(t *testing.T) {
	s = s.in(t)
	author, reader := s.gauged(s.url).remembered("otter"), s.gauged(s.url).enter("ferret")
	author.loads("the author's page", "/lobby")
	reader.loads("the reader's page", "/lobby")
	evaluate[any](reader, "gauge.watch()")
	var there, painted []float64
	const messages = 200
	then, before := author.spent(), reader.spent()
	for i := range messages {
		said := fmt.Sprint("timed ", i)
		at := evaluate[float64](author, "gauge.say("+quote(said)+")")
		reader.until("the message to be there", "gauge.saw("+quote(said)+")")
		seen := evaluate[struct{ There, Painted float64 }](reader, "gauge.saw("+quote(said)+")")
		there, painted = append(there, seen.There-at), append(painted, seen.Painted-at)
	}
	author.since("to send a message", then, messages)
	reader.since("to show a message", before, messages)
	tell(t, "from Enter until it is in another page", there)
	tell(t, "from Enter until it is painted there", painted)
}
