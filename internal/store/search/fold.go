package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold makes spellings that people take for the same one equal: case, accents
// on Latin, Greek and Cyrillic letters, vowel points of Hebrew and Arabic, full
// and half width, ligatures, skin tones, invisible characters. So lodz finds
// Łódź, and ａｂｃ finds abc. Accents of other scripts are letters to their
// readers (が is not か) and stay.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if !ignored(r) {
			foldRune(&b, unicode.ToLower(r))
		}
	}
	return norm.NFC.String(b.String())
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ignored reports whether r, met in decomposed text, says nothing about which
// word it stands in.
func ignored(r rune) bool {
	switch {
	case r < 0x00ad:
		return false
	case r >= 0x0300 && r <= 0x036f: // combining accents
		return true
	case r >= 0x0591 && r <= 0x05c7 && unicode.Is(unicode.Mn, r): // Hebrew points
		return true
	case r >= 0x064b && r <= 0x065f, r == 0x0670, r == 0x0640: // Arabic vowel marks, stretching
		return true
	case r >= 0x1f3fb && r <= 0x1f3ff: // skin tones
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// foldRune writes r, in lower case, as people without that key type it. These
// are the letters that Unicode does not decompose.
func foldRune(b *strings.Builder, r rune) {
	switch r {
	case 'ł':
		b.WriteByte('l')
	case 'ø':
		b.WriteByte('o')
	case 'đ', 'ð':
		b.WriteByte('d')
	case 'þ':
		b.WriteString("th")
	case 'ß':
		b.WriteString("ss")
	case 'æ':
		b.WriteString("ae")
	case 'œ':
		b.WriteString("oe")
	case 'ı':
		b.WriteByte('i')
	case 'ħ':
		b.WriteByte('h')
	case 'ŧ':
		b.WriteByte('t')
	case 'ŋ':
		b.WriteByte('n')
	case 'ς':
		b.WriteRune('σ')
	default:
		b.WriteRune(r)
	}
}
