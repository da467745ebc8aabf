package web_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"hubbub/api"
	"hubbub/internal/gateway/web"
	"hubbub/internal/hub"
)

// picture returns a PNG that is so wide and high.
func picture(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// upload uploads something.
func (v *visitor) upload(name, body string) (f api.File) {
	v.Helper()
	v.do("POST", "/uploads?name="+name, body, 201, &f)
	return f
}

func TestUploadIsItsOwnersUntilItIsSaid(t *testing.T) {
	s := start(t, options{})
	ann, eve := s.guest("ann"), s.guest("eve")
	want := picture(t, 40, 30)
	f := ann.upload("cat.png", want)
	if f.Name != "cat.png" || f.Type != "image/png" || f.Width != 40 || f.Height != 30 || f.URL != "/files/"+f.ID+"/cat.png" || f.Thumbnail == "" {
		t.Errorf("uploaded, it is %+v", f)
	}
	if a := ann.ask("GET", f.URL, nil); a.StatusCode != 200 || a.Header.Get("Content-Type") != "image/png" {
		t.Errorf("its owner gets %d %v", a.StatusCode, a.Header)
	}
	for _, v := range []*visitor{eve, s.visitor} {
		if a := v.ask("GET", f.URL, nil); a.StatusCode != 404 {
			t.Errorf("somebody else gets %d", a.StatusCode)
		}
	}
	eve.refused("POST", "/rooms/lobby/messages", api.NewMessage{Text: "look", Files: []string{f.ID}}, 404, "not-found")
	eve.refused("DELETE", "/uploads/"+f.ID, nil, 404, "not-found")

	var first, again api.Done
	ann.do("POST", "/rooms/lobby/messages", api.NewMessage{ID: "a1", Text: "look", Files: []string{f.ID}}, 201, &first)
	ann.do("POST", "/rooms/lobby/messages", api.NewMessage{ID: "a1", Text: "look", Files: []string{f.ID}}, 201, &again)
	if first.Seq != again.Seq {
		t.Errorf("said at %d and at %d", first.Seq, again.Seq)
	}
	ann.refused("POST", "/rooms/lobby/messages", api.NewMessage{ID: "a2", Text: "again", Files: []string{f.ID}}, 409, "conflict")
	ann.refused("DELETE", "/uploads/"+f.ID, nil, 404, "not-found")
	var m api.Event
	eve.do("GET", message(first.Seq), nil, 200, &m)
	if len(m.Files) != 1 || m.Files[0] != f {
		t.Errorf("the message is %+v", m)
	}
	a := s.visitor.ask("GET", f.URL, nil)
	if a.StatusCode != 200 || string(a.body) != want || a.Header.Get("Content-Disposition") != "inline; filename=cat.png" ||
		!strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") || a.Header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(a.Header.Get("Cache-Control"), "private") {
		t.Errorf("everybody gets %d %v", a.StatusCode, a.Header)
	}
	if a := s.visitor.ask("GET", f.Thumbnail, nil); a.StatusCode != 200 {
		t.Errorf("the thumbnail is %d", a.StatusCode)
	}
	ann.do("DELETE", message(first.Seq), nil, 200, nil)
	if a := s.visitor.ask("GET", f.URL, nil); a.StatusCode != 404 {
		t.Errorf("after its message was deleted it is %d", a.StatusCode)
	}
}

func TestWhatABrowserWouldRunIsOnlySaved(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	for name, body := range map[string]string{
		"x.html": "<script>alert(1)</script>", "x.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
		"x.png": "<html><script>alert(1)</script>", "x.js": "alert(1)", "x.pdf": "%PDF-1.4 alert",
	} {
		f := ann.upload(name, body)
		a := ann.ask("GET", f.URL, nil)
		if !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") || strings.Contains(f.Type, "html") || strings.Contains(f.Type, "svg") || strings.Contains(f.Type, "script") {
			t.Errorf("%s is %q, %q", name, f.Type, a.Header.Get("Content-Disposition"))
		}
	}
	f := ann.upload("a%22%0d%0aSet-Cookie:x.txt", "text")
	a := ann.ask("GET", f.URL, nil)
	if a.StatusCode != 200 || len(a.Header.Values("Set-Cookie")) > 0 {
		t.Errorf("%q is %d, %v", f.Name, a.StatusCode, a.Header)
	}
}

func TestUploadsAreBounded(t *testing.T) {
	s := start(t, options{web: web.Config{Quota: 150_000}})
	ann := s.guest("ann")
	var about api.Server
	s.visitor.do("GET", "/server", nil, 200, &about)
	if about.Limits.FileSize != 100_000 || about.Limits.Files != 10 {
		t.Errorf("the limits are %+v", about.Limits)
	}
	ann.refused("POST", "/uploads?name=big.txt", strings.Repeat("x", 100_001), 400, "invalid")
	ann.refused("POST", "/uploads?name=empty.txt", "", 400, "invalid")
	ann.refused("POST", "/uploads?name=", "text", 400, "invalid")
	f := ann.upload("large.txt", strings.Repeat("x", 90_000))
	ann.refused("POST", "/uploads?name=more.txt", strings.Repeat("y", 90_000), 429, "too-many")
	ann.do("DELETE", "/uploads/"+f.ID, nil, 204, nil)
	ann.refused("DELETE", "/uploads/"+f.ID, nil, 404, "not-found")
	f = ann.upload("more.txt", strings.Repeat("y", 90_000))
	ann.do("DELETE", "/uploads/"+f.ID, nil, 204, nil)
	f = ann.upload("more.txt", strings.Repeat("z", 90_000))
	ann.do("DELETE", "/uploads/"+f.ID, nil, 204, nil)
	ann.refused("POST", "/uploads?name=again.txt", strings.Repeat("w", 90_000), 429, "too-many") // all of that is still on the disk
	s.guest("bob").upload("again.txt", strings.Repeat("w", 90_000))
	s.visitor.refused("POST", "/uploads?name=x.txt", "text", 401, "login")
	if a := s.visitor.ask("POST", "/files/x/y", nil); a.StatusCode != 405 {
		t.Errorf("by POST a file is %d", a.StatusCode)
	}
}

func TestATextFileIsSaid(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	f := ann.upload("notes.txt", "tea at five")
	var done api.Done
	ann.do("POST", "/rooms/lobby/messages", api.NewMessage{ID: "a1", Text: "read", Files: []string{f.ID}}, 201, &done)
	var m api.Event
	ann.do("GET", message(done.Seq), nil, 200, &m)
	if len(m.Files) != 1 || m.Files[0].Type != "text/plain" {
		t.Errorf("the message is %+v", m)
	}
	if a := s.visitor.ask("GET", f.URL, nil); a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("everybody gets %d %v", a.StatusCode, a.Header)
	}
}

func TestPartsOfAFileAreSent(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	f := ann.upload("x.txt", "0123456789")
	ann.header = map[string][]string{"Range": {"bytes=2-4"}}
	if a := ann.ask("GET", f.URL, nil); a.StatusCode != 206 || string(a.body) != "234" {
		t.Errorf("a part is %d %q", a.StatusCode, a.body)
	}
}

func TestGuestsUploadWhereTheyMay(t *testing.T) {
	policy := hub.OpenPolicy()
	policy.GuestUploads = false
	s := start(t, options{policy: &policy})
	ann, eve := s.member("ann"), s.guest("eve")
	ann.upload("x.txt", "text")
	eve.refused("POST", "/uploads?name=x.txt", "text", 403, "forbidden")
}

func TestAllUploadsHaveALimit(t *testing.T) {
	s := start(t, options{total: 150_000})
	s.guest("ann").upload("x.txt", strings.Repeat("x", 90_000))
	bob := s.guest("bob")
	bob.refused("POST", "/uploads?name=y.txt", strings.Repeat("y", 90_000), 507, "full")
	bob.upload("y.txt", strings.Repeat("y", 50_000))
}
