package chat_test

import (
	"strings"
	"testing"

	"hubbub/internal/chat"
)

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       bool
	}{
		{"@ann", "ann", true},
		{"hello @ann, how are you?", "ann", true},
		{"hello @Ann!", "aNN", true},
		{"(@ann)", "ann", true},
		{"ask @ann.", "ann", true},
		{"@ann's cat", "ann", true},
		{"@o'hara's cat", "o'hara", false}, // which is @o
		{"ask @o'hara", "o'hara", true},
		{"@bob @ann", "ann", true},
		{"@@ann", "ann", true},
		{"żółć: @ŻÓŁĆ", "żółć", true},
		{"@z\u0307o", "\u017co", true},
		{"ann", "ann", false},
		{"@anna", "ann", false},
		{"@ann-marie", "ann", false},
		{"@ann.b", "ann", false},
		{"@ann_b", "ann", false},
		{"joe@ann", "ann", false},
		{"joe@ann @ann", "ann", true},
		{"żółw@ann", "ann", false},
		{"@ ann", "ann", false},
		{"@", "ann", false},
		{"", "ann", false},
		{"@", "", false},
		{"@ann", "", false},
		{"@" + strings.Repeat("a", 1000), strings.Repeat("a", 1000), false},
	} {
		if got := chat.Mentions(c.text, c.name); got != c.want {
			t.Errorf("%q mentions %q: %t, want %t", c.text, c.name, got, c.want)
		}
	}
}

// Everybody is called by those who have a rank in the room, or look after the
// server.
func TestCalls(t *testing.T) {
	room := &chat.RoomInfo{Standings: []chat.Standing{{User: bob, Rank: chat.VoiceRank}, {User: carol, Muted: true}}}
	for _, c := range []struct {
		ev   chat.Event
		want bool
	}{
		{chat.Event{By: bob, Text: "hi @alice"}, true},
		{chat.Event{By: bob, Text: "hi alice"}, false},
		{chat.Event{By: alice, Text: "I am @alice"}, false},
		{chat.Event{By: bob, Text: "@all: tea"}, true},
		{chat.Event{By: carol, Text: "@all: tea"}, false},
		{chat.Event{By: carol, Text: "@all: tea", Level: uint8(chat.MemberRole)}, false},
		{chat.Event{By: carol, Text: "@all: tea", Level: uint8(chat.AdminRole)}, true},
		{chat.Event{By: alice, Text: "@all: tea", Level: uint8(chat.OwnerRole)}, false},
	} {
		c.ev.Kind = chat.Message
		if got := c.ev.Calls(room, alice, "alice"); got != c.want {
			t.Errorf("%+v calls alice: %t, want %t", c.ev, got, c.want)
		}
	}
}

// FuzzMentions: whoever is called by @ and their nick alone is called.
func FuzzMentions(f *testing.F) {
	f.Add("hello ", "ann", " there")
	f.Add("@", "żółć", "'s")
	f.Fuzz(func(t *testing.T, before, nick, after string) {
		chat.Mentions(before+nick+after, nick)
		if chat.CheckNick(nick) == nil && !chat.Mentions(before+" @"+nick+" "+after, nick) {
			t.Errorf("%q is not called in %q", nick, before+" @"+nick+" "+after)
		}
	})
}
