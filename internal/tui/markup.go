package tui

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/chat"
)

// link is an address in a text, by its place in bytes, and the number under which
// it can be opened.
type link struct {
	start, end int
	number     int
	target     string // as OSC 8 has it: printable ASCII
}

// maxLinks and maxURL bound what is made of one text.
const (
	maxLinks = 20
	maxURL   = 2048 // bytes
)

// findLinks returns the addresses of the web in a text.
func findLinks(text string) (links []link) {
	for at := 0; len(links) < maxLinks; {
		i := strings.Index(text[at:], "http")
		if i < 0 {
			break
		}
		start := at + i
		end := start + linkLen(text[start:])
		if target, ok := targetOf(text[start:end]); ok && !inWord(text[:start]) {
			links = append(links, link{start: start, end: end, target: target})
		}
		at = max(end, start+len("http"))
	}
	return links
}

func inWord(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before != "" && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// linkLen returns how long the address is with which a text begins: to a space,
// without what more likely belongs to the sentence around it.
func linkLen(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>\"`", r) })
	if n < 0 {
		n = len(s)
	}
	s = s[:n]
	for s != "" {
		last := s[len(s)-1]
		closes := last == ')' && strings.Count(s, "(") < strings.Count(s, ")")
		if !closes && !strings.ContainsRune(".,;:!?'*_]", rune(last)) {
			break
		}
		s = s[:len(s)-1]
	}
	return len(s)
}

// targetOf returns an address as it can stand in a control sequence.
func targetOf(s string) (string, bool) {
	if len(s) > maxURL || !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
		return "", false
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return "", false
	}
	target := u.String()
	for i := 0; i < len(target); i++ {
		if target[i] <= ' ' || target[i] > '~' {
			return "", false
		}
	}
	return target, len(target) <= 3*maxURL
}

// mark is a part of a text and how it is painted.
type mark struct {
	text  string
	style style
	link  int // 1 + its index, or 0
}

// marks takes a text apart: addresses, what stands between backquotes, asterisks
// or underscores, and who is called. The characters that mark stay, so that what
// was meant otherwise is still what was written.
func marks(text string, links []link, nick string) (all []mark) {
	at := 0
	for i, l := range links {
		all = inline(all, text[at:l.start], nick)
		all = append(all, mark{text[l.start:l.end], anchor, i + 1})
		at = l.end
	}
	return inline(all, text[at:], nick)
}

// inline is marks for a text without addresses.
func inline(all []mark, text, nick string) []mark {
	from := 0
	for i := 0; i < len(text); {
		n, st := span(text, i)
		if n == 0 {
			n, st = called(text, i, nick)
		}
		if n == 0 {
			i++
			continue
		}
		if from < i {
			all = append(all, mark{text: text[from:i]})
		}
		all = append(all, mark{text: text[i : i+n], style: st})
		i += n
		from = i
	}
	if from < len(text) {
		all = append(all, mark{text: text[from:]})
	}
	return all
}

// maxSpan is how far apart two marks can be, in bytes.
const maxSpan = 1000

// span returns the length of what is marked from i on, as in `this`, *this* or
// _this_: as words of their own and on one line.
func span(text string, i int) (n int, st style) {
	switch text[i] {
	case '`':
		st = code
	case '*':
		st = strong
	case '_':
		st = italic
	default:
		return 0, plain
	}
	rest := text[i+1 : min(len(text), i+1+maxSpan)]
	end := strings.IndexByte(rest, text[i])
	switch {
	case end <= 0 || strings.Contains(rest[:end], "\n"):
		return 0, plain
	case st == code:
		return end + 2, st
	case inWord(text[:i]) || rest[0] == ' ' || rest[end-1] == ' ' || beginsWord(rest[end+1:]):
		return 0, plain
	}
	return end + 2, st
}

func beginsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// called returns the length of the @name at i, if that is the reader's.
func called(text string, i int, nick string) (int, style) {
	n := 1 + len(nick)
	if text[i] != '@' || nick == "" || inWord(text[:i]) || i+n > len(text) {
		return 0, plain
	}
	if chat.Fold(text[i+1:i+n]) != chat.Fold(nick) || beginsWord(text[i+n:]) {
		return 0, plain
	}
	return n, mention
}
