package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// newServer returns a world with an audit log, and nobody in it.
func newServer(t *testing.T) *world {
	w := newWorld(t)
	w.audit = w.must(chat.Command{Op: chat.CreateRoom, Name: chat.AuditName}).Room
	return w
}

// member lets somebody register who was nobody before, with a password.
func (w *world) member(nick string) chat.UserID {
	w.t.Helper()
	return w.must(chat.Command{Op: chat.Register, Name: nick, Open: true, Secret: "hash of " + nick}).User
}

// bot makes an account for a bot.
func (w *world) bot(nick string) chat.UserID {
	w.t.Helper()
	w.must(chat.Command{Op: chat.MakeBot, Name: nick})
	id, _ := w.state.Lookup(nick)
	return id
}

// role has the console make somebody something on the server.
func (w *world) role(id chat.UserID, role chat.Role) {
	w.t.Helper()
	w.must(chat.Command{Op: chat.SetRole, User: id, Level: uint8(role)})
}

// rank has the console make somebody something in a room.
func (w *world) rank(in chat.RoomID, id chat.UserID, rank chat.Rank) {
	w.t.Helper()
	w.must(chat.Command{Op: chat.SetRank, Room: in, User: id, Level: uint8(rank)})
}

var (
	code  = chat.Key{0xc0, 1} // of an invitation
	token = chat.Key{0x70, 1} // of a credential
)

// invitation has the console make an invitation with the code.
func (w *world) invitation(change ...func(*chat.Command)) chat.Seq {
	w.t.Helper()
	c := chat.Command{Op: chat.MakeInvitation, Key: code, Count: 1, Level: uint8(chat.MemberRole)}
	for _, f := range change {
		f(&c)
	}
	return w.must(c).Seq
}

// refused applies a command that has to be refused and returns why.
func (w *world) refused(c chat.Command, as chat.Code) string {
	w.t.Helper()
	events, out := w.apply(c)
	if out.Err == nil || out.Err.Code != as {
		w.t.Fatalf("%+v: %v, %v; want it refused as %v", c, showAll(events), out.Err, as)
	}
	if chat.CleanLine(out.Err.Text) != out.Err.Text || out.Err.Text[len(out.Err.Text)-1] != '.' {
		w.t.Errorf("not a sentence: %q", out.Err.Text)
	}
	return out.Err.Text
}

// login returns what becomes of proving somebody with a credential.
func (w *world) login(id chat.UserID, with chat.Seq) chat.Outcome {
	w.t.Helper()
	events, out := w.apply(chat.Command{Op: chat.Login, User: id, Target: with})
	if len(events) > 0 {
		w.t.Fatalf("logging in brought about %v", showAll(events))
	}
	return out
}

// password returns the password that somebody has now.
func (w *world) password(id chat.UserID) chat.Seq {
	for _, c := range w.lib.credentials[id] {
		if c.Proof == chat.ByPassword {
			return c.Seq
		}
	}
	return 0
}

func TestRegisteringKeepsWhoOneIs(t *testing.T) {
	w := newServer(t)
	key := chat.Key{1}
	id := w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: key}).User
	tea := w.room(id, "#tea")
	said := w.say(id, tea, "hello")
	erin := w.arrive("erin")
	direct := w.direct(erin, id)
	events, out := w.apply(chat.Command{By: id, Op: chat.Register, Name: "David", Open: true, Secret: "a hash", Client: "r", From: "192.0.2.7"})
	want := []string{
		"nick@3 dave name=David", "nick@1 dave name=David", "nick@5 dave name=David", "nick@10 dave name=David",
		"registered@3 David level=2 client=r whose=David user=3 text=192.0.2.7",
		"registered@2 David level=2 whose=David user=3 text=192.0.2.7",
		"credential@3 David level=1 whose=David user=3",
	}
	if got := showAll(events); !slices.Equal(got, want) || out.Err != nil {
		t.Fatalf("events\n\t%s\n%v; want\n\t%s", strings.Join(got, "\n\t"), out.Err, strings.Join(want, "\n\t"))
	}
	u, _ := w.state.User(id)
	if out.User != id || u.Role != chat.MemberRole || u.Nick != "David" || !u.Key.IsZero() || !slices.Equal(u.Rooms, []chat.RoomID{w.lobby, tea, direct}) {
		t.Errorf("outcome %+v; the member is %+v", out, u)
	}
	w.must(chat.Command{By: id, Op: chat.Edit, Target: said, Text: "hello!"})
	w.must(chat.Command{By: id, Op: chat.RenameRoom, Room: tea, Name: "#coffee"})

	w.depart(id) // which is nothing
	if other := w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: key}).User; other == id {
		t.Error("the guest's key still finds the member")
	}
	for _, nick := range []string{"DAVID", "david"} {
		w.refused(chat.Command{By: erin, Op: chat.SetNick, Name: nick}, chat.Conflict)
		w.refused(chat.Command{By: erin, Op: chat.Register, Name: nick, Open: true}, chat.Conflict)
		w.refused(chat.Command{Op: chat.Register, Name: nick, Open: true}, chat.Conflict)
		w.refused(chat.Command{Op: chat.Arrive, Name: nick, Strict: true}, chat.Conflict)
	}
	w.refused(chat.Command{By: id, Op: chat.Register, Name: "again", Open: true}, chat.Conflict)
}

func TestSomebodyNewRegisters(t *testing.T) {
	w := newServer(t)
	events, out := w.apply(chat.Command{Op: chat.Register, Name: "frank", Open: true, Secret: "a hash"})
	want := []string{
		"arrived@3 frank", "registered@3 frank level=2 whose=frank user=3", "registered@2 frank level=2 whose=frank user=3",
		"credential@3 frank level=1 whose=frank user=3", "joined@1 frank level=2",
	}
	if got := showAll(events); !slices.Equal(got, want) || out.User != 3 || out.Room != out.User.Inbox() {
		t.Errorf("events %v, outcome %+v", got, out)
	}
	w.refused(chat.Command{Op: chat.Register, Name: "a b", Open: true}, chat.Invalid)
	w.refused(chat.Command{Op: chat.Register, Name: "gina", Open: true, Secret: strings.Repeat("x", chat.MaxSecret+1)}, chat.Invalid)
	if text := w.refused(chat.Command{Op: chat.Register, Name: "gina"}, chat.Forbidden); !strings.Contains(text, "invitation") {
		t.Errorf("without an invitation: %q", text)
	}
}

// An account and what proves it are one command: the server can't stop in between.
func TestSomebodyRegistersByWhatIsNoPassword(t *testing.T) {
	w := newServer(t)
	elsewhere := chat.Command{Op: chat.Register, Name: "frank", Open: true, Level: uint8(chat.ByOIDC), Text: "the firm", Holder: chat.Key{7}}
	events, out := w.apply(elsewhere)
	if len(events) != 5 || events[3].Kind != chat.CredentialAdded || events[3].Key != (chat.Key{7}) || events[3].Name != "the firm" || out.By != chat.ByOIDC {
		t.Errorf("events %v, outcome %+v", showAll(events), out)
	}
	for name, change := range map[string]func(*chat.Command){
		"without a key":       func(c *chat.Command) { c.Holder = chat.Key{} },
		"with a secret":       func(c *chat.Command) { c.Secret = "x" },
		"of an unknown kind":  func(c *chat.Command) { c.Level = uint8(chat.ProofEnd) },
		"of no kind":          func(c *chat.Command) { c.Level = 0 },
		"a password's key":    func(c *chat.Command) { c.Level, c.Secret = 0, "a hash" },
		"a name of two lines": func(c *chat.Command) { c.Text = "a\nb" },
		"a name too long":     func(c *chat.Command) { c.Text = strings.Repeat("x", chat.MaxLabel+1) },
	} {
		c := elsewhere
		c.Name, c.Holder = "gina", chat.Key{8}
		change(&c)
		t.Run(name, func(t *testing.T) { w.refused(c, chat.Invalid) })
	}
	elsewhere.Name = "gina"
	w.refused(elsewhere, chat.Conflict)
	elsewhere.Name, elsewhere.Level, elsewhere.Secret, elsewhere.Holder = "hugo", uint8(chat.ByPasskey), "public", chat.Key{9}
	w.must(elsewhere)
}

// TestInvitationsThatLetNobodyInAnyMoreAreAllAlike: who tries codes learns
// nothing from the answers.
func TestInvitationsThatLetNobodyInAnyMoreAreAllAlike(t *testing.T) {
	register := chat.Command{Op: chat.Register, Name: "frank", Key: code, Open: true} // a code that is no good is no good
	var sentences []string
	for _, before := range []func(w *world){
		func(*world) {},
		func(w *world) {
			w.invitation()
			w.must(chat.Command{Op: chat.Register, Name: "gina", Key: code})
		},
		func(w *world) { w.invitation(func(c *chat.Command) { c.Until = w.now + 2000 }); w.now += 1001 },
		func(w *world) { w.must(chat.Command{Op: chat.DropInvitation, Target: w.invitation()}) },
	} {
		w := newServer(t)
		before(w)
		sentences = append(sentences, w.refused(register, chat.Forbidden))
	}
	if slices.Sort(sentences); len(slices.Compact(sentences)) != 1 {
		t.Errorf("told apart: %q", sentences)
	}
}

func TestInvitationLetsInAsManyAsItSays(t *testing.T) {
	w := newServer(t)
	seq := w.invitation(func(c *chat.Command) { c.Count, c.Level, c.Until = 2, uint8(chat.AdminRole), w.now+1_000_000 })
	for _, nick := range []string{"frank", "gina"} {
		u, _ := w.state.User(w.must(chat.Command{Op: chat.Register, Name: nick, Key: code}).User)
		if u.Role != chat.AdminRole {
			t.Errorf("%s is %v", nick, u.Role)
		}
	}
	w.refused(chat.Command{Op: chat.Register, Name: "henry", Key: code}, chat.Forbidden)
	w.refused(chat.Command{Op: chat.DropInvitation, Target: seq}, chat.NotFound)
	w.invitation() // the code may be used again: it belongs to nothing
}

func TestInvitationOpensRooms(t *testing.T) {
	w := newServer(t)
	keeper := w.member("keeper")
	den, old, tea := w.private(keeper, "#den"), w.room(keeper, "#old"), w.room(keeper, "#tea")
	dave := w.arrive("dave")
	w.must(chat.Command{By: keeper, Op: chat.ArchiveRoom, Room: old})
	w.must(chat.Command{By: keeper, Op: chat.Ban, Room: tea, User: dave})
	w.must(chat.Command{By: keeper, Op: chat.SetRules, Room: den, Rules: chat.NoGuests})
	w.invitation(func(c *chat.Command) { c.Count, c.Text = 2, fmt.Sprint(den, old, tea, den, w.lobby) })
	w.must(chat.Command{By: dave, Op: chat.Register, Name: "dave", Key: code})
	frank := w.must(chat.Command{Op: chat.Register, Name: "frank", Key: code}).User
	for id, want := range map[chat.UserID][]chat.RoomID{dave: {w.lobby, den}, frank: {w.lobby, den, tea}} {
		if u, _ := w.state.User(id); !slices.Equal(u.Rooms, want) {
			t.Errorf("%s is in %v, want %v", u.Nick, u.Rooms, want)
		}
	}
}

func TestWhatAnInvitationCanBe(t *testing.T) {
	w := newServer(t)
	admin, keeper := w.member("admin"), w.member("keeper")
	w.role(admin, chat.AdminRole)
	den := w.private(keeper, "#den")
	good := chat.Command{By: admin, Op: chat.MakeInvitation, Key: code, Count: 1, Level: uint8(chat.MemberRole)}
	for name, c := range map[string]struct {
		change  func(c *chat.Command)
		refused chat.Code
	}{
		"no code":                   {func(c *chat.Command) { c.Key = chat.Key{} }, chat.Invalid},
		"nobody":                    {func(c *chat.Command) { c.Count = 0 }, chat.Invalid},
		"too many":                  {func(c *chat.Command) { c.Count = chat.MaxInvites + 1 }, chat.Invalid},
		"a bot":                     {func(c *chat.Command) { c.Level = uint8(chat.BotRole) }, chat.Invalid},
		"no role":                   {func(c *chat.Command) { c.Level = 9 }, chat.Invalid},
		"one's equal":               {func(c *chat.Command) { c.Level = uint8(chat.AdminRole) }, chat.Forbidden},
		"over already":              {func(c *chat.Command) { c.Until = 1 }, chat.Invalid},
		"a room that one can't see": {func(c *chat.Command) { c.Text = fmt.Sprint(den) }, chat.NotFound},
		"the audit log":             {func(c *chat.Command) { c.By, c.Text = 0, fmt.Sprint(w.audit) }, chat.NotFound},
		"what is no room":           {func(c *chat.Command) { c.Text = "tea" }, chat.NotFound},
		"rooms on two lines":        {func(c *chat.Command) { c.Text = "1\n1" }, chat.Invalid},
		"too many rooms":            {func(c *chat.Command) { c.Text = strings.Repeat("1 ", chat.MaxTopic) + "1" }, chat.Invalid},
		"by a member":               {func(c *chat.Command) { c.By = keeper }, chat.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			c, command := c, good
			c.change(&command)
			w.refused(command, c.refused)
		})
	}
	good.Client = "once"
	events, out := w.apply(good)
	if len(events) != 1 || events[0].Room != w.audit || events[0].Key != code {
		t.Fatalf("events %v, %v; want one, in the audit log, with the code's hash", showAll(events), out.Err)
	}
	if again, out := w.apply(good); len(again) > 0 || out.Err != nil || out.Seq != events[0].Seq {
		t.Errorf("repeated: %v, outcome %+v", showAll(again), out)
	}
	good.Client = "twice"
	w.refused(good, chat.Conflict)
}

func TestLogin(t *testing.T) {
	w := newServer(t)
	frank, dave := w.member("frank"), w.arrive("dave")
	admin := w.member("admin")
	w.role(admin, chat.AdminRole)
	first := w.password(frank)
	if out := w.login(frank, first); out.Err != nil || out.User != frank || out.Room != frank.Inbox() {
		t.Fatalf("with the password: %+v", out)
	}
	wrong := chat.NoLogin()
	no := func(what string, id chat.UserID, with chat.Seq) {
		t.Helper()
		if out := w.login(id, with); out.Err == nil || *out.Err != *wrong || out.User != 0 {
			t.Errorf("with %s: %+v, want %q", what, out, wrong)
		}
	}
	no("nothing", frank, 0)
	no("another's", admin, first)
	no("nobody's name", nobody, first)
	no("a guest's name", dave, 0)
	if _, out := w.apply(chat.Command{By: dave, Op: chat.Login, User: frank, Target: first}); out.Err == nil {
		t.Error("a session gave the server's command")
	}

	w.must(chat.Command{By: frank, Op: chat.AddCredential, Level: uint8(chat.ByPassword), Secret: "another hash"})
	no("a password that was replaced", frank, first)
	second := w.password(frank)
	if out := w.login(frank, second); out.Err != nil {
		t.Errorf("with the new password: %v", out.Err)
	}
	bearer := chat.Command{By: frank, Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: token, Until: w.now + 5000}
	_, out := w.apply(bearer)
	if out.Err != nil {
		t.Fatal(out.Err)
	}
	added := w.lib.credentials[frank][1].Seq
	if out := w.login(frank, added); out.Err != nil {
		t.Errorf("with a token: %v", out.Err)
	}
	w.now += 5000
	no("a token that is over", frank, added)
	w.must(chat.Command{By: frank, Op: chat.DropCredential, Target: added})
	no("a token that was dropped", frank, added)

	w.must(chat.Command{By: admin, Op: chat.Ban, User: frank, Text: "spam"})
	no("nothing, by somebody who is banned", frank, 0)
	if out := w.login(frank, second); out.Err == nil || !strings.Contains(out.Err.Text, "spam") {
		t.Errorf("banned: %+v, want the reason", out)
	}
}

func TestCredentials(t *testing.T) {
	w := newServer(t)
	frank, gina, dave := w.member("frank"), w.member("gina"), w.arrive("dave")
	admin, peer := w.member("admin"), w.member("peer")
	w.role(admin, chat.AdminRole)
	w.role(peer, chat.AdminRole)
	robot := w.bot("robot")
	add := func(by chat.UserID, p chat.Proof, change func(*chat.Command)) chat.Command {
		c := chat.Command{By: by, Op: chat.AddCredential, Level: uint8(p), Key: token, Name: "laptop"}
		if p.Single() {
			c.Key, c.Secret = chat.Key{}, "sealed"
		}
		if p == chat.ByPasskey {
			c.Secret = "public"
		}
		if change != nil {
			change(&c)
		}
		return c
	}
	to := func(id chat.UserID) func(*chat.Command) { return func(c *chat.Command) { c.User = id } }
	w.must(add(gina, chat.BySSHKey, func(c *chat.Command) { c.Key = chat.Key{9} }))
	for name, c := range map[string]struct {
		command chat.Command
		refused chat.Code
	}{
		"of no kind":                {add(frank, 0, nil), chat.Invalid},
		"of an unknown kind":        {add(frank, chat.ProofEnd, nil), chat.Invalid},
		"a token without a key":     {add(frank, chat.ByToken, func(c *chat.Command) { c.Key = chat.Key{} }), chat.Invalid},
		"a token with a secret":     {add(frank, chat.ByToken, func(c *chat.Command) { c.Secret = "x" }), chat.Invalid},
		"a password with a key":     {add(frank, chat.ByPassword, func(c *chat.Command) { c.Key = token }), chat.Invalid},
		"a password without itself": {add(frank, chat.ByPassword, func(c *chat.Command) { c.Secret = "" }), chat.Invalid},
		"a passkey without a key":   {add(frank, chat.ByPasskey, func(c *chat.Command) { c.Key = chat.Key{} }), chat.Invalid},
		"a passkey without its own": {add(frank, chat.ByPasskey, func(c *chat.Command) { c.Secret = "" }), chat.Invalid},
		"a bot's passkey":           {add(admin, chat.ByPasskey, to(robot)), chat.Invalid},
		"elsewhere, without a key":  {add(frank, chat.ByOIDC, func(c *chat.Command) { c.Key = chat.Key{} }), chat.Invalid},
		"elsewhere, with a secret":  {add(frank, chat.ByOIDC, func(c *chat.Command) { c.Secret = "x" }), chat.Invalid},
		"a bot's elsewhere":         {add(admin, chat.ByOIDC, to(robot)), chat.Invalid},
		"a secret too long":         {add(frank, chat.ByTOTP, func(c *chat.Command) { c.Secret = strings.Repeat("x", chat.MaxSecret+1) }), chat.Invalid},
		"a name too long":           {add(frank, chat.ByToken, func(c *chat.Command) { c.Name = strings.Repeat("x", chat.MaxLabel+1) }), chat.Invalid},
		"a name of two lines":       {add(frank, chat.ByToken, func(c *chat.Command) { c.Name = "a\nb" }), chat.Invalid},
		"over already":              {add(frank, chat.ByToken, func(c *chat.Command) { c.Until = 1 }), chat.Invalid},
		"a key that is another's":   {add(frank, chat.BySSHKey, func(c *chat.Command) { c.Key = chat.Key{9} }), chat.Conflict},
		"a guest's":                 {add(dave, chat.ByToken, nil), chat.Forbidden},
		"for another member":        {add(frank, chat.ByToken, to(gina)), chat.Forbidden},
		"by an admin for a guest":   {add(admin, chat.ByToken, to(dave)), chat.Invalid},
		"by an admin for another":   {add(admin, chat.ByToken, to(peer)), chat.Forbidden},
		"for nobody":                {add(admin, chat.ByToken, to(nobody)), chat.NotFound},
		"a bot's password":          {add(admin, chat.ByPassword, to(robot)), chat.Invalid},
		"a bot's own":               {add(robot, chat.ByToken, nil), chat.Forbidden},
		"by the server for itself":  {add(0, chat.ByToken, nil), chat.NotFound},
		"dropping another's":        {chat.Command{By: frank, Op: chat.DropCredential, Target: w.password(gina)}, chat.NotFound},
		"dropping for another":      {chat.Command{By: frank, Op: chat.DropCredential, Target: w.password(gina), User: gina}, chat.Forbidden},
	} {
		t.Run(name, func(t *testing.T) { w.refused(c.command, c.refused) })
	}
	events, _ := w.apply(add(admin, chat.ByToken, func(c *chat.Command) { c.User, c.Client = robot, "t" }))
	if len(events) != 2 || events[0].Room != robot.Inbox() || events[0].Key != token || !events[1].Key.IsZero() || events[1].Client != "" {
		t.Errorf("a bot's token: %v", showAll(events))
	}
	w.must(add(admin, chat.ByPassword, to(frank))) // who has forgotten it
	w.must(chat.Command{By: admin, Op: chat.DropCredential, User: frank, Target: w.password(frank)})
	if w.password(frank) != 0 {
		t.Error("the password is still there")
	}
}

// A better hash of the same password is nobody's doing, and comes too late once
// its owner has another.
func TestTheServerKeepsAPasswordAnew(t *testing.T) {
	w := newServer(t)
	frank := w.member("frank")
	anew := func(was chat.Seq) chat.Command {
		return chat.Command{Op: chat.AddCredential, User: frank, Level: uint8(chat.ByPassword), Secret: "a better hash", Target: was}
	}
	was := w.password(frank)
	own := anew(was)
	own.By = frank
	w.refused(own, chat.Invalid)
	factor := anew(was)
	factor.Level = uint8(chat.ByTOTP)
	w.refused(factor, chat.Invalid)
	events, out := w.apply(anew(was))
	if out.Err != nil || len(events) != 1 || events[0].Room != frank.Inbox() || events[0].Target != was || events[0].Secret == "" {
		t.Errorf("%v, %v", showAll(events), out.Err)
	}
	w.refused(anew(was), chat.Conflict)
	was = w.password(frank)
	w.must(chat.Command{By: frank, Op: chat.AddCredential, Level: uint8(chat.ByPassword), Secret: "another"})
	w.refused(anew(was), chat.Conflict)
	w.must(chat.Command{By: frank, Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: token})
	other := w.lib.credentials[frank][1]
	w.refused(anew(other.Seq), chat.Conflict)
}

func TestCredentialsAreCountedWithoutTheOneReplaced(t *testing.T) {
	w := newServer(t)
	frank := w.member("frank")
	for i := range chat.MaxCredentials - 1 {
		w.must(chat.Command{By: frank, Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: chat.Key{1, byte(i)}})
	}
	w.refused(chat.Command{By: frank, Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: token}, chat.TooMany)
	w.refused(chat.Command{By: frank, Op: chat.AddCredential, Level: uint8(chat.ByTOTP), Secret: "seed"}, chat.TooMany)
	w.must(chat.Command{By: frank, Op: chat.AddCredential, Level: uint8(chat.ByPassword), Secret: "new"})
}

func TestRoles(t *testing.T) {
	w := newServer(t)
	boss, frank, dave, robot := w.member("boss"), w.member("frank"), w.arrive("dave"), w.bot("robot")
	w.role(boss, chat.OwnerRole)
	set := func(by, id chat.UserID, role chat.Role) chat.Command {
		return chat.Command{By: by, Op: chat.SetRole, User: id, Level: uint8(role)}
	}
	w.refused(set(boss, dave, chat.AdminRole), chat.Invalid)
	w.refused(set(boss, robot, chat.AdminRole), chat.Invalid)
	w.refused(set(boss, frank, chat.GuestRole), chat.Invalid)
	w.refused(set(boss, frank, chat.RoleEnd), chat.Invalid)
	w.refused(set(boss, frank, chat.MemberRole), chat.Conflict)
	w.refused(set(boss, nobody, chat.AdminRole), chat.NotFound)
	for _, by := range []chat.UserID{boss, 0} {
		if text := w.refused(set(by, boss, chat.MemberRole), chat.Conflict); !strings.Contains(text, "only owner") {
			t.Errorf("the last owner: %q", text)
		}
	}
	w.must(set(boss, frank, chat.OwnerRole))
	w.refused(set(boss, frank, chat.MemberRole), chat.Forbidden)
	w.must(set(boss, boss, chat.MemberRole))
	w.refused(set(boss, boss, chat.OwnerRole), chat.Forbidden)
	w.refused(chat.Command{Op: chat.MakeBot, Name: "ROBOT"}, chat.Conflict)
	w.refused(chat.Command{Op: chat.MakeBot, Name: "a b"}, chat.Invalid)
	w.refused(chat.Command{By: robot, Op: chat.Register, Name: "human", Open: true}, chat.Conflict)
}

// TestBatchLearnsOfAccounts is TestBatchLearnsFromItself for what concerns
// accounts. The first event of each list is number 3.
func TestBatchLearnsOfAccounts(t *testing.T) {
	invite := &chat.Command{Op: chat.MakeInvitation, Key: code, Count: 1, Level: uint8(chat.MemberRole)}
	frank := &chat.Command{Op: chat.Register, Name: "frank", Open: true, Secret: "hash"} // credential 6
	for _, c := range []struct {
		name     string
		commands []*chat.Command
		refused  string
	}{
		{"an invitation is used up", []*chat.Command{
			invite, {Op: chat.Register, Name: "frank", Key: code}, {Op: chat.Register, Name: "gina", Key: code}, {Op: chat.DropInvitation, Target: 3}, invite,
		}, "++--+"},
		{"an invitation is dropped", []*chat.Command{
			invite, {Op: chat.DropInvitation, Target: 3}, {Op: chat.DropInvitation, Target: 3}, {Op: chat.Register, Name: "frank", Key: code}, invite, invite,
		}, "++--+-"},
		{"a password is replaced", []*chat.Command{
			frank, {Op: chat.Login, User: 3, Target: 6},
			{By: 3, Op: chat.AddCredential, Level: uint8(chat.ByPassword), Secret: "new"},
			{Op: chat.Login, User: 3, Target: 6}, {Op: chat.Login, User: 3, Target: 8}, {By: 3, Op: chat.DropCredential, Target: 6},
		}, "+++-+-"},
		{"a token changes hands", []*chat.Command{
			frank, {Op: chat.Register, Name: "gina", Open: true}, // 8
			{By: 3, Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: token}, // 12
			{By: 8, Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: token},
			{By: 3, Op: chat.DropCredential, Target: 12},
			{By: 8, Op: chat.AddCredential, Level: uint8(chat.ByToken), Key: token},
			{Op: chat.Login, User: 3, Target: 12}, {Op: chat.Login, User: 8, Target: 16},
		}, "+++-++-+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			single, batch := newServer(t), newServer(t)
			var refused strings.Builder
			for _, command := range c.commands {
				command.Time = 1_790_000_100_000
				_, out := single.apply(*command)
				refused.WriteString(map[bool]string{true: "+", false: "-"}[out.Err == nil])
			}
			if refused.String() != c.refused {
				t.Errorf("done and refused: %s, want %s", &refused, c.refused)
			}
			facts := batch.lib.facts(c.commands...)
			refused.Reset()
			for _, command := range c.commands {
				_, out := batch.state.Apply(command, facts, nil)
				refused.WriteString(map[bool]string{true: "+", false: "-"}[out.Err == nil])
			}
			if refused.String() != c.refused {
				t.Errorf("in one batch: %s, want %s", &refused, c.refused)
			}
			wantSame(t, "one batch and one by one", batch.state, single.state)
		})
	}
}

// TestEventsTellWhatTheirAuthorIs: how somebody is shown depends on the event
// alone.
func TestEventsTellWhatTheirAuthorIs(t *testing.T) {
	w := newServer(t)
	dave, frank := w.must(chat.Command{Op: chat.Arrive, Name: "dave", Key: chat.Key{1}}).User, w.member("frank")
	w.role(frank, chat.AdminRole)
	w.say(dave, w.lobby, "as a guest")
	tea := w.room(dave, "#tea")
	w.invitation(func(c *chat.Command) { c.Text = fmt.Sprint(w.room(frank, "#board")) })
	events, _ := w.apply(chat.Command{By: dave, Op: chat.Register, Name: "david", Key: code})
	said, _ := w.apply(chat.Command{By: frank, Op: chat.Say, Room: w.lobby, Text: "hi"})
	amended, _ := w.apply(chat.Command{By: dave, Op: chat.React, Target: said[0].Seq, Text: "👍"})
	left, _ := w.apply(chat.Command{By: dave, Op: chat.Leave, Room: tea})
	pinned, _ := w.apply(chat.Command{By: frank, Op: chat.Pin, Target: said[0].Seq})
	for _, c := range []struct {
		ev   chat.Event
		want chat.Role
	}{
		{w.log[slices.IndexFunc(w.log, func(ev chat.Event) bool { return ev.Said() })], chat.GuestRole},
		{events[0], chat.GuestRole},              // the new nick
		{events[len(events)-1], chat.MemberRole}, // into the room of the invitation
		{said[0], chat.AdminRole}, {amended[0], chat.MemberRole}, {left[0], chat.MemberRole},
		{pinned[0], chat.AdminRole},
		{chat.Event{Kind: chat.RankSet, Level: 1}, chat.GuestRole}, // what the server did {chat.Event{Kind: chat.KindEnd, Level: 1}, chat.GuestRole},
	} {
		if got := c.ev.Role(); got != c.want {
			t.Errorf("%s: by a %v, want a %v", show(&c.ev), got, c.want)
		}
	}
}
