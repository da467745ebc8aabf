package irc

import (
	"sync/atomic"

	"hubbub/internal/chat"
)

// names says who is in a room (RFC 2812 §3.2.5;
// https://modern.ircdocs.horse/#names-message). Of one that the client is not told of
// there is nobody.
func (c *conn) names(m *message) {
	name := m.param(0)
	if name == "" {
		c.allNames()
		return
	}
	if all := parts(name); len(all) > 0 {
		name = all[0] // TARGMAX=NAMES:1
	}
	room, err := c.Session().Room(name)
	if err != nil || !c.listed(room) {
		c.numeric(rplEndOfNames, shown(name), "End of /NAMES list")
		return
	}
	if c.Session().Charge(c.Context(), 1+room.Size/1000) == nil {
		c.out = c.appendNames(c.out, c.me(), room, false)
	}
}

// The most that NAMES tells of all rooms.
const (
	mostNamedRooms = 100
	mostNames      = 5000
)

// allNames says who is in the rooms that LIST tells the client of: the first of them,
// as LIST and NAMES of each tell more.
func (c *conn) allNames() {
	rooms, names := 0, 0
	for _, room := range c.Session().Rooms() {
		if room.Flags&chat.Direct != 0 || room.Size == 0 {
			continue
		}
		rooms, names = rooms+1, names+room.Size
		if rooms > mostNamedRooms || names > mostNames || c.Session().Charge(c.Context(), 1) != nil {
			break
		}
		c.out = c.appendNameLines(c.out, c.me(), room, false)
	}
	c.numeric(rplEndOfNames, "*", "End of /NAMES list")
}

// appendNames appends who is in a room, and that this is the end.
func (c *conn) appendNames(dst []byte, nick string, room *chat.RoomInfo, joining bool) []byte {
	dst = c.appendNameLines(dst, nick, room, joining)
	return appendNumeric(dst, c.gateway.cfg.Server, rplEndOfNames, nick, room.Name, "End of /NAMES list")
}

// appendNameLines appends who is in a room. Whom others are not shown coming and going,
// because it is quiet there, they are not shown at all; who has just joined sees
// itself.
func (c *conn) appendNameLines(dst []byte, nick string, room *chat.RoomInfo, joining bool) []byte {
	s := c.Session()
	head := ":" + c.gateway.cfg.Server + " " + rplNamReply + " " + nick + " " + symbol(room) + " " + room.Name + " :"
	var some manner
	if c.has(capUserhostInNames) {
		some |= withHosts
	}
	if room.Flags&chat.Quiet != 0 && !c.keeps(room) {
		some |= spoken
	}
	for _, line := range c.gateway.people.of(c, room, some, len(head)) {
		dst = append(append(append(dst, head...), line...), "\r\n"...)
	}
	if st := room.Standing(s.User()); some&spoken != 0 && joining && st.Rank < chat.VoiceRank {
		self := nick
		if some&withHosts != 0 {
			self = chat.Hostmask(nick, s.Role())
		}
		dst = append(append(append(dst, head...), self...), "\r\n"...)
	}
	return dst
}

// keeps reports whether the client keeps order in a room.
func (c *conn) keeps(room *chat.RoomInfo) bool {
	s := c.Session()
	return room.RankOf(s.User(), s.Role()) >= chat.ModeratorRank
}

// manner is what of the members of a room is listed.
type manner uint8

const (
	withHosts manner = 1 << iota // and not their nicks alone (https://ircv3.net/specs/extensions/userhost-in-names)
	spoken                       // only those who have a voice at least
	manners   = 1 << iota
)

// lists keeps the members of rooms as they were listed last, since many come into a
// room at once. A list is as good as the snapshot of the room that it is made of, and
// that is the same for all until somebody comes or goes. It holds the snapshots of
// that many rooms at most.
type lists [64]atomic.Pointer[list]

// list is how the members of a room are listed. It never changes but for the lines,
// which are filled in when they are first wanted.
type list struct {
	room  *chat.RoomInfo
	roles uint64 // changes of roles until then
	lines [manners]atomic.Pointer[[]string]
}

// usualHead is the longest beginning of a line for which lists are kept.
const usualHead = 200

// of returns the lines of the members of a room, without their beginnings, of which
// the longest is that long.
func (l *lists) of(c *conn, room *chat.RoomInfo, some manner, head int) []string {
	if head > usualHead {
		return c.listPeople(room, some, head)
	}
	s := c.Session()
	slot := &l[uint64(room.ID)%uint64(len(l))]
	known := slot.Load()
	if roles := s.Roles(); known == nil || known.room != room || known.roles != roles {
		known = &list{room: room, roles: roles}
		slot.Store(known)
	}
	lines := known.lines[some].Load()
	if lines == nil {
		fresh := c.listPeople(room, some, usualHead)
		lines = &fresh
		known.lines[some].Store(lines)
	}
	return *lines
}

// listPeople returns the members of a room on as many lines as it takes. (RPL_NAMREPLY,
// RFC 2812 §5.1)
func (c *conn) listPeople(room *chat.RoomInfo, some manner, head int) []string {
	var lines []string
	var line []byte
	for _, p := range c.Session().Presences(room.Members) {
		rank := room.RankOf(p.ID, p.Role)
		if some&spoken != 0 && rank < chat.VoiceRank {
			continue
		}
		name := p.Nick
		if some&withHosts != 0 {
			name = chat.Hostmask(p.Nick, p.Role)
		}
		sign := prefixes(rank)
		if len(line) > 0 && head+len(line)+len(" ")+len(sign)+len(name) > maxLine-len("\r\n") {
			lines, line = append(lines, string(line)), line[:0]
		}
		if len(line) > 0 {
			line = append(line, ' ')
		}
		line = append(append(line, sign...), name...)
	}
	if len(line) > 0 {
		lines = append(lines, string(line))
	}
	return lines
}

// symbol says what kind of channel a room is (RFC 2812, RPL_NAMREPLY): secret or not.
func symbol(room *chat.RoomInfo) string {
	if room.Flags&(chat.Private|chat.Hidden) != 0 {
		return "@"
	}
	return "="
}

// realNames are what the authors of the last events say their names are: all who are
// told of them would look it up at the same time.
type realNames [256]atomic.Pointer[calledSelf]

type calledSelf struct {
	seq  chat.Seq
	name string
}

// of returns what the author of an event says their name is; empty if nothing.
func (r *realNames) of(c *conn, ev *chat.Event) string {
	slot := &r[uint64(ev.Seq)%uint64(len(r))]
	known := slot.Load()
	if known == nil || known.seq != ev.Seq {
		p, _ := c.Session().Portray(ev.By)
		known = &calledSelf{ev.Seq, string(cut([]byte(p.Real), maxReal))}
		slot.Store(known)
	}
	return known.name
}

// identity is what stands behind the nick in a hostmask.
func identity(nick string, role chat.Role) string {
	return chat.Hostmask(nick, role)[len(nick):]
}
