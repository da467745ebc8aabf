package irc

import "hubbub/internal/chat"

// oper makes the client an operator by a name and a password of the server's
// configuration (RFC 2812 §3.1.4). Admins are that without it.
func (c *conn) oper(m *message) {
	if !c.Private() {
		c.numeric(errNoOperHost, untold)
		return
	}
	if err := c.gateway.cfg.Door.Oper(c.Context(), m.param(0), m.param(1), c.Session().Address()); err != nil {
		c.numeric(errPasswdMismatch, err.Text)
		return
	}
	was := c.isOper()
	c.setOper(true)
	if !was {
		c.out = appendLine(c.out, c.me(), "MODE", c.me(), "+o")
	}
	c.numeric(rplYoureOper, "You are now an IRC operator")
}

// isOper reports whether the client may do what operators may.
func (c *conn) isOper() bool {
	return c.rare != nil && c.rare.oper || c.Session().Role() >= chat.AdminRole
}
