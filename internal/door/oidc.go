package door

import (
	"context"
	"net/netip"
	"net/url"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/oidc"
)

// An account elsewhere proves who somebody is in two steps with the browser: it
// is sent to who keeps the account, and comes back. Whoever is asked there for a
// second factor is not asked again here.

// oidcCeremony is a browser on its way.
type oidcCeremony struct {
	user    chat.UserID // who links the account with their own; 0 for who logs in
	attempt oidc.Attempt
}

// OIDC returns who keeps the accounts that let people in, or nil.
func (d *Door) OIDC() *oidc.Provider { return d.cfg.OIDC }

// BeginOIDC begins to log somebody in, or to link an account elsewhere with that
// of a member (user, 0 for none). It returns where the browser is to go, which
// comes back to redirect, a URL of the configuration; and the name of the
// ceremony, which is for that browser alone, in a cookie, so that nobody can have
// somebody else come back in their place. It is over in five minutes.
func (d *Door) BeginOIDC(ctx context.Context, user chat.UserID, redirect string, from netip.Addr) (where, ceremony string, err *chat.Error) {
	if d.cfg.OIDC == nil {
		return "", "", noOIDC()
	}
	where, attempt, err := d.cfg.OIDC.Begin(ctx, redirect)
	if err != nil {
		return "", "", err
	}
	ceremony, err = d.elsewhere.begin(from, oidcCeremony{user, attempt})
	return where, ceremony, err
}

func noOIDC() *chat.Error {
	return chat.Errorf(chat.Unavailable, "There are no accounts elsewhere that let anybody in here; log in another way.")
}

// finish returns who somebody is who comes back.
func (d *Door) finish(ctx context.Context, user chat.UserID, ceremony string, query url.Values) (oidc.Identity, *chat.Error) {
	if d.cfg.OIDC == nil {
		return oidc.Identity{}, noOIDC()
	}
	begun, err := d.elsewhere.take(ceremony)
	if err != nil {
		return oidc.Identity{}, err
	}
	if begun.user != user {
		return oidc.Identity{}, chat.Errorf(chat.Forbidden, "That was begun by somebody else, or for something else; begin again.")
	}
	return d.cfg.OIDC.Finish(ctx, begun.attempt, query)
}

// Newcomer is who has an account elsewhere and none here, and may have one.
type Newcomer struct {
	Ceremony string // for RegisterOIDC; over in five minutes
	Nick     string // a suggestion, which may be taken; empty for none
}

// FinishOIDC lets in whoever comes back from where they have an account, given
// the query that they come with. If that is nobody's here, it returns what they
// can register with; nil if they are somebody's.
func (d *Door) FinishOIDC(ctx context.Context, ceremony string, query url.Values, from netip.Addr) (hub.Arrival, *Newcomer, *chat.Error) {
	who, err := d.finish(ctx, 0, ceremony, query)
	if err != nil {
		return hub.Arrival{}, nil, err
	}
	a, ok, err := d.byKey(ctx, who.Key, chat.ByOIDC)
	switch {
	case err != nil || ok:
		return a, nil, err
	case !d.cfg.OIDC.Registers():
		return hub.Arrival{}, nil, chat.Errorf(chat.Forbidden,
			"Nobody here has that account at %s. If you are a member, log in another way and link it; else ask for an invitation.", d.cfg.OIDC.Name())
	}
	name, err := d.newcomers.begin(from, who)
	if err != nil {
		return hub.Arrival{}, nil, err
	}
	return hub.Arrival{}, &Newcomer{name, who.Nick}, nil
}

// RegisterOIDC makes a member of a newcomer, who logs in by the account elsewhere
// from now on. An invitation's code is not needed, but counts if there is one.
// Who is refused, because of the nick say, can try again. Who has become a member by
// that account meanwhile is let in as who they are.
func (d *Door) RegisterOIDC(ctx context.Context, ceremony string, r Registration) (hub.Arrival, *chat.Error) {
	if d.cfg.OIDC == nil || !d.cfg.OIDC.Registers() {
		return hub.Arrival{}, noOIDC()
	}
	who, err := d.newcomers.take(ceremony)
	if err != nil {
		return hub.Arrival{}, err
	}
	if a, ok, err := d.byKey(ctx, who.Key, chat.ByOIDC); ok || err != nil { // who has registered meanwhile, in another tab
		return a, err
	}
	refused := d.enrollElsewhere(ctx, r, who)
	a, ok, err := d.byKey(ctx, who.Key, chat.ByOIDC)
	switch {
	case ok || err != nil: // or another tab was faster
		return a, err
	case refused != nil:
		d.newcomers.putBack(ceremony, who)
		return hub.Arrival{}, refused
	}
	return hub.Arrival{}, chat.NoLogin() // it was dropped at once
}

// enrollElsewhere makes an account that the account elsewhere proves.
func (d *Door) enrollElsewhere(ctx context.Context, r Registration, who oidc.Identity) *chat.Error {
	if err := d.allow(d.arrivals, r.From, ""); err != nil {
		return err
	}
	cmd := chat.Command{Level: uint8(chat.ByOIDC), Text: d.cfg.OIDC.Name(), Holder: who.Key, Open: true}
	if r.Code != "" {
		key, err := d.CheckCode(r.Code)
		if err != nil {
			d.Registered(r, err)
			return err
		}
		cmd.Key = key
	}
	_, err := d.admit(ctx, r, cmd)
	return err
}

// LinkOIDC adds the account elsewhere of a member who comes back to what proves
// them.
func (d *Door) LinkOIDC(ctx context.Context, by Actor, user chat.UserID, ceremony string, query url.Values) *chat.Error {
	if user == 0 {
		return chat.Errorf(chat.Forbidden, "Only members can link an account; log in first.")
	}
	who, err := d.finish(ctx, user, ceremony, query)
	if err != nil {
		return err
	}
	return d.link(ctx, by, user, who)
}

func (d *Door) link(ctx context.Context, by Actor, user chat.UserID, who oidc.Identity) *chat.Error {
	return by.Do(ctx, chat.Command{Op: chat.AddCredential, User: user, Level: uint8(chat.ByOIDC), Name: d.cfg.OIDC.Name(), Key: who.Key}).Err
}
