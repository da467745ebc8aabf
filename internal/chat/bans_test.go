package chat_test

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

func TestBanFromARoom(t *testing.T) {
	r := newRealm(t)
	until := r.now + 100_000
	events, _ := r.apply(chat.Command{By: r.mod, Op: chat.Ban, Room: r.tea, User: r.frank, Until: until, Text: "spam", Client: "b"})
	if len(events) != 3 || events[0].Kind != chat.Kicked || events[1].Kind != chat.Banned || events[2].Room != r.audit || events[1].When != until || events[1].Client != "b" {
		t.Fatalf("events %v", showAll(events))
	}
	join := chat.Command{By: r.frank, Op: chat.Join, Room: r.tea}
	if text := r.refused(join, chat.Forbidden); !strings.Contains(text, "banned from #tea for another 2 minutes") {
		t.Errorf("joining: %q", text)
	}
	r.must(chat.Command{By: r.gina, Op: chat.Invite, Room: r.tea, User: r.frank})
	r.refused(join, chat.Forbidden)
	r.say(r.frank, r.lobby, "elsewhere")
	join.Time = until
	r.must(join)

	r.must(chat.Command{By: r.mod, Op: chat.Ban, Room: r.tea, User: r.dave})
	r.depart(r.dave)
	r.must(chat.Command{Op: chat.Arrive, Key: daves})
	r.refused(chat.Command{By: r.dave, Op: chat.Join, Name: "#tea"}, chat.Forbidden)
	r.depart(r.dave)
	lift := chat.Command{By: r.mod, Op: chat.Unban, Room: r.tea, User: r.dave, Name: "\x1b[2J"} // away: the name is what the caller says
	events, _ = r.apply(lift)
	if len(events) != 2 || events[0].Whose != "" {
		t.Errorf("lifted: %v", showAll(events))
	}
	r.refused(lift, chat.Conflict)
	r.must(chat.Command{Op: chat.Arrive, Key: daves})
	r.join(r.dave, r.tea)
}

func TestBanFromTheLobbyOutlastsTheVisit(t *testing.T) {
	r := newRealm(t)
	r.must(chat.Command{By: r.admin, Op: chat.Ban, Room: r.lobby, User: r.dave})
	r.depart(r.dave)
	r.must(chat.Command{Op: chat.Arrive, Key: daves})
	if r.in(r.dave, r.lobby) {
		t.Error("coming back ended the ban")
	}
	r.must(chat.Command{Op: chat.SetRules, Room: r.lobby, Rules: chat.NoGuests})
	if r.in(r.arrive("otter"), r.lobby) {
		t.Error("a guest landed where guests can't come in")
	}
	if !r.in(r.member("henry"), r.lobby) {
		t.Error("a member did not land in the lobby")
	}
}

func TestBanFromTheServer(t *testing.T) {
	r := newRealm(t)
	said := r.say(r.frank, r.tea, "hi")
	until := r.now + 10_000_000
	r.must(chat.Command{By: r.admin, Op: chat.Ban, User: r.frank, Until: until, Text: "spam", Client: "b"})
	for op := chat.Op(1); op < chat.OpEnd; op++ {
		if op == chat.Arrive || op == chat.Depart || op == chat.Login { // which the server gives
			continue
		}
		c := chat.Command{By: r.frank, Op: op, Room: r.tea, Target: said, Text: "x", Name: "x", User: r.gina}
		if text := r.refused(c, chat.Forbidden); text != "You are banned from this server for another 3 hours: spam." {
			t.Errorf("operation %d: %q", op, text)
		}
	}
	if u, ok := r.state.User(r.frank); !ok || u.Role != chat.MemberRole || !r.in(r.frank, r.tea) {
		t.Error("a member who is banned is none any more")
	}
	bans := r.state.Bans()
	if len(bans) != 1 || bans[0].User != r.frank || bans[0].Name != "frank" || bans[0].By != "admin" || bans[0].Reason != "spam" || bans[0].Until != until {
		t.Errorf("bans %+v", bans)
	}
	again := chat.Command{By: r.frank, Op: chat.Say, Room: r.tea, Text: "x", Time: until}
	r.must(again)
	r.now = until

	ban := chat.Command{By: r.admin, Op: chat.Ban, User: r.dave}
	events, out := r.apply(ban)
	if last := events[len(events)-1]; out.User != 0 || last.Kind != chat.Departed || last.Key != daves {
		t.Errorf("a guest who is banned: %v", showAll(events))
	}
	r.refused(chat.Command{Op: chat.Arrive, Key: daves, Name: "dave"}, chat.Forbidden)
	r.refused(ban, chat.NotFound)
	lift := chat.Command{By: r.admin, Op: chat.Unban, User: r.dave, Client: "u"}
	if events, _ := r.apply(lift); len(events) != 1 || events[0].Room != r.audit || events[0].Whose != "dave" {
		t.Errorf("lifted from somebody who is away: %v", showAll(events))
	}
	if events, out := r.apply(lift); len(events) > 0 || out.Err != nil {
		t.Errorf("repeated: %v, %v", showAll(events), out.Err)
	}
	lift.Client = ""
	r.refused(lift, chat.NotFound)
	r.must(chat.Command{Op: chat.Arrive, Key: daves})
	r.must(chat.Command{By: r.admin, Op: chat.Unban, User: r.frank})
	r.refused(chat.Command{By: r.mod, Op: chat.Ban, User: r.frank}, chat.Forbidden)
	r.refused(chat.Command{By: r.admin, Op: chat.Ban, User: r.admin}, chat.Invalid)
}

func TestBanOfANetwork(t *testing.T) {
	r := newRealm(t)
	until := r.now + 10_000_000
	ban := chat.Command{By: r.admin, Op: chat.Ban, Name: "192.0.2.77/24", Until: until, Text: "flood", Client: "n"}
	events, _ := r.apply(ban)
	if len(events) != 1 || events[0].Room != r.audit || events[0].Name != "192.0.2.0/24" {
		t.Fatalf("events %v", showAll(events))
	}
	arrive := chat.Command{Op: chat.Arrive, Name: "otter", From: "192.0.2.200"}
	login := chat.Command{Op: chat.Login, User: r.frank, Target: r.password(r.frank), From: "::ffff:192.0.2.1"}
	register := chat.Command{Op: chat.Register, Name: "henry", Open: true, From: "192.0.2.3"}
	promoted := chat.Command{By: r.dave, Op: chat.Register, Name: "dave", Open: true, From: "192.0.2.3"}
	for _, c := range []chat.Command{arrive, login, register, promoted} {
		if text := r.refused(c, chat.Forbidden); !strings.HasSuffix(text, ": flood.") {
			t.Errorf("operation %d: %q", c.Op, text)
		}
	}
	arrive.From = "192.0.3.1"
	r.must(arrive)
	arrive.From, arrive.Name = "no address", "vole"
	r.must(arrive)
	late := login
	late.Time = until
	r.must(late)
	ban.Op, ban.Until, ban.Client = chat.Unban, 0, ""
	r.must(ban)
	r.refused(ban, chat.NotFound)
	for _, c := range []chat.Command{register, promoted} {
		r.must(c)
	}
	for name, code := range map[string]chat.Code{"frank": chat.Invalid, "10.0.0.0/7": chat.Invalid, "::/8": chat.Invalid, "": chat.Invalid} {
		r.refused(chat.Command{By: r.admin, Op: chat.Ban, Name: name}, code)
	}
}

func TestNetworksAreWrittenInOneWay(t *testing.T) {
	for s, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "192.0.2.7/24": "192.0.2.0/24", "::ffff:192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7/120": "192.0.2.0/24",
		"2001:DB8::7": "2001:db8::7/128", "fe80::1%eth0": "fe80::1/128", "2001:db8:1::/32": "2001:db8::/32",
		"": "", "frank": "", "10.0.0.0/7": "", "::ffff:10.0.0.0/100": "", "::/15": "", "192.0.2.0/33": "",
	} {
		got, err := chat.ParseNetwork(s)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q (%v), want %q", s, got, err, want)
		}
		if network, err := netip.ParsePrefix(want); err == nil {
			ban := []chat.BanInfo{{Name: got}}
			mapped := netip.AddrFrom16(network.Addr().As16())
			if chat.BarredFrom(ban, network.Addr(), 0) == nil || chat.BarredFrom(ban, mapped, 0) == nil || chat.BarredFrom(ban, netip.MustParseAddr("198.51.100.1"), 0) != nil {
				t.Errorf("a ban of %s keeps out others than it says", got)
			}
		}
	}
}

func TestHowLongABanLasts(t *testing.T) {
	r := newRealm(t)
	for lasts, want := range map[chat.Millis]string{
		1: "1 second", 1000: "1 second", 1001: "2 seconds", 60_000: "60 seconds", 60_001: "2 minutes", 3600_000: "60 minutes", 3600_001: "2 hours",
		24*3600_000 + 1: "2 days", math.MaxInt64 - 1_800_000_000_000: "86", // and so many more days
	} {
		bans := []chat.BanInfo{{Name: "192.0.2.0/24", Until: r.now + lasts}}
		err := chat.BarredFrom(bans, netip.MustParseAddr("192.0.2.1"), r.now)
		if err == nil || !strings.Contains(err.Text, "for another "+want) && lasts < 1<<50 || strings.Contains(err.Text, "-") {
			t.Errorf("for %d ms: %v, want %q", lasts, err, want)
		}
	}
}

func TestReport(t *testing.T) {
	r := newRealm(t)
	said := r.say(r.frank, r.tea, "rude")
	report := chat.Command{By: r.dave, Op: chat.Report, Target: said, Text: "that was rude", Client: "r"}
	events, out := r.apply(report)
	if want := fmt.Sprintf("reported@%d dave client=r target=%d whose=frank user=%d about=%d name=#tea text=that was rude", r.audit, said, r.frank, r.tea); len(events) == 0 || show(&events[len(events)-1]) != want {
		t.Fatalf("events %v, want %s", showAll(events), want)
	}
	if again, twice := r.apply(report); len(again) > 0 || twice.Seq != out.Seq {
		t.Errorf("sent twice: %v, %+v", showAll(again), twice)
	}
	report.Client, report.Text = "", "a\nb"
	r.refused(report, chat.Invalid)
	for _, target := range []chat.Seq{0, 3, 9999, r.say(r.keeper, r.private(r.keeper, "#den"), "psst")} {
		r.refused(chat.Command{By: r.dave, Op: chat.Report, Target: target}, chat.NotFound)
	}
}

func TestDisconnect(t *testing.T) {
	r := newRealm(t)
	r.must(chat.Command{By: r.dave, Op: chat.Disconnect, User: r.dave}) // one's own other devices
	r.must(chat.Command{By: r.admin, Op: chat.Disconnect, User: r.frank, Text: "restart"})
	r.refused(chat.Command{By: r.admin, Op: chat.Disconnect, User: r.peer}, chat.Forbidden)
	r.refused(chat.Command{By: r.frank, Op: chat.Disconnect, User: r.gina}, chat.Forbidden)
	r.refused(chat.Command{By: r.admin, Op: chat.Disconnect, User: r.frank, Text: "\x1b[2J"}, chat.Invalid)
	r.refused(chat.Command{Op: chat.Disconnect}, chat.NotFound)
}

// TestTheAuditLogIsTheServers: nobody reads it by joining, nobody makes one,
// and what is recorded first makes it.
func TestTheAuditLogIsTheServers(t *testing.T) {
	r := newRealm(t)
	for _, by := range []chat.UserID{r.frank, r.boss} {
		r.refused(chat.Command{By: by, Op: chat.Join, Room: r.audit}, chat.NotFound)
		r.refused(chat.Command{By: by, Op: chat.Join, Name: chat.AuditName}, chat.NotFound)
		r.refused(chat.Command{By: by, Op: chat.Say, Room: r.audit, Text: "x"}, chat.NotFound)
		r.refused(chat.Command{By: by, Op: chat.MarkRead, Room: r.audit, Target: 1}, chat.NotFound)
		r.refused(chat.Command{By: by, Op: chat.Ban, Room: r.audit, User: r.dave}, chat.NotFound)
	}
	r.refused(chat.Command{Op: chat.CreateRoom, Name: "#Audit"}, chat.Conflict)

	w := newCast(t) // without one
	w.refused(chat.Command{By: bob, Op: chat.CreateRoom, Name: "#Audit"}, chat.Forbidden)
	w.refused(chat.Command{By: bob, Op: chat.Join, Name: "#AUDIT"}, chat.Forbidden)
	w.refused(chat.Command{By: bob, Op: chat.RenameRoom, Room: w.room(bob, "#tea"), Name: "#Audit"}, chat.Forbidden)
	said := w.say(bob, lobby, "hi")
	if _, there := w.state.Find(chat.AuditName); there {
		t.Fatal("there is an audit log of nothing")
	}
	events, out := w.apply(chat.Command{By: alice, Op: chat.Report, Target: said})
	if out.Err != nil || len(events) != 2 || events[0].Kind != chat.RoomCreated || events[0].By != 0 || events[1].Room != chat.RoomID(events[0].Seq) {
		t.Fatalf("the first report: %v, %s", out.Err, showAll(events))
	}
}

// TestTheAuditLogTellsAll compares the audit log with what was done: each act
// of moderation is there once, chained, and without what proves anything.
func TestTheAuditLogTellsAll(t *testing.T) {
	r := newRealm(t)
	before := r.state.Seq()
	said := r.say(r.frank, r.tea, "rude")
	ssh := chat.Key{0x55}
	for _, c := range []chat.Command{
		{By: r.frank, Op: chat.AddCredential, Level: uint8(chat.BySSHKey), Key: ssh, Name: "laptop"},
		{By: r.frank, Op: chat.AddCredential, Level: uint8(chat.ByPassword), Secret: "secret hash"},
		{By: r.admin, Op: chat.MakeInvitation, Key: code, Count: 1, Level: uint8(chat.MemberRole)},
		{By: r.dave, Op: chat.Register, Name: "dave", Key: code, Secret: "secret hash"},
		{By: r.boss, Op: chat.SetRole, User: r.gina, Level: uint8(chat.AdminRole)},
		{By: r.keeper, Op: chat.SetRank, Room: r.tea, User: r.frank, Level: uint8(chat.ModeratorRank)},
		{By: r.keeper, Op: chat.SetRules, Room: r.tea, Rules: chat.HeldPins},
		{By: r.keeper, Op: chat.Mute, Room: r.tea, User: r.frank},
		{By: r.keeper, Op: chat.Unmute, Room: r.tea, User: r.frank},
		{By: r.keeper, Op: chat.Kick, Room: r.tea, User: r.frank},
		{By: r.keeper, Op: chat.Ban, Room: r.tea, User: r.frank},
		{By: r.keeper, Op: chat.Unban, Room: r.tea, User: r.frank},
		{By: r.keeper, Op: chat.Delete, Target: said},
		{By: r.admin, Op: chat.Ban, User: r.frank},
		{Op: chat.Unban, User: r.frank},
		{By: r.admin, Op: chat.Ban, Name: "192.0.2.7"},
		{By: r.admin, Op: chat.Disconnect, User: r.frank},
		{By: r.gina, Op: chat.Report, Target: said},
	} {
		r.must(c)
	}
	log := r.audited(before)
	var got []string
	for i, ev := range log {
		got = append(got, ev.Kind.String())
		if i > 0 && ev.Prev != log[i-1].Seq {
			t.Errorf("event %d follows %d, not %d", ev.Seq, ev.Prev, log[i-1].Seq)
		}
		if ev.Secret != "" || ev.Key != (chat.Key{}) && ev.Kind != chat.InvitationMade {
			t.Errorf("what proves something is in %s", show(&ev))
		}
	}
	want := []string{
		"credential-added", "credential-added", "invitation-made", "registered", "role", "rank", "rules", "muted", "unmuted", "kicked", "banned", "unbanned",
		"deleted", "banned", "unbanned", "banned", "disconnected", "reported",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the audit log has %q, want %q", got, want)
	}
}

func TestStandingsAndBansAreBounded(t *testing.T) {
	r := newRealm(t)
	snap := r.state.Snapshot()
	at := slices.IndexFunc(snap.Rooms, func(room chat.RoomInfo) bool { return room.ID == r.tea })
	for i := range chat.MaxStandings {
		snap.Rooms[at].Standings = append(snap.Rooms[at].Standings, chat.Standing{User: chat.UserID(1_000_000 + i), Muted: true})
	}
	for i := range chat.MaxBans {
		snap.Bans = append(snap.Bans, chat.BanInfo{User: chat.UserID(1_000_000 + i), Name: "x"})
	}
	s := chat.Restore(snap)
	for _, c := range []chat.Command{
		{By: r.keeper, Op: chat.Mute, Room: r.tea, User: r.frank}, {By: r.keeper, Op: chat.Ban, Room: r.tea, User: r.frank},
		{By: r.keeper, Op: chat.SetRank, Room: r.tea, User: r.frank, Level: 1}, {By: r.admin, Op: chat.Ban, User: r.frank}, {By: r.admin, Op: chat.Ban, Name: "192.0.2.7"},
	} {
		c.Time = r.now
		_, out := s.Apply(&c, chat.NewFacts(), nil)
		wantTooMany(t, out, "")
	}
	again := chat.Command{By: r.keeper, Op: chat.Mute, Room: r.tea, User: r.mod, Time: r.now} // of whom there is something already
	if _, out := s.Apply(&again, chat.NewFacts(), nil); out.Err != nil {
		t.Error(out.Err)
	}
}
