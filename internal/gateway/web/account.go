package web

import (
	"cmp"
	"strconv"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// Oneself, and what one proves oneself with.

func (g *Gateway) accountRoutes() []route {
	return []route{
		resource("GET", "/me", somebody, "Yourself, as others see you", getMe),
		resource("PATCH", "/me", somebody, "Change your nick or your password", patchMe),
		resource("GET", "/me/properties", somebody, "What is kept about you, as a page's settings", getProperties),
		resource("PUT", "/me/properties/{key...}", somebody, "Keep something about yourself", putProperty),
		resource("DELETE", "/me/properties/{key...}", somebody, "Keep something no more", deleteProperty),
		resource("GET", "/me/passkeys", somebody, "The passkeys that you have", getPasskeys),
		resource("POST", "/me/passkeys", somebody, "Begin to make a passkey", beginPasskey),
		resource("POST", "/me/passkeys/finish", somebody, "Keep the passkey that a browser has made", finishPasskey),
		resource("GET", "/sessions", somebody, "Where you are logged in", getSessions),
		resource("DELETE", "/sessions", somebody, "Log out everywhere but here", deleteSessions),
		resource("DELETE", "/sessions/{number}", somebody, "Log a client out", deleteCredential),
		resource("GET", "/tokens", somebody, "What you prove with who you are", getTokens),
		created(resource("POST", "/tokens", somebody, "Make a token for a program; it is shown once", postToken)),
		resource("DELETE", "/tokens/{number}", somebody, "Drop a token, or something else that you prove yourself with", deleteCredential),
		resource("GET", "/me/totp", somebody, "Whether you have a second factor", getTOTP),
		resource("POST", "/me/totp", somebody, "Begin to have a second factor: its seed, for an authenticator app", postTOTP),
		resource("POST", "/me/totp/confirm", somebody, "The second factor counts from now on", confirmTOTP),
		resource("DELETE", "/me/totp", somebody, "Do without a second factor; takes the password, of who has one", deleteTOTP),
	}
}

// me returns whom the request speaks for. What they prove themselves with only
// members have.
func (c *call) me() hub.Person {
	return hub.Person{ID: c.session.User(), Nick: c.session.Nick(), Role: c.session.Role()}
}

// member returns whom the request speaks for, who must have an account.
func (c *call) member() (hub.Person, *chat.Error) {
	me := c.me()
	if me.Role == chat.GuestRole {
		return me, chat.Errorf(chat.Forbidden, "That is for members; register to become one.").Because(chat.NeedsRole)
	}
	return me, nil
}

// mayTell says why no secret may be told on this connection, or nil.
func (c *call) mayTell() *chat.Error {
	if c.client.private {
		return nil
	}
	return errSecret
}

func getMe(c *call, _ *nothing) (*api.Person, *chat.Error) {
	portrait, err := c.portraitOf(c.session.User())
	if err != nil {
		return nil, err
	}
	return c.portrayOne(nil, portrait)
}

func patchMe(c *call, in *api.AccountChange) (*api.Person, *chat.Error) {
	if in.Password != nil {
		if err := c.setPassword(in.Password); err != nil {
			return nil, err
		}
	}
	if in.Nick != nil {
		if _, err := c.do(&api.Command{Op: api.OpNick, Name: *in.Nick}); err != nil {
			return nil, err
		}
	}
	return getMe(c, nil)
}

func getProperties(c *call, _ *nothing) (*api.Properties, *chat.Error) {
	all, err := c.session.Properties(c.ctx(), c.session.User().Inbox())
	out := &api.Properties{Properties: map[string]string{}}
	for _, p := range all {
		out.Properties[p.Name] = p.Value
	}
	return out, err
}

func putProperty(c *call, in *api.Property) (*nothing, *chat.Error) {
	_, err := c.do(&api.Command{Op: api.OpProperty, Name: c.r.PathValue("key"), Text: in.Value, Private: in.Private})
	return nil, err
}

func deleteProperty(c *call, _ *nothing) (*nothing, *chat.Error) {
	return putProperty(c, &api.Property{})
}

func (c *call) setPassword(in *api.PasswordChange) *chat.Error {
	if err := c.proveOrConfirm(in.Old); err != nil {
		return err
	}
	return c.gateway.cfg.Door.SetPassword(c.ctx(), c.session, c.me(), in.New)
}

// credentials returns what somebody proves themselves with.
func (c *call) credentials() ([]chat.Credential, *chat.Error) {
	me, err := c.member()
	if err != nil {
		return nil, err
	}
	return c.gateway.cfg.Door.Credentials(c.ctx(), me.ID)
}

// credential returns one as it is listed.
func (c *call) credential(have *chat.Credential) api.Credential {
	out := api.Credential{
		Number: uint64(have.Seq), Proof: have.Proof.String(), Name: have.Name,
		Added: int64(have.Added), Expires: int64(have.Until),
	}
	if have.Proof == chat.ByToken {
		out.Scope = hub.Scopes(have.Scope).String()
		out.Current = have.Seq == c.session.Credential()
		if client, ok := door.Remembered(have.Name); ok {
			out.Name = client
		}
	}
	return out
}

func getSessions(c *call, _ *nothing) (*api.Sessions, *chat.Error) {
	out := &api.Sessions{Remembered: []api.Credential{}, Connections: []api.Connection{}}
	if p, ok := c.gateway.cfg.Hub.Person(c.session.Nick()); ok && p.ID == c.session.User() {
		out.Connections = connections(&p)
	}
	if c.me().Role == chat.GuestRole {
		return out, nil
	}
	all, err := c.remembered()
	for i := range all {
		out.Remembered = append(out.Remembered, c.credential(&all[i]))
	}
	return out, err
}

// remembered returns the tokens by which clients come back by themselves.
func (c *call) remembered() (some []chat.Credential, err *chat.Error) {
	all, err := c.credentials()
	for _, have := range all {
		if door.IsRemembered(&have) {
			some = append(some, have)
		}
	}
	return some, err
}

// connections are those of a person, as they are listed.
func connections(p *hub.Person) []api.Connection {
	all := []api.Connection{}
	for _, s := range p.Sessions {
		from := ""
		if s.From.IsValid() {
			from = s.From.String()
		}
		all = append(all, api.Connection{From: from, Since: s.Since.UnixMilli()})
	}
	return all
}

func deleteSessions(c *call, _ *nothing) (*nothing, *chat.Error) {
	me, err := c.member()
	if err != nil {
		return nil, err
	}
	return nil, c.gateway.cfg.Door.LogOut(c.ctx(), c.session, me.ID)
}

func getTokens(c *call, _ *nothing) (*api.Credentials, *chat.Error) {
	all, err := c.credentials()
	if err != nil {
		return nil, err
	}
	out := &api.Credentials{Credentials: make([]api.Credential, len(all))}
	for i := range all {
		out.Credentials[i] = c.credential(&all[i])
	}
	return out, nil
}

// maySecure says why whom the request speaks for may get no further way in, or nil.
func (c *call) maySecure() (hub.Person, *chat.Error) {
	me, err := c.member()
	if err == nil {
		err = c.mayTell()
	}
	if err == nil {
		err = c.confirmed()
	}
	return me, err
}

func postToken(c *call, in *api.NewToken) (*api.Token, *chat.Error) {
	me, err := c.maySecure()
	if err != nil {
		return nil, err
	}
	scopes, ok := hub.ParseScopes(cmp.Or(in.Scope, hub.ScopeWrite.String()))
	switch _, taken := door.Remembered(in.Name); {
	case !ok:
		return nil, chat.Errorf(chat.Invalid, "The scope of a token is read, write, admin or all.")
	case in.Name == "" || taken:
		return nil, chat.Errorf(chat.Invalid, "A token needs a name, so that you know later what it is for; %q can't be it.", clipped(in.Name))
	case in.Days < 0 || in.Days > mostDays:
		return nil, chat.Errorf(chat.Invalid, "A token counts for 1 to %d days, or for ever with 0.", mostDays)
	}
	token, err := c.gateway.cfg.Door.NewToken(c.ctx(), c.session, me.ID, door.Token{Name: in.Name, Lasts: days(in.Days), Scopes: scopes})
	return &api.Token{Token: token.Reveal()}, err
}

// mostDays bounds for how long things last that are to end.
const mostDays = 3660

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// number returns the number that the address ends in.
func (c *call) number() (chat.Seq, *chat.Error) {
	n, err := strconv.ParseUint(c.r.PathValue("number"), 10, 63)
	if err != nil {
		return 0, chat.Errorf(chat.NotFound, "There is no number %q.", clipped(c.r.PathValue("number")))
	}
	return chat.Seq(n), nil
}

// deleteCredential drops anything but a second factor, which takes the password: see
// deleteTOTP.
func deleteCredential(c *call, _ *nothing) (*nothing, *chat.Error) {
	n, err := c.number()
	if err != nil {
		return nil, err
	}
	all, err := c.credentials()
	if err != nil {
		return nil, err
	}
	for _, have := range all {
		if have.Seq == n && door.IsFactor(&have) {
			return nil, chat.Errorf(chat.Forbidden, "To do without a second factor takes your password: DELETE %s/me/totp.", apiPath)
		}
	}
	return nil, c.gateway.cfg.Door.Drop(c.ctx(), c.session, c.session.User(), n)
}

func getTOTP(c *call, _ *nothing) (*api.SecondFactor, *chat.Error) {
	all, err := c.credentials()
	out := &api.SecondFactor{}
	for _, have := range all {
		switch have.Proof {
		case chat.ByTOTP:
			out.On = true
		case chat.ByRecovery:
			out.Recovery++
		}
	}
	return out, err
}

func postTOTP(c *call, _ *nothing) (*api.SecondFactorSeed, *chat.Error) {
	me, err := c.maySecure()
	if err != nil {
		return nil, err
	}
	link, typed, err := c.gateway.cfg.Door.BeginTOTP(me)
	return &api.SecondFactorSeed{Link: link.Reveal(), Seed: typed}, err
}

func confirmTOTP(c *call, in *api.Code) (*api.RecoveryCodes, *chat.Error) {
	me, err := c.member()
	if err != nil {
		return nil, err
	}
	codes, err := c.gateway.cfg.Door.ConfirmTOTP(c.ctx(), c.session, me, in.Code)
	if err != nil {
		return nil, err
	}
	out := &api.RecoveryCodes{}
	for _, code := range codes {
		out.Recovery = append(out.Recovery, code.Reveal())
	}
	return out, nil
}

func deleteTOTP(c *call, in *api.Password) (*nothing, *chat.Error) {
	if err := c.proveOrConfirm(in.Password); err != nil {
		return nil, err
	}
	return nil, c.gateway.cfg.Door.DropTOTP(c.ctx(), c.session, c.session.User())
}
