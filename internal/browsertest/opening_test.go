package browsertest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"hubbub/internal/hub"
)

// connectsLate has the window's pages from now on connect when connectNow is called.
func (w *window) connectsLate() {
	w.t.Helper()
	script, err := os.ReadFile(filepath.Join("testdata", "late.js"))
	if err != nil {
		w.t.Fatal(err)
	}
	must(w, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: string(script)})
}

// asked are the paths of the API that the page has asked for.
const asked = `performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname).filter((path) => path.startsWith('/api/'))`

func TestWhatWasSaidIsThereBeforeTheConnection(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	otter.says("good morning")
	ferret.hears("good morning")
	ferret.connectsLate()
	for _, path := range []string{"/lobby", "/"} {
		ferret.visit(path)
		ferret.hears("good morning")
		ferret.sees(".room-head h2", "#lobby")
		ferret.sees(composer+":enabled", "")
		if paths := evaluate[[]string](ferret, asked); len(paths) > 0 {
			t.Errorf("at %s the page asks for %q first", path, paths)
		}
	}
}

func TestWhatHappensBeforeTheConnectionIsThereOnce(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	for _, text := range []string{"this stays", "this goes", "this is liked"} {
		otter.says(text)
		ferret.hears(text)
	}
	ferret.connectsLate()
	ferret.visit("/lobby")
	ferret.hears("this goes")
	otter.says("said meanwhile")
	otter.chooses("Delete", "this goes")
	otter.misses(messages, "this goes")
	otter.does("React with 👍", "this is liked")
	otter.sees(".reaction", "👍 1: otter")
	otter.says("said last")
	otter.until("it to be deleted", `fetch('/api/v1/rooms/lobby/messages').then((answer) => answer.json()).then(({ messages }) => messages.some((one) => one.deleted))`)
	ferret.says("said by myself")
	evaluate[bool](ferret, "connectNow()")
	ferret.hears("said last")
	otter.hears("said by myself")
	ferret.hears("said by myself")
	ferret.misses(messages, "this goes")
	ferret.sees(".reaction", "👍 1: otter")
	otter.until("both to see the same", "true")
	if otter, ferret := otter.said(), ferret.said(); !slices.Equal(otter, ferret) || len(otter) != 5 {
		t.Errorf("one sees %q, the other %q", otter, ferret)
	}
}

// keptMessages are the texts that the browser keeps of rooms.
const keptMessages = `new Promise((resolve) => {
	indexedDB.open('hubbub').onsuccess = ({ target: { result } }) => {
		result.transaction('rooms').objectStore('rooms').getAll().onsuccess = ({ target }) => {
			result.close();
			resolve(target.result.flatMap(({ items }) => items.map(({ text }) => text ?? '')));
		};
	};
})`

// twoRooms returns a member who is in the lobby and in #tea, and has read both by a way
// of their own; what was said there is kept. Their browser has no service worker, as
// where there is no TLS, so each document comes from the server.
func twoRooms(t *testing.T) (*site, *wire, *window) {
	t.Helper()
	s := startSite(t, hub.OpenPolicy())
	way := s.wire()
	otter := openWindow(s, way.url, desk)
	must(otter, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: "delete Navigator.prototype.serviceWorker"})
	otter.own(s, "otter", password)
	otter.says("in the lobby")
	otter.says("/join #tea")
	otter.goes("#tea")
	otter.says("in the kettle")
	otter.hears("in the kettle")
	otter.until("both to be kept", keptMessages+`.then((all) => all.includes('in the kettle') && all.includes('in the lobby'))`)
	return s, way, otter
}

func TestWhatIsKeptOfOtherRoomsIsThereBesideWhatTheDocumentTells(t *testing.T) {
	t.Parallel()
	_, way, otter := twoRooms(t)
	for _, text := range []string{"once", "and again"} {
		otter.visit("/lobby")
		otter.hears("in the lobby")
		if paths := evaluate[[]string](otter, asked); slices.Contains(paths, "/api/v1/session") {
			t.Errorf("the document tells nothing: the page asks for %q", paths)
		}
		otter.says(text)
		otter.until("it to be written anew, and to hold the same", keptMessages+`.then((all) => all.includes('in the kettle') && all.includes(`+quote(text)+`))`)
	}
	way.setCut(true)
	otter.goes("#tea")
	otter.hears("in the kettle")
	way.setCut(false)
}

func TestSomebodyElsesDocumentShowsNothingThatIsKept(t *testing.T) {
	t.Parallel()
	s, way, otter := twoRooms(t)
	openWindow(s, way.url, desk).enter("ferret").says("by the ferret")
	for _, cookie := range cookiesOf(s.open(desk).enter("stoat")) {
		must(otter, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: way.url("/"), HTTPOnly: &cookie.HTTPOnly})
	}
	otter.visit("/lobby")
	otter.hears("by the ferret")
	otter.sees(".rooms-foot .name", "stoat")
	otter.until("nothing else to be kept", keptMessages+`.then((all) => !all.includes('in the kettle') && all.includes('by the ferret'))`)
	otter.misses(".room-link", "tea")
}

// cookiesOf are those of the window's page.
func cookiesOf(w *window) []*network.Cookie {
	w.t.Helper()
	return must(w, network.GetCookies, network.GetCookiesParams{}).Cookies
}

func TestAllOfManyRoomsAreListedSoon(t *testing.T) {
	t.Parallel()
	s := startSite(t, hub.OpenPolicy())
	otter := s.guarded(desk).own(s, "otter", password)
	otter.makeRooms(150)
	otter.visit("/" + roomName(149))
	otter.until("all to be listed", "document.querySelectorAll('.room-link').length === 151")
	otter.goes("#" + roomName(149))
	otter.visit("/" + roomName(3))
	otter.sees(".room-head h2", "#"+roomName(3))
}
