package outward_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/outward"
)

func picture(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What is behind the links of a message is shown with it: as it was found, with its
// picture as a file of the message.
func TestLinksAreShownWithWhatIsBehindThem(t *testing.T) {
	w := newWorld(t, nil)
	w.page("/tea", "text/html", `<title>All about tea</title><meta name="description" content="Leaves &amp; water"><meta property="og:image" content="/leaf.png">`)
	w.page("/leaf.png", "image/png", picture(t, 900, 6))
	w.page("/long", "text/html", "<title>"+strings.Repeat("茶", 500)+"</title>")
	ann := w.member("ann")
	tea, leaf, long := "http://tea.example:"+port(w)+"/tea", "http://leaf.example:"+port(w)+"/leaf.png", "http://long.example:"+port(w)+"/long"
	seq := ann.say(w.lobby(), fmt.Sprintf("see %s, %s and %s", tea, leaf, long))
	for _, p := range w.previews(seq, 3) {
		switch p.URL {
		case tea:
			if p.Title != "All about tea" || p.Description != "Leaves & water" {
				t.Errorf("%+v", p)
			}
		case long:
			if len(p.Title) < 500 || len(p.Title) > chat.MaxPreviewLine || strings.Trim(p.Title, "茶…") != "" {
				t.Errorf("a long title is %q", p.Title)
			}
			continue
		}
		if p.Image == nil || p.Image.Width != 900 || p.Image.Type != "image/png" || p.Image.Name != "picture.png" {
			t.Fatalf("%s: the picture is %+v", p.URL, p.Image)
		}
		f, err := w.hub.File(t.Context(), p.Image.ID)
		if err != nil || f.Message != seq || f.By != 0 {
			t.Errorf("its file is %+v, %v", f, err)
		}
		blob, failed := w.files.OpenBlob(f.Hash, true)
		if failed != nil {
			t.Fatal(failed)
		}
		blob.Close()
	}
	w.until("no picture waits", func() bool { n, _ := w.files.PendingBytes(0); return n == 0 })
}

func port(w *world) string { return w.at[strings.LastIndexByte(w.at, ':')+1:] }

// An edit brings links too. What is shown already is not asked for again.
func TestEditedLinksAreShown(t *testing.T) {
	w := newWorld(t, nil)
	w.page("/", "text/html", "<title>A page</title>")
	ann := w.member("ann")
	one, two := "http://one.example:"+port(w)+"/", "http://two.example:"+port(w)+"/"
	seq := ann.say(w.lobby(), "see "+one)
	first := w.previews(seq, 1)[0]
	ann.do(chat.Command{Op: chat.Edit, Target: seq, Text: "see " + one + " and " + two})
	if all := w.previews(seq, 2); all[0] != first || all[1].URL != two {
		t.Errorf("%+v", all)
	}
}

// Nothing is shown where there is nothing, where the server must not go, of its own
// pages, and with what programs say. A link that comes after these is.
func TestSomeLinksAreLeftAsTheyAre(t *testing.T) {
	w := newWorld(t, nil)
	w.page("/", "text/html", "<title>A page</title>")
	w.page("/none", "application/zip", "PK")
	w.page("/broken.png", "image/png", picture(t, 4, 4)[:60])
	ann := w.member("ann")
	link := func(path string) string { return "http://example.com:" + port(w) + path }
	left := []chat.Seq{
		ann.say(w.lobby(), link("/none")), ann.say(w.lobby(), link("/broken.png")), ann.say(w.lobby(), "http://127.0.0.1:1/"),
		ann.say(w.lobby(), home+"/tea/812"), ann.say(w.lobby(), "`"+link("/")+"`"),
		ann.do(chat.Command{Op: chat.Say, Room: w.lobby(), Text: link("/"), Notice: true}).Seq,
	}
	shown := w.previews(ann.say(w.lobby(), link("/")), 1)
	if shown[0].Title != "A page" {
		t.Errorf("%+v", shown)
	}
	for _, seq := range left {
		if m := w.message(seq); len(m.Previews) > 0 {
			t.Errorf("with %q it shows %+v", m.Text, m.Previews)
		}
	}
}

// Who deletes a message while its link is being looked at has nothing shown of it,
// and the picture is nobody's.
func TestDeletedMessageShowsNothing(t *testing.T) {
	w := newWorld(t, nil)
	asked, answer := make(chan struct{}), make(chan struct{})
	w.slow("/", asked, answer, picture(t, 4, 4))
	ann := w.member("ann")
	seq := ann.say(w.lobby(), "http://example.com:"+port(w)+"/")
	<-asked
	ann.do(chat.Command{Op: chat.Delete, Target: seq})
	close(answer)
	w.page("/then", "text/html", "<title>A page</title>")
	w.previews(ann.say(w.lobby(), "http://example.com:"+port(w)+"/then"), 1) // one host, one turn: it comes behind
	w.until("no picture waits", func() bool { n, _ := w.files.PendingBytes(0); return n == 0 })
	if m := w.message(seq); !m.Deleted || len(m.Previews) > 0 {
		t.Errorf("%+v", m)
	}
}

func TestOwnPagesAreNotLookedAt(t *testing.T) {
	for link, want := range map[string]bool{
		home: true, home + "/": true, home + "?x": true, home + "#x": true, home + "/tea/812": true,
		home + ".evil.example/": false, home + ":8443/": false, "https://example.org/": false,
	} {
		if got := outward.Own(home, link); got != want {
			t.Errorf("%s: %v", link, got)
		}
	}
	if outward.Own("", "https://example.org/") {
		t.Error("a server that does not know its address has no pages")
	}
}

// Whoever writes many links has the later ones left as they are, and others don't
// wait for them.
func TestLinksThatWaitAreBounded(t *testing.T) {
	links := outward.NewLinks()
	fill := func(author chat.UserID) (n int) {
		for links.Add(author) {
			n++
		}
		return n
	}
	if n := fill(1); n != outward.MaxOfOne {
		t.Errorf("%d of one author wait", n)
	}
	if !links.Add(2) {
		t.Error("another author has no room")
	}
	links.Look()
	if n := fill(1); n != 1 {
		t.Errorf("after one was looked at %d more wait", n)
	}
	n := outward.MaxOfOne + 1
	for author := chat.UserID(3); author < 1000; author++ {
		n += fill(author)
	}
	if n != outward.MaxLinks {
		t.Errorf("%d wait", n)
	}
}
