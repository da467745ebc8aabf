package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanText makes foreign text harmless to every screen that it will reach and
// returns it. What goes:
//
//   - terminal escape sequences and control characters (C0, C1, DEL), except
//     that a tab becomes a space;
//   - the characters that reorder or hide what stands around them:
//     bidirectional embeddings, overrides and isolates (Unicode UAX #9 §2),
//     invisible operators, and tags other than those of a flag (UTS #51 §C.1).
//
// Line breaks stay, as \n. Joiners and the directional marks stay: scripts and
// emoji need them. The result is never longer than the text, and cleaning it
// again changes nothing. Text without anything to clean is returned as it is,
// without a copy.
//
// The text should be valid UTF-8; a byte that is not may become a question mark.
func CleanText(s string) string {
	if strings.IndexFunc(s, unclean) < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		kept, n := cleanNext(s[i:])
		b.WriteString(kept)
		i += n
	}
	return b.String()
}

// cleanNext returns what stays of the first n bytes of s: one rune, one escape
// sequence or one flag.
func cleanNext(s string) (kept string, n int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1: // or two halves of a character could come together
		return "?", n
	case r == '\x1b':
		return "", escapeLen(s)
	case r < 0xa0 && r >= 0x80:
		return "", c1Len(s, r)
	case r == '\t':
		return " ", n
	case r == '\r' && strings.HasPrefix(s[n:], "\n"):
		return "", n
	case r == '\r', r == '\u2028', r == '\u2029': // line and paragraph separator
		return "\n", n
	case r == blackFlag:
		n += flagTags(s[n:])
	case unclean(r):
		return "", n
	}
	return s[:n], n
}

// CleanLine is CleanText for what must stay on one line: a topic, a reason.
func CleanLine(s string) string {
	s = CleanText(s)
	if strings.Contains(s, "\n") {
		s = strings.ReplaceAll(s, "\n", " ")
	}
	return strings.TrimSpace(s)
}

// unclean reports whether CleanText may do something about r. Only tags depend
// on what stands before them.
func unclean(r rune) bool {
	if r < ' ' || r == 0x7f {
		return r != '\n'
	}
	switch {
	case r < 0x80:
		return false
	case r < 0xa0: // C1
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x206f: // bidi; deprecated format characters
		return true
	case r == 0x200b, r >= 0x2060 && r <= 0x2065, r == 0xfeff, r == 0x00ad: // invisible
		return true
	case r == 0x2028, r == 0x2029: // line and paragraph separator
		return true
	case r == 0xfffc, r >= 0xfff9 && r <= 0xfffb: // annotations
		return true
	case r >= 0xe0000 && r <= 0xe007f: // tags
		return true
	}
	return r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef // not characters at all
}

// blackFlag begins the flags of regions that are spelt in tags, as Wales's.
const blackFlag = '\U0001f3f4'

// flagTags returns how many bytes at the beginning of s spell the region of a
// flag: tags for up to six lower-case letters or digits, and the one that ends
// them (UTS #51 §C.1). Otherwise 0: tags elsewhere are hidden writing.
func flagTags(s string) int {
	const maxRegion, size = 6, len("\U000e007f")
	for n := 0; n <= maxRegion*size && n < len(s); n += size {
		r, _ := utf8.DecodeRuneInString(s[n:])
		switch c := r - 0xe0000; {
		case c == 0x7f && n > 0:
			return n + size
		case (c < 'a' || c > 'z') && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}

// escapeLen returns how many bytes of s, which begins with ESC, make up one
// escape sequence (ECMA-48 §5.4, §5.6; ECMA-35 §13.2). What is cut off by the
// end of the text, or by a character that can't be in a sequence, ends there.
func escapeLen(s string) int {
	const n = len("\x1b[")
	switch {
	case len(s) < n || s[1] < ' ' || s[1] > '~':
		return 1
	case s[1] == '[':
		return controlLen(s, n)
	case strings.IndexByte("]PX^_", s[1]) >= 0:
		return stringLen(s, n)
	}
	i := 1
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x2f { // as in ESC ( B
		i++
	}
	if i < len(s) && s[i] >= 0x30 && s[i] <= 0x7e {
		i++
	}
	return i
}

// c1Len is escapeLen for s that begins with the C1 control r, which is short
// for ESC and a letter.
func c1Len(s string, r rune) int {
	const n = len("\u009b")
	switch r {
	case 0x9b:
		return controlLen(s, n)
	case 0x90, 0x98, 0x9d, 0x9e, 0x9f:
		return stringLen(s, n)
	}
	return n
}

// controlLen returns the length of the control sequence whose introducer is the
// first n bytes of s: parameters, and a final byte.
func controlLen(s string, n int) int {
	for n < len(s) && s[n] >= 0x20 && s[n] <= 0x3f {
		n++
	}
	if n < len(s) && s[n] >= 0x40 && s[n] <= 0x7e {
		n++
	}
	return n
}

// stringLen returns the length of the string sequence whose introducer is the
// first n bytes of s: to BEL or ST. One that another control character cuts
// short is no sequence: only its introducer goes, so that two bytes can't
// swallow what a person wrote after them, nor be looked for again and again.
func stringLen(s string, n int) int {
	end := strings.IndexFunc(s[n:], unicode.IsControl)
	if end < 0 {
		return n
	}
	for _, terminator := range []string{"\a", "\x1b\\", "\u009c"} {
		if strings.HasPrefix(s[n+end:], terminator) {
			return n + end + len(terminator)
		}
	}
	return n
}

// CheckText says what is wrong with the text of a message, or nil. Text that
// [CleanText] would change is refused: who takes text in cleans it first, and
// what is in the log harms no screen.
func CheckText(text string) *Error {
	switch {
	case !utf8.ValidString(text):
		return Errorf(Invalid, "That is not valid UTF-8; nothing was sent.")
	case len(text) > MaxText:
		return Errorf(Invalid, "That message is too long: %d bytes, at most %d; nothing was sent.", len(text), MaxText)
	case blank(text):
		return Errorf(Invalid, "There is nothing to say in an empty message.")
	case CleanText(text) != text:
		return Errorf(Invalid, "That message has control characters or hidden ones in it; nothing was sent.")
	}
	return nil
}

// checkLine says what is wrong with a line that may be empty, or nil: what it
// is called begins the sentence.
func checkLine(called, line string) *Error {
	switch {
	case !utf8.ValidString(line):
		return Errorf(Invalid, "That %s is not valid UTF-8.", called)
	case len(line) > MaxTopic:
		return Errorf(Invalid, "That %s is too long: %d bytes, at most %d.", called, len(line), MaxTopic)
	case CleanLine(line) != line:
		return Errorf(Invalid, "That %s has control characters or line breaks in it; it must be one plain line.", called)
	}
	return nil
}

// CheckReaction says what is wrong with a reaction, or nil: one emoji or one
// short word.
func CheckReaction(text string) *Error {
	switch {
	case blank(text):
		return Errorf(Invalid, "A reaction needs an emoji, as in /react ^ 👍.")
	case !utf8.ValidString(text), len(text) > MaxReaction, strings.ContainsFunc(text, unicode.IsSpace), CleanText(text) != text:
		return Errorf(Invalid, "A reaction is one emoji or one short word of at most %d bytes.", MaxReaction)
	}
	return nil
}

// blank reports whether nothing of s can be seen: it is empty, or all spaces
// and characters that only act on others.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && !hidden(r) })
}

// hidden reports whether r, though a letter or a mark, shows nothing by itself.
func hidden(r rune) bool {
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// CheckClientID says what is wrong with a client id, or nil: none, or up to
// [MaxClientID] bytes of printable ASCII without a space.
func CheckClientID(id ClientID) *Error {
	if len(id) > MaxClientID {
		return Errorf(Invalid, "That client id is too long: at most %d bytes.", MaxClientID)
	}
	for i := 0; i < len(id); i++ {
		if id[i] <= ' ' || id[i] >= 0x7f {
			return Errorf(Invalid, "A client id is printable ASCII without spaces.")
		}
	}
	return nil
}
