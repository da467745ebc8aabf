package chat

import (
	"strings"
	"unicode"
)

// script is a writing system that a name can be in.
type script struct {
	name   string
	table  *unicode.RangeTable
	beside bool // Latin letters may stand beside it
	ways   ways // that it is one of the scripts of
}

// ways are languages that are written in several scripts at once.
type ways uint8

const (
	japanese ways = 1 << iota
	chinese
	korean
)

// scripts are those in everyday use (UAX #31, table 5), the commonest first.
// The letters of two of them look so much like Latin ones that these must not
// stand beside them.
var scripts = [...]script{
	{"Latin", unicode.Latin, true, 0},
	{"Cyrillic", unicode.Cyrillic, false, 0},
	{"Greek", unicode.Greek, false, 0},
	{"Han", unicode.Han, true, japanese | chinese | korean},
	{"Hiragana", unicode.Hiragana, true, japanese},
	{"Katakana", unicode.Katakana, true, japanese},
	{"Hangul", unicode.Hangul, true, korean},
	{"Bopomofo", unicode.Bopomofo, true, chinese},
	{"Arabic", unicode.Arabic, true, 0},
	{"Devanagari", unicode.Devanagari, true, 0},
	{"Hebrew", unicode.Hebrew, true, 0},
	{"Thai", unicode.Thai, true, 0},
	{"Armenian", unicode.Armenian, true, 0},
	{"Bengali", unicode.Bengali, true, 0},
	{"Ethiopic", unicode.Ethiopic, true, 0},
	{"Georgian", unicode.Georgian, true, 0},
	{"Gujarati", unicode.Gujarati, true, 0},
	{"Gurmukhi", unicode.Gurmukhi, true, 0},
	{"Kannada", unicode.Kannada, true, 0},
	{"Khmer", unicode.Khmer, true, 0},
	{"Lao", unicode.Lao, true, 0},
	{"Malayalam", unicode.Malayalam, true, 0},
	{"Myanmar", unicode.Myanmar, true, 0},
	{"Oriya", unicode.Oriya, true, 0},
	{"Sinhala", unicode.Sinhala, true, 0},
	{"Tamil", unicode.Tamil, true, 0},
	{"Telugu", unicode.Telugu, true, 0},
	{"Thaana", unicode.Thaana, true, 0},
	{"Tibetan", unicode.Tibetan, true, 0},
}

// mixed returns two scripts that are both in a name and don't go together, if
// there are such. A name may be "moderately restrictive" (UTS #39 §5.2): in one
// script; in those of Japanese, Chinese or Korean, with Latin; or in Latin and
// one more of the everyday scripts, but for Cyrillic and Greek.
func mixed(name string) (one, other string, ok bool) {
	var found []script
	for _, r := range name {
		s := scriptOf(r, found)
		if s.table == nil {
			continue
		}
		for _, f := range found {
			if !s.goesWith(f) {
				return f.name, s.name, true
			}
		}
		found = append(found, s)
	}
	return "", "", false
}

func (s script) goesWith(other script) bool {
	return s.ways&other.ways != 0 || s.beside && other.beside && (s.table == unicode.Latin || other.table == unicode.Latin)
}

// scriptOf returns the script of a rune, which is none if it belongs to all, or
// is one of those that were found before.
func scriptOf(r rune, found []script) script {
	for _, s := range found {
		if unicode.Is(s.table, r) {
			return script{}
		}
	}
	for _, s := range scripts {
		if unicode.Is(s.table, r) {
			return s
		}
	}
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return script{}
	}
	for name, table := range unicode.Scripts { // a rune is in one only, so the order is the same to us
		if unicode.Is(table, r) {
			return script{name: strings.ReplaceAll(name, "_", " "), table: table}
		}
	}
	return script{}
}
