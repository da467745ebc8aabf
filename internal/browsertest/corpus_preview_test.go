package browsertest

import (
	"context"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hubbub/internal/hub"
	"hubbub/internal/preview"
	"hubbub/internal/server"
)

// described says what a page is that is behind a link, in each place a vector.
func described(vectors []string, i int) (title, description, site string) {
	n := len(vectors)
	return vectors[i%n], vectors[(i+1)%n], vectors[(i+2)%n]
}

// vile starts a web whose page of a number describes itself by vectors, has a site
// show what is behind links to it, and returns the link of a number.
func vile(t *testing.T, vectors []string) (link func(int) string, setUp func(*site, *server.Config)) {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		title, description, site := described(vectors, i)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<title>%s</title><meta name="description" content="%s"><meta property="og:site_name" content="%s">`,
			html.EscapeString(title), html.EscapeString(description), html.EscapeString(site))
	}))
	t.Cleanup(web.Close)
	at := web.Listener.Addr().(*net.TCPAddr).AddrPort()
	link = func(i int) string { return fmt.Sprintf("http://site%d.example.com:%d/%d", i, at.Port(), i) }
	return link, func(_ *site, cfg *server.Config) {
		cfg.Previews = true
		cfg.Reach = preview.Options{
			Lookup: func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{at.Addr()}, nil },
			Allow:  func(a netip.AddrPort) bool { return a == at },
		}
	}
}

// linksAll says messages with three links each, a few at a time: the server looks at
// so many of one person.
func (w *window) linksAll(room, n int, link func(int) string) {
	w.t.Helper()
	var said []command
	for i := 0; i < n; i += 3 {
		said = append(said, command{"op": "say", "room": room, "text": link(i) + " " + link(i+1) + " " + link(i+2), "id": fmt.Sprint("links-", i)})
	}
	for few := range slices.Chunk(said, 6) {
		var seqs []int
		for _, a := range w.asks(few) {
			if a.Status >= 300 {
				w.t.Fatalf("links are refused: %s", a.Detail)
			}
			seqs = append(seqs, a.Seq)
		}
		w.until("what is behind the links", "guard.previewed("+quote(seqs)+")")
	}
}

// shownPreview is what is shown of a link.
type shownPreview struct{ URL, Title, Description, Site string }

func TestWhatIsBehindLinksIsNotReadAsMarkup(t *testing.T) {
	t.Parallel()
	all := vectors(t)
	link, setUp := vile(t, all)
	s := startSite(t, hub.OpenPolicy(), setUp)
	villain := s.guarded(desk).enter("villain")
	villain.linksAll(villain.lobby(), len(all), link)
	villain.says("the last link")

	victim := s.guarded(desk).enter("victim")
	victim.hears("the last link")
	read := evaluate[struct {
		Previews map[string]shownPreview
		Wrong    []string
	}](victim, "guard.readAll()")
	for _, what := range read.Wrong {
		t.Errorf("in a preview: %s", what)
	}
	shown := 0
	for i := range all {
		p, ok := read.Previews[link(i)]
		if !ok {
			t.Errorf("nothing is shown of %s", link(i))
			continue
		}
		title, description, site := described(all, i)
		for _, one := range [][2]string{{p.Title, title}, {p.Site, site}} {
			if got, want := letters(one[0]), letters(one[1]); !strings.HasPrefix(want, got) || got == "" && want != "" {
				t.Errorf("%q is shown as %q", one[1], one[0])
			}
		}
		if letters(p.Description) == "" && letters(description) != "" {
			t.Errorf("%q is not shown", description)
		}
		shown++
	}
	t.Logf("%d of %d previews are shown as text", shown, len(all))
	victim.isSafe("the room")
	villain.isSafe("the villain's own page")
}
