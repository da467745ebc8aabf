// Package door is the way in: it proves who somebody is, makes members of
// guests and newcomers, and hands out what they prove it with. All gateways
// share it, so that a password is as good, and as slow to guess, by every
// protocol.
//
// A [Door] checks with package auth, looks up and decides through package hub.
// What it returns is a [hub.Arrival] for the gateway's session: whether it still
// counts is decided when it is applied. An [Actor] is who asks for something: a
// session, or the console.
//
// Passwords come in by [Door.Login] where a protocol asks for them and for a
// code, by [Door.Plain] where it has one field for both, by [Door.Scram] where
// the client only proves to have it. Browsers come in by
// [Door.BeginPasskeyLogin] and [Door.BeginOIDC] too.
//
// The answer to a wrong name and to a wrong password is the same sentence, after
// the same work. The package starts no goroutines.
package door

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/oidc"
	"hubbub/internal/passkey"
)

// Actor proposes commands: a [hub.Session] in its user's name, a [hub.Console]
// in the server's.
type Actor interface {
	Do(ctx context.Context, c chat.Command) chat.Outcome
}

// Config is what a door is made of.
type Config struct {
	Hub    *hub.Hub
	Hasher *auth.Hasher
	Sealer *auth.Sealer // nil: there are no second factors
	Name   string       // of the server, in an authenticator app

	Site *passkey.RelyingParty // what passkeys are bound to; nil: there are none
	OIDC *oidc.Provider        // who keeps accounts that let people in; nil for nobody

	Password *auth.Shared // of the server, where a protocol has one; nil for none
	Opers    []Oper

	Now func() time.Time // for [Change]s; nil for time.Now, else for tests

	Unthrottled bool // guessing is not made slow, and any password will do: for tests and benchmarks
}

// Door is the way in to one server. Its methods may be called from any goroutine.
type Door struct {
	cfg      Config
	logins   *auth.Throttle
	arrivals *auth.Throttle // registrations, and invitations' codes
	shared   *auth.Throttle // the passwords of the configuration

	fresh *freshness

	passkeys  *ceremonies[passkeyCeremony]
	elsewhere *ceremonies[oidcCeremony]
	newcomers *ceremonies[oidc.Identity]

	mu    sync.Mutex // guards what follows; held for map operations only
	steps map[chat.UserID]uint64
	seeds map[chat.UserID][]byte // of second factors that are not confirmed yet
	signs map[chat.Seq]uint32    // how often passkeys have signed, of those that count
}

// New returns a door.
func New(cfg Config) *Door {
	return &Door{
		cfg: cfg, logins: auth.NewThrottle(), arrivals: auth.NewThrottle(), shared: auth.NewThrottle(),
		steps: map[chat.UserID]uint64{}, seeds: map[chat.UserID][]byte{}, signs: map[chat.Seq]uint32{},
		fresh:     newFreshness(cfg.Now),
		passkeys:  newCeremonies[passkeyCeremony](cfg.Unthrottled),
		elsewhere: newCeremonies[oidcCeremony](cfg.Unthrottled), newcomers: newCeremonies[oidc.Identity](cfg.Unthrottled),
	}
}

// Login is somebody's claim to be a member.
type Login struct {
	Nick     string
	Password string
	Code     string // of the second factor, or a recovery code; empty if there is none yet
	From     netip.Addr

	inline bool // the code may stand after the password
}

// ErrCode says that the password was right and that a code of the second factor
// is needed too.
var ErrCode = &chat.Error{Code: chat.Forbidden, Text: "Your authenticator app shows a code of six digits; it is needed too."}

// Login checks a password, and a second factor if the member has one.
func (d *Door) Login(ctx context.Context, l Login) (hub.Arrival, *chat.Error) {
	return d.attempt(l.From, l.Nick, func() (hub.Arrival, *chat.Error) { return d.login(ctx, &l) })
}

// attempt makes an attempt to log in, unless it comes too soon after others.
func (d *Door) attempt(from netip.Addr, nick string, login func() (hub.Arrival, *chat.Error)) (hub.Arrival, *chat.Error) {
	account := chat.Fold(nick)
	if err := d.allow(d.logins, from, account); err != nil {
		return hub.Arrival{}, err
	}
	a, err := login()
	switch {
	case err == nil:
		d.logins.Succeeded(from, account)
	case err.Code == chat.Forbidden && err != ErrCode && err != ErrNoScram:
		d.logins.Failed(from, account)
	default:
		d.logins.Withdraw(from, account)
	}
	return a, err
}

// allow counts an attempt, or says how long to wait with it.
func (d *Door) allow(t *auth.Throttle, from netip.Addr, account string) *chat.Error {
	if d.cfg.Unthrottled {
		return nil
	}
	wait := t.Allow(from, account)
	if wait == 0 {
		return nil
	}
	return chat.Errorf(chat.TooMany, "That has gone wrong too often; try again in %d seconds.", int((wait+time.Second-1)/time.Second))
}

func (d *Door) login(ctx context.Context, l *Login) (hub.Arrival, *chat.Error) {
	person, password, factors, err := d.lookUp(ctx, l.Nick)
	if err != nil {
		return hub.Arrival{}, err
	}
	if password == nil {
		if err := d.cfg.Hasher.VerifyNobody(ctx, l.Password); err != nil {
			return hub.Arrival{}, err
		}
		return hub.Arrival{}, chat.NoLogin()
	}
	if l.inline && hasTOTP(factors) {
		l.Password, l.Code = cutCode(l.Password)
	}
	ok, rehash, err := d.cfg.Hasher.Verify(ctx, password.Secret, l.Password)
	switch {
	case err != nil:
		return hub.Arrival{}, err
	case !ok:
		return hub.Arrival{}, chat.NoLogin()
	}
	if err := d.secondFactor(ctx, factors, l.Code); err != nil {
		return hub.Arrival{}, err
	}
	a := hub.Arrival{User: person.ID, Credential: password.Seq, Proved: time.Now()}
	if rehash || d.lacksScram(password) {
		a.Credential = d.renew(ctx, password, l.Password)
	}
	return a, nil
}

// lookUp returns who is called nick with the password and the second factors, or
// no password if there is no such member, or none who has one.
func (d *Door) lookUp(ctx context.Context, nick string) (p hub.Person, password *hub.Credential, factors []hub.Credential, err *chat.Error) {
	p, ok := d.cfg.Hub.Person(nick)
	if !ok || p.Role < chat.MemberRole {
		p.ID = 0 // who has none, and to find that out takes as long
	}
	all, err := d.cfg.Hub.Credentials(ctx, p.ID)
	for i := range all {
		switch all[i].Proof {
		case chat.ByPassword:
			password = &all[i]
		case chat.ByTOTP, chat.ByRecovery:
			factors = append(factors, all[i])
		}
	}
	return p, password, factors, err
}

// ByToken lets in whoever has a token of a member's or a bot's, but for what a browser
// comes back by: see [Door.ByBrowser]. Nobody guesses one (256 random bits), so a right
// one never waits, however many come from one address at once: only wrong ones are
// counted.
func (d *Door) ByToken(ctx context.Context, token string, from netip.Addr) (hub.Arrival, *chat.Error) {
	c, err := d.byToken(ctx, token, from)
	if err == nil && IsBrowsers(&c.Credential) {
		return hub.Arrival{}, chat.Errorf(chat.Forbidden, "By that token a browser comes back; it counts for HTTP only. Make another with /token.")
	}
	return arrival(c), err
}

// ByBrowser lets in whoever has any token: it is for requests by HTTP, where what a
// browser comes back by is not enough to get further ways in. Elsewhere it would be.
func (d *Door) ByBrowser(ctx context.Context, token string, from netip.Addr) (hub.Arrival, *chat.Error) {
	c, err := d.byToken(ctx, token, from)
	return arrival(c), err
}

func (d *Door) byToken(ctx context.Context, token string, from netip.Addr) (*hub.Credential, *chat.Error) {
	if key, ok := auth.ParseToken(token); ok {
		if c, err := d.proof(ctx, key, chat.ByToken); c != nil || err != nil {
			return c, err
		}
	}
	if err := d.allow(d.logins, from, ""); err != nil {
		return nil, err
	}
	d.logins.Failed(from, "")
	return nil, chat.Errorf(chat.Forbidden, "That token is not valid, or not any more; make another with /token.")
}

// ByCertificate lets in whoever has proved to TLS to have a member's certificate, and
// reports whether it is one.
func (d *Door) ByCertificate(ctx context.Context, key chat.Key) (hub.Arrival, bool, *chat.Error) {
	return d.byKey(ctx, key, chat.ByCertificate)
}

// BySSHKey lets in whoever has proved to SSH to have a member's key, given as
// [auth.PublicKey] has it, and reports whether it is one.
func (d *Door) BySSHKey(ctx context.Context, key chat.Key) (hub.Arrival, bool, *chat.Error) {
	return d.byKey(ctx, key, chat.BySSHKey)
}

// byKey lets in who has proved to have a key, and reports whether it is anybody's.
func (d *Door) byKey(ctx context.Context, key chat.Key, proof chat.Proof) (hub.Arrival, bool, *chat.Error) {
	c, err := d.proof(ctx, key, proof)
	return arrival(c), c != nil, err
}

// proof returns the credential of a kind that a key is of and that still counts, nil
// if there is none.
func (d *Door) proof(ctx context.Context, key chat.Key, kind chat.Proof) (*hub.Credential, *chat.Error) {
	c, ok, err := d.cfg.Hub.CredentialByKey(ctx, key)
	if err != nil || !ok || c.Proof != kind || c.Expired(chat.Millis(time.Now().UnixMilli())) {
		return nil, err
	}
	return &c, nil
}

// arrival returns how to come by a credential; the zero value if it is nil.
func arrival(c *hub.Credential) hub.Arrival {
	if c == nil {
		return hub.Arrival{}
	}
	proved := time.Now()
	if c.Proof == chat.ByToken { // which proves nothing anew: see Change
		proved = time.Unix(0, 0)
	}
	return hub.Arrival{User: c.User, Credential: c.Seq, Scopes: hub.Scopes(c.Scope), Proved: proved}
}
