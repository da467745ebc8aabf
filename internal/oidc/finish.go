package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"hubbub/internal/chat"
)

// maxParameter is how long what a browser comes back with may be, in bytes.
const maxParameter = 4 << 10

// Finish returns who somebody is who comes back from the provider with a query
// (OpenID Connect Core §3.1.2.5).
func (p *Provider) Finish(ctx context.Context, a Attempt, query url.Values) (Identity, *chat.Error) {
	k, refused := p.discover(ctx)
	if refused != nil {
		return Identity{}, refused
	}
	code, refused := p.answered(&a, query)
	if refused != nil {
		return Identity{}, refused
	}
	ctx = p.with(ctx)
	tokens, err := p.flow(k, &a).Exchange(ctx, code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		if said, ok := errors.AsType[*oauth2.RetrieveError](err); ok && said.Response.StatusCode < http.StatusInternalServerError {
			return Identity{}, p.unproved(err)
		}
		return Identity{}, p.unreachable(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := p.verify(ctx, k, raw, a.nonce)
	if err != nil {
		return Identity{}, p.unproved(err)
	}
	return p.identity(ctx, k, id, tokens)
}

// answered returns the code that the provider gave the browser, if it is this
// attempt's and this provider's (RFC 6749 §4.1.2, §10.12; RFC 9207 §2.4).
func (p *Provider) answered(a *Attempt, query url.Values) (code string, refused *chat.Error) {
	for _, name := range []string{"state", "code", "iss", "error"} {
		if len(query[name]) > 1 || len(query.Get(name)) > maxParameter {
			return "", p.unproved(fmt.Errorf("%s comes back twice, or is too long", name))
		}
	}
	iss := query.Get("iss")
	switch {
	case a.state == "", subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(a.state)) != 1:
		return "", p.unproved(errors.New("the state is not this browser's"))
	case iss != "" && iss != p.cfg.Issuer:
		return "", p.unproved(fmt.Errorf("it comes from %.100q", iss))
	case query.Get("error") == "access_denied":
		return "", chat.Errorf(chat.Forbidden, "%s has not been allowed to tell who you are; begin again, or log in another way.", p.cfg.Name)
	case query.Get("error") != "":
		return "", p.unproved(fmt.Errorf("it says %.100q", query.Get("error")))
	case query.Get("code") == "":
		return "", p.unproved(errors.New("there is no code"))
	}
	return query.Get("code"), nil
}

// verify checks what the provider has signed (OpenID Connect Core §3.1.3.7).
func (p *Provider) verify(ctx context.Context, k *known, raw, nonce string) (*oidc.IDToken, error) {
	id, err := k.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	var party struct {
		Authorized string `json:"azp"`
	}
	if err := id.Claims(&party); err != nil {
		return nil, err
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return nil, errors.New("the nonce is another's")
	case party.Authorized != "" && party.Authorized != p.cfg.ClientID, party.Authorized == "" && len(id.Audience) > 1:
		return nil, errors.New("it is for another client")
	case id.Subject == "" || len(id.Subject) > 255: // §2
		return nil, errors.New("it is about nobody")
	}
	return id, nil
}

// claims are what is said of somebody.
type claims map[string]json.RawMessage

// text returns a claim that is a string, or "".
func (c claims) text(name string) (s string) {
	if json.Unmarshal(c[name], &s) != nil {
		return ""
	}
	return s
}

// isTrue reports whether a claim is true, which some providers write as a string.
func (c claims) isTrue(name string) bool { return string(c[name]) == "true" || c.text(name) == "true" }

// identity returns who a token is about. Some providers tell no more than that
// in it, and the rest at another place.
func (p *Provider) identity(ctx context.Context, k *known, id *oidc.IDToken, tokens *oauth2.Token) (Identity, *chat.Error) {
	said := claims{}
	if err := id.Claims(&said); err != nil {
		return Identity{}, p.unproved(err)
	}
	missing := said.text(p.cfg.Nick) == "" || len(p.cfg.Domains) > 0 && said.text("email") == ""
	if where := k.provider.UserInfoEndpoint(); missing && secure(where) {
		more := claims{}
		info, err := k.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
		if err == nil && info.Subject == id.Subject && info.Claims(&more) == nil { // §5.3.2
			said = more
		}
	}
	if !p.allowed(said.text("email"), said.isTrue("email_verified")) {
		return Identity{}, chat.Errorf(chat.Forbidden, "Only those with an address at %s come in by %s, and that it is theirs has to be verified there.",
			strings.Join(p.cfg.Domains, " or "), p.cfg.Name)
	}
	return Identity{Key: keyOf(p.cfg.Issuer, id.Subject), Nick: suggest(said.text(p.cfg.Nick))}, nil
}

// suggest makes a nick of what somebody is called elsewhere, or returns "".
func suggest(name string) string {
	name, _, _ = strings.Cut(chat.CleanLine(name[:min(len(name), 256)]), "@")
	nick := ""
	for _, r := range name {
		if r == ' ' {
			r = '_'
		}
		longer := nick + string(r)
		if chat.CheckNick(longer) == nil || chat.CheckNick("a"+longer) == nil { // a digit may come first
			nick = longer
		}
	}
	if chat.CheckNick(nick) != nil {
		return ""
	}
	return nick
}
