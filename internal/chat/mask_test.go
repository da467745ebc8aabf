package chat_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"hubbub/internal/chat"
)

func TestMasksAreCompleted(t *testing.T) {
	for part, want := range map[string]string{
		"bob": "bob!*@*", "b?b*": "b?b*!*@*", "*": "*!*@*", "bob!": "bob!*@*", "bob!u": "bob!u@*", "bob!@": "bob!*@*", "!": "*!*@*",
		"@guest": "*!*@guest", "*@guest": "*!*@guest", "~u@guest": "*!~u@guest", "bob!u@member": "bob!u@member", "***!**@*": "*!*@*",
		"~account:bob": "~account:bob", "~a:b*": "~account:b*", "e\u0301va": "\u00e9va!*@*", "!bob": "*!bob@*", "Bob!*@*": "Bob!*@*",
	} {
		got, err := chat.ParseMask(part)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", part, got, err, want)
		}
		if again, err := chat.ParseMask(got); err != nil || again != got {
			t.Errorf("%q again: %q, %v", got, again, err)
		}
	}
	for _, bad := range []string{"", " ", "a b", "a\n", "\xff", "~a:", "~account:", "~x:bob", "~q:~a:bob", "\x1b[2J", "a\u202eb", strings.Repeat("x", chat.MaxMask)} {
		if got, err := chat.ParseMask(bad); err == nil || err.Code != chat.Invalid || err.Why != chat.MaskInvalid || chat.CleanLine(err.Text) != err.Text {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}

func TestPatternsMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"?", "", false}, {"a", "a", true}, {"a", "ab", false}, {"ab", "a", false},
		{"*b", "aab", true}, {"a*b*c", "a-b-b-c", true}, {"a*b*c", "a-b-b-d", false}, {"*a?b", "aaxb", true}, {"*ab", "aaab", true},
		{"?va", "éva", true}, {"*a", "ééa", true}, {"é*", "éva", true}, {"é", "e", false}, {"a**", "a", true}, {"*?", "é", true},
	} {
		if got := chat.MatchesFolded(c.pattern, c.name); got != c.want {
			t.Errorf("%q and %q: %v", c.pattern, c.name, got)
		}
	}
}

// FuzzMatches compares with a matcher that tries everything.
func FuzzMatches(f *testing.F) {
	f.Add("a*b?c", "aabbcc")
	f.Add("*é?", "éé")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 12 || len(name) > 12 || !utf8.ValidString(pattern) || !utf8.ValidString(name) || strings.ContainsAny(name, "*?") {
			return
		}
		if got, want := chat.MatchesFolded(pattern, name), tryAll([]rune(pattern), []rune(name)); got != want {
			t.Errorf("%q and %q: %v, want %v", pattern, name, got, want)
		}
	})
}

func tryAll(pattern, name []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == '*':
		return tryAll(pattern[1:], name) || len(name) > 0 && tryAll(pattern, name[1:])
	}
	return len(name) > 0 && (pattern[0] == '?' || pattern[0] == name[0]) && tryAll(pattern[1:], name[1:])
}

func TestWhomARoomBars(t *testing.T) {
	const bob, owner, invited, now = chat.UserID(7), chat.UserID(8), chat.UserID(9), chat.Millis(1000)
	room := chat.RoomInfo{
		Invited:   []chat.UserID{invited},
		Standings: []chat.Standing{{User: bob, Banned: true, BannedUntil: now + 1}, {User: owner, Rank: chat.OwnerRank}},
		Masks:     []chat.MaskInfo{{List: chat.BanMask, Pattern: "b*!*@*"}, {List: chat.ExceptMask, Pattern: "bea!*@*"}},
	}
	for _, c := range []struct {
		who  chat.UserID
		nick string
		role chat.Role
		at   chat.Millis
		want bool
	}{
		{bob, "robert", chat.MemberRole, now, true}, {bob, "robert", chat.MemberRole, now + 1, false},
		{5, "bill", chat.MemberRole, now, true}, {5, "bea", chat.GuestRole, now, false}, {5, "ann", chat.GuestRole, now, false},
		{owner, "bill", chat.MemberRole, now, false}, {invited, "bill", chat.MemberRole, now, false}, {5, "bill", chat.AdminRole, now, false},
	} {
		if got := room.Bars(c.who, c.nick, c.role, c.at); got != c.want {
			t.Errorf("%d, %s, a %v, at %d: %t", c.who, c.nick, c.role, c.at, got)
		}
	}
}

func TestMasksThatSilence(t *testing.T) {
	mask := func(list chat.MaskList, pattern string) chat.MaskInfo {
		return chat.MaskInfo{List: list, Pattern: pattern}
	}
	room := chat.RoomInfo{Masks: []chat.MaskInfo{mask(chat.BanMask, "Bob!*@*"), mask(chat.QuietMask, "*!*@guest"), mask(chat.ExceptMask, "zoe!*@*"), mask(chat.InviteMask, "ann!*@*")}}
	for nick, want := range map[string]bool{"bob": true, "ann": false, "zoe": false} {
		if got := room.Silences(nick, chat.MemberRole); got != want {
			t.Errorf("%s, a member: %v", nick, got)
		}
	}
	for nick, want := range map[string]bool{"bob": true, "ann": true, "ZOE": false} {
		if got := room.Silences(nick, chat.GuestRole); got != want {
			t.Errorf("%s, a guest: %v", nick, got)
		}
	}
	if !chat.Matches("#T?A*", "#tea-room") || chat.Matches("#tea", "#tea-room") {
		t.Error("capitals count, or a part is enough")
	}
}
