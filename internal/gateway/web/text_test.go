package web_test

import (
	"bufio"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hubbub/api"
	"hubbub/internal/hub"
)

// clocks are the times in lines.
var clocks = regexp.MustCompile(`(?m)^\d\d:\d\d `)

// lines returns what is at an address as text, without the times.
func (v *visitor) lines(path string, status int) string {
	v.Helper()
	a := v.ask("GET", path, nil)
	if a.StatusCode != status || a.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		v.Fatalf("GET %s: %d %s %s", path, a.StatusCode, a.Header.Get("Content-Type"), a.body)
	}
	return clocks.ReplaceAllString(string(a.body), "")
}

func TestRoomsAreTextForPrograms(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	for i := range 25 {
		ann.say(fmt.Sprintf("message %d", i))
	}
	last := ann.say("two\nlines\x1b[2J")
	text := s.visitor.lines("/lobby", 200)
	if !strings.HasPrefix(text, "<ann> message 6\n") || !strings.HasSuffix(text, "<ann> message 24\n<ann> two\n      | lines\n") {
		t.Errorf("the lobby reads\n%s", text)
	}
	if text := s.visitor.lines("/r/lobby?limit=1", 200); text != "<ann> two\n      | lines\n" {
		t.Errorf("its last line reads\n%s", text)
	}
	if text := s.visitor.lines(fmt.Sprintf("/lobby/%d", last), 200); text != "<ann> two\n      | lines\n" {
		t.Errorf("its last message reads\n%s", text)
	}
	ann.do("POST", "/rooms", api.NewRoom{Name: "tea"}, 201, nil)
	s.visitor.lines(fmt.Sprintf("/tea/%d", last), 404)
	if text := s.visitor.lines("/", 200); !strings.Contains(text, "/tea ") || !strings.Contains(text, "curl "+s.url+"/lobby") {
		t.Errorf("the rooms read\n%s", text)
	}
	for _, path := range []string{"/nowhere", "/lobby/x", "/lobby/0", "/lobby/1/2", "/.well-known/x", "/d"} {
		if text := s.visitor.lines(path, 404); strings.Count(text, "\n") != 1 {
			t.Errorf("%s reads\n%s", path, text)
		}
	}
}

func TestRoomsAreThePageForBrowsers(t *testing.T) {
	s := start(t, options{})
	browser := &visitor{site: s, header: http.Header{"Accept": {"text/html,application/xhtml+xml,*/*;q=0.8"}, "Accept-Encoding": {"gzip, br"}}}
	for _, path := range []string{"/", "/lobby", "/lobby/812", "/r/api", "/d/ann"} {
		a := browser.ask("GET", path, nil)
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" || a.Header.Get("Content-Encoding") != "gzip" ||
			!strings.Contains(a.Header.Get("Content-Security-Policy"), "script-src 'self'") || !strings.Contains(strings.Join(a.Header.Values("Vary"), " "), "Accept") {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
		browser.header.Set("If-None-Match", a.Header.Get("ETag"))
		if a := browser.ask("GET", path, nil); a.StatusCode != 304 || len(a.body) > 0 {
			t.Errorf("%s again: %d", path, a.StatusCode)
		}
		browser.header.Del("If-None-Match")
	}
	plain := s.visitor.ask("GET", "/page/app.js", nil)
	if plain.Header.Get("Cache-Control") != "no-cache" || plain.Header.Get("Content-Encoding") != "" {
		t.Errorf("a file that may change: %v", plain.Header)
	}
	browser.header.Del("Accept-Encoding")
	index := browser.ask("GET", "/", nil)
	file := regexp.MustCompile(`/page/[0-9a-f]+/app\.js`).Find(index.body)
	if a := s.visitor.ask("GET", string(file), nil); a.StatusCode != 200 || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %d %v", file, a.StatusCode, a.Header)
	}
	if a := s.visitor.ask("GET", "/page/nothing.js", nil); a.StatusCode != 404 {
		t.Errorf("a file that there is not: %d", a.StatusCode)
	}
}

// saying makes a request as curl -d does.
func (v *visitor) saying(path, body, kind string) *answer {
	v.Helper()
	if v.header == nil {
		v.header = http.Header{}
	}
	v.header.Set("Content-Type", kind)
	return v.ask("POST", path, body)
}

const formKind = "application/x-www-form-urlencoded"

func TestWhatIsPostedToARoomIsSaid(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	a := ann.saying("/lobby", "deploy done & well=100%\n", formKind)
	if a.StatusCode != 201 || len(a.body) > 0 || !regexp.MustCompile(`^/lobby/\d+$`).MatchString(a.Header.Get("Location")) {
		t.Fatalf("said: %d %s %v", a.StatusCode, a.body, a.Header)
	}
	if text := ann.lines(a.Header.Get("Location"), 200); text != "<ann> deploy done & well=100%\n" {
		t.Errorf("it reads %q", text)
	}
	ann.header.Set("Accept", "application/json")
	if a := ann.saying("/lobby", `{"text":"as JSON","action":true}`, "application/json"); a.StatusCode != 201 || !strings.Contains(string(a.body), `"seq"`) {
		t.Errorf("said as JSON: %d %s", a.StatusCode, a.body)
	}
	for body, kind := range map[string]string{"": formKind, `{"txet":"x"}`: "application/json", strings.Repeat("x", 70_000): formKind} {
		if a := ann.saying("/lobby", body, kind); a.StatusCode != 400 || a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.20q: %d %s", body, a.StatusCode, a.body)
		}
	}
	if a := s.visitor.saying("/nowhere", "hello?", formKind); a.StatusCode != 404 || !strings.HasPrefix(string(a.body), "There is no room") {
		t.Errorf("to a room that there is not: %d %s", a.StatusCode, a.body)
	}
}

func TestStrangerSaysSomethingAsAGuest(t *testing.T) {
	s := start(t, options{})
	s.guest("ann").do("POST", "/rooms", api.NewRoom{Name: "tea"}, 201, nil)
	for _, path := range []string{"/tea", "/tea", "/tea?nick=otter"} {
		if a := s.visitor.saying(path, "hello by "+path, formKind); a.StatusCode != 201 {
			t.Fatalf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if text := s.visitor.lines("/tea", 200); text != "<guest> hello by /tea\n<guest> hello by /tea\n<otter> hello by /tea?nick=otter\n" {
		t.Errorf("the room reads\n%s", text)
	}
	if a := s.visitor.saying("/tea?nick=ann", "it is me", formKind); a.StatusCode != 409 {
		t.Errorf("under another's nick: %d %s", a.StatusCode, a.body)
	}
	closed := start(t, options{policy: &hub.Policy{Registration: hub.Open}})
	if a := closed.visitor.saying("/lobby", "hello", formKind); a.StatusCode != 401 {
		t.Errorf("where guests are not let in: %d %s", a.StatusCode, a.body)
	}
	closed.visitor.lines("/lobby", 401)
}

func TestConversationIsReachedByNick(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.guest("ann"), s.guest("bob")
	ann.lines("/d/bob", 404)
	if a := ann.saying("/d/bob", "psst", formKind); a.StatusCode != 201 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if text := bob.lines("/d/ann", 200); text != "<ann> psst\n" {
		t.Errorf("bob reads %q", text)
	}
	s.guest("eve").lines("/d/ann", 404)
}

// follow opens a stream of lines.
func (v *visitor) follow(path string) *bufio.Reader {
	v.Helper()
	r, err := http.NewRequest("GET", v.url+path, nil)
	if err != nil {
		v.Fatal(err)
	}
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		v.Fatal(err)
	}
	v.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != 200 {
		v.Fatalf("%s: %d", path, response.StatusCode)
	}
	return bufio.NewReader(response.Body)
}

// next wants a line, without its time.
func (v *visitor) next(r *bufio.Reader, want string) {
	v.Helper()
	line, err := r.ReadString('\n')
	if got := clocks.ReplaceAllString(line, ""); got != want+"\n" || err != nil {
		v.Errorf("the next line is %q, %v; want %q", got, err, want)
	}
}

func TestRoomIsFollowed(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	ann.say("one")
	ann.say("two")
	looker, member := s.visitor.follow("/lobby?follow&limit=1"), ann.follow("/lobby?follow")
	s.visitor.next(looker, "<ann> two")
	ann.next(member, "<ann> one")
	ann.next(member, "<ann> two")
	ann.say("three\nlines")
	for _, r := range []*bufio.Reader{looker, member} {
		ann.next(r, "<ann> three")
		ann.next(r, "      | lines")
	}
	ann.do("POST", "/rooms", api.NewRoom{Name: "tea", Private: true}, 201, nil)
	s.visitor.lines("/tea?follow", 404)
	secret := ann.follow("/tea?follow")
	ann.do("POST", "/rooms/tea/messages", api.NewMessage{Text: "psst"}, 201, nil)
	ann.next(secret, "<ann> psst")
}

func TestFollowingEndsWhenTheRoomIsClosed(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	ann.do("POST", "/rooms", api.NewRoom{Name: "tea"}, 201, nil)
	looker := s.visitor.follow("/tea?follow")
	ann.do("PATCH", "/rooms/tea", api.RoomChange{Rules: &api.Rules{InviteOnly: ptr(true)}}, 200, nil)
	ann.do("POST", "/rooms/tea/messages", api.NewMessage{Text: "among ourselves"}, 201, nil)
	if rest, err := looker.ReadString('\n'); rest != "" || err == nil {
		t.Errorf("it goes on with %q", rest)
	}
}

func TestEventsAreForLookersInToo(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	events := s.visitor.follow("/api/v1/events?room=lobby")
	seq := ann.say("hello")
	for text := ""; !strings.Contains(text, fmt.Sprintf(`"seq":%d`, seq)) || !strings.Contains(text, `"text":"hello"`); {
		line, err := events.ReadString('\n')
		if err != nil {
			t.Fatalf("%v after %q", err, text)
		}
		text = line
	}
	if n := s.hub.Census().Here; n != 1 {
		t.Errorf("%d people are here", n)
	}
}
