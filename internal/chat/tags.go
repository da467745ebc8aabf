package chat

import (
	"strings"
	"unicode/utf8"
)

// MaxTags is how many bytes of tags a message can have, as on IRC.
const MaxTags = 4094

// CheckTags says what is wrong with the tags that a client gave a message, or
// nil: key=value or just key, with ; between them. A key begins with + and may
// name a vendor's host, as in +example.com/mood. Values stay escaped, and mean
// nothing to the server (IRCv3, Message Tags).
func CheckTags(tags string) *Error {
	switch {
	case tags == "":
		return nil
	case len(tags) > MaxTags:
		return Errorf(Invalid, "Those tags are too long: %d bytes, at most %d; nothing was sent.", len(tags), MaxTags)
	case !utf8.ValidString(tags):
		return Errorf(Invalid, "Those tags are not valid UTF-8; nothing was sent.")
	}
	for tag := range strings.SplitSeq(tags, ";") {
		key, value, _ := strings.Cut(tag, "=")
		if !clientTag(key) || strings.ContainsAny(value, " \x00\r\n") {
			return Errorf(Invalid, "%q is no tag of a client's, as +example.com/mood=good is; nothing was sent.", shortened(tag))
		}
	}
	return nil
}

// clientTag reports whether a key is one of a client's tag.
func clientTag(key string) bool {
	name, client := strings.CutPrefix(key, "+")
	if vendor, rest, ok := strings.Cut(name, "/"); ok {
		if vendor == "" || strings.ContainsFunc(vendor, func(r rune) bool { return r != '.' && !wordRune(r) }) {
			return false
		}
		name = rest
	}
	return client && name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !wordRune(r) })
}

// wordRune reports whether r is an ASCII letter or digit, or a hyphen.
func wordRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-'
}

// shortened returns as much of what somebody gave as a sentence can show.
func shortened(s string) string {
	const most = 40
	if s = CleanLine(s); utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return s
}
