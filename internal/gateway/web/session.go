package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// Coming in and going.

// cookieLasts is for how long a browser is remembered.
const cookieLasts = 30 * 24 * time.Hour

// cookieName returns what the cookie is called. Under https its name has browsers
// take it from nobody but this host (RFC 6265bis §4.1.3.2).
func cookieName(secure bool) string {
	if secure {
		return "__Host-hubbub"
	}
	return "hubbub"
}

func (c *call) setCookie(value string, lasts time.Duration) {
	age := int(lasts / time.Second)
	if value == "" {
		age = -1
	}
	http.SetCookie(c.w, &http.Cookie{
		Name: cookieName(c.client.secure), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: c.client.secure, SameSite: http.SameSiteLaxMode,
	})
}

func (g *Gateway) sessionRoutes() []route {
	return []route{
		resource("GET", "/server", anybody, "What everybody may know of the server", server),
		resource("GET", "/session", anybody, "Whom you speak for; the user is 0 for who has come by nothing", getSession),
		resource("POST", "/session", anybody, "Come in: as a guest, as a member, or as a new member", postSession),
		resource("POST", "/session/passkey", anybody, "Begin to come in by a passkey", beginPasskeyLogin),
		resource("POST", "/session/passkey/finish", anybody, "Come in by a passkey", finishPasskeyLogin),
		resource("GET", "/session/confirmation", somebody, "Whether you have logged in, or given your password, a moment ago, as some things take", getConfirmation),
		resource("POST", "/session/confirmation", somebody, "Give your password once more: for ten minutes what takes that may be done", postConfirmation),
		resource("DELETE", "/session", anybody, "Log out: what you came by counts no more, and live connections by it end", deleteSession),
	}
}

func server(c *call, _ *nothing) (*api.Server, *chat.Error) {
	g := c.gateway
	policy := g.cfg.Hub.Policy()
	ways := map[hub.Registration]string{hub.Closed: "closed", hub.ByInvite: "invite", hub.Open: "open"}
	return &api.Server{
		Name: g.cfg.Name, Network: g.cfg.Network, Version: g.cfg.Version, Epoch: g.cfg.Hub.Epoch(), Motd: g.cfg.Motd,
		Guests: policy.Guests, Registration: ways[policy.Registration], Owner: g.cfg.Hub.HasOwner(),
		Passkeys: g.cfg.Door.HasPasskeys(), OIDC: provider(g.cfg.Door), Push: g.pushKey(),
		Limits: g.uploads.limits(g.cfg.Text),
	}, nil
}

func getSession(c *call, _ *nothing) (*api.Session, *chat.Error) {
	by := claimOf(c.r, c.client.secure)
	if by == (claim{}) { // which is no mistake of a browser that looks whether it is somebody
		h := c.gateway.cfg.Hub
		return &api.Session{Epoch: h.Epoch(), Seq: uint64(h.Horizon())}, nil
	}
	s, leave, err := c.gateway.visit(c.r)
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := charge(c.ctx(), s); err != nil {
		return nil, err
	}
	return c.describe(s)
}

// describe returns whom a session speaks for.
func (c *call) describe(s *hub.Session) (*api.Session, *chat.Error) {
	role := s.Role()
	out := &api.Session{
		User: uint64(s.User()), Nick: s.Nick(), Role: role.String(), Guest: role == chat.GuestRole,
		Epoch: s.Epoch(), Seq: uint64(s.Horizon()),
	}
	if role == chat.GuestRole {
		return out, nil
	}
	all, err := c.gateway.cfg.Hub.Credentials(c.ctx(), s.User())
	if err != nil {
		return nil, err
	}
	for _, have := range all {
		out.SecondFactor = out.SecondFactor || have.Proof == chat.ByTOTP
		if have.Proof == chat.ByToken && have.Seq == s.Credential() {
			out.Credential, out.Expires = uint64(have.Seq), int64(have.Until)
		}
	}
	return out, nil
}

// postSession lets somebody in by one of the ways that there are.
func postSession(c *call, in *api.Login) (*api.Session, *chat.Error) {
	if in.Register != nil && !c.client.private || (in.Password != "" || in.Token != "") && !c.client.private {
		return nil, errSecret
	}
	switch {
	case in.Register != nil:
		return c.register(in)
	case in.User != "":
		a, err := c.gateway.cfg.Door.Login(c.ctx(), door.Login{Nick: in.User, Password: in.Password, Code: in.Code, From: c.client.from})
		if err != nil {
			return nil, unknown(err)
		}
		return c.remember(in, a.User)
	case in.Token != "":
		return c.enter(in, in.Token, func(ctx context.Context) (hub.Arrival, *chat.Error) {
			return c.gateway.prove(ctx, c.client, claim{credential: in.Token})
		})
	}
	secret := newGuestSecret()
	return c.enter(in, secret, func(context.Context) (hub.Arrival, *chat.Error) {
		key, _ := guestKey(secret)
		return hub.Arrival{Nick: in.Nick, Strict: in.Nick != "", Key: key}, nil
	})
}

// remember makes a token for a member who has proved to be one, and lets them in by
// it.
func (c *call) remember(in *api.Login, user chat.UserID) (*api.Session, *chat.Error) {
	client := door.Program(browser(c.r.UserAgent()))
	if in.Cookie {
		client = door.Browser(browser(c.r.UserAgent()))
	}
	token, err := c.gateway.cfg.Door.Remember(c.ctx(), user, client, cookieLasts)
	if err != nil {
		return nil, err
	}
	return c.enter(in, token.Reveal(), func(ctx context.Context) (hub.Arrival, *chat.Error) {
		return c.gateway.prove(ctx, c.client, claim{credential: token.Reveal()})
	})
}

// enter lets somebody in by a credential, and gives it to them to keep.
func (c *call) enter(in *api.Login, credential string, how func(context.Context) (hub.Arrival, *chat.Error)) (*api.Session, *chat.Error) {
	by := claim{credential: credential}
	s, leave, err := c.gateway.enter(c.ctx(), c.client, by, how)
	if err != nil {
		return nil, err
	}
	defer leave()
	out, err := c.describe(s)
	if err != nil {
		return nil, err
	}
	if in.Cookie {
		c.setCookie(credential, cookieLasts)
	} else {
		out.Token = credential
	}
	return out, nil
}

// register makes a member of somebody: of the guest for whom the request speaks, if
// there is one.
func (c *call) register(in *api.Login) (*api.Session, *chat.Error) {
	g := c.gateway
	r := door.Registration{Nick: in.Register.Nick, Password: in.Register.Password, Code: in.Register.Invitation, From: c.client.from, Lobby: true}
	if by := claimOf(c.r, c.client.secure); by != (claim{}) {
		if s, leave, err := g.visit(c.r); err == nil {
			defer leave()
			if err := g.cfg.Door.Become(c.ctx(), s, r); err != nil {
				return nil, err
			}
			g.visits.forget(c.client, by) // a guest's secret does not speak for a member
			return c.remember(in, s.User())
		}
	}
	enroll := g.cfg.Door.Enroll
	if ceremony := c.oidcCeremony(); ceremony != "" && r.Password == "" {
		enroll = func(ctx context.Context, r door.Registration) (hub.Arrival, *chat.Error) {
			return g.cfg.Door.RegisterOIDC(ctx, ceremony, r)
		}
	}
	a, err := enroll(c.ctx(), r)
	if err != nil {
		return nil, err
	}
	return c.remember(in, a.User)
}

// deleteSession takes back what the request came by. A guest's secret is forgotten
// by its browser; the guest is let go.
func deleteSession(c *call, _ *nothing) (*nothing, *chat.Error) {
	by := claimOf(c.r, c.client.secure)
	c.setCookie("", 0)
	if by.credential == "" {
		return nil, nil
	}
	if s, leave, err := c.gateway.visit(c.r); err == nil {
		defer leave()
		if key, ok := auth.ParseToken(by.credential); ok {
			if err := c.drop(s.User(), key); err != nil {
				return nil, err
			}
		} else {
			s.LeaveWithLast("") // a live connection that was closed just now may still be there
		}
	}
	c.gateway.visits.forget(c.client, by)
	return nil, nil
}

// drop takes a token from a member, by its key.
func (c *call) drop(user chat.UserID, key chat.Key) *chat.Error {
	d := c.gateway.cfg.Door
	held, ok, err := c.gateway.cfg.Hub.CredentialByKey(c.ctx(), key)
	if err != nil || !ok || held.User != user {
		return err
	}
	return d.Drop(c.ctx(), c.gateway.cfg.Hub.Console(), user, held.Seq)
}

// browser names a browser by what it says of itself, as its owner would: Firefox on
// Linux. Of others it is the beginning that counts.
func browser(agent string) string {
	name, system := "", ""
	for _, known := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if name == "" && strings.Contains(agent, known[0]) {
			name = known[1]
		}
	}
	for _, known := range [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}} {
		if system == "" && strings.Contains(agent, known[0]) {
			system = known[1]
		}
	}
	switch {
	case name != "" && system != "":
		return name + " on " + system
	case name != "":
		return name
	}
	first, _, _ := strings.Cut(agent, " ")
	if first = clipped(first); first == "" {
		return "a program"
	}
	return first
}
