package hub_test

import (
	"fmt"
	"slices"
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// tracking returns a session that tracks and speaks for somebody.
func (w *world) tracking(a hub.Arrival, p hub.Profile) *client {
	w.Helper()
	c := w.connect(localhost)
	c.Track()
	c.SetProfile(p)
	if err := c.Arrive(w.Context(), a); err != nil {
		w.Fatal(err)
	}
	c.Settled()
	return c
}

// signals returns what the session has been signalled since it was asked last.
func (c *client) signals() (all []string) {
	c.got = nil
	c.drain()
	for _, d := range c.got {
		if s := d.Answer.Signal; s != nil {
			kind := map[hub.SignalKind]string{
				hub.WentAway: "away", hub.CalledSelf: "calls self", hub.CameOnline: "online", hub.WentOffline: "offline",
			}[s.Kind]
			line := kind + " " + s.Nick
			if s.Text != "" {
				line += ": " + s.Text
			}
			if s.Watched {
				line += " (watched)"
			}
			all = append(all, line)
		}
	}
	return all
}

func (c *client) wantSignals(want ...string) {
	c.w.Helper()
	if got := c.signals(); !slices.Equal(got, want) {
		c.w.Errorf("%s is told %q, want %q", c.Nick(), got, want)
	}
}

// A census is kept up to date and counts nobody anew.
func TestCensusFollowsWhoIsHere(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	want := func(when string, want hub.Census) {
		t.Helper()
		want.Rooms = 1
		if got := w.hub.Census(); got != want {
			t.Errorf("%s: %+v, want %+v", when, got, want)
		}
	}
	want("at first", hub.Census{})
	ann := w.tracking(hub.Arrival{Nick: "ann"}, hub.Profile{})
	visitor := w.connect(localhost)
	want("one is here, one has not said who", hub.Census{Here: 1, Most: 1, Unknown: 1})
	visitor.Close()
	ann.Amend(func(p *hub.Profile) { p.Oper = true })
	want("she is an operator", hub.Census{Here: 1, Most: 1, Admins: 1})
	bob := w.member("bob")
	again := w.arrive(hub.Arrival{User: bob.User(), Credential: w.password(bob.User())})
	want("somebody is here twice", hub.Census{Here: 2, Most: 2, Admins: 1})
	w.order(chat.Command{Op: chat.SetRole, User: bob.User(), Level: uint8(chat.AdminRole)})
	want("he is an admin", hub.Census{Here: 2, Most: 2, Admins: 2})
	bob.Close()
	want("and here once", hub.Census{Here: 2, Most: 2, Admins: 2})
	again.Close()
	want("and not at all", hub.Census{Here: 1, Most: 2, Admins: 1})
	ann.Retire(t.Context())
	want("nobody is", hub.Census{Most: 2})
}

// One is away if all one's sessions are, or if a member has none. Only the changes
// of that are told.
func TestSomebodyIsAwayIfAllTheirSessionsAre(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.tracking(hub.Arrival{Nick: "ann"}, hub.Profile{})
	bob := w.member("bob")
	id := bob.User()
	room := ann.join("#tea")
	bob.must(chat.Command{Op: chat.Join, Room: room})
	login := hub.Arrival{User: id, Credential: w.password(id)}
	ann.signals()

	first := w.tracking(login, hub.Profile{})
	bob.Close()
	ann.wantSignals()
	first.Amend(func(p *hub.Profile) { p.Away = "lunch" })
	ann.wantSignals("away bob: lunch")
	if why := ann.AwayHere(id); why != "lunch" {
		t.Errorf("bob is away: %q", why)
	}
	phone := w.tracking(login, hub.Profile{Away: hub.Unattended})
	ann.wantSignals()
	desk := w.tracking(login, hub.Profile{})
	ann.wantSignals("away bob")
	desk.Close()
	ann.wantSignals("away bob: lunch")
	first.Close()
	ann.wantSignals("away bob: *")
	phone.Close()
	ann.wantSignals("away bob: " + hub.Absent)
	if why := ann.AwayHere(id); why != "" {
		t.Errorf("bob, who is not here, is away: %q", why)
	}
	w.tracking(login, hub.Profile{})
	ann.wantSignals("away bob")
}

// A guest who is away and goes does not come back first.
// A burst of requests is nobody's coming.
func TestASessionThatPassesBringsNobodyBack(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.tracking(hub.Arrival{Nick: "ann", Key: chat.Key{1}}, hub.Profile{Away: "lunch"})
	bob := w.tracking(hub.Arrival{Nick: "bob"}, hub.Profile{})
	bob.signals()
	c := w.connect(localhost)
	c.Pass()
	if err := c.Arrive(t.Context(), hub.Arrival{Nick: "ann", Key: chat.Key{1}}); err != nil {
		t.Fatal(err)
	}
	bob.wantSignals()
	ann.Amend(func(p *hub.Profile) { p.Away = "" })
	bob.wantSignals("away ann")
}

func TestAwayGuestDepartsAway(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.tracking(hub.Arrival{Nick: "ann"}, hub.Profile{})
	bob := w.tracking(hub.Arrival{Nick: "bob"}, hub.Profile{Away: "soon gone"})
	bob.must(chat.Command{Op: chat.Join, Room: ann.join("#tea")})
	ann.signals()
	bob.Retire(t.Context())
	ann.wantSignals()
	if why := ann.AwayHere(ann.User()); why != "" {
		t.Errorf("ann is away: %q", why)
	}
}

// What is known of somebody comes from all their sessions, and stays with a member,
// and with a nick that was given up.
func TestPortraitIsOfAllSessions(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.tracking(hub.Arrival{Nick: "ann"}, hub.Profile{Name: "annie", Real: "Ann", Safe: true})
	bob := w.member("bob") // a gateway that does not ask
	p, ok := ann.Portray(bob.User())
	if !ok || p.Nick != "bob" || p.Role != chat.MemberRole || !p.Here || p.Name != "" || p.Safe || p.Since.IsZero() {
		t.Errorf("bob is %+v", p)
	}
	second := w.tracking(hub.Arrival{User: bob.User(), Credential: w.password(bob.User())}, hub.Profile{Name: "robert", Real: "Robert", Bot: true})
	bob.Close()
	second.Close()
	ann.wantSignals("away bob: " + hub.Absent)
	p, _ = ann.Portray(bob.User())
	if p.Here || p.Name != "robert" || p.Real != "Robert" || p.Bot || p.Away != hub.Absent {
		t.Errorf("bob, who has gone, is %+v", p)
	}
	id := ann.User()
	ann.must(chat.Command{Op: chat.SetNick, Name: "anna"})
	ann.CallSelf("Anna")
	ann.wantSignals("calls self anna: Anna")
	if p, _ := ann.Portray(id); p.Real != "Anna" || p.Name != "annie" || !p.Safe {
		t.Errorf("ann is %+v", p)
	}
	ann.Retire(t.Context())
	carl := w.guest("carl")
	for nick, real := range map[string]string{"ann": "Ann", "anna": "Anna"} {
		if gone := carl.Departed(nick); len(gone) != 1 || gone[0].Name != "annie" || gone[0].Real != real {
			t.Errorf("%s was %+v", nick, gone)
		}
	}
	if _, ok := carl.Portray(id); ok {
		t.Error("who has departed is portrayed")
	}
}

// Who watches a nick is told whoever comes and goes under it, and nothing twice.
func TestWatchersAreToldWhoIsOnline(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.tracking(hub.Arrival{Nick: "ann", Alone: true}, hub.Profile{})
	want := func(what ...string) {
		t.Helper()
		ann.wantSignals(what...)
	}
	ann.Watch("Bob", false)
	want()
	bob := w.tracking(hub.Arrival{Nick: "bob", Alone: true}, hub.Profile{})
	want("online bob")
	bob.Amend(func(p *hub.Profile) { p.Away = "lunch" })
	want("away bob: lunch (watched)")
	bob.must(chat.Command{Op: chat.SetNick, Name: "BOB"})
	want()
	bob.must(chat.Command{Op: chat.SetNick, Name: "robert"})
	want("offline BOB")
	bob.must(chat.Command{Op: chat.SetNick, Name: "bob"})
	want("online bob")
	bob.Retire(t.Context())
	want("offline bob")

	// What the watcher was told meanwhile may be wrong already.
	carl := w.guest("carl")
	ann.Watch("carl", false)
	want("online carl")
	carl.Retire(t.Context())
	want("offline carl")
	ann.Watch("dora", true)
	want("offline dora")

	if got := ann.Watched(); !slices.Equal(got, []string{"Bob", "carl", "dora"}) {
		t.Errorf("ann watches %q", got)
	}
	ann.Unwatch("BOB")
	ann.Unwatch("nobody")
	w.guest("bob")
	want()
}

func TestWatchesAreBoundedAndEndWithTheirSession(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.tracking(hub.Arrival{Nick: "ann"}, hub.Profile{})
	for i := range hub.MaxWatched {
		if !ann.Watch(fmt.Sprintf("friend%d", i), false) {
			t.Fatalf("no room for %d", i)
		}
	}
	if ann.Watch("one-more", false) {
		t.Error("more are watched than may be")
	}
	if !ann.Watch("FRIEND1", false) {
		t.Error("what is watched already is refused")
	}
	ann.Close()
	if n := w.hub.WatchedNicks(); n != 0 {
		t.Errorf("%d nicks are watched by nobody", n)
	}
	ann.Watch("late", false)
	if n := w.hub.WatchedNicks(); n != 0 {
		t.Errorf("%d nicks are watched by a session that has ended", n)
	}
}

// A guest whose connections are closed is gone, with the reason.
func TestDisconnectedGuestDeparts(t *testing.T) {
	w := newWorld(t, hub.NoLimits())
	ann := w.guest("ann")
	bob := w.arrive(hub.Arrival{Nick: "bob", Key: someKey})
	w.order(chat.Command{Op: chat.Disconnect, User: bob.User(), Text: "too loud"})
	bob.awaitEnd()
	bob.Close()
	ann.await("bob departs", func() bool {
		ann.drain()
		return slices.ContainsFunc(ann.events, func(ev event) bool { return ev.kind == chat.Left && ev.text == "too loud" })
	})
	if _, here := w.hub.Person("bob"); here {
		t.Error("bob is still here")
	}
}
