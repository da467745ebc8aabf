package irc

import (
	"strings"
)

// capability is one of those that can be negotiated, as a bit in a set of them.
// (https://ircv3.net/specs/extensions/capability-negotiation)
type capability uint64

// The capabilities.
const (
	capNotify capability = 1 << iota
	capServerTime
	capMessageTags
	capAccountTag
	capBatch
	capEcho
	capLabels
	capMultiPrefix
	capUserhostInNames
	capExtendedJoin
	capAwayNotify
	capAccountNotify
	capInviteNotify
	capSetname
	capChghost
	capStandardReplies
	capExtendedMonitor
	capNoImplicitNames
	capSASL
	capMultiline
	capChatHistory
	capEventPlayback
	capReadMarker
	capRedaction
	capRegistration
	capPreAway
	capExtendedISupport
	capChannelRename
	capSearch
	capZNCPlayback
	capSelfMessage
	capEdit
	capMetadata2
	capMetadata3
	capSTS
)

// capabilities are the names of the capabilities, in the order in which they are
// listed, and what value each is listed with, if any. One that the function says
// is not offered is not listed.
var capabilities = []struct {
	name  string
	cap   capability
	value func(c *conn) (value string, offered bool)
}{
	{name: "account-notify", cap: capAccountNotify},
	{name: "account-tag", cap: capAccountTag},
	{name: "away-notify", cap: capAwayNotify},
	{name: "batch", cap: capBatch},
	{name: "cap-notify", cap: capNotify},
	{name: "chghost", cap: capChghost},
	{name: "draft/account-registration", cap: capRegistration, value: registrationValue},
	{name: "draft/channel-rename", cap: capChannelRename},
	{name: "draft/chathistory", cap: capChatHistory},
	{name: "draft/event-playback", cap: capEventPlayback},
	{name: "draft/extended-isupport", cap: capExtendedISupport},
	{name: "draft/message-redaction", cap: capRedaction},
	{name: "draft/metadata-2", cap: capMetadata2, value: metadataValue},
	{name: "draft/metadata-3", cap: capMetadata3, value: metadataValue},
	{name: "draft/multiline", cap: capMultiline, value: multilineValue},
	{name: "draft/pre-away", cap: capPreAway},
	{name: "draft/read-marker", cap: capReadMarker},
	{name: "echo-message", cap: capEcho},
	{name: "extended-join", cap: capExtendedJoin},
	{name: "extended-monitor", cap: capExtendedMonitor},
	{name: "hubbub.chat/edit", cap: capEdit},
	{name: "invite-notify", cap: capInviteNotify},
	{name: "labeled-response", cap: capLabels},
	{name: "message-tags", cap: capMessageTags},
	{name: "multi-prefix", cap: capMultiPrefix},
	{name: "no-implicit-names", cap: capNoImplicitNames},
	{name: "draft/no-implicit-names", cap: capNoImplicitNames},
	{name: "sasl", cap: capSASL, value: saslValue},
	{name: "server-time", cap: capServerTime},
	{name: "setname", cap: capSetname},
	{name: "soju.im/search", cap: capSearch},
	{name: "standard-replies", cap: capStandardReplies},
	{name: "sts", cap: capSTS, value: stsValue},
	{name: "userhost-in-names", cap: capUserhostInNames},
	{name: "znc.in/playback", cap: capZNCPlayback},
	{name: "znc.in/self-message", cap: capSelfMessage},
}

// has reports whether the peer has negotiated a capability.
func (c *conn) has(want capability) bool { return capability(c.caps.Load())&want != 0 }

// cap does what a CAP asks for.
func (c *conn) cap(m *message) {
	sub := strings.ToUpper(m.param(0))
	switch sub {
	case "LS":
		c.capLS(m)
	case "LIST":
		c.capList()
	case "REQ":
		c.capReq(m.last())
	case "END":
		if c.entering != nil {
			c.entering.negotiating = false
			c.enter()
		}
	default:
		c.numeric(errInvalidCap, m.param(0), "Invalid CAP subcommand")
	}
}

// capLS lists what can be negotiated. From version 302 on there are values and
// several lines, and the client is told of changes.
func (c *conn) capLS(m *message) {
	version := atoi(m.param(1))
	if c.entering != nil {
		c.entering.negotiating = true
	}
	if version >= 302 {
		c.setCaps(capability(c.caps.Load()) | capNotify)
	}
	var names []string
	for _, k := range capabilities {
		name := k.name
		if version < 302 && strings.ContainsAny(name, "/.") {
			continue // drafts and the like: such a client reads one line, and knows none of them
		}
		if k.value != nil {
			value, offered := k.value(c)
			if !offered {
				continue
			}
			if value != "" && version >= 302 {
				name += "=" + value
			}
		}
		names = append(names, name)
	}
	c.capLines("LS", names, version >= 302)
}

// capLines answers with names on as many lines as it takes; all but the last have
// an asterisk, if the client knows what that means.
func (c *conn) capLines(sub string, names []string, multi bool) {
	lines := pack(names, maxLine-len(":  CAP *  * :\r\n")-len(c.gateway.cfg.Server)-len(sub)-len(c.me()))
	for i, l := range lines {
		if i < len(lines)-1 && multi {
			c.reply("CAP", c.me(), sub, "*", l)
		} else {
			c.reply("CAP", c.me(), sub, l)
		}
	}
}

// pack joins words with spaces to lines of at most so many bytes; there is one at
// least.
func pack(words []string, most int) (lines []string) {
	line := ""
	for _, w := range words {
		switch {
		case line == "":
			line = w
		case len(line)+1+len(w) > most:
			lines = append(lines, line)
			line = w
		default:
			line += " " + w
		}
	}
	return append(lines, line)
}

func (c *conn) capList() {
	var names []string
	seen := capability(0)
	for _, k := range capabilities {
		if c.has(k.cap) && seen&k.cap == 0 {
			names = append(names, k.name)
			seen |= k.cap
		}
	}
	c.capLines("LIST", names, true)
}

// capReq grants all that is asked for, or nothing.
func (c *conn) capReq(asked string) {
	if c.entering != nil {
		c.entering.negotiating = true
	}
	caps := capability(c.caps.Load())
	for word := range strings.FieldsSeq(asked) {
		name, off := strings.CutPrefix(word, "-")
		k, ok := c.offered(name)
		switch {
		case !ok, off && k == capNotify && c.has(capNotify):
			c.reply("CAP", c.me(), "NAK", asked)
			return
		case off:
			caps &^= k
		default:
			caps |= k
		}
	}
	if caps&capMetadata == capMetadata { // which contradict each other
		c.reply("CAP", c.me(), "NAK", asked)
		return
	}
	c.reply("CAP", c.me(), "ACK", asked)
	c.commitReply() // in the old ways; what follows is in the new
	changed := caps ^ capability(c.caps.Load())
	c.setCaps(caps)
	if changed&(capMetadata|capBatch) != 0 {
		c.keys.Store(nil)
		if c.entering == nil && c.Session().Charge(c.Context(), 1) == nil {
			c.out = c.appendOwn(c.out)
		}
	}
}

func (c *conn) offered(name string) (capability, bool) {
	for _, k := range capabilities {
		if k.name != name || k.cap == capSTS { // which is told, and never asked for
			continue
		}
		if k.value != nil {
			_, offered := k.value(c)
			return k.cap, offered
		}
		return k.cap, true
	}
	return 0, false
}

// setCaps has the peer be spoken to as these capabilities say from now on.
func (c *conn) setCaps(caps capability) {
	c.caps.Store(uint64(caps))
	c.dialects.Store(dialectsOf(caps))
}
