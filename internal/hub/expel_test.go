package hub_test

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// A ban ends every session of the person, each with the reason, and nobody
// else's. What the person has on its way is refused, and so is what comes later
// and by whatever session.
func TestBanEndsEverySessionAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		admin, troll, bystander := w.member("ada").promote(chat.AdminRole), w.member("troll"), w.guest("otter")
		sessions := []*client{troll, troll.login(elsewhere), troll.login(farAway)}
		lobby := w.lobby()
		w.batch(func() {
			troll.send(chat.Command{Op: chat.Say, Room: lobby, Text: "before"})
			admin.send(chat.Command{Op: chat.Ban, User: troll.User(), Text: "spam."})
			sessions[1].send(chat.Command{Op: chat.Say, Room: lobby, Text: "in flight"})
		})
		for i, s := range sessions {
			if why := s.awaitEnd(); why != "You have been banned from this server: spam." {
				t.Errorf("session %d ended with %q", i, why)
			}
			err := s.Do(t.Context(), chat.Command{Op: chat.Say, Room: lobby, Text: "later"}).Err
			wantCode(t, "a banned person speaks", err, chat.Unavailable)
			if err != nil && err.Text != "You have been banned from this server: spam. Nothing was sent." {
				t.Errorf("it says %q", err.Text)
			}
			wantCode(t, "a banned person marks", s.Do(t.Context(), chat.Command{Op: chat.MarkRead, Room: lobby, Target: 1}).Err, chat.Unavailable)
		}
		for _, a := range sessions[1].answers() {
			wantCode(t, "what was in flight", a.Outcome.Err, chat.Forbidden)
		}
		bystander.wantsOn()
		if got := bystander.texts(); !slices.Equal(got, []string{"before"}) {
			t.Errorf("the room heard %q", got)
		}
		back := w.connect(localhost)
		wantCode(t, "a banned person logs in", back.Arrive(t.Context(), hub.Arrival{User: troll.User(), Credential: w.password(troll.User())}), chat.Forbidden)
		if bans := back.Bans(); len(bans) != 1 || bans[0].User != troll.User() || bans[0].Name != "troll" || bans[0].By != "ada" || bans[0].Reason != "spam." {
			t.Errorf("the bans are %+v", bans)
		}
		admin.must(chat.Command{Op: chat.Unban, User: troll.User()})
		wantCode(t, "an ended session speaks after all", troll.Do(t.Context(), chat.Command{Op: chat.Say, Room: lobby, Text: "x"}).Err, chat.Unavailable)
		if bans := w.hub.Bans(); len(bans) != 0 {
			t.Errorf("after the ban was lifted there is %+v", bans)
		}
		troll.login(localhost).say(lobby, "sorry")
	})
}

// Whoever lags far behind is not shown the rest first.
func TestBanEndsALaggingSession(t *testing.T) {
	w := newWorld(t, hub.NoLimits(), func(h *hub.Hub) { h.SetTail(2) })
	troll, speaker := w.member("troll"), w.guest("speaker")
	troll.wait = true
	lobby := w.lobby()
	for range 20 {
		speaker.say(lobby, "much to read")
	}
	troll.max = 1
	troll.next() // holds the cursors now
	w.order(chat.Command{Op: chat.Ban, User: troll.User()})
	read := len(troll.events)
	troll.awaitEnd()
	if len(troll.events) > read {
		t.Errorf("after the ban it was shown %v", troll.events[read:])
	}
}

// Somebody who logs in in the same batch, before the ban, is no exception, and
// neither is a connection that is closed from elsewhere; whoever comes after that
// stays.
func TestExpulsionMeetsArrivalsOfItsBatch(t *testing.T) {
	for _, x := range []struct {
		name, why string
		cmd       chat.Command
	}{
		{"ban", "You have been banned from this server: out.", chat.Command{Op: chat.Ban, Text: "out"}},
		{"network", "Your address has been banned from this server.", chat.Command{Op: chat.Ban, Name: "192.0.2.0/24"}},
		{"disconnect", "Your connections have been closed.", chat.Command{Op: chat.Disconnect}},
	} {
		t.Run(x.name, func(t *testing.T) {
			w := newWorld(t, hub.NoLimits())
			troll := w.member("troll")
			before, after := w.connect(elsewhere), w.connect(elsewhere)
			login := hub.Arrival{User: troll.User(), Credential: w.password(troll.User())}
			var arrived, ordered, late <-chan *chat.Error
			w.batch(func() {
				arrived = appending(w, func() *chat.Error { return before.Arrive(context.Background(), login) })
				if x.cmd.Name == "" {
					x.cmd.User = troll.User()
				}
				ordered = appending(w, func() *chat.Error { return w.hub.Console().Do(context.Background(), x.cmd).Err })
				late = appending(w, func() *chat.Error { return after.Arrive(context.Background(), login) })
			})
			wantCode(t, "the arrival before", <-arrived, 0)
			wantCode(t, "the order", <-ordered, 0)
			if why := before.awaitEnd(); why != x.why {
				t.Errorf("it ended with %q", why)
			}
			err := <-late
			if x.cmd.Op == chat.Disconnect {
				wantCode(t, "the arrival after", err, 0)
				after.wantsOn()
				return
			}
			wantCode(t, "the arrival after", err, chat.Forbidden)
		})
	}
}

// A guest who is banned has to go, and is recognised by key when coming back.
func TestBannedGuestGoes(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	guest, other := w.arrive(hub.Arrival{Nick: "otter", Key: someKey}), w.guest("other")
	id, lobby := guest.User(), w.lobby()
	w.order(chat.Command{Op: chat.Ban, User: id})
	if why := guest.awaitEnd(); why != "You have been banned from this server." {
		t.Errorf("it ended with %q", why)
	}
	wantCode(t, "a banned guest speaks", guest.Do(t.Context(), chat.Command{Op: chat.Say, Room: lobby, Text: "x"}).Err, chat.Unavailable)
	if _, here := w.hub.Person("otter"); here {
		t.Error("a banned guest is still here")
	}
	wantCode(t, "a banned guest comes back", w.connect(localhost).Arrive(t.Context(), hub.Arrival{Key: someKey}), chat.Forbidden)
	w.order(chat.Command{Op: chat.Unban, User: id})
	if back := w.arrive(hub.Arrival{Key: someKey}); back.User() != id {
		t.Errorf("user %d came back as %d", id, back.User())
	}
	other.wantsOn()
}

// A ban of a network ends the sessions that come from it, whosever they are, and
// keeps out who comes from there.
func TestNetworkBanEndsItsSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		member := w.member("ada")
		guest, early := w.connect(nearby), w.connect(nearby)
		if err := guest.Arrive(t.Context(), hub.Arrival{Nick: "otter"}); err != nil {
			t.Fatal(err)
		}
		from, far := member.login(elsewhere), member.login(farAway)
		w.order(chat.Command{Op: chat.Ban, Name: "192.0.2.0/24", Text: "a botnet"})
		for _, c := range []*client{guest, from} {
			if why := c.awaitEnd(); why != "Your address has been banned from this server: a botnet." {
				t.Errorf("it ended with %q", why)
			}
		}
		member.wantsOn()
		far.wantsOn()
		for _, a := range []hub.Arrival{
			{Nick: "heron"},
			{User: member.User(), Credential: w.password(member.User())},
			{Nick: "newcomer", Account: &hub.Account{Password: "hash"}},
		} {
			wantCode(t, "an arrival from a banned network", early.Arrive(t.Context(), a), chat.Forbidden)
		}
		wantCode(t, "a connection from it", w.hub.Barred(nearby), chat.Forbidden)
		wantCode(t, "one from elsewhere", w.hub.Barred(farAway), 0)
		wantCode(t, "one without an address", w.hub.Barred(netip.Addr{}), 0)
		w.order(chat.Command{Op: chat.Unban, Name: "192.0.2.0/24"})
		wantCode(t, "after it was lifted", early.Arrive(t.Context(), hub.Arrival{Nick: "heron"}), 0)
	})
}

// A ban that was for a while is over by itself.
func TestBanEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		troll := w.member("troll")
		hour := chat.Millis(time.Now().Add(time.Hour).UnixMilli())
		w.order(chat.Command{Op: chat.Ban, User: troll.User(), Until: hour})
		w.order(chat.Command{Op: chat.Ban, Name: "192.0.2.7", Until: hour})
		troll.awaitEnd()
		login := hub.Arrival{User: troll.User(), Credential: w.password(troll.User())}
		back := w.connect(elsewhere)
		wantCode(t, "at once", back.Arrive(t.Context(), login), chat.Forbidden)
		wantCode(t, "the address at once", w.hub.Barred(elsewhere), chat.Forbidden)
		time.Sleep(time.Hour)
		wantCode(t, "the address after an hour", w.hub.Barred(elsewhere), 0)
		wantCode(t, "after an hour", back.Arrive(t.Context(), login), 0)
	})
}

// Closing one's connections spares the one by which it is asked for; an admin's
// are all of somebody else's.
func TestDisconnectSparesWhoAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		admin, ada := w.member("admin").promote(chat.AdminRole), w.member("ada")
		other := ada.login(elsewhere)
		ada.must(chat.Command{Op: chat.Disconnect, User: ada.User()})
		if why := other.awaitEnd(); why != "Your connections have been closed." {
			t.Errorf("it ended with %q", why)
		}
		ada.wantsOn()
		wantCode(t, "a member closes an admin's", ada.Do(t.Context(), chat.Command{Op: chat.Disconnect, User: admin.User()}).Err, chat.Forbidden)
		admin.wantsOn()
		other.Close()
		third := ada.login(farAway)
		admin.must(chat.Command{Op: chat.Disconnect, User: ada.User(), Text: "maintenance"})
		for _, c := range []*client{ada, third} {
			if why := c.awaitEnd(); why != "Your connections have been closed: maintenance." {
				t.Errorf("it ended with %q", why)
			}
		}
		admin.wantsOn()
		ada.login(localhost).wantsOn() // it was no ban
	})
}

// Whoever is kicked is told that they read the room no more, after the event that
// says so, on every session.
func TestKickedSessionsExit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		owner, troll := w.guest("owner"), w.member("troll")
		sessions := []*client{troll, troll.login(elsewhere)}
		tea := owner.join("#tea")
		troll.join("#tea")
		kicked := owner.must(chat.Command{Op: chat.Kick, Room: tea, User: troll.User(), Text: "enough"})
		owner.say(tea, "he is gone")
		for _, c := range sessions {
			c.await("the exit", func() bool { return slices.Contains(c.kinds(), hub.Exited) })
			if texts := c.texts(); len(texts) != 0 {
				t.Errorf("the kicked reads %q", texts)
			}
			if !slices.ContainsFunc(c.events, func(e event) bool { return e.kind == chat.Kicked && e.room == tea && e.text == "enough" }) {
				t.Errorf("the kicked was not told: %v", c.describe())
			}
			wantCode(t, "the kicked speaks", c.Do(t.Context(), chat.Command{Op: chat.Say, Room: tea, Text: "x"}).Err, chat.Forbidden)
			c.wantsOn()
		}
		if kicked.Room != tea || w.hub.Readers(tea) != 1 {
			t.Errorf("%+v; %d sessions read the room", kicked, w.hub.Readers(tea))
		}
		troll.join("#tea") // it was no ban
		owner.must(chat.Command{Op: chat.Ban, Room: tea, User: troll.User()})
		wantCode(t, "the banned comes back", troll.Do(t.Context(), chat.Command{Op: chat.Join, Room: tea}).Err, chat.Forbidden)
		for _, c := range sessions {
			c.wantsOn() // on the server they stay
			if i := slices.Index(c.kinds(), hub.Exited); i < 0 || !slices.Contains(c.kinds()[i+1:], hub.Exited) {
				t.Errorf("the banned was told %v", c.describe())
			}
		}
	})
}

// Sessions that came by a token end with it, and no others.
func TestDroppedCredentialEndsWhatCameByIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		ada := w.member("ada")
		token := w.order(chat.Command{Op: chat.AddCredential, User: ada.User(), Level: uint8(chat.ByToken), Name: "phone", Key: chat.Key{1}}).Seq
		other := w.order(chat.Command{Op: chat.AddCredential, User: ada.User(), Level: uint8(chat.ByToken), Name: "laptop", Key: chat.Key{2}}).Seq
		by := func(credential chat.Seq) *client {
			c := w.connect(localhost)
			if err := c.Arrive(t.Context(), hub.Arrival{User: ada.User(), Credential: credential}); err != nil {
				t.Fatal(err)
			}
			return c
		}
		phone, laptop, late := by(token), by(other), w.connect(localhost)
		w.batch(func() {
			aside(func() *chat.Error {
				return late.Arrive(t.Context(), hub.Arrival{User: ada.User(), Credential: token})
			})
			synctest.Wait()
			ada.send(chat.Command{Op: chat.DropCredential, Target: token})
		})
		for _, c := range []*client{phone, late} {
			c.awaitEnd()
			if why := c.Evicted(); why == nil || !why.Login {
				t.Errorf("a session of the token ended with %+v: nothing says that another login would do", why)
			}
		}
		ada.wantsOn()
		laptop.wantsOn()
		laptop.must(chat.Command{Op: chat.DropCredential, Target: other}) // who logs out themselves hears the answer
		laptop.wantsOn()
	})
}

// Another password ends what came by the one before, but for the session that chooses
// it; what came by something else stays, and so does everything if the server only keeps
// the same password anew.
func TestAnotherPasswordEndsWhatCameByTheOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.NoLimits())
		defer w.stop()
		ada, bob := w.member("ada"), w.member("bob")
		first := w.password(ada.User())
		old, late := ada.login(elsewhere), w.connect(elsewhere)
		token := w.order(chat.Command{Op: chat.AddCredential, User: ada.User(), Level: uint8(chat.ByToken), Name: "phone", Key: chat.Key{1}}).Seq
		phone := w.connect(localhost)
		if err := phone.Arrive(t.Context(), hub.Arrival{User: ada.User(), Credential: token}); err != nil {
			t.Fatal(err)
		}
		again, ok := phone.Again()
		if phone.Credential() != token || !ok || again != (hub.Arrival{User: ada.User(), Credential: token, Proved: phone.Proved()}) || phone.Proved().Before(time.Now().Add(-time.Second)) {
			t.Errorf("it came by %d, and comes again by %+v, %t", phone.Credential(), again, ok)
		}
		if _, ok := w.guest("otter").Again(); ok {
			t.Error("a guest comes again by nothing")
		}
		before := w.order(chat.Command{Op: chat.AddCredential, User: ada.User(), Level: uint8(chat.ByPassword), Secret: "kept anew", Target: first}).Seq
		old.wantsOn()
		w.batch(func() {
			aside(func() *chat.Error {
				return late.Arrive(t.Context(), hub.Arrival{User: ada.User(), Credential: before})
			})
			synctest.Wait()
			ada.send(chat.Command{Op: chat.AddCredential, Level: uint8(chat.ByPassword), Secret: "another"})
		})
		for _, c := range []*client{old, late} {
			c.awaitEnd()
			if why := c.Evicted(); why == nil || !why.Login {
				t.Errorf("a session of the old password ended with %+v", why)
			}
		}
		for _, c := range []*client{ada, phone, bob} {
			c.wantsOn()
		}
		w.order(chat.Command{Op: chat.AddCredential, User: ada.User(), Level: uint8(chat.ByPassword), Secret: "by an admin"})
		ada.awaitEnd() // who became a member by a password
		phone.wantsOn()
	})
}
