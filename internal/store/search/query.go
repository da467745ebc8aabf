package search

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"hubbub/internal/chat"
)

// Limits of a query.
const (
	MaxQuery  = 1024 // bytes of its text
	MaxTerms  = 32   // words, phrases and operators
	minPrefix = 3    // characters before a star
)

// Query is what somebody looks for. All of it must hold, except that one of
// several From is enough, and one of several In. Make one with [Parse]; it
// reads nothing but its arguments, and the result never changes.
type Query struct {
	Terms   []Term
	From    []string // nicks as typed, without @
	NotFrom []string
	In      []string // room names as typed, with the leading #, or @ and a nick
	NotIn   []string
	Has     []string // file, picture, link, reaction: all of them
	NotHas  []string
	After   chat.Millis // at or after this; 0 for no bound
	Before  chat.Millis // before this; 0 for no bound
}

// Term is a word or a phrase. Where Text makes several words, they must follow
// one another.
type Term struct {
	Text   string
	Prefix bool // the last word may go on
	Not    bool // must not occur
}

// Parse reads a search as a person types it, parts separated by spaces:
//
//	deploy          a message with this word, whatever its case and accents
//	deploy*         a word that begins so; at least three letters
//	"on the way"    these words in this order
//	-test -"a b"    not with this word or phrase
//	from:bob        by bob; several: by one of them; -from:bob: not by him
//	in:#ops         in this room; several: in one of them; -in:#ops: not there
//	has:file        with a file; has:picture, has:link, has:reaction; several: with
//	                all of them; -has:link: without
//	after:2026-11-01, after:2026-11-01T14:00, after:yesterday, after:7d
//	                from then on; several: from the latest on
//	before:...      up to then, without it; several: the earliest
//
// Dates without a zone are in now's, and relative ones are counted from now. A
// text of up to [MaxQuery] bytes and [MaxTerms] parts is read; anything wrong
// is a [chat.Error] of code Invalid whose text says what to do.
func Parse(text string, now time.Time) (Query, error) {
	if len(text) > MaxQuery {
		return Query{}, chat.Errorf(chat.Invalid, "The search is too long: at most %d bytes.", MaxQuery)
	}
	var q Query
	l := lexer{rest: clean(text)}
	for n := 0; ; n++ {
		p, ok, err := l.next()
		if err != nil {
			return Query{}, err
		}
		if !ok {
			break
		}
		if n == MaxTerms {
			return Query{}, chat.Errorf(chat.Invalid, "The search has too many parts: at most %d words and operators.", MaxTerms)
		}
		if err := q.add(p, now); err != nil {
			return Query{}, err
		}
	}
	return q, q.check(text)
}

// clean makes bytes that are no text into spaces.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
}

// add takes one part of the query.
func (q *Query) add(p part, now time.Time) error {
	switch p.op {
	case "":
		return q.addTerm(p)
	case "from":
		nick := strings.TrimLeft(p.text, "@ ")
		if nick == "" {
			return chat.Errorf(chat.Invalid, "from: needs a nick, as in from:bob.")
		}
		addName(pick(p.not, &q.NotFrom, &q.From), nick)
	case "in":
		name := p.text
		if !strings.HasPrefix(name, "#") && !strings.HasPrefix(name, "@") {
			name = "#" + name
		}
		if len(name) == 1 {
			return chat.Errorf(chat.Invalid, "in: needs a room, as in in:%s.", chat.Lobby)
		}
		addName(pick(p.not, &q.NotIn, &q.In), name)
	case "has":
		return q.addTrait(p)
	default:
		return q.addTime(p, now)
	}
	return nil
}

func pick[T any](cond bool, yes, no T) T {
	if cond {
		return yes
	}
	return no
}

func addName(list *[]string, name string) {
	if !slices.Contains(*list, name) {
		*list = append(*list, name)
	}
}

// addTerm takes a word or phrase. One without a single letter or digit cannot
// be found by anything and is left out.
func (q *Query) addTerm(p part) error {
	ph := phraseOf(p.text, false)
	if len(ph.tokens) == 0 {
		return nil
	}
	t := Term{Text: p.text, Prefix: p.prefix, Not: p.not}
	last := []rune(ph.tokens[len(ph.tokens)-1])
	switch {
	case classify(last[0]) != word:
		t.Prefix = false // a star says nothing here: any run of grams may go on, an emoji can't
	case p.prefix && len(last) < minPrefix:
		return chat.Errorf(chat.Invalid, "%s* is too short: type at least %d letters before the star.", p.text, minPrefix)
	}
	if !slices.Contains(q.Terms, t) {
		q.Terms = append(q.Terms, t)
	}
	return nil
}

// addTime takes before: or after:.
func (q *Query) addTime(p part, now time.Time) error {
	other := pick(p.op == "before", "after", "before")
	if p.not {
		return chat.Errorf(chat.Invalid, "-%s: is written as %s:.", p.op, other)
	}
	t, err := parseTime(p.op, p.text, now)
	switch {
	case err != nil:
		return err
	case p.op == "after":
		q.After = max(q.After, t)
	case q.Before == 0 || t < q.Before:
		q.Before = t
	}
	return nil
}

// check refuses a query that finds nothing, or everything.
func (q *Query) check(text string) error {
	wanted := func(t Term) bool { return !t.Not }
	switch {
	case q.After != 0 && q.Before != 0 && q.After >= q.Before:
		return chat.Errorf(chat.Invalid, "Nothing can be both after %s and before %s.", formatTime(q.After), formatTime(q.Before))
	case slices.ContainsFunc(q.Terms, wanted), len(q.From) > 0, len(q.In) > 0, len(q.Has) > 0:
		return nil
	case len(q.Terms)+len(q.NotFrom)+len(q.NotIn)+len(q.NotHas) > 0:
		return chat.Errorf(chat.Invalid, "A search says what to look for, not only what to leave out: add a word, from:, in: or has:.")
	case q.After != 0 || q.Before != 0:
		return chat.Errorf(chat.Invalid, "A search needs more than dates: add a word, from:, in: or has:.")
	case strings.TrimSpace(text) == "":
		return chat.Errorf(chat.Invalid, "What to search for? As in: deploy from:bob after:7d")
	}
	return chat.Errorf(chat.Invalid, "There is no letter or digit to search for in %q.", text)
}

// String returns a text that [Parse] reads as the same query, at any time and
// in any zone.
func (q Query) String() string {
	var parts []string
	for _, t := range q.Terms {
		parts = append(parts, pick(t.Not, "-", "")+quoted(t.Text, "")+pick(t.Prefix, "*", ""))
	}
	names := func(op string, list []string) {
		for _, name := range list {
			parts = append(parts, op+quoted(name, "#@_-"))
		}
	}
	names("from:", q.From)
	names("-from:", q.NotFrom)
	names("in:", q.In)
	names("-in:", q.NotIn)
	names("has:", q.Has)
	names("-has:", q.NotHas)
	if q.After != 0 {
		parts = append(parts, "after:"+formatTime(q.After))
	}
	if q.Before != 0 {
		parts = append(parts, "before:"+formatTime(q.Before))
	}
	return strings.Join(parts, " ")
}

// quoted puts s in quotes unless it is made of letters, digits and the given
// marks, which mean nothing to the lexer.
func quoted(s, marks string) string {
	special := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune(marks, r)
	}
	if s != "" && !strings.ContainsFunc(s, special) {
		return s
	}
	return `"` + s + `"`
}
