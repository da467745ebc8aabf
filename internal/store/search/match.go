package search

import (
	"encoding/hex"
	"strconv"
	"strings"

	"hubbub/internal/chat"
)

// Columns of the FTS5 table. Tags holds what a message is found by beside its
// text: tokens for its room, its author and the author's nick at the time.
const (
	colBody    = "body"
	colTags    = "tags"
	colTriples = "triples" // empty unless substrings are indexed
)

func roomTag(r chat.RoomID) string { return "r" + strconv.FormatUint(uint64(r), 10) }
func userTag(u chat.UserID) string { return "u" + strconv.FormatUint(uint64(u), 10) }

// nickTag spells a nick in hexadecimal, so that whatever is in it is one token.
func nickTag(nick string) string { return "n" + hex.EncodeToString([]byte(fold(nick))) }

// expression builds an FTS5 query. It is the only place that does, and writes
// text only by way of tokens, in quotes.
type expression struct {
	all  []string // each must match
	none []string // none may match
}

// String returns the query in FTS5's syntax. At least one part must match
// something.
func (e *expression) String() string {
	s := strings.Join(e.all, " AND ")
	if len(e.none) > 0 {
		s = "(" + s + ") NOT (" + strings.Join(e.none, " OR ") + ")"
	}
	return s
}

// add requires a part, or with not forbids it.
func (e *expression) add(not bool, part string) {
	if not {
		e.none = append(e.none, part)
	} else {
		e.all = append(e.all, part)
	}
}

// tags adds a part that any one of the tags makes true.
func (e *expression) tags(not bool, tags []string) {
	if len(tags) == 0 {
		return
	}
	alternatives := make([]string, len(tags))
	for i, t := range tags {
		alternatives[i] = quoteTokens(t)
	}
	e.add(not, "("+colTags+" : ("+strings.Join(alternatives, " OR ")+"))")
}

// term adds a word or phrase. With substrings, a piece of text that is long
// enough is found anywhere, inside words too.
func (e *expression) term(t Term, substrings bool) {
	if substrings && !t.Prefix {
		var list []string
		for s := range triples(tripleText(fold(t.Text))) {
			list = append(list, s)
		}
		if len(list) > 0 {
			e.add(t.Not, "("+colTriples+" : "+quoteTokens(list...)+")")
			return
		}
	}
	ph := phraseOf(t.Text, t.Prefix)
	if len(ph.tokens) == 0 {
		return
	}
	e.add(t.Not, "("+colBody+" : "+quoteTokens(ph.tokens...)+pick(ph.prefix, " *", "")+")")
}

// quoteTokens makes an FTS5 string, which is a phrase of the tokens. A token
// holds no quote; should one ever, it is doubled as the syntax asks.
func quoteTokens(tokens ...string) string {
	return `"` + strings.ReplaceAll(strings.Join(tokens, " "), `"`, `""`) + `"`
}
