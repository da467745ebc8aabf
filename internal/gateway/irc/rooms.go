package irc

import (
	"slices"
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
	if ok && !c.in(room) {
		c.numeric(errNotOnChannel, room.Name, "You're not on that channel")
		return nil, false
	}
	return room, ok
}

// kept is inRoom for who keeps order: admins do it from outside too.
func (c *conn) kept(name string) (*chat.RoomInfo, bool) {
	if c.Session().Role() >= chat.AdminRole {
		return c.roomNamed(name)
	}
	return c.inRoom(name)
}

// in reports whether the client is in a room.
func (c *conn) in(room *chat.RoomInfo) bool {
	_, in := room.Member(c.Session().User())
	return in
}

// listed reports whether the client is told who is in a room, and that there is one.
// (+s, RFC 2811 §4.2.6)
func (c *conn) listed(room *chat.RoomInfo) bool { return room.Flags&chat.Hidden == 0 || c.in(room) }

// parts returns the parts of a parameter that is a list, without those that are empty
// (RFC 2812 §2.3.1).
func parts(param string) []string {
	return strings.FieldsFunc(param, func(r rune) bool { return r == ',' })
}

// join goes to rooms, and makes those that are not there (RFC 2812 §3.2.1).
func (c *conn) join(m *message) {
	if m.param(0) == "0" {
		c.partAll()
		return
	}
	names, keys := parts(m.param(0)), strings.Split(m.param(1), ",")
	if len(names) > 1 {
		c.several()
	}
	for i, name := range names {
		if err := chat.CheckRoomName(name); err != nil {
			c.numeric(errNoSuchChannel, shown(name), err.Text)
			continue
		}
		cmd := chat.Command{Op: chat.Join, Name: name}
		if i < len(keys) {
			cmd.Text = keys[i]
		}
		c.send(cmd, c.call("JOIN", name, ""))
	}
}

// partAll leaves all rooms: JOIN 0 (RFC 2812 §3.2.1).
func (c *conn) partAll() {
	rooms := slices.DeleteFunc(c.Session().Joined(), func(room *chat.RoomInfo) bool { return room.Flags&chat.Direct != 0 })
	if len(rooms) > 1 {
		c.several()
	}
	for _, room := range rooms {
		c.send(chat.Command{Op: chat.Leave, Room: room.ID}, c.call("PART", room.Name, ""))
	}
}

// reasonIn returns a reason that others can be shown whole.
func reasonIn(text string) string { return string(cut([]byte(chat.CleanLine(text)), maxReason)) }

// part leaves rooms (RFC 2812 §3.2.2).
func (c *conn) part(m *message) {
	names := parts(m.param(0))
	if len(names) > 1 {
		c.several()
	}
	for _, name := range names {
		if room, ok := c.inRoom(name); ok {
			c.send(chat.Command{Op: chat.Leave, Room: room.ID, Text: reasonIn(m.param(1))}, c.call("PART", room.Name, ""))
		}
	}
}

// topic shows a room's topic, or sets it (RFC 2812 §3.2.4). A room that is not listed
// shows it to its members only.
func (c *conn) topic(m *message) {
	room, ok := c.roomNamed(m.param(0))
	switch {
	case !ok:
	case (len(m.params) > 1 || !c.listed(room)) && !c.in(room):
		c.numeric(errNotOnChannel, room.Name, "You're not on that channel")
	case len(m.params) > 1:
		text := string(cut([]byte(chat.CleanLine(m.param(1))), maxTopic))
		c.send(chat.Command{Op: chat.SetTopic, Room: room.ID, Text: text}, c.call("TOPIC", room.Name, ""))
	case room.Topic == "":
		c.numeric(rplNoTopic, room.Name, "No topic is set")
	default:
		c.out = c.appendTopic(c.out, c.me(), room)
	}
}

// appendTopic appends a room's topic, who set it, and when.
// (https://modern.ircdocs.horse/#rpltopicwhotime-333)
func (c *conn) appendTopic(dst []byte, nick string, room *chat.RoomInfo) []byte {
	server := c.gateway.cfg.Server
	dst = appendNumeric(dst, server, rplTopic, nick, room.Name, room.Topic)
	if room.TopicAt == 0 {
		return dst
	}
	return appendNumeric(dst, server, rplTopicWhoTime, nick, room.Name, c.author(room.TopicBy), seconds(room.TopicAt))
}

// author returns who did something, as lists name them: the server has no nick.
func (c *conn) author(nick string) string {
	if nick == "" {
		return c.gateway.cfg.Server
	}
	return nick
}

// seconds returns a time in Unix seconds.
func seconds(at chat.Millis) string { return strconv.FormatInt(int64(at)/1000, 10) }

// kick puts people out of a room (RFC 2812 §3.2.8): out of one, or each out of the
// room that is named in its place.
func (c *conn) kick(m *message) {
	names, nicks := parts(m.param(0)), parts(m.param(1))
	if len(names) > 1 && len(names) != len(nicks) || len(names) == 0 {
		c.numeric(errNeedMoreParams, m.command, "Not enough parameters")
		return
	}
	if len(nicks) > 1 {
		c.several()
	}
	for i, nick := range nicks {
		name := names[0]
		if len(names) > 1 {
			name = names[i]
		}
		c.kickOne(name, nick, reasonIn(m.param(2)))
	}
}

func (c *conn) kickOne(name, nick, reason string) {
	room, ok := c.kept(name)
	if !ok {
		return
	}
	id, err := c.Session().Lookup(nick)
	if err != nil {
		c.numeric(errNoSuchNick, shown(nick), "No such nick")
		return
	}
	c.send(chat.Command{Op: chat.Kick, Room: room.ID, User: id, Text: reason}, c.call("KICK", room.Name, c.Session().NickOf(id)))
}
