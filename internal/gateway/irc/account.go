package irc

import (
	"strings"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// Who one is: becoming a member, and going on as one. An account is called what its
// member is called.

// before is what a client was before it logged in while connected. It does not
// change any more.
type before struct {
	nick  string
	role  chat.Role
	rooms []place // without direct conversations
}

type place struct {
	id   chat.RoomID
	name string
}

func now() chat.Millis { return chat.Millis(time.Now().UnixMilli()) }

// loggedIn says that the client has proved to be a member, and lets it be that
// member: at registration, or from the next command on.
func (c *conn) loggedIn(a hub.Arrival) {
	s := c.Session()
	account := s.NickOf(a.User)
	c.sayAccount(account)
	switch {
	case c.entering != nil:
		c.entering.proven = &a
	case a.User != s.User():
		c.member = &a
	default:
		c.gateway.cfg.Door.LoggedIn(s, a)
	}
}

// sayAccount says as whom the client is logged in, and how it will be shown from now
// on (sasl-3.1, RPL_LOGGEDIN).
func (c *conn) sayAccount(account string) {
	role := chat.MemberRole
	if p, ok := c.gateway.cfg.Hub.Person(account); ok {
		role = max(p.Role, chat.BotRole)
	}
	c.numeric(rplLoggedIn, chat.Hostmask(account, role), account, "You are now logged in as "+account)
}

// wasHere returns what the client has been until now.
func (c *conn) wasHere() *before {
	s := c.Session()
	b := &before{nick: s.Nick(), role: s.Role()}
	for _, room := range s.Joined() {
		if room.Flags&chat.Direct == 0 {
			b.rooms = append(b.rooms, place{room.ID, room.Name})
		}
	}
	return b
}

// comeBack has somebody who was here as somebody else be here as a member. The rooms
// of a guest are joined by the member; those of another member stay that one's.
func (c *conn) comeBack(a hub.Arrival) {
	s := c.Session()
	if err := s.Arrive(c.Context(), a); err != nil {
		c.Stop(err.Text)
		return
	}
	c.Flush() // who one is comes before what becomes of the rooms
	if c.rare.before.role != chat.GuestRole {
		return
	}
	for _, p := range c.rare.before.rooms {
		if !c.isIn(p.id) {
			c.send(chat.Command{Op: chat.Join, Room: p.id}, &call{verb: "REJOIN", target: p.name})
		}
	}
	c.commitReply()
}

// isIn reports whether the user is in a room.
func (c *conn) isIn(id chat.RoomID) bool {
	room, err := c.Session().RoomByID(id)
	if err != nil {
		return false
	}
	_, in := room.Member(c.Session().User())
	return in
}

// appendBecome appends what somebody is told who is a member from now on: the name
// and the host that they have now, and the rooms that they are in no more. Those
// that the member is in follow.
func (c *conn) appendBecome(dst []byte) []byte {
	b, s := c.rare.before, c.Session()
	nick, role := s.Nick(), s.Role()
	if nick != b.nick {
		dst = appendLine(dst, chat.Hostmask(b.nick, b.role), "NICK", nick)
	}
	dst = c.appendHost(dst, nick, b.role, role)
	mask := chat.Hostmask(nick, role)
	for _, p := range b.rooms {
		if b.role != chat.GuestRole && !c.isIn(p.id) {
			dst = appendLine(dst, mask, "PART", p.name, "You are "+nick+" now")
		}
	}
	if role >= chat.AdminRole && b.role < chat.AdminRole {
		dst = appendLine(dst, nick, "MODE", nick, "+o")
	}
	return dst
}

// appendHost appends that somebody's host is another, to who has negotiated that.
// (https://ircv3.net/specs/extensions/chghost)
func (c *conn) appendHost(dst []byte, nick string, from, to chat.Role) []byte {
	is := identity(nick, to)
	if !c.has(capChghost) || identity(nick, from) == is {
		return dst
	}
	user, host, _ := strings.Cut(is[len("!"):], "@")
	return appendLine(dst, chat.Hostmask(nick, from), "CHGHOST", user, host)
}

// appendRegistered appends that somebody who is here has become a member.
// (https://ircv3.net/specs/extensions/account-notify)
func (c *conn) appendRegistered(dst []byte, sig *hub.Signal) []byte {
	if !sig.Watched || c.hears(sig, capChghost) {
		dst = c.appendHost(dst, sig.Nick, chat.GuestRole, sig.Role)
	}
	if c.hears(sig, capAccountNotify) && sig.By != c.Session().User() {
		dst = appendLine(dst, chat.Hostmask(sig.Nick, sig.Role), "ACCOUNT", sig.Nick)
	}
	return dst
}

// registrationValue offers REGISTER where somebody can register, and a password can
// be said. (https://ircv3.net/specs/extensions/account-registration)
func registrationValue(c *conn) (string, bool) {
	return "before-connect,custom-account-name", c.Private() && c.gateway.cfg.Hub.Policy().Registration != hub.Closed
}

// register makes an account: REGISTER <account> <email> <password>. There is no use
// for an email address here; in its place may stand the code of an invitation.
func (c *conn) register(m *message) {
	r := door.Registration{Nick: m.param(0), Code: invitationIn(m.param(1)), Password: m.param(2), From: c.Session().Address()}
	if r.Nick == "*" {
		if r.Nick = c.me(); r.Nick == "*" {
			c.fail("REGISTER", "NEED_NICK", "*", "Choose a nick first")
			return
		}
	}
	if !c.admitted() {
		return
	}
	if code, err := c.enroll(r); err != nil {
		c.fail("REGISTER", code, shown(r.Nick), err.Text)
		return
	}
	c.reply("REGISTER", "SUCCESS", r.Nick, "You are a member now, called "+r.Nick)
	if c.entering == nil {
		c.sayAccount(c.me())
	} else {
		c.loggedIn(*c.entering.proven)
	}
}

// invitationIn returns the code in what a client gives for an email address, or "".
// What begins like one counts even if it is wrong.
func invitationIn(email string) string {
	if code, ok := strings.CutPrefix(email, "invitation:"); ok {
		return code
	}
	if _, ok := auth.ParseCode(email); ok {
		return email
	}
	return ""
}

// enroll makes the client a member, or says why not, with the code of a standard
// reply for it.
func (c *conn) enroll(r door.Registration) (code string, err *chat.Error) {
	if code, err := c.mayRegister(&r); err != nil {
		return code, err
	}
	d := c.gateway.cfg.Door
	if c.entering == nil {
		err = d.Become(c.Context(), c.Session(), r)
	} else {
		var a hub.Arrival
		if a, err = d.Enroll(c.Context(), r); err == nil {
			c.entering.proven = &a
		}
	}
	return c.registerCode(&r, err), err
}

// mayRegister says why a registration is not worth trying, or nil.
func (c *conn) mayRegister(r *door.Registration) (code string, err *chat.Error) {
	d := c.gateway.cfg.Door
	if c.Session().Role() != chat.GuestRole || c.entering != nil && c.entering.proven != nil {
		return "ALREADY_AUTHENTICATED", chat.Errorf(chat.Conflict, "You are logged in, and registered already.")
	}
	if !c.Private() {
		return "TEMPORARILY_UNAVAILABLE", chat.Errorf(chat.Forbidden, untold+".")
	}
	if err := checkNick(r.Nick); err != nil {
		return "BAD_ACCOUNT_NAME", err
	}
	if err := d.CheckPassword(r.Password, r.Nick); err != nil {
		if err.Cause != nil || len(r.Password) > maxWeak {
			return "UNACCEPTABLE_PASSWORD", err
		}
		return "WEAK_PASSWORD", err
	}
	if _, err := d.CheckCode(r.Code); err != nil {
		switch policy := c.gateway.cfg.Hub.Policy().Registration; {
		case r.Code == "" && policy == hub.Closed:
			return "TEMPORARILY_UNAVAILABLE", err
		case r.Code == "":
			err = chat.Errorf(chat.Forbidden, "One registers here by invitation: ask somebody who keeps this server for a code, and give it for the email address, as in REGISTER * invitation:CODE PASSWORD, or /msg NickServ REGISTER PASSWORD CODE.")
		}
		return "INVALID_EMAIL", err
	}
	return "", nil
}

// maxWeak is how long a password can be that is refused for being too easy to
// guess.
const maxWeak = 64

// registerCode returns the code of the standard reply for a registration that the
// log has refused.
func (c *conn) registerCode(r *door.Registration, err *chat.Error) string {
	switch {
	case err == nil:
		return ""
	case err.Code == chat.Conflict && c.gateway.isMember(r.Nick):
		return "ACCOUNT_EXISTS"
	case err.Code == chat.Conflict: // somebody is called so, or nearly so
		return "USERNAME_EXISTS"
	case err.Code == chat.Forbidden:
		return "INVALID_EMAIL" // the invitation in its place
	case err.Code == chat.Invalid:
		return "UNACCEPTABLE_PASSWORD"
	}
	return "TEMPORARILY_UNAVAILABLE"
}

// verify would complete a registration; ours are complete.
func (c *conn) verify(m *message) {
	if c.Session().Role() != chat.GuestRole {
		c.fail("VERIFY", "ALREADY_AUTHENTICATED", shown(m.param(0)), "You are logged in, and there is nothing to verify")
		return
	}
	c.fail("VERIFY", "INVALID_CODE", shown(m.param(0)), "Nothing is to be verified here: an account can be used as soon as REGISTER has made it")
}

// checkNick says why nobody can be called so, or nil.
func checkNick(nick string) *chat.Error {
	if isService(nick) {
		return chat.Errorf(chat.Invalid, "That nick is this server's own.")
	}
	return chat.CheckNick(nick)
}

// isMember reports whether a nick is a member's or a bot's: theirs alone.
func (g *Gateway) isMember(nick string) bool {
	p, ok := g.cfg.Hub.Person(nick)
	return ok && p.Role != chat.GuestRole
}

// nickTaken says what to do about a nick that somebody has.
func (g *Gateway) nickTaken(nick string, err *chat.Error) *chat.Error {
	if !g.isMember(nick) {
		return err
	}
	return chat.Errorf(err.Code, "%s is a member's nick. If that is you, log in: by SASL, by PASS %s:PASSWORD, or by /msg NickServ IDENTIFY %s PASSWORD; else choose another.", nick, nick, nick).Because(err.Why)
}

// admitted checks the server's own password, if it has one, and turns away who has
// not given it.
func (c *conn) admitted() bool {
	e := c.entering
	if e == nil || e.admitted || !c.gateway.cfg.Door.HasPassword() {
		return true
	}
	err := c.gateway.cfg.Door.ServerPassword(c.Context(), e.password, c.Session().Address())
	if err != nil {
		c.numeric(errPasswdMismatch, err.Text)
		c.Stop(err.Text)
		return false
	}
	e.admitted, e.password = true, ""
	return true
}

// proveByPass checks what PASS said: the server's password if it has one, else the
// password of a member, whose name stands before it or is the nick.
func (c *conn) proveByPass() bool {
	e := c.entering
	if !c.admitted() {
		return false
	}
	name, password := c.passFor()
	if name == "" || e.proven != nil {
		return true
	}
	a, err := hub.Arrival{}, chat.Errorf(chat.Forbidden, untold+".")
	if c.Private() {
		a, err = c.gateway.cfg.Door.Plain(c.Context(), name, password, c.Session().Address())
	}
	if err != nil {
		c.numeric(errPasswdMismatch, err.Text)
		c.Stop(err.Text)
		return false
	}
	e.password = ""
	c.loggedIn(a)
	return true
}

// passFor returns the name and the password that a PASS gives; no name if it is not
// about a member: many clients send what was meant for another server.
func (c *conn) passFor() (name, password string) {
	e := c.entering
	if e.password == "" || c.gateway.cfg.Door.HasPassword() {
		return "", ""
	}
	before, after, named := strings.Cut(e.password, ":")
	nick, _ := door.CutDevice(before)
	switch {
	case named && c.gateway.isMember(nick):
		return before, after
	case c.gateway.isMember(e.nick):
		return e.nick, e.password
	case named && chat.CheckNick(nick) == nil:
		return before, after // who is mistaken is told so
	}
	return "", ""
}

// requireAccount turns away a guest, where there are none.
func (c *conn) requireAccount() {
	text := "This server is for its members: log in by SASL, or by PASS NAME:PASSWORD."
	if _, can := registrationValue(c); can {
		text += " Who has no account can make one first: REGISTER NAME * PASSWORD, with invitation:CODE for the * if you have been invited."
	}
	if c.has(capStandardReplies) {
		c.fail("*", "ACCOUNT_REQUIRED_TO_CONNECT", text)
	} else {
		c.numeric(errYoureBanned, text)
	}
	c.Stop("An account is required here")
}
