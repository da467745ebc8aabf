package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hubbub/api"
	"hubbub/internal/gateway/web"
	"hubbub/internal/oidc"
	"hubbub/internal/oidc/oidctest"
	"hubbub/internal/passkey/passkeytest"
)

func TestPasskeyLetsItsOwnerIn(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	phone := passkeytest.New(origin, "chat.example.org")
	var question api.PasskeyQuestion
	ann.do("POST", "/me/passkeys", nil, 200, &question)
	made := api.PasskeyAnswer{Ceremony: question.Ceremony, Name: "phone", Response: phone.Create(question.Options, passkeytest.ES256)}
	s.member("eve").refused("POST", "/me/passkeys/finish", made, 403, "forbidden")
	ann.do("POST", "/me/passkeys", nil, 200, &question)
	made = api.PasskeyAnswer{Ceremony: question.Ceremony, Name: "phone", Response: phone.Create(question.Options, passkeytest.ES256)}
	ann.do("POST", "/me/passkeys/finish", made, 204, nil)
	var all api.Credentials
	ann.do("GET", "/me/passkeys", nil, 200, &all)
	if len(all.Credentials) != 1 || all.Credentials[0].Name != "phone" || all.Credentials[0].Proof != "passkey" {
		t.Errorf("the passkeys are %+v", all)
	}

	s.visitor.do("POST", "/session/passkey", nil, 200, &question)
	answer := api.PasskeyAnswer{Ceremony: question.Ceremony, Response: phone.Get(question.Options), Cookie: true}
	var in api.Session
	a := s.visitor.do("POST", "/session/passkey/finish", answer, 200, &in)
	if in.Nick != "ann" || len(a.Cookies()) != 1 {
		t.Errorf("by the passkey one is %+v, with %v", in, a.Cookies())
	}
	if a := s.visitor.ask("POST", "/api/v1/session/passkey/finish", answer); a.StatusCode < 400 {
		t.Errorf("the same answer counts twice: %s", a.body)
	}
	s.guest("otter").refused("POST", "/me/passkeys", nil, 403, "forbidden")
}

// elsewhere is a site that lets in who has an account at an issuer, and a browser
// there.
func elsewhere(t *testing.T) (*site, *oidctest.Issuer) {
	t.Helper()
	issuer := oidctest.New(t)
	p, err := oidc.New(oidc.Config{Issuer: issuer.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Name: "the firm", Register: true})
	if err != nil {
		t.Fatal(err)
	}
	return start(t, options{oidc: p, web: web.Config{Origins: []string{origin}}}), issuer
}

// visit goes to the issuer, logs in there as somebody, and comes back.
func (s *site) visit(issuer *oidctest.Issuer, start, subject, session string) *answer {
	s.Helper()
	browser := &visitor{site: s, cookie: session}
	a := browser.ask("GET", "/api/v1/oidc/start"+start, nil)
	if a.StatusCode != 302 || !strings.HasPrefix(a.Header.Get("Location"), issuer.URL) || len(a.Cookies()) != 1 {
		s.Fatalf("start: %d %v %s", a.StatusCode, a.Header, a.body)
	}
	browser.header = http.Header{}
	cookies := a.Cookies()[0].Name + "=" + a.Cookies()[0].Value
	if session != "" {
		cookies += "; hubbub=" + session
	}
	browser.cookie = ""
	browser.header.Set("Cookie", cookies)
	return browser.ask("GET", "/api/v1/oidc/callback?"+issuer.Visit(a.Header.Get("Location"), subject).Encode(), nil)
}

// cookie returns the cookie of that name that an answer sets, or "".
func (a *answer) cookie(name string) string {
	for _, c := range a.Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestAccountElsewhereLetsPeopleIn(t *testing.T) {
	s, issuer := elsewhere(t)
	var about api.Server
	s.visitor.do("GET", "/server", nil, 200, &about)
	if about.OIDC == nil || about.OIDC.Name != "the firm" || !about.Passkeys {
		t.Errorf("the server says of itself %+v", about)
	}
	a := s.visit(issuer, "?to=/tea", "alice", "")
	if a.StatusCode != 302 || a.Header.Get("Location") != "/?newcomer=alice" {
		t.Fatalf("somebody new is sent to %d %v %s", a.StatusCode, a.Header, a.body)
	}
	newcomer := &visitor{site: s, header: http.Header{"Cookie": {"hubbub-oidc=" + a.cookie("hubbub-oidc")}}}
	var in api.Session
	newcomer.do("POST", "/session", api.Login{Register: &api.Register{Nick: "alice"}}, 200, &in)
	if in.Nick != "alice" || in.Role != "member" {
		t.Errorf("registered, one is %+v", in)
	}
	for to, want := range map[string]string{"/tea/812": "/tea/812", "": "/", "//evil.example": "/", "https://evil.example": "/", "/\\evil.example": "/"} {
		a = s.visit(issuer, "?to="+url.QueryEscape(to), "alice", "")
		back := &visitor{site: s, cookie: a.cookie("hubbub")}
		if a.StatusCode != 302 || a.Header.Get("Location") != want || back.cookie == "" {
			t.Errorf("to %q one comes back to %d %v", to, a.StatusCode, a.Header)
			continue
		}
		if back.do("GET", "/session", nil, 200, &in); in.Nick != "alice" {
			t.Errorf("come back, one is %+v", in)
		}
	}
	if a := s.visitor.ask("GET", "/api/v1/oidc/callback?code=x&state=y", nil); a.StatusCode != 403 || len(a.Cookies()) > 0 {
		t.Errorf("somebody who never left: %d %v", a.StatusCode, a.Header)
	}
}

func TestAccountElsewhereIsLinked(t *testing.T) {
	s, issuer := elsewhere(t)
	ann := s.member("ann")
	a := s.visit(issuer, "?link&to=/", "anna", ann.token)
	if a.StatusCode != 302 || a.Header.Get("Location") != "/" {
		t.Fatalf("linked: %d %v %s", a.StatusCode, a.Header, a.body)
	}
	a = s.visit(issuer, "", "anna", "")
	var in api.Session
	(&visitor{site: s, cookie: a.cookie("hubbub")}).do("GET", "/session", nil, 200, &in)
	if in.Nick != "ann" {
		t.Errorf("by the account elsewhere one is %+v", in)
	}
	if a := s.visitor.ask("GET", "/api/v1/oidc/start?link", nil); a.StatusCode != 401 {
		t.Errorf("nobody links: %d", a.StatusCode)
	}
	led := &visitor{site: s, cookie: ann.token, header: http.Header{"Sec-Fetch-Site": {"cross-site"}}}
	if a := led.ask("GET", "/api/v1/oidc/start?link", nil); a.StatusCode != 403 {
		t.Errorf("another site has somebody link: %d", a.StatusCode)
	}
}
