package hub_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// order does something as the console; it has to succeed.
func (w *world) order(cmd chat.Command) chat.Outcome {
	w.Helper()
	out := w.hub.Console().Do(w.Context(), cmd)
	if out.Err != nil {
		w.Fatalf("%+v: %v", cmd, out.Err)
	}
	return out
}

// member returns the first session of a new member.
func (w *world) member(nick string) *client {
	w.Helper()
	return w.arrive(hub.Arrival{Nick: nick, Strict: true, Account: &hub.Account{Password: "the hash of " + nick}})
}

// promote makes somebody admin or owner.
func (c *client) promote(role chat.Role) *client {
	c.w.Helper()
	c.w.order(chat.Command{Op: chat.SetRole, User: c.User(), Level: uint8(role)})
	return c
}

// password returns the credential that is a member's password.
func (w *world) password(user chat.UserID) chat.Seq {
	w.Helper()
	all, err := w.hub.Credentials(w.Context(), user)
	if err != nil || len(all) == 0 || all[0].Proof != chat.ByPassword {
		w.Fatalf("the credentials of %d: %+v, %v", user, all, err)
	}
	return all[0].Seq
}

// login returns one more session of a member, from an address.
func (c *client) login(from netip.Addr) *client {
	c.w.Helper()
	again := c.w.connect(from)
	if err := again.Arrive(c.w.Context(), hub.Arrival{User: c.User(), Credential: c.w.password(c.User())}); err != nil {
		c.w.Fatalf("log in as %s: %v", c.Nick(), err)
	}
	return again
}

// awaitEnd reads until the session ends, and returns why it did.
func (c *client) awaitEnd() string {
	c.w.Helper()
	c.await("the end of the session", func() bool { return c.err != nil })
	e, ok := c.err.(*hub.Evicted)
	if !ok {
		c.w.Fatalf("the session ended with %v", c.err)
	}
	return e.Reason
}

// wantsOn checks that a session goes on.
func (c *client) wantsOn() {
	c.w.Helper()
	if c.drain(); c.err != nil {
		c.w.Errorf("%s: the session ended: %v", c.Nick(), c.err)
	}
}

func wantCode(t testing.TB, what string, err *chat.Error, want chat.Code) {
	t.Helper()
	if code(err) != want {
		t.Errorf("%s: %v, want code %v", what, err, want)
	}
}

var (
	elsewhere = netip.MustParseAddr("192.0.2.7")
	nearby    = netip.MustParseAddr("192.0.2.200")
	farAway   = netip.MustParseAddr("2001:db8::1")
)

// A member stays in all rooms without a connection, and misses nothing.
func TestMemberStaysWithoutASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		ada, speaker := w.member("ada"), w.guest("speaker")
		tea := ada.join("#tea")
		speaker.join("#tea")
		ada.awaitSeq(w.hub.Published(tea))
		seen, id, credential := w.hub.Horizon(), ada.User(), w.password(ada.User())
		ada.Leave("for today")
		ada.Close()
		time.Sleep(2 * hub.Linger)
		if present(speaker.Session, id) || !slices.Contains(nicks(w, tea), "ada") {
			t.Error("a member without a connection is gone, or present")
		}
		last := speaker.say(tea, "while you were away")
		back := w.connect(localhost)
		if err := back.Arrive(t.Context(), hub.Arrival{User: id, Credential: credential, Resume: seen}); err != nil {
			t.Fatal(err)
		}
		back.Settled()
		back.awaitSeq(last)
		if got := back.texts(); !slices.Equal(got, []string{"while you were away"}) {
			t.Errorf("back, it reads %q", got)
		}
		for _, ev := range back.events {
			if ev.kind == chat.Left || ev.kind == chat.Joined && ev.by == id {
				t.Errorf("the coming and going of a member is in the log: %v", ev)
			}
		}
		if !present(speaker.Session, id) {
			t.Error("a member with a connection is not present")
		}
	})
}

func nicks(w *world, room chat.RoomID) (all []string) {
	w.Helper()
	for _, m := range w.hub.Info(room).Members {
		all = append(all, m.Nick)
	}
	return all
}

// Whoever logs out goes with the last connection, even if that closes later.
func TestGuestWhoLogsOutIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		for _, logsOut := range []bool{true, false} {
			otter := hub.Arrival{Nick: "otter", Key: chat.Key{1}}
			live, request := w.arrive(otter), w.arrive(hub.Arrival{Key: otter.Key})
			if request.User() != live.User() {
				t.Fatal("the otter is two")
			}
			if logsOut {
				request.LeaveWithLast("")
			} else {
				request.Leave("")
			}
			request.Close()
			time.Sleep(2 * hub.Linger)
			if !slices.Contains(nicks(w, w.lobby()), "otter") {
				t.Error("a guest with a connection is gone")
			}
			live.Close()
			time.Sleep(hub.Linger / 2)
			if gone := !slices.Contains(nicks(w, w.lobby()), "otter"); gone != logsOut {
				t.Errorf("logged out: %t; gone soon after the last connection: %t", logsOut, gone)
			}
		}
	})
}

// Each session of a member reads everything once, and what one of them does
// holds for all.
func TestMemberWithSeveralSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		ada := w.member("ada")
		all := []*client{ada, ada.login(elsewhere), ada.login(farAway)}
		for _, c := range all {
			if c.User() != ada.User() || c.Role() != chat.MemberRole {
				t.Errorf("a session speaks for %d, a %v", c.User(), c.Role())
			}
			c.drain()
		}
		tea := all[1].join("#tea")
		last := all[2].say(tea, "from the third")
		for _, c := range all {
			c.awaitSeq(last)
			c.wantOrder()
			if got := c.texts(); !slices.Equal(got, []string{"from the third"}) {
				t.Errorf("a session reads %q", got)
			}
		}
		all[0].must(chat.Command{Op: chat.SetNick, Name: "lovelace"})
		if got := all[2].Nick(); got != "lovelace" {
			t.Errorf("the third session is of %q", got)
		}
		p, err := all[0].Whois("lovelace")
		if err != nil || len(p.Sessions) != 3 || p.Sessions[1].From != elsewhere {
			t.Errorf("one's own sessions are %+v, %v", p, err)
		}
		guest := w.guest("otter")
		if p, _ := guest.Whois("lovelace"); len(p.Sessions) != 3 || p.Sessions[1].From.IsValid() {
			t.Errorf("a guest is told %+v", p)
		}
		admin := w.member("admin").promote(chat.AdminRole)
		if p, _ := admin.Whois("lovelace"); len(p.Sessions) != 3 || p.Sessions[1].From != elsewhere {
			t.Errorf("an admin is told %+v", p)
		}
		all[0].Close()
		last = all[1].say(tea, "one less")
		all[2].awaitSeq(last)
	})
}

// A session resumes while another of the same person leaves a room, and joins that
// room again: it reads everything once.
func TestResumingSessionWhoseRoomIsLeftByAnother(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ada, speaker := w.member("ada"), w.guest("speaker")
	tea := ada.join("#tea")
	speaker.join("#tea")
	resume := w.hub.Horizon()
	speaker.say(tea, "one")
	again := w.connect(elsewhere)
	if err := again.Arrive(t.Context(), hub.Arrival{User: ada.User(), Credential: w.password(ada.User()), Resume: resume}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"two", "four"} {
		speaker.say(tea, text)
		ada.must(chat.Command{Op: chat.Leave, Room: tea})
		speaker.say(tea, "while nobody of hers is in the room")
		again.join("#tea")
	}
	last := speaker.say(tea, "six")
	again.Settled()
	again.awaitSeq(last)
	again.wantOrder()
	const away = "while nobody of hers is in the room"
	if got := again.texts(); !slices.Equal(got, []string{"one", "two", away, "four", away, "six"}) {
		t.Errorf("it reads %q", got)
	}
}

// Without guests one comes in as a member, or becomes one.
func TestArriveWithoutGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits(), func(h *hub.Hub) { h.SetPolicy(hub.Policy{Registration: hub.ByInvite}) })
		defer w.stop()
		c := w.connect(localhost)
		wantCode(t, "a guest", c.Arrive(t.Context(), hub.Arrival{Nick: "otter"}), chat.Forbidden)
		account := &hub.Account{Password: "hash"}
		wantCode(t, "without an invitation", c.Arrive(t.Context(), hub.Arrival{Nick: "ada", Account: account}), chat.Forbidden)
		account.Invitation = chat.Key{1}
		wantCode(t, "with a wrong one", c.Arrive(t.Context(), hub.Arrival{Nick: "ada", Account: account}), chat.Forbidden)
		tea := w.order(chat.Command{Op: chat.CreateRoom, Name: "#tea", Private: true}).Room
		w.order(chat.Command{Op: chat.MakeInvitation, Key: account.Invitation, Count: 1, Level: uint8(chat.AdminRole), Text: fmt.Sprint(tea)})
		wantCode(t, "with a right one", c.Arrive(t.Context(), hub.Arrival{Nick: "ada", Account: account}), 0)
		if c.Nick() != "ada" || c.Role() != chat.AdminRole || !slices.Contains(nicks(w, w.lobby()), "ada") {
			t.Errorf("the session speaks for %s, a %v", c.Nick(), c.Role())
		}
		if rooms := c.Joined(); len(rooms) != 2 || rooms[1].ID != tea {
			t.Errorf("the invited is in %v", rooms)
		}
		if left, err := w.hub.Invitations(t.Context()); err != nil || len(left) != 0 {
			t.Errorf("the invitation is still %+v, %v", left, err)
		}
		second := w.connect(localhost)
		wantCode(t, "an invitation twice", second.Arrive(t.Context(), hub.Arrival{Nick: "bob", Account: account}), chat.Forbidden)
		wantCode(t, "a wrong credential", second.Arrive(t.Context(), hub.Arrival{User: c.User(), Credential: 1}), chat.Forbidden)
		wantCode(t, "the right one", second.Arrive(t.Context(), hub.Arrival{User: c.User(), Credential: w.password(c.User())}), 0)
		wantCode(t, "twice", second.Arrive(t.Context(), hub.Arrival{User: c.User(), Credential: w.password(c.User())}), chat.Conflict)
	})
}

// A guest who registers keeps everything and is not let go any more; the key by
// which it was recognised is nobody's.
func TestGuestBecomesMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		c := w.arrive(hub.Arrival{Nick: "otter", Key: someKey})
		id, tea := c.User(), c.join("#tea")
		c.must(chat.Command{Op: chat.Register, Name: "ada", Secret: "hash"})
		if c.User() != id || c.Nick() != "ada" || c.Role() != chat.MemberRole {
			t.Errorf("the session speaks for %d, %s, a %v", c.User(), c.Nick(), c.Role())
		}
		c.Close()
		time.Sleep(2 * hub.Linger)
		if !slices.Contains(nicks(w, tea), "ada") {
			t.Error("the new member has been let go")
		}
		if again := w.arrive(hub.Arrival{Nick: "otter", Key: someKey}); again.User() == id {
			t.Error("a member's old key lets somebody in as them")
		}
	})
}

// A token's scopes are all that a session may do, whatever its owner may.
func TestScopes(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ada := w.member("ada").promote(chat.OwnerRole)
	guest, lobby := w.guest("otter"), w.lobby()
	link := func(s hub.Scopes) string { return "https://example.org/" + s.String() }
	said := guest.say(lobby, "hello "+link(hub.ScopeWrite)+" "+link(hub.ScopeAdmin)+" "+link(0))
	for _, s := range []hub.Scopes{hub.ScopeWrite, hub.ScopeAdmin, 0} {
		p := chat.LinkPreview{URL: link(s), Title: "A page"}
		if out := w.hub.Console().Do(t.Context(), chat.Command{Op: chat.Preview, Target: said, Text: p.Encode()}); out.Err != nil {
			t.Fatal(out.Err)
		}
	}
	login := hub.Arrival{User: ada.User(), Credential: w.password(ada.User())}
	for _, x := range []struct {
		scopes      hub.Scopes
		say, manage chat.Code
	}{
		{hub.ScopeRead, chat.Forbidden, chat.Forbidden},
		{hub.ScopeRead | hub.ScopeWrite, 0, chat.Forbidden},
		{hub.ScopeRead | hub.ScopeWrite | hub.ScopeAdmin, 0, 0},
		{0, 0, 0},
	} {
		c := w.connect(localhost)
		login.Scopes = x.scopes
		if err := c.Arrive(t.Context(), login); err != nil {
			t.Fatal(err)
		}
		for _, do := range []struct {
			cmd  chat.Command
			want chat.Code
		}{
			{chat.Command{Op: chat.MarkRead, Room: lobby, Target: said}, 0},
			{chat.Command{Op: chat.Say, Room: lobby, Text: "by token"}, x.say},
			{chat.Command{Op: chat.React, Target: said, Text: x.scopes.String()}, x.say},
			{chat.Command{Op: chat.Report, Target: said}, x.say},
			{chat.Command{Op: chat.DropPreview, Target: said, Name: link(x.scopes)}, x.say},
			{chat.Command{Op: chat.SetProperty, Name: "status", Text: x.scopes.String()}, x.say},
			{chat.Command{Op: chat.SetProperty, Name: "status", Text: x.scopes.String(), User: guest.User()}, x.manage},
			{chat.Command{Op: chat.Mute, Room: lobby, User: guest.User()}, x.manage},
			{chat.Command{Op: chat.MakeInvitation, Key: chat.Key{byte(x.scopes) + 1}, Count: 1, Level: uint8(chat.MemberRole)}, x.manage},
			{chat.Command{Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: chat.Key{byte(x.scopes) + 1}}, x.manage},
		} {
			wantCode(t, x.scopes.String(), c.Do(t.Context(), do.cmd).Err, do.want)
		}
		if _, err := c.History(t.Context(), lobby, 0, 10); err != nil {
			t.Errorf("%v: read: %v", x.scopes, err)
		}
	}
	for _, name := range []string{"read", "Write", "admin"} {
		if s, ok := hub.ParseScopes(name); !ok || s.String() != strings.ToLower(name) {
			t.Errorf("scope %s is %v, %t", name, s, ok)
		}
	}
	if s, ok := hub.ParseScopes("all"); !ok || s != 0 || s.String() != "all" {
		t.Errorf("all is %v, %t", s, ok)
	}
	if _, ok := hub.ParseScopes("root"); ok {
		t.Error("there is a scope root")
	}
}

// In slow mode each waits between two messages, but for those who keep order, and
// in other rooms nobody does. What is sent again under its client id is no second
// message, and is acknowledged.
func TestSlowMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		owner, a, b := w.guest("owner"), w.guest("a"), w.member("b")
		tea := owner.join("#tea")
		a.join("#tea")
		b.join("#tea")
		owner.must(chat.Command{Op: chat.SetRules, Room: tea, Count: 30})
		say := func(c *client, client string) chat.Outcome {
			return c.Do(t.Context(), chat.Command{Op: chat.Say, Room: tea, Text: "hello", Client: chat.ClientID(client)})
		}
		first := say(a, "one")
		wantCode(t, "the first", first.Err, 0)
		wantCode(t, "another's", say(b, "").Err, 0)
		wantCode(t, "another's second", say(b, "").Err, chat.TooMany)
		wantCode(t, "the second", say(a, "two").Err, chat.TooMany)
		if again := say(a, "one"); again.Err != nil || again.Seq != first.Seq {
			t.Errorf("the first once more: %+v, want Seq %d", again, first.Seq)
		}
		wantCode(t, "the second still", say(a, "two").Err, chat.TooMany)
		wantCode(t, "by another session", say(b.login(elsewhere), "").Err, chat.TooMany)
		a.say(w.lobby(), "elsewhere")
		for range 3 {
			wantCode(t, "the owner", say(owner, "").Err, 0)
		}
		time.Sleep(29 * time.Second)
		err := say(a, "two").Err
		wantCode(t, "after 29 s", err, chat.TooMany)
		if err != nil && !strings.Contains(err.Text, "in 1.") {
			t.Errorf("it says %q", err.Text)
		}
		time.Sleep(time.Second)
		wantCode(t, "after 30 s", say(a, "two").Err, 0)
		owner.must(chat.Command{Op: chat.SetRules, Room: tea})
		wantCode(t, "without slow mode", say(a, "").Err, 0)
	})
}

// At the stop nobody is seen to go; at the next start the guests who do not come
// back are let go, and the members are there.
func TestKeepAtStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		w := openWorld(t, dir, hub.NoLimits())
		ada, guest, keyed, reader := w.member("ada"), w.guest("otter"), w.arrive(hub.Arrival{Nick: "heron", Key: someKey}), w.guest("reader")
		lobby, id := w.lobby(), keyed.User()
		reader.drain()
		w.hub.Keep()
		for _, c := range []*client{ada, guest, keyed} {
			c.Close()
		}
		time.Sleep(2 * hub.Linger)
		if reader.drain(); len(nicks(w, lobby)) != 4 || slices.ContainsFunc(reader.events, func(e event) bool { return e.kind == chat.Left }) {
			t.Errorf("in the lobby are %v; the reader saw %v", nicks(w, lobby), reader.describe())
		}
		w.stop()

		w = openWorld(t, dir, hub.NoLimits())
		defer w.stop()
		synctest.Wait()
		if got := nicks(w, lobby); !slices.Equal(got, []string{"ada", "heron"}) {
			t.Errorf("after the start are here %v", got)
		}
		if back := w.arrive(hub.Arrival{Key: someKey}); back.User() != id {
			t.Errorf("user %d came back as %d", id, back.User())
		}
		time.Sleep(2 * hub.Linger)
		if got := nicks(w, lobby); !slices.Equal(got, []string{"ada", "heron"}) {
			t.Errorf("later are here %v", got)
		}
	})
}

// What somebody is on the server shows at once, and after a start.
func TestRolesAreVisible(t *testing.T) {
	dir := t.TempDir()
	w := openWorld(t, dir, hub.NoLimits())
	if w.hub.HasOwner() {
		t.Error("an empty server has an owner")
	}
	ada, guest := w.member("ada"), w.guest("otter")
	w.order(chat.Command{Op: chat.MakeBot, Name: "clock"})
	ada.promote(chat.OwnerRole)
	wantCode(t, "the last owner", w.hub.Console().Do(t.Context(), chat.Command{Op: chat.SetRole, User: ada.User(), Level: uint8(chat.MemberRole)}).Err, chat.Conflict)
	if ada.Role() != chat.OwnerRole || guest.RoleOf(ada.User()) != chat.OwnerRole || guest.Role() != chat.GuestRole || !w.hub.HasOwner() {
		t.Errorf("the owner is a %v, the guest a %v", ada.Role(), guest.Role())
	}
	if guest.RoleOf(1<<40) != chat.GuestRole || present(guest.Session, 1<<40) {
		t.Error("nobody is somebody")
	}
	w.stop()
	w = openWorld(t, dir, hub.NoLimits())
	var got []string
	for _, p := range w.hub.People() {
		if p.Role != chat.GuestRole {
			got = append(got, p.Nick+" "+p.Role.String())
		}
	}
	if !slices.Equal(got, []string{"ada owner", "clock bot"}) {
		t.Errorf("after a start there are %q", got)
	}
}

// The audit log is for admins; a moderator sees of it what is about their rooms,
// and others nothing.
func TestAuditIsForThoseWhoKeepOrder(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	admin, mod, member, troll := w.member("admin").promote(chat.AdminRole), w.member("mod"), w.member("member"), w.guest("troll")
	tea, cocoa := mod.join("#tea"), admin.join("#cocoa")
	for _, c := range []*client{member, troll} {
		c.join("#tea")
		c.join("#cocoa")
	}
	mod.must(chat.Command{Op: chat.Mute, Room: tea, User: troll.User()})
	admin.must(chat.Command{Op: chat.Kick, Room: cocoa, User: troll.User()})
	admin.must(chat.Command{Op: chat.Ban, Name: "192.0.2.0/24"})
	member.must(chat.Command{Op: chat.Report, Target: troll.say(w.lobby(), "buy this")})

	audit := func(c *client, before chat.Seq, limit int) (kinds []chat.Kind, first chat.Seq) {
		t.Helper()
		events, err := c.Audit(t.Context(), before, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range events {
			kinds = append(kinds, ev.Kind)
		}
		return kinds, events[0].Seq
	}
	last, first := audit(admin, 0, 4)
	if want := []chat.Kind{chat.Muted, chat.Kicked, chat.Banned, chat.Reported}; !slices.Equal(last, want) {
		t.Errorf("an admin sees last %v, want %v", last, want)
	}
	if all, _ := audit(admin, first, 100); all[0] != chat.RoomCreated || slices.Contains(all, chat.Muted) || !slices.Contains(all, chat.Registered) {
		t.Errorf("before that an admin sees %v", all)
	}
	if mine, _ := audit(mod, 0, 100); !slices.Equal(mine, []chat.Kind{chat.Muted}) {
		t.Errorf("a moderator of #tea sees %v", mine)
	}
	for _, c := range []*client{member, troll} {
		_, err := c.Audit(t.Context(), 0, 100)
		wantCode(t, "the audit log to "+c.Nick(), err, chat.Forbidden)
		if _, err := c.Room(chat.AuditName); err == nil {
			t.Errorf("%s sees the audit log as a room", c.Nick())
		}
	}
	for _, c := range []*client{admin, troll} { // nobody reads it as a room, or writes
		if out := c.Do(t.Context(), chat.Command{Op: chat.Join, Name: chat.AuditName}); out.Err == nil {
			t.Errorf("%s joined the audit log", c.Nick())
		}
		for _, room := range c.Rooms() {
			if room.Flags&chat.Audit != 0 {
				t.Errorf("%s is shown the audit log among the rooms", c.Nick())
			}
		}
	}
	events, err := w.hub.Audit(t.Context(), 0, 1)
	if err != nil || len(events) != 1 || events[0].Kind != chat.Reported {
		t.Errorf("the console sees %v, %v", events, err)
	}
}

// present reports whether a session speaks for somebody, as a session sees it.
func present(s *hub.Session, id chat.UserID) bool {
	return s.Presences([]chat.Member{{ID: id}})[0].Here
}
