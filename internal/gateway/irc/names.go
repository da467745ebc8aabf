package irc

import (
	"hubbub/internal/chat"
)

// names says who is in rooms (RFC 2812 §3.2.5).
func (c *conn) names(m *message) {
	name := m.param(0)
	room, err := c.Session().Room(name)
	if err != nil {
		c.numeric(rplEndOfNames, shown(name), "End of /NAMES list")
		return
	}
	c.out = c.appendNames(c.out, c.me(), room)
}

// appendNames appends who is in a room. The list is the room's snapshot, which does
// not change meanwhile.
func (c *conn) appendNames(dst []byte, nick string, room *chat.RoomInfo) []byte {
	head := ":" + c.gateway.cfg.Server + " " + rplNamReply + " " + nick + " " + symbol(room) + " " + room.Name + " :"
	hosts := c.has(capUserhostInNames)
	start := len(dst)
	for _, p := range c.Session().Presences(room.Members) {
		sign := prefixes(rankIn(room, p.ID, p.Role))
		size := len(sign) + len(p.Nick) + 1
		if hosts {
			size += len(identity(p.Nick, p.Role))
		}
		if len(dst) > start && len(dst)-start+size > maxLine-len("\r\n") {
			dst = append(dst[:len(dst)-1], "\r\n"...)
			start = len(dst)
		}
		if len(dst) == start {
			dst = append(dst, head...)
		}
		dst = append(append(dst, sign...), p.Nick...)
		if hosts {
			dst = append(dst, identity(p.Nick, p.Role)...)
		}
		dst = append(dst, ' ')
	}
	if len(dst) > start {
		dst = append(dst[:len(dst)-1], "\r\n"...)
	}
	return appendNumeric(dst, c.gateway.cfg.Server, rplEndOfNames, nick, room.Name, "End of /NAMES list")
}

// symbol says what kind of channel a room is (RFC 2812, RPL_NAMREPLY).
func symbol(room *chat.RoomInfo) string {
	if room.Flags&chat.Private != 0 {
		return "@"
	}
	return "="
}

// rankIn returns what somebody is in a room. Admins are owners of every room.
func rankIn(room *chat.RoomInfo, id chat.UserID, role chat.Role) chat.Rank {
	if role >= chat.AdminRole {
		return chat.OwnerRank
	}
	st := room.Standing(id)
	return st.Rank
}

// identity is what stands behind the nick in a hostmask.
func identity(nick string, role chat.Role) string {
	return chat.Hostmask(nick, role)[len(nick):]
}
