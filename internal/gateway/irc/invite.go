package irc

import (
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// invite invites somebody to a room (RFC 2812 §3.2.7), or lists where the client is
// invited. (https://modern.ircdocs.horse/#invite-message)
func (c *conn) invite(m *message) {
	switch len(m.params) {
	case 0:
		c.invitations()
		return
	case 1:
		c.numeric(errNeedMoreParams, "INVITE", "Not enough parameters")
		return
	}
	room, ok := c.inRoom(m.param(1))
	if !ok {
		return
	}
	id, err := c.Session().Lookup(m.param(0))
	if err != nil {
		c.numeric(errNoSuchNick, shown(m.param(0)), "No such nick")
		return
	}
	c.send(chat.Command{Op: chat.Invite, Room: room.ID, User: id}, c.call("INVITE", room.Name, c.Session().NickOf(id)))
}

func (c *conn) invitations() {
	if c.Session().Charge(c.Context(), 1) != nil {
		return
	}
	for _, room := range c.Session().Invitations() {
		c.numeric(rplInviteList, room.Name)
	}
	c.numeric(rplEndOfInviteList, "End of /INVITE list")
}

// inviting appends that an invitation of the client's is on its way.
func (c *conn) inviting(dst []byte, d *hub.Delivery, k *call) []byte {
	line := appendNumeric(nil, c.gateway.cfg.Server, rplInviting, c.Session().Nick(), d.Event.Whose, d.Room.Name)
	return c.own(dst, line, k)
}

// knockPause is how long a client waits between two knocks.
const knockPause = time.Minute

// knock asks those who keep order in a room for an invitation. It is told to those who
// are here, and not kept. (https://defs.ircdocs.horse/defs/numerics, 710 to 714)
func (c *conn) knock(m *message) {
	room, ok := c.roomNamed(m.param(0))
	if !ok {
		return
	}
	user := c.Session().User()
	st, now := room.Standing(user), chat.Millis(time.Now().UnixMilli())
	switch {
	case c.in(room):
		c.numeric(errKnockOnChannel, room.Name, "You're already on that channel")
	case room.Flags&chat.InviteOnly == 0 && room.Limit == 0 && len(room.Masks) == 0 && !c.isLocked(room):
		c.numeric(errChannelOpen, room.Name, "Channel is open")
	case st.Barred(now), st.Silenced(now):
		c.numeric(errCannotSendToChan, room.Name, "You are banned from that channel")
	case c.rare != nil && time.Since(c.rare.knocked) < knockPause:
		c.numeric(errTooManyKnocks, room.Name, "Too many knocks: one a minute")
	case c.Session().Charge(c.Context(), 1) == nil:
		c.seldom().knocked = time.Now()
		c.tellKeepers(room, &hub.Signal{Kind: hub.Knocked, Room: room})
		c.numeric(rplKnockDelivered, room.Name, "Your knock has been delivered")
	}
}

// isLocked reports whether a room is entered with a key, which only its members know.
func (c *conn) isLocked(room *chat.RoomInfo) bool {
	return c.Session().Locked(room.ID)
}

// tellKeepers tells a signal to those who keep order in a room, as far as they are in
// it.
func (c *conn) tellKeepers(room *chat.RoomInfo, sig *hub.Signal) {
	var to []chat.UserID
	for _, p := range c.Session().Presences(room.Members) {
		if room.RankOf(p.ID, p.Role) >= chat.ModeratorRank {
			to = append(to, p.ID)
		}
	}
	c.Session().SignalTo(sig, to...)
}

// appendKnock appends that somebody would like to come in.
func (c *conn) appendKnock(dst []byte, sig *hub.Signal) []byte {
	if sig.By == c.Session().User() {
		return dst // on another connection of theirs
	}
	return appendNumeric(dst, c.gateway.cfg.Server, rplKnock, c.Session().Nick(), sig.Room.Name, chat.Hostmask(sig.Nick, sig.Role), "has asked for an invite")
}
