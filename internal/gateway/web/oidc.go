package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/door"
)

// Coming in by an account elsewhere: the browser is sent to who keeps the account, and
// comes back. On its way it has a cookie of its own, so that nobody can have somebody
// else come back in their place.

const (
	oidcPath  = apiPath + "/oidc"
	oidcLasts = 5 * time.Minute

	linking = "link." // begins the cookie of who adds the account to their own
	going   = "go."   // the address to go to afterwards is behind it and the ceremony
)

// provider returns who keeps accounts that let people in, or nil.
func provider(d *door.Door) *api.OIDC {
	if p := d.OIDC(); p != nil {
		return &api.OIDC{Name: p.Name()}
	}
	return nil
}

func oidcCookie(secure bool) string { return cookieName(secure) + "-oidc" }

// setOIDCCookie has the browser keep a ceremony, or forget it if it is empty.
func (c *call) setOIDCCookie(value string) {
	age := int(oidcLasts / time.Second)
	if value == "" {
		age = -1
	}
	http.SetCookie(c.w, &http.Cookie{
		Name: oidcCookie(c.client.secure), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: c.client.secure, SameSite: http.SameSiteLaxMode,
	})
}

// oidcCeremony returns the ceremony that the browser keeps, or "".
func (c *call) oidcCeremony() string {
	cookie, err := c.r.Cookie(oidcCookie(c.client.secure))
	if err != nil {
		return ""
	}
	ceremony, _, _ := strings.Cut(strings.TrimPrefix(cookie.Value, linking), going)
	return ceremony
}

// startOIDC sends the browser to who keeps accounts. With link it comes back to add
// the account to that of the member who asks.
func (g *Gateway) startOIDC(w http.ResponseWriter, r *http.Request) {
	c := &call{gateway: g, w: w, r: r, client: g.clientOf(r)}
	if err := c.startOIDC(); err != nil {
		status, _ := statusOf(err)
		plainly(w, r, status, err.Text)
	}
}

func (c *call) startOIDC() *chat.Error {
	var user chat.UserID
	kept := ""
	if c.r.URL.Query().Has("link") {
		if !c.gateway.own(c.r) {
			return errOrigin
		}
		s, leave, err := c.gateway.visit(c.r)
		if err != nil {
			return err
		}
		defer leave()
		if c.session = s; s.User() == 0 {
			return errLogin
		}
		if _, err := c.maySecure(); err != nil {
			return err
		}
		user, kept = s.User(), linking
	}
	where, ceremony, err := c.gateway.cfg.Door.BeginOIDC(c.ctx(), user, c.origin()+oidcPath+"/callback", c.client.from)
	if err != nil {
		return err
	}
	c.setOIDCCookie(kept + ceremony + going + url.QueryEscape(c.r.URL.Query().Get("to")))
	c.redirect(where)
	return nil
}

// origin returns where browsers see the server, by the configuration if that says so.
func (c *call) origin() string {
	if len(c.gateway.cfg.Origins) > 0 {
		return c.gateway.cfg.Origins[0]
	}
	return c.here()
}

func (c *call) redirect(where string) {
	c.w.Header().Set("Cache-Control", "no-store")
	c.w.Header().Set("Location", where)
	c.w.WriteHeader(http.StatusFound)
}

// finishOIDC lets in who comes back.
func (g *Gateway) finishOIDC(w http.ResponseWriter, r *http.Request) {
	c := &call{gateway: g, w: w, r: r, client: g.clientOf(r)}
	if err := c.finishOIDC(); err != nil {
		status, _ := statusOf(err)
		plainly(w, r, status, err.Text)
	}
}

func (c *call) finishOIDC() *chat.Error {
	cookie, err := c.r.Cookie(oidcCookie(c.client.secure))
	if err != nil {
		return chat.Errorf(chat.Forbidden, "That was begun in another browser, or too long ago; log in again.")
	}
	c.setOIDCCookie("")
	ceremony, to, _ := strings.Cut(cookie.Value, going)
	if ceremony, link := strings.CutPrefix(ceremony, linking); link {
		return c.linkOIDC(ceremony, to)
	}
	a, newcomer, refused := c.gateway.cfg.Door.FinishOIDC(c.ctx(), ceremony, c.r.URL.Query(), c.client.from)
	switch {
	case refused != nil:
		return refused
	case newcomer != nil:
		c.w.Header().Del("Set-Cookie")
		c.setOIDCCookie(newcomer.Ceremony)
		c.redirect("/?newcomer=" + url.QueryEscape(newcomer.Nick))
		return nil
	}
	if _, err := c.remember(&api.Login{Cookie: true}, a.User); err != nil {
		return err
	}
	c.redirect(local(to))
	return nil
}

func (c *call) linkOIDC(ceremony, to string) *chat.Error {
	s, leave, err := c.gateway.visit(c.r)
	if err != nil {
		return err
	}
	defer leave()
	if err := c.gateway.cfg.Door.LinkOIDC(c.ctx(), s, s.User(), ceremony, c.r.URL.Query()); err != nil {
		return err
	}
	c.redirect(local(to))
	return nil
}

// local returns an escaped address on this server, or that of its page if it is none:
// nobody is sent to where somebody else wants.
func local(to string) string {
	path, err := url.QueryUnescape(to)
	u, bad := url.Parse(path)
	if err != nil || bad != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return u.String()
}
