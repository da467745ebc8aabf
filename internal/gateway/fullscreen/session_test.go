package fullscreen_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/commitlog"
	"hubbub/internal/gateway/fullscreen"
	"hubbub/internal/hub"
	"hubbub/internal/store"
	"hubbub/internal/tui"
)

// world is a hub with a gateway on it.
type world struct {
	*testing.T
	hub     *hub.Hub
	gateway *fullscreen.Gateway
	lobby   chat.RoomID
}

// notes tells in lines what comes to an inbox.
func notes(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
	if ev.Kind != chat.Invited {
		return dst
	}
	return fmt.Appendf(dst, "* %s invites you to %s\n", ev.Nick, ev.Name)
}

// in runs a test in a bubble with a world.
func in(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st, err := store.Open(t.TempDir(), store.Options{Readers: 1})
		if err != nil {
			t.Fatal(err)
		}
		h, err := hub.New(t.Context(), hub.Config{
			Policy: hub.OpenPolicy(), Log: commitlog.NewLocal(), Store: st, Limits: hub.NoLimits(),
			Encoders: fullscreen.Encoders(notes), Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() {
			if err := h.Run(ctx); err != nil {
				t.Errorf("the hub ended with %v", err)
			}
		})
		running.Go(func() { _ = st.Run(ctx) })
		if err := h.Start(ctx); err != nil {
			t.Fatal(err)
		}
		room, refused := h.RoomNamed(chat.Lobby)
		if refused != nil {
			t.Fatal(refused)
		}
		w := &world{t, h, fullscreen.New(fullscreen.Config{Hub: h, URL: "https://chat.example.org", Most: 2, Logger: slog.New(slog.DiscardHandler)}), room.ID}
		defer func() {
			h.Close()
			cancel()
			running.Wait()
			if err := st.Close(); err != nil {
				t.Error(err)
			}
		}()
		test(w)
	})
}

// user is somebody who looks at a screen, as the interface sees it.
type user struct {
	*world
	*fullscreen.Session
}

func (w *world) user(nick string) *user {
	w.Helper()
	s, err := w.gateway.Open(w.Context(), netip.MustParseAddr("192.0.2.1"), hub.Arrival{Nick: nick})
	if err != nil {
		w.Fatal(err)
	}
	return &user{w, s}
}

// drain returns all that there is.
func (u *user) drain() (all []tui.Update) {
	u.Helper()
	ctx, cancel := context.WithCancel(u.Context())
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			some, err := u.Next(ctx)
			if err != nil {
				return
			}
			all = append(all, some...)
		}
	}()
	synctest.Wait()
	cancel()
	<-done
	return all
}

// of returns the updates of a type.
func of[T tui.Update](all []tui.Update) (some []T) {
	for _, u := range all {
		if one, ok := u.(T); ok {
			some = append(some, one)
		}
	}
	return some
}

func (u *user) do(c chat.Command) chat.Outcome {
	u.Helper()
	out := u.Hub().Do(u.Context(), c)
	if out.Err != nil {
		u.Fatalf("%+v: %v", c, out.Err)
	}
	return out
}

func (u *user) say(room chat.RoomID, text string) chat.Seq {
	u.Helper()
	return u.do(chat.Command{Op: chat.Say, Room: room, Text: text}).Seq
}

func TestWhatIsSaidIsPosted(t *testing.T) {
	in(t, func(w *world) {
		ann, bob := w.user("ann"), w.user("bob")
		defer ann.Close(true)
		defer bob.Close(true)
		ann.drain()
		rooms := of[tui.Rooms](bob.drain())
		if len(rooms) != 1 || len(rooms[0].Rooms) != 1 || rooms[0].Rooms[0].Name != "#lobby" {
			t.Fatalf("the rooms are %+v", rooms)
		}
		if err := ann.Say(w.Context(), tui.Draft{ID: "a-1", Room: w.lobby, Text: "hello @bob"}); err != nil {
			t.Fatal(err)
		}
		posted := of[tui.Posted](bob.drain())
		if len(posted) != 1 || posted[0].Entry.Text != "hello @bob" || !posted[0].Entry.Calls || posted[0].Entry.Client != "" {
			t.Fatalf("bob gets %+v", posted)
		}
		first := posted[0].Entry.Seq
		own := of[tui.Posted](ann.drain())
		if len(own) == 0 || own[len(own)-1].Entry.Client != "a-1" || own[len(own)-1].Entry.Calls {
			t.Errorf("ann gets %+v", own)
		}
		if err := bob.Say(w.Context(), tui.Draft{ID: "b-1", Room: w.lobby, Text: "and you", Answer: first}); err != nil {
			t.Fatal(err)
		}
		if err := bob.React(w.Context(), first, "👍", true); err != nil {
			t.Fatal(err)
		}
		got := ann.drain()
		reply, changed := of[tui.Posted](got), of[tui.Changed](got)
		if len(reply) != 1 || reply[0].Entry.Quote != "hello @bob" || reply[0].Entry.Whose != "ann" {
			t.Errorf("the reply is %+v", reply)
		}
		if last := changed[len(changed)-1].Entry; last.Seq != first || last.Replies != 1 || len(last.Reactions) != 1 || last.Reactions[0].Mine {
			t.Errorf("it is %+v then", last)
		}
		if thread, err := ann.Thread(w.Context(), first); err != nil || len(thread) != 2 || thread[1].Quote != "hello @bob" {
			t.Errorf("the thread is %+v, %v", thread, err)
		}
		if err := ann.Edit(w.Context(), first, "hello, bob"); err != nil {
			t.Fatal(err)
		}
		if changed := of[tui.Changed](bob.drain()); !changed[len(changed)-1].Entry.Edited || changed[len(changed)-1].Entry.Text != "hello, bob" {
			t.Errorf("it is %+v after the edit", changed)
		}
		if err := ann.Delete(w.Context(), first); err != nil {
			t.Fatal(err)
		}
		if changed := of[tui.Changed](bob.drain()); !changed[len(changed)-1].Entry.Deleted {
			t.Errorf("it is %+v after the deletion", changed)
		}
		if err := bob.Edit(w.Context(), first, "mine"); !errors.As(err, new(*chat.Error)) {
			t.Errorf("what is another's can be edited: %v", err)
		}
	})
}

// Who lags far behind is told where they missed something, and reads it as pages.
func TestReaderWhoLagsIsToldWhatItMissed(t *testing.T) {
	in(t, func(w *world) {
		ann, bob := w.user("ann"), w.user("bob")
		defer ann.Close(true)
		defer bob.Close(true)
		bob.drain()
		const many = 700
		for i := range many {
			ann.say(w.lobby, fmt.Sprint("message ", i))
		}
		got := bob.drain()
		if missed := of[tui.Missed](got); len(missed) != 1 || missed[0].Room != w.lobby {
			t.Errorf("missed: %+v", missed)
		}
		if posted := of[tui.Posted](got); len(posted) > 0 {
			t.Errorf("%d messages are posted", len(posted))
		}
		rooms := of[tui.Rooms](got)
		if len(rooms) != 1 || rooms[0].Rooms[0].Unread != hub.MaxUnread {
			t.Errorf("the rooms are %+v", rooms)
		}
		var texts []string
		page, err := bob.Page(w.Context(), w.lobby, tui.Where{Limit: 50})
		for ; err == nil; page, err = bob.Page(w.Context(), w.lobby, tui.Where{Before: page.Entries[0].Seq, Limit: 50}) {
			for _, e := range slices.Backward(page.Entries) {
				texts = append(texts, e.Text)
			}
			if !page.Older {
				break
			}
		}
		slices.Reverse(texts)
		if err != nil || len(texts) != many || texts[0] != "message 0" || texts[many-1] != fmt.Sprint("message ", many-1) {
			t.Errorf("%d messages in pages, %v", len(texts), err)
		}
		ann.say(w.lobby, "and on")
		if posted := of[tui.Posted](bob.drain()); len(posted) != 1 || posted[0].Entry.Text != "and on" {
			t.Errorf("then %+v", posted)
		}
	})
}

func TestPagesAreReadFromAnyPoint(t *testing.T) {
	in(t, func(w *world) {
		ann := w.user("ann")
		defer ann.Close(true)
		var all []chat.Seq
		for i := range 10 {
			all = append(all, ann.say(w.lobby, fmt.Sprint(i)))
		}
		for _, c := range []struct {
			where        tui.Where
			from, to     int
			older, newer bool
		}{
			{tui.Where{Limit: 3}, 7, 10, true, false}, {tui.Where{Limit: 100}, 0, 10, false, false},
			{tui.Where{Before: all[3], Limit: 100}, 0, 3, false, true}, {tui.Where{Before: all[3], Limit: 2}, 1, 3, true, true},
			{tui.Where{After: all[3], Limit: 2}, 4, 6, true, true}, {tui.Where{After: all[3], Limit: 100}, 4, 10, true, false},
			{tui.Where{Around: all[5], Limit: 4}, 3, 7, true, true}, {tui.Where{Around: all[0], Limit: 4}, 0, 2, false, true},
		} {
			page, err := ann.Page(w.Context(), w.lobby, c.where)
			var got []chat.Seq
			for _, e := range page.Entries {
				got = append(got, e.Seq)
			}
			if err != nil || !slices.Equal(got, all[c.from:c.to]) || page.Older != c.older || page.Newer != c.newer {
				t.Errorf("%+v: %v of %v, older %t, newer %t, %v", c.where, got, all, page.Older, page.Newer, err)
			}
		}
		if _, err := ann.Page(w.Context(), 9999, tui.Where{Limit: 3}); !errors.As(err, new(*chat.Error)) {
			t.Errorf("a room that is not there: %v", err)
		}
	})
}

// Who reads on with every message brings one record to the log in a while.
func TestReadMarkersAreKeptNowAndThen(t *testing.T) {
	in(t, func(w *world) {
		ann, bob := w.user("ann"), w.user("bob")
		defer ann.Close(true)
		bob.drain()
		var last chat.Seq
		for i := range 20 {
			last = ann.say(w.lobby, fmt.Sprint(i))
			if err := bob.MarkRead(w.Context(), w.lobby, last); err != nil {
				t.Fatal(err)
			}
		}
		bob.drain()
		before := w.hub.Horizon()
		<-time.After(time.Minute)
		if n := w.hub.Horizon() - before; n != 1 {
			t.Errorf("%d records", n)
		}
		if got := bob.drain(); len(of[tui.Rooms](got)) != 0 {
			t.Errorf("one's own marker brings %+v", got)
		}
		if unread, err := bob.Hub().UnreadAt(w.Context(), bob.Hub().Horizon()); err != nil || len(unread) != 0 {
			t.Errorf("unread: %+v, %v", unread, err)
		}
		last = ann.say(w.lobby, "one more")
		_ = bob.MarkRead(w.Context(), w.lobby, last)
		before = w.hub.Horizon()
		bob.Close(false)
		if n := w.hub.Horizon() - before; n != 1 {
			t.Errorf("%d records at the end", n)
		}
	})
}

func TestRoomsAndPeopleFollow(t *testing.T) {
	in(t, func(w *world) {
		ann, bob := w.user("ann"), w.user("bob")
		defer ann.Close(true)
		defer bob.Close(true)
		bob.drain()
		if people, err := bob.People(w.Context(), w.lobby); err != nil || len(people) != 2 || people[0].Nick != "ann" {
			t.Errorf("%+v, %v", people, err)
		}
		ann.do(chat.Command{Op: chat.SetNick, Name: "zara"})
		if p := of[tui.People](bob.drain()); len(p) != 1 || p[0].People[1].Nick != "zara" {
			t.Errorf("after the nick %+v", p)
		}
		ann.Hub().Amend(func(p *hub.Profile) { p.Away = "lunch" })
		if p := of[tui.People](bob.drain()); len(p) != 1 || !p[0].People[1].Away {
			t.Errorf("away: %+v", p)
		}
		if err := ann.Typing(w.Context(), w.lobby); err != nil {
			t.Fatal(err)
		}
		if typing := of[tui.Typing](bob.drain()); len(typing) != 1 || typing[0].Nick != "zara" || typing[0].Room != w.lobby {
			t.Errorf("typing: %+v", typing)
		}
		den := ann.do(chat.Command{Op: chat.CreateRoom, Name: "#den", Private: true}).Room
		ann.do(chat.Command{Op: chat.Invite, Room: den, User: bob.Hub().User()})
		if told := of[tui.Told](bob.drain()); len(told) != 1 || !slices.Equal(told[0].Lines, []string{"zara invites you to #den"}) {
			t.Errorf("told: %+v", told)
		}
		direct := ann.do(chat.Command{Op: chat.OpenDirect, User: bob.Hub().User()}).Room
		ann.say(direct, "between us")
		rooms := of[tui.Rooms](bob.drain())
		if last := rooms[len(rooms)-1].Rooms; len(last) != 2 || last[1].Name != "zara" || !last[1].Direct {
			t.Errorf("rooms: %+v", last)
		}
	})
}

func TestCrowdIsNotToldAnewOfEachWhoComes(t *testing.T) {
	in(t, func(w *world) {
		bob := w.user("bob")
		defer bob.Close(true)
		if _, err := bob.People(w.Context(), w.lobby); err != nil {
			t.Fatal(err)
		}
		bob.drain()
		told := 0
		for i := range 40 {
			defer w.user(fmt.Sprint("guest", i)).Close(true)
			told += len(of[tui.People](bob.drain()))
		}
		if told != 20 { // while there are up to 20, and once more
			t.Errorf("told %d times", told)
		}
		<-time.After(time.Second)
		if p := of[tui.People](bob.drain()); len(p) != 1 || len(p[0].People) != 41 {
			t.Errorf("after a while %d", len(p))
		}
	})
}

// A room with many people does not show changes of names, but one knows one's own.
func TestOwnNameIsToldInACrowd(t *testing.T) {
	in(t, func(w *world) {
		ann := w.user("ann")
		defer ann.Close(true)
		for i := range 101 {
			defer w.user(fmt.Sprint("guest", i)).Close(true)
		}
		ann.drain()
		ann.do(chat.Command{Op: chat.SetNick, Name: "zara"})
		posted := of[tui.Posted](ann.drain())
		if len(posted) != 1 || posted[0].Entry.Kind != chat.NickChanged || posted[0].Entry.Name != "zara" {
			t.Errorf("%+v", posted)
		}
	})
}

// Who comes and goes where nobody looks is looked up when somebody does.
func TestPeopleAreThoseOfTheRoomThatIsShown(t *testing.T) {
	in(t, func(w *world) {
		ann, bob := w.user("ann"), w.user("bob")
		defer ann.Close(true)
		defer bob.Close(true)
		tea := ann.do(chat.Command{Op: chat.Join, Name: "#tea"}).Room
		if _, err := ann.People(w.Context(), w.lobby); err != nil {
			t.Fatal(err)
		}
		ann.drain()
		bob.do(chat.Command{Op: chat.Join, Name: "#tea"})
		if p := of[tui.People](ann.drain()); len(p) != 0 {
			t.Errorf("of another room: %+v", p)
		}
		if people, err := ann.People(w.Context(), tea); err != nil || len(people) != 2 {
			t.Errorf("%+v, %v", people, err)
		}
		bob.do(chat.Command{Op: chat.Leave, Room: tea})
		if p := of[tui.People](ann.drain()); len(p) != 1 || p[0].Room != tea || len(p[0].People) != 1 {
			t.Errorf("of the room: %+v", p)
		}
		if got := ann.Where(); got != "#tea" {
			t.Errorf("she looks at %q", got)
		}
		ann.do(chat.Command{Op: chat.Leave, Room: tea})
		if got := ann.Where(); got != "" {
			t.Errorf("she looks at %q, which she has left", got)
		}
	})
}

func TestPreferencesAreKeptWithTheUser(t *testing.T) {
	in(t, func(w *world) {
		ann := w.user("ann")
		defer ann.Close(true)
		ann.drain()
		if err := ann.Prefer(w.Context(), tui.TerminalKey, `{"plain":true}`); err != nil {
			t.Fatal(err)
		}
		if got := of[tui.Preferred](ann.drain()); len(got) != 1 || got[0] != (tui.Preferred{Key: tui.TerminalKey, Value: `{"plain":true}`}) {
			t.Errorf("%+v", got)
		}
		if !ann.PrefersLines() {
			t.Error("it is not known that she prefers lines")
		}
		if all, err := ann.Preferences(w.Context()); err != nil || all[tui.TerminalKey] != `{"plain":true}` {
			t.Errorf("%v, %v", all, err)
		}
	})
}

func TestMentionsAreWhatCallsTheUser(t *testing.T) {
	in(t, func(w *world) {
		ann, bob := w.user("ann"), w.user("bob")
		defer ann.Close(true)
		defer bob.Close(true)
		ann.say(w.lobby, "bob is not called")
		want := ann.say(w.lobby, "@bob is")
		bob.say(w.lobby, "@bob calls himself")
		synctest.Wait() // the index trails the log
		<-time.After(10 * time.Second)
		got, err := bob.Mentions(w.Context())
		if err != nil || len(got) != 1 || got[0].Seq != want {
			t.Errorf("%+v, %v", got, err)
		}
		if found, err := bob.Search(w.Context(), "called"); err != nil || len(found) != 1 {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

func TestScreensAreCounted(t *testing.T) {
	g := fullscreen.New(fullscreen.Config{Most: 2})
	for n, want := range []bool{true, true, false} {
		if g.Enter() != want {
			t.Errorf("after %d: %t", n, !want)
		}
	}
	if g.Leave(); !g.Enter() {
		t.Error("nobody takes the place of who has left")
	}
}
