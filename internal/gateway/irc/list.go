package irc

import (
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
)

// list says which rooms there are (RFC 2812 §3.2.6). A room where nobody is would be
// none on IRC: it is listed only to who asks for it by name.
func (c *conn) list(m *message) {
	rooms := c.Session().Rooms()
	if c.Session().Charge(c.Context(), 1+len(rooms)/1000) != nil {
		return
	}
	sought := searchOf(m.param(0), time.Now())
	c.numeric(rplListStart, "Channel", "Users  Name")
	for _, room := range rooms {
		if room.Flags&chat.Direct == 0 && sought.meets(room) {
			c.numeric(rplList, room.Name, strconv.Itoa(room.Size), room.Topic)
		}
	}
	c.numeric(rplListEnd, "End of /LIST")
}

// search is what rooms are listed by: one of the names, if there are any, and all of
// the rest.
type search struct {
	names, not []string // patterns
	filters    []func(*chat.RoomInfo) bool
}

// searchOf reads what a LIST asks for. Times are in minutes before now.
// (ELIST, https://modern.ircdocs.horse/#elist-parameter)
func searchOf(param string, now time.Time) (s search) {
	for _, word := range parts(param) {
		switch pattern, not := strings.CutPrefix(word, "!"); {
		case not:
			s.not = append(s.not, pattern)
		case s.filter(word, now):
		default:
			s.names = append(s.names, word)
		}
	}
	return s
}

// filter takes a word that is a comparison: >5 and <5 members, a topic set, or a room
// made, T>5 or C>5 minutes ago or more, or T<5 or C<5 minutes ago or less.
func (s *search) filter(word string, now time.Time) bool {
	what := byte('U')
	if len(word) > 1 && (word[0]|0x20 == 't' || word[0]|0x20 == 'c') && (word[1] == '<' || word[1] == '>') {
		what, word = word[0]&^0x20, word[1:]
	}
	if word[0] != '<' && word[0] != '>' {
		return false
	}
	n, err := strconv.ParseInt(word[1:], 10, 32)
	if err != nil {
		return false
	}
	more := word[0] == '>'
	since := chat.Millis(now.Add(-time.Duration(n) * time.Minute).UnixMilli())
	before := func(at chat.Millis) bool { return at != 0 && (more && at < since || !more && at > since) }
	s.filters = append(s.filters, func(room *chat.RoomInfo) bool {
		switch what {
		case 'T':
			return before(room.TopicAt)
		case 'C':
			return before(room.Created)
		}
		return more && int64(room.Size) > n || !more && int64(room.Size) < n
	})
	return true
}

// meets reports whether a room is one that is sought.
func (s *search) meets(room *chat.RoomInfo) bool {
	named := len(s.names) == 0
	for _, pattern := range s.names {
		if chat.Fold(pattern) == chat.Fold(room.Name) {
			return true
		}
		named = named || chat.Matches(pattern, room.Name)
	}
	if !named || room.Size == 0 {
		return false
	}
	for _, pattern := range s.not {
		if chat.Matches(pattern, room.Name) {
			return false
		}
	}
	for _, ok := range s.filters {
		if !ok(room) {
			return false
		}
	}
	return true
}
