package main

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Whether somebody's name is in a text.

// mentions reports whether a text has one's own nick in it, as a word.
func (s *show) mentions(text string) bool {
	_, own := s.client.Self()
	from, _ := word(text, own)
	return from >= 0
}

// highlighted returns a text with one's own nick set off.
func (s *show) highlighted(text string) string {
	if !s.colours {
		return text
	}
	_, own := s.client.Self()
	var b strings.Builder
	for {
		from, to := word(text, own)
		if from < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:from] + s.styled(reverse, text[from:to]))
		text = text[to:]
	}
}

// word returns where a word stands in a text, in whatever case, or -1.
func word(text, want string) (from, to int) {
	if want == "" {
		return -1, -1
	}
	before := ' '
	for i, r := range text {
		if !partOfNick(before) && len(text)-i >= len(want) && strings.EqualFold(text[i:i+len(want)], want) {
			if after, _ := utf8.DecodeRuneInString(text[i+len(want):]); !partOfNick(after) {
				return i, i + len(want)
			}
		}
		before = r
	}
	return -1, -1
}

func partOfNick(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_')
}
