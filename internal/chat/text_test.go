package chat_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/chat"
)

// wales is the flag of Wales: a black flag, the region in tags, the end.
const wales = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain text stays", "hello, world", "hello, world"},
		{"nothing stays nothing", "", ""},
		{"spaces around stay", "  a  ", "  a  "},
		{"line feed stays", "a\nb", "a\nb"},
		{"CR LF is one line break", "a\r\nb", "a\nb"},
		{"lone CR is a line break", "a\rb", "a\nb"},
		{"no-break space stays", "a\u00a0\tb", "a\u00a0 b"},
		{"tab becomes a space", "a\tb", "a b"},
		{"line separator becomes a line break", "a\u2028b\u2029c", "a\nb\nc"},
		{"NUL, bell, backspace and DEL go", "a\x00b\ac\bd\x7fe", "abcde"},
		{"vertical tab and form feed go", "a\vb\fc", "abc"},

		{"colours go", "\x1b[1;31mred\x1b[0m", "red"},
		{"clearing the screen goes", "a\x1b[2J\x1b[Hb", "ab"},
		{"private parameters go", "\x1b[?1049hx", "x"},
		{"intermediate bytes of a control sequence go", "\x1b[4 qx", "x"},
		{"colon parameters go", "\x1b[38:2::1:2:3mx", "x"},
		{"choosing a character set goes whole", "\x1b(Bx\x1b)0y", "xy"},
		{"three-byte escape goes whole", "\x1b#8x", "x"},
		{"two-byte escapes go", "\x1b7a\x1b8b\x1bcc\x1bM", "abc"},
		{"shifts of character sets go", "\x1b~x\x1b}y\x1b|z\x1b z", "xyz"},
		{"control sequences end with @ to ~", "\x1b[2@x\x1b[2~y\x1b[@z", "xyz"},
		{"string of nothing goes", "\x1b]\ax\x1bP\x1b\\y", "xy"},
		{"title ended by BEL goes", "\x1b]0;owned\ax", "x"},
		{"title ended by ST goes", "\x1b]0;owned\x1b\\x", "x"},
		{"title ended by C1 ST goes", "\x1b]0;owned\u009cx", "x"},
		{"clipboard write goes", "\x1b]52;c;ZXZpbA==\ax", "x"},
		{"hyperlink leaves its text", "\x1b]8;;http://e.example\x1b\\link\x1b]8;;\x1b\\", "link"},
		{"DCS, SOS, PM and APC go", "\x1bPa\x1b\\1\x1bXb\x1b\\2\x1b^c\x1b\\3\x1b_d\x1b\\4", "1234"},
		{"C1 control sequence goes", "a\u009b31mb", "ab"},
		{"C1 strings go", "\u0090a\u009c1\u0098b\u009c2\u009ec\u009c3\u009fd\u009c4\u009de\a5", "12345"},
		{"other C1 controls go alone", "a\u0085b\u0084c\u008dd", "abcd"},
		{"an escape within an escape goes", "\x1b[\x1b[31mx", "x"},
		{"two escape characters go", "\x1b\x1b[31mx", "x"},

		{"cut off after ESC", "a\x1b", "a"},
		{"cut off after CSI", "a\x1b[", "a"},
		{"cut off in the parameters", "a\x1b[12;3", "a"},
		{"cut off in a C1 control sequence", "a\u009b12", "a"},
		{"cut off after an intermediate", "a\x1b(", "a"},
		{"unended string loses its introducer only", "a\x1b]0;what people wrote", "a0;what people wrote"},
		{"unended C1 string loses its introducer only", "a\u009d0;what", "a0;what"},
		{"string cut by a line break keeps the lines", "\x1b]0;a\nb\ac", "0;a\nbc"},
		{"string cut by another escape", "\x1bPq\x1b[31mx\x1b\\y", "qxy"},
		{"ESC before a letter beyond ASCII goes alone", "\x1bżółw", "żółw"},
		{"ESC before a control character goes alone", "a\x1b\nb", "a\nb"},
		{"control sequence ends where it can't go on", "\x1b[12żx", "żx"},

		{"bidirectional overrides go", "a\u202eb\u202cc\u202d\u202a\u202b", "abc"},
		{"bidirectional isolates go", "\u2066a\u2067b\u2068c\u2069", "abc"},
		{"directional marks stay", "a\u200e\u200f\u061cb", "a\u200e\u200f\u061cb"},
		{"zero-width space, word joiner, BOM and soft hyphen go", "a\u200bb\u2060c\ufeffd\u00ade", "abcde"},
		{"invisible operators go", "f\u2061(x\u2062y\u2063\u2064)", "f(xy)"},
		{"deprecated format characters go", "a\u206a\u206fb", "ab"},
		{"annotations and object replacement go", "\ufff9a\ufffab\ufffb\ufffc", "ab"},
		{"what is no character goes", "a\ufffe\uffff\ufdd0\ufdef\U0001fffe\U0010ffffb", "ab"},
		{"replacement character stays", "a\ufffd\tb", "a\ufffd b"},
		{"halves of a character never come together", "\xc2\x00\x9c[31m", "??[31m"},

		{"flag spelt in tags stays", "go " + wales + "!", "go " + wales + "!"},
		{"flag of any letters and digits stays", "\U0001f3f4\U000e0061\U000e007a\U000e0030\U000e0039\U000e007f", "\U0001f3f4\U000e0061\U000e007a\U000e0030\U000e0039\U000e007f"},
		{"flag stays where something else is cleaned", "\x1b[1m" + wales + "\t", wales + " "},
		{"tags without a flag go", "a\U000e0068\U000e0069\U000e007fb", "ab"},
		{"tags after another emoji go", "😀\U000e0067\U000e007f", "😀"},
		{"unended tags go and the flag stays", "\U0001f3f4\U000e0067\U000e0062x", "\U0001f3f4x"},
		{"tags of more than a region go", "\U0001f3f4" + strings.Repeat("\U000e0061", 7) + "\U000e007f", "\U0001f3f4"},
		{"tags that spell no region go", "\U0001f3f4\U000e0041\U000e007f", "\U0001f3f4"},
		{"end tag alone goes", "\U0001f3f4\U000e007f", "\U0001f3f4"},
		{"language tag goes", "a\U000e0001\U000e0065\U000e006e", "a"},

		{"pirate flag stays", "🏴‍☠️", "🏴‍☠️"},
		{"family joined by ZWJ stays", "👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"},
		{"skin tones and variation selectors stay", "👍🏽 ❤️ 1️⃣", "👍🏽 ❤️ 1️⃣"},
		{"Persian ZWNJ stays", "می\u200cخواهم", "می\u200cخواهم"},
		{"Hebrew, Hindi and Thai stay", "שָׁלוֹם नमस्ते สวัสดี", "שָׁלוֹם नमस्ते สวัสดี"},
		{"Chinese and Polish stay", "你好 zażółć gęślą jaźń", "你好 zażółć gęślą jaźń"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := chat.CleanText(c.text); got != c.want {
				t.Errorf("CleanText(%+q) = %+q, want %+q", c.text, got, c.want)
			}
			checkClean(t, c.text)
		})
	}
}

// TestCleanTextOfEveryRune: a rune goes, or it stays as it is; only a few
// become another.
func TestCleanTextOfEveryRune(t *testing.T) {
	became := map[rune]string{'\t': " ", '\r': "\n", 0x2028: "\n", 0x2029: "\n"}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r == 0x11000 { // beyond are letters, emoji, tags, and what is no character
			r = 0x1fff0
		}
		if r&0xffff == 0x1000 && r > 0x11000 {
			r += 0xeff0
		}
		if !utf8.ValidRune(r) {
			continue
		}
		want, other := became[r]
		if !other && !forbidden(r) && !tag(r) {
			want = string(r)
		}
		text := "ż" + string(r) + "ł"
		if r == 0x1b || r >= 0x90 && r <= 0x9f {
			continue // they begin sequences: the table has them
		}
		if got := chat.CleanText(text); got != "ż"+want+"ł" {
			t.Errorf("CleanText(%+q) = %+q, want %+q", text, got, "ż"+want+"ł")
		}
	}
}

func TestCleanLineIsOneLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"topic", "topic"},
		{"  topic\t", "topic"},
		{"one\ntwo\r\nthree\rfour", "one two three four"},
		{"\n\x1b[31m\n", ""},
		{"\u00a0topic\u3000", "topic"},
		{"a\u2028b", "a b"},
	} {
		if got := chat.CleanLine(c.text); got != c.want {
			t.Errorf("CleanLine(%+q) = %+q, want %+q", c.text, got, c.want)
		}
	}
}

// TestHugeHostileTextIsCleanedInLinearTime would take minutes if an introducer
// without an end made CleanText look through all the rest each time.
func TestHugeHostileTextIsCleanedInLinearTime(t *testing.T) {
	for _, unit := range []string{"\x1b]", "\u009d", "\x1bP\u009d", "\x1b[", "\u009b1;", "\x1b(", "\U0001f3f4\U000e0061", "\x1b]a\n", "\x1b\x1b"} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		checkClean(t, text)
	}
}

func TestCleanTextOfCleanTextAllocatesNothing(t *testing.T) {
	text := strings.Repeat("zażółć gęślą jaźń, 你好 👍🏽\n", 20)
	if n := testing.AllocsPerRun(100, func() { chat.CleanText(text) }); n != 0 {
		t.Errorf("%v allocations for text with nothing to clean, want 0", n)
	}
}

// checkClean checks what CleanText and CleanLine promise about any text.
func checkClean(t *testing.T, text string) {
	t.Helper()
	short := text[:min(len(text), 80)]
	for name, clean := range map[string]func(string) string{"CleanText": chat.CleanText, "CleanLine": chat.CleanLine} {
		got := clean(text)
		if len(got) > len(text) {
			t.Errorf("%s made %+q longer: %d bytes, was %d", name, short, len(got), len(text))
		}
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%s(%+q) is not valid UTF-8", name, short)
		}
		if again := clean(got); again != got {
			t.Errorf("%s(%+q) is not clean: again gives another text", name, short)
		}
		if i := strings.IndexFunc(got, forbidden); i >= 0 {
			t.Errorf("%s(%+q) has %+q at %d", name, short, got[i:min(len(got), i+8)], i)
		}
		if tags := strings.ContainsFunc(got, tag); tags && strings.ContainsFunc(withoutFlags(got), tag) {
			t.Errorf("%s(%+q) has tags outside of a flag", name, short)
		}
		if name == "CleanLine" && (strings.Contains(got, "\n") || got != strings.TrimSpace(got)) {
			t.Errorf("CleanLine(%+q) is not one trimmed line: %+q", short, got)
		}
	}
}

// forbidden tells, by Unicode's own categories, what clean text never has.
func forbidden(r rune) bool {
	switch {
	case r == '\n', r == 0x200c, r == 0x200d, r == 0x200e, r == 0x200f, r == 0x061c:
		return false
	case unicode.IsControl(r), r == 0x2028, r == 0x2029, r == 0x200b, r == 0xfeff, r == 0xad, r == 0xfffc:
		return true
	case unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
		return true
	}
	return r >= 0x2060 && r <= 0x206f || r >= 0xfff9 && r <= 0xfffb
}

func tag(r rune) bool { return r >= 0xe0000 && r <= 0xe007f }

// withoutFlags takes every well-formed flag of a region out of s.
func withoutFlags(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "\U0001f3f4")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.IndexFunc(after, func(r rune) bool { return r < 0xe0030 || r > 0xe007a })
		if end > 0 && end <= 24 && strings.HasPrefix(after[end:], "\U000e007f") {
			after = after[end+4:]
		}
		s = after
	}
}

func FuzzCleanText(f *testing.F) {
	for _, seed := range []string{"", "a\tb\r\n", "\x1b[31mx\x1b]0;t\ay", "\u009d1\u009c\x1bP\x1b\\", wales, "\u202e\u2066\u200b", "\xff\x1b\xc2", "👨‍👩‍👧‍👦 \U000e0061"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkClean(t, text) })
}

func TestCheckText(t *testing.T) {
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"a word", "hello", true},
		{"several lines", "a\n\n  b\n", true},
		{"one emoji", "👍🏽", true},
		{"the flag of Wales", wales, true},
		{"Persian", "می\u200cخواهم", true},
		{"a character that this Go does not know yet", "\U0001faef", true},
		{"as long as can be", strings.Repeat("x", chat.MaxText), true},
		{"nothing", "", false},
		{"spaces and line breaks", " \n\u00a0\u3000 ", false},
		{"only joiners and marks of direction", "\u200d\u200e\u061c", false},
		{"only a Hangul filler", "\u3164", false},
		{"only variation selectors", "\ufe0f\ufe0f", false},
		{"a byte too long", strings.Repeat("x", chat.MaxText+1), false},
		{"invalid UTF-8", "a\xff", false},
		{"a surrogate", "a\xed\xa0\x80", false},
		{"an escape sequence", "a\x1b[2Jb", false},
		{"a tab", "a\tb", false},
		{"a carriage return", "a\rb", false},
		{"C1", "a\u009bb", false},
		{"a bidirectional override", "a\u202eb", false},
		{"hidden writing in tags", "a\U000e0068\U000e0069", false},
	} {
		t.Run(c.name, func(t *testing.T) { wantCheck(t, c.text, chat.CheckText(c.text), c.ok) })
	}
}

func TestCheckReaction(t *testing.T) {
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"an emoji", "👍", true},
		{"an emoji with a variation selector", "❤️", true},
		{"the longest emoji", "👩🏽‍❤️‍💋‍👨🏿", true},
		{"the flag of Wales", wales, true},
		{"a word", "+1", true},
		{"as long as can be", strings.Repeat("x", chat.MaxReaction), true},
		{"a byte too long", strings.Repeat("x", chat.MaxReaction+1), false},
		{"nothing", "", false},
		{"nothing to see", "\u200d\ufe0f", false},
		{"two words", "not this", false},
		{"a line break", "a\nb", false},
		{"an escape", "\x1b[2J", false},
		{"an override", "\u202ea", false},
		{"invalid UTF-8", "\xf0\x9f", false},
	} {
		t.Run(c.name, func(t *testing.T) { wantCheck(t, c.text, chat.CheckReaction(c.text), c.ok) })
	}
}

func TestCheckClientID(t *testing.T) {
	for _, c := range []struct {
		id chat.ClientID
		ok bool
	}{
		{"", true}, {"1", true}, {"!~", true}, {"3f2b-…", false}, {"a b", false}, {"a\tb", false}, {"\x7f", false}, {"é", false},
		{chat.ClientID(strings.Repeat("x", chat.MaxClientID)), true},
		{chat.ClientID(strings.Repeat("x", chat.MaxClientID+1)), false},
	} {
		wantCheck(t, string(c.id), chat.CheckClientID(c.id), c.ok)
	}
}

// wantCheck checks the answer of one of the Check functions: nil, or a sentence
// that can itself be shown on any screen.
func wantCheck(t *testing.T, input string, err *chat.Error, ok bool) {
	t.Helper()
	switch {
	case (err == nil) != ok:
		t.Errorf("%+q: got error %v, want accepted: %v", input, err, ok)
	case err == nil:
	case err.Code != chat.Invalid:
		t.Errorf("%+q: code %v, want %v", input, err.Code, chat.Invalid)
	case err.Text == "" || chat.CleanLine(err.Text) != err.Text || !utf8.ValidString(err.Text):
		t.Errorf("%+q: not a sentence for people: %+q", input, err.Text)
	}
}
