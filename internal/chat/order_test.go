package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// realm is a server with somebody of most stations, all in a room.
type realm struct {
	*world
	dave, frank, gina         chat.UserID // a guest with a key and two members
	mod, other, keeper, queen chat.UserID // two moderators and two owners of the room
	admin, peer, boss         chat.UserID // two admins and the server's owner
	tea                       chat.RoomID
}

var daves = chat.Key{0xda, 0x5e}

func newRealm(t *testing.T) *realm {
	r := &realm{world: newServer(t)}
	r.keeper = r.member("keeper")
	r.tea = r.room(r.keeper, "#tea")
	r.dave = r.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: daves}).User
	for _, p := range []struct {
		id   *chat.UserID
		nick string
	}{
		{&r.frank, "frank"}, {&r.gina, "gina"}, {&r.mod, "mod"}, {&r.other, "other"}, {&r.queen, "queen"},
		{&r.admin, "admin"}, {&r.peer, "peer"}, {&r.boss, "boss"},
	} {
		*p.id = r.member(p.nick)
		r.join(*p.id, r.tea)
	}
	r.join(r.dave, r.tea)
	r.rank(r.tea, r.mod, chat.ModeratorRank)
	r.rank(r.tea, r.other, chat.ModeratorRank)
	r.rank(r.tea, r.queen, chat.OwnerRank)
	r.role(r.admin, chat.AdminRole)
	r.role(r.peer, chat.AdminRole)
	r.role(r.boss, chat.OwnerRole)
	return r
}

// rules has the console set the rules of the room.
func (r *realm) rules(flags chat.Flags) {
	r.t.Helper()
	r.must(chat.Command{Op: chat.SetRules, Room: r.tea, Rules: flags})
}

func (r *realm) in(id chat.UserID, room chat.RoomID) bool {
	info, _ := r.state.Room(room)
	_, ok := info.Member(id)
	return ok
}

// audited returns what the audit log has got since an event.
func (r *realm) audited(since chat.Seq) (events []chat.Event) {
	for _, ev := range r.log {
		if ev.Room == r.audit && ev.Seq > since {
			events = append(events, ev)
		}
	}
	return events
}

// TestNobodyActsOnThoseWithAsMuchToSay has everybody try to act on everybody,
// in the room and on the server.
func TestNobodyActsOnThoseWithAsMuchToSay(t *testing.T) {
	r := newRealm(t)
	inRoom := [][]chat.UserID{{r.dave, r.frank}, {r.mod, r.other}, {r.keeper, r.queen}, {r.admin, r.peer}, {r.boss}}
	onServer := [][]chat.UserID{{r.frank, r.mod, r.keeper}, {r.admin, r.peer}, {r.boss}}
	snap := r.state.Snapshot()
	try := func(levels [][]chat.UserID, least int, commands ...chat.Command) {
		for i, doers := range levels {
			for j, subjects := range levels {
				for _, c := range commands {
					for _, by := range doers {
						for _, id := range subjects {
							if c.Op == chat.AddCredential && by == id { // one's own are one's own affair
								continue
							}
							c.By, c.User, c.Time = by, id, r.now
							_, out := chat.Restore(snap).Apply(&c, chat.NewFacts(), nil)
							if may := i > j && i >= least; may != (out.Err == nil) {
								t.Errorf("%+v by level %d on level %d: %v", c, i, j, out.Err)
							}
						}
					}
				}
			}
		}
	}
	try(inRoom, 1, chat.Command{Op: chat.Kick, Room: r.tea}, chat.Command{Op: chat.Mute, Room: r.tea}, chat.Command{Op: chat.Ban, Room: r.tea})
	try(onServer, 1, chat.Command{Op: chat.Ban}, chat.Command{Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: token})
	try(onServer, 2, chat.Command{Op: chat.SetRole, Level: uint8(chat.OwnerRole)})
	for _, op := range []chat.Op{chat.Kick, chat.Mute, chat.Ban, chat.SetRank} {
		c := chat.Command{By: r.mod, Op: op, Room: r.tea, User: r.boss, Level: uint8(chat.ModeratorRank)}
		if text := r.refused(c, chat.Forbidden); op != chat.SetRank && !strings.Contains(text, "boss") {
			t.Errorf("operation %d: %q", op, text)
		}
		if op != chat.SetRank { // which has its own rules
			c.By, c.User = 0, r.boss
			r.must(c)
		}
	}
}

func TestRanks(t *testing.T) {
	r := newRealm(t)
	set := func(by, id chat.UserID, rank chat.Rank) chat.Command {
		return chat.Command{By: by, Op: chat.SetRank, Room: r.tea, User: id, Level: uint8(rank)}
	}
	otter := r.arrive("otter") // without a key
	r.refused(set(r.keeper, otter, chat.ModeratorRank), chat.NotFound)
	r.join(otter, r.tea)
	r.must(set(r.keeper, otter, chat.ModeratorRank)) // for as long as the guest is here
	r.must(set(r.keeper, otter, chat.PlainRank))
	r.refused(set(r.keeper, otter, chat.OwnerRank), chat.Invalid)
	r.refused(set(r.keeper, r.frank, chat.RankEnd), chat.Invalid)
	r.refused(set(r.keeper, r.mod, chat.ModeratorRank), chat.Conflict)
	r.refused(set(r.mod, r.frank, chat.ModeratorRank), chat.Forbidden)
	r.refused(set(r.keeper, r.queen, chat.PlainRank), chat.Forbidden)
	r.refused(chat.Command{By: r.dave, Op: chat.SetRank, Room: r.direct(r.dave, r.frank), User: r.frank, Level: 1}, chat.Invalid)
	r.must(set(r.keeper, r.dave, chat.ModeratorRank)) // a guest who can come back
	r.must(set(r.keeper, r.mod, chat.OwnerRank))
	r.must(set(r.mod, r.mod, chat.PlainRank))
	r.must(set(r.queen, r.queen, chat.PlainRank))
	if text := r.refused(set(r.keeper, r.keeper, chat.PlainRank), chat.Conflict); !strings.Contains(text, "without an owner") {
		t.Errorf("the last owner: %q", text)
	}
	r.must(set(r.admin, r.keeper, chat.PlainRank)) // who counts as an owner
	r.refused(chat.Command{By: r.keeper, Op: chat.SetRules, Room: r.tea, Count: 5}, chat.Forbidden)

	r.depart(r.dave)
	r.must(chat.Command{Op: chat.Arrive, Key: daves})
	r.join(r.dave, r.tea)
	r.must(chat.Command{By: r.dave, Op: chat.Kick, Room: r.tea, User: otter})
}

func TestWhatIsSaidOfAGuestWithoutAKeyEndsWithTheVisit(t *testing.T) {
	r := newRealm(t)
	otter := r.arrive("otter")
	den := r.room(otter, "#holt")
	r.must(chat.Command{By: r.mod, Op: chat.Mute, Room: r.tea, User: otter})
	r.must(chat.Command{By: r.admin, Op: chat.Ban, User: otter})
	for _, room := range []chat.RoomID{den, r.tea} {
		info, _ := r.state.Room(room)
		if st := info.Standing(otter); st != (chat.Standing{User: otter}) {
			t.Errorf("in %s there is %+v", info.Name, st)
		}
	}
	if _, here := r.state.User(otter); here || len(r.state.Bans()) > 0 {
		t.Errorf("banned, and still here (%v) or remembered: %+v", here, r.state.Bans())
	}
}

func TestKick(t *testing.T) {
	r := newRealm(t)
	before := r.state.Seq()
	events, out := r.apply(chat.Command{By: r.mod, Op: chat.Kick, Room: r.tea, User: r.frank, Text: "spam", Client: "k", Until: r.now + 9000})
	want := fmt.Sprintf("mod level=2 client=k whose=frank user=%d about=%d name=#tea text=spam", r.frank, r.tea)
	if len(events) != 2 || out.Room != r.tea || events[0].When != 0 || show(&events[0]) != fmt.Sprintf("kicked@%d %s", r.tea, want) {
		t.Errorf("events %v, outcome %+v", showAll(events), out)
	}
	if log := r.audited(before); len(log) != 1 || log[0].Kind != chat.Kicked || log[0].User != r.frank || log[0].Text != "spam" {
		t.Errorf("the audit log has %v", showAll(log))
	}
	r.refused(chat.Command{By: r.mod, Op: chat.Kick, Room: r.tea, User: r.frank}, chat.Conflict)
	r.join(r.frank, r.tea) // a kick is no ban
	for _, c := range []chat.Command{
		{By: r.mod, Op: chat.Kick, Room: nowhere, User: r.frank},
		{By: r.mod, Op: chat.Kick, Room: r.audit, User: r.frank},
		{Op: chat.Kick, Room: r.audit, User: r.frank},
		{By: r.mod, Op: chat.Kick, Room: r.tea, User: nobody},
		{By: r.admin, Op: chat.Kick, Room: r.private(r.frank, "#den"), User: r.frank},
	} {
		r.refused(c, chat.NotFound)
	}
	r.refused(chat.Command{By: r.mod, Op: chat.Kick, Room: r.tea, User: r.mod}, chat.Invalid)
	r.refused(chat.Command{By: r.mod, Op: chat.Kick, Room: r.tea, User: r.frank, Text: "a\nb"}, chat.Invalid)
	r.leave(r.mod, r.tea)
	r.refused(chat.Command{By: r.mod, Op: chat.Kick, Room: r.tea, User: r.frank}, chat.Forbidden)
	r.leave(r.admin, r.tea)
	r.must(chat.Command{By: r.admin, Op: chat.Kick, Room: r.tea, User: r.frank}) // from outside
}

func TestMute(t *testing.T) {
	r := newRealm(t)
	said, pinned := r.say(r.frank, r.tea, "hi"), r.say(r.gina, r.tea, "hello")
	r.must(chat.Command{By: r.frank, Op: chat.React, Target: pinned, Text: "👍"})
	r.must(chat.Command{By: r.frank, Op: chat.Pin, Target: pinned})
	until := r.now + 500_000
	r.must(chat.Command{By: r.mod, Op: chat.Mute, Room: r.tea, User: r.frank, Until: until, Text: "calm down"})
	loud := []chat.Command{
		{Op: chat.Say, Room: r.tea, Text: "but"}, {Op: chat.Say, Room: r.tea, Text: "but", Target: said}, {Op: chat.Edit, Target: said, Text: "but"},
		{Op: chat.React, Target: said, Text: "👍"}, {Op: chat.Unreact, Target: pinned, Text: "👍"},
		{Op: chat.Pin, Target: said}, {Op: chat.Unpin, Target: pinned}, {Op: chat.SetTopic, Room: r.tea, Text: "but"},
	}
	for _, c := range loud {
		c.By = r.frank
		if text := r.refused(c, chat.Forbidden); !strings.Contains(text, "muted in #tea for another 9 minutes") {
			t.Errorf("operation %d: %q", c.Op, text)
		}
	}
	quiet := []chat.Command{
		{Op: chat.Say, Room: r.lobby, Text: "elsewhere"}, {Op: chat.MarkRead, Room: r.tea, Target: said}, {Op: chat.Report, Target: pinned},
		{Op: chat.Invite, Room: r.tea, User: r.arrive("otter")}, {Op: chat.Delete, Target: said},
	}
	for _, c := range quiet {
		c.By = r.frank
		r.must(c)
	}
	events, _ := r.apply(chat.Command{By: r.frank, Op: chat.Leave, Room: r.tea, Text: "because you are all"})
	if len(events) != 1 || events[0].Text != "" {
		t.Errorf("left with the last word: %v", showAll(events))
	}
	r.join(r.frank, r.tea)
	r.refused(chat.Command{By: r.frank, Op: chat.Unmute, Room: r.tea, User: r.frank}, chat.Forbidden)
	at := chat.Command{By: r.frank, Op: chat.Say, Room: r.tea, Text: "x", Time: until - 1}
	r.refused(at, chat.Forbidden)
	at.Time = until
	r.must(at)
	r.now = until
	for _, c := range loud {
		if c.By = r.frank; c.Target != said { // which is deleted
			r.must(c)
		}
	}

	r.must(chat.Command{By: r.mod, Op: chat.Mute, Room: r.tea, User: r.gina})
	if text := r.refused(chat.Command{By: r.gina, Op: chat.Say, Room: r.tea, Text: "?"}, chat.Forbidden); !strings.Contains(text, "until somebody lifts it") {
		t.Errorf("muted for ever: %q", text)
	}
	r.must(chat.Command{By: r.mod, Op: chat.Unmute, Room: r.tea, User: r.gina})
	r.say(r.gina, r.tea, "thanks")
	r.refused(chat.Command{By: r.mod, Op: chat.Unmute, Room: r.tea, User: r.gina}, chat.Conflict)
	r.refused(chat.Command{By: r.mod, Op: chat.Mute, Room: r.tea, User: r.gina, Until: 1}, chat.Invalid)
	r.must(chat.Command{By: r.keeper, Op: chat.Mute, Room: r.tea, User: r.mod})
	r.refused(chat.Command{By: r.mod, Op: chat.Unmute, Room: r.tea, User: r.mod}, chat.Invalid)
	r.refused(chat.Command{By: r.other, Op: chat.Unmute, Room: r.tea, User: r.mod}, chat.Forbidden)
}

func TestRoomRules(t *testing.T) {
	r := newRealm(t)
	said := r.say(r.frank, r.tea, "hi")
	otter := r.arrive("otter")

	r.rules(chat.Announce)
	if text := r.refused(chat.Command{By: r.frank, Op: chat.Say, Room: r.tea, Text: "x"}, chat.Forbidden); !strings.Contains(text, "announcements") {
		t.Errorf("announce-only: %q", text)
	}
	r.refused(chat.Command{By: r.frank, Op: chat.Edit, Target: said, Text: "x"}, chat.Forbidden)
	r.must(chat.Command{By: r.frank, Op: chat.React, Target: said, Text: "👍"})
	r.say(r.mod, r.tea, "hear, hear")
	events, _ := r.apply(chat.Command{By: r.gina, Op: chat.Leave, Room: r.tea, Text: "an announcement"})
	if events[0].Text != "" {
		t.Errorf("announced by leaving: %v", showAll(events))
	}

	r.rules(chat.NoGuests)
	if text := r.refused(chat.Command{By: otter, Op: chat.Join, Room: r.tea}, chat.Forbidden); !strings.Contains(text, "/register") {
		t.Errorf("no guests: %q", text)
	}
	r.say(r.dave, r.tea, "I was here before")
	r.join(r.gina, r.tea)

	r.rules(chat.HeldInvites | chat.HeldPins)
	for _, c := range []chat.Command{
		{Op: chat.Invite, Room: r.tea, User: otter}, {Op: chat.Pin, Target: said}, {Op: chat.SetTopic, Room: r.tea, Text: "x"},
	} {
		c.By = r.frank
		r.refused(c, chat.Forbidden)
		c.By = r.mod
		r.must(c)
	}

	events, _ = r.apply(chat.Command{By: r.keeper, Op: chat.SetRules, Room: r.tea, Count: 30, Client: "r"})
	if len(events) != 2 || events[0].Flags != 0 || events[0].Count != 30 || events[1].Room != r.audit {
		t.Errorf("events %v", showAll(events))
	}
	if info, _ := r.state.Room(r.tea); info.Slow != 30 || info.Flags != 0 {
		t.Errorf("the room is %+v", info)
	}
	den := r.private(r.keeper, "#den")
	r.must(chat.Command{By: r.keeper, Op: chat.SetRules, Room: den, Rules: chat.Announce})
	if info, _ := r.state.Room(den); info.Flags != chat.Private|chat.Announce {
		t.Errorf("the rules made the room %d", info.Flags)
	}
	set := chat.Command{By: r.keeper, Op: chat.SetRules, Room: r.tea, Count: 30}
	r.refused(set, chat.Conflict)
	set.Rules = chat.Private
	r.refused(set, chat.Invalid)
	set.Rules, set.Count = 0, chat.MaxSlow+1
	r.refused(set, chat.Invalid)
	for _, by := range []chat.UserID{r.keeper, 0} {
		r.refused(chat.Command{By: by, Op: chat.SetRules, Room: nowhere, Rules: chat.Announce}, chat.NotFound)
		r.refused(chat.Command{By: by, Op: chat.SetRules, Room: r.audit, Rules: chat.Announce}, chat.NotFound)
	}
	r.refused(chat.Command{By: r.keeper, Op: chat.SetRules, Room: r.direct(r.keeper, r.mod), Rules: chat.Announce}, chat.Invalid)
}

func TestConfinedGuestsTalkInPublicRooms(t *testing.T) {
	r := newRealm(t)
	den := r.private(r.keeper, "#den")
	r.must(chat.Command{By: r.keeper, Op: chat.Invite, Room: den, User: r.dave})
	r.leave(r.dave, r.tea)
	commands := []chat.Command{
		{Op: chat.CreateRoom, Name: "#mine"}, {Op: chat.Join, Name: "#mine"}, {Op: chat.Join, Room: den}, {Op: chat.Invite, Room: r.lobby, User: r.arrive("otter")},
		{Op: chat.OpenDirect, User: r.frank},
	}
	for _, c := range commands {
		c.By, c.Confined = r.dave, true
		if text := r.refused(c, chat.Forbidden); !strings.Contains(text, "public rooms") {
			t.Errorf("operation %d: %q", c.Op, text)
		}
	}
	r.must(chat.Command{By: r.dave, Op: chat.Join, Room: r.tea, Confined: true})
	r.must(chat.Command{By: r.dave, Op: chat.Say, Room: r.tea, Text: "hi", Confined: true})
	r.must(chat.Command{By: r.frank, Op: chat.CreateRoom, Name: "#mine", Confined: true}) // no guest
	r.must(chat.Command{By: r.dave, Op: chat.Register, Name: "dave", Open: true, Confined: true})
	r.must(chat.Command{By: r.dave, Op: chat.OpenDirect, User: r.frank, Confined: true})
}

func TestModeratorsDeleteWhatOthersSaid(t *testing.T) {
	r := newRealm(t)
	own, before := r.say(r.frank, r.tea, "rude"), r.state.Seq()
	r.refused(chat.Command{By: r.gina, Op: chat.Delete, Target: own}, chat.Forbidden)
	r.refused(chat.Command{By: r.mod, Op: chat.Delete, Target: r.say(r.keeper, r.tea, "mine")}, chat.Forbidden)
	r.must(chat.Command{By: r.mod, Op: chat.Delete, Target: r.say(r.other, r.tea, "an equal's")})
	events, _ := r.apply(chat.Command{By: r.mod, Op: chat.Delete, Target: own, Client: "d"})
	if len(events) != 2 || events[0].Room != r.tea || events[0].Client != "d" || events[1].Room != r.audit || events[1].User != r.frank || events[1].About != r.tea {
		t.Errorf("events %v", showAll(events))
	}
	r.must(chat.Command{By: r.mod, Op: chat.Delete, Target: r.say(r.mod, r.tea, "mine")})
	if log := r.audited(before); len(log) != 2 { // one's own is one's own affair
		t.Errorf("the audit log has %v", showAll(log))
	}
	guest := r.say(r.dave, r.tea, "and away")
	r.depart(r.dave)
	r.must(chat.Command{By: r.mod, Op: chat.Delete, Target: guest})
	alone := r.direct(r.admin, r.frank)
	r.refused(chat.Command{By: r.admin, Op: chat.Delete, Target: r.say(r.frank, alone, "between us")}, chat.Forbidden)
}

// IRC shows changes, and says to moderators alone who comes and goes where it is
// quiet.
func TestEventsTellWhatWasBefore(t *testing.T) {
	r := newRealm(t)
	events, _ := r.apply(chat.Command{By: r.keeper, Op: chat.SetRank, Room: r.tea, User: r.mod, Level: uint8(chat.VoiceRank)})
	if chat.Rank(events[0].Was) != chat.ModeratorRank || events[0].Role() != chat.MemberRole {
		t.Errorf("a rank: %q", showAll(events))
	}
	r.must(chat.Command{By: r.keeper, Op: chat.SetRules, Room: r.tea, Rules: chat.Announce})
	events, _ = r.apply(chat.Command{By: r.admin, Op: chat.SetRules, Room: r.tea, Rules: chat.Quiet})
	if chat.Flags(events[0].Was) != chat.Announce || events[0].Role() != chat.AdminRole {
		t.Errorf("rules: %q", showAll(events))
	}
	for user, want := range map[chat.UserID]chat.Rank{r.frank: chat.PlainRank, r.mod: chat.VoiceRank, r.queen: chat.OwnerRank, r.admin: chat.OwnerRank} {
		for _, op := range []chat.Op{chat.Join, chat.SetNick, chat.Leave} {
			events, _ := r.apply(chat.Command{By: user, Op: op, Room: r.tea, Name: fmt.Sprintf("n%d", user)})
			for _, ev := range events {
				if ev.Room == r.tea && chat.Rank(ev.Was) != want || ev.Room != r.tea && ev.Kind != chat.Joined && ev.Was != 0 {
					t.Errorf("%s, want %v", show(&ev), want)
				}
			}
		}
	}
}

func TestGuestsGiveBackWhatEndsWithTheirVisit(t *testing.T) {
	r := newRealm(t)
	otter := r.arrive("otter")
	_, out := r.apply(chat.Command{By: otter, Op: chat.Join, Name: "#otters"})
	r.must(chat.Command{By: otter, Op: chat.SetRank, Room: out.Room, User: otter, Level: uint8(chat.PlainRank)})
	if info, _ := r.state.Room(out.Room); len(info.Standings) > 0 {
		t.Errorf("%+v", info.Standings)
	}
}
