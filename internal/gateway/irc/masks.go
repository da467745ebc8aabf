package irc

import (
	"strings"
	"time"

	"hubbub/internal/chat"
)

// maskLists are the lists of masks by their modes, and the numerics that show them.
var maskLists = map[byte]struct {
	list      chat.MaskList
	item, end string
	text      string
}{
	'b': {chat.BanMask, rplBanList, rplEndOfBanList, "End of channel ban list"},
	'e': {chat.ExceptMask, rplExceptList, rplEndOfExceptList, "End of channel exception list"},
	'I': {chat.InviteMask, rplInvexList, rplEndOfInvexList, "End of channel invite exception list"},
	'q': {chat.QuietMask, rplQuietList, rplEndOfQuietList, "End of channel quiet list"},
}

// showMasks shows a list of masks: who is banned or muted to everybody, the exceptions
// to who is in the room. (RFC 2811 §4.3)
func (c *conn) showMasks(room *chat.RoomInfo, mode byte) {
	l := maskLists[mode]
	if !c.listed(room) || (mode == 'e' || mode == 'I') && !c.in(room) && c.Session().Role() < chat.AdminRole {
		c.numeric(errNotOnChannel, room.Name, "You're not on that channel")
		return
	}
	also := []string(nil)
	if mode == 'q' {
		also = []string{"q"} // 728 names the mode; 367 and its like do not
	}
	show := func(code string, params ...string) {
		c.numeric(code, append(append([]string{room.Name}, also...), params...)...)
	}
	for _, m := range room.Masks {
		if m.List == l.list {
			show(l.item, m.Pattern, c.author(m.By), seconds(m.At))
		}
	}
	for _, nick := range c.meant(room, mode) {
		show(l.item, maskOf(nick))
	}
	show(l.end, l.text)
}

// maskOf returns the mask that stands for a person who is banned or muted in a room.
func maskOf(nick string) string { return nick + "!*@*" }

// holds reports whether a standing is what a mode says of a person.
func holds(st chat.Standing, mode byte) bool {
	now := chat.Millis(time.Now().UnixMilli())
	return mode == 'b' && st.Barred(now) || mode == 'q' && st.Silenced(now)
}

// meant returns those people whom a room bans or mutes by themselves, and not by a mask,
// as far as they are here.
func (c *conn) meant(room *chat.RoomInfo, mode byte) (nicks []string) {
	for _, st := range room.Standings {
		if !holds(st, mode) {
			continue
		}
		if nick := c.Session().NickOf(st.User); nick != "" {
			nicks = append(nicks, nick)
		}
	}
	return nicks
}

// changeMask adds a mask to a list, or drops it. What a person is banned or muted by
// ends as well when the mask that stands for it is dropped.
func (c *conn) changeMask(room *chat.RoomInfo, ch change) {
	cmd := chat.Command{Op: chat.AddMask, Room: room.ID, Level: uint8(maskLists[ch.mode].list), Name: ch.param}
	if ch.off {
		cmd.Op = chat.DropMask
		if c.liftPerson(room, ch) && !hasMask(room, ch) {
			return
		}
	}
	c.send(cmd, c.modeCall(room, ch.mode, ch.param))
}

// hasMask reports whether the mask of a change is in its list.
func hasMask(room *chat.RoomInfo, ch change) bool {
	pattern, err := chat.ParseMask(ch.param)
	for _, m := range room.Masks {
		if err == nil && m.List == maskLists[ch.mode].list && chat.Fold(m.Pattern) == chat.Fold(pattern) {
			return true
		}
	}
	return false
}

// liftPerson lifts what a person is banned or muted by, and reports whether there is
// such a thing.
func (c *conn) liftPerson(room *chat.RoomInfo, ch change) bool {
	pattern, err := chat.ParseMask(ch.param)
	if err != nil {
		return false
	}
	nick, whole := strings.CutSuffix(pattern, maskOf(""))
	id, err := c.Session().Lookup(nick)
	if !whole || err != nil || !holds(room.Standing(id), ch.mode) {
		return false
	}
	cmd := chat.Command{Op: chat.Unban, Room: room.ID, User: id}
	if ch.mode == 'q' {
		cmd.Op = chat.Unmute
	}
	c.send(cmd, c.modeCall(room, ch.mode, ch.param))
	return true
}
