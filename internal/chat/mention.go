package chat

import (
	"strings"
	"unicode/utf8"
)

// Everybody is the name by which a text calls all who are in a room: see
// [Event.Calls].
const Everybody = "all"

// Mentions reports whether a text calls somebody: @ and the name, in whatever
// case, as a word of its own. What may end a sentence, or make it somebody's, is
// not part of the name: "@ann." and "@ann's" call ann, "ann@example.org" nobody.
func Mentions(text, name string) bool {
	if name == "" {
		return false
	}
	name = Fold(name)
	for {
		before, after, found := strings.Cut(text, "@")
		if !found {
			return false
		}
		if last, _ := utf8.DecodeLastRuneInString(before); before == "" || !nickRune(last, false) {
			if calls(after, name) {
				return true
			}
		}
		text = after
	}
}

// calls reports whether what comes after an @ begins with a folded name.
func calls(text, name string) bool {
	end := strings.IndexFunc(text, func(r rune) bool { return !nickRune(r, false) })
	if end < 0 {
		end = len(text)
	}
	if end > maxCalled {
		return false
	}
	word := text[:end]
	owner, _, _ := strings.Cut(word, "'")
	return Fold(word) == name || Fold(strings.TrimRight(word, ".-'")) == name || Fold(owner) == name
}

// maxCalled is how many bytes a name can have at most, with some marks after its
// letters: longer words are not looked at.
const maxCalled = 16 * MaxNick

// Calls reports whether what was said in a room calls somebody who reads it there,
// by name or, if a person of rank says it, everybody. Nobody calls themselves.
func (ev *Event) Calls(room *RoomInfo, user UserID, nick string) bool {
	switch {
	case ev.By == user:
		return false
	case Mentions(ev.Text, nick):
		return true
	}
	return (ev.Role() >= AdminRole || room.Standing(ev.By).Rank > PlainRank) && Mentions(ev.Text, Everybody)
}
