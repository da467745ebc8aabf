package screen_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/screen"
)

// heard names the messages of what a terminal sends in pieces.
func heard(pieces ...string) (all []string) {
	var raw [][]byte
	for _, p := range pieces {
		raw = append(raw, []byte(p))
	}
	screen.Decode(raw, func(msg tea.Msg) { all = append(all, name(msg)) })
	return all
}

func name(msg tea.Msg) string {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return msg.String()
	case tea.PasteMsg:
		return fmt.Sprintf("paste %q", msg.Content)
	case tea.FocusMsg:
		return "focus"
	case tea.BlurMsg:
		return "blur"
	case tea.BackgroundColorMsg:
		return fmt.Sprintf("background, dark %t", msg.IsDark())
	}
	return fmt.Sprintf("%T", msg)
}

func TestInputBecomesMessages(t *testing.T) {
	for _, test := range []struct {
		pieces []string
		want   string
	}{
		{[]string{"aB 界"}, "a,B,space,界"},
		{[]string{"\xe7", "\x95", "\x8c"}, "界"},
		{[]string{"\r\n\t\x7f\x08\x01\x00"}, "enter,ctrl+j,tab,backspace,ctrl+h,ctrl+a,ctrl+space"},
		{[]string{"\x1b"}, "esc"},
		{[]string{"\x1bx"}, "alt+x"},
		{[]string{"\x1b", "x"}, "alt+x"},
		{[]string{"\x1b\r"}, "alt+enter"},
		{[]string{"\x1b\xc5", "\x82"}, "alt+ł"},
		{[]string{"\x1b["}, "alt+["},
		{[]string{"\x1b[A\x1b[1;5C\x1bOD\x1bOP\x1b[15~\x1b[3;5~"}, "up,ctrl+right,left,f1,f5,ctrl+delete"},
		{[]string{"\x1b[", "1;", "3", "A"}, "alt+up"},
		{[]string{"\x1b\x1b[A"}, "alt+up"},
		{[]string{"\x1b[[A\x1b[[E", "\x1b[", "[", "B"}, "f1,f5,f2"},
		{[]string{"\x1b[13;2u\x1b[27;2;13~\x1b[27u"}, "shift+enter,shift+enter,esc"},
		{[]string{"\x1b[I\x1b[O"}, "focus,blur"},
		{[]string{"\x1b]11;rgb:ffff/ffff/ffff\x07", "\x1b]11;rgb:0000/0000", "/0000\x1b", "\\a"}, "background, dark false,background, dark true,a"},
		{[]string{"\x1b]11;no colour\x07x"}, "x"},
		{[]string{"\x1b[?2026;2$y\x1b[?62;22c\x1b[?1u\x1b[8;24;80t\x1b[<0;1;1Mx"}, "x"},
		{[]string{"\x1bP>|term 1\x1b\\\x1b_Gi=1;OK\x1b\\\x1b]52;c;YQ==\x07x"}, "x"},
		{[]string{"\xff\xfe\x80\x9b1;2Rx"}, "1,;,2,R,x"},
		{[]string{"\x1b[12;34"}, ""},
		{[]string{"\x1b[200~one\ntwo\x1b[201~x"}, `paste "one\ntwo",x`},
		{[]string{"\x1b[20", "0~a\x1b", "[A\xffb\x1b[2", "01", "~x"}, "paste \"a\\x1b[Ab\",x"},
		{[]string{"\x1b[200~never ends"}, ""},
		{[]string{"\x1b[201~x"}, "x"},
	} {
		if got := strings.Join(heard(test.pieces...), ","); got != test.want {
			t.Errorf("%q is %s, want %s", test.pieces, got, test.want)
		}
	}
}

func TestPasteIsCut(t *testing.T) {
	long := strings.Repeat("0123456789", 20000)
	for _, size := range []int{1, 7, 1000, 65536, 65537, 65541, 65542, 65543, 100000} {
		var got []string
		pieces := [][]byte{[]byte("\x1b[200~")}
		for text := long[:size] + "\x1b[201~x"; text != ""; {
			n := min(len(text), 1021)
			pieces = append(pieces, []byte(text[:n]))
			text = text[n:]
		}
		held := screen.Decode(pieces, func(msg tea.Msg) {
			if p, ok := msg.(tea.PasteMsg); ok {
				got = append(got, p.Content)
				return
			}
			got = append(got, name(msg))
		})
		if want := []string{long[:min(size, 64<<10)], "x"}; !reflect.DeepEqual(got, want) {
			t.Errorf("of %d bytes, %d messages came, the first of %d bytes", size, len(got), len(got[0]))
		}
		if held > 200<<10 {
			t.Errorf("of %d bytes, %d were held", size, held)
		}
	}
}

func TestSequenceThatNeverEndsIsDropped(t *testing.T) {
	for _, begin := range []string{"\x1b]11;", "\x1bP", "\x1b[", "\x1bO", "\x1b"} {
		pieces := [][]byte{[]byte(begin)}
		for range 100 {
			pieces = append(pieces, bytes.Repeat([]byte("1"), 1000))
		}
		if held := screen.Decode(pieces, func(tea.Msg) {}); held > 8<<10 {
			t.Errorf("after %q, %d bytes are held", begin, held)
		}
	}
	if got := heard("\x1b]11;"+strings.Repeat("x", 2000), "\x07", "ok"); !reflect.DeepEqual(got[len(got)-2:], []string{"o", "k"}) {
		t.Errorf("after it came %q", got[max(0, len(got)-5):])
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"hello 界", "\x1b[A\x1bOP\x1b[1;5C", "\x1b[200~x\x1b[201~", "\x1b]11;rgb:ff/ff/ff\x1b\\", "\x1bP1+r5463=31\x1b\\", "\x1b_Ga=1;x\x1b\\", "\x1b[M   ",
		"\x1b[99999999999999999999;1u", "\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1u", "\x1b\x1b\x1b\x1b\x1b", "\x1b[3$", "\x9b\x9d\x90", "\x1b]\x1b]", "\x1b[65;30;97;1;0;1_",
	} {
		f.Add([]byte(seed), uint8(3))
	}
	f.Fuzz(func(t *testing.T, typed []byte, size uint8) {
		var pieces [][]byte
		for rest := typed; len(rest) > 0; {
			n := min(len(rest), int(size)+1)
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		n := 0
		held := screen.Decode(pieces, func(msg tea.Msg) {
			n++
			if p, ok := msg.(tea.PasteMsg); ok && len(p.Content) > 64<<10 {
				t.Errorf("%d bytes were pasted", len(p.Content))
			}
			_ = name(msg)
		})
		if n > len(typed) {
			t.Errorf("%d messages of %d bytes", n, len(typed))
		}
		if held > 8<<10+2*len(typed) {
			t.Errorf("of %d bytes, %d are held", len(typed), held)
		}
	})
}
