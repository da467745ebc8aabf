package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/chat"
)

// Message is something that was said. [Read] reads its text, once for all who may
// be told of it.
type Message struct {
	Room    chat.RoomID
	Author  chat.UserID
	Answers chat.UserID // whose message it is a reply to; 0 for nobody's
	Direct  bool        // it is said between two people

	folded string
	named  map[string]struct{} // folded nicks
}

// Read reads the text of a message.
//
// It names whoever stands after an @ that begins a word, or at its beginning
// before a colon or a comma, as in "alice: tea?". It names nobody just by having
// a word that is a nick too: there are nicks like Will.
func (m *Message) Read(text string) {
	m.folded, m.named = chat.Fold(text), map[string]struct{}{}
	for i, before := 0, ' '; i < len(m.folded); {
		r, n := utf8.DecodeRuneInString(m.folded[i:])
		i += n
		if r == '@' && !inNick(before) {
			m.name(nickAt(m.folded[i:]))
		}
		before = r
	}
	if first := nickAt(m.folded); first != "" {
		if next := m.folded[len(first):]; strings.HasPrefix(next, ":") || strings.HasPrefix(next, ",") {
			m.named[first] = struct{}{}
		}
	}
}

// name notes that a word may be somebody's nick. A nick may end in a full stop, a
// dash or an apostrophe, and a sentence may put one after it.
func (m *Message) name(word string) {
	bare := strings.TrimRight(word, ".-'’")
	if bare == "" || len(m.named) >= maxNamed {
		return
	}
	m.named[word], m.named[bare] = struct{}{}, struct{}{}
	if i := strings.LastIndexAny(word, "'’"); i > 0 { // alice's
		m.named[word[:i]] = struct{}{}
	}
}

// maxNamed is how many people a message names at most, about: whoever names more
// means nobody.
const maxNamed = 100

// nickAt returns the nick that a text may begin with.
func nickAt(text string) string {
	n := 0
	for i, r := range text {
		if !inNick(r) || n == chat.MaxNick+2 { // and an 's
			return text[:i]
		}
		n++
	}
	return text
}

// inNick reports whether a rune can be in a nick: see [chat.CheckNick].
func inNick(r rune) bool { return inWord(r) || strings.ContainsRune("-.'’", r) }

// inWord reports whether a rune can be in a word.
func inWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// names reports whether the message names whoever is called nick.
func (m *Message) names(nick string) bool {
	_, ok := m.named[chat.Fold(nick)]
	return ok
}

// hasAny reports whether the message has one of the keywords, which are folded, as
// words of their own.
func (m *Message) hasAny(keywords []string) bool {
	for _, k := range keywords {
		if hasWord(m.folded, k) {
			return true
		}
	}
	return false
}

func hasWord(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 || word == "" {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		first, _ := utf8.DecodeRuneInString(word)
		last, _ := utf8.DecodeLastRuneInString(word)
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !joined(before, first) && !joined(last, after) {
			return true
		}
		from = i + wordRest(text[i:])
	}
}

// wordRest returns how far it is to where another word may begin: within one there is
// nothing to be found, and to look at each place takes long in "aaaa…".
func wordRest(text string) int {
	before, n := utf8.DecodeRuneInString(text)
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if !joined(before, r) {
			break
		}
		before, n = r, n+size
	}
	return n
}

// joined reports whether two runes that follow each other are in one word. Where
// words are written without spaces between them, that is not known, and any will
// do.
func joined(a, b rune) bool {
	return inWord(a) && inWord(b) && !unspaced(a) && !unspaced(b)
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
