package bench

import (
	"bytes"
	"math"
	"testing"
)

func TestTagReadsBackAsWritten(t *testing.T) {
	tests := []tag{
		{},
		{1, 2, 3, 4},
		{0xffff, 0xffff, math.MaxUint32, math.MaxInt64},
		{0x0102, 0x0304, 0x05060708, 0x090a0b0c0d0e0f10},
		{0xf0f0, 0x0f0f, 0xf0f00f0f, -1},
	}
	for _, want := range tests {
		text := appendTag(nil, want)
		if len(text) != tagSize || bytes.Count(text, []byte{tagMark}) != 1 {
			t.Errorf("tag of %v is %q", want, text)
		}
		if got, ok := parseTag(append(text, " and more"...)); !ok || got != want {
			t.Errorf("%q reads as %v, %v; want %v", text, got, ok, want)
		}
	}
	if got, want := string(appendTag(nil, tag{0x0123, 0x4567, 0x89abcdef, 1})), "~abcdefghijklmnopaaaaaaaaaaaaaaab"; got != want {
		t.Errorf("tag is %q, want %q", got, want)
	}
}

func TestTextWithoutTagIsRefused(t *testing.T) {
	whole := string(appendTag(nil, tag{1, 2, 3, 4}))
	tests := []string{"", "~", "hello", whole[:tagSize-1], whole[1:] + "a", " " + whole}
	for i := 1; i < tagSize; i++ {
		for _, bad := range []string{"`", "q", "A", "\x00", "\xff", " ", "~"} {
			tests = append(tests, whole[:i]+bad+whole[i+1:])
		}
	}
	for _, text := range tests {
		if got, ok := parseTag([]byte(text)); ok {
			t.Errorf("%q reads as %v", text, got)
		}
	}
}

func FuzzTag(f *testing.F) {
	f.Add([]byte("~abcdefghijklmnopaaaaaaaaaaaaaaab"))
	f.Add([]byte("~abcdefghijklmnopaaaaaaaaaaaaaaa"))
	f.Add([]byte("hello"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := parseTag(text)
		if ok && !bytes.Equal(appendTag(nil, got), text[:tagSize]) {
			t.Errorf("%q reads as %v, which is written %q", text, got, appendTag(nil, got))
		}
	})
}

func TestLineDialectFindsText(t *testing.T) {
	tests := []struct {
		line string
		text string
		ok   bool
	}{
		{"12:34 <bob> hello", "hello", true},
		{"12:34 <bob> ", "", true},
		{"12:34 <bob>  two spaces", " two spaces", true},
		{"12:34 <b> a <c> d", "a <c> d", true},
		{"12:34 <żółw> dzień dobry", "dzień dobry", true},
		{"12:34 <bob>", "", false},
		{"12:34 <bob", "", false},
		{"12:34 * bob waves", "", false},
		{"* heron joined", "", false},
		{"12:34 <", "", false},
		{"12:34 ", "", false},
		{"", "", false},
		{"Welcome to hubbub", "", false},
	}
	for _, tt := range tests {
		if text, ok := lineText([]byte(tt.line)); string(text) != tt.text || ok != tt.ok {
			t.Errorf("%q has text %q, %v; want %q, %v", tt.line, text, ok, tt.text, tt.ok)
		}
	}
}

func FuzzLineDialectText(f *testing.F) {
	f.Add("12:34 <bob> hello")
	f.Add("12:34 <")
	f.Fuzz(func(t *testing.T, line string) {
		text, ok := lineText([]byte(line))
		if ok && !bytes.HasSuffix([]byte(line), text) {
			t.Errorf("text %q is not the end of %q", text, line)
		}
	})
}

func TestLineDialectKnowsNotices(t *testing.T) {
	for line, want := range map[string]bool{
		"* heron joined": true, "08:52 * heron joined": true, "*": true, "08:52 *": true,
		"": false, "08:52 ": false, "08:52 <bob> *": false, "? no such command": false, "too * fast": false,
	} {
		if got := lineNotice([]byte(line)); got != want {
			t.Errorf("%q is a notice: %v, want %v", line, got, want)
		}
	}
}

func TestHelloGoesToTheRoomAndAsksForThePong(t *testing.T) {
	d := lineDialect{}
	if got, want := string(d.AppendHello(nil, "b1", "#b7", "t1")), "/nick b1\n/join #b7\n/ping t1\n"; got != want {
		t.Errorf("hello is %q, want %q", got, want)
	}
	if got, want := string(d.AppendHello(nil, "b1", lobby, "t1")), "/nick b1\n/ping t1\n"; got != want {
		t.Errorf("hello is %q, want %q", got, want)
	}
	for line, want := range map[string]bool{"* pong t1": true, "* pong t12": false, "* pong ": false, "12:00 <x> * pong t1": false} {
		if k, token := d.Sort([]byte(line)); (k == kindPong && string(token) == "t1") != want {
			t.Errorf("%q is a %v of %q; that it answers the ping is to be %v", line, k, token, want)
		}
	}
}
