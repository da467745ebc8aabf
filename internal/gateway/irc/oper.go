package irc

import "hubbub/internal/chat"

// isOper reports whether the client may do what operators may.
func (c *conn) isOper() bool {
	return c.rare != nil && c.rare.oper || c.Session().Role() >= chat.AdminRole
}
