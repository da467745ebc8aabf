package irc

// service does what is asked of a service of the server's, and reports whether the
// target is one. (They come with accounts.)
func (c *conn) service(u utterance) bool { return false }
