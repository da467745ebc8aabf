package irc_test

import (
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/gateway/irc"
)

// What order is kept by in other protocols is seen on IRC too.
func TestOrderIsKeptInModeLines(t *testing.T) {
	encode := irc.Encoders(server, base)[0]
	room := chat.RoomInfo{ID: 7, Name: "#tea"}
	for _, c := range []struct {
		ev   chat.Event
		want string
	}{
		{chat.Event{Kind: chat.Banned, As: chat.MemberRole, Whose: "bob"}, ":ann!u@member MODE #tea +b :bob!*@*"},
		{chat.Event{Kind: chat.Unbanned, As: chat.MemberRole, Whose: "bob"}, ":ann!u@member MODE #tea -b :bob!*@*"},
		{chat.Event{Kind: chat.Unbanned, As: chat.MemberRole}, ":ann!u@member MODE #tea -b :?!*@*"},
		{chat.Event{Kind: chat.Muted, As: chat.BotRole, Whose: "bob"}, ":ann!u@bot MODE #tea +q :bob!*@*"},
		{chat.Event{Kind: chat.Unmuted, Whose: "bob"}, ":ann!~u@guest MODE #tea -q :bob!*@*"},
		{chat.Event{Kind: chat.Kicked, Level: uint8(chat.MemberRole), Whose: "bob"}, ":ann!u@member KICK #tea bob :ann"},
		{chat.Event{Kind: chat.RankSet, Whose: "bob", Level: uint8(chat.OwnerRank), Was: uint32(chat.ModeratorRank)}, ""},
		{chat.Event{Kind: chat.RankSet, Whose: "bob", Level: uint8(chat.OwnerRank), Was: uint32(chat.VoiceRank)}, ":ann!~u@guest MODE #tea -v+o bob :bob"},
		{chat.Event{Kind: chat.RulesSet, Flags: chat.HeldInvites, Count: 5}, ""},
		{chat.Event{Kind: chat.RulesSet, Flags: chat.Announce, Was: uint32(chat.Hidden | chat.Quiet)}, ":ann!~u@guest MODE #tea :+m-su"},
		{chat.Event{Kind: chat.LimitSet, Count: 9}, ":ann!~u@guest MODE #tea +l :9"},
		{chat.Event{Kind: chat.MaskDropped, Level: uint8(chat.QuietMask), Text: "*!*@guest"}, ":ann!~u@guest MODE #tea -q :*!*@guest"},
		{chat.Event{Kind: chat.RoomArchived}, ":chat.test NOTICE #tea :ann archived this room: it can be read, but nothing more can be said"},
		{chat.Event{Kind: chat.RoomRestored}, ":chat.test NOTICE #tea :ann opened this room again"},
		{chat.Event{Kind: chat.Pinned, Whose: "bob", Target: 3}, ":chat.test NOTICE #tea :ann pinned a message of bob"},
		{chat.Event{Kind: chat.Unpinned, Whose: "bob", Target: 3}, ""},
		{chat.Event{Kind: chat.Joined, Was: uint32(chat.VoiceRank)}, ":ann!~u@guest JOIN :#tea\r\n:chat.test MODE #tea +v :ann"},
		{chat.Event{Kind: chat.Left, Count: 1}, ":ann!~u@guest QUIT :Connection closed"},
	} {
		c.ev.By, c.ev.Nick = 5, "ann"
		if c.want != "" {
			c.want += "\r\n"
		}
		if got := string(encode(nil, &room, &c.ev)); got != c.want {
			t.Errorf("%v: %q, want %q", c.ev.Kind, got, c.want)
		}
	}
	kicked := chat.Event{Kind: chat.Kicked, Whose: "bob"} // from the console
	if got, want := string(encode(nil, &room, &kicked)), ":chat.test KICK #tea bob :Kicked\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What is behind links IRC clients look up by themselves, if they want it.
func TestPreviewsAreNotShown(t *testing.T) {
	p := chat.LinkPreview{URL: "https://example.org/", Title: "A page"}
	for _, encode := range irc.Encoders(server, base) {
		for _, ev := range []chat.Event{{Kind: chat.Previewed, Target: 5, Text: p.Encode()}, {Kind: chat.PreviewDropped, By: 3, Nick: "ann", Target: 5, Text: p.URL}} {
			if lines := encode(nil, &chat.RoomInfo{ID: 7, Name: "#tea"}, &ev); len(lines) > 0 {
				t.Errorf("%v is shown: %s", ev.Kind, lines)
			}
		}
	}
}
