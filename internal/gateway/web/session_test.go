package web_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/web"
	"hubbub/internal/hub"
)

// refused wants a refusal of a status and a code.
func (v *visitor) refused(method, path string, body any, status int, code string) {
	v.Helper()
	a := v.ask(method, "/api/v1"+path, body)
	p := a.problem()
	if a.StatusCode != status || p.Code != code || p.Status != status || p.Detail == "" || a.Header.Get("Content-Type") != "application/problem+json" {
		v.Errorf("%s %s: %d %s, want a %d with code %s", method, path, a.StatusCode, a.body, status, code)
	}
}

func TestServerTellsWhatIsPossible(t *testing.T) {
	s := start(t, options{policy: &hub.Policy{Registration: hub.ByInvite}})
	var about api.Server
	s.visitor.do("GET", "/server", nil, 200, &about)
	if about.Name != "chat.example" || about.Registration != "invite" || about.Guests || about.Owner || about.Epoch != s.hub.Epoch() {
		t.Errorf("the server says of itself %+v", about)
	}
	s.visitor.refused("POST", "/session", api.Login{Nick: "otter"}, 401, "login")
	s.visitor.refused("GET", "/rooms", nil, 401, "login")
	s.visitor.refused("POST", "/session", api.Login{Register: &api.Register{Nick: "ann", Password: goodPassword}}, 403, "forbidden")
}

func TestGuestComesInAndComesBack(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	var first, second api.Session
	ann.do("GET", "/session", nil, 200, &first)
	ann.do("GET", "/session", nil, 200, &second)
	if first.Nick != "ann" || first.Role != "guest" || first.User != second.User || s.gateway.OpenVisits() != 1 {
		t.Errorf("ann is %+v, then %+v, in %d sessions", first, second, s.gateway.OpenVisits())
	}
	s.visitor.refused("POST", "/session", api.Login{Nick: "ann"}, 409, "conflict")
	var nobody api.Session
	if s.visitor.do("GET", "/session", nil, 200, &nobody); nobody.User != 0 || nobody.Epoch != s.hub.Epoch() {
		t.Errorf("nobody is %+v", nobody)
	}
	s.visitor.refused("GET", "/me", nil, 401, "login")
	var drawn api.Session
	s.visitor.do("POST", "/session", api.Login{}, 200, &drawn)
	if drawn.Nick == "" || drawn.User == first.User {
		t.Errorf("without a nick one is %+v", drawn)
	}
}

func TestCookieIsTheBrowsersAlone(t *testing.T) {
	s := start(t, options{})
	a := s.visitor.do("POST", "/session", api.Login{Nick: "ann", Cookie: true}, 200, nil)
	set := a.Cookies()
	if len(set) != 1 || strings.Contains(string(a.body), "token") {
		t.Fatalf("cookies %v, body %s", set, a.body)
	}
	c := set[0]
	if c.Name != "hubbub" || !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge < 29*24*3600 {
		t.Errorf("the cookie is %s", c)
	}
	browser := &visitor{site: s, cookie: c.Value}
	var in api.Session
	browser.do("GET", "/session", nil, 200, &in)
	if in.Nick != "ann" {
		t.Errorf("by the cookie one is %+v", in)
	}
	gone := browser.do("DELETE", "/session", nil, 204, nil).Cookies()
	if len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Value != "" {
		t.Errorf("after logging out the cookies are %v", gone)
	}

	s.from(gateway.Peer{Remote: netip.MustParseAddr("192.0.2.1"), Private: true, Secure: true})
	set = s.visitor.do("POST", "/session", api.Login{Nick: "bob", Cookie: true}, 200, nil).Cookies()
	if len(set) != 1 || set[0].Name != "__Host-hubbub" || !set[0].Secure {
		t.Errorf("under https the cookies are %v", set)
	}
}

func TestOtherSitesPagesCannotAct(t *testing.T) {
	s := start(t, options{web: web.Config{Origins: []string{"https://friend.example"}}})
	ann := s.guest("ann")
	for _, c := range []struct {
		header http.Header
		status int
	}{
		{http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, 403},
		{http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://evil.example"}}, 403},
		{http.Header{"Origin": {"https://evil.example"}}, 403},
		{http.Header{"Origin": {"null"}}, 403},
		{http.Header{"Sec-Fetch-Site": {"same-origin"}}, 201},
		{http.Header{"Origin": {s.url}}, 201},
		{http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://friend.example"}}, 201},
		{http.Header{}, 201},
	} {
		v := &visitor{site: s, cookie: ann.token, header: c.header}
		if a := v.ask("POST", "/api/v1/rooms/lobby/messages", api.NewMessage{Text: "hello"}); a.StatusCode != c.status {
			t.Errorf("with %v: %d %s, want %d", c.header, a.StatusCode, a.body, c.status)
		}
		v.do("GET", "/session", nil, 200, nil) // which tells other pages nothing: they can't read it
	}
	other := &visitor{site: s, header: http.Header{"Sec-Fetch-Site": {"cross-site"}}}
	other.refused("GET", "/events", nil, 403, "forbidden")
	form := &visitor{site: s, cookie: ann.token, header: http.Header{"Content-Type": {"text/plain"}}}
	form.refused("POST", "/rooms/lobby/messages", `{"text":"by a form"}`, 400, "invalid")
}

func TestMemberLogsInAndOut(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	s.visitor.refused("POST", "/session", api.Login{User: "ann", Password: "wrong"}, 401, "login")
	s.visitor.refused("POST", "/session", api.Login{User: "nobody", Password: "wrong"}, 401, "login")
	s.visitor.refused("POST", "/session", api.Login{Token: "hub_nonsense"}, 401, "login")
	phone := &visitor{site: s, header: http.Header{"User-Agent": {"Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0"}}}
	var in api.Session
	phone.do("POST", "/session", api.Login{User: "Ann", Password: goodPassword}, 200, &in)
	phone.token = in.Token
	if in.Role != "member" || in.Expires == 0 {
		t.Errorf("ann logged in as %+v", in)
	}
	var all api.Sessions
	ann.do("GET", "/sessions", nil, 200, &all)
	names := ""
	for _, c := range all.Remembered {
		names += c.Name
		if c.Current {
			names += "*"
		}
		names += " "
	}
	if names != "Go-http-client/1.1* Firefox on Android " || len(all.Connections) != 2 || all.Connections[0].From != "192.0.2.1" {
		t.Errorf("ann is logged in with %q, %+v", names, all.Connections)
	}
	phone.do("DELETE", "/session", nil, 204, nil)
	phone.refused("GET", "/session", nil, 401, "login")
	ann.do("GET", "/session", nil, 200, nil)
	var again api.Session
	s.visitor.do("POST", "/session", api.Login{Token: ann.token}, 200, &again)
	if again.Nick != "ann" || again.Token != ann.token {
		t.Errorf("by the token one is %+v", again)
	}
}

func TestLoggingAClientOutEndsWhatCameByIt(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	var in api.Session
	s.visitor.do("POST", "/session", api.Login{User: "ann", Password: goodPassword}, 200, &in)
	laptop := &visitor{site: s, token: in.Token}
	laptop.do("GET", "/session", nil, 200, nil)
	ann.refused("DELETE", "/sessions/9999", nil, 404, "not-found")
	ann.refused("DELETE", "/sessions/x", nil, 404, "not-found")
	ann.do("DELETE", "/sessions/"+chat.Seq(in.Credential).String(), nil, 204, nil)
	laptop.refused("GET", "/session", nil, 401, "login")

	s.visitor.do("POST", "/session", api.Login{User: "ann", Password: goodPassword}, 200, &in)
	other := &visitor{site: s, token: in.Token}
	ann.do("DELETE", "/sessions", nil, 204, nil)
	other.refused("GET", "/session", nil, 401, "login")
	ann.do("GET", "/session", nil, 200, nil)
	s.guest("otter").do("GET", "/sessions", nil, 200, nil)
	s.guest("fox").refused("DELETE", "/sessions", nil, 403, "forbidden")
}

func TestGuestBecomesAMember(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	var before, after api.Session
	ann.do("GET", "/session", nil, 200, &before)
	ann.do("POST", "/session", api.Login{Register: &api.Register{Nick: "ann", Password: goodPassword}}, 200, &after)
	if after.User != before.User || after.Role != "member" {
		t.Errorf("ann was %+v and is %+v", before, after)
	}
	var other api.Session
	if ann.do("GET", "/session", nil, 200, &other); other.User == before.User || other.Role != "guest" {
		t.Errorf("by the guest's secret one still is %+v", other)
	}
	s.visitor.refused("POST", "/session", api.Login{Register: &api.Register{Nick: "bob", Password: "short"}}, 400, "invalid")
	s.visitor.refused("POST", "/session", api.Login{Register: &api.Register{Nick: "ann", Password: goodPassword}}, 409, "conflict")
}

func TestSecretsAreNotTakenWhereOthersListen(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	s.from(gateway.Peer{Remote: netip.MustParseAddr("192.0.2.9")})
	s.visitor.refused("POST", "/session", api.Login{User: "ann", Password: goodPassword}, 403, "forbidden")
	s.visitor.refused("POST", "/session", api.Login{Register: &api.Register{Nick: "bob", Password: goodPassword}}, 403, "forbidden")
	ann.refused("GET", "/session", nil, 403, "forbidden")
	basic := &visitor{site: s, header: http.Header{"Authorization": {basicAuth("ann", goodPassword)}}}
	basic.refused("GET", "/session", nil, 403, "forbidden")
	s.guest("otter") // who has nothing to lose
}

func TestPasswordInTheHeaderIsTaken(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	basic := func(name, password string) *visitor {
		return &visitor{site: s, header: http.Header{"Authorization": {basicAuth(name, password)}}}
	}
	var in api.Session
	basic("ann", goodPassword).do("GET", "/session", nil, 200, &in)
	if in.Nick != "ann" || in.Guest {
		t.Errorf("by a password one is %+v", in)
	}
	basic("ann", ann.token).do("GET", "/session", nil, 200, nil)
	basic("ann", "wrong").refused("GET", "/session", nil, 401, "login")
	basic("otter", "").do("GET", "/session", nil, 200, &in)
	if in.Nick != "otter" || !in.Guest {
		t.Errorf("by a name alone one is %+v", in)
	}
}

func TestOnlyTrustedProxiesTellForWhomTheySpeak(t *testing.T) {
	proxy := netip.MustParseAddr("10.0.0.1")
	s := start(t, options{web: web.Config{Trusts: func(a netip.Addr) bool { return netip.MustParsePrefix("10.0.0.0/8").Contains(a) }}})
	admin := s.admin("ada")
	from := func() string {
		t.Helper()
		var all api.Sessions
		admin.do("GET", "/sessions", nil, 200, &all)
		last := all.Connections[len(all.Connections)-1]
		return last.From
	}
	admin.header = http.Header{"X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Proto": {"https"}}
	if got := from(); got != "192.0.2.1" {
		t.Errorf("a stranger is believed to speak for %s", got)
	}
	s.from(gateway.Peer{Remote: proxy})
	if got := from(); got != "203.0.113.7" {
		t.Errorf("a trusted proxy speaks for %s", got)
	}
	admin.header.Set("X-Forwarded-For", "198.51.100.66, 203.0.113.8, 10.0.0.2")
	if got := from(); got != "203.0.113.8" {
		t.Errorf("two trusted proxies speak for %s", got)
	}
	admin.header.Set("X-Forwarded-For", "nonsense")
	if got := from(); got != "10.0.0.1" {
		t.Errorf("a proxy that tells nonsense speaks for %s", got)
	}
	admin.header.Set("X-Forwarded-Proto", "http")
	admin.refused("GET", "/session", nil, 403, "forbidden")
}

func TestUnknownResourcesAndMethodsAreRefused(t *testing.T) {
	s := start(t, options{})
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/api/v1/nothing", 404, ""},
		{"GET", "/api/v2/session", 404, ""},
		{"PUT", "/api/v1/session", 405, "GET, HEAD, POST, DELETE"},
		{"OPTIONS", "/api/v1/session", 204, "GET, HEAD, POST, DELETE"},
		{"HEAD", "/api/v1/server", 200, ""},
		{"POST", "/page/app.js", 405, "GET, HEAD"},
	} {
		a := s.visitor.ask(c.method, c.path, nil)
		if a.StatusCode != c.status || a.Header.Get("Allow") != c.allow || c.method == "HEAD" && len(a.body) > 0 {
			t.Errorf("%s %s: %d, Allow %q: %s", c.method, c.path, a.StatusCode, a.Header.Get("Allow"), a.body)
		}
	}
}

func TestBodiesAreBoundedAndStrict(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	for _, body := range []string{
		`{"text":`, `[]`, `{"text":7}`, `{"txet":"typo"}`, `{"text":"a"} {"text":"b"}`, "{\"text\":\"" + strings.Repeat("x", 70_000) + "\"}",
	} {
		ann.refused("POST", "/rooms/lobby/messages", body, 400, "invalid")
	}
	ann.refused("GET", "/rooms/lobby/messages?limit=many", nil, 400, "invalid")
	ann.refused("GET", "/rooms/lobby/messages?before=-1", nil, 400, "invalid")
}

func TestTooManyRequestsAreToldWhenToComeBack(t *testing.T) {
	limits := hub.DefaultLimits()
	limits.Rate, limits.Burst = 0.01, 3
	s := start(t, options{limits: limits})
	var last *answer
	for range 5 {
		last = s.visitor.ask("GET", "/api/v1/rooms", nil)
	}
	if last.StatusCode != 429 || last.Header.Get("Retry-After") == "" || last.problem().Code != "too-many" {
		t.Errorf("the fifth request is answered with %d %s", last.StatusCode, last.body)
	}
}
