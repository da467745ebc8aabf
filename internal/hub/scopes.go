package hub

import (
	"strings"

	"hubbub/internal/chat"
)

// Scopes are what a token lets a session do; it can always read. None is
// everything that its owner may do.
type Scopes uint32

// The scopes. The numbers are on disk.
const (
	ScopeRead  Scopes = 1 << iota // nothing but read
	ScopeWrite                    // talk: what everybody does in rooms
	ScopeAdmin                    // keep order, and what concerns accounts
)

// scopeNames are the scopes as people type them.
var scopeNames = map[string]Scopes{"read": ScopeRead, "write": ScopeRead | ScopeWrite, "admin": ScopeRead | ScopeWrite | ScopeAdmin}

// ParseScopes returns the scopes of that name: read, write, admin, or all, which
// is none in particular.
func ParseScopes(name string) (Scopes, bool) {
	if name == "all" {
		return 0, true
	}
	s, ok := scopeNames[strings.ToLower(name)]
	return s, ok
}

// String returns the name of the widest of the scopes.
func (s Scopes) String() string {
	switch {
	case s == 0:
		return "all"
	case s&ScopeAdmin != 0:
		return "admin"
	case s&ScopeWrite != 0:
		return "write"
	}
	return "read"
}

// Allows says that the token by which the session came does not allow a command, or
// nil: for what prepares one, which proposing checks by itself.
func (s *Session) Allows(c *chat.Command) *chat.Error {
	if Scopes(s.scopes.Load()).allow(c) {
		return nil
	}
	return chat.Errorf(chat.Forbidden, "The token that you came with does not allow that.")
}

// allow reports whether the scopes allow a command. What one keeps about oneself, or
// about a room as one sets its topic, is talking, and so is what a message shows.
func (s Scopes) allow(c *chat.Command) bool {
	switch op := c.Op; {
	case s == 0, op == chat.MarkRead:
		return true
	case op >= chat.Register && op != chat.Report && op != chat.DropPreview && (op != chat.SetProperty || c.User != 0):
		return s&ScopeAdmin != 0
	}
	return s&ScopeWrite != 0
}
