package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the form under which two names are the same: however they are
// capitalised, and whether an accent is part of its letter or follows it. Names
// that merely look alike have equal skeletons: see [Skeleton].
func Fold(name string) string {
	for i := 0; i < len(name); i++ {
		if name[i] >= utf8.RuneSelf {
			return compose(strings.Map(foldRune, compose(name)))
		}
	}
	return strings.ToLower(name)
}

// compose returns the form in which names are kept: NFC.
func compose(name string) string { return norm.NFC.String(name) }

// foldRune returns the smallest of the runes that differ from r in case alone,
// in lower case where there is one, so that it is its own fold. That is
// Unicode's simple case folding: the Turkish İ is not an i. Where the least is no
// letter of a name, but the mark for an iota below another letter, or the sign
// for a millionth, it is the Greek letter of that family instead.
func foldRune(r rune) rune {
	least, lone := r, true
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least, lone = min(least, f), false
	}
	if lone {
		return r
	}
	switch least {
	case '\u0345':
		return 'ι'
	case '\u00b5':
		return 'μ'
	}
	return unicode.ToLower(least)
}

// identifier are the characters that PRECIS takes for those of a name (RFC 8264
// §4.2), whichever way they run: letters and digits of no second form, as the
// ligature ﬁ, the superscript ² and the ⅷ are.
var identifier = precis.NewIdentifier(precis.FoldWidth, precis.Norm(norm.NFC))

// CheckNick says what is wrong with a nick, or nil. A nick has 1 to [MaxNick]
// letters, digits, marks that can be seen and -_.' and begins with a letter, a digit or _, so
// that it can be typed, mentioned with @ and never be taken for a command, a
// room or a message number. It is in one script, or in some that go together,
// and is a username to PRECIS (RFC 8265 §3.3): of its profiles the one for
// nicknames lets nearly everything pass, being for names that are only shown;
// of those for usernames we take the one that ignores capitals, as [Fold] does.
// The log keeps a nick in NFC, and its capitals.
func CheckNick(nick string) *Error {
	if err := checkNick(nick); err != nil {
		return err.Because(NickInvalid)
	}
	return nil
}

func checkNick(nick string) *Error {
	switch {
	case nick == "":
		return Errorf(Invalid, "A nick needs at least one letter.")
	case !utf8.ValidString(nick):
		return Errorf(Invalid, "That nick is not valid UTF-8.")
	case utf8.RuneCountInString(compose(nick)) > MaxNick:
		return Errorf(Invalid, "That nick is too long: at most %d characters.", MaxNick)
	case allDigits(nick):
		return Errorf(Invalid, "A nick needs at least one letter; a number alone would be a message's.")
	}
	for i, r := range nick {
		if !nickRune(r, i == 0) {
			return Errorf(Invalid, "A nick can't contain %q: letters, digits and -_. may be used, a letter or digit first.", r)
		}
	}
	if ascii(nick) {
		return nil
	}
	return checkLetters(nick)
}

// checkLetters says what is wrong with the letters of a nick as a whole, or nil.
func checkLetters(nick string) *Error {
	_, err := precis.UsernameCaseMapped.String(nick)
	if err != nil {
		if r, bad := noIdentifier(nick); bad {
			return Errorf(Invalid, "A nick can't contain %q: only plain letters and digits, and -_. may be used.", r)
		}
	}
	if one, other, ok := mixed(Fold(nick)); ok {
		return Errorf(Invalid, "A nick can't mix %s and %s letters: write it in one script.", one, other)
	}
	if err != nil { // only the rule for both directions is left
		return Errorf(Invalid, "A nick that is read from right to left begins with a letter, and mixes neither letters of the other direction nor two kinds of digits into it.")
	}
	return nil
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// noIdentifier returns the first character of a name that is not one of an
// [identifier].
func noIdentifier(name string) (rune, bool) {
	if ascii(name) {
		return 0, false
	}
	if _, err := identifier.String(name); err == nil {
		return 0, false
	}
	for _, r := range name {
		if _, err := identifier.String(string(r)); err != nil {
			return r, true
		}
	}
	return utf8.RuneError, true
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
// up to [MaxRoomName]-1 letters, digits, marks that can be seen and -_. It may
// mix scripts.
func CheckRoomName(name string) *Error {
	if err := checkRoomName(name); err != nil {
		return err.Because(RoomNameInvalid)
	}
	return nil
}

func checkRoomName(name string) *Error {
	rest, ok := strings.CutPrefix(name, "#")
	switch {
	case !ok:
		return Errorf(Invalid, "A room's name begins with #, as in %s.", Lobby)
	case rest == "":
		return Errorf(Invalid, "A room's name needs at least one letter after the #.")
	case !utf8.ValidString(rest):
		return Errorf(Invalid, "That room name is not valid UTF-8.")
	case utf8.RuneCountInString(compose(name)) > MaxRoomName:
		return Errorf(Invalid, "That room name is too long: at most %d characters.", MaxRoomName)
	}
	for _, r := range rest {
		if !nickRune(r, false) || r == '\'' {
			return Errorf(Invalid, "A room's name can't contain %q: letters, digits and -_. may be used.", r)
		}
	}
	if r, bad := noIdentifier(rest); bad {
		return Errorf(Invalid, "A room's name can't contain %q: only plain letters and digits, and -_. may be used.", r)
	}
	return nil
}
