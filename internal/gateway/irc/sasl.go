package irc

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// Logging in by SASL, before registration and at any time after it (RFC 4422;
// https://ircv3.net/specs/extensions/sasl-3.1, and sasl-3.2).

// The mechanisms.
const (
	plain       = "PLAIN"         // RFC 4616
	external    = "EXTERNAL"      // RFC 4422 Appendix A: the certificate that TLS has proved
	scram       = "SCRAM-SHA-256" // RFC 5802, RFC 7677
	oauthBearer = "OAUTHBEARER"   // RFC 7628
	ircv3Bearer = "IRCV3BEARER"   // https://github.com/ircv3/ircv3-specifications/pull/545
)

// How long what is said by AUTHENTICATE may be, in Base64.
const (
	maxChunk    = 400     // of one line; a shorter one is the last
	maxResponse = 4 << 10 // of all together
)

// exchange is a login by SASL that is under way.
type exchange struct {
	mechanism string
	response  []byte              // in Base64, as far as it has come
	scram     *door.ScramExchange // nil before the client's first message
	proven    *hub.Arrival        // by SCRAM, while the client has not seen yet that the server knows its password
	refused   *chat.Error         // by OAUTHBEARER, while the client has not seen yet why
}

// mechanisms returns the mechanisms that can be used safely over the connection:
// PLAIN would say a password to whoever listens in, and the two of bearers a token.
// EXTERNAL takes a certificate, which is shown before anything is said.
func (c *conn) mechanisms() []string {
	var names []string
	if !c.certificate().IsZero() {
		names = append(names, external)
	}
	names = append(names, scram)
	if c.Private() {
		names = append(names, plain, oauthBearer, ircv3Bearer)
	}
	return names
}

// saysSecrets reports whether a mechanism is one of those that say a secret as it is.
func saysSecrets(mechanism string) bool {
	return mechanism == plain || mechanism == oauthBearer || mechanism == ircv3Bearer
}

func saslValue(c *conn) (string, bool) { return strings.Join(c.mechanisms(), ","), true }

// stsValue tells clients that speak in the clear where to speak by TLS, and those that
// do for how long to keep to it; of clients that know values. Whoever is on the same
// machine knows the server by another name than the certificate has.
// (https://ircv3.net/specs/extensions/sts)
func stsValue(c *conn) (string, bool) {
	sts := c.gateway.cfg.STS
	switch {
	case sts.Lasts == 0 || !c.has(capNotify):
		return "", false
	case c.Secure():
		return "duration=" + strconv.Itoa(int(sts.Lasts/time.Second)), true
	case c.Private():
		return "", false
	}
	return "port=" + strconv.Itoa(sts.Port), true
}

// certificate returns the one that the peer has proved to have, or zero.
func (c *conn) certificate() chat.Key {
	if c.rare == nil {
		return chat.Key{}
	}
	return c.rare.certificate
}

// authenticate begins a login, or goes on with the one that is under way.
func (c *conn) authenticate(m *message) {
	said := m.param(0)
	x := c.seldom().sasl
	switch {
	case said == "*":
		c.abortSASL()
	case x == nil:
		c.beginSASL(strings.ToUpper(said))
	case len(said) > maxChunk, len(x.response)+len(said) > maxResponse:
		c.rare.sasl = nil
		c.numeric(errSASLTooLong, "SASL message too long")
	default:
		if said != "+" { // which is an empty chunk
			x.response = append(x.response, said...)
		}
		if said == "+" || len(said) < maxChunk {
			c.respond(x)
		}
	}
}

// abortSASL ends a login that is under way, or whatever the client takes for one.
func (c *conn) abortSASL() {
	c.rare.sasl = nil
	c.numeric(errSASLAborted, "SASL authentication aborted")
}

// endSASL aborts a login that is under way when the client has registered without
// it (sasl-3.1, "The AUTHENTICATE command").
func (c *conn) endSASL() {
	if c.rare != nil && c.rare.sasl != nil {
		c.abortSASL()
	}
}

func (c *conn) beginSASL(mechanism string) {
	switch {
	case saysSecrets(mechanism) && !c.Private():
		c.saslInsecure(mechanism)
		return
	case mechanism == external && c.certificate().IsZero():
		c.saslFails("You came without a certificate: give your client one, and connect by TLS")
		return
	case !slices.Contains(c.mechanisms(), mechanism):
		c.numeric(rplSASLMechs, strings.Join(c.mechanisms(), ","), "are available SASL mechanisms")
		c.saslFails("That SASL mechanism is not available here")
		return
	}
	c.rare.sasl = &exchange{mechanism: mechanism}
	c.challenge(nil)
}

// challenge asks the client for more. The line has no source: several clients know
// it only so.
func (c *conn) challenge(data []byte) {
	text := base64.StdEncoding.EncodeToString(data)
	for len(text) >= maxChunk {
		c.out = append(append(append(c.out, "AUTHENTICATE "...), text[:maxChunk]...), "\r\n"...)
		text = text[maxChunk:]
	}
	if text == "" {
		text = "+"
	}
	c.out = append(append(append(c.out, "AUTHENTICATE "...), text...), "\r\n"...)
}

// saslFails ends a login in vain. The client may begin anew.
func (c *conn) saslFails(why string) {
	c.rare.sasl = nil
	c.numeric(errSASLFail, why)
}

// untold is why no secret is taken over a connection that others can listen in on.
const untold = "Others could read a password on this connection, so none is taken: connect with TLS"

func (c *conn) saslInsecure(mechanism string) {
	if c.has(capStandardReplies) {
		c.fail("AUTHENTICATE", "TLS_REQUIRED", mechanism, untold)
	}
	c.saslFails(untold)
}

// respond takes a response that is complete.
func (c *conn) respond(x *exchange) {
	data, err := base64.StdEncoding.AppendDecode(nil, x.response)
	x.response = nil
	if err != nil {
		c.saslFails("That is no Base64")
		return
	}
	switch x.mechanism {
	case plain:
		c.byPlain(data)
	case external:
		c.byCertificate(string(data))
	case scram:
		c.byScram(x, string(data))
	case oauthBearer:
		c.byOAuthBearer(x, string(data))
	case ircv3Bearer:
		c.byIRCv3Bearer(string(data))
	}
}

// byPlain takes a name and a password. Whom one speaks for is the member whose
// password it is, and nobody else (RFC 4616 §2).
func (c *conn) byPlain(data []byte) {
	parts := bytes.Split(data, []byte{0})
	if len(parts) != 3 || len(parts[1]) == 0 || len(parts[2]) == 0 {
		c.saslFails("PLAIN takes a name and a password, neither of them empty")
		return
	}
	name := string(parts[1])
	if !mayActAs(string(parts[0]), name) {
		c.saslFails("You can log in only as yourself: leave the authorization identity empty")
		return
	}
	a, err := c.gateway.cfg.Door.Plain(c.Context(), name, string(parts[2]), c.Session().Address())
	c.saslEnds(a, err)
}

// mayActAs reports whether who is called name asks to act as themselves.
func mayActAs(as, name string) bool {
	as, _ = door.CutDevice(as)
	name, _ = door.CutDevice(name)
	return as == "" || chat.Fold(as) == chat.Fold(name)
}

func (c *conn) byCertificate(as string) {
	a, ok, err := c.gateway.cfg.Door.ByCertificate(c.Context(), c.certificate())
	switch {
	case err != nil:
		c.saslFails(err.Text)
	case !ok:
		c.saslFails("Nobody has that certificate: log in otherwise, then /msg NickServ CERT ADD")
	case !mayActAs(as, c.Session().NickOf(a.User)):
		c.saslFails("That certificate is not of " + shown(as))
	default:
		c.saslEnds(a, nil)
	}
}

// byScram goes on with SCRAM. The server's last message is a challenge too, to
// which the client has nothing to say.
func (c *conn) byScram(x *exchange, data string) {
	answer, err := "", (*chat.Error)(nil)
	switch {
	case x.proven != nil && data == "":
		c.saslEnds(*x.proven, nil)
		return
	case x.proven != nil:
		err = chat.Errorf(chat.Invalid, "SCRAM ends with an empty message")
	case x.scram == nil:
		x.scram = c.gateway.cfg.Door.Scram(c.Session().Address())
		answer, err = x.scram.First(c.Context(), data)
	default:
		var a hub.Arrival
		answer, a, err = x.scram.Final(c.Context(), data)
		x.proven = &a
	}
	if err != nil {
		c.saslFails(err.Text)
		return
	}
	c.challenge([]byte(answer))
}

// saslEnds ends a login with what it has led to.
func (c *conn) saslEnds(a hub.Arrival, err *chat.Error) {
	if err != nil {
		c.saslFails(err.Text)
		return
	}
	c.rare.sasl = nil
	if why := c.locked(a.User); why != "" {
		c.numeric(errNickLocked, why)
		return
	}
	c.loggedIn(a)
	c.numeric(rplSASLSuccess, "SASL authentication successful")
}

// locked says why a member can't come in, or "".
func (c *conn) locked(user chat.UserID) string {
	for _, ban := range c.Session().Bans() {
		if ban.User == user && (ban.Until == 0 || ban.Until > now()) {
			return "You have been banned from this server"
		}
	}
	return ""
}
