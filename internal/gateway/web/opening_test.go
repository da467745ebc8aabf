package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"hubbub/api"
	"hubbub/internal/gateway"
)

// opening is what a document holds for the page to begin with.
type opening struct {
	Server  api.Server
	Session api.Session
	Rooms   []api.Room
	All     bool
	Room    uint64
	Page    api.Messages
}

// opens asks for a room as a browser that shows it, and returns what the page opens with;
// nil for nothing.
func (v *visitor) opens(path string, header http.Header) *opening {
	v.Helper()
	browser := &visitor{site: v.site, cookie: v.token, header: http.Header{"Accept": {"text/html"}, "Sec-Fetch-Dest": {"document"}, "Sec-Fetch-Site": {"none"}}}
	for name, values := range header {
		browser.header[name] = values
	}
	a := browser.ask("GET", path, nil)
	_, from, ok := strings.Cut(string(a.body), `<script type="application/json" id="opening">`)
	if a.StatusCode != 200 || !strings.Contains(string(a.body), `src="/page/`) || !strings.Contains(a.Header.Get("Content-Security-Policy"), "script-src 'self'") {
		v.Fatalf("%s: %d %v %s", path, a.StatusCode, a.Header, a.body)
	}
	if vary := fmt.Sprint(a.Header.Values("Vary")); !strings.Contains(vary, "Cookie") || !strings.Contains(vary, "Sec-Fetch-Dest") {
		v.Errorf("%s varies with %s", path, vary)
	}
	if !ok {
		if strings.Contains(string(a.body), `id="opening"`) || a.Header.Get("Cache-Control") != "no-cache" {
			v.Errorf("%s opens with nothing: %v %s", path, a.Header, a.body)
		}
		return nil
	}
	if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("ETag") != "" {
		v.Errorf("what is somebody's may be kept: %v", a.Header)
	}
	text, _, _ := strings.Cut(from, "</script>")
	var o opening
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		v.Fatalf("%s opens with %v in %s", path, err, text)
	}
	return &o
}

func TestThePageOpensWithWhatItWouldAskFor(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.member("ann"), s.member("bob")
	ann.do("POST", "/rooms", api.NewRoom{Name: "#tea"}, 201, nil)
	first := ann.say("</script><script>alert(1)</script>")
	for i := range 60 {
		ann.say(fmt.Sprint("number ", i))
	}
	var session api.Session
	var want api.Messages
	var rooms api.RoomList
	ann.do("GET", "/session", nil, 200, &session)
	ann.do("GET", "/rooms?joined", nil, 200, &rooms)
	ann.do("GET", "/rooms/lobby/messages", nil, 200, &want)

	o := ann.opens("/lobby", nil)
	if o == nil || o.Session != session || o.Server.Epoch != session.Epoch || !o.All || fmt.Sprint(o.Rooms) != fmt.Sprint(rooms.Rooms) {
		t.Fatalf("the lobby opens with %+v", o)
	}
	if o.Room != rooms.Rooms[0].ID || fmt.Sprint(o.Page) != fmt.Sprint(want) || o.Page.Before == 0 {
		t.Errorf("it shows %d with %+v, want %+v", o.Room, o.Page, want)
	}
	at := fmt.Sprint("/lobby/", first)
	if o := ann.opens(at, nil); o == nil || o.Page.After == 0 || !strings.Contains(texts(o.Page.Messages), "<script>alert(1)") {
		t.Errorf("%s opens with %+v", at, o)
	}
	for path, want := range map[string]string{"/": "#lobby", "/tea": "#tea", "/r/tea": "#tea", "/nowhere": "", "/d/bob": ""} {
		if o := ann.opens(path, nil); o == nil || nameOf(o) != want || len(o.Rooms) != 2 {
			t.Errorf("%s opens with %+v, want %s shown", path, o, want)
		}
	}
	if o := bob.opens("/tea", nil); o == nil || o.Room != 0 || len(o.Page.Messages) > 0 {
		t.Errorf("a room that one is not in opens with %+v", o)
	}
}

// nameOf returns what the room is called that is to be shown.
func nameOf(o *opening) string {
	for _, room := range o.Rooms {
		if room.ID == o.Room {
			return room.Name
		}
	}
	return ""
}

func TestWithoutAnAddressThePageOpensWithWhatIsUnread(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.member("ann"), s.member("bob")
	var made api.Room
	ann.do("POST", "/rooms", api.NewRoom{Name: "#tea"}, 201, &made)
	bob.do("PUT", "/rooms/tea/membership", nil, 200, nil)
	ann.do("POST", "/rooms/tea/messages", api.NewMessage{Text: "it is ready"}, 201, nil)
	if o := bob.opens("/", nil); o == nil || o.Room != made.ID || !strings.Contains(texts(o.Page.Messages), "it is ready") {
		t.Errorf("bob begins with %+v", o)
	}
}

func TestOfManyRoomsThePageOpensWithSome(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	s.member("bob")
	ann.do("POST", "/rooms/@bob/messages", api.NewMessage{Text: "hello"}, 201, nil)
	for i := range 60 {
		ann.do("POST", "/rooms", api.NewRoom{Name: fmt.Sprintf("#room-%03d", 200-i)}, 201, nil)
	}
	o := ann.opens("/room-200", nil)
	if o == nil || o.All || len(o.Rooms) != 51 || nameOf(o) != "#room-200" || o.Rooms[0].Name != "#lobby" || o.Rooms[1].Name != "#room-141" {
		t.Fatalf("it opens with %+v", o)
	}
	if o := ann.opens("/room-141", nil); o == nil || len(o.Rooms) != 50 || nameOf(o) != "#room-141" {
		t.Errorf("one of the first opens with %+v", o)
	}
	if o := ann.opens("/d/bob", nil); o == nil || len(o.Rooms) != 51 || o.Room == 0 || texts(o.Page.Messages) != "hello" {
		t.Errorf("a conversation opens with %+v", o)
	}
}

func TestThePageOpensWithNothingForOthers(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	for _, header := range []http.Header{
		{"Sec-Fetch-Dest": {"empty"}}, // as the service worker asks, and keeps it
		{"Sec-Fetch-Site": {"cross-site"}},
	} {
		if o := ann.opens("/lobby", header); o != nil {
			t.Errorf("with %v it opens with %+v", header, o)
		}
	}
	silent := http.Header{"Sec-Fetch-Dest": nil, "Sec-Fetch-Site": nil}
	if ann.opens("/lobby", silent) == nil {
		t.Error("by plain HTTP, where browsers don't say what they ask for, it opens with nothing")
	}
	for _, token := range []string{"", "nonsense", "g.nonsense"} {
		if o := (&visitor{site: s, token: token}).opens("/lobby", nil); o != nil {
			t.Errorf("for %q it opens with %+v", token, o)
		}
	}
	ann.do("DELETE", "/session", nil, 204, nil)
	if o := ann.opens("/lobby", nil); o != nil {
		t.Errorf("for who has logged out it opens with %+v", o)
	}
	s.from(gateway.Peer{Remote: netip.MustParseAddr("192.0.2.1"), Private: true, Secure: true})
	bob := s.member("bob")
	secure := http.Header{"Cookie": {"__Host-hubbub=" + bob.token}}
	if bob.opens("/lobby", secure) == nil {
		t.Error("under https it opens with nothing")
	}
	secure["Sec-Fetch-Dest"] = nil
	if o := bob.opens("/lobby", secure); o != nil {
		t.Errorf("under https, to a browser that does not say what it asks for, it opens with %+v", o)
	}
}
