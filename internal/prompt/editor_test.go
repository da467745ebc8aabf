package prompt

import (
	"fmt"
	"strings"
	"testing"
)

// edit types keys as they are named: text, or a name in braces.
func edit(e *Editor, keys string) {
	names := map[string]Code{
		"left": Left, "right": Right, "home": Home, "end": End, "up": Up, "down": Down, "bs": Backspace, "del": Delete,
		"^w": KillWord, "^u": KillLeft, "^k": KillRight, "wleft": WordLeft, "wright": WordRight,
	}
	for _, part := range strings.SplitAfter(strings.ReplaceAll(keys, "{", "\x00{"), "\x00") {
		part = strings.TrimSuffix(part, "\x00")
		if strings.HasPrefix(part, "{") {
			name, text, _ := strings.Cut(part[1:], "}")
			if name == "enter" {
				e.Take()
			} else if code, ok := names[name]; ok {
				e.Key(Key{Code: code})
			} else {
				panic(name)
			}
			part = text
		}
		if part != "" {
			e.Key(Key{Typed, part})
		}
	}
}

func TestEditor(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"hello", "hello|"},
		{"hello{left}{left}X", "helX|lo"},
		{"hello{home}X{end}Y", "XhelloY|"},
		{"hello{bs}{bs}", "hel|"},
		{"{bs}{left}{right}{del}{^w}{^k}{^u}", "|"},
		{"hello{home}{del}", "|ello"},
		{"one two  {^w}X", "one X|"},
		{"one two{left}{^k}", "one tw|"},
		{"one two{left}{^u}", "|o"},
		{"one two three{wleft}{wleft}X{wright}{wright}Y", "one Xtwo threeY|"},
		{"世界{left}!{left}{bs}", "|!界"},
		{"e\u0301x{left}{bs}", "|x"},                   // an accent goes with its letter
		{"👩‍👩‍👧x{left}{bs}", "|x"},                     // and a family stays together
		{"🇵🇱🇯🇵{left}{bs}", "|🇯🇵"},                      // flags are of two parts
		{"ax{left}{left}{right}\u0301", "a\u0301|x"},   // what is typed joins what stands before it
		{"👩👧{left}\u200d", "👩‍👧|"},                     // or both sides
		{"x🇵{left}{bs}🇯{end}🇱", "🇯🇵🇱|"},                // regrouped
		{"one{enter}two{enter}{up}", "two|"},           //
		{"one{enter}two{enter}{up}{up}{up}", "one|"},   //
		{"one{enter}dra{up}{down}ft", "draft|"},        // the draft comes back
		{"one{enter}{up}X{up}{down}{down}{down}", "|"}, // what is changed there is not kept
		{"one{enter}one{enter}two{enter}{up}{up}{up}", "one|"},
		{"{down}{up}x", "x|"},
	} {
		var e Editor
		edit(&e, c.keys)
		if got := e.text[:e.cursor] + "|" + e.text[e.cursor:]; got != c.want {
			t.Errorf("%q gives %q, want %q", c.keys, got, c.want)
		}
		checkEditor(t, &e)
	}
}

func TestEditorTakesOnlySoMuch(t *testing.T) {
	var e Editor
	if !e.Key(Key{Pasted, strings.Repeat("x", MaxText)}) || e.Key(Key{Typed, "y"}) || len(e.Text()) != MaxText {
		t.Errorf("%d bytes were taken", len(e.Text()))
	}
	if e.Clear(); e.Key(Key{Typed, "\x1b"}) || e.Text() != "" {
		t.Errorf("a control character was taken: %q", e.Text())
	}
	for i := range 2 * maxHistory {
		e.Key(Key{Typed, fmt.Sprint(i)})
		e.Take()
	}
	if len(e.history) != maxHistory || e.history[0] != fmt.Sprint(maxHistory) {
		t.Errorf("%d lines are remembered, from %q on", len(e.history), e.history[0])
	}
}

func TestEditorReplacesWhatACompletionStandsFor(t *testing.T) {
	var e Editor
	edit(&e, "hi @an, there{wleft}{left}{left}")
	if !e.Replace(3, "@anna") || e.text[:e.cursor]+"|"+e.text[e.cursor:] != "hi @anna|, there" {
		t.Errorf("the line is %q, the cursor at %d", e.text, e.cursor)
	}
	if e.Replace(e.cursor+1, "x") || e.Replace(-1, "x") || e.Replace(0, strings.Repeat("x", MaxText)) {
		t.Errorf("an impossible replacement was made: %q", e.text)
	}
	e.MoveTo(1 << 20)
	if e.cursor != len(e.text) {
		t.Errorf("the cursor is at %d of %d", e.cursor, len(e.text))
	}
	e.Set("a👩‍👧b")
	e.MoveTo(3)
	if got := e.text[e.cursor:]; got != "b" {
		t.Errorf("before %q instead of behind the cluster", got)
	}
	checkEditor(t, &e)
	e.Take()
	if got := e.History(); len(got) != 1 || got[0] != "a👩‍👧b" {
		t.Errorf("remembered: %q", got)
	}
}

func TestView(t *testing.T) {
	for _, c := range []struct {
		keys  string
		width int
		want  string // with | for the cursor
	}{
		{"hello", 40, "#lobby> hello|"},
		{"hello{left}", 40, "#lobby> hell|o"},
		{"世界{left}", 40, "#lobby> 世|界"},
		{"a\nb", 40, "#lobby> a↵b|"},
		{"0123456789", 20, "#lobby> 0123456789|"},
		{"0123456789a", 20, "#lobby> ‹56789a|"},
		{"0123456789a{home}", 20, "#lobby>  |012345678›"},
		{"0123456789abcdefghijklmno{left}{left}{left}", 20, "#lobby> ‹ghijkl|mno"},
		{"0123456789abcdefghijklmno{home}", 20, "#lobby>  |012345678›"},
		{"世界世界世界世界世界", 20, "#lobby> ‹界世界|"},
		{"hello", 12, "hello|"},
		{"hello world", 6, "‹ld|"},
		{"hello", 2, ""},
	} {
		var e Editor
		var v View
		edit(&e, c.keys)
		row, cursor := v.Row("#lobby> ", &e, c.width)
		got := displayAt(row, cursor)
		if got != c.want && c.want != "" {
			t.Errorf("%q in %d cells is %q, want %q", c.keys, c.width, got, c.want)
		}
		checkRow(t, &v, &e, c.width)
	}
}

// displayAt puts a | before a cell of a row.
func displayAt(row string, cell int) string {
	at := 0
	for _, c := range clusters(row) {
		if at >= cell {
			return row[:c.start] + "|" + row[c.start:]
		}
		at += c.width
	}
	return row + strings.Repeat(" ", max(0, cell-at)) + "|"
}

// The text stands still while the cursor moves within what is seen.
func TestViewScrollsOnlyWhenItMust(t *testing.T) {
	var e Editor
	var v View
	edit(&e, "0123456789abcdefghijklmnopqrstuvwxyz")
	before, _ := v.Row("> ", &e, 20)
	for range 5 {
		edit(&e, "{left}")
		if row, _ := v.Row("> ", &e, 20); row != before {
			t.Fatalf("the row changed from %q to %q", before, row)
		}
	}
	edit(&e, "{left}{left}{left}{left}{left}{left}{left}")
	if row, _ := v.Row("> ", &e, 20); row == before {
		t.Fatalf("the row did not follow the cursor: %q", row)
	}
}
