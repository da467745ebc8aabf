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
	switch err.Why {
	case chat.NoSuchPerson:
		return add(errNoSuchNick, shown(k.target))
	case chat.NoSuchRoom, chat.RoomNameInvalid:
		return add(errNoSuchChannel, shown(k.target))
	}
	switch k.verb {
	case "MARKREAD":
		return appendLine(dst, c.gateway.cfg.Server, "FAIL", "MARKREAD", "INTERNAL_ERROR", shown(k.target), err.Text)
	case "NICK":
		if err.Code == chat.Conflict {
			err = c.gateway.nickTaken(k.target, err)
			return add(errNicknameInUse, shown(k.target))
		}
		return add(errErroneousNickname, shown(k.target))
	case "REJOIN": // the client thinks that it is in the room
		return appendLine(dst, chat.Hostmask(me, c.Session().Role()), "PART", k.target, err.Text)
	case "KILL":
		return add(errNoPrivileges)
	case "PRIVMSG":
		return add(errCannotSendToChan, k.target)
	case "JOIN":
		return add(errInviteOnlyChan, k.target)
	}
	return add(errUnknownError, k.verb)
}
