package irc

import (
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Who is here, away, and how they call themselves: what is told of people that is
// not in the log.

// away says that the client's user is away, and why, or back (RFC 2812 §4.1). Each
// connection of theirs does so for itself. One that nobody attends to may say so,
// with an asterisk, before it has registered
// (https://ircv3.net/specs/extensions/pre-away).
func (c *conn) away(m *message) {
	if c.entering != nil && !c.has(capPreAway) {
		c.numeric(errNotRegistered, "You need to register before you can use that command")
		return
	}
	why := string(cut([]byte(chat.CleanLine(m.param(0))), maxReason))
	if why == "" {
		c.numeric(rplUnAway, "You are no longer marked as being away")
	} else {
		c.numeric(rplNowAway, "You have been marked as being away")
	}
	if c.entering != nil {
		c.entering.away = why
		return
	}
	_ = c.Session().Charge(c.Context(), 1)
	c.Session().Amend(func(p *hub.Profile) { p.Away = why })
}

// awayText returns a reason as people are told it.
func awayText(why string) string {
	if why == hub.Unattended {
		return "Not here at the moment"
	}
	return why
}

// awayReply tells the client, who has written to somebody, if they are away.
func (c *conn) awayReply(id chat.UserID) {
	if p, ok := c.Session().Portray(id); ok && p.Away != "" {
		c.numeric(rplAway, p.Nick, awayText(p.Away))
	}
}

// setname changes what the client's user says their name is.
// (https://ircv3.net/specs/extensions/setname)
func (c *conn) setname(m *message) {
	name := chat.CleanLine(m.param(0))
	if strings.TrimSpace(name) == "" || len(name) > maxReal {
		c.fail("SETNAME", "INVALID_REALNAME", "That is no real name: it takes 1 to 150 bytes")
		return
	}
	_ = c.Session().Charge(c.Context(), 1)
	if c.has(capSetname) {
		s := c.Session()
		c.out = appendLine(c.out, chat.Hostmask(s.Nick(), s.Role()), "SETNAME", name)
	}
	c.Session().CallSelf(name)
}

// appendPresence appends what the client is told of a signal about somebody, if it
// has negotiated to be told.
func (c *conn) appendPresence(dst []byte, sig *hub.Signal) []byte {
	switch sig.Kind {
	case hub.CameOnline:
		dst = c.appendMonitored(dst, rplMonOnline, []string{chat.Hostmask(sig.Nick, sig.Role)})
		return c.appendOnlineSync(dst, hub.Person{ID: sig.By, Nick: sig.Nick})
	case hub.WentOffline:
		return c.appendMonitored(dst, rplMonOffline, []string{sig.Nick})
	case hub.WentAway:
		if sig.By != c.Session().User() && c.hears(sig, capAwayNotify) {
			return c.appendAway(dst, sig.Nick, sig.Role, sig.Text)
		}
	case hub.CalledSelf:
		if sig.From != c.Session() && c.hears(sig, capSetname) {
			return appendLine(c.appendNow(dst, sig.Nick, sig.Role), chat.Hostmask(sig.Nick, sig.Role), "SETNAME", sig.Text)
		}
	}
	return dst
}

// hears reports whether the client is to be told of a signal for which it must have
// negotiated a capability, and another one if it only watches the nick.
// (https://ircv3.net/specs/extensions/extended-monitor)
func (c *conn) hears(sig *hub.Signal, need capability) bool {
	return c.has(need) && (!sig.Watched || c.has(capExtendedMonitor))
}

// appendAway appends that somebody is away, or back.
// (https://ircv3.net/specs/extensions/away-notify)
func (c *conn) appendAway(dst []byte, nick string, role chat.Role, why string) []byte {
	dst = c.appendNow(dst, nick, role)
	if why == "" {
		return appendLine(dst, chat.Hostmask(nick, role), "AWAY")
	}
	return appendLine(dst, chat.Hostmask(nick, role), "AWAY", awayText(why))
}

// appendAwayJoin appends of somebody who joins a room that they are away, since
// who is in it has not been told.
func (c *conn) appendAwayJoin(dst []byte, d *hub.Delivery) []byte {
	if !c.has(capAwayNotify) || d.Room.Flags&chat.Direct != 0 {
		return dst
	}
	if why := c.Session().AwayHere(d.Event.By); why != "" {
		return c.appendAway(dst, d.Event.Nick, d.Event.Role(), why)
	}
	return dst
}

// appendNow appends the tags of what is so now and is in no log.
func (c *conn) appendNow(dst []byte, nick string, role chat.Role) []byte {
	start := len(dst)
	if c.has(capServerTime) {
		dst = appendTime(append(dst, "@time="...), chat.Millis(time.Now().UnixMilli()))
	}
	if c.has(capAccountTag) && role != chat.GuestRole {
		sep := byte(';')
		if len(dst) == start {
			sep = '@'
		}
		dst = appendEscaped(append(append(dst, sep), "account="...), nick)
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	return dst
}
