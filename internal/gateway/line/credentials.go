package line

import (
	"fmt"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// What one proves oneself with.

// confirm does something that takes a fresh proof, once there is one: it asks for the
// password, if that is what is missing.
func (c *conn) confirm(req request, what door.Change, then func()) {
	d := c.gateway.cfg.Door
	err := d.Missing(c.Context(), c.Session(), what)
	if err == door.ErrPassword {
		err = c.mayAsk()
	} else if err == nil {
		then()
		return
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.ask("Your password:", true, func(password string) {
		if err := d.Confirm(c.Context(), c.Session(), password); err != nil {
			c.refuse(req.id, err)
			return
		}
		then()
	})
}

func (c *conn) password(req request) {
	me, err := c.myself()
	if err == nil {
		err = c.mayAsk()
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.confirm(req, door.LessProof, func() {
		c.choosePassword("And from now on:", me.Nick, tries, func(password string) {
			if err := c.gateway.cfg.Door.SetPassword(c.Context(), c.Session(), me, password); err != nil {
				c.refuse(req.id, err)
				return
			}
			c.note("Your password is changed. Where you had logged in by the old one you are logged out; tokens that you made stay.")
		})
	})
}

// token lists one's credentials, makes a token, or drops something.
func (c *conn) token(req request) {
	me, err := c.myself()
	args := words(req.rest, 4)
	switch {
	case err != nil:
	case args[0] == "":
		c.listCredentials(req, me)
		return
	case args[0] == "drop":
		c.dropCredential(req, me, args[1])
		return
	case args[0] != "new":
		err = chat.Errorf(chat.Invalid, "/token lists what you log in with; /token new NAME [read|write|admin|all] [30d] makes a token, /token drop NUMBER drops one.")
	default:
		err = c.mayTell()
	}
	var t door.Token
	if err == nil {
		t, err = door.ParseToken(args[1:])
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.confirm(req, door.FurtherWay, func() { c.newToken(req, me, t) })
}

func (c *conn) newToken(req request, me hub.Person, t door.Token) {
	secret, err := c.gateway.cfg.Door.NewToken(c.Context(), c.Session(), me.ID, t)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.reply(req, api.Message{Text: "* " + secret.Reveal() + "\n* Keep it well: it is shown this once. A program gives it in its hello, a person after /login.", Token: secret.Reveal()})
}

func (c *conn) listCredentials(req request, me hub.Person) {
	all, err := c.gateway.cfg.Door.Credentials(c.Context(), me.ID)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	text := "* You log in with:"
	for _, cred := range all {
		text += "\n*   " + c.describeCredential(&cred)
	}
	if len(all) == 0 {
		text = "* You have nothing to log in with; /password sets a password, /token new NAME makes a token."
	}
	c.reply(req, api.Message{Text: text})
}

func (c *conn) describeCredential(cred *chat.Credential) string {
	text := fmt.Sprintf("%d  %s", cred.Seq, cred.Proof)
	if cred.Name != "" {
		text += " " + cred.Name
	}
	if cred.Proof == chat.ByToken {
		text += " (" + hub.Scopes(cred.Scope).String() + ")"
	}
	text += ", since " + c.day(cred.Added)
	if cred.Until != 0 {
		text += ", until " + c.day(cred.Until)
	}
	return text
}

func (c *conn) day(at chat.Millis) string {
	return time.UnixMilli(int64(at)).In(c.gateway.cfg.Zone).Format(time.DateOnly)
}

func (c *conn) dropCredential(req request, me hub.Person, number string) {
	var seq chat.Seq
	if number == "this" {
		if seq = c.ownToken(me); seq == 0 {
			c.refuse(req.id, chat.Errorf(chat.Conflict, "You did not come by a token; /token lists what you have, with its numbers."))
			return
		}
	} else if _, err := fmt.Sscanf(number, "%d", &seq); err != nil {
		c.refuse(req.id, chat.Errorf(chat.Invalid, "%q is no number; /token lists what you have, with its numbers.", quoted(number)))
		return
	}
	err := c.mayDrop(me, seq)
	if err == nil {
		err = c.gateway.cfg.Door.Drop(c.Context(), c.Session(), me.ID, seq)
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.done(req, "It proves nothing any more.")
}

// mayDrop says why somebody's credential is not dropped by its number, or nil.
func (c *conn) mayDrop(me hub.Person, seq chat.Seq) *chat.Error {
	all, err := c.gateway.cfg.Door.Credentials(c.Context(), me.ID)
	for i := range all {
		if all[i].Seq == seq && door.IsFactor(&all[i]) {
			return chat.Errorf(chat.Forbidden, "That is of your second factor; /totp off does without it, and takes your password.")
		}
	}
	return err
}

// ownToken returns the token by which somebody came, or 0.
func (c *conn) ownToken(me hub.Person) chat.Seq {
	all, err := c.gateway.cfg.Door.Credentials(c.Context(), me.ID)
	if err != nil {
		return 0
	}
	proof := c.Session().Credential()
	for _, cred := range all {
		if cred.Seq == proof && cred.Proof == chat.ByToken {
			return proof
		}
	}
	return 0
}

// key adds an SSH public key, or the certificate that the peer came with.
func (c *conn) key(req request) {
	me, err := c.myself()
	switch {
	case err != nil:
	case req.rest == "":
		err = chat.Errorf(chat.Invalid, "/key needs a line as in ~/.ssh/id_ed25519.pub; with /key certificate you add the certificate that you came with.")
	case req.rest == "certificate" && c.as().offered.IsZero():
		err = chat.Errorf(chat.Invalid, "You came without a certificate, or with one that is somebody's already.")
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.confirm(req, door.FurtherWay, func() { c.addKey(req, me) })
}

func (c *conn) addKey(req request, me hub.Person) {
	var err *chat.Error
	if d := c.gateway.cfg.Door; req.rest == "certificate" {
		err = d.AddCertificate(c.Context(), c.Session(), me.ID, "certificate", c.as().offered)
	} else {
		_, err = d.AddKey(c.Context(), c.Session(), me.ID, req.rest)
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.done(req, "Added; /token lists what you log in with.")
}

// totp sets up the second factor, or ends it.
func (c *conn) totp(req request) {
	me, err := c.myself()
	switch {
	case err != nil:
	case req.rest == "on":
		if err = c.mayAsk(); err == nil {
			c.confirm(req, door.FurtherWay, func() { c.beginTOTP(req, me) })
			return
		}
	case req.rest == "off":
		c.confirm(req, door.LessProof, func() { c.dropTOTP(req, me) })
		return
	default:
		err = chat.Errorf(chat.Invalid, "/totp on asks for a code beside your password from now on, /totp off does not any more.")
	}
	c.refuse(req.id, err)
}

func (c *conn) dropTOTP(req request, me hub.Person) {
	if err := c.gateway.cfg.Door.DropTOTP(c.Context(), c.Session(), me.ID); err != nil {
		c.refuse(req.id, err)
		return
	}
	c.done(req, "Your password alone is enough from now on.")
}

func (c *conn) beginTOTP(req request, me hub.Person) {
	link, typed, err := c.gateway.cfg.Door.BeginTOTP(me)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.note("Give this to your authenticator app, as a link or typed:\n* " + link.Reveal() + "\n* " + typed)
	c.ask("The code that it shows:", false, func(code string) { c.confirmTOTP(req, me, code) })
}

func (c *conn) confirmTOTP(req request, me hub.Person, code string) {
	codes, err := c.gateway.cfg.Door.ConfirmTOTP(c.Context(), c.Session(), me, code)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	text := "It counts from now on. Should the app be lost, each of these lets you in once; they are shown this once:"
	for _, code := range codes {
		text += "\n*   " + code.Reveal()
	}
	c.note(text)
}
