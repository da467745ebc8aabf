package chat_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hubbub/internal/chat"
)

func TestSkeleton(t *testing.T) {
	for _, c := range []struct {
		about, a, b string
		alike       bool
	}{
		{"a zero and an o", "b0b", "bob", true},
		{"in capitals too", "B0B", "bob", true},
		{"a one and an l", "a1ice", "alice", true},
		{"a capital i and an l", "aIice", "alice", true},
		{"a small i and an l", "aiice", "alice", false},
		{"rn and m", "rnike", "mike", true},
		{"a capital M is written as a small one, sometimes", "Mike", "rnike", true},
		{"two v and a w", "vvendy", "wendy", false}, // so says the table
		{"Cyrillic", "асе", "ace", true},
		{"a Cyrillic letter", "аlice", "alice", true},
		{"Cyrillic capitals", "ВОВА", "BOBA", true},
		{"Greek", "οτα", "ota", false}, // only the o and the a
		{"a Greek letter", "οtto", "otto", true},
		{"full width", "ａｌｉｃｅ", "alice", true},
		{"full-width capitals", "ＡＬＩＣＥ", "ALICE", true},
		{"no dot", "al\u0131ce", "alice", true},
		{"a Turkish capital", "\u0130ris", "iris", false},
		{"an accent", "évа", "éva", true},
		{"an accent that follows", "e\u0301va", "\u00e9va", true},
		{"two accents in another order", "a\u0323\u0301", "a\u0301\u0323", true},
		{"with an accent and without", "\u00e9va", "eva", false},
		{"a Polish letter", "Łukasz", "łukasz", true},
		{"a digit of another script", "٥a", "oa", true},
		{"Hangul in pieces", "\u1100\u1161", "가", true},
		{"Chinese", "你好", "您好", false},
		{"rooms", "#l0bby", "#lobby", true},
		{"another word", "alice", "bob", false},
		{"nothing", "", "", true},
	} {
		a, b := chat.Skeleton(c.a), chat.Skeleton(c.b)
		if (a == b) != c.alike {
			t.Errorf("%s: %q has the skeleton %q, %q has %q; alike should be %v", c.about, c.a, a, c.b, b, c.alike)
		}
	}
}

// TestSkeletonOfEveryRune checks what makes Skeleton right for every string: of
// each rune it makes runes of which nothing more is made, few of them.
func TestSkeletonOfEveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) {
			wantSkeleton(t, string(r))
			if r < utf8.RuneSelf && chat.Skeleton(string(r)) != strings.TrimSuffix(chat.Skeleton(string(r)+"ı"), "i") {
				t.Errorf("%q alone has the skeleton %q, not so beside another", r, chat.Skeleton(string(r)))
			}
		}
	}
}

func FuzzSkeleton(f *testing.F) {
	for _, seed := range []string{"b0b", "Mike", "аlice", "ａ", "\u0130", "e\u0301\u0323", "각", "\u0345\u0301", "\xff", "a\U000110ba"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) { wantSkeleton(t, name) })
}

func wantSkeleton(t *testing.T, name string) {
	t.Helper()
	look := chat.Skeleton(name)
	if twice := chat.Skeleton(look); twice != look {
		t.Errorf("the skeleton of %+q is %+q, whose skeleton is %+q", name, look, twice)
	}
	if composed := chat.Skeleton(norm.NFC.String(name)); composed != look {
		t.Errorf("the skeleton of %+q is %+q, but when composed %+q", name, look, composed)
	}
	if n, most := utf8.RuneCountInString(look), chat.MaxLook*utf8.RuneCountInString(norm.NFD.String(name)); n > most {
		t.Errorf("the skeleton of %+q has %d runes, at most %d were promised", name, n, most)
	}
}

func TestPlainNamesAreTheirOwnSkeletons(t *testing.T) {
	name := "otter_42"
	if n := testing.AllocsPerRun(100, func() { chat.Skeleton(name) }); n > 0 || chat.Skeleton(name) != name {
		t.Errorf("the skeleton of %s is %s, after %v allocations", name, chat.Skeleton(name), n)
	}
}

func BenchmarkSkeleton(b *testing.B) {
	for _, name := range []string{"otter", "otter101", "Żółw", "Пётр"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				chat.Skeleton(name)
			}
		})
	}
}
