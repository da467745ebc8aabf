package irc

// userMode shows one's own modes (RFC 2812 §3.1.5). (The rest comes with people.)
func (c *conn) userMode(m *message) {
	if _, err := c.Session().Lookup(m.param(0)); err != nil {
		c.numeric(errNoSuchNick, shown(m.param(0)), "No such nick")
		return
	}
	c.numeric(rplUModeIs, "+i")
}
