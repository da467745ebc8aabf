package screen

import "strings"

// unchanged returns how much of the begin of a row stays as it is, in bytes and in
// cells, when another takes its place: the panes beside a timeline that moves, the
// text before what is being typed. It ends where no style and no link is open, and
// before the first character about whose width terminals may differ.
func unchanged(old, row string) (bytes, cells int) {
	same := 0
	for same < len(old) && same < len(row) && old[same] == row[same] {
		same++
	}
	var styled, linked bool
	for i, at := 0, 0; i < same; {
		n, width := 1, 1
		switch c := row[i]; {
		case c == escape:
			if n, width = sequence(row[i:]), 0; n == 0 {
				return bytes, cells
			}
			styled, linked = opens(row[i:i+n], styled, linked)
		case c < ' ' || c >= 0x7f:
			if n = narrow(row[i:]); n == 0 {
				return bytes, cells
			}
		}
		i, at = i+n, at+width
		if i <= same && !styled && !linked && stands(old, i) && stands(row, i) {
			bytes, cells = i, at
		}
	}
	return bytes, cells
}

// stands reports whether what comes next is not part of the character before it.
func stands(s string, i int) bool { return i == len(s) || s[i] < 0x7f || narrow(s[i:]) > 0 }

// sequence returns the length of the style (CSI m) or link (OSC 8) that a text
// begins with, or 0.
func sequence(s string) int {
	switch {
	case strings.HasPrefix(s, "\x1b["):
		n := 2
		for n < len(s) && s[n] >= '0' && s[n] <= ';' { // digits, : and ;
			n++
		}
		if n < len(s) && s[n] == 'm' {
			return n + 1
		}
	case strings.HasPrefix(s, "\x1b]8;;"):
		if end := strings.Index(s, "\x1b\\"); end >= 0 {
			return end + 2
		}
	}
	return 0
}

// opens returns whether a style and a link are open behind a sequence.
func opens(sequence string, styled, linked bool) (bool, bool) {
	if sequence[1] == '[' {
		return sequence != "\x1b[m", linked
	}
	return styled, sequence != "\x1b]8;;\x1b\\"
}

// narrow returns the length of the character that a text begins with, if it is one
// of those that are drawn between panes, which take one cell everywhere; or 0.
func narrow(s string) int {
	for _, c := range [...]string{"│", "─", "›", "▌"} {
		if strings.HasPrefix(s, c) {
			return len(c)
		}
	}
	return 0
}
