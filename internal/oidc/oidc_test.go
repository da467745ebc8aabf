package oidc_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/oidc"
	"hubbub/internal/oidc/oidctest"
)

const redirect = "https://chat.example.org/login/back"

func provider(t testing.TB, i *oidctest.Issuer, change func(*oidc.Config)) *oidc.Provider {
	t.Helper()
	cfg := oidc.Config{Issuer: i.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Name: "the firm"}
	if change != nil {
		change(&cfg)
	}
	p, err := oidc.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// visit logs somebody in at the provider, with the answer changed on the way.
func visit(t testing.TB, p *oidc.Provider, i *oidctest.Issuer, subject string, change func(url.Values)) (oidc.Identity, *chat.Error) {
	t.Helper()
	where, attempt, err := p.Begin(t.Context(), redirect)
	if err != nil {
		t.Fatal(err, err.Cause)
	}
	back := i.Visit(where, subject)
	if change != nil {
		change(back)
	}
	return p.Finish(t.Context(), attempt, back)
}

func TestAnAccountElsewhereProvesTheSamePersonEachTime(t *testing.T) {
	i := oidctest.New(t)
	p := provider(t, i, nil)
	alice, err := visit(t, p, i, "alice", nil)
	if err != nil {
		t.Fatal(err, err.Cause)
	}
	again, err := visit(t, p, i, "alice", nil)
	if err != nil || again.Key != alice.Key || alice.Nick != "alice" {
		t.Errorf("%+v, then %+v, %v", alice, again, err)
	}
	bob, err := visit(t, p, i, "bob", nil)
	if err != nil || bob.Key == alice.Key {
		t.Errorf("bob is %+v, %v", bob, err)
	}
	if i.Asked() != 1 {
		t.Errorf("it was asked %d times what it is", i.Asked())
	}
}

func TestWhatIsClaimedWronglyIsRefused(t *testing.T) {
	i := oidctest.New(t)
	p := provider(t, i, nil)
	for name, claims := range map[string]map[string]any{
		"another nonce":        {"nonce": "x"},
		"no nonce":             {"nonce": nil},
		"another audience":     {"aud": "somebody else"},
		"no audience":          {"aud": nil},
		"two, and for neither": {"aud": []string{oidctest.ClientID, "other"}},
		"for another party":    {"aud": []string{oidctest.ClientID, "other"}, "azp": "other"},
		"over":                 {"exp": time.Now().Add(-time.Minute).Unix()},
		"another issuer":       {"iss": "https://evil.example"},
		"of nobody":            {"sub": ""},
		"of a long name":       {"sub": strings.Repeat("x", 256)},
		"not yet":              {"nbf": time.Now().Add(time.Hour).Unix()},
	} {
		i.Say(claims)
		if _, err := visit(t, p, i, "alice", nil); err == nil || err.Code != chat.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	i.Say(map[string]any{"aud": []string{oidctest.ClientID, "other"}, "azp": oidctest.ClientID})
	if _, err := visit(t, p, i, "alice", nil); err != nil {
		t.Errorf("for us among others: %v", err.Cause)
	}
	i.Say(nil)
	i.Forge()
	if _, err := visit(t, p, i, "alice", nil); err == nil {
		t.Error("anybody may sign")
	}
}

func TestWhatComesBackWronglyIsRefused(t *testing.T) {
	i := oidctest.New(t)
	p := provider(t, i, nil)
	for name, change := range map[string]func(url.Values){
		"the state of another browser": func(q url.Values) { q.Set("state", "x") },
		"no state":                     func(q url.Values) { q.Del("state") },
		"two states":                   func(q url.Values) { q.Add("state", "x") },
		"no code":                      func(q url.Values) { q.Del("code") },
		"another code":                 func(q url.Values) { q.Set("code", "x") },
		"a long code":                  func(q url.Values) { q.Set("code", strings.Repeat("x", 5000)) },
		"another issuer":               func(q url.Values) { q.Set("iss", "https://evil.example") },
		"an error":                     func(q url.Values) { q.Set("error", "server_error") },
		"a refusal":                    func(q url.Values) { q.Set("error", "access_denied") },
		"nothing":                      func(q url.Values) { maps.DeleteFunc(q, func(string, []string) bool { return true }) },
	} {
		if _, err := visit(t, p, i, "alice", change); err == nil || err.Code != chat.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Finish(t.Context(), oidc.Attempt{}, url.Values{"state": {""}, "code": {"x"}}); err == nil {
		t.Error("what has not begun ends")
	}
}

// A code that is stolen on its way is of no use to who has not begun.
func TestACodeIsGoodForWhoHasBegunOnly(t *testing.T) {
	i := oidctest.New(t)
	p := provider(t, i, nil)
	where, _, err := p.Begin(t.Context(), redirect)
	if err != nil {
		t.Fatal(err)
	}
	stolen := i.Visit(where, "alice")
	if _, err := visit(t, p, i, "eve", func(q url.Values) { q["code"] = stolen["code"] }); err == nil || err.Code != chat.Forbidden {
		t.Errorf("%v", err)
	}
}

func TestOnlyAddressesOfItsDomainsComeIn(t *testing.T) {
	i := oidctest.New(t)
	p := provider(t, i, func(c *oidc.Config) { c.Domains = []string{"example.org", "example.com"} })
	for email, c := range map[string]struct {
		verified any
		good     bool
	}{
		"a@example.org": {true, true}, "b@EXAMPLE.com": {"true", true}, "c@example.org": {false, false}, "d@example.org": {nil, false},
		"e@evil.example": {true, false}, "f@example.org@evil.example": {true, false}, "@example.org": {true, false}, "example.org": {true, false}, "": {true, false},
	} {
		i.Say(map[string]any{"email": email, "email_verified": c.verified})
		if _, err := visit(t, p, i, "alice", nil); (err == nil) != c.good {
			t.Errorf("%q, verified %v: %v", email, c.verified, err)
		}
	}
}

func TestANickIsSuggestedIfOneCanBeMade(t *testing.T) {
	i := oidctest.New(t)
	p := provider(t, i, nil)
	for said, want := range map[any]string{
		"alice": "alice", "alice@example.org": "alice", "Alice Liddell": "Alice_Liddell", "  bob\x1b[31m ": "bob", "#lobby": "lobby", "12": "",
		"łucja": "łucja", "---": "", "": "", nil: "", 7: "", strings.Repeat("x", 300): strings.Repeat("x", chat.MaxNick), "1st": "1st", "🙂": "",
	} {
		i.Say(map[string]any{"preferred_username": said})
		if who, err := visit(t, p, i, "somebody", nil); err != nil || who.Nick != want {
			t.Errorf("%v becomes %q, not %q (%v)", said, who.Nick, want, err)
		}
	}
	i.Say(map[string]any{"preferred_username": nil})
	i.Tell(map[string]any{"sub": "somebody", "preferred_username": "carol"})
	if who, err := visit(t, p, i, "somebody", nil); err != nil || who.Nick != "carol" {
		t.Errorf("what is told beside the token: %+v, %v", who, err)
	}
	i.Tell(map[string]any{"sub": "somebody else", "preferred_username": "eve"})
	if who, err := visit(t, p, i, "somebody", nil); err != nil || who.Nick != "" {
		t.Errorf("what is told of somebody else: %+v, %v", who, err)
	}
}

func TestAProviderThatIsDownIsAskedAgain(t *testing.T) {
	i := oidctest.New(t)
	p := provider(t, i, nil)
	where, attempt, err := p.Begin(t.Context(), redirect)
	if err != nil {
		t.Fatal(err)
	}
	back := i.Visit(where, "alice")
	i.Down(true)
	if _, err := p.Finish(t.Context(), attempt, back); err == nil || err.Code != chat.Unavailable {
		t.Errorf("while it is down: %v", err)
	}
	i.Down(false)
	if _, err := visit(t, p, i, "alice", nil); err != nil {
		t.Errorf("it is up again: %v", err)
	}
}

// outage is a network on which there is nobody.
type outage struct{ asked int }

func (o *outage) RoundTrip(*http.Request) (*http.Response, error) {
	o.asked++
	return nil, errors.New("no route to host")
}

func TestAProviderThatIsDownIsLeftAloneForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := new(outage)
		p, err := oidc.New(oidc.Config{Issuer: "https://id.example.org", ClientID: "hubbub", Transport: net})
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if _, _, err := p.Begin(t.Context(), redirect); err == nil || err.Code != chat.Unavailable || !strings.Contains(err.Text, "id.example.org") {
				t.Fatal(err)
			}
		}
		if net.asked != 1 {
			t.Errorf("it was asked %d times", net.asked)
		}
		<-time.After(5 * time.Second)
		p.Begin(t.Context(), redirect)
		if net.asked != 2 {
			t.Errorf("it was asked %d times", net.asked)
		}
	})
}

// flood answers without an end.
type flood struct{ read int }

func (f *flood) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	f.read += len(b)
	return len(b), nil
}

func (f *flood) Close() error { return nil }

func (f *flood) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: f, Header: http.Header{}, Request: r}, nil
}

func TestAnAnswerIsBounded(t *testing.T) {
	endless := new(flood)
	p, err := oidc.New(oidc.Config{Issuer: "https://id.example.org", ClientID: "hubbub", Transport: endless})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Begin(t.Context(), redirect); err == nil {
		t.Error("there is an end to it")
	}
	if endless.read > 2<<20 {
		t.Errorf("%d bytes were read", endless.read)
	}
}

func TestOneWhoStopsWaitingKeepsNobodyWaiting(t *testing.T) {
	i := oidctest.New(t)
	p := provider(t, i, nil)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := p.Begin(gone, redirect); err == nil {
		t.Error("who is gone gets an answer")
	}
	if _, _, err := p.Begin(t.Context(), redirect); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// published answers with what a provider publishes about itself.
type published string

func (s published) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(s))), Header: http.Header{}, Request: r}, nil
}

func TestOnlySecureProvidersAreBelieved(t *testing.T) {
	for _, issuer := range []string{"", "http://id.example.org", "https://", "id.example.org", "https://id.example.org?a=b", "https://id.example.org#a", "https://a@id.example.org", "ftp://localhost", "https://%zz"} {
		if _, err := oidc.New(oidc.Config{Issuer: issuer, ClientID: "hubbub"}); err == nil {
			t.Errorf("%q can be one", issuer)
		}
	}
	for _, cfg := range []oidc.Config{{}, {ClientID: "hubbub", Name: strings.Repeat("x", 65)}, {ClientID: "hubbub", Name: "a\nb"}} {
		cfg.Issuer = "https://id.example.org"
		if _, err := oidc.New(cfg); err == nil {
			t.Errorf("%+v is enough", cfg)
		}
	}
	const right = `{"issuer":"https://id.example.org","authorization_endpoint":"https://id.example.org/a","token_endpoint":"https://id.example.org/t","jwks_uri":"https://id.example.org/k"}`
	begin := func(text string) *chat.Error {
		p, err := oidc.New(oidc.Config{Issuer: "https://id.example.org", ClientID: "hubbub", Transport: published(text)})
		if err != nil {
			t.Fatal(err)
		}
		_, _, refused := p.Begin(t.Context(), redirect)
		return refused
	}
	if err := begin(right); err != nil {
		t.Error(err)
	}
	for _, part := range []string{`"https://id.example.org"`, `"https://id.example.org/a"`, `"https://id.example.org/t"`, `"https://id.example.org/k"`} {
		if err := begin(strings.Replace(right, part, `"http://id.example.org"`, 1)); err == nil {
			t.Errorf("it is believed without %s", part)
		}
	}
}

func FuzzFinish(f *testing.F) {
	i := oidctest.New(f)
	p := provider(f, i, nil)
	_, attempt, err := p.Begin(context.Background(), redirect)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("state=x&code=y&iss=z")
	f.Add("error=access_denied&state=")
	f.Fuzz(func(t *testing.T, query string) {
		q, _ := url.ParseQuery(query)
		if who, err := p.Finish(t.Context(), attempt, q); err == nil {
			t.Errorf("%q proves %+v", query, who)
		} else if !slices.Contains([]chat.Code{chat.Forbidden, chat.Unavailable}, err.Code) {
			t.Errorf("%q: %v", query, err)
		}
	})
}
