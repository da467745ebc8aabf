package irc

// service does what is asked of a service of the server's, and reports whether the
// target is one.
func (c *conn) service(u utterance) bool {
	return c.toService(u.command, []string{u.target}, u.text)
}
