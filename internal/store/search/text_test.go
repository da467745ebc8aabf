package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFoldMakesSpellingsEqual(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"Deploy", "dEPLOY"},
		{"zażółć gęślą jaźń", "ZAZOLC GESLA JAZN"},
		{"Łódź", "lodz"},
		{"Straße", "STRASSE"},
		{"Ærø", "aero"},
		{"smørrebrød", "smorrebrod"},
		{"İstanbul ısı", "istanbul isi"},
		{"Ａｂｃ１２３", "abc123"},
		{"ｶﾞｷﾞ", "ガギ"},
		{"ﬁle", "file"},
		{"Ἀθῆναι", "αθηναι"},
		{"ὈΔΥΣΣΕΥΣ", "οδυσσευς"},
		{"Ёлка", "елка"},
		{"e\u0301tude", "étude"},
		{"שָׁלוֹם", "שלום"},
		{"مُحَمَّد", "محمد"},
		{"so\u00adft", "soft"},
		{"a\u202eb", "ab"},
		{"👍🏽", "👍"},
		{"❤️", "❤"},
		{"한글", "한글"}, // composed and not
	} {
		if fold(c.a) != fold(c.b) {
			t.Errorf("fold(%q) = %q, fold(%q) = %q: should be equal", c.a, fold(c.a), c.b, fold(c.b))
		}
	}
}

func TestFoldKeepsDifferentWordsApart(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"が", "か"}, {"ば", "ぱ"}, {"किताब", "कताब"}, {"ที่", "ที"}, {"cot", "cat"},
	} {
		if fold(c.a) == fold(c.b) {
			t.Errorf("fold(%q) = fold(%q) = %q", c.a, c.b, fold(c.a))
		}
	}
}

func TestTokens(t *testing.T) {
	long := strings.Repeat("x", 200)
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{" \t\n", ""},
		{"Hello, world!", "hello world"},
		{"don't foo_bar a.b", "don t foo bar a b"},
		{"東", "東"},
		{"東京", "東京 京"},
		{"東京タワー", "東京 京タ タワ ワー ー"},
		{"Go言語で", "go 言語 語で で"},
		{"2026年11月", "2026 年 11 月"},
		{"東京 大阪", "東京 京 大阪 阪"},
		{"서울에서", "서울 울에 에서 서"},
		{"ไทย", "ไท ทย ย"},
		{"កខ។គ", "កខ ខ គ"},
		{"ok 👍🏽👍", "ok 👍 👍"},
		{"🇵🇱", "🇵 🇱"},
		{"a\x00b\"c*", "a b c"},
		{"नमस्ते", "नमस्ते"},
		{long, long[:maxToken]},
		{strings.Repeat("é", 100) + "ł", strings.Repeat("e", 100) + "l"},
		{strings.Repeat("ж", 100), strings.Repeat("ж", 64)},
	} {
		got := strings.TrimSuffix(string(appendTokens(nil, fold(c.text))), " ")
		if got != c.want {
			t.Errorf("tokens of %q = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPhraseEndsWhereAMessageMayGoOn(t *testing.T) {
	for _, c := range []struct {
		text   string
		prefix bool
		want   string
	}{
		{"foo", false, "foo"},
		{"foo", true, "foo *"},
		{"foo-bar", true, "foo bar *"},
		{"東", false, "東 *"},
		{"東京", false, "東京"},
		{"東京", true, "東京"},
		{"東京都", false, "東京 京都"},
		{"東京 tower", false, "東京 京 tower"},
		{"tower 東", false, "tower 東 *"},
		{"tower 東京", false, "tower 東京"},
		{"?!", false, ""},
	} {
		p := phraseOf(c.text, c.prefix)
		got := strings.Join(p.tokens, " ") + pick(p.prefix, " *", "")
		if got != c.want {
			t.Errorf("phraseOf(%q, %t) = %q, want %q", c.text, c.prefix, got, c.want)
		}
	}
}

func TestTriples(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"ab", ""}, {"abc", "abc"}, {"abcd", "abc bcd"},
		{"  a  b\t", "a\u00a0b"},
		{"a.b c", "a．b ．b\u00a0 b\u00a0c"},
		{"Łódź", "lod odz"},
		{"東京都", "東京都"},
	} {
		got := strings.TrimSuffix(string(appendTriples(nil, fold(c.text))), " ")
		if got != c.want {
			t.Errorf("triples of %q = %q, want %q", c.text, got, c.want)
		}
	}
}

// FuzzTokens checks what the expression builder and FTS5 rely on: tokens hold
// nothing that FTS5's ascii tokenizer splits at or its syntax knows, and the
// query side finds every token of the index side.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"", "Zażółć \"gęślą\" jaźń", "東京タワー 2026年", "ไทย ខ្មែរ", "👩‍👩‍👧 🇵🇱", "a\x00b\xff*(NEAR)", "ｶﾞ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := fold(s)
		index := slices.Collect(tokens(folded))
		for tok := range tokens(folded) {
			checkToken(t, tok.text)
			if !strings.Contains(folded, tok.text) {
				t.Errorf("token %q is no part of %q", tok.text, folded)
			}
		}
		for tri := range triples(tripleText(folded)) {
			checkToken(t, tri)
			if utf8.RuneCountInString(tri) != 3 {
				t.Errorf("triple %q", tri)
			}
		}
		p := phraseOf(s, false)
		if len(p.tokens) > len(index) || len(index) > 0 && len(p.tokens) == 0 {
			t.Fatalf("%q: %d tokens in the index, %q in the query", s, len(index), p.tokens)
		}
		for i, tok := range p.tokens {
			if index[i].text != tok {
				t.Errorf("%q: token %d is %q in the index, %q in the query", s, i, index[i].text, tok)
			}
		}
	})
}

func checkToken(t *testing.T, tok string) {
	t.Helper()
	if tok == "" || !utf8.ValidString(tok) {
		t.Errorf("token %q", tok)
	}
	for _, r := range tok {
		if r < utf8.RuneSelf && classify(r) != word {
			t.Errorf("token %q holds %q", tok, r)
		}
	}
}
