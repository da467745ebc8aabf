package remote_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/api"
	"hubbub/client"
	"hubbub/internal/chat"
	"hubbub/internal/hubtest"
	"hubbub/internal/remote"
	"hubbub/internal/tui"
)

// person is somebody with a session, and what it has brought.
type person struct {
	*remote.Session
	t     *testing.T
	ended chan error
	end   context.CancelFunc

	told []tui.Update // owned by the test
}

// come connects somebody until the test ends.
func come(t *testing.T, cfg client.Config) *person {
	t.Helper()
	s, err := remote.New(cfg, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{Session: s, t: t, ended: make(chan error, 1)}
	ctx, end := context.WithCancel(context.Background())
	p.end = end
	var running sync.WaitGroup
	running.Go(func() { p.ended <- s.Run(ctx) })
	t.Cleanup(func() { end(); running.Wait() })
	select {
	case <-s.Ready():
	case err := <-p.ended:
		t.Fatalf("it ended with %v", err)
	}
	return p
}

func guest(s *hubtest.Server, nick, room string) client.Config {
	return client.Config{Dial: dialTo(s), Nick: nick, Room: room, MinRetry: time.Millisecond, MaxRetry: 2 * time.Millisecond}
}

// until takes what the session brings until there is an update for which ok holds. It
// looks at what was brought before, too.
func until[T tui.Update](p *person, what string, ok func(T) bool) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second) // of a test that has failed
	defer cancel()
	for from := 0; ; {
		for _, u := range p.told[from:] {
			if u, is := u.(T); is && ok(u) {
				return u
			}
		}
		from = len(p.told)
		got, err := p.Next(ctx)
		if err != nil {
			p.t.Fatalf("%s was not brought, but %v; there was %+v", what, err, p.told)
		}
		p.told = append(p.told, got...)
	}
}

// posted waits for an entry with a text.
func (p *person) posted(text string) tui.Entry {
	p.t.Helper()
	return until(p, "the entry "+text, func(u tui.Posted) bool { return u.Entry.Text == text }).Entry
}

// changed waits for a change of an entry that makes it as ok says.
func (p *person) changed(what string, ok func(e tui.Entry) bool) tui.Entry {
	p.t.Helper()
	return until(p, what, func(u tui.Changed) bool { return ok(u.Entry) }).Entry
}

// room waits for a room as ok says.
func (p *person) room(name string, ok func(r tui.Room) bool) tui.Room {
	p.t.Helper()
	var found tui.Room
	until(p, "the room "+name, func(u tui.Rooms) bool {
		i := slices.IndexFunc(u.Rooms, func(r tui.Room) bool { return r.Name == name && (ok == nil || ok(r)) })
		if i >= 0 {
			found = u.Rooms[i]
		}
		return i >= 0
	})
	return found
}

func (p *person) say(room chat.RoomID, text string, answer chat.Seq) {
	p.t.Helper()
	if err := p.Say(p.t.Context(), tui.Draft{ID: p.NewID(), Room: room, Text: text, Answer: answer}); err != nil {
		p.t.Fatalf("%q was not said: %v", text, err)
	}
}

func (p *person) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func TestTwoTalk(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := come(t, guest(s, "ann", "tea"))
	tea := ann.room("#tea", nil).ID
	bob := come(t, guest(s, "bob", "tea"))
	until(ann, "that bob came", func(u tui.Posted) bool {
		return u.Entry.Kind == chat.Joined && u.Entry.Nick == "bob" && u.Entry.Room == tea
	})
	if rooms := until(bob, "his rooms", func(tui.Rooms) bool { return true }).Rooms; len(rooms) != 2 || rooms[0].ID != tea {
		t.Errorf("bob's rooms are %+v: the one that he came for comes first", rooms)
	}

	ann.say(tea, "the kettle, @bob", 0)
	mine, his := ann.posted("the kettle, @bob"), bob.posted("the kettle, @bob")
	if mine.Client == "" || mine.By != ann.Self().ID || mine.Calls || his.Client != "" || !his.Calls || his.Seq != mine.Seq {
		t.Errorf("ann has %+v, bob %+v", mine, his)
	}
	bob.say(tea, "boils", his.Seq)
	if reply := ann.posted("boils"); reply.Quote != "the kettle, @bob" || reply.Whose != "ann" || reply.Thread != his.Seq {
		t.Errorf("the reply is %+v", reply)
	}
	ann.changed("the count of replies", func(e tui.Entry) bool { return e.Seq == mine.Seq && e.Replies == 1 })
	bob.must(bob.React(t.Context(), his.Seq, "👍", true))
	ann.changed("a reaction", func(e tui.Entry) bool {
		return e.Seq == mine.Seq && slices.Equal(e.Reactions, []tui.Reaction{{Emoji: "👍", Count: 1}})
	})
	bob.changed("his reaction", func(e tui.Entry) bool { return len(e.Reactions) == 1 && e.Reactions[0].Mine })
	bob.must(bob.React(t.Context(), his.Seq, "👍", false))
	ann.changed("that it was taken back", func(e tui.Entry) bool { return e.Seq == mine.Seq && e.Replies == 1 && len(e.Reactions) == 0 })
	ann.must(ann.Edit(t.Context(), mine.Seq, "the samovar, @bob"))
	bob.changed("the edit", func(e tui.Entry) bool { return e.Text == "the samovar, @bob" && e.Edited && e.Calls && e.Replies == 1 })

	page, err := bob.Page(t.Context(), tea, tui.Where{Limit: 50})
	if err != nil || len(page.Entries) != 2 || page.Entries[0].Text != "the samovar, @bob" || page.Entries[1].Quote != "the samovar, @bob" || page.Older || page.Newer {
		t.Errorf("the page is %+v, %v", page, err)
	}
	if thread, err := bob.Thread(t.Context(), his.Seq); err != nil || len(thread) != 2 || thread[1].Text != "boils" {
		t.Errorf("the thread is %+v, %v", thread, err)
	}
	if found, err := bob.Mentions(t.Context()); err != nil || len(found) != 1 || found[0].Seq != his.Seq {
		t.Errorf("the mentions are %+v, %v", found, err)
	}
	if found, err := ann.Search(t.Context(), "samovar"); err != nil || len(found) != 1 {
		t.Errorf("found was %+v, %v", found, err)
	}
	if people, err := ann.People(t.Context(), tea); err != nil || len(people) != 2 || people[1].Nick != "bob" || people[1].Away {
		t.Errorf("in the room are %+v, %v", people, err)
	}
	ann.must(ann.Delete(t.Context(), mine.Seq))
	bob.changed("the deletion", func(e tui.Entry) bool { return e.Seq == his.Seq && e.Deleted && e.Text == "" })
	ann.must(ann.Typing(t.Context(), tea))
	until(bob, "that ann types", func(u tui.Typing) bool { return u.Nick == "ann" && u.Room == tea })
}

func TestUnreadIsCountedAndMarkedEverywhere(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := come(t, guest(s, "ann", ""))
	cfg := guest(s, "bob", "")
	cfg.Token = "what bob is known by"
	bob, elsewhere := come(t, cfg), (*person)(nil)
	lobby := ann.room("#lobby", nil).ID
	for i := range 3 {
		ann.say(lobby, fmt.Sprintf("%d @bob", i), 0)
	}
	last := bob.posted("2 @bob").Seq
	elsewhere = come(t, cfg)
	if a, b := bob.Self().ID, elsewhere.Self().ID; a != b {
		t.Fatalf("bob is %d and %d", a, b)
	}
	elsewhere.room("#lobby", func(r tui.Room) bool { return r.Unread == 3 && r.Mentions == 3 && r.Read < last })
	bob.must(bob.MarkRead(t.Context(), lobby, last-1))
	elsewhere.room("#lobby", func(r tui.Room) bool { return r.Read == last-1 })
	bob.must(bob.MarkRead(t.Context(), lobby, last))
	elsewhere.room("#lobby", func(r tui.Room) bool { return r.Unread == 0 && r.Mentions == 0 && r.Read == last })
}

// What was read just before somebody leaves is told, too.
func TestWhatWasReadLastIsToldOnLeaving(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	cfg := guest(s, "bob", "")
	cfg.Token = client.GuestToken()
	ann, bob, elsewhere := come(t, guest(s, "ann", "")), come(t, cfg), come(t, cfg)
	lobby := bob.room("#lobby", nil).ID
	for i, text := range []string{"one", "two", "three"} {
		ann.must(ann.Say(t.Context(), tui.Draft{ID: text, Room: lobby, Text: text}))
		bob.must(bob.MarkRead(t.Context(), lobby, bob.posted(text).Seq)) // the first is told, and then none for a second
		if i == 0 {
			elsewhere.room("#lobby", func(r tui.Room) bool { return r.Read == bob.posted("one").Seq })
		}
	}
	bob.Settle(t.Context())
	bob.end()
	elsewhere.room("#lobby", func(r tui.Room) bool { return r.Read == bob.posted("three").Seq })
}

func TestCommandsLeadToRoomsAndAnswer(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann, bob := come(t, guest(s, "ann", "")), come(t, guest(s, "bob", ""))
	command := func(room chat.RoomID, line string) tui.Reply {
		t.Helper()
		reply, err := ann.Command(t.Context(), room, line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return reply
	}
	tea := command(0, "/join tea").Show
	if ann.room("#tea", nil).ID != tea {
		t.Error("/join does not lead to the room")
	}
	command(tea, "/topic hot")
	ann.room("#tea", func(r tui.Room) bool { return r.Topic == "hot" })
	if lines := command(tea, "/who").Lines; len(lines) == 0 || !strings.Contains(strings.Join(lines, "\n"), "ann") {
		t.Errorf("/who answers %q", lines)
	}
	if _, err := ann.Command(t.Context(), tea, "/kick nobody"); !isRefusal(err) {
		t.Errorf("/kick nobody: %v", err)
	}
	if _, err := ann.Command(t.Context(), tea, "/tipoc cold"); !isRefusal(err) {
		t.Errorf("/tipoc: %v", err)
	}
	if _, err := ann.Command(t.Context(), tea, "/join lair prviate"); !isRefusal(err) {
		t.Errorf("what was to be private is open to everybody: %v", err)
	}
	for _, line := range []string{"/login ada", "/register ada"} {
		if _, err := ann.Command(t.Context(), tea, line); !isRefusal(err) || !strings.Contains(err.Error(), "hubbub join") {
			t.Errorf("%s does not tell what to do instead: %v", line, err)
		}
	}
	direct := command(tea, "/msg bob psst").Show
	if r := ann.room("bob", nil); r.ID != direct || !r.Direct {
		t.Errorf("/msg leads to %d, and there is %+v", direct, r)
	}
	if r := bob.room("ann", nil); !r.Direct || r.ID != direct || bob.posted("psst").Room != direct {
		t.Errorf("bob has %+v", r)
	}
	if lines := command(direct, "/history").Lines; !strings.Contains(strings.Join(lines, "\n"), "psst") {
		t.Errorf("/history with bob answers %q", lines)
	}
	command(0, "/join den private")
	command(ann.room("#den", nil).ID, "/invite bob")
	until(bob, "the invitation", func(u tui.Told) bool { return strings.Contains(u.Lines[0], "ann invites you to #den") })
	command(tea, "/leave")
	until(ann, "a list without the room", func(u tui.Rooms) bool {
		return len(u.Rooms) == 3 && !slices.ContainsFunc(u.Rooms, func(r tui.Room) bool { return r.ID == tea })
	})
	command(0, "/nick anna")
	until(ann, "the other nick", func(u tui.Posted) bool { return u.Entry.Kind == chat.NickChanged && u.Entry.Name == "anna" })
	if ann.Self().Nick != "anna" {
		t.Errorf("ann is called %q", ann.Self().Nick)
	}
}

// A room that is kept quiet is so from the beginning, and from when that is made a rule.
func TestQuietRoomsAreQuiet(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := come(t, guest(s, "ann", "tea"))
	tea := ann.room("#tea", nil).ID
	if _, err := ann.Command(t.Context(), tea, "/rules quiet"); err != nil {
		t.Fatal(err)
	}
	until(ann, "the rule", func(u tui.Posted) bool { return u.Entry.Kind == chat.RulesSet })
	bob := come(t, guest(s, "bob", "tea"))
	come(t, guest(s, "cid", "tea"))
	ann.say(tea, "hush", 0)
	for _, p := range []*person{ann, bob} {
		p.posted("hush")
		for _, u := range p.told {
			if u, ok := u.(tui.Posted); ok && u.Entry.Room == tea && u.Entry.Kind == chat.Joined && u.Entry.Nick == "cid" {
				t.Errorf("%s is told that cid came", p.Self().Nick)
			}
		}
	}
}

// A room may send on whom it does not let in: then that is where they have come.
func TestWhoIsSentOnHasArrived(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"hubbub.v1"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow()
		tell := func(frame string) { ws.Write(r.Context(), websocket.MessageText, []byte(frame)) }
		tell(`{"type":"welcome","epoch":"E","seq":1,"user":7,"nick":"ann","rooms":[{"id":2,"name":"#lobby","members":1,"head":1}]}`)
		for {
			_, frame, err := ws.Read(r.Context())
			var asked api.Command
			if err != nil || json.Unmarshal(frame, &asked) != nil {
				return
			}
			tell(`{"type":"entered","room":{"id":3,"name":"#den"}}`)
			tell(`{"type":"ack","id":"` + asked.ID + `","room":{"id":3,"name":"#den"}}`)
		}
	}))
	defer site.Close()
	ann := come(t, client.Config{Address: site.Listener.Addr().String(), Room: "tea"})
	if rooms := until(ann, "her rooms", func(tui.Rooms) bool { return true }).Rooms; len(rooms) != 2 || rooms[0].Name != "#den" {
		t.Errorf("ann's rooms are %+v", rooms)
	}
}

// After a loss that not all can be told of, rooms and preferences are read anew.
func TestWhatWasMissedIsReadAnew(t *testing.T) {
	var connections atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/me/properties" {
			io.WriteString(w, `{"properties":{"settings":"{\"theme\":\"dark\"}"}}`)
			return
		}
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"hubbub.v1"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow()
		n := connections.Add(1)
		ws.Write(r.Context(), websocket.MessageText, fmt.Appendf(nil, `{"type":"welcome","epoch":"E%d","seq":1,"user":7,"nick":"ann","rooms":[{"id":2,"name":"#lobby","members":1,"head":1}]}`, n))
		if n > 1 {
			ws.Read(r.Context()) // until the peer goes
		}
	}))
	defer site.Close()
	ann := come(t, client.Config{Address: site.Listener.Addr().String(), MinRetry: time.Millisecond, MaxRetry: 2 * time.Millisecond})
	until(ann, "that she has missed something", func(u tui.Missed) bool { return u.Room == 2 })
	until(ann, "what she prefers", func(u tui.Preferred) bool { return u == tui.Preferred{Key: tui.SettingsKey, Value: `{"theme":"dark"}`} })
}

func isRefusal(err error) bool {
	var no *chat.Error
	return errors.As(err, &no) && no.Text != ""
}

func TestPreferencesAreKeptAndTold(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := come(t, guest(s, "ann", ""))
	ann.must(ann.Prefer(t.Context(), tui.SettingsKey, `{"theme":"dark"}`))
	until(ann, "what she prefers", func(u tui.Preferred) bool { return u == tui.Preferred{Key: tui.SettingsKey, Value: `{"theme":"dark"}`} })
	all, err := ann.Preferences(t.Context())
	if err != nil || all[tui.SettingsKey] != `{"theme":"dark"}` {
		t.Errorf("she prefers %v, %v", all, err)
	}
}

// What replies answer is looked up where it was not told.
func TestQuotesAreLookedUp(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := come(t, guest(s, "ann", ""))
	lobby := ann.room("#lobby", nil).ID
	ann.say(lobby, "long ago", 0)
	root := ann.posted("long ago").Seq
	for i := range 5 {
		ann.say(lobby, fmt.Sprint(i), 0)
	}
	ann.say(lobby, "an answer", root)
	bob := come(t, guest(s, "bob", ""))
	bob.room("#lobby", nil)
	page, err := bob.Page(t.Context(), lobby, tui.Where{Limit: 2})
	if err != nil || len(page.Entries) != 2 || !page.Older || page.Entries[1].Quote != "" {
		t.Fatalf("the page is %+v, %v", page, err)
	}
	bob.changed("the quote", func(e tui.Entry) bool { return e.Text == "an answer" && e.Quote == "long ago" })
}

// Drafts wait for the connection, and are said once; what happened meanwhile comes.
func TestRestartLosesNothing(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	ann := come(t, guest(s, "ann", "tea"))
	tea := ann.room("#tea", nil).ID
	ann.must(s.Stop())
	until(ann, "that it is offline", func(u tui.Connection) bool { return !u.Online })
	said := make(chan error)
	for i := range 3 {
		go func() {
			said <- ann.Say(t.Context(), tui.Draft{ID: fmt.Sprintf("draft-%d", i), Room: tea, Text: fmt.Sprintf("draft %d", i)})
		}()
	}
	until(ann, "that three wait", func(u tui.Connection) bool { return !u.Online && u.Waiting == 3 })
	if n := len(ann.Unsent()); n != 3 {
		t.Errorf("%d are unsent", n)
	}
	ann.must(s.Restart())
	for range 3 {
		ann.must(<-said)
	}
	for i := range 3 {
		if e := ann.posted(fmt.Sprintf("draft %d", i)); e.Client != fmt.Sprintf("draft-%d", i) || e.By != ann.Self().ID {
			t.Errorf("it came as %+v", e)
		}
	}
	until(ann, "that it is online", func(u tui.Connection) bool { return u.Online && u.Waiting == 0 })
	page, err := ann.Page(t.Context(), ann.room("#tea", nil).ID, tui.Where{Limit: 50})
	if err != nil || len(page.Entries) != 3 {
		t.Errorf("the room has %+v, %v", page.Entries, err)
	}
}

func TestSessionSaysWhyItCannotBe(t *testing.T) {
	s := hubtest.Start(t, hubtest.Unlimited(t.TempDir()))
	for _, c := range []struct {
		name string
		cfg  client.Config
		ok   func(error) bool
	}{
		{"a room that can't be", client.Config{Address: s.Addr(), Room: "a b"}, func(err error) bool { var no *client.Refused; return errors.As(err, &no) }},
		{"nobody's token", client.Config{Address: s.Addr(), Token: "hub_nobody"}, func(err error) bool { var no *client.Refused; return errors.As(err, &no) && no.Code == "forbidden" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := remote.New(c.cfg, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Run(t.Context()); !c.ok(err) {
				t.Errorf("it ended with %v", err)
			}
			if _, err := r.Next(t.Context()); err == nil {
				t.Error("Next waits for ever")
			}
		})
	}
}

func dialTo(s *hubtest.Server) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return s.Dial(ctx) }
}
