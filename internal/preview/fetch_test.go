package preview_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"hubbub/internal/preview"
)

func TestPagesSayWhatTheyAre(t *testing.T) {
	long := strings.Repeat("ż", 400)
	for _, c := range []struct {
		about, kind, body string
		want              preview.Page
	}{
		{"a title", "text/html", "<html><head><title> Hello\n world </title></head>", preview.Page{Title: "Hello world"}},
		{"Open Graph before others", "text/html; charset=utf-8", `<title>a</title><meta name="description" content="b"><meta property="og:title" content="A &amp; B">` +
			`<meta property="og:description" content="C"><meta property="og:site_name" content="S"><meta property="og:title" content="second">`,
			preview.Page{Title: "A & B", Description: "C", Site: "S"}},
		{"a card", "text/html", `<meta name='twitter:title' content='T'><META NAME=Twitter:Description CONTENT=D>`, preview.Page{Title: "T", Description: "D"}},
		{"a description alone", "application/xhtml+xml", `<meta name="description" content="D"/>`, preview.Page{Description: "D"}},
		{"characters of the server's set", "text/html; charset=iso-8859-2", "<title>\xbf\xf3\xb3w</title>", preview.Page{Title: "żółw"}},
		{"characters of the page's set", "text/html", `<meta charset="windows-1250"><title>` + "\xbf\xf3\xb3w</title>", preview.Page{Title: "żółw"}},
		{"characters of another set than it says", "text/html; charset=utf-8", "<title>a\xff\xfeb</title>", preview.Page{Title: "a\ufffd\ufffdb"}},
		{"a set that there is not", "text/html; charset=nonsense", "<title>hello</title>", preview.Page{Title: "hello"}},
		{"what would move a screen", "text/html; charset=utf-8", "<title>a\x1b[31mb&#x202e;c&#27;[2Jd&#10;e</title>", preview.Page{Title: "abcd e"}},
		{"unescaped once", "text/html", "<title>&amp;lt;b&gt;</title>", preview.Page{Title: "&lt;b>"}},
		{"tags in a title", "text/html", "<title><b>x</b></title>", preview.Page{Title: "<b>x</b>"}},
		{"long texts", "text/html; charset=utf-8", "<title>" + long + `</title><meta name=description content="` + long + `"><meta property=og:site_name content="` + long + `">`,
			preview.Page{Title: long[:2*199] + "…", Description: long[:2*299] + "…", Site: long[:2*59] + "…"}},
		{"texts as long as may be", "text/html; charset=utf-8", "<title>" + long[:400] + "</title>", preview.Page{Title: long[:400]}},
		{"a title in the body, of a drawing", "text/html", "<head><title>A</title></head><body><svg><title>B</title></svg><meta property=og:title content=C>", preview.Page{Title: "A"}},
		{"a script in front", "text/html", "<script>'<title>no</title>'" + strings.Repeat("x", 100<<10) + "</script><title>yes</title>", preview.Page{Title: "yes"}},
		{"a comment", "text/html", "<!-- <title>no</title> --><title>yes</title>", preview.Page{Title: "yes"}},
		{"without a head", "text/html", "<body><p><title>late</title>", preview.Page{Title: "late"}},
		{"broken off in a tag", "text/html", `<title>A</title><meta property="og:title" content="B`, preview.Page{Title: "A"}},
		{"malformed", "text/html", "<<<html a=></p><title/>A</title></nothing <meta content=x property><//><p <title>B</title>", preview.Page{Title: "A"}},
	} {
		w := newWeb(t)
		w.page("/", file(c.kind, []byte(c.body)))
		c.want.URL = w.url("a.example", "/")
		page, err := w.fetcher().Fetch(t.Context(), c.want.URL+"#part")
		if err != nil || fmt.Sprintf("%q", page) != fmt.Sprintf("%q", c.want) {
			t.Errorf("%s: %q, %v; want %q", c.about, page, err, c.want)
		}
	}
}

func TestWhereThereIsNothingToShow(t *testing.T) {
	w := newWeb(t)
	w.page("/empty", html(""))
	w.page("/blank", html("<title> \x1b[0m </title><p>hello"))
	w.page("/pdf", file("application/pdf", []byte("%PDF-1.7")))
	w.page("/svg", file("image/svg+xml", []byte("<svg/>")))
	w.page("/nothing", file("image/png", nil))
	w.page("/malformed", file("text html", []byte("<title>A</title>")))
	w.page("/error", func(rw http.ResponseWriter, _ *http.Request) {
		http.Error(rw, "<title>A</title>", http.StatusInternalServerError)
	})
	for _, path := range []string{"/empty", "/blank", "/pdf", "/svg", "/nothing", "/malformed", "/error", "/missing"} {
		if page, err := w.fetcher().Fetch(t.Context(), w.url("a.example", path)); !errors.Is(err, preview.ErrNothing) {
			t.Errorf("%s: %+v, %v", path, page, err)
		}
	}
}

func TestPicturesComeAlong(t *testing.T) {
	w := newWeb(t)
	w.page("/a/page", html(`<title>A</title><meta property="og:image" content="../picture.png?x=1&amp;y=2">`))
	w.page("/picture.png", file("image/png", []byte("picture")))
	w.page("/drawing", html(`<title>A</title><meta property="og:image" content="/drawing.svg">`))
	w.page("/drawing.svg", file("image/svg+xml", []byte("<svg>")))
	w.page("/broken", html(`<title>A</title><meta property="og:image" content="http://[">`))
	w.page("/inner", html(`<title>A</title><meta property="og:image" content="http://127.0.0.1:22/">`))
	w.page("/data", html(`<title>A</title><meta property="og:image" content="data:image/png;base64,AAAA">`))
	w.page("/large", html(`<title>A</title><meta property="og:image" content="/large.png">`))
	w.page("/large.png", endless("image/png", nil))
	for path, want := range map[string]string{"/a/page": "picture", "/picture.png": "picture", "/drawing": "", "/broken": "", "/inner": "", "/data": "", "/large": ""} {
		page, err := w.fetcher().Fetch(t.Context(), w.url("a.example", path))
		if err != nil || string(page.Image) != want {
			t.Errorf("%s: %+v, %v", path, page, err)
		}
	}
	if _, err := w.fetcher().Fetch(t.Context(), w.url("a.example", "/large.png")); !errors.Is(err, preview.ErrTooLarge) {
		t.Errorf("a large picture: %v", err)
	}
	for _, r := range w.seen() {
		if r.URL.Path == "/picture.png" && r.URL.RawQuery != "" && r.URL.RawQuery != "x=1&y=2" {
			t.Errorf("the picture was asked for as %s", r.URL)
		}
	}
}

// endless begins with something, and never ends.
func endless(kind string, begin []byte) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", kind)
		_, err := rw.Write(begin)
		for zeros := make([]byte, 64<<10); err == nil; {
			_, err = rw.Write(zeros)
		}
	}
}

func TestEndlessPagesAreReadAsFarAsNeeded(t *testing.T) {
	w := newWeb(t)
	w.page("/early", endless("text/html", []byte("<title>A</title>")))
	w.page("/late", html(strings.Repeat(" ", preview.MaxHTML)+"<title>A</title>"))
	w.page("/just", html(strings.Repeat(" ", preview.MaxHTML-16)+"<title>A</title>"))
	for path, want := range map[string]string{"/early": "A", "/late": "", "/just": "A"} {
		page, err := w.fetcher().Fetch(t.Context(), w.url("a.example", path))
		if page.Title != want || (err == nil) != (want != "") {
			t.Errorf("%s: %+v, %v", path, page, err)
		}
	}
}

// A few bytes become thousands of times as many when they are unpacked.
func TestWhatIsPackedIsBoundedUnpacked(t *testing.T) {
	var page, picture bytes.Buffer
	for out, begin := range map[*bytes.Buffer]string{&page: "<title>A</title>", &picture: ""} {
		z := gzip.NewWriter(out)
		if _, err := z.Write([]byte(begin)); err != nil {
			t.Fatal(err)
		}
		for range 8 {
			if _, err := z.Write(make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	w := newWeb(t)
	packed := func(kind string, data []byte) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Encoding", "gzip")
			file(kind, data)(rw, r)
		}
	}
	w.page("/page", packed("text/html", page.Bytes()))
	w.page("/picture", packed("image/png", picture.Bytes()))
	w.page("/broken", packed("text/html", []byte("\x1f\x8b\x08nonsense")))
	if page, err := w.fetcher().Fetch(t.Context(), w.url("a.example", "/page")); err != nil || page.Title != "A" {
		t.Errorf("a page: %.100q, %v", page, err)
	}
	if _, err := w.fetcher().Fetch(t.Context(), w.url("a.example", "/picture")); !errors.Is(err, preview.ErrTooLarge) {
		t.Errorf("a picture: %v", err)
	}
	if _, err := w.fetcher().Fetch(t.Context(), w.url("a.example", "/broken")); err == nil {
		t.Error("what can't be unpacked is a page")
	}
}

func TestAHeaderIsBounded(t *testing.T) {
	w := newWeb(t)
	w.page("/", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-Long", strings.Repeat("x", 1<<20))
		html("<title>A</title>")(rw, r)
	})
	if page, err := w.fetcher().Fetch(t.Context(), w.url("a.example", "/")); err == nil {
		t.Errorf("%+v", page)
	}
}

// A server that answers a byte at a time is given five seconds for everything.
func TestSlowPagesAreGivenUp(t *testing.T) {
	t.Parallel() // it takes the five seconds
	w := newWeb(t)
	slow := func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_, _ = rw.Write([]byte("<"))
				_ = http.NewResponseController(rw).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}
	w.page("/", slow)
	begin := time.Now()
	page, err := w.fetcher().Fetch(t.Context(), w.url("a.example", "/"))
	if took := time.Since(begin); err == nil || took > 15*time.Second {
		t.Errorf("after %v: %+v, %v", took, page, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin = time.Now()
	if _, err := w.fetcher().Fetch(ctx, w.url("a.example", "/")); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 4*time.Second {
		t.Errorf("after %v: %v", time.Since(begin), err)
	}
}

func TestOneFetchServesAllWhoAsk(t *testing.T) {
	w := newWeb(t)
	w.page("/", html("<title>A</title>"))
	f := w.fetcher()
	var asking sync.WaitGroup
	for range 20 {
		asking.Go(func() {
			if page, err := f.Fetch(t.Context(), w.url("a.example", "/")); err != nil || page.Title != "A" {
				t.Errorf("%+v, %v", page, err)
			}
		})
	}
	asking.Wait()
	if n := w.requests.Load(); n != 1 {
		t.Errorf("%d requests were made", n)
	}
}

func TestPagesAreAskedForAgainAfterAWhile(t *testing.T) {
	w := newWeb(t)
	w.page("/", html("<title>A</title>"))
	var ahead atomic.Int64
	o := w.options()
	o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	f := preview.New(o)
	for _, c := range []struct {
		after    time.Duration
		path     string
		requests int32
	}{
		{0, "/", 1}, {0, "/", 1}, {20 * time.Minute, "/", 1}, {15 * time.Minute, "/", 2},
		{0, "/missing", 3}, {4 * time.Minute, "/missing", 3}, {2 * time.Minute, "/missing", 4},
	} {
		ahead.Add(int64(c.after))
		_, err := f.Fetch(t.Context(), w.url("a.example", c.path))
		if n := w.requests.Load(); n != c.requests || (err != nil) != (c.path == "/missing") {
			t.Errorf("%s after another %v: %d requests were made, want %d; %v", c.path, c.after, n, c.requests, err)
		}
	}
}

// Whoever gives up says nothing about the page.
func TestGivingUpIsNotRemembered(t *testing.T) {
	w := newWeb(t)
	arrived, answer := make(chan struct{}, 2), make(chan struct{})
	w.page("/", func(rw http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-answer:
		case <-r.Context().Done():
			return
		}
		html("<title>A</title>")(rw, r)
	})
	f := w.fetcher()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := f.Fetch(ctx, w.url("a.example", "/")); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up: %v", err)
	}
	close(answer)
	if page, err := f.Fetch(t.Context(), w.url("a.example", "/")); err != nil || page.Title != "A" {
		t.Errorf("who came next: %+v, %v", page, err)
	}
}

func TestAnEndlessQueueIsNotHeldAgainstALink(t *testing.T) {
	w := newWeb(t)
	arrived, leave := make(chan struct{}), make(chan struct{})
	w.page("/slow", func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-leave
	})
	w.page("/good", html("<title>A</title>"))
	f := w.fetcher()
	slow := make(chan error)
	go func() {
		_, err := f.Fetch(t.Context(), w.url("a.example", "/slow"))
		slow <- err
	}()
	<-arrived
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.Fetch(ctx, w.url("a.example", "/good")); !errors.Is(err, preview.ErrBusy) {
		t.Errorf("while the host is busy: %v", err)
	}
	close(leave)
	if err := <-slow; err == nil {
		t.Error("the slow page had something to show")
	}
	if page, err := f.Fetch(t.Context(), w.url("a.example", "/good")); err != nil || page.Title != "A" {
		t.Errorf("afterwards: %+v, %v", page, err)
	}
}

func FuzzPage(f *testing.F) {
	for _, c := range []struct{ kind, body string }{
		{"text/html; charset=utf-16", "\xff\xfe<\x00t\x00"},
		{"text/html", `<meta charset=shift_jis><title>&#x202e;a</title><meta property="og:image" content="//x">`},
		{"text/html; charset=iso-2022-jp", "<title>\x1b$B$\"\x1b(B</title>"},
		{"", "<body><title>x<meta name=description content='a\nb'>"},
	} {
		f.Add(c.kind, []byte(c.body))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		page, image, err := preview.ReadPage(kind, body)
		if err != nil {
			return
		}
		for text, most := range map[string]int{page.Title: 200, page.Description: 300, page.Site: 60} {
			if !utf8.ValidString(text) || utf8.RuneCountInString(text) > most || !preview.IsClean(text) {
				t.Fatalf("%q is shown", text)
			}
		}
		if len(image) > 0 && strings.HasPrefix(image, "//") {
			t.Fatalf("the picture is at %q", image)
		}
	})
}
