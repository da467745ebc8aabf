package irc

import (
	"strings"
)

// The sizes of a line (RFC 2812 §2.3; https://ircv3.net/specs/extensions/message-tags,
// "Size limit"), in bytes.
const (
	maxLine  = 512               // without tags, with the \r\n at its end
	maxTags  = 4096              // that a client may send, with the @ and the space
	maxInput = maxTags + maxLine // what is read as one line; the line and the tags have limits of their own
	maxParam = 15
)

// message is one line from a client, taken apart (RFC 2812 §2.3.1).
type message struct {
	tags    string // without the @, as they were sent
	command string // in capitals
	params  []string
}

// parse takes a line apart. The prefix that a client may send is ignored: it can
// only speak for itself. A line without a command has an empty one.
func parse(line string) message {
	var m message
	if rest, ok := strings.CutPrefix(line, "@"); ok {
		m.tags, line, _ = strings.Cut(rest, " ")
	}
	line = strings.TrimLeft(line, " ")
	if strings.HasPrefix(line, ":") {
		_, line, _ = strings.Cut(line, " ")
		line = strings.TrimLeft(line, " ")
	}
	word, rest, _ := strings.Cut(line, " ")
	m.command = strings.ToUpper(word)
	for rest = strings.TrimLeft(rest, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		if trailing, ok := strings.CutPrefix(rest, ":"); ok || len(m.params) == maxParam-1 {
			if !ok {
				trailing = rest
			}
			m.params = append(m.params, trailing)
			break
		}
		word, rest, _ = strings.Cut(rest, " ")
		m.params = append(m.params, word)
	}
	return m
}

// param returns the i-th parameter, or "".
func (m *message) param(i int) string {
	if i >= 0 && i < len(m.params) {
		return m.params[i]
	}
	return ""
}

// last returns the last parameter, or "".
func (m *message) last() string { return m.param(len(m.params) - 1) }

// tag returns a tag's value, and whether the tag is there. Of one that is there
// twice the last counts.
func (m *message) tag(key string) (value string, ok bool) {
	for t := range strings.SplitSeq(m.tags, ";") {
		if k, v, _ := strings.Cut(t, "="); k == key {
			value, ok = unescape(v), true
		}
	}
	return value, ok
}

// unescape undoes the escaping of a tag's value.
// (https://ircv3.net/specs/extensions/message-tags, "Escaping values")
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			break // a lone backslash at the end is dropped
		}
		switch s[i] {
		case ':':
			b.WriteByte(';')
		case 's':
			b.WriteByte(' ')
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// appendEscaped appends a tag's value in its escaped form.
func appendEscaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ';':
			dst = append(dst, `\:`...)
		case ' ':
			dst = append(dst, `\s`...)
		case '\\':
			dst = append(dst, `\\`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\n':
			dst = append(dst, `\n`...)
		default:
			dst = append(dst, s[i])
		}
	}
	return dst
}
