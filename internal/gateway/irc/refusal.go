package irc

import (
	"hubbub/internal/chat"
)

// appendRefusal appends what a refusal is in IRC: a numeric by what was asked for,
// and the sentence that everybody gets.
func (c *conn) appendRefusal(dst []byte, k *call, err *chat.Error) []byte {
	if k.quiet {
		return dst
	}
	me := c.Session().Nick()
	add := func(code string, params ...string) []byte {
		return appendNumeric(dst, c.gateway.cfg.Server, code, me, append(params, err.Text)...)
	}
	switch k.verb {
	case "NICK":
		if err.Code == chat.Conflict {
			return add(errNicknameInUse, shown(k.target))
		}
		return add(errErroneousNickname, shown(k.target))
	case "KILL":
		return add(errNoPrivileges)
	case "PRIVMSG":
		return add(errCannotSendToChan, k.target)
	case "JOIN":
		return add(errInviteOnlyChan, k.target)
	}
	return add(errUnknownError, k.verb)
}
