package irc

import (
	"cmp"
	"fmt"
	"time"

	"hubbub/internal/chat"
)

// What there is to know about the server (RFC 2812 §3.4). There is one; a command
// that names another finds none.

// here reports whether a parameter means this server, by its name, a mask, or the
// nick of somebody who is on it, and says so if it does not.
func (c *conn) here(server string) bool {
	if server == "" || chat.Matches(server, c.gateway.cfg.Server) {
		return true
	}
	if _, err := c.Session().Lookup(server); err == nil {
		return true
	}
	c.numeric(errNoSuchServer, shown(server), "No such server")
	return false
}

// onServer returns a command that is for this server alone, which its i-th
// parameter may name.
func onServer(i int, do func(c *conn)) func(*conn, *message) {
	return func(c *conn, m *message) {
		if c.here(m.param(i)) {
			do(c)
		}
	}
}

func (c *conn) motd() { c.out = c.appendMotd(c.out, c.me()) }

func (c *conn) lusers() { c.out = c.appendLusers(c.out, c.me()) }

func (c *conn) version() {
	c.numeric(rplVersion, version, c.gateway.cfg.Server, "a durable, ordered group chat for any client")
	c.out = c.appendISupport(c.out, c.me())
}

func (c *conn) time() {
	c.numeric(rplTime, c.gateway.cfg.Server, time.Now().UTC().Format(time.RFC1123))
}

func (c *conn) info() {
	for _, l := range [...]string{
		version + " on " + c.gateway.cfg.Server,
		"Everything that is said here is on the disk before anybody sees it, and everybody sees it in the same order.",
		"Members stay in their rooms when they disconnect, and may connect as often as they like.",
		"Started " + c.gateway.cfg.Started.UTC().Format(time.RFC1123),
	} {
		c.numeric(rplInfo, l)
	}
	c.numeric(rplEndOfInfo, "End of INFO")
}

func (c *conn) admin() {
	c.numeric(rplAdminMe, c.gateway.cfg.Server, "Administrative info")
	c.numeric(rplAdminLoc1, c.gateway.cfg.Network)
	c.numeric(rplAdminLoc2, "Ask an operator: WHO * o lists those with whom you share a room")
	c.numeric(rplAdminEmail, "There is no address")
}

// stats tells since when the server has been running, and nothing else.
func (c *conn) stats(m *message) {
	if !c.here(m.param(1)) {
		return
	}
	letter := "*"
	if r := []rune(m.param(0)); len(r) > 0 {
		letter = shown(string(r[:1]))
	}
	if letter == "u" {
		up := int(time.Since(c.gateway.cfg.Started).Seconds())
		c.numeric(rplStatsUptime, fmt.Sprintf("Server Up %d days %d:%02d:%02d", up/86400, up/3600%24, up/60%60, up%60))
	}
	c.numeric(rplEndOfStats, letter, "End of STATS report")
}

// links lists the servers that this one is linked to: none. (With nothing before its
// end the list says so; clients draw a map of what stands there.)
func (c *conn) links(m *message) {
	c.numeric(rplEndOfLinks, shown(cmp.Or(m.last(), "*")), "End of LINKS list")
}

// notOverIRC refuses what only who keeps the machine may do.
func (c *conn) notOverIRC(*message) {
	c.numeric(errNoPrivileges, "Permission Denied - that is done on the server's own machine, by hubbub and hubbub admin")
}

func (c *conn) users(*message) {
	c.numeric(errUsersDisabled, "USERS has been disabled: nobody logs in on the machine itself; try NAMES "+chat.Lobby)
}

func (c *conn) summon(*message) {
	c.numeric(errSummonDisabled, "SUMMON has been disabled; INVITE asks people into a room")
}
