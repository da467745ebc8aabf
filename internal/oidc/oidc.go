// Package oidc proves who somebody is by an account that they have elsewhere, by
// OpenID Connect (https://openid.net/specs/openid-connect-core-1_0.html): the
// authorization code flow (§3.1), with PKCE (RFC 7636).
//
// A [Provider] is who keeps the accounts. [Provider.Begin] says where a browser
// is to go, and makes an [Attempt], which stays with us and belongs to that
// browser; [Provider.Finish] judges what the browser comes back with, and returns
// the [Identity]. The package keeps no identities. What the provider publishes
// about itself is asked for when somebody first logs in, so that the server
// starts without it, and asked for again if it can't be had.
//
// The library fetches the provider's keys in a goroutine of its own, which ends
// within [patience]. No other goroutines are started.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"hubbub/internal/chat"
)

const (
	patience  = 10 * time.Second // with one answer of the provider
	rest      = 5 * time.Second  // after which one who could not be reached is asked again
	maxAnswer = 1 << 20          // bytes of one
)

// Config says who keeps the accounts and what we are to them.
type Config struct {
	Issuer   string   // an https URL, as the provider writes it
	ClientID string   // what the provider calls us
	Secret   string   // what we prove that with; empty for a client that has none
	Name     string   // of the provider, on the button; at most [chat.MaxLabel] bytes; empty for its host
	Scopes   []string // beside openid; nil for profile and email
	Nick     string   // the claim that suggests a nick; empty for preferred_username
	Register bool     // somebody new may become a member
	Domains  []string // of e-mail addresses, verified, that are let in; nil for all, and without one

	Transport http.RoundTripper // nil for the usual one
}

// Provider keeps accounts. It is safe for concurrent use.
type Provider struct {
	cfg    Config
	client *http.Client
	known  atomic.Pointer[known] // nil until it has been asked

	// turn has one place; who is in it asks the provider what it is, and others
	// wait for the same, as long as they like. It is never closed.
	turn   chan struct{}
	failed time.Time // when that last failed; for who has the turn
}

// known is what a provider publishes about itself (OpenID Connect Discovery §4).
type known struct {
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
}

// New returns a provider. It is not asked anything yet.
func New(cfg Config) (*Provider, error) {
	u, err := url.Parse(cfg.Issuer)
	switch {
	case err != nil || !secure(cfg.Issuer):
		return nil, fmt.Errorf("the issuer %q is no https URL", cfg.Issuer)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the issuer %q has more than a path", cfg.Issuer)
	case cfg.ClientID == "":
		return nil, errors.New("there is no client id; the provider gives one to who registers the server with it")
	}
	if cfg.Name == "" {
		cfg.Name = u.Hostname()
	}
	if len(cfg.Name) > chat.MaxLabel || chat.CleanLine(cfg.Name) != cfg.Name {
		return nil, fmt.Errorf("the name %q is no line of at most %d bytes", cfg.Name, chat.MaxLabel)
	}
	if cfg.Nick == "" {
		cfg.Nick = "preferred_username"
	}
	if cfg.Scopes == nil {
		cfg.Scopes = []string{"profile", "email"}
	}
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport
	}
	return &Provider{cfg: cfg, turn: make(chan struct{}, 1), client: &http.Client{
		Transport: bounded{cfg.Transport}, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Name returns what people call the provider.
func (p *Provider) Name() string { return p.cfg.Name }

// Registers reports whether somebody new may become a member.
func (p *Provider) Registers() bool { return p.cfg.Register }

// secure reports whether nobody on the way can read or change what is sent to a
// URL: it is https, or on this machine.
func secure(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return false
	}
	addr, _ := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || addr.IsLoopback())
}

// bounded reads no more of an answer than it should have.
type bounded struct{ http.RoundTripper }

// RoundTrip does what [http.RoundTripper] says.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

// discover returns what the provider publishes about itself.
func (p *Provider) discover(ctx context.Context) (*known, *chat.Error) {
	if k := p.known.Load(); k != nil {
		return k, nil
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, p.unreachable(ctx.Err())
	}
	if k := p.known.Load(); k != nil { // by whoever had the turn before
		return k, nil
	}
	if since := time.Since(p.failed); !p.failed.IsZero() && since < rest {
		return nil, p.unreachable(errors.New("it could not be reached a moment ago"))
	}
	k, err := p.ask(ctx)
	if err != nil {
		if ctx.Err() == nil {
			p.failed = time.Now()
		}
		return nil, p.unreachable(err)
	}
	p.known.Store(k)
	return k, nil
}

func (p *Provider) ask(ctx context.Context) (*known, error) {
	provider, err := oidc.NewProvider(p.with(ctx), p.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	var keys struct {
		URL string `json:"jwks_uri"`
	}
	if err := provider.Claims(&keys); err != nil {
		return nil, err
	}
	for _, u := range []string{provider.Endpoint().AuthURL, provider.Endpoint().TokenURL, keys.URL} {
		if !secure(u) {
			return nil, fmt.Errorf("%q, which it gives, is no https URL", u)
		}
	}
	return &known{provider, provider.Verifier(&oidc.Config{ClientID: p.cfg.ClientID})}, nil
}

// with has the library use our client.
func (p *Provider) with(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

func (p *Provider) unreachable(cause error) *chat.Error {
	return &chat.Error{Code: chat.Unavailable, Cause: cause,
		Text: fmt.Sprintf("%s can't be reached now; try again in a minute, or log in another way.", p.cfg.Name)}
}

func (p *Provider) unproved(cause error) *chat.Error {
	return &chat.Error{Code: chat.Forbidden, Cause: cause,
		Text: fmt.Sprintf("What %s says of you can't be believed; begin again, or log in another way.", p.cfg.Name)}
}

// Attempt is a login that has begun. It belongs to one browser, and counts once,
// which who keeps it sees to.
type Attempt struct {
	state, nonce, verifier, redirect string
}

// Begin returns where a browser is to go, which then comes back to redirect with
// something to finish with. The provider has to know that URL; it comes from the
// configuration, never out of a request.
func (p *Provider) Begin(ctx context.Context, redirect string) (where string, a Attempt, err *chat.Error) {
	k, err := p.discover(ctx)
	if err != nil {
		return "", a, err
	}
	a = Attempt{rand.Text(), rand.Text(), oauth2.GenerateVerifier(), redirect}
	return p.flow(k, &a).AuthCodeURL(a.state, oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)), a, nil
}

func (p *Provider) flow(k *known, a *Attempt) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.Secret, Endpoint: k.provider.Endpoint(), RedirectURL: a.redirect,
		Scopes: append([]string{oidc.ScopeOpenID}, p.cfg.Scopes...),
	}
}

// Identity is who somebody is to a provider.
type Identity struct {
	Key  chat.Key // of the provider and of what it calls the account, which stays the same
	Nick string   // a suggestion that can be a nick; may be empty
}

func keyOf(issuer, subject string) chat.Key {
	return sha256.Sum256([]byte(issuer + "\x00" + subject))
}

// allowed reports whether an e-mail address is let in.
func (p *Provider) allowed(email string, verified bool) bool {
	if len(p.cfg.Domains) == 0 {
		return true
	}
	i := strings.LastIndexByte(email, '@')
	return verified && i > 0 && slices.ContainsFunc(p.cfg.Domains, func(d string) bool { return strings.EqualFold(d, email[i+1:]) })
}
