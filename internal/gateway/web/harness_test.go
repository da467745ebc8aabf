package web_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/door"
	"hubbub/internal/files"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/web"
	"hubbub/internal/hub"
	"hubbub/internal/oidc"
	"hubbub/internal/passkey"
	"hubbub/internal/store"
)

// origin is where browsers with passkeys see the site.
const origin = "https://chat.example.org"

// site is a server that speaks nothing but HTTP, on a port of its own.
type site struct {
	*testing.T
	gateway *web.Gateway
	hub     *hub.Hub
	pump    *gateway.Pump
	door    *door.Door
	url     string
	doc     map[string]any
	ahead   *atomic.Int64 // see later

	mu      sync.Mutex // guards remote
	peer    gateway.Peer
	visitor *visitor // who does not log in
}

// options say in what a site differs from the usual.
type options struct {
	policy *hub.Policy // nil lets everybody in
	limits hub.Limits
	web    web.Config // parts of it
	oidc   *oidc.Provider
	total  int64 // bytes of all uploads; 0 for no limit
}

// start starts a site that ends with the test.
func start(t *testing.T, o options) *site {
	t.Helper()
	policy := hub.OpenPolicy()
	if o.policy != nil {
		policy = *o.policy
	}
	if o.limits == (hub.Limits{}) {
		o.limits = hub.NoLimits()
	}
	logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	dir := t.TempDir()
	st, err := store.Open(dir, store.Options{Logger: logger, Readers: 2})
	if err != nil {
		t.Fatal(err)
	}
	h, err := hub.New(t.Context(), hub.Config{
		Policy: policy, Log: commitlog.NewLocal(), Store: st, Encoders: web.Encoders(st.Epoch(), time.UTC, "http://files.example"), Bundlers: web.Bundlers(0), Limits: o.limits, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := auth.LoadSealer(filepath.Join(dir, "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	browsers, err := passkey.NewRelyingParty("Example", []string{origin})
	if err != nil {
		t.Fatal(err)
	}
	ahead := new(atomic.Int64)
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	d := door.New(door.Config{Now: now, Hub: h, Hasher: auth.NewHasher(auth.Params{Memory: 64, Passes: 1, Threads: 1}), Sealer: sealer, Name: "hubbub", Site: browsers, OIDC: o.oidc})
	cfg := o.web
	cfg.Hub, cfg.Door, cfg.Logger, cfg.Pump = h, d, logger, gateway.NewPump(h, time.Minute)
	cfg.Name, cfg.Network, cfg.Version, cfg.Text, cfg.Zone = "chat.example", "Example", "v0", o.limits.Text, time.UTC
	cfg.Files, err = files.Open(filepath.Join(dir, "files"), files.Options{MaxBytes: 100_000, TotalBytes: o.total})
	if err != nil {
		t.Fatal(err)
	}
	g, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, gateway: g, hub: h, pump: cfg.Pump, door: d, doc: g.OpenAPI(), ahead: ahead}
	s.peer = gateway.Peer{Remote: netip.MustParseAddr("192.0.2.1"), Private: true}
	s.visitor = &visitor{site: s}
	s.run(st)
	return s
}

// later has it be so much later for what takes a fresh proof.
func (s *site) later(ahead time.Duration) { s.ahead.Store(int64(ahead)) }

// run runs the site until the test ends.
func (s *site) run(st *store.Store) {
	s.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	s.url = "http://" + on.Addr().String()
	var all, core sync.WaitGroup
	core.Go(func() {
		if err := s.hub.Run(ctx); err != nil {
			s.Errorf("the hub ended with %v", err)
		}
	})
	core.Go(func() { st.Run(ctx) })
	core.Go(func() { s.pump.Run(ctx) })
	if err := s.hub.Start(ctx); err != nil {
		s.Fatal(err)
	}
	all.Go(func() { s.gateway.Run(ctx) })
	all.Go(func() {
		for {
			c, err := on.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			peer := s.peer
			s.mu.Unlock()
			peer.Conn = c
			all.Go(func() {
				defer c.Close()
				if rest := s.gateway.Greet(ctx, &peer); rest != nil {
					rest()
				}
			})
		}
	})
	s.Cleanup(func() {
		on.Close()
		s.gateway.Stop()
		s.pump.Stop("The test is over.")
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		all.Wait()
		s.hub.Close()
		s.pump.Wait()
		cancel()
		core.Wait()
		if err := st.Close(); err != nil {
			s.Error(err)
		}
	})
}

// from has connections come from another peer from now on.
func (s *site) from(p gateway.Peer) {
	s.mu.Lock()
	s.peer = p
	s.mu.Unlock()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// visitor is a program that uses the API.
type visitor struct {
	*site
	token  string
	cookie string
	header http.Header
}

// answer is what a request was answered with.
type answer struct {
	*http.Response
	body []byte
}

// problem returns the refusal that it is.
func (a *answer) problem() (p api.Problem) {
	json.Unmarshal(a.body, &p)
	return p
}

// ask makes a request; the body is JSON, or nil. The answer is checked against the
// description of the API.
func (v *visitor) ask(method, path string, body any) *answer {
	v.Helper()
	var from io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if text, ok := body.(string); ok {
			b, err = []byte(text), nil
		}
		if err != nil {
			v.Fatal(err)
		}
		from = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, v.url+path, from)
	if err != nil {
		v.Fatal(err)
	}
	if body != nil && !strings.HasPrefix(path, "/api/v1/uploads") {
		r.Header.Set("Content-Type", "application/json")
	}
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	if v.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "hubbub", Value: v.cookie})
	}
	for name, values := range v.header {
		r.Header[name] = values
	}
	a := v.send(r)
	if rest, ok := strings.CutPrefix(path, "/api/v1"); ok {
		v.conforms(method, rest, a)
	}
	return a
}

func (s *site) send(r *http.Request) *answer {
	s.Helper()
	if r.Method != http.MethodGet { // or the client tries again on a connection that has been closed
		r.GetBody = nil
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	defer response.Body.Close()
	a := &answer{Response: response}
	if a.body, err = io.ReadAll(response.Body); err != nil {
		s.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	return a
}

// do asks, and wants an answer of that status, which it reads into out if that is
// not nil.
func (v *visitor) do(method, path string, body any, status int, out any) *answer {
	v.Helper()
	a := v.ask(method, "/api/v1"+path, body)
	if a.StatusCode != status {
		v.Fatalf("%s %s: %d %s, want %d", method, path, a.StatusCode, a.body, status)
	}
	if out != nil {
		if err := json.Unmarshal(a.body, out); err != nil {
			v.Fatalf("%s %s: %v in %s", method, path, err, a.body)
		}
	}
	return a
}

// guest returns somebody who has come in under a nick.
func (s *site) guest(nick string) *visitor {
	s.Helper()
	var in api.Session
	s.visitor.do("POST", "/session", api.Login{Nick: nick}, 200, &in)
	if in.Nick != nick || !in.Guest || in.Token == "" {
		s.Fatalf("the guest %s came in as %+v", nick, in)
	}
	return &visitor{site: s, token: in.Token}
}

const goodPassword = "correct horse battery staple"

// member returns a new member.
func (s *site) member(nick string) *visitor {
	s.Helper()
	var in api.Session
	s.visitor.do("POST", "/session", api.Login{Register: &api.Register{Nick: nick, Password: goodPassword}}, 200, &in)
	if in.Nick != nick || in.Guest || in.Token == "" || in.Credential == 0 {
		s.Fatalf("the member %s came in as %+v", nick, in)
	}
	return &visitor{site: s, token: in.Token}
}

// admin returns a new member who looks after the server.
func (s *site) admin(nick string) *visitor {
	s.Helper()
	v := s.member(nick)
	p, _ := s.hub.Person(nick)
	if out := s.hub.Console().Do(s.Context(), chat.Command{Op: chat.SetRole, User: p.ID, Level: uint8(chat.OwnerRole)}); out.Err != nil {
		s.Fatal(out.Err)
	}
	return v
}

// basicAuth returns the header by which a name and a password are given.
func basicAuth(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}

// say says something in the lobby, and returns its position.
func (v *visitor) say(text string) uint64 {
	v.Helper()
	var done api.Done
	v.do("POST", "/rooms/lobby/messages", api.NewMessage{Text: text}, 201, &done)
	return done.Seq
}

// texts returns what was said on a page, in one string.
func texts(messages []api.Event) string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, " ")
}

// message returns the address of a message.
func message(seq uint64) string { return fmt.Sprintf("/messages/%d", seq) }
