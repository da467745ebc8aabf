package irc

import (
	"cmp"
	"strings"

	"hubbub/internal/chat"
)

// kill closes all of somebody's connections, which operators may
// (RFC 2812 §3.7.1). A guest is gone by it; a member can come back, unless they are
// banned.
func (c *conn) kill(m *message) {
	if !c.isOper() {
		c.numeric(errNoPrivileges, "Permission Denied - You're not an IRC operator")
		return
	}
	s := c.Session()
	id, err := s.Lookup(m.param(0))
	if err != nil {
		c.numeric(errNoSuchNick, shown(m.param(0)), "No such nick")
		return
	}
	why := string(cut([]byte(chat.CleanLine(m.param(1))), maxReason/2))
	cmd := chat.Command{Op: chat.Disconnect, User: id, Text: killed + s.Nick() + " (" + cmp.Or(why, "No reason given") + "))"}
	if s.Role() >= chat.AdminRole {
		c.send(cmd, c.call("KILL", m.param(0), ""))
		return
	}
	// An operator of the configuration need not be anybody whom the log knows.
	if out := c.gateway.cfg.Hub.Console().Do(c.Context(), cmd); out.Err != nil {
		c.refuse(&call{verb: "KILL"}, out.Err)
	}
}

// killed is how the reason begins that the killed and others see.
const killed = "Killed ("

// closing returns the reason for a connection's end as IRC has it: the one of a KILL
// stands in parentheses of its own.
func closing(reason string) string {
	reason = strings.TrimSuffix(reason, ".")
	if _, why, ok := strings.Cut(reason, ": "+killed); ok {
		return "Killed by an operator (" + killed + why + ")"
	}
	return reason
}
