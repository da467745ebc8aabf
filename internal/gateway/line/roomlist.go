package line

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
)

// How many rooms /rooms lists for a person, and for a program.
const (
	mostRooms      = 100
	mostRoomsToAll = 1000
)

// rooms lists the rooms that the peer may see: its own, and then the largest.
func (c *conn) rooms(req request) {
	if !c.charge(req) {
		return
	}
	rooms := c.matching(chat.Fold(req.rest))
	most := mostRooms
	if c.machine {
		most = mostRoomsToAll
	}
	listed := rooms[:min(len(rooms), most)]
	var m api.Message
	var b strings.Builder
	for _, room := range listed {
		m.Rooms = append(m.Rooms, wire.Room(c.Session(), room))
		b.WriteString(c.roomLine(room))
	}
	switch more := len(rooms) - len(listed); {
	case more > 0:
		fmt.Fprintf(&b, "* And %d more; /rooms WORD lists those with WORD in their name or topic.", more)
	case len(rooms) == 0:
		fmt.Fprintf(&b, "* There is no room with %q in its name or topic.", quoted(req.rest))
	default:
		b.WriteString("* > is where you talk, * where you are. /join #ROOM goes to one, or makes it.")
	}
	m.Text = b.String()
	c.reply(req, m)
}

// matching returns the rooms with a folded word in their name or topic: first
// those that the peer is in, then the largest.
func (c *conn) matching(word string) []*chat.RoomInfo {
	self := c.Session().User()
	rooms := slices.DeleteFunc(c.Session().Rooms(), func(room *chat.RoomInfo) bool {
		return !strings.Contains(chat.Fold(c.called(room)+" "+room.Topic), word)
	})
	slices.SortStableFunc(rooms, func(a, b *chat.RoomInfo) int {
		_, inA := a.Member(self)
		_, inB := b.Member(self)
		if inA != inB {
			return cmp.Compare(index(inB), index(inA))
		}
		return cmp.Compare(b.Size, a.Size)
	})
	return rooms
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// called returns what a room is called in the list.
func (c *conn) called(room *chat.RoomInfo) string {
	switch other := c.other(room); {
	case room.Flags&chat.Direct == 0:
		return room.Name
	case other == "":
		return "(gone)"
	default:
		return "@" + other
	}
}

// roomLine is a room in the list. Its topic is cut to what fits on a line.
func (c *conn) roomLine(room *chat.RoomInfo) string {
	const width = 78
	mark := " "
	if _, in := room.Member(c.Session().User()); in {
		mark = "*"
	}
	if c.here.Load().is(room) {
		mark = ">"
	}
	line := fmt.Sprintf("%s %-20s %5d  ", mark, c.called(room), room.Size)
	line += strings.TrimSpace(condition(room) + " " + room.Topic)
	if utf8.RuneCountInString(line) > width {
		line = string([]rune(line)[:width-1]) + "…"
	}
	return strings.TrimRight(line, " ") + "\n"
}

// condition says what is special about a room.
func condition(room *chat.RoomInfo) string {
	switch {
	case room.Archived:
		return "(archived)"
	case room.Flags&chat.Direct != 0:
		return "(you two alone)"
	case room.Flags&chat.Private != 0:
		return "(private)"
	case room.Flags&chat.InviteOnly != 0:
		return "(by invitation)"
	}
	return ""
}
