package auth

import (
	_ "embed"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"

	"hubbub/internal/chat"
)

// The lengths of a password in bytes.
const (
	minPassword = 8
	maxPassword = 300 // as much as fits into an IRC line, with the names around it

	// Before its preparation: composing an accent with its letter shortens it.
	maxTyped = 4 * maxPassword
)

// common are the passwords that are tried first, one a line, folded; those that
// are too short anyway are left out.
//
//go:embed common.txt
var common string

// CheckPassword says what is wrong with the choice of a password by the person
// of that nick, or nil. A password has 8 to 300 bytes of anything but control
// characters, is not the nick, and is not among those that everybody tries
// first. What it is made of is left to its owner (NIST SP 800-63B §3.1.1.2).
func CheckPassword(password, nick string) *chat.Error {
	prepared, err := prepare(password)
	if err != nil {
		return err
	}
	folded := chat.Fold(prepared)
	switch {
	case len(prepared) < minPassword:
		return chat.Errorf(chat.Invalid, "That password is too short: it needs %d characters; a few words in a row are easy to remember.", minPassword)
	case folded == chat.Fold(norm.NFC.String(nick)):
		return chat.Errorf(chat.Invalid, "The password can't be the nick: that is what others try first; choose another.")
	case strings.Contains("\n"+common, "\n"+folded+"\n"):
		return chat.Errorf(chat.Invalid, "That password is among the most common ones, which others try first; choose another.")
	}
	return nil
}

// prepare returns the one form of a password however it was typed: OpaqueString
// of PRECIS (RFC 8265 §4.2), by which an accent is one character and every kind
// of space is a plain one. It says why if there is none.
func prepare(password string) (string, *chat.Error) {
	if password == "" {
		return "", chat.Errorf(chat.Invalid, "A password can't be empty; it needs %d characters.", minPassword)
	}
	if len(password) > maxTyped {
		return "", tooLong()
	}
	if !utf8.ValidString(password) { // PRECIS would not mind
		return "", chat.Errorf(chat.Invalid, "That password is not valid UTF-8; set the terminal or the program to UTF-8, or choose another.")
	}
	prepared, err := precis.OpaqueString.String(password)
	if err != nil {
		return "", &chat.Error{Code: chat.Invalid, Cause: err,
			Text: "That password contains a character that can't be typed reliably, such as a control character; choose another."}
	}
	if len(prepared) > maxPassword {
		return "", tooLong()
	}
	return prepared, nil
}

func tooLong() *chat.Error {
	return chat.Errorf(chat.Invalid, "That password is too long: at most %d bytes.", maxPassword)
}
