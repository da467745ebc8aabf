package line

import (
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
)

// Who one is: logging in, becoming a member, and what one proves it with.
// Secrets are answers to questions, so that they are in no line that is a
// command or a message.

const outsideText = `Welcome. This server is for its members.
  /login NAME              if you are one
  /register NAME CODE      if you have been invited
  /quit                    if not
`

// stayOutside greets somebody who may not come in as a guest.
func (c *conn) stayOutside() {
	c.outside, c.heard = true, c.line != nil
	_ = c.Session().Post(c.Context(), []byte(outsideText)) // or there is nobody to tell
	if c.line != nil || c.long {
		c.handleLine()
	}
}

// isOutside reports whether a command is for those who are not in yet.
func (g *Gateway) isOutside(name string) bool {
	cmd, ok := g.find(name)
	return name != "say" && (!ok || cmd.outside)
}

// recognise notes what is known of who comes in: by what protocol proved it, TLS
// or SSH.
//
//go:noinline
func (c *conn) recognise(peer *gateway.Peer) {
	if peer.As != nil {
		coming := c.in()
		coming.room, coming.echo, coming.whole, coming.passing = peer.Room, peer.Echo, peer.Screen, peer.Passing
		if peer.As.User != 0 {
			coming.proven = peer.As
		} else {
			coming.guest = peer.As
		}
	}
	if peer.Certificate.IsZero() {
		return
	}
	switch a, ok, err := c.gateway.cfg.Door.ByCertificate(c.Context(), peer.Certificate); {
	case err != nil: // whose it is can't be known now, and the log says why; there are other ways to log in
	case ok:
		c.in().proven = &a
	default:
		c.in().offered = peer.Certificate
	}
}

// arriveAsMember lets in who has logged in, or has a member's certificate, and
// does what a line says that came with it.
func (c *conn) arriveAsMember(member *hub.Arrival) {
	c.in().member = nil
	c.here.Store(c.gateway.entrance)
	if err := c.Session().Arrive(c.Context(), *member); err != nil {
		c.refuse("", err)
		c.quit = true
		return
	}
	c.settleIn()
	if c.line != nil || c.long {
		c.handleLine()
	}
}

// enterAs begins anew as a member, or begins if nobody was there yet: then with a whole
// screen, where there is one.
func (c *conn) enterAs(a hub.Arrival) {
	if !c.outside {
		c.in().member = &a
		return
	}
	if c.as().whole != nil {
		err := c.pass(gateway.Passage{As: a, Room: c.as().room})
		if err == nil {
			return
		}
		c.refuse("", err)
	}
	c.outside, c.line = false, nil
	c.arriveAsMember(&a)
}

// proved returns the arrival of a program that gives a password or a token.
func (c *conn) proved(hello *api.Hello) (hub.Arrival, api.Hello, *chat.Error) {
	var a hub.Arrival
	err := c.mayTell()
	switch {
	case err != nil:
	case hello.User != "":
		a, err = c.gateway.cfg.Door.Login(c.Context(), door.Login{Nick: hello.User, Password: hello.Password, Code: hello.Code, From: c.Session().Address()})
		if err == nil {
			c.issue(a.User)
		}
	default:
		a, err = c.gateway.cfg.Door.ByToken(c.Context(), hello.Token, c.Session().Address())
	}
	a.Resume = chat.Seq(hello.After)
	given := *hello
	given.Password, given.Code, given.Token = "", "", ""
	return a, given, err
}

// programToken is how long a program that has given a password can come back
// without it.
const programToken = 90 * 24 * time.Hour

// issue makes a token for a program that has given a password, so that it need
// not keep it.
func (c *conn) issue(user chat.UserID) {
	secret, err := c.gateway.cfg.Door.Remember(c.Context(), user, door.JoinClient, programToken)
	if err == nil {
		c.in().issued = secret.Reveal()
	}
}

// mayTell says why the peer may not say a secret, or nil.
func (c *conn) mayTell() *chat.Error {
	if c.Private() {
		return nil
	}
	return chat.Errorf(chat.Forbidden, "Others could read a password or a token on this connection, so none is taken. Connect with TLS: openssl s_client -quiet -connect HOST:PORT, or hubbub join tls://HOST:PORT.")
}

// mayAsk says why the peer can't be asked for a secret, or nil.
func (c *conn) mayAsk() *chat.Error {
	if c.machine {
		return chat.Errorf(chat.Invalid, "A program can't be asked for a password. Whoever uses hubbub join does this on the chat page, in a browser, or over ssh.")
	}
	return c.mayTell()
}

// done answers a request of which nothing is to be told but that it was done.
func (c *conn) done(req request, text string) {
	if c.machine {
		c.post(api.Message{Type: api.TypeAck, ID: req.id})
		return
	}
	c.note(text)
}

// ask asks a question; the next line is the answer, and an empty one takes it
// back. Where telnet allows it, the answer to a secret is not shown.
func (c *conn) ask(question string, secret bool, then func(line string)) {
	c.in().asking = then
	if s := c.onScreen(); s != nil {
		s.ask(question, secret)
		return
	}
	if secret {
		c.hide()
	}
	ctx := c.Context()
	if c.Session().Settle(ctx) == nil {
		_ = c.Session().Post(ctx, []byte(question+" ")) // or there is nobody to tell
	}
}

// hide has what is typed next not shown, where that can be.
func (c *conn) hide() {
	if echo := c.as().echo; echo != nil {
		echo(false)
	}
	if c.telnet.hide() {
		c.negotiate()
	}
}

// show undoes hide.
func (c *conn) show() {
	if echo := c.as().echo; echo != nil {
		echo(true)
	}
	if c.telnet.show() {
		c.negotiate()
	}
}

// answer takes a line as the answer to the question that was asked.
func (c *conn) answer(line []byte) {
	then := c.as().asking
	c.in().asking = nil
	c.show()
	text := strings.TrimRight(string(line), " ")
	if text == "" {
		c.note("Never mind, then.")
		return
	}
	then(text)
}

// words takes arguments apart, n at most; the last has the rest.
func words(rest string, n int) []string {
	w := make([]string, n)
	for i := range n - 1 {
		w[i], rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
	}
	w[n-1] = strings.TrimSpace(rest)
	return w
}

func (c *conn) login(req request) {
	err := c.mayTell()
	args := words(req.rest, 3)
	switch name := strings.TrimPrefix(args[0], "@"); {
	case err != nil:
		c.refuse(req.id, err)
	case c.machine:
		c.refuse(req.id, chat.Errorf(chat.Invalid, "A program logs in with its hello: /json {\"user\":\"NAME\",\"password\":\"…\"}, or a token. Whoever uses hubbub join leaves it, and comes back with: hubbub join --user NAME"))
	case auth.IsToken(name):
		if a, err := c.gateway.cfg.Door.ByToken(c.Context(), name, c.Session().Address()); err != nil {
			c.refuse(req.id, err)
		} else {
			c.enterAs(a)
		}
	case name == "":
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/login needs to know as whom, as in /login ada."))
	case c.Session().Role() != chat.GuestRole:
		c.refuse(req.id, chat.Errorf(chat.Conflict, "You are logged in as %s; /logout first.", c.Session().Nick()))
	case args[1] != "":
		c.tryLogin(req, name, args[1], args[2], 1)
	default:
		c.askPassword(req, name, tries)
	}
}

// tries is how often a password is asked for before whoever types it is let go
// on: what they type next should not be another try, for everybody to read.
const tries = 3

func (c *conn) askPassword(req request, name string, left int) {
	c.ask("Password:", true, func(password string) { c.tryLogin(req, name, password, "", left) })
}

func (c *conn) tryLogin(req request, name, password, code string, left int) {
	a, err := c.gateway.cfg.Door.Login(c.Context(), door.Login{Nick: name, Password: password, Code: code, From: c.Session().Address()})
	switch {
	case err == nil:
		c.enterAs(a)
	case err == door.ErrCode:
		c.ask("Code of your authenticator app, or a recovery code:", true, func(code string) { c.tryLogin(req, name, password, code, left) })
	default:
		c.refuse(req.id, err)
		if err.Code == chat.Forbidden && left > 1 {
			c.askPassword(req, name, left-1)
		}
	}
}

func (c *conn) logout(req request) {
	if c.Session().Role() == chat.GuestRole {
		c.refuse(req.id, chat.Errorf(chat.Conflict, "You are not logged in; /quit leaves."))
		return
	}
	c.leave(req)
}

func (c *conn) register(req request) {
	err := c.mayTell()
	args := words(req.rest, 2)
	name := strings.TrimPrefix(args[0], "@")
	switch {
	case err != nil:
	case c.machine:
		err = chat.Errorf(chat.Invalid, "A program can't register. Whoever uses hubbub join does it on the chat page, in a browser, or over ssh, and comes back with: hubbub join --user NAME")
	case c.Session().Role() != chat.GuestRole:
		err = chat.Errorf(chat.Conflict, "You are %s, and registered already.", c.Session().Nick())
	case name == "" && !c.outside:
		name = c.Session().Nick()
	case name == "":
		err = chat.Errorf(chat.Invalid, "/register needs the name that you want, as in /register ada, and after it the code of your invitation.")
	}
	if err == nil {
		err = chat.CheckNick(name)
	}
	if err == nil {
		_, err = c.gateway.cfg.Door.CheckCode(args[1])
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.choosePassword("Choose a password (8 characters or more):", name, tries, func(password string) {
		c.tryRegister(req, door.Registration{Nick: name, Password: password, Code: args[1], From: c.Session().Address()})
	})
}

// choosePassword asks for a password twice, since what is typed blindly is often
// mistyped, and again if it is not good enough.
func (c *conn) choosePassword(question, nick string, left int, then func(password string)) {
	again := func(err *chat.Error) {
		c.refuse("", err)
		if left > 1 {
			c.choosePassword(question, nick, left-1, then)
		}
	}
	c.ask(question, true, func(password string) {
		if err := c.gateway.cfg.Door.CheckPassword(password, nick); err != nil {
			again(err)
			return
		}
		c.ask("And again:", true, func(repeated string) {
			if repeated != password {
				again(chat.Errorf(chat.Invalid, "Those were two different passwords; nothing was changed."))
				return
			}
			then(password)
		})
	})
}

func (c *conn) tryRegister(req request, r door.Registration) {
	d := c.gateway.cfg.Door
	if !c.outside {
		if err := d.Become(c.Context(), c.Session(), r); err != nil {
			c.refuse(req.id, err)
			return
		}
		c.note("You are a member now; next time, /login " + r.Nick + ".")
		return
	}
	r.Lobby = true
	a, err := d.Enroll(c.Context(), r)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.enterAs(a)
}

// myself returns the member for whom the session speaks, or says that it is
// none.
func (c *conn) myself() (hub.Person, *chat.Error) {
	p, err := c.Session().Whois(c.Session().Nick())
	if err == nil && p.Role == chat.GuestRole {
		err = chat.Errorf(chat.Forbidden, "That is for members; /register makes you one, /login says that you are one.")
	}
	return p, err
}

// sessions lists from where one is connected, or closes all the others.
func (c *conn) sessions(req request) {
	me, err := c.myself()
	if err == nil && req.rest == "close" {
		if _, ok := c.do(req, chat.Command{Op: chat.Disconnect, User: me.ID}); ok {
			c.note("Your other connections are closed.")
		}
		return
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	text := "* You are connected:"
	for _, s := range me.Sessions {
		text += "\n*   " + connection(s, c.gateway.cfg.Zone)
	}
	c.reply(req, api.Message{Text: text + "\n* /sessions close ends all but this one."})
}

func connection(s hub.Connection, zone *time.Location) string {
	from := "from this machine"
	if s.From.IsValid() {
		from = "from " + s.From.String()
	}
	return "since " + s.Since.In(zone).Format("2006-01-02 15:04") + " " + from
}
