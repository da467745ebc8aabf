package irc

import (
	"hubbub/internal/chat"
)

// appendRefusal appends what a refusal is in IRC: a numeric or a standard reply by
// what was asked for and why it is refused, and the sentence that everybody gets.
func (c *conn) appendRefusal(dst []byte, k *call, err *chat.Error) []byte {
	if k.quiet {
		return dst // RFC 2812 §3.3.2
	}
	server := c.gateway.cfg.Server
	switch k.verb {
	case "REJOIN": // the client thinks that it is in the room
		return appendLine(dst, chat.Hostmask(c.Session().Nick(), c.Session().Role()), "PART", k.target, err.Text)
	case "NICK":
		if err.Code == chat.Conflict {
			err = c.gateway.nickTaken(k.target, err)
		}
	}
	code, context := failure(k, err)
	if k.verb == "METADATA" {
		code, context = c.metadataFailure(k, err)
	}
	if code != "" {
		return appendLine(dst, server, "FAIL", append(append([]string{k.verb, code}, context...), err.Text)...)
	}
	code, params := refusalNumeric(k, err)
	switch code {
	case "":
		return dst
	case rplInviting: // again, and it still holds
		return appendNumeric(dst, server, code, c.Session().Nick(), params...)
	}
	text := err.Text
	if err.Why == chat.WrongKey { // the sentence is for who types commands of ours
		text = "Cannot join channel: it is entered with a key, as in /join " + params[0] + " KEY"
	}
	return appendNumeric(dst, server, code, c.Session().Nick(), append(params, text)...)
}

// failure returns the code and the context of the standard reply that a refusal is,
// of commands whose specifications have such replies.
// (https://ircv3.net/specs/extensions/message-redaction, "Errors";
// https://ircv3.net/specs/extensions/channel-rename, "Errors")
func failure(k *call, err *chat.Error) (code string, context []string) {
	switch k.verb {
	case "REDACT", "EDIT":
		context = []string{shown(k.target), shown(k.about)}
		switch {
		case err.Why == chat.NoSuchRoom, err.Why == chat.NoSuchPerson:
			return "", nil // a numeric
		case err.Why == chat.NoSuchMessage:
			return "UNKNOWN_MSGID", context
		case err.Code == chat.Forbidden:
			return k.verb + "_FORBIDDEN", context
		}
		return "INVALID_" + k.verb, context
	case "MARKREAD":
		return "INTERNAL_ERROR", []string{shown(k.target)}
	case "RENAME":
		context = []string{k.target, shown(k.about)}
		switch err.Why {
		case chat.NeedsOwner, chat.NeedsModerator, chat.NoSuchRoom, chat.NotMember:
			return "", nil // a numeric
		case chat.RoomNameTaken:
			return "CHANNEL_NAME_IN_USE", context
		}
		return "CANNOT_RENAME", context
	}
	return "", nil
}

// refusalNumeric returns the numeric that a refusal is, and what stands before the
// sentence; none for what is so already. (https://modern.ircdocs.horse/#numerics)
func refusalNumeric(k *call, err *chat.Error) (code string, params []string) {
	room := []string{shown(k.target)}
	other := []string{shown(k.about), shown(k.target)}
	switch err.Why {
	case chat.NoSuchRoom, chat.RoomNameInvalid:
		return errNoSuchChannel, room
	case chat.NoSuchPerson:
		return errNoSuchNick, other[:1]
	case chat.NotMember:
		if k.says {
			return errCannotSendToChan, room
		}
		return errNotOnChannel, room
	case chat.AlreadyMember:
		return errUserOnChannel, other
	case chat.OtherNotThere:
		return errUserNotInChannel, other
	case chat.NeedsModerator, chat.NeedsOwner, chat.Outranked:
		return errChanOpPrivsNeeded, room
	case chat.NeedsVoice, chat.MutedHere, chat.SlowMode:
		return errCannotSendToChan, room
	case chat.NickTaken:
		return errNicknameInUse, room
	case chat.NickInvalid:
		return errErroneousNickname, room
	case chat.RoomNameTaken:
		return errUnavailableResource, room
	case chat.NoSuchForward:
		return errInvalidModeParam, []string{shown(k.target), "f", shown(k.about)}
	case chat.NeedsRole:
		return errNoPrivileges, nil
	case chat.BannedFromServer:
		return errYoureBanned, nil
	}
	if code, ok := entryNumeric(k, err); ok {
		return code, room
	}
	return otherNumeric(k, err)
}

// entryNumeric is refusalNumeric for what it takes to come into a room.
func entryNumeric(k *call, err *chat.Error) (code string, ok bool) {
	switch err.Why {
	case chat.NeedsInvitation:
		return errInviteOnlyChan, true
	case chat.WrongKey:
		return errBadChannelKey, true
	case chat.RoomFull:
		return errChannelIsFull, true
	case chat.BannedHere:
		if k.verb != "JOIN" {
			return errCannotSendToChan, true
		}
		return errBannedFromChan, true
	case chat.MembersOnly, chat.Confined:
		return errNeedRegisteredNik, true
	case chat.TooManyRooms:
		return errTooManyChannels, true
	}
	return "", false
}

// otherNumeric is refusalNumeric for what depends more on what was asked for.
func otherNumeric(k *call, err *chat.Error) (code string, params []string) {
	mode := string(rune(k.mode))
	switch {
	case k.says:
		return errCannotSendToChan, []string{shown(k.target)}
	case k.verb == "INVITE" && err.Why == chat.AlreadySo:
		return rplInviting, []string{shown(k.about), k.target}
	case k.verb == "MODE" && err.Why == chat.AlreadySo:
		return "", nil
	case k.verb == "MODE" && err.Why == chat.KeyInvalid: // what was meant to be a secret is not repeated
		return errInvalidModeParam, []string{k.target, mode, "*"}
	case k.verb == "MODE" && err.Why == chat.MaskInvalid:
		return errInvalidModeParam, []string{k.target, mode, shown(k.about)}
	case k.verb == "MODE" && err.Why == chat.ListFull:
		return errBanListFull, []string{k.target, mode}
	case k.verb == "NICK":
		return errErroneousNickname, []string{shown(k.target)}
	}
	switch err.Code {
	case chat.Invalid, chat.Forbidden, chat.Conflict, chat.Gone:
		if k.verb == "JOIN" {
			return errUnavailableResource, []string{shown(k.target)}
		}
		return errChanOpPrivsNeeded, []string{shown(k.target)}
	}
	return errUnknownError, []string{k.verb}
}
