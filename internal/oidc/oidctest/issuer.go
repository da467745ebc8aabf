// Package oidctest has somebody who keeps accounts, for tests: an OpenID Connect
// provider with a key of its own, on this machine.
package oidctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// ClientID and Secret are what the provider knows us by.
const (
	ClientID = "hubbub"
	Secret   = "the client's secret"
)

// Issuer keeps accounts until the test ends.
type Issuer struct {
	URL string

	test   testing.TB
	server *httptest.Server
	public *rsa.PublicKey // as it publishes it

	mu      sync.Mutex // guards what follows
	key     *rsa.PrivateKey
	down    bool
	claims  map[string]any // of the next tokens, in place of what would be right
	info    map[string]any // what it tells beside them; nil for nothing
	granted map[string]grant
	asked   int
}

// grant is what a code is good for.
type grant struct{ challenge, nonce, redirect, subject string }

// New returns a provider.
func New(t testing.TB) *Issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{test: t, public: &key.PublicKey, key: key, granted: map[string]grant{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("GET /allowed", i.allowed)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /userinfo", i.userinfo)
	i.server = httptest.NewServer(i.upOnly(mux))
	t.Cleanup(i.server.Close)
	i.URL = i.server.URL
	return i
}

// Say has the next tokens claim something else; a nil value leaves a claim out.
func (i *Issuer) Say(claims map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.claims = claims
}

// Tell has the provider tell something at the place that is for that.
func (i *Issuer) Tell(info map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.info = info
}

// Down has the provider answer nothing of use, or be back.
func (i *Issuer) Down(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

// Asked returns how often the provider has been asked what it is.
func (i *Issuer) Asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

// Forge has the provider sign with a key that it does not publish.
func (i *Issuer) Forge() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		i.test.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.key = key
}

// Visit logs a browser in that was sent to the provider, and returns what it comes
// back with.
func (i *Issuer) Visit(where, subject string) url.Values {
	i.test.Helper()
	u, err := url.Parse(where)
	if err != nil {
		i.test.Fatal(err)
	}
	q := u.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		i.test.Errorf("a browser comes with %v", q)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	code := rand.Text()
	i.granted[code] = grant{q.Get("code_challenge"), q.Get("nonce"), q.Get("redirect_uri"), subject}
	return url.Values{"state": {q.Get("state")}, "code": {code}, "iss": {i.URL}}
}

func (i *Issuer) upOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		down := i.down
		i.mu.Unlock()
		if down {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	i.asked++
	i.mu.Unlock()
	answer(w, map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"userinfo_endpoint": i.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

// page is where somebody says who they are: the provider believes it.
var page = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>the firm</title>
<form action="/allowed">{{range $name, $values := .}}<input type="hidden" name="{{$name}}" value="{{index $values 0}}">{{end}}
<label>Account <input name="subject" required></label> <button>Continue</button></form>`))

// authorize shows a browser that was sent to the provider where to log in.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := page.Execute(w, r.URL.Query()); err != nil {
		i.test.Error(err)
	}
}

// allowed sends the browser back.
func (i *Issuer) allowed(w http.ResponseWriter, r *http.Request) {
	back := i.Visit(r.URL.String(), r.FormValue("subject"))
	http.Redirect(w, r, r.FormValue("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": b64(i.public.N.Bytes()), "e": b64(big.NewInt(int64(i.public.E)).Bytes()),
	}}})
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	i.mu.Lock()
	defer i.mu.Unlock()
	g, granted := i.granted[r.FormValue("code")]
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || id != ClientID || secret != Secret || !granted || g.challenge != b64(sum[:]) || g.redirect != r.FormValue("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]any{"error": "invalid_grant"})
		return
	}
	delete(i.granted, r.FormValue("code"))
	claims := map[string]any{
		"iss": i.URL, "sub": g.subject, "aud": ClientID, "nonce": g.nonce, "preferred_username": g.subject,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
	maps.Copy(claims, i.claims)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	answer(w, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": i.sign(claims)})
}

func (i *Issuer) userinfo(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.info == nil || r.Header.Get("Authorization") != "Bearer access" {
		http.Error(w, "no", http.StatusForbidden)
		return
	}
	answer(w, i.info)
}

// sign returns claims as a JWT (RFC 7519, RFC 7515).
func (i *Issuer) sign(claims map[string]any) string {
	head, _ := json.Marshal(map[string]string{"alg": "RS256", "kid": "1", "typ": "JWT"})
	body, err := json.Marshal(claims)
	if err != nil {
		i.test.Error(err)
	}
	text := b64(head) + "." + b64(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, i.key, crypto.SHA256, sum[:])
	if err != nil {
		i.test.Error(err)
	}
	return text + "." + b64(signature)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
