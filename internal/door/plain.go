package door

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Plain lets in whoever gives a name and a password where a protocol has a field
// for each and none for more, as SASL PLAIN has (RFC 4616). The name may have a
// device's after it ([CutDevice]). In place of the password may be a token of
// that member's or bot's; and after it, with a space between, the code of a
// second factor.
func (d *Door) Plain(ctx context.Context, name, password string, from netip.Addr) (hub.Arrival, *chat.Error) {
	nick, _ := CutDevice(name)
	if _, ok := auth.ParseToken(password); ok { // check bytes are in no password
		return d.tokenOf(ctx, nick, password, from)
	}
	return d.Login(ctx, Login{Nick: nick, Password: password, From: from, inline: true})
}

// tokenOf is ByToken for a token that has to be of whoever is called nick.
func (d *Door) tokenOf(ctx context.Context, nick, token string, from netip.Addr) (hub.Arrival, *chat.Error) {
	a, err := d.ByToken(ctx, token, from)
	if err != nil {
		return a, err
	}
	if p, ok := d.cfg.Hub.Person(nick); !ok || p.ID != a.User {
		return hub.Arrival{}, chat.Errorf(chat.Forbidden, "That token is not of %s; give the name of its owner with it.", clipped(nick))
	}
	return a, nil
}

// CutDevice takes the name of a device off the end of the name that somebody
// logs in by: what stands after the last @, which is in no nick.
func CutDevice(name string) (nick, device string) {
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// cutCode takes the code of a second factor off the end of a password: six
// digits after a space, or a recovery code.
func cutCode(s string) (password, code string) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, ""
	}
	code = s[i+1:]
	if _, ok := auth.ParseCode(code); ok || len(code) == 6 && strings.Trim(code, "0123456789") == "" {
		return s[:i], code
	}
	return s, ""
}

func hasTOTP(factors []hub.Credential) bool {
	return slices.ContainsFunc(factors, func(f hub.Credential) bool { return f.Proof == chat.ByTOTP })
}
