package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold returns the form under which two names are the same: however they are
// capitalised. (Names that merely look alike are for the accounts to refuse.)
func Fold(name string) string {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.Map(foldRune, name)
		}
	}
	return name
}

// foldRune returns the smallest of the runes that differ from r in case alone,
// in lower case where there is one, so that it is its own fold. That is
// Unicode's simple case folding: the Turkish İ is not an i.
func foldRune(r rune) rune {
	least, lone := r, true
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least, lone = min(least, f), false
	}
	if lone {
		return r
	}
	return unicode.ToLower(least)
}

// CheckNick says what is wrong with a nick, or nil. A nick has 1 to [MaxNick]
// letters, digits, marks that can be seen and -_.' and begins with a letter, a digit or _, so
// that it can be typed, mentioned with @ and never be taken for a command, a
// room or a message number.
func CheckNick(nick string) *Error {
	switch {
	case nick == "":
		return Errorf(Invalid, "A nick needs at least one letter.")
	case !utf8.ValidString(nick):
		return Errorf(Invalid, "That nick is not valid UTF-8.")
	case utf8.RuneCountInString(nick) > MaxNick:
		return Errorf(Invalid, "That nick is too long: at most %d characters.", MaxNick)
	case allDigits(nick):
		return Errorf(Invalid, "A nick needs at least one letter; a number alone would be a message's.")
	}
	for i, r := range nick {
		if !nickRune(r, i == 0) {
			return Errorf(Invalid, "A nick can't contain %q: letters, digits and -_. may be used, a letter or digit first.", r)
		}
	}
	return nil
}

func nickRune(r rune, first bool) bool {
	if hidden(r) { // a name that looks like another, or like nothing
		return false
	}
	if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
		return true
	}
	return !first && (unicode.IsMark(r) || r == '-' || r == '.' || r == '\'')
}

func allDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// CheckRoomName says what is wrong with a room's name, or nil. A name is # and
// up to [MaxRoomName]-1 letters, digits, marks that can be seen and -_.
func CheckRoomName(name string) *Error {
	rest, ok := strings.CutPrefix(name, "#")
	switch {
	case !ok:
		return Errorf(Invalid, "A room's name begins with #, as in %s.", Lobby)
	case rest == "":
		return Errorf(Invalid, "A room's name needs at least one letter after the #.")
	case !utf8.ValidString(rest):
		return Errorf(Invalid, "That room name is not valid UTF-8.")
	case utf8.RuneCountInString(name) > MaxRoomName:
		return Errorf(Invalid, "That room name is too long: at most %d characters.", MaxRoomName)
	}
	for _, r := range rest {
		if !nickRune(r, false) || r == '\'' {
			return Errorf(Invalid, "A room's name can't contain %q: letters, digits and -_. may be used.", r)
		}
	}
	return nil
}
