package search

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxToken is the length in bytes to which a word is cut, in a message and in
// a query alike: what is longer is no word, but a key or a picture in base64.
const maxToken = 128

// class says how a character takes part in words.
type class uint8

const (
	gap    class = iota // separates words
	word                // makes words with its neighbours
	gram                // of a script written without spaces: makes pairs with its neighbours
	symbol              // an emoji or the like: a word by itself
)

// classify tells the class of a character of folded text.
func classify(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' {
			return word
		}
		return gap
	case r == utf8.RuneError:
		return gap
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsNumber(r):
		if spaceless(r) {
			return gram
		}
		return word
	case unicode.Is(unicode.So, r):
		return symbol
	}
	return gap
}

// spaceless reports whether r is of a script whose words are not set apart by
// spaces. Splitting those into words takes a dictionary; pairs of characters
// take none and find every run of characters. Chinese and Japanese are the
// known cases; Thai, Lao, Khmer and Myanmar are the same and would otherwise be
// found by whole sentences only. Korean has spaces, but glues its particles to
// the words, so that 서울 must be found in 서울에서.
func spaceless(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	switch r {
	case 'ー', '\u3099', '\u309a': // the Japanese length mark and loose voicing marks belong to no one script
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// token is one entry of the index: a piece of folded text.
type token struct {
	text string
	tail bool // the last character of a gram run, alone
	lone bool // tail, and the run has no other
}

// tokens yields the tokens of folded text in order. A run of grams abcd gives
// ab, bc, cd and d: any longer piece of it is then a phrase of pairs, and a
// single character is the beginning of a token.
func tokens(folded string) iter.Seq[token] {
	return func(yield func(token) bool) {
		for rest := folded; rest != ""; {
			r, size := utf8.DecodeRuneInString(rest)
			more := true
			switch classify(r) {
			case gap:
			case symbol:
				more = yield(token{text: rest[:size]})
			case word:
				size = runLength(rest, word)
				more = yield(token{text: truncate(rest[:size], maxToken)})
			case gram:
				size = runLength(rest, gram)
				more = pairs(rest[:size], yield)
			}
			if !more {
				return
			}
			rest = rest[size:]
		}
	}
}

// runLength returns how many bytes at the start of s are of class c.
func runLength(s string, c class) int {
	for i, r := range s {
		if classify(r) != c {
			return i
		}
	}
	return len(s)
}

// truncate cuts s to at most n bytes, between characters.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// pairs yields the tokens of one run of grams.
func pairs(run string, yield func(token) bool) bool {
	_, size := utf8.DecodeRuneInString(run)
	lone := size == len(run)
	for size < len(run) {
		_, next := utf8.DecodeRuneInString(run[size:])
		if !yield(token{text: run[:size+next]}) {
			return false
		}
		run, size = run[size:], next
	}
	return yield(token{text: run, tail: true, lone: lone})
}

// appendTokens appends the tokens of folded text to dst, each followed by a
// space.
func appendTokens(dst []byte, folded string) []byte {
	for t := range tokens(folded) {
		dst = append(dst, t.text...)
		dst = append(dst, ' ')
	}
	return dst
}

// phrase is what a term asks of the index: tokens that follow one another.
type phrase struct {
	tokens []string
	prefix bool // the last token is only the beginning of one
}

// phraseOf reads a term as tokens reads a message, except at its end: there the
// message may go on, so the last gram of a run says nothing beside its pair, and
// if it has none it is the beginning of one.
func phraseOf(text string, prefix bool) phrase {
	p := phrase{prefix: prefix}
	var last token
	for t := range tokens(fold(text)) {
		p.tokens = append(p.tokens, t.text)
		last = t
	}
	switch {
	case last.lone:
		p.prefix = true
	case last.tail:
		p.tokens = p.tokens[:len(p.tokens)-1]
		p.prefix = false
	}
	return p
}

// Substring mode. The text is cut into overlapping triples of characters, so
// that any piece of three or more is a phrase of triples. Unlike words, triples
// know spaces and punctuation.

// tripleText rewrites folded text so that FTS5, told to split at ASCII
// punctuation and spaces, splits none of it: a run of spaces and controls
// becomes one no-break space, and punctuation its full-width form. Folded text
// has neither of its own.
func tripleText(folded string) string {
	var b strings.Builder
	b.Grow(len(folded))
	space := true // none at the start
	for _, r := range folded {
		blank := unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError
		switch {
		case blank && !space:
			b.WriteRune('\u00a0')
		case blank:
		case r < utf8.RuneSelf && classify(r) == gap:
			b.WriteRune(r - '!' + '！')
		default:
			b.WriteRune(r)
		}
		space = blank
	}
	return strings.TrimSuffix(b.String(), "\u00a0")
}

// triples yields each run of three characters of s.
func triples(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		var starts [3]int // where the latest three characters began
		n := 0
		for i, r := range s {
			starts[n%3] = i
			n++
			if n >= 3 && !yield(s[starts[n%3]:i+utf8.RuneLen(r)]) {
				return
			}
		}
	}
}

// appendTriples appends the triples of folded text to dst, each followed by a
// space.
func appendTriples(dst []byte, folded string) []byte {
	for t := range triples(tripleText(folded)) {
		dst = append(dst, t...)
		dst = append(dst, ' ')
	}
	return dst
}
