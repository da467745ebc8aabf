package door_test

import (
	"strings"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/door"
)

// Whatever is in the audit log can be read, and tells no secret. Kinds that are
// new are tried too, with all that an event can hold.
func TestEveryEventCanBeRecorded(t *testing.T) {
	const secret = "$argon2id$secret"
	whole := chat.Event{
		Seq: 12, Room: 2, Time: 1, By: 3, Nick: "alice", Client: "id", Target: 9, Whose: "bob", When: 86_400_000, User: 4,
		About: 5, Name: "#tea", Text: "spam", Key: chat.Key{1, 2, 3}, Secret: secret, Count: 3, Level: 2, Flags: chat.Announce,
	}
	texts := map[string]chat.Kind{}
	for kind := range chat.Kind(255) {
		for _, ev := range []chat.Event{whole, {}, {Level: 255, When: 1}, {User: 4, Whose: "bob", By: 4, Nick: "bob"}} {
			ev.Kind = kind
			text := door.Recorded(&ev)
			if text == "" || strings.Contains(text, secret) || strings.Contains(text, "\x01") || strings.ContainsAny(text, "\n\r") {
				t.Errorf("%v is recorded as %q", kind, text)
			}
		}
		if strings.HasPrefix(kind.String(), "kind-") {
			continue
		}
		ev := whole
		ev.Kind = kind
		text := door.Recorded(&ev)
		if other, ok := texts[text]; ok {
			t.Errorf("%v and %v are both %q", kind, other, text)
		}
		texts[text] = kind
	}
}

func TestRecorded(t *testing.T) {
	for want, ev := range map[string]chat.Event{
		"the audit log begins":                             {Kind: chat.RoomCreated},
		"bob registered as member from 192.0.2.1":          {Kind: chat.Registered, User: 4, By: 4, Nick: "bob", Whose: "bob", Level: uint8(chat.MemberRole), Text: "192.0.2.1"},
		"bob registered as owner with invitation 3":        {Kind: chat.Registered, User: 4, By: 4, Nick: "bob", Whose: "bob", Level: uint8(chat.OwnerRole), Target: 3},
		"the console made the bot robot":                   {Kind: chat.Registered, User: 4, Whose: "robot", Level: uint8(chat.BotRole)},
		"bob gave bob a token builds":                      {Kind: chat.CredentialAdded, By: 4, Nick: "bob", User: 4, Whose: "bob", Level: uint8(chat.ByToken), Name: "builds"},
		"the console gave robot a token web":               {Kind: chat.CredentialAdded, User: 4, Whose: "robot", Level: uint8(chat.ByToken), Name: "web"},
		"bob logged in by Firefox on Linux":                {Kind: chat.CredentialAdded, User: 4, Whose: "bob", Level: uint8(chat.ByToken), Name: door.Browser("Firefox on Linux"), When: 86_400_000},
		"bob logged in by curl":                            {Kind: chat.CredentialAdded, User: 4, Whose: "bob", Level: uint8(chat.ByToken), Name: door.Program("curl")},
		"bob was logged out of hubbub join":                {Kind: chat.CredentialDropped, User: 4, Whose: "bob", Level: uint8(chat.ByToken), Name: door.JoinClient},
		"bob dropped the token hubbub join of bob":         {Kind: chat.CredentialDropped, By: 4, Nick: "bob", User: 4, Whose: "bob", Level: uint8(chat.ByToken), Name: door.JoinClient},
		"the recovery code 3 of bob counts no more":        {Kind: chat.CredentialDropped, User: 4, Whose: "bob", Level: uint8(chat.ByRecovery), Name: "3"},
		"the console dropped the totp of bob":              {Kind: chat.CredentialDropped, User: 4, Whose: "bob", Level: uint8(chat.ByTOTP)},
		"eve made invitation 9 for 3 as member":            {Kind: chat.InvitationMade, Seq: 9, Nick: "eve", Count: 3, Level: uint8(chat.MemberRole), Text: "1 2"},
		"eve dropped invitation 9":                         {Kind: chat.InvitationDropped, Nick: "eve", Target: 9},
		"eve made bob admin":                               {Kind: chat.RoleSet, Nick: "eve", Whose: "bob", Level: uint8(chat.AdminRole)},
		"eve made bob moderator in #tea":                   {Kind: chat.RankSet, Nick: "eve", Whose: "bob", Level: uint8(chat.ModeratorRank), About: 7, Name: "#tea"},
		"eve gave bob a voice in #tea":                     {Kind: chat.RankSet, Nick: "eve", Whose: "bob", Level: uint8(chat.VoiceRank), About: 7, Name: "#tea"},
		"eve changed the key in #tea":                      {Kind: chat.KeySet, Nick: "eve", About: 7, Name: "#tea"},
		"eve set the limit of members to 20 in #tea":       {Kind: chat.LimitSet, Nick: "eve", Count: 20, About: 7, Name: "#tea"},
		"eve removed the limit of members in #tea":         {Kind: chat.LimitSet, Nick: "eve", About: 7, Name: "#tea"},
		"eve added bob!*@* to the ban list in #tea":        {Kind: chat.MaskAdded, Nick: "eve", Level: uint8(chat.BanMask), Text: "bob!*@*", About: 7, Name: "#tea"},
		"eve took bob!*@* from the quiet list in #tea":     {Kind: chat.MaskDropped, Nick: "eve", Level: uint8(chat.QuietMask), Text: "bob!*@*", About: 7, Name: "#tea"},
		"eve changed the rules in #tea":                    {Kind: chat.RulesSet, Nick: "eve", About: 7, Name: "#tea"},
		"eve kicked bob in #tea: spam":                     {Kind: chat.Kicked, Nick: "eve", Whose: "bob", About: 7, Name: "#tea", Text: "spam"},
		"eve muted bob in #tea until 1970-01-02 00:00 UTC": {Kind: chat.Muted, Nick: "eve", Whose: "bob", About: 7, Name: "#tea", When: 86_400_000},
		"eve unmuted bob in #tea":                          {Kind: chat.Unmuted, Nick: "eve", Whose: "bob", About: 7, Name: "#tea"},
		"eve banned bob":                                   {Kind: chat.Banned, Nick: "eve", User: 4, Whose: "bob"},
		"the console banned 192.0.2.0/24: proxy":           {Kind: chat.Banned, Name: "192.0.2.0/24", Text: "proxy"},
		"eve lifted the ban of bob in #tea":                {Kind: chat.Unbanned, Nick: "eve", User: 4, Whose: "bob", About: 7, Name: "#tea"},
		"eve closed the connections of bob":                {Kind: chat.Disconnected, Nick: "eve", Whose: "bob"},
		"eve set status of bob":                            {Kind: chat.PropertySet, Nick: "eve", User: 4, Whose: "bob", Name: "status", Text: "two\nlines"},
		"eve removed status of bob":                        {Kind: chat.PropertySet, Nick: "eve", User: 4, Whose: "bob", Name: "status"},
		"bob reported message 12 of carol in #tea: see":    {Kind: chat.Reported, Nick: "bob", Target: 12, Whose: "carol", About: 7, Name: "#tea", Text: "see"},
		"eve deleted message 12 of carol in #tea":          {Kind: chat.Deleted, Nick: "eve", Target: 12, Whose: "carol", About: 7, Name: "#tea"},
	} {
		if got := door.Recorded(&ev); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
