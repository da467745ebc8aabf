package irc

import (
	"maps"
	"slices"
	"strings"
)

// help explains the commands (https://modern.ircdocs.horse/#help-message).
func (c *conn) help(m *message) {
	topic := strings.ToUpper(m.param(0))
	if topic == "" {
		lines := []string{"HELP and a command's name say more about it. There are:"}
		names := slices.Sorted(maps.Keys(c.gateway.commands))
		c.helpLines("*", append(lines, pack(names, 60)...))
		return
	}
	text := helpTexts[topic]
	if c.gateway.commands[topic] == nil || text == "" {
		c.numeric(errHelpNotFound, shown(topic), "There is no help on that; HELP alone lists what there is")
		return
	}
	c.helpLines(topic, strings.Split(text, "\n"))
}

func (c *conn) helpLines(topic string, lines []string) {
	c.numeric(rplHelpStart, topic, lines[0])
	for _, l := range lines[1:] {
		c.numeric(rplHelpTxt, topic, l)
	}
	c.numeric(rplEndOfHelp, topic, "End of /HELP")
}

// helpTexts say of each command how it is written, and then what it does. Those of
// commands that are not there are never shown.
var helpTexts = map[string]string{
	"ADMIN":        "ADMIN\nWhom to ask about this server.",
	"AUTHENTICATE": "AUTHENTICATE mechanism\nLogs in by SASL; clients do that by themselves.",
	"AWAY":         "AWAY [reason]\nSays that you are away, and why; without a reason, that you are back.\nYou are away if all your connections are. Members are if they have none.",
	"BATCH":        "BATCH +name type ... and BATCH -name\nEncloses a message of several lines; clients do that by themselves.",
	"CAP":          "CAP LS|LIST|REQ|END\nNegotiates capabilities; clients do that by themselves.",
	"CHANSERV":     "CHANSERV command\nSays which modes do what ChanServ does elsewhere.",
	"CHATHISTORY":  "CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN|TARGETS ...\nReads what was said earlier.",
	"CS":           "CS command\nThe same as CHANSERV.",
	"DIE":          "DIE\nNot over IRC.",
	"STARTTLS":     "STARTTLS\nIs not offered: TLS begins with the connection, on the same port.",
	"WEBIRC":       "WEBIRC password gateway host address\nFor gateways from the web that the server trusts: those of --trust-proxy.",
	"EDIT":         "EDIT #room|nick msgid :text\nChanges what you said; for clients with the capability hubbub.chat/edit.",
	"HELP":         "HELP [command]\nThis.",
	"HELPOP":       "HELPOP [command]\nThe same as HELP.",
	"HISTORY":      "HISTORY #room|nick [50|2h|3d]\nShows what was said last.",
	"HISTSERV":     "HISTSERV command\nShows what was said last.",
	"HS":           "HS command\nThe same as HISTSERV.",
	"INFO":         "INFO\nWhat this server is.",
	"INVITE":       "INVITE nick #room\nAsks somebody into a room.",
	"ISON":         "ISON nick ...\nWhich of them are here.",
	"ISUPPORT":     "ISUPPORT\nWhat this server can do; for clients with the capability draft/extended-isupport.",
	"JOIN":         "JOIN #room[,#room] [key,...]\nGoes into rooms, and makes those that are not there. JOIN 0 leaves all.",
	"KICK":         "KICK #room nick [reason]\nPuts somebody out of a room, which its operators may.",
	"KILL":         "KILL nick [reason]\nCloses all of somebody's connections, which operators of the server may.\nA guest is gone by it. A member can come back, unless they are banned.",
	"KNOCK":        "KNOCK #room [text]\nAsks to be invited into a room.",
	"LINKS":        "LINKS\nThere is one server, so nothing is listed.",
	"LIST":         "LIST [#room,...|conditions]\nWhich rooms there are.",
	"LUSERS":       "LUSERS\nHow many people and rooms there are.",
	"MARKREAD":     "MARKREAD target [timestamp=...]\nHow far you have read; clients do that by themselves.",
	"METADATA":     "METADATA target|* GET|LIST|SET|CLEAR|SYNC|SUB|UNSUB|SUBS [key] [value]\nWhat is kept about somebody or a room; for clients with draft/metadata-2 or -3.",
	"MODE":         "MODE #room [modes] or MODE nick [modes]\nShows modes, and changes them. Your own: B says that you are a program;\nyou are always i, invisible to those with whom you share no room.",
	"MONITOR":      "MONITOR + nick[,nick], - nick, C, L or S\nWatches who is online: adds, takes away, clears, lists, tells all anew.",
	"MOTD":         "MOTD\nThe message of the day.",
	"NAMES":        "NAMES #room\nWho is in a room.",
	"NICK":         "NICK nick\nWhat you are called from now on.",
	"NICKSERV":     "NICKSERV command\nAbout your account. NICKSERV HELP lists what there is.",
	"NOTICE":       "NOTICE target text\nSays something that no program answers by itself.",
	"NS":           "NS command\nThe same as NICKSERV.",
	"OPER":         "OPER name password\nMakes you an operator of the server. Its admins are without it.",
	"PART":         "PART #room[,#room] [reason]\nLeaves rooms.",
	"PASS":         "PASS password\nThe server's password, or account:password, before NICK and USER.",
	"PING":         "PING anything\nIs answered when all before it has been.",
	"PONG":         "PONG anything\nAnswers a PING.",
	"PRIVMSG":      "PRIVMSG target[,target] text\nSays something to rooms, and to people by nick.\nTo a member who is not connected too: they will read it.",
	"QUIT":         "QUIT [reason]\nEnds the connection. Members stay in their rooms.",
	"REDACT":       "REDACT target msgid [reason]\nDeletes a message.",
	"REGISTER":     "REGISTER account|* email|* password\nMakes an account.",
	"REHASH":       "REHASH\nNot over IRC.",
	"RENAME":       "RENAME #room #name [reason]\nGives a room another name, which its owner may.",
	"RESTART":      "RESTART\nNot over IRC.",
	"SEARCH":       "SEARCH attributes\nFinds messages in your rooms.",
	"SETNAME":      "SETNAME name\nChanges your real name.",
	"STATS":        "STATS u\nSince when the server has been running.",
	"SUMMON":       "SUMMON\nIs not there; see INVITE.",
	"TAGMSG":       "TAGMSG target\nSends tags without a text: that one is typing, a reaction.",
	"TIME":         "TIME\nWhat time it is here, in UTC.",
	"TOPIC":        "TOPIC #room [topic]\nShows a room's topic, or sets it.",
	"USER":         "USER name 0 * real name\nWho you are, when you connect.",
	"USERHOST":     "USERHOST nick ...\nHow up to five people are shown, and whether they are away.",
	"USERS":        "USERS\nIs not there; see NAMES.",
	"VERIFY":       "VERIFY account code\nThere is nothing to verify.",
	"VERSION":      "VERSION\nWhat program this is, and what it can do.",
	"WHO":          "WHO #room|nick|mask [o] [%fields,token]\nWho is in a room, or called like that. o: operators only.\nMasks find those with whom you share a room.",
	"WHOIS":        "WHOIS nick[,nick]\nWhat is known of somebody.",
	"WHOWAS":       "WHOWAS nick [count]\nWho was called so, the newest first.",
	"ZNC":          "ZNC *playback command\nPlays back what was said; for clients that know ZNC.",
}
