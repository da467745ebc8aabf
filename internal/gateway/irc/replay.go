package irc

import (
	"hubbub/internal/chat"
)

// appendReplay appends what was said in a room lately to clients that never ask for
// it, if they can tell it from what is said now.
func (c *conn) appendReplay(dst []byte, room *chat.RoomInfo, after chat.Seq) []byte {
	return dst
}
