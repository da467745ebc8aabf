package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// why applies a command that has to be refused for a reason.
func (w *world) why(c chat.Command, want chat.Why) {
	w.t.Helper()
	events, out := w.apply(c)
	switch {
	case out.Err == nil:
		w.t.Errorf("%+v: %v, want it refused for reason %d", c, showAll(events), want)
	case out.Err.Why != want:
		w.t.Errorf("%+v: refused for reason %d, %q; want reason %d", c, out.Err.Why, out.Err.Text, want)
	}
}

// mask adds a pattern to a list of the room.
func (r *realm) mask(list chat.MaskList, pattern string) {
	r.t.Helper()
	r.must(chat.Command{By: r.mod, Op: chat.AddMask, Room: r.tea, Level: uint8(list), Name: pattern})
}

func (r *realm) invite(id chat.UserID) {
	r.t.Helper()
	r.must(chat.Command{By: r.gina, Op: chat.Invite, Room: r.tea, User: id})
}

func TestKeyOfARoom(t *testing.T) {
	r := newRealm(t)
	otter, mink := r.arrive("otter"), r.arrive("mink")
	set := chat.Command{By: r.keeper, Op: chat.SetKey, Room: r.tea, Text: "Sesame", Client: "k"}
	events, _ := r.apply(set)
	if len(events) != 2 || show(&events[0]) != "key@8 keeper as=member client=k about=8 name=#tea text=Sesame" || show(&events[1]) != "key@2 keeper as=member about=8 name=#tea" {
		t.Errorf("events %q", showAll(events))
	}
	set.Client = ""
	r.why(set, chat.AlreadySo)
	join := chat.Command{By: otter, Op: chat.Join, Name: "#tea"}
	for _, word := range []string{"", "sesame", "Sesame "} {
		join.Text = word
		r.why(join, chat.WrongKey)
	}
	join.Text = "Sesame"
	r.must(join)
	r.invite(mink)
	r.join(mink, r.tea)
	for _, bad := range []string{"a b", "a,b", ":a", "a\n", "\xff", strings.Repeat("x", chat.MaxNick+1)} {
		r.why(chat.Command{By: r.keeper, Op: chat.SetKey, Room: r.tea, Text: bad}, chat.KeyInvalid)
	}
	r.why(chat.Command{By: r.mod, Op: chat.SetKey, Room: r.tea}, chat.NeedsOwner)
	r.must(chat.Command{By: r.keeper, Op: chat.SetKey, Room: r.tea})
	r.join(r.arrive("stoat"), r.tea)
}

func TestLimitOfARoom(t *testing.T) {
	r := newRealm(t)
	otter, mink := r.arrive("otter"), r.arrive("mink")
	info, _ := r.state.Room(r.tea)
	limit := chat.Command{By: r.keeper, Op: chat.SetLimit, Room: r.tea, Count: uint32(info.Size)}
	events, _ := r.apply(limit)
	if len(events) != 2 || events[0].Count != limit.Count || events[1].Count != limit.Count {
		t.Errorf("events %q", showAll(events))
	}
	r.why(limit, chat.AlreadySo)
	r.why(chat.Command{By: otter, Op: chat.Join, Room: r.tea}, chat.RoomFull)
	r.invite(mink)
	r.join(mink, r.tea)
	r.leave(mink, r.tea)
	r.leave(r.frank, r.tea)
	r.join(otter, r.tea)
	r.why(chat.Command{By: mink, Op: chat.Join, Room: r.tea}, chat.RoomFull)
	limit.Count = 0
	r.must(limit)
	r.join(mink, r.tea)
}

func TestRoomByInvitationIsNoSecret(t *testing.T) {
	r := newRealm(t)
	otter, mink := r.arrive("otter"), r.arrive("mink")
	r.rules(chat.InviteOnly)
	for _, join := range []chat.Command{{By: otter, Op: chat.Join, Name: "#tea"}, {By: otter, Op: chat.Join, Room: r.tea}} {
		r.why(join, chat.NeedsInvitation)
	}
	r.invite(otter)
	r.why(chat.Command{By: r.mod, Op: chat.Invite, Room: r.tea, User: otter}, chat.AlreadySo)
	r.join(otter, r.tea)
	r.leave(otter, r.tea)
	r.why(chat.Command{By: otter, Op: chat.Join, Room: r.tea}, chat.NeedsInvitation)
	r.mask(chat.InviteMask, "m*!*@guest")
	r.join(mink, r.tea)
	r.leave(r.admin, r.tea)
	r.join(r.admin, r.tea)
	r.leave(r.queen, r.tea)
	r.join(r.queen, r.tea)
}

func TestInviteMaskOpensAPrivateRoom(t *testing.T) {
	r := newRealm(t)
	den := r.private(r.keeper, "#den")
	r.must(chat.Command{By: r.keeper, Op: chat.AddMask, Room: den, Level: uint8(chat.InviteMask), Name: "~a:FRANK"})
	r.join(r.frank, den)
	r.refused(chat.Command{By: r.gina, Op: chat.Join, Room: den}, chat.NotFound)
	r.why(chat.Command{By: r.gina, Op: chat.Join, Name: "#den"}, chat.NeedsInvitation)
	r.refused(chat.Command{By: r.admin, Op: chat.Join, Room: den}, chat.NotFound)
}

func TestBanByMask(t *testing.T) {
	r := newRealm(t)
	otter, mink := r.arrive("otter"), r.arrive("mink")
	r.mask(chat.BanMask, "@guest")
	said := r.say(r.gina, r.tea, "hi")
	for _, c := range []chat.Command{
		{By: otter, Op: chat.Join, Room: r.tea},
		{By: r.dave, Op: chat.Say, Room: r.tea, Text: "hi"}, {By: r.dave, Op: chat.React, Target: said, Text: "👍"},
		{By: r.dave, Op: chat.SetTopic, Room: r.tea, Text: "mine"},
	} {
		r.why(c, chat.BannedHere)
	}
	if events, _ := r.apply(chat.Command{By: r.dave, Op: chat.Leave, Room: r.tea, Text: "my last words"}); events[0].Text != "" {
		t.Errorf("said with leaving: %q", events[0].Text)
	}
	r.why(chat.Command{By: r.dave, Op: chat.Join, Room: r.tea}, chat.BannedHere)
	r.invite(r.dave)
	r.join(r.dave, r.tea)
	r.rank(r.tea, r.dave, chat.VoiceRank)
	r.say(r.dave, r.tea, "with a voice")
	r.say(r.frank, r.tea, "as a member")

	r.mask(chat.ExceptMask, "otter")
	r.join(otter, r.tea)
	r.say(otter, r.tea, "excepted")
	r.must(chat.Command{By: otter, Op: chat.SetNick, Name: "lutra"})
	r.why(chat.Command{By: otter, Op: chat.Say, Room: r.tea, Text: "not any more"}, chat.BannedHere)

	r.must(chat.Command{By: r.mod, Op: chat.Ban, Room: r.tea, User: mink})
	r.must(chat.Command{By: r.mod, Op: chat.DropMask, Room: r.tea, Level: uint8(chat.BanMask), Name: "*@GUEST"})
	r.say(otter, r.tea, "again")
	r.why(chat.Command{By: mink, Op: chat.Join, Room: r.tea}, chat.BannedHere)
}

func TestQuietMask(t *testing.T) {
	r := newRealm(t)
	otter := r.arrive("otter")
	r.mask(chat.QuietMask, "*")
	r.join(otter, r.tea)
	for _, by := range []chat.UserID{otter, r.frank, r.dave} {
		r.why(chat.Command{By: by, Op: chat.Say, Room: r.tea, Text: "hi"}, chat.MutedHere)
	}
	for _, by := range []chat.UserID{r.mod, r.keeper, r.admin} {
		r.say(by, r.tea, "hi")
	}
	r.mask(chat.ExceptMask, "~account:fr*")
	r.say(r.frank, r.tea, "hi")
	r.why(chat.Command{By: r.gina, Op: chat.Say, Room: r.tea, Text: "hi"}, chat.MutedHere)
}

func TestListsOfMasks(t *testing.T) {
	r := newRealm(t)
	add := chat.Command{By: r.mod, Op: chat.AddMask, Room: r.tea, Level: uint8(chat.BanMask), Name: "bob", Client: "m"}
	events, _ := r.apply(add)
	want := []string{"mask@8 mod level=1 as=member client=m about=8 name=#tea text=bob!*@*", "mask@2 mod level=1 as=member about=8 name=#tea text=bob!*@*"}
	if got := showAll(events); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("events %q, want %q", got, want)
	}
	add.Client, add.Name = "", "BOB!*@*"
	r.why(add, chat.AlreadySo)
	drop := add
	drop.Op, drop.Level = chat.DropMask, uint8(chat.QuietMask)
	r.why(drop, chat.AlreadySo)
	for _, c := range []chat.Command{{Name: "", Level: 1}, {Name: "bob", Level: 0}, {Name: "bob", Level: 5}} {
		c.By, c.Op, c.Room = r.mod, chat.AddMask, r.tea
		r.why(c, chat.MaskInvalid)
	}
	for i := range chat.MaxMasks - 1 {
		r.mask(chat.BanMask, fmt.Sprint("x", i))
	}
	add.Name = "one more"
	r.why(add, chat.MaskInvalid)
	add.Name = "more"
	r.why(add, chat.ListFull)
	r.mask(chat.QuietMask, "more")
	drop.Level = uint8(chat.BanMask)
	events, _ = r.apply(drop)
	if events[0].Text != "bob!*@*" {
		t.Errorf("dropped: %q", showAll(events))
	}
	r.must(add)
	info, _ := r.state.Room(r.tea)
	if m := info.Masks[len(info.Masks)-1]; len(info.Masks) != chat.MaxMasks+1 || m.Pattern != "more!*@*" || m.By != "mod" || m.At != r.now || m.List != chat.BanMask {
		t.Errorf("%d masks, the last %+v", len(info.Masks), m)
	}
	r.why(chat.Command{By: r.frank, Op: chat.AddMask, Room: r.tea, Level: 1, Name: "mod"}, chat.NeedsModerator)
	r.must(chat.Command{Op: chat.AddMask, Room: r.tea, Level: 2, Name: "console"})
}

// Who comes new lands in the lobby only if it is open to them.
func TestLobbyThatTakesSomething(t *testing.T) {
	for _, c := range []struct {
		name          string
		command       chat.Command
		guest, member bool
	}{
		{"nothing", chat.Command{Op: chat.SetRules, Count: 1}, true, true},
		{"an account", chat.Command{Op: chat.SetRules, Rules: chat.NoGuests}, false, true},
		{"an invitation", chat.Command{Op: chat.SetRules, Rules: chat.InviteOnly}, false, false},
		{"a key", chat.Command{Op: chat.SetKey, Text: "sesame"}, false, false},
		{"room", chat.Command{Op: chat.SetLimit, Count: 1}, false, false},
		{"another nick", chat.Command{Op: chat.AddMask, Level: uint8(chat.BanMask), Name: "*@guest"}, false, true},
	} {
		r := newRealm(t)
		c.command.Room = r.lobby
		r.must(c.command)
		if guest, member := r.in(r.arrive("otter"), r.lobby), r.in(r.member("mink"), r.lobby); guest != c.guest || member != c.member {
			t.Errorf("%s: a guest is in %v, a member %v", c.name, guest, member)
		}
	}
}

// The code of an invitation to the server opens the rooms that it names.
func TestInvitationToTheServerOpensItsRooms(t *testing.T) {
	r := newRealm(t)
	r.rules(chat.InviteOnly)
	r.must(chat.Command{Op: chat.SetKey, Room: r.tea, Text: "sesame"})
	r.mask(chat.BanMask, "*")
	r.invitation(func(c *chat.Command) { c.Text = fmt.Sprint(r.tea) })
	if !r.in(r.must(chat.Command{Op: chat.Register, Name: "henry", Key: code}).User, r.tea) {
		t.Error("the invitation did not open the room")
	}
}

// An open room forgets whom it was to expect: nothing keeps them out.
func TestOpenRoomKeepsNoInvitations(t *testing.T) {
	r := newRealm(t)
	otter := r.arrive("otter")
	expected := func() bool {
		info, _ := r.state.Room(r.tea)
		return len(info.Invited) > 0
	}
	r.invite(otter)
	r.invite(otter)
	if expected() {
		t.Error("an open room expects somebody")
	}
	for _, c := range []chat.Command{
		{Op: chat.SetRules, Rules: chat.InviteOnly}, {Op: chat.SetKey, Text: "sesame"}, {Op: chat.SetLimit, Count: 1},
		{Op: chat.AddMask, Level: uint8(chat.BanMask), Name: "x"},
	} {
		r := newRealm(t)
		otter := r.arrive("otter")
		c.Room = r.tea
		r.must(c)
		r.invite(otter)
		if info, _ := r.state.Room(r.tea); len(info.Invited) != 1 {
			t.Errorf("after %+v nobody is expected", c)
		}
		r.join(otter, r.tea)
	}
}

// TestRefusalsSayWhy is for what protocols answer differently.
func TestRefusalsSayWhy(t *testing.T) {
	r := newRealm(t)
	otter := r.arrive("otter")
	den, lair := r.private(r.keeper, "#den"), r.room(r.keeper, "#lair")
	r.must(chat.Command{By: r.keeper, Op: chat.ArchiveRoom, Room: lair})
	said := r.say(r.gina, r.tea, "hi")
	r.must(chat.Command{By: r.mod, Op: chat.Mute, Room: r.tea, User: r.frank})
	r.rules(chat.NoGuests | chat.Announce)
	for _, c := range []struct {
		command chat.Command
		why     chat.Why
	}{
		{chat.Command{By: otter, Op: chat.Join, Room: nowhere}, chat.NoSuchRoom},
		{chat.Command{By: otter, Op: chat.Join, Room: den}, chat.NoSuchRoom},
		{chat.Command{By: otter, Op: chat.Join, Name: "#den"}, chat.NeedsInvitation},
		{chat.Command{By: otter, Op: chat.Join, Name: "#a b"}, chat.RoomNameInvalid},
		{chat.Command{By: otter, Op: chat.Join, Name: "#de\u0438"}, 0}, // made
		{chat.Command{By: otter, Op: chat.Join, Room: r.tea}, chat.MembersOnly},
		{chat.Command{By: otter, Op: chat.CreateRoom, Name: "#TEA"}, chat.RoomNameTaken},
		{chat.Command{By: otter, Op: chat.SetNick, Name: "GINA"}, chat.NickTaken},
		{chat.Command{By: otter, Op: chat.SetNick, Name: "0ther"}, chat.NickTaken},
		{chat.Command{By: otter, Op: chat.SetNick, Name: "a b"}, chat.NickInvalid},
		{chat.Command{Op: chat.Arrive, Name: "gina", Strict: true}, chat.NickTaken},
		{chat.Command{By: otter, Op: chat.Say, Room: r.tea, Text: "hi"}, chat.NotMember},
		{chat.Command{By: otter, Op: chat.OpenDirect, User: nobody}, chat.NoSuchPerson},
		{chat.Command{By: otter, Op: chat.React, Target: said, Text: "👍"}, chat.NoSuchMessage},
		{chat.Command{By: otter, Op: chat.Ban, User: r.gina}, chat.NeedsRole},
		{chat.Command{By: r.gina, Op: chat.Say, Room: r.tea, Text: "hi"}, chat.NeedsVoice},
		{chat.Command{By: r.gina, Op: chat.Kick, Room: r.tea, User: r.frank}, chat.NeedsModerator},
		{chat.Command{By: r.gina, Op: chat.RenameRoom, Room: r.tea, Name: "#x"}, chat.NeedsOwner},
		{chat.Command{By: r.gina, Op: chat.Edit, Target: r.said(r.mod), Text: "x"}, chat.NotYours},
		{chat.Command{By: r.mod, Op: chat.Kick, Room: r.tea, User: r.keeper}, chat.Outranked},
		{chat.Command{By: r.mod, Op: chat.Kick, Room: r.tea, User: otter}, chat.OtherNotThere},
		{chat.Command{By: r.mod, Op: chat.SetRank, Room: r.tea, User: otter, Level: 1}, chat.OtherNotThere},
		{chat.Command{By: r.mod, Op: chat.Invite, Room: r.tea, User: r.gina}, chat.AlreadyMember},
		{chat.Command{By: r.keeper, Op: chat.Say, Room: lair, Text: "hi"}, chat.RoomGone},
		{chat.Command{By: r.keeper, Op: chat.ArchiveRoom, Room: lair}, chat.AlreadySo},
		{chat.Command{By: otter, Op: chat.Join, Room: r.lobby, Confined: true}, 0},
		{chat.Command{By: otter, Op: chat.CreateRoom, Name: "#y", Confined: true}, chat.Confined},
	} {
		if c.why == 0 {
			r.must(c.command)
		} else {
			r.why(c.command, c.why)
		}
	}
	r.rules(0)
	r.why(chat.Command{By: r.frank, Op: chat.Say, Room: r.tea, Text: "hi"}, chat.MutedHere)
	r.must(chat.Command{Op: chat.Ban, User: r.frank})
	r.why(chat.Command{By: r.frank, Op: chat.Say, Room: r.tea, Text: "hi"}, chat.BannedFromServer)
}

// said has somebody say something, wherever they may.
func (r *realm) said(by chat.UserID) chat.Seq {
	r.t.Helper()
	return r.say(by, r.tea, "mine")
}
