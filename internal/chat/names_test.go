package chat_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hubbub/internal/chat"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"", ""},
		{"alice", "alice"},
		{"Alice-42_.'", "alice-42_.'"},
		{"#LOBBY", "#lobby"},
		{"ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "zażółć gęślą jaźń"},
		{"ΣΊΣΥΦΟΣ", "σίσυφοσ"},
		{"σίσυφος", "σίσυφοσ"}, // the final sigma is a sigma
		{"\u212aelvin", "kelvin"},
		{"\u017feven", "seven"},
		{"Straße", "straße"},
		{"STRA\u1e9eE", "straße"}, // but not SS: that would be full case folding
		{"STRASSE", "strasse"},
		{"\u0130stanbul", "\u0130stanbul"}, // a dotted İ is not i: simple folding knows no language
		{"\u0131stanbul", "\u0131stanbul"},
		{"ĲSSEL", "ĳssel"},
		{"Ǆ ǅ ǆ", "ǆ ǆ ǆ"},
		{"ДЖОН", "джон"},
		{"你好", "你好"},
		{"e\u0301va", "\u00e9va"},
		{"E\u0301VA", "\u00e9va"},
		{"J\u030c", "\u01f0"}, // only the small one is one letter with its accent
		{"ᏣᎳᎩ", chat.Fold("ꮳꮃꭹ")},
	} {
		if got := chat.Fold(c.name); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}

// TestFoldOfEveryRune checks each rune against all that differ from it in case
// alone, as unicode.SimpleFold lists them. Beyond the supplementary plane there
// is no case. What is another rune to NFC is left out.
func TestFoldOfEveryRune(t *testing.T) {
	seen := map[string]rune{} // fold to the least rune of its family
	for r := rune(0); r < 0x20000; r++ {
		if !utf8.ValidRune(r) || !norm.NFC.IsNormalString(string(r)) {
			continue
		}
		folded := chat.Fold(string(r))
		if chat.Fold(folded) != folded {
			t.Fatalf("folding %U twice differs from once", r)
		}
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		if other, ok := seen[folded]; ok && other != least {
			t.Fatalf("%U folds to %q, as %U does, which differs in more than case", r, folded, other)
		}
		if least != r && seen[folded] != least {
			t.Fatalf("%U folds to %q, %U does not", r, folded, least)
		}
		seen[folded] = least
	}
}

func FuzzFold(f *testing.F) {
	for _, seed := range [][2]string{{"Alice", "aLICE"}, {"ΣΑΣ", "σας"}, {"\u0130", "i"}, {"\u212a", "K"}, {"ß", "ẞ"}, {"ß", "ss"}, {"\u0345", "ι"}, {"µ", "Μ"}, {"\xff", "\ufffd"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			t.Skip("names are checked before they are folded")
		}
		if twice := chat.Fold(chat.Fold(a)); twice != chat.Fold(a) {
			t.Errorf("Fold(%q) = %q, folded again %q", a, chat.Fold(a), twice)
		}
		same := chat.Fold(a) == chat.Fold(b)
		if strings.EqualFold(norm.NFC.String(a), norm.NFC.String(b)) && !same {
			t.Errorf("Fold says that %q and %q are not the same; they differ in case alone", a, b)
		}
		if same && !strings.EqualFold(norm.NFD.String(a), norm.NFD.String(b)) {
			t.Errorf("Fold says that %q and %q are the same; they differ in more than case", a, b)
		}
		for _, variant := range []string{norm.NFD.String(a), norm.NFC.String(strings.ToUpper(a)), strings.ToLower(a), strings.ToTitle(a)} {
			if strings.EqualFold(a, variant) && chat.Fold(a) != chat.Fold(variant) {
				t.Errorf("%q and %q fold to %q and %q", a, variant, chat.Fold(a), chat.Fold(variant))
			}
		}
	})
}

func TestCheckNick(t *testing.T) {
	for _, c := range []struct {
		name, nick string
		ok         bool
	}{
		{"a word", "alice", true},
		{"one letter", "a", true},
		{"digits first", "2otter", true},
		{"underscore first", "_a", true},
		{"only underscores", "__", true},
		{"dash, dot and apostrophe inside", "jean-luc.o'hara", true},
		{"Polish", "Żółć", true},
		{"Chinese", "你好", true},
		{"Hindi, with vowel signs", "नमस्ते", true},
		{"Thai, with marks", "ที่", true},
		{"a letter with a combining accent", "e\u0301va", true},
		{"as long as can be", strings.Repeat("ż", chat.MaxNick), true},
		{"as long as can be, its accents apart", strings.Repeat("z\u0307", chat.MaxNick), true},
		{"a character too long", strings.Repeat("a", chat.MaxNick+1), false},
		{"too long once its letters are what NFC makes of them", strings.Repeat("\u0958", chat.MaxNick/2+1), false},
		{"nothing", "", false},
		{"a number", "812", false},
		{"a number in Arabic digits", "٣٤", false},
		{"a dash first", "-a", false},
		{"a dot first", ".a", false},
		{"a mark first", "\u0301a", false},
		{"a command", "/quit", false},
		{"a mention", "@alice", false},
		{"a room", "#lobby", false},
		{"a last message", "^", false},
		{"a space", "a b", false},
		{"a comma", "a,b", false},
		{"a line break", "a\nb", false},
		{"an escape", "a\x1b[31m", false},
		{"an override", "a\u202eb", false},
		{"a joiner", "a\u200db", false},
		{"an emoji", "👍", false},
		{"an emoji in it", "ada👍", false},
		{"an emoji of a letter", "🅰da", false},
		{"Latin and Cyrillic", "аlice", false},
		{"Latin and Greek", "αlice", false},
		{"Latin, and a Greek mark that is a letter when folded", "a\u0345", false},
		{"Greek and Cyrillic", "αд", false},
		{"all Cyrillic, though it looks Latin", "асе", true},
		{"Cyrillic with digits", "Пётр_2.0", true},
		{"Latin with Chinese", "li李", true},
		{"Latin with Japanese", "kenケンけん犬", true},
		{"Japanese with a long vowel", "スーパー", true},
		{"Latin with Chinese and its phonetics", "xu徐ㄒㄩ", true},
		{"Latin with Korean", "kim金김", true},
		{"Japanese with Korean", "けん김", false},
		{"Chinese phonetics with Japanese", "ㄒけ", false},
		{"Latin with Thai", "som_สม", true},
		{"Latin with Thai and Devanagari", "aसส", false},
		{"Thai with Devanagari", "सส", false},
		{"Cherokee", "ᏣᎳᎩ", true},
		{"Latin with Cherokee", "tᏣ", false},
		{"Cherokee with Runes", "Ꮳᚠ", false},
		{"a ligature", "\ufb01ne", false},
		{"a superscript", "x\u00b2", false},
		{"a Roman numeral", "x\u2177", false},
		{"a mathematical letter", "\U0001d41alice", false},
		{"full-width letters", "ａｌｉｃｅ", true},
		{"Hebrew", "שלום_2", true},
		{"Hebrew and Latin", "שלוםx", false},
		{"Latin and Hebrew", "xשלום", false},
		{"Hebrew after a digit", "2שלום", false},
		{"an invisible letter", "\u3164", false},
		{"an invisible mark", "alice\u034f", false},
		{"a variation selector", "alice\ufe0f", false},
		{"a variation selector of the supplement", "alice\U000e0100", false},
		{"invalid UTF-8", "a\xff", false},
	} {
		t.Run(c.name, func(t *testing.T) { wantCheck(t, c.nick, chat.CheckNick(c.nick), c.ok) })
	}
}

func TestCheckRoomName(t *testing.T) {
	for _, c := range []struct {
		name, room string
		ok         bool
	}{
		{"the lobby", chat.Lobby, true},
		{"one letter", "#a", true},
		{"a number", "#42", true},
		{"punctuation", "#c-3.p_o", true},
		{"Polish", "#żółć", true},
		{"as long as can be", "#" + strings.Repeat("ż", chat.MaxRoomName-1), true},
		{"a character too long", "#" + strings.Repeat("a", chat.MaxRoomName), false},
		{"nothing", "", false},
		{"only the #", "#", false},
		{"no #", "lobby", false},
		{"two #", "##a", false},
		{"an apostrophe", "#o'hara", false},
		{"a space", "#a b", false},
		{"a slash", "#a/b", false},
		{"a line break", "#a\n", false},
		{"an escape", "#\x1bc", false},
		{"an override", "#a\u202eb", false},
		{"an invisible letter", "#\u115f", false},
		{"an emoji", "#👍", false},
		{"a ligature", "#\ufb01ne", false},
		{"two scripts", "#go-новости", true},
		{"both directions", "#שלום-2-go", true},
		{"invalid UTF-8", "#\xff", false},
	} {
		t.Run(c.name, func(t *testing.T) { wantCheck(t, c.room, chat.CheckRoomName(c.room), c.ok) })
	}
}

// TestFoldedNamesAreNames tries each rune that folding changes, alone and
// beside a Latin letter.
func TestFoldedNamesAreNames(t *testing.T) {
	tried := 0
	for r := rune(0); r < 0x20000; r++ {
		for _, nick := range []string{string(r), "a" + string(r)} {
			folded := chat.Fold(nick)
			if folded == nick || chat.CheckNick(nick) != nil {
				continue
			}
			if tried++; chat.CheckNick(folded) != nil {
				t.Errorf("%+q is accepted, %+q is not: %v", nick, folded, chat.CheckNick(folded))
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d names were tried", tried)
	}
}

func TestMixedScriptsAreNamed(t *testing.T) {
	for nick, want := range map[string]string{
		"аlice": "Cyrillic and Latin", "li李ส": "Han and Thai", "aसส": "Devanagari and Thai", "犬けん金김": "Hiragana and Hangul", "tᏣ": "Latin and Cherokee",
	} {
		if err := chat.CheckNick(nick); err == nil || !strings.Contains(err.Text, "can't mix "+want+" letters") {
			t.Errorf("%q: %v, want that it mixes %s", nick, err, want)
		}
	}
}

// FuzzNames checks that a name that is accepted is harmless and typable, and
// that neither capitals nor cleaning change whether it is.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"alice", "#lobby", "2", "\u3164", "a\u202e", "ΐ", "\u0345", "Μ", "ﬆ", "ǅ", "a'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		nick, room := chat.CheckNick(name), chat.CheckRoomName(name)
		wantCheck(t, name, nick, nick == nil)
		wantCheck(t, name, room, room == nil)
		if nick != nil && room != nil {
			return
		}
		if nick == nil && room == nil {
			t.Errorf("%q is both a nick and a room's name", name)
		}
		if chat.CleanLine(name) != name || strings.ContainsAny(name, " /@^,:;\"\\") {
			t.Errorf("%q is accepted as a name", name)
		}
		if folded := chat.Fold(name); nick == nil && chat.CheckNick(folded) != nil || room == nil && chat.CheckRoomName(folded) != nil {
			t.Errorf("%q is accepted, %q is not", name, folded)
		}
	})
}
