package irc

import (
	"strings"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Logging in by SASL with a token of one's own in place of a name and a password:
// whoever bears it is let in.

// bearerTypes are what clients call our tokens by IRCV3BEARER. They are none of the
// other type that there is, jwt: nothing can be read in them.
var bearerTypes = map[string]bool{"bearer": true, "hubbub": true, "oauth2": true}

// byOAuthBearer takes a token as OAUTHBEARER wraps it. Why one is refused is told in
// JSON first; the login fails when the client has answered that (RFC 7628 §3.2.3).
func (c *conn) byOAuthBearer(x *exchange, data string) {
	if x.refused != nil {
		c.saslFails(x.refused.Text)
		return
	}
	as, token, err := parseOAuthBearer(data)
	var a hub.Arrival
	if err == nil {
		a, err = c.byToken(as, token)
	}
	if err != nil {
		x.refused = err
		c.challenge([]byte(`{"status":"` + oauthStatus(err) + `"}`))
		return
	}
	c.saslEnds(a, nil)
}

// oauthStatus is what a refusal is called in OAuth (RFC 6750 §3.1, RFC 6749 §4.1.2.1).
func oauthStatus(err *chat.Error) string {
	switch err.Code {
	case chat.Invalid:
		return "invalid_request"
	case chat.Forbidden:
		return "invalid_token"
	}
	return "temporarily_unavailable"
}

// byIRCv3Bearer takes a token as IRCV3BEARER wraps it: the authorization identity, what
// kind of token it is and the token, with a NUL between each two.
func (c *conn) byIRCv3Bearer(data string) {
	parts := strings.SplitN(data, "\x00", 3)
	switch {
	case len(parts) != 3 || parts[2] == "":
		c.saslFails("IRCV3BEARER takes a name, which may be empty, the type of a token, and the token")
	case !bearerTypes[parts[1]]:
		c.saslFails("Tokens of that type are not known here: it is oauth2, and the token one of /msg NickServ TOKEN NEW")
	default:
		c.saslEnds(c.byToken(parts[0], parts[2]))
	}
}

// byToken returns how to arrive with a token, for who asks to act as somebody: that
// has to be whose token it is.
func (c *conn) byToken(as, token string) (hub.Arrival, *chat.Error) {
	a, err := c.gateway.cfg.Door.ByToken(c.Context(), token, c.Session().Address())
	if err == nil && !mayActAs(as, c.Session().NickOf(a.User)) {
		return hub.Arrival{}, chat.Errorf(chat.Forbidden, "That token is not of %s; give the name of its owner with it, or none", shown(as))
	}
	return a, err
}

var errOAuthBearer = chat.Errorf(chat.Invalid, "OAUTHBEARER takes a header and auth=Bearer with a token, as RFC 7628 has it")

// parseOAuthBearer reads a client's message of OAUTHBEARER (RFC 7628 §3.1): for whom
// it asks to act, or "", and the token. Other keys are the client's business with
// other servers, but have to be well formed.
func parseOAuthBearer(data string) (as, token string, err *chat.Error) {
	parts := strings.Split(data, "\x01")
	n := len(parts)
	if n < 4 || parts[n-1] != "" || parts[n-2] != "" {
		return "", "", errOAuthBearer
	}
	as, ok := gs2Header(parts[0])
	for _, pair := range parts[1 : n-2] {
		key, value, found := strings.Cut(pair, "=")
		if !found || !isKey(key) || key == "auth" && token != "" {
			return "", "", errOAuthBearer
		}
		if key != "auth" {
			continue
		}
		scheme, rest, _ := strings.Cut(value, " ")
		if token = strings.Trim(rest, " "); !strings.EqualFold(scheme, "Bearer") || token == "" {
			return "", "", errOAuthBearer
		}
	}
	if !ok || token == "" {
		return "", "", errOAuthBearer
	}
	return as, token, nil
}

// isKey reports whether s is letters alone, as keys are.
func isKey(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}

// gs2Header reads what comes first: that there is no channel binding, and for whom
// the client asks to act (RFC 5801 §4).
func gs2Header(s string) (as string, ok bool) {
	flag, rest, _ := strings.Cut(s, ",")
	name, after, found := strings.Cut(rest, ",")
	if flag != "n" && flag != "y" || !found || after != "" {
		return "", false
	}
	if name == "" {
		return "", true
	}
	return auth.SASLName(name, "a=")
}
