package chat

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// LinksIn yields the links to the web in a text, as they stand there, in their order.
// Code is not looked at, that is what stands between backquotes. Punctuation behind a
// link is not part of it, nor is a bracket that was opened before it. Whether anything
// can be asked for there is not checked.
func LinksIn(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, prose := range outsideCode(text) {
			for {
				link, rest, ok := nextLink(prose)
				if !ok {
					break
				}
				if !strings.HasSuffix(link, "://") && !yield(link) {
					return
				}
				prose = rest
			}
		}
	}
}

// outsideCode returns what is not code in a text. Code is between two runs of
// equally many backquotes (CommonMark 0.31 §6.1); three or more that nothing
// closes reach to the end (§4.5), fewer are nothing.
func outsideCode(text string) (prose []string) {
	closing := closingRuns(text)
	begin := 0
	for i := 0; i < len(text); {
		n := runLen(text[i:])
		if n == 0 {
			i++
			continue
		}
		end, closed := closing.after(n, i+n)
		switch {
		case closed:
			prose = append(prose, text[begin:i])
			begin = end + n
			i = begin
		case n >= 3:
			return append(prose, text[begin:i])
		default:
			i += n
		}
	}
	return append(prose, text[begin:])
}

// runLen returns how many backquotes s begins with.
func runLen(s string) int { return len(s) - len(strings.TrimLeft(s, "`")) }

// runs are where the runs of backquotes in a text are, by their length.
type runs map[int][]int

func closingRuns(text string) runs {
	r := runs{}
	for i := 0; i < len(text); i++ {
		if n := runLen(text[i:]); n > 0 {
			r[n] = append(r[n], i)
			i += n
		}
	}
	return r
}

// after returns the first run of n backquotes at i or later.
func (r runs) after(n, i int) (at int, ok bool) {
	k, _ := slices.BinarySearch(r[n], i)
	if k == len(r[n]) {
		return 0, false
	}
	return r[n][k], true
}

// nextLink returns the first link in a text, and what follows it.
func nextLink(text string) (link, rest string, ok bool) {
	for at := 0; ; {
		next := strings.Index(text[at:], "://")
		if next < 0 {
			return "", "", false
		}
		at += next
		begin := at - schemeLen(text[:at])
		if begin < at {
			end := at + len("://")
			end += linkLen(text[end:])
			return text[begin:end], text[end:], true
		}
		at += len("://")
	}
}

// schemeLen returns the length of http or https at the end of a text, if it is a
// word of its own there.
func schemeLen(text string) int {
	for _, scheme := range []string{"https", "http"} {
		n := len(text) - len(scheme)
		if n < 0 || !strings.EqualFold(text[n:], scheme) {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(text[:n]); n > 0 && (unicode.IsLetter(before) || unicode.IsDigit(before) || before == '+' || before == '-' || before == '.') {
			continue // x-http:// is something else (RFC 3986 §3.1)
		}
		return len(scheme)
	}
	return 0
}

// closers are brackets that may be part of a link in pairs.
var closers = map[rune]rune{')': '(', ']': '[', '}': '{'}

// linkLen returns how much of a text that follows "://" belongs to the link.
func linkLen(text string) int {
	opened := map[rune]int{}
	end := len(text)
	for i, r := range text {
		if opener, ok := closers[r]; ok {
			if opened[opener]--; opened[opener] < 0 {
				end = i
				break
			}
		}
		if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"`\\^|\ufffd", r) {
			end = i
			break
		}
		opened[r]++
	}
	return len(strings.TrimRight(text[:end], ".,:;!?'*_~([{…。，、！？”’»"))
}
