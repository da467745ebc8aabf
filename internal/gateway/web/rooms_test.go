package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hubbub/api"
	"hubbub/internal/hub"
)

func TestRoomsAreMadeChangedAndLeft(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.guest("ann"), s.guest("bob")
	var tea api.Room
	ann.do("POST", "/rooms", api.NewRoom{Name: "tea", Topic: "of leaves"}, 201, &tea)
	if tea.Name != "#tea" || tea.Topic != "of leaves" || !tea.Joined || tea.Rank != "owner" || !slices.Contains(tea.May, "rules") || !slices.Contains(tea.May, "say") {
		t.Errorf("the room is made as %+v", tea)
	}
	ann.refused("POST", "/rooms", api.NewRoom{Name: "tea"}, 409, "conflict")
	ann.refused("POST", "/rooms", api.NewRoom{}, 400, "invalid")

	var seen api.Room
	for _, at := range []string{"/rooms/tea", "/rooms/%23tea", fmt.Sprintf("/rooms/%d", tea.ID)} {
		if bob.do("GET", at, nil, 200, &seen); seen.ID != tea.ID || seen.Joined || seen.May != nil {
			t.Errorf("%s is %+v", at, seen)
		}
	}
	bob.refused("GET", "/rooms/coffee", nil, 404, "not-found")
	bob.refused("PATCH", "/rooms/tea", api.RoomChange{Topic: ptr("of bags")}, 403, "forbidden")
	bob.do("PUT", "/rooms/tea/membership", nil, 200, &seen)
	if !seen.Joined || seen.Members != 2 || slices.Contains(seen.May, "rules") {
		t.Errorf("joined, it is %+v", seen)
	}
	bob.refused("PATCH", "/rooms/tea", api.RoomChange{Rules: &api.Rules{Announce: ptr(true)}}, 403, "forbidden")
	ann.do("PATCH", "/rooms/tea", api.RoomChange{Name: ptr("chai"), Key: ptr("leaf"), Limit: ptr(uint32(5)), Rules: &api.Rules{Announce: ptr(true), Slow: ptr(uint32(30))}}, 200, &seen)
	if seen.Name != "#chai" || !seen.Locked || seen.Limit != 5 || !seen.Announce || !*seen.Rules.Announce || *seen.Rules.Slow != 30 {
		t.Errorf("changed, it is %+v", seen)
	}
	s.guest("eve").refused("PUT", "/rooms/chai/membership", nil, 403, "forbidden")
	bob.do("DELETE", "/rooms/chai/membership", nil, 204, nil)
	bob.do("PUT", "/rooms/chai/membership", api.Entry{Key: "leaf"}, 200, nil)
	ann.do("PATCH", "/rooms/chai", api.RoomChange{Archived: ptr(true)}, 200, &seen)
	if !seen.Archived || slices.Contains(seen.May, "say") || !slices.Contains(seen.May, "archive") {
		t.Errorf("archived, it is %+v", seen)
	}
	ann.refused("POST", "/rooms/chai/messages", api.NewMessage{Text: "hello?"}, 410, "gone")
	seen = api.Room{}
	ann.do("PATCH", "/rooms/chai", api.RoomChange{Archived: ptr(false), Topic: ptr("")}, 200, &seen)
	if seen.Archived || seen.Topic != "" {
		t.Errorf("opened again, it is %+v", seen)
	}
}

func ptr[T any](v T) *T { return &v }

func TestOneMemberTellsTheirRank(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.guest("ann"), s.guest("bob")
	ann.do("PUT", "/rooms/tea/membership", nil, 200, nil)
	ann.do("POST", "/rooms", api.NewRoom{Name: "secret", Private: true}, 201, nil)
	bob.do("PUT", "/rooms/tea/membership", nil, 200, nil)
	var one api.Person
	bob.do("GET", "/rooms/tea/members/@ann", nil, 200, &one)
	if one.Nick != "ann" || one.Rank != "owner" || !one.Here {
		t.Errorf("she is %+v", one)
	}
	one = api.Person{}
	if bob.do("GET", "/rooms/tea/members/bob", nil, 200, &one); one.Rank != "" {
		t.Errorf("he is %+v", one)
	}
	s.guest("eve").refused("GET", "/rooms/secret/members/ann", nil, 404, "not-found")
	bob.refused("GET", "/rooms/tea/members/eve", nil, 404, "not-found")
	bob.refused("GET", "/rooms/tea/members/nobody", nil, 404, "not-found")
}

func TestMembersComeInPages(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	for i := range 5 {
		s.guest(fmt.Sprintf("guest%d", i))
	}
	var nicks []string
	for page := (api.People{Next: 0}); ; {
		after := page.Next
		page = api.People{}
		ann.do("GET", fmt.Sprintf("/rooms/lobby/members?limit=4&after=%d", after), nil, 200, &page)
		for _, p := range page.People {
			nicks = append(nicks, p.Nick)
			if !p.Here {
				t.Errorf("%s is not here", p.Nick)
			}
		}
		if page.Next == 0 {
			break
		}
	}
	if got := strings.Join(nicks, " "); got != "ann guest0 guest1 guest2 guest3 guest4" {
		t.Errorf("in the lobby are %s", got)
	}
	var found api.People
	ann.do("GET", "/people?q=EST3", nil, 200, &found)
	if len(found.People) != 1 || found.People[0].Nick != "guest3" {
		t.Errorf("found %+v", found)
	}
	var one api.Person
	ann.do("GET", "/people/@Guest3", nil, 200, &one)
	if one != found.People[0] {
		t.Errorf("guest3 is %+v", one)
	}
	ann.refused("GET", "/people/nobody", nil, 404, "not-found")
}

func TestMessagesComeInPages(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	var seqs []uint64
	for i := range 10 {
		seqs = append(seqs, ann.say(fmt.Sprint(i)))
	}
	for _, c := range []struct {
		query, texts  string
		before, after uint64
	}{
		{"limit=4", "6 7 8 9", seqs[6], 0},
		{"limit=10", "0 1 2 3 4 5 6 7 8 9", 0, 0},
		{fmt.Sprintf("limit=4&before=%d", seqs[6]), "2 3 4 5", seqs[2], seqs[5]},
		{fmt.Sprintf("limit=4&before=%d", seqs[2]), "0 1", 0, seqs[1]},
		{fmt.Sprintf("limit=4&before=%d", seqs[0]), "", 0, 0},
		{fmt.Sprintf("limit=4&after=%d", seqs[2]), "3 4 5 6", seqs[3], seqs[6]},
		{fmt.Sprintf("limit=4&after=%d", seqs[7]), "8 9", seqs[8], 0},
		{fmt.Sprintf("limit=4&around=%d", seqs[5]), "3 4 5 6", seqs[3], seqs[6]},
		{fmt.Sprintf("limit=4&around=%d", seqs[0]), "0 1", 0, seqs[1]},
		{fmt.Sprintf("limit=4&around=%d", seqs[9]), "7 8 9", seqs[7], 0},
		{"limit=1000", "0 1 2 3 4 5 6 7 8 9", 0, 0},
	} {
		var page api.Messages
		ann.do("GET", "/rooms/lobby/messages?"+c.query, nil, 200, &page)
		if texts(page.Messages) != c.texts || page.Before != c.before || page.After != c.after {
			t.Errorf("%s: %q, before %d, after %d; want %q, %d, %d", c.query, texts(page.Messages), page.Before, page.After, c.texts, c.before, c.after)
		}
	}
}

func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	ann.say("one")
	a := ann.do("GET", "/rooms/lobby/messages", nil, 200, nil)
	tag := a.Header.Get("ETag")
	ann.header = http.Header{"If-None-Match": {tag}}
	if a := ann.do("GET", "/rooms/lobby/messages", nil, 304, nil); len(a.body) > 0 || a.Header.Get("ETag") != tag || a.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("unchanged: %v %s", a.Header, a.body)
	}
	ann.say("two")
	ann.do("GET", "/rooms/lobby/messages", nil, 200, nil)
}

func TestMessageIsSaidOnceUnderItsID(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	var first, again, third api.Done
	a := ann.do("POST", "/rooms/lobby/messages", api.NewMessage{Text: "once", ID: "a-1"}, 201, &first)
	if want := fmt.Sprintf("/api/v1/messages/%d", first.Seq); a.Header.Get("Location") != want {
		t.Errorf("it is at %q, not %q", a.Header.Get("Location"), want)
	}
	ann.do("POST", "/rooms/lobby/messages", api.NewMessage{Text: "once", ID: "a-1"}, 201, &again)
	ann.header = http.Header{"Idempotency-Key": {"a-1"}}
	ann.do("POST", "/rooms/lobby/messages", api.NewMessage{Text: "once"}, 201, &third)
	var ack api.Message
	ann.do("POST", "/commands", api.Command{Op: "say", To: "#lobby", Text: "once"}, 200, &ack)
	if first.Seq == 0 || again.Seq != first.Seq || third.Seq != first.Seq || ack.Seq != first.Seq {
		t.Errorf("said at %d, %d, %d, %d", first.Seq, again.Seq, third.Seq, ack.Seq)
	}
	ann.header = http.Header{"Idempotency-Key": {strings.Repeat("x", 65)}}
	ann.refused("POST", "/rooms/lobby/messages", api.NewMessage{Text: "x"}, 400, "invalid")
}

func TestMessagesAreChanged(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.guest("ann"), s.guest("bob")
	root := ann.say("helo")
	at := message(root)
	ann.do("PATCH", at, api.TextChange{Text: "hello"}, 200, nil)
	bob.refused("PATCH", at, api.TextChange{Text: "bye"}, 403, "forbidden")
	bob.do("PUT", at+"/reactions/👍", nil, 200, nil)
	ann.do("PUT", at+"/pin", nil, 200, nil)
	var reply api.Done
	bob.do("POST", "/rooms/lobby/messages", api.NewMessage{Text: "hi", Reply: root}, 201, &reply)
	var m api.Event
	bob.do("GET", at, nil, 200, &m)
	if m.Text != "hello" || !m.Edited || len(m.Reactions) != 1 || !m.Reactions[0].Mine || m.Replies == nil || m.Replies.Last != reply.Seq || m.RoomName != "#lobby" {
		t.Errorf("the message is %+v", m)
	}
	var pins, thread api.Messages
	ann.do("GET", "/rooms/lobby/pins", nil, 200, &pins)
	ann.do("GET", at+"/thread", nil, 200, &thread)
	if texts(pins.Messages) != "hello" || texts(thread.Messages) != "hi" || thread.Messages[0].Thread != root {
		t.Errorf("pinned %q, in the thread %+v", texts(pins.Messages), thread.Messages)
	}
	bob.do("DELETE", at+"/reactions/👍", nil, 200, nil)
	ann.do("DELETE", at+"/pin", nil, 200, nil)
	bob.refused("DELETE", at, nil, 403, "forbidden")
	ann.do("DELETE", at+"?reason=typo", nil, 200, nil)
	m = api.Event{}
	ann.do("GET", at, nil, 200, &m)
	if !m.Deleted || m.Text != "" {
		t.Errorf("deleted, the message is %+v", m)
	}
	ann.refused("GET", "/messages/999999", nil, 404, "not-found")
	ann.refused("GET", "/messages/x", nil, 404, "not-found")
	ann.refused("POST", "/commands", api.Command{Op: "dance"}, 400, "invalid")
}

func TestWhatIsUnreadIsTold(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.guest("ann"), s.guest("bob")
	bob.say("hello @ann")
	last := bob.say("and all")
	var rooms api.RoomList
	ann.do("GET", "/rooms?joined", nil, 200, &rooms)
	if r := rooms.Rooms[0]; len(rooms.Rooms) != 1 || r.Unread != 2 || r.Mentions != 1 || r.First == 0 {
		t.Errorf("unread is %+v", rooms.Rooms)
	}
	ann.do("PUT", "/rooms/lobby/read", api.Position{Seq: last}, 204, nil)
	rooms = api.RoomList{}
	ann.do("GET", "/rooms?joined", nil, 200, &rooms)
	if r := rooms.Rooms[0]; r.Unread != 0 {
		t.Errorf("after reading it is %+v", r)
	}
}

func TestSearchFindsWhatWasSaid(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	ann.say("the kettle boils")
	ann.say("something else")
	var found api.Found
	ann.do("GET", "/search?q=kettle", nil, 200, &found)
	if texts(found.Messages) != "the kettle boils" || found.Messages[0].RoomName != "#lobby" || found.Next != 0 {
		t.Errorf("found %+v", found)
	}
	ann.refused("GET", "/search", nil, 400, "invalid")
	s.visitor.refused("GET", "/search?q=kettle", nil, 401, "login")
}

func TestOutsidersSeeNothingPrivate(t *testing.T) {
	s := start(t, options{})
	ann, eve := s.guest("ann"), s.guest("eve")
	ann.do("POST", "/rooms", api.NewRoom{Name: "secret", Private: true}, 201, nil)
	var done api.Done
	ann.do("POST", "/rooms/secret/messages", api.NewMessage{Text: "hidden"}, 201, &done)
	for _, v := range []*visitor{eve, s.visitor} {
		for _, path := range []string{"/rooms/secret", "/rooms/secret/messages", "/rooms/secret/members", "/rooms/secret/pins", message(done.Seq), message(done.Seq) + "/thread"} {
			v.refused("GET", path, nil, 404, "not-found")
		}
		var rooms api.RoomList
		v.do("GET", "/rooms", nil, 200, &rooms)
		if len(rooms.Rooms) != 1 {
			t.Errorf("somebody outside sees %+v", rooms.Rooms)
		}
	}
}

func TestLookersInRead(t *testing.T) {
	s := start(t, options{})
	s.guest("ann").say("hello")
	var page api.Messages
	s.visitor.do("GET", "/rooms/lobby/messages", nil, 200, &page)
	if texts(page.Messages) != "hello" {
		t.Errorf("somebody who looks in reads %+v", page)
	}
	s.visitor.refused("POST", "/rooms/lobby/messages", api.NewMessage{Text: "hello"}, 401, "login")
	if n := s.hub.Census().Here; n != 1 {
		t.Errorf("%d people are here", n)
	}
	closed := start(t, options{policy: &hub.Policy{Registration: hub.Open}})
	closed.visitor.refused("GET", "/rooms/lobby/messages", nil, 401, "login")
}

func TestConversationWithSomebody(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.guest("ann"), s.guest("bob")
	ann.refused("GET", "/rooms/@bob", nil, 404, "not-found")
	ann.do("POST", "/rooms/@bob/messages", api.NewMessage{Text: "psst"}, 201, nil)
	var room api.Room
	bob.do("GET", "/rooms/@ann", nil, 200, &room)
	if !room.Direct || room.With == nil || room.With.Nick != "ann" || room.Unread != 1 || room.Mentions != 1 {
		t.Errorf("for bob it is %+v", room)
	}
	bob.refused("GET", "/rooms/@nobody", nil, 404, "not-found")
}
