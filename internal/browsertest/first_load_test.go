package browsertest

import (
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hubbub/internal/hub"
)

// coldLoads is how often each page is loaded, by a browser that has nothing of it.
const coldLoads = 5

// A first load is told beside the least that it could be: the same picture as a
// document without scripts, with the same style sheet, and as many bytes in as many
// requests. The two are loaded in turn, so what the machine does besides is in both.
func TestFiguresOfAFirstLoad(t *testing.T) {
	if os.Getenv("HUBBUB_FIGURES") != "1" {
		t.Skip("HUBBUB_FIGURES=1 has figures taken of first loads, for a minute")
	}
	browser(t)
	s := startSite(t, hub.OpenPolicy())
	owner := s.guarded(desk).own(s, "otter", password)
	s.pipe("ferret", 100, "the kettle is on, and somebody has brought cakes: number ")
	owner.visit("/api") // the page is not to be busy beside what is measured
	t.Run("small site", func(t *testing.T) { s.in(t).measureFirstLoads("/lobby") })
	owner.visit("/lobby")
	owner.makeRooms(*largeRooms)
	owner.visit("/api")
	t.Run("many rooms", func(t *testing.T) { s.in(t).measureFirstLoads("/lobby") })
}

// makeRooms makes rooms, in which nobody says anything.
func (w *window) makeRooms(n int) {
	w.t.Helper()
	var all []command
	for i := range n {
		all = append(all, command{"op": "create", "name": "#" + roomName(i), "id": "create-" + roomName(i)})
	}
	for _, a := range w.asks(all) {
		if a.Status >= 300 {
			w.t.Fatalf("a room can't be made: %s", a.Detail)
		}
	}
}

// measureFirstLoads loads a room, and its picture, by browsers that are new.
func (s *site) measureFirstLoads(path string) {
	w := s.gauged(s.url).remembered("otter")
	w.loads("first load", path)
	still := s.still(evaluate[picture](w, takePicture))
	var pages, stills []firstLoad
	for range coldLoads {
		pages = append(pages, s.gauged(s.url).remembered("otter").firstLoad(path))
		stills = append(stills, s.gauged(still).firstLoad("/"))
	}
	page, least := medians(pages), medians(stills)
	s.t.Logf("first load: usable after %.0f ms, %.0f ms of the main thread, of which %.0f for scripts", page.time, page.all, page.script)
	s.t.Logf("its picture: usable after %.0f ms, %.0f ms of the main thread", least.time, least.all)
	s.t.Logf("the page takes %.2f times as long as its picture", page.time/least.time)
}

// firstLoad is what a first load has taken, in milliseconds.
type firstLoad struct {
	time float64
	spent
}

// opened is true some time after a window was opened, when the browser is done with that.
const opened = `new Promise((then) => setTimeout(() => then(true), 500))`

// firstLoad loads a page, and leaves it.
func (w *window) firstLoad(path string) firstLoad {
	w.t.Helper()
	evaluate[bool](w, opened)
	w.visit(path)
	l := firstLoad{evaluate[load](w, "gauge.load()").Time, w.spent()} // a page begins at nothing
	w.must(chromedp.Do(w.ctx, chromedp.Navigate("about:blank")))
	return l
}

func medians(all []firstLoad) firstLoad {
	median := func(of func(firstLoad) float64) float64 {
		var values []float64
		for _, one := range all {
			values = append(values, of(one))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return firstLoad{
		median(func(l firstLoad) float64 { return l.time }),
		spent{all: median(func(l firstLoad) float64 { return l.all }), script: median(func(l firstLoad) float64 { return l.script })},
	}
}

// picture is a page as it is shown, and what was fetched for it.
type picture struct {
	HTML, Style string
	Sizes       []int // of the other files, as they were transferred
}

const takePicture = `(async () => {
	const page = document.documentElement.cloneNode(true);
	for (const one of page.querySelectorAll('script, link')) one.remove();
	const style = document.querySelector('link[rel=stylesheet]').href;
	const sizes = performance.getEntriesByType('resource').filter((one) => one.name !== style).map((one) => one.encodedBodySize);
	return { HTML: page.innerHTML, Style: await (await fetch(style)).text(), Sizes: sizes };
})()`

// still serves a picture, and returns its address.
func (s *site) still(p picture) func(string) string {
	s.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	server := &http.Server{Handler: p}
	go server.Serve(listener) // until it is closed
	s.t.Cleanup(func() { server.Close() })
	return (&site{t: s.t, addr: listener.Addr().String()}).wire().url
}

// ServeHTTP implements [http.Handler].
func (p picture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if size, ok := strings.CutPrefix(r.URL.Path, "/bytes/"); ok {
		n, _ := strconv.Atoi(size)
		body := make([]byte, n)
		for i := range body {
			body[i] = byte(rand.Uint32())
		}
		w.Write(body) // if the browser has gone nobody needs to know
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	defer z.Close()
	if r.URL.Path == "/styles.css" {
		w.Header().Set("Content-Type", "text/css")
		z.Write([]byte(p.Style))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	head := `<link rel="stylesheet" href="/styles.css">`
	for i, size := range p.Sizes {
		head += fmt.Sprintf(`<link rel="preload" as="fetch" crossorigin href="/bytes/%d?%d">`, size, i)
	}
	fmt.Fprintf(z, "<!doctype html><html>%s</html>", strings.Replace(p.HTML, "</head>", head+"</head>", 1))
}
