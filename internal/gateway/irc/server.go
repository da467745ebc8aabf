package irc

import (
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// About the server.

// version is what the program calls itself: one word.
var version = buildVersion()

func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return "hubbub-" + info.Main.Version
	}
	return "hubbub-devel"
}

// appendWelcome appends the greeting: who one is now, what the server can do, the
// message of the day (RFC 2812 §5.1; https://modern.ircdocs.horse/#connection-registration).
func (c *conn) appendWelcome(dst []byte) []byte {
	if c.again_ {
		return c.appendOwn(c.appendBecome(dst))
	}
	cfg := &c.gateway.cfg
	s := c.Session()
	nick := s.Nick()
	add := func(code string, params ...string) {
		dst = appendNumeric(dst, cfg.Server, code, nick, params...)
	}
	add(rplWelcome, "Welcome to "+cfg.Network+", "+nick)
	add(rplYourHost, "Your host is "+cfg.Server+", running "+version)
	add(rplCreated, "This server was started "+cfg.Started.UTC().Format(time.RFC1123))
	// RPL_MYINFO has several parameters in its middle, and none that is trailing.
	dst = append(dst, ":"+cfg.Server+" "+rplMyInfo+" "+nick+" "+cfg.Server+" "+version+" "+userModes+" "+roomModes+" "+paramModes+"\r\n"...)
	dst = c.appendISupport(dst, nick)
	dst = c.appendLusers(dst, nick)
	modes := "+i"
	if s.Role() >= chat.AdminRole {
		modes = "+io"
	}
	dst = append(dst, ":"+nick+" MODE "+nick+" "+modes+"\r\n"...)
	return c.appendMotd(c.appendOwn(dst), nick)
}

// appendISupport appends the 005 lines: in a batch to who has asked for that.
// (https://ircv3.net/specs/extensions/extended-isupport)
func (c *conn) appendISupport(dst []byte, nick string) []byte {
	const perLine, batch = 13, "isupport"
	server, whole := ":"+c.gateway.cfg.Server+" ", c.has(capExtendedISupport) && c.has(capBatch)
	var lines []byte
	for tokens := c.supported(); len(tokens) > 0; {
		n := min(perLine, len(tokens))
		lines = append(lines, server+rplISupport+" "+nick+" "+strings.Join(tokens[:n], " ")+" :are supported by this server\r\n"...)
		tokens = tokens[n:]
	}
	if !whole {
		return append(dst, lines...)
	}
	dst = append(dst, server+"BATCH +"+batch+" draft/isupport\r\n"...)
	dst = appendWithin(dst, lines, batch)
	return append(dst, server+"BATCH -"+batch+"\r\n"...)
}

// supports says what the server can do, to who asks before registering, or again.
func (c *conn) supports(*message) {
	if !c.has(capExtendedISupport) {
		c.numeric(errUnknownCommand, "ISUPPORT", "Unknown command")
		return
	}
	c.out = c.appendISupport(c.out, c.me())
}

// tokens returns what the server can do, as clients read it.
// (https://modern.ircdocs.horse/#rplisupport-parameters)
func (g *Gateway) tokens() []string {
	tokens := []string{
		"AWAYLEN=" + strconv.Itoa(maxReason), "BOT=B", "CASEMAPPING=ascii",
		"CHANLIMIT=#:" + strconv.Itoa(chat.MaxRoomsPerUser), "CHANMODES=" + listModes + "," + keyModes + "," + limitModes + "," + flagModes,
		"CHANNELLEN=" + strconv.Itoa(chat.MaxRoomName), "CHANTYPES=#", "ACCOUNTEXTBAN=account,a", "ELIST=CMNTU", "EXCEPTS=e", "EXTBAN=~,a", "INVEX=I",
		"HOSTLEN=16", "KEYLEN=" + strconv.Itoa(chat.MaxNick), "KICKLEN=" + strconv.Itoa(maxReason),
		"LINELEN=" + strconv.Itoa(maxLine), "MAXLIST=" + maxLists(), "MAXTARGETS=" + strconv.Itoa(maxTargets), "MODES",
		"MONITOR=" + strconv.Itoa(maxMonitored), "NAMELEN=" + strconv.Itoa(maxReal), "NETWORK=" + g.cfg.Network, "NICKLEN=" + strconv.Itoa(chat.MaxNick),
		"PREFIX=" + prefixToken, "SAFELIST", "STATUSMSG=" + prefixSigns,
		"TARGMAX=NAMES:1,LIST:,KICK:,WHOIS:" + strconv.Itoa(maxTargets) + ",PRIVMSG:" + strconv.Itoa(maxTargets) + ",NOTICE:" + strconv.Itoa(maxTargets) + ",TAGMSG:" + strconv.Itoa(maxTargets) + ",MONITOR:" + strconv.Itoa(maxMonitored),
		"TOPICLEN=" + strconv.Itoa(maxTopic), "USERLEN=20", "UTF8ONLY", "WHOX",
		"CHATHISTORY=" + strconv.Itoa(maxHistory), "draft/CHATHISTORY=" + strconv.Itoa(maxHistory), "MSGREFTYPES=msgid,timestamp",
	}
	if !g.cfg.Hub.Policy().Guests {
		tokens = append(tokens, "draft/ACCOUNTREQUIRED")
	}
	return tokens
}

// maxLists says how long each list of masks may be.
func maxLists() string {
	all := make([]string, len(listModes))
	for i := range listModes {
		all[i] = listModes[i:i+1] + ":" + strconv.Itoa(chat.MaxMasks)
	}
	return strings.Join(all, ",")
}

// The limits that clients are told. Lines are what bounds most of them: a topic or
// a reason that others could not be shown whole is not taken.
const (
	maxReason    = 300
	maxTopic     = 390
	maxReal      = 150
	maxTargets   = 4
	maxMonitored = hub.MaxWatched
	maxHistory   = hub.MaxPlayback
)

// appendLusers appends how many there are (RFC 2812 §3.4.2).
func (c *conn) appendLusers(dst []byte, nick string) []byte {
	n := c.gateway.cfg.Hub.Census()
	add := func(code string, params ...string) {
		dst = appendNumeric(dst, c.gateway.cfg.Server, code, nick, params...)
	}
	here := strconv.Itoa(n.Here)
	most := strconv.Itoa(n.Most)
	add(rplLuserClient, "There are 0 users and "+here+" invisible on 1 server")
	add(rplLuserOp, strconv.Itoa(n.Admins), "IRC Operators online")
	add(rplLuserUnknown, strconv.Itoa(n.Unknown), "unregistered connections")
	add(rplLuserChannels, strconv.Itoa(n.Rooms), "channels formed")
	add(rplLuserMe, "I have "+here+" clients and 0 servers")
	add(rplLocalUsers, here, most, "Current local users "+here+", max "+most)
	add(rplGlobalUsers, here, most, "Current global users "+here+", max "+most)
	return dst
}

// appendMotd appends the message of the day (RFC 2812 §3.4.1).
func (c *conn) appendMotd(dst []byte, nick string) []byte {
	cfg := &c.gateway.cfg
	if cfg.Motd == "" {
		return appendNumeric(dst, cfg.Server, errNoMotd, nick, "There is no message of the day. Everybody meets in "+chat.Lobby+": /join "+chat.Lobby)
	}
	dst = appendNumeric(dst, cfg.Server, rplMotdStart, nick, "- "+cfg.Server+" message of the day -")
	for l := range strings.SplitSeq(strings.TrimSuffix(cfg.Motd, "\n"), "\n") {
		dst = appendNumeric(dst, cfg.Server, rplMotd, nick, "- "+l)
	}
	return appendNumeric(dst, cfg.Server, rplEndOfMotd, nick, "End of message of the day")
}
