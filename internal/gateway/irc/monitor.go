package irc

import (
	"strconv"
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// monitor keeps the list of the nicks that the client wants to know about
// (https://ircv3.net/specs/extensions/monitor). Somebody is online if a session
// speaks for them, by whatever gateway.
func (c *conn) monitor(m *message) {
	switch strings.ToUpper(m.param(0)) {
	case "+":
		c.monitorAdd(m.param(1))
	case "-":
		for nick := range strings.SplitSeq(m.param(1), ",") {
			c.Session().Unwatch(nick)
		}
	case "C":
		for _, nick := range c.Session().Watched() {
			c.Session().Unwatch(nick)
		}
	case "L":
		c.out = c.appendMonitored(c.out, rplMonList, c.Session().Watched())
		c.numeric(rplEndOfMonList, "End of MONITOR list")
	case "S":
		watched := c.Session().Watched()
		c.charge(len(watched))
		c.monitorStatus(watched)
	default:
		c.numeric(errNeedMoreParams, "MONITOR", "MONITOR takes +, -, C, L or S")
	}
}

// monitorAdd begins to watch nicks. First the client is told how things are; the
// watch begins with that, so that nothing is missed in between.
func (c *conn) monitorAdd(targets string) {
	_ = c.Session().Charge(c.Context(), 1)
	room := hub.MaxWatched - len(c.Session().Watched())
	var nicks, refused []string
	for nick := range strings.SplitSeq(targets, ",") {
		switch {
		case nick == "" || chat.CheckNick(nick) != nil:
		case len(nicks) < room:
			nicks = append(nicks, nick)
		default:
			refused = append(refused, shown(nick))
		}
	}
	online := c.monitorStatus(nicks)
	if len(refused) > 0 {
		for _, l := range pack(refused, monitorLine) {
			c.numeric(errMonListFull, strconv.Itoa(hub.MaxWatched), strings.ReplaceAll(l, " ", ","), "Monitor list is full")
		}
	}
	c.commitReply()
	for i, nick := range nicks {
		c.Session().Watch(nick, online[i])
	}
}

// monitorStatus tells which nicks are online and which are not, and returns it.
func (c *conn) monitorStatus(nicks []string) []bool {
	told := make([]bool, len(nicks))
	var online, offline []string
	var people []hub.Person
	for i, nick := range nicks {
		if p, ok := c.Session().Online(nick); ok {
			told[i] = true
			people = append(people, hub.Person{ID: p.ID, Nick: p.Nick})
			online = append(online, chat.Hostmask(p.Nick, p.Role))
		} else {
			offline = append(offline, nick)
		}
	}
	c.out = c.appendMonitored(c.out, rplMonOnline, online)
	c.out = c.appendOnlineSync(c.appendMonitored(c.out, rplMonOffline, offline), people...)
	return told
}

// monitorLine is how many bytes of names a line has.
const monitorLine = 350

// appendMonitored appends names with commas between, on as many lines as it takes;
// none for no names.
func (c *conn) appendMonitored(dst []byte, code string, names []string) []byte {
	if len(names) == 0 {
		return dst
	}
	for _, l := range pack(names, monitorLine) {
		dst = appendNumeric(dst, c.gateway.cfg.Server, code, c.me(), strings.ReplaceAll(l, " ", ","))
	}
	return dst
}
