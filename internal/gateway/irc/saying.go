package irc

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"hubbub/internal/chat"
)

// saying is a message that is being turned into lines.
type saying struct {
	*encoder
	ev      *chat.Event
	command string
	target  string
	action  bool   // a CTCP ACTION
	extra   string // tags
}

const (
	actionBegin = "\x01ACTION "
	actionEnd   = "\x01"
)

// append appends the lines of a text.
func (s *saying) append(dst []byte, text string) []byte {
	if fits := s.room(); len(text) <= fits && !strings.Contains(text, "\n") {
		return s.line(s.begin(dst, s.ev, s.extra), text)
	}
	if s.has(withMultiline) && !s.action {
		return s.batch(dst, text)
	}
	first := true
	s.split(text, func(part string, _ bool) {
		if part == "" {
			return // an empty line can't be said
		}
		if first {
			dst = s.begin(dst, s.ev, s.extra)
		} else {
			dst = s.prefix(s.tagsOf(dst, s.ev, "", false), s.ev)
		}
		first = false
		dst = s.line(dst, part)
	})
	return dst
}

// room returns how many bytes of text a line has room for: as many as one who sends
// such a line has. With the prefix, which is the server's, it may then be longer than
// the 512 bytes of RFC 2812 §2.3: what somebody could say in one line others get in
// one, and clients have taken longer ones for decades.
func (s *saying) room() int {
	n := maxLine - len("  \r\n") - len(s.command) - len(s.target)
	if s.action {
		n -= len(actionBegin) + len(actionEnd)
	}
	return n
}

// line appends what stands behind the prefix.
func (s *saying) line(dst []byte, text string) []byte {
	dst = append(append(append(append(dst, s.command...), ' '), s.target...), " :"...)
	if s.action {
		return append(append(append(dst, actionBegin...), text...), actionEnd+"\r\n"...)
	}
	return append(append(dst, text...), "\r\n"...)
}

// batch appends a message of several lines to those who can take it as one.
// (https://ircv3.net/specs/extensions/multiline)
func (s *saying) batch(dst []byte, text string) []byte {
	id := strconv.FormatUint(uint64(s.ev.Seq), 36)
	dst = s.begin(dst, s.ev, s.extra)
	dst = append(append(append(append(append(dst, "BATCH +"...), id...), " draft/multiline "...), s.target...), "\r\n"...)
	s.split(text, func(part string, goesOn bool) {
		dst = append(append(dst, "@batch="...), id...)
		if goesOn {
			dst = append(dst, ";draft/multiline-concat"...)
		}
		dst = s.line(s.prefix(append(dst, ' '), s.ev), part)
	})
	return append(append(append(s.prefix(dst, s.ev), "BATCH -"...), id...), "\r\n"...)
}

// split calls do with the parts of a text that fit into lines: its lines, and of
// those that are too long as much as fits, up to a space if there is one. goesOn says
// that a part belongs to the one before without a break.
func (s *saying) split(text string, do func(part string, goesOn bool)) {
	room := s.room()
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		for goesOn := false; ; goesOn = true {
			n := fitting(line, room)
			do(line[:n], goesOn)
			if line = line[n:]; line == "" {
				break
			}
		}
		text = rest
	}
}

// fitting returns how much of a line fits into room bytes: all of it, or up to and
// with its last space, or up to a character.
func fitting(line string, room int) int {
	if len(line) <= room {
		return len(line)
	}
	n := room
	for n > 0 && !utf8.RuneStart(line[n]) {
		n--
	}
	for i := n; i > n/2; i-- {
		if line[i-1] == ' ' {
			return i
		}
	}
	return max(n, 1)
}
