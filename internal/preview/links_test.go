package preview_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"hubbub/internal/chat"
	"hubbub/internal/preview"
)

func TestLinksAreFoundInMessages(t *testing.T) {
	for text, want := range map[string][]string{
		"":                          nil,
		"no link, just example.org": nil,
		"https://example.org":       {"https://example.org"},
		"see http://example.org/a?b=c&d#e, and go":        {"http://example.org/a?b=c&d#e"},
		"HTTPS://Example.ORG/A":                           {"HTTPS://Example.ORG/A"},
		"Is it https://example.org/?":                     {"https://example.org/"},
		"https://example.org/a...":                        {"https://example.org/a"},
		"https://example.org/a!!":                         {"https://example.org/a"},
		"“https://example.org/a”.":                        {"https://example.org/a"},
		"(https://example.org/a)":                         {"https://example.org/a"},
		"(see https://example.org/a_(b), or not)":         {"https://example.org/a_(b)"},
		"https://en.wikipedia.org/wiki/Go_(game)":         {"https://en.wikipedia.org/wiki/Go_(game)"},
		"https://example.org/a(":                          {"https://example.org/a"},
		"<https://example.org/a>":                         {"https://example.org/a"},
		"[here](https://example.org/a)":                   {"https://example.org/a"},
		"[https://a.example](https://b.example/x).":       {"https://a.example", "https://b.example/x"},
		"**https://example.org/a**":                       {"https://example.org/a"},
		"\"https://example.org/a\"":                       {"https://example.org/a"},
		"http://[2606:4700::1]/x":                         {"http://[2606:4700::1]/x"},
		"https://żółw.example/ścieżka dalej":              {"https://żółw.example/ścieżka"},
		"a\nhttps://example.org/a\nhttps://example.org/b": {"https://example.org/a", "https://example.org/b"},
		"https://a.example https://a.example https://b.example https://c.example https://d.example": {"https://a.example", "https://b.example", "https://c.example"},
		"xhttps://example.org":         nil,
		"ażhttp://example.org":         nil,
		"git+https://example.org":      nil,
		"://https://example.org":       {"https://example.org"},
		"http://":                      nil,
		"http://?":                     nil,
		"https:// example.org":         nil,
		"https://user@example.org":     nil,
		"https://user:pw@example.org/": nil,
		"ftp://example.org file:///etc/passwd javascript:alert(1)": nil,
		"http://[":                                        nil,
		"https://example.org/\x1b[31m":                    {"https://example.org/"},
		"https://" + strings.Repeat("a", 3000):            nil,
		"`https://example.org`":                           nil,
		"``a ` https://example.org``":                     nil,
		"a ` https://example.org":                         {"https://example.org"},
		"``https://example.org`":                          {"https://example.org"},
		"`a` https://b.example `c`":                       {"https://b.example"},
		"```\nhttps://example.org\n```":                   nil,
		"```go\nhttps://a.example\n``` https://b.example": {"https://b.example"},
		"https://a.example ```\nhttps://b.example":        {"https://a.example"},
		"```\n`x`\nhttps://a.example\n```":                nil,
		"https://example.org/`a`":                         {"https://example.org/"},
	} {
		if got := preview.URLs(text); !slices.Equal(got, want) {
			t.Errorf("%.80q has the links %q, want %q", text, got, want)
		}
	}
}

func FuzzURLs(f *testing.F) {
	for _, text := range []string{"a https://b.example/c_(d)). e", "`https://a.b`", "```\nhttp://", "[x](https://y.example)", "http://[::1]]/", "https://a.b/\u202e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := preview.URLs(text)
		if len(got) > 3 {
			t.Fatalf("%d links", len(got))
		}
		for _, link := range got {
			if !slices.Contains(slices.Collect(chat.LinksIn(text)), link) {
				t.Fatalf("%q is no link in %q", link, text)
			}
			if lower := strings.ToLower(link); !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
				t.Fatalf("%q is a link", link)
			}
			if strings.ContainsFunc(link, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
				t.Fatalf("%q is a link", link)
			}
			if again := preview.URLs(link); !slices.Equal(again, []string{link}) {
				t.Fatalf("%q has the links %q", link, again)
			}
		}
	})
}
