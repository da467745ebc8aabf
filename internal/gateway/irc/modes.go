package irc

import (
	"strings"

	"hubbub/internal/chat"
)

// The modes, as clients are told of them. What each means here is in docs/irc.md.
const (
	userModes  = "BioZ"
	listModes  = "beIq"
	keyModes   = "k"
	limitModes = "l"
	flagModes  = "imnstuCR"
	rankModes  = "ov"
	paramModes = "beIqklov"
	roomModes  = "beIqklimnstuCRov"

	prefixToken = "(ov)@+"
	prefixSigns = "@+"
)

// prefixes returns the sign of what somebody is in a room. Who owns a room keeps
// order in it: IRC clients know nothing higher that they all agree on. Nobody has two
// signs, so there is nothing more for who has negotiated multi-prefix.
func prefixes(rank chat.Rank) string {
	switch {
	case rank >= chat.ModeratorRank:
		return "@"
	case rank >= chat.VoiceRank:
		return "+"
	}
	return ""
}

// mode shows modes, and changes them.
func (c *conn) mode(m *message) {
	if !strings.HasPrefix(m.param(0), "#") {
		c.userMode(m)
		return
	}
	room, ok := c.roomNamed(m.param(0))
	if !ok {
		return
	}
	c.numeric(rplChannelModeIs, room.Name, "+n")
}
