package prompt

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestDecoder(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []Key
	}{
		{"hello", []Key{{Typed, "hello"}}},
		{"zażółć 世界", []Key{{Typed, "zażółć 世界"}}},
		{"hi\r", []Key{{Typed, "hi"}, {Code: Enter}}},
		{"\x01\x05\x15\x17\x0b\x0c\x03\x04\x1a\t", []Key{{Code: Home}, {Code: End}, {Code: KillLeft}, {Code: KillWord}, {Code: KillRight}, {Code: Redraw}, {Code: Interrupt}, {Code: EOF}, {Code: Suspend}, {Code: Tab}}},
		{"\x7f\x08", []Key{{Code: Backspace}, {Code: Backspace}}},
		{"\x1b[A\x1b[B\x1b[C\x1b[D", []Key{{Code: Up}, {Code: Down}, {Code: Right}, {Code: Left}}},
		{"\x1bOA\x1bOF", []Key{{Code: Up}, {Code: End}}},
		{"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1b[3~", []Key{{Code: Home}, {Code: End}, {Code: Home}, {Code: End}, {Code: Home}, {Code: End}, {Code: Delete}}},
		{"\x1b[1;5D\x1b[1;3C\x1bb\x1bf\x1b[1;2C", []Key{{Code: WordLeft}, {Code: WordRight}, {Code: WordLeft}, {Code: WordRight}, {Code: Right}}},
		{"\x1b\x7f", []Key{{Code: KillWord}}},
		{"a\x1b\rb", []Key{{Typed, "a\nb"}}}, // Alt-Enter
		{"\x1bhello", []Key{{Typed, "hello"}}},
		{"\x1b\x1b[A", []Key{{Code: Up}}},
		{"\x1b[5~\x1b[15~\x1b[I\x1b[?1;2cx", []Key{{Typed, "x"}}}, // keys and reports that mean nothing
		{"\x1b[" + strings.Repeat("1", 40) + "x", []Key{{Typed, "111111111x"}}},
		{"\x1b[1\x03", []Key{{Code: Interrupt}}}, // broken off
		{"a\x00\xffb", []Key{{Typed, "ab"}}},
		{"\u202eevil\u0085", []Key{{Typed, "evil"}}},
		{"\x1b[200~one\r\ntwo\rthree\n\x1b[201~\r", []Key{{Pasted, "one\ntwo\nthree"}, {Code: Enter}}},
		{"\x1b[200~\x1b[31mred\x03\ttab\x1b[201~", []Key{{Pasted, "[31mred tab"}}},
		{"\x1b[200~\n\n\x1b[201~x", []Key{{Typed, "x"}}},
		{"\x1b[200~" + strings.Repeat("x", 40<<10) + "\x1b[201~y", []Key{{Pasted, strings.Repeat("x", MaxText)}, {Typed, "y"}}},
	} {
		for _, step := range []int{len(c.in), 1, 3} {
			var d Decoder
			var got []Key
			for i := 0; i < len(c.in); i += step {
				for _, k := range d.Feed([]byte(c.in[i:min(len(c.in), i+step)])) {
					if n := len(got); k.Code == Typed && n > 0 && got[n-1].Code == Typed {
						got[n-1].Text += k.Text
					} else {
						got = append(got, k)
					}
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%.60q in steps of %d is %.200s, want %.200s", c.in, step, fmt.Sprint(got), fmt.Sprint(c.want))
			}
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte("hello \x1b[D\x1b[200~a\r\nb\x1b[201~\x17\x1b[A\r"), uint8(20), uint8(3))
	f.Add([]byte("e\u0301👩‍👩‍👧🇵🇱世\x7f\x1b[D\x7f\x1b[3~"), uint8(5), uint8(1))
	f.Fuzz(func(t *testing.T, in []byte, width, step uint8) {
		if len(in) > 1000 {
			t.Skip("every key looks at the whole line")
		}
		var d Decoder
		var e Editor
		var v View
		for i, n := 0, int(step)+1; i < len(in); i += n {
			for _, k := range d.Feed(in[i:min(len(in), i+n)]) {
				e.Key(k)
				if k.Code == Enter {
					e.Take()
				}
				checkEditor(t, &e)
				checkRow(t, &v, &e, int(width))
			}
			if len(d.held) > maxSequence+1 {
				t.Fatalf("%d bytes are held", len(d.held))
			}
		}
	})
}

// checkEditor checks what always holds.
func checkEditor(t *testing.T, e *Editor) {
	t.Helper()
	if Plain(e.text) != e.text || len(e.text) > MaxText {
		t.Fatalf("the line is %q", e.text)
	}
	for _, c := range clusters(e.text) {
		if e.cursor > c.start && e.cursor < c.end() {
			t.Fatalf("in %q the cursor is within %q", e.text, c.text)
		}
	}
	if e.cursor < 0 || e.cursor > len(e.text) {
		t.Fatalf("in %q the cursor is at %d", e.text, e.cursor)
	}
}

func checkRow(t *testing.T, v *View, e *Editor, width int) {
	t.Helper()
	row, cursor := v.Row("#lobby> ", e, width)
	if w := max(width, 2); Width(row) >= w || cursor < 0 || cursor >= w || strings.ContainsAny(row, "\n\r\x1b") {
		t.Fatalf("in a width of %d the row is %q, of %d, with the cursor at %d", width, row, Width(row), cursor)
	}
}
