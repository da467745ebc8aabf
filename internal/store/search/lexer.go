package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/chat"
)

// operators are the words that mean something before a colon.
func operators() []string { return []string{"from", "in", "has", "before", "after"} }

// part is one part of a search text.
type part struct {
	not    bool
	op     string // empty for a word or phrase
	text   string // without quotes and star, spaces made single
	prefix bool
}

// lexer cuts a search text into parts.
type lexer struct{ rest string }

// next returns the next part, or false at the end.
func (l *lexer) next() (part, bool, error) {
	l.rest = strings.TrimLeftFunc(l.rest, unicode.IsSpace)
	if l.rest == "" {
		return part{}, false, nil
	}
	var p part
	if after, ok := strings.CutPrefix(l.rest, "-"); ok {
		if r, _ := utf8.DecodeRuneInString(after); after != "" && !unicode.IsSpace(r) {
			p.not, l.rest = true, after
		}
	}
	if text, ok := l.quote(); ok {
		p.text = text
		p.prefix = strings.HasPrefix(l.rest, "*")
		l.rest = strings.TrimLeft(l.rest, "*")
		return p, true, nil
	}
	end := strings.IndexFunc(l.rest, func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) })
	if end < 0 {
		end = len(l.rest)
	}
	p.text, l.rest = l.rest[:end], l.rest[end:]
	if err := l.operator(&p); err != nil {
		return part{}, false, err
	}
	if bare := strings.TrimRight(p.text, "*"); p.op == "" && bare != "" && bare != p.text {
		p.text, p.prefix = bare, true
	}
	return p, true, nil
}

// quote takes a quoted text at the start of the rest, if there is one. A quote
// that is never closed ends with the text.
func (l *lexer) quote() (string, bool) {
	r, size := utf8.DecodeRuneInString(l.rest)
	if !isQuote(r) {
		return "", false
	}
	inner := l.rest[size:]
	l.rest = ""
	if end := strings.IndexFunc(inner, isQuote); end >= 0 {
		_, size := utf8.DecodeRuneInString(inner[end:])
		inner, l.rest = inner[:end], inner[end+size:]
	}
	return strings.Join(strings.Fields(inner), " "), true
}

// isQuote reports whether r is a double quote as keyboards and phones make it.
func isQuote(r rune) bool { return strings.ContainsRune("\"“”„‟«»", r) }

// operator turns a part such as from:bob into its operator and value. A web
// address, a time of day, a path and a word that merely ends in a colon are
// none.
func (l *lexer) operator(p *part) error {
	op, value, ok := strings.Cut(p.text, ":")
	if !ok || op == "" || strings.ContainsFunc(op, notASCIILetter) {
		return nil
	}
	if known(strings.ToLower(op)) {
		p.op, p.text = strings.ToLower(op), value
		if value == "" {
			p.text, _ = l.quote()
		}
		return nil
	}
	if value == "" || strings.ContainsAny(value[:1], `:/\`) {
		return nil
	}
	return chat.Errorf(chat.Invalid, "There is no operator %s:. %s To search for the text itself, put it in quotes: %q.",
		op, suggest(strings.ToLower(op)), p.text)
}

func notASCIILetter(r rune) bool {
	return r >= utf8.RuneSelf || !unicode.IsLetter(r)
}

func known(op string) bool {
	for _, o := range operators() {
		if o == op {
			return true
		}
	}
	return false
}

// suggest names the operator that was probably meant, or else all of them.
func suggest(op string) string {
	best, least := "", 3
	for _, o := range operators() {
		if d := distance(op, o); d < least && d < len(o) {
			best, least = o, d
		}
	}
	if best == "" {
		return "There are " + strings.Join(operators(), ":, ") + ":."
	}
	return "Did you mean " + best + ":?"
}

// distance counts the letters to add, drop, change or swap with their neighbour
// to make b of a. Both are ASCII.
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range b {
		d[0][j+1] = j + 1
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := pick(a[i-1] == b[j-1], 0, 1)
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
