package irc

import (
	"strconv"
	"strings"

	"hubbub/internal/chat"
)

// Joining rooms, leaving them, and what is known of them.

// roomNamed returns a room that the client may see, or says that there is none.
func (c *conn) roomNamed(name string) (*chat.RoomInfo, bool) {
	room, err := c.Session().Room(name)
	if err != nil {
		c.numeric(errNoSuchChannel, shown(name), "No such channel")
		return nil, false
	}
	return room, true
}

// inRoom is roomNamed for who must be in it.
func (c *conn) inRoom(name string) (*chat.RoomInfo, bool) {
	room, ok := c.roomNamed(name)
	if !ok {
		return nil, false
	}
	if _, in := room.Member(c.Session().User()); !in {
		c.numeric(errNotOnChannel, room.Name, "You're not on that channel")
		return nil, false
	}
	return room, true
}

// join goes to rooms, and makes those that are not there (RFC 2812 §3.2.1).
func (c *conn) join(m *message) {
	if m.param(0) == "0" { // leave all
		for _, room := range c.Session().Joined() {
			if room.Flags&chat.Direct == 0 {
				c.send(chat.Command{Op: chat.Leave, Room: room.ID}, c.call("PART", room.Name, ""))
			}
		}
		return
	}
	keys, names := strings.Split(m.param(1), ","), strings.Split(m.param(0), ",")
	c.grouped(len(names))
	for i, name := range names {
		cmd := chat.Command{Op: chat.Join, Name: name}
		if i < len(keys) {
			cmd.Text = keys[i]
		}
		c.send(cmd, c.call("JOIN", name, ""))
	}
}

// part leaves rooms (RFC 2812 §3.2.2).
func (c *conn) part(m *message) {
	for name := range strings.SplitSeq(m.param(0), ",") {
		if room, ok := c.inRoom(name); ok {
			c.send(chat.Command{Op: chat.Leave, Room: room.ID, Text: m.param(1)}, c.call("PART", room.Name, ""))
		}
	}
}

// topic shows a room's topic, or sets it (RFC 2812 §3.2.4).
func (c *conn) topic(m *message) {
	room, ok := c.roomNamed(m.param(0))
	if !ok {
		return
	}
	if len(m.params) == 1 {
		if room.Topic == "" {
			c.numeric(rplNoTopic, room.Name, "No topic is set")
			return
		}
		c.out = c.appendTopic(c.out, c.me(), room)
		return
	}
	if _, in := room.Member(c.Session().User()); !in {
		c.numeric(errNotOnChannel, room.Name, "You're not on that channel")
		return
	}
	text := string(cut([]byte(chat.CleanLine(m.param(1))), maxTopic))
	c.send(chat.Command{Op: chat.SetTopic, Room: room.ID, Text: text}, c.call("TOPIC", room.Name, ""))
}

// appendTopic appends a room's topic.
func (c *conn) appendTopic(dst []byte, nick string, room *chat.RoomInfo) []byte {
	return appendNumeric(dst, c.gateway.cfg.Server, rplTopic, nick, room.Name, room.Topic)
}

// list says which rooms there are (RFC 2812 §3.2.6).
func (c *conn) list(m *message) {
	c.numeric(rplListStart, "Channel", "Users  Name")
	for _, room := range c.Session().Rooms() {
		if room.Flags&chat.Direct == 0 {
			c.numeric(rplList, room.Name, strconv.Itoa(room.Size), room.Topic)
		}
	}
	c.numeric(rplListEnd, "End of /LIST")
}

// kick puts people out of a room (RFC 2812 §3.2.8).
func (c *conn) kick(m *message) {
	room, ok := c.inRoom(m.param(0))
	if !ok {
		return
	}
	for nick := range strings.SplitSeq(m.param(1), ",") {
		id, err := c.Session().Lookup(nick)
		if err != nil {
			c.numeric(errNoSuchNick, shown(nick), "No such nick")
			continue
		}
		text := string(cut([]byte(chat.CleanLine(m.param(2))), maxReason))
		c.send(chat.Command{Op: chat.Kick, Room: room.ID, User: id, Text: text}, c.call("KICK", room.Name, nick))
	}
}

// invite invites somebody to a room (RFC 2812 §3.2.7).
func (c *conn) invite(m *message) {
	if len(m.params) < 2 {
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
	c.send(chat.Command{Op: chat.Invite, Room: room.ID, User: id}, c.call("INVITE", room.Name, m.param(0)))
}
