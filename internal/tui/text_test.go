package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestLinksAreFound(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"see https://example.org.", "https://example.org"},
		{"(https://en.example/A_(b)) and http://x.example/?q=1&r=2, ok", "https://en.example/A_(b) http://x.example/?q=1&r=2"},
		{"xhttp://no.example https:// http:/x ftp://y", ""},
		{"https://pl.example/ż", "https://pl.example/ż"},
		{"http://[::1/", ""},
		{"https://" + strings.Repeat("a", maxURL), ""},
		{"<https://a.example/b>", "https://a.example/b"},
	} {
		var got []string
		for _, l := range findLinks(c.text) {
			got = append(got, c.text[l.start:l.end])
			if strings.ContainsFunc(l.target, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("%q leads to %q, which can't stand in a sequence", c.text, l.target)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%.60q has the links %q, want %q", c.text, got, c.want)
		}
	}
	if n := len(findLinks(strings.Repeat("http://a.example ", 100))); n != maxLinks {
		t.Errorf("%d links of one text", n)
	}
}

func TestMarksLeaveTheTextAsItIs(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"plain", "0:plain"},
		{"a *b* c", "0:a |2:*b*|0: c"},
		{"5*3*2 a_b_c", "0:5*3*2 a_b_c"},
		{"`x*y*` _i_", "6:`x*y*`|0: |8:_i_"},
		{"* list * item", "0:* list * item"},
		{"*a\nb*", "0:*a\nb*"},
		{"hi @Ann, @anna @ann's", "0:hi |5:@Ann|0:, @anna |5:@ann|0:'s"},
		{"x https://a.example *b*", "0:x |7:https://a.example|0: |2:*b*"},
		{"``", "0:``"},
	} {
		var got []string
		for _, m := range marks(c.text, findLinks(c.text), "ann") {
			got = append(got, fmt.Sprintf("%d:%s", m.style, m.text))
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q gives %q, want %q", c.text, strings.Join(got, "|"), c.want)
		}
	}
}

func TestWrapBreaksBetweenWordsWhereItCan(t *testing.T) {
	for _, c := range []struct {
		text         string
		first, width int
		want         string
	}{
		{"one two three", 7, 7, "one two|three"},
		{"one two", 3, 10, "one|two"},
		{"abcdefghij", 4, 4, "abcd|efgh|ij"},
		{"世界世界", 5, 5, "世界|世界"},
		{"a 世界", 3, 4, "a|世界"},
		{"", 5, 5, ""},
		{"a  b", 2, 2, "a|b"},
		{"👩‍👩‍👧👩‍👩‍👧", 0, 0, "👩‍👩‍👧|👩‍👩‍👧"},
	} {
		var got []string
		for _, line := range wrap(cellsOf(nil, c.text, plain, 0), c.first, c.width) {
			var b strings.Builder
			for _, cell := range line {
				b.WriteString(cell.text)
			}
			got = append(got, strings.TrimSpace(b.String()))
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q in %d and %d cells: %q, want %q", c.text, c.first, c.width, got, c.want)
		}
	}
}

func FuzzWrapKeepsTextAndWidth(f *testing.F) {
	for _, text := range hostile {
		f.Add(text[:min(len(text), 200)], 10, 7)
	}
	f.Fuzz(func(t *testing.T, text string, first, limit int) {
		if len(text) > 5000 {
			return
		}
		cells := cellsOf(nil, strings.ReplaceAll(cleanText(text), "\n", " "), plain, 0)
		kept := 0
		for i, line := range wrap(cells, first, limit) {
			w, most := 0, max(limit, 2)
			if i == 0 {
				most = max(first, 2)
			}
			for _, c := range line {
				w += int(c.width)
				if c.text != " " {
					kept++
				}
			}
			if w > most {
				t.Fatalf("row %d has %d cells, at most %d", i, w, most)
			}
		}
		for _, c := range cells {
			if c.text != " " {
				kept--
			}
		}
		if kept != 0 {
			t.Fatalf("%d cells are lost", -kept)
		}
	})
}

// Each sentence is there in every language, with the same arguments, and all forms.
func TestWordsAreComplete(t *testing.T) {
	for w := range wordEnd {
		forms := [languages][]string{}
		for l := range languages {
			forms[l] = strings.Split(table[w][l], "|")
			for _, form := range forms[l] {
				if form == "" || verbs(form) != verbs(forms[English][0]) {
					t.Errorf("word %d, %q: %q has other arguments", w, table[w][English], form)
				}
			}
		}
		if plural := len(forms[English]) > 1; plural && (len(forms[English]) != 2 || len(forms[Polish]) != 3) || !plural && len(forms[Polish]) != 1 {
			t.Errorf("word %d, %q has %d and %d forms", w, table[w][English], len(forms[English]), len(forms[Polish]))
		}
	}
	for _, topic := range topics {
		if len(topic.lines[English]) != len(topic.lines[Polish]) {
			t.Errorf("help on %s has %d lines, and %d", topic.name, len(topic.lines[English]), len(topic.lines[Polish]))
		}
	}
	for _, c := range commands {
		if slices.Contains(c.about[:], "") {
			t.Errorf("%s is not explained", c.name)
		}
	}
}

// verbs returns what of a format stands for arguments.
func verbs(format string) (all string) {
	for i := range len(format) - 1 {
		if format[i] == '%' {
			all += format[i : i+2]
		}
	}
	return all
}

func TestPolishForms(t *testing.T) {
	for n, want := range map[int]string{0: "0 osób", 1: "1 osoba", 2: "2 osoby", 5: "5 osób", 12: "12 osób", 22: "22 osoby", 101: "101 osób", 112: "112 osób", 124: "124 osoby"} {
		if got := Polish.count(n, wPeople, n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	if got := Polish.date(time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)); got != "sobota, 3 stycznia 2026" {
		t.Errorf("the day is %q", got)
	}
	if LanguageOf("pl_PL.UTF-8") != Polish || LanguageOf("C") != English {
		t.Error("the language of a locale is wrong")
	}
}

func TestNotificationsSuitTheTerminal(t *testing.T) {
	for _, c := range []struct {
		term, program string
		want          Notify
	}{
		{"xterm-kitty", "", OSC99}, {"xterm-256color", "WezTerm", OSC777}, {"foot", "", OSC777}, {"xterm-ghostty", "ghostty", OSC777},
		{"xterm-256color", "iTerm.app", OSC9}, {"xterm", "", Bell}, {"tmux-256color", "iTerm.app", Bell}, {"screen", "WezTerm", Bell},
	} {
		if got := NotifyFor(c.term, c.program); got != c.want {
			t.Errorf("%s in %s: %d, want %d", c.term, c.program, got, c.want)
		}
	}
	for n, want := range map[Notify]string{Bell: "\a", Silent: "", OSC9: "\x1b]9;a,b: c d\x1b\\", OSC99: "\x1b]99;i=hubbub:d=0;a,b\x1b\\\x1b]99;i=hubbub:p=body;c d\x1b\\"} {
		if got := n.sequence("a;b", "c\nd"); got != want {
			t.Errorf("%d writes %q, want %q", n, got, want)
		}
	}
}

func TestWhatIsPaintedEndsInNoJoiner(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"zero\u200d", "zero"},
		{"o\u200d\u200d next", "o next"},
		{"👩\u200d👧 \u200d", "👩\u200d👧 "},
		{"क्\u200dष", "क्\u200dष"},
		{"tower" + strings.Repeat("\u0301", maxCluster-2) + "\u200d\u0301", "tower" + strings.Repeat("\u0301", maxCluster-2)},
	} {
		if got := cleanText(c.text); got != c.want {
			t.Errorf("%q is painted as %q, want %q", c.text, got, c.want)
		}
	}
}

// A terminal that shows pictures in the places of characters shows none of a text's.
func TestTextHasNoPlacesOfPictures(t *testing.T) {
	if got := cleanText("x\U0010EEEE\u0305\u0305y"); strings.ContainsRune(got, placeholder) || width(got) != 3 {
		t.Errorf("%q is painted", got)
	}
}
