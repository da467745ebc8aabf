package chat_test

import (
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

func TestLinksInATextAreThoseOutsideCode(t *testing.T) {
	for text, want := range map[string][]string{
		"http:// https://":                    nil,
		"see HTTP://example.org/a?b, and go":  {"HTTP://example.org/a?b"},
		"https://a https://a https://b c d":   {"https://a", "https://a", "https://b"},
		"`https://a.example`":                 nil,
		"```\ncurl https://a.example\n```":    nil,
		"`a` https://b.example ``https://c``": {"https://b.example"},
		"git+https://example.org":             nil,
	} {
		if got := slices.Collect(chat.LinksIn(text)); !slices.Equal(got, want) {
			t.Errorf("%q has the links %q, want %q", text, got, want)
		}
	}
}

func FuzzLinksIn(f *testing.F) {
	for _, text := range []string{"a https://b.example/c_(d)). e", "`https://a.b`", "```\nhttp://", "[x](https://y.example)", "http://[::1]]/", "https://a.b/\u202e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		prose := chat.OutsideCode(text)
		for link := range chat.LinksIn(text) {
			if !slices.ContainsFunc(prose, func(p string) bool { return strings.Contains(p, link) }) {
				t.Fatalf("%q is not outside code in %q", link, text)
			}
			if again := slices.Collect(chat.LinksIn(link)); !slices.Equal(again, []string{link}) {
				t.Fatalf("%q has the links %q", link, again)
			}
		}
		if n := len(strings.Join(prose, "")); n > len(text) {
			t.Fatalf("%d bytes outside code, of %d", n, len(text))
		}
	})
}
