package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// streamed is an event of a stream.
type streamed struct {
	id, event string
	api.Message
}

// stream is a stream of events.
type stream struct {
	*visitor
	in *bufio.Reader
}

// listen asks for a stream. A stream that is refused is nil.
func (v *visitor) listen(query string, lastID string) (*stream, *http.Response) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.Context(), patience)
	v.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.url+"/api/v1/events"+query, nil)
	if err != nil {
		v.Fatal(err)
	}
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.Fatal(err)
	}
	v.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		return nil, answer
	}
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		v.Fatalf("the stream is %s", kind)
	}
	return &stream{v, bufio.NewReader(answer.Body)}, answer
}

// next returns the next event.
func (s *stream) next() (e streamed) {
	s.Helper()
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			s.Fatal(err)
		}
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.event = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.Message); err != nil {
				s.Fatalf("%v in %s", err, line)
			}
		case "":
			if e.event != "" {
				return e
			}
		}
	}
}

func (s *stream) until(ok func(m *api.Message) bool) streamed {
	s.Helper()
	for {
		if e := s.next(); ok(&e.Message) {
			return e
		}
	}
}

func TestAStreamTellsWhatHappensAndResumes(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.insider("ann"), s.insider("bob")
	all, _ := ann.listen("", "")
	welcome := all.next()
	if welcome.event != api.TypeWelcome || welcome.Nick != "ann" || welcome.Resumed || welcome.id != fmt.Sprintf("%s:%d", welcome.Epoch, welcome.Seq) {
		t.Errorf("the welcome is %+v", welcome)
	}
	seq := bob.say("first")
	first := all.until(said("first"))
	if first.event != api.TypeEvent || first.id != fmt.Sprintf("%s:%d", welcome.Epoch, seq) {
		t.Errorf("the first message is %+v", first)
	}
	second := bob.say("second")
	again, _ := ann.listen("", first.id)
	if e := again.next(); !e.Resumed || e.id != first.id {
		t.Errorf("she is welcomed back with %+v", e)
	}
	if e := again.next(); e.event != api.TypeEvent || e.Event.Seq != second {
		t.Errorf("then comes %+v", e)
	}
	if e, _ := ann.listen("", "OTHER:5"); e.next().Resumed {
		t.Error("a position of another log is resumed")
	}
}

func TestAStreamOfOneRoomTellsOfNoOther(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.insider("ann"), s.insider("bob")
	for _, v := range []*visitor{ann, bob} {
		v.do("POST", "/commands", api.Command{Op: api.OpJoin, To: "#tea"}, 200, nil)
	}
	tea, _ := ann.listen("?room=tea", "")
	if rooms := tea.next().Rooms; len(rooms) != 1 || rooms[0].Name != "#tea" {
		t.Errorf("the welcome tells of %+v", rooms)
	}
	bob.say("in the lobby")
	bob.do("POST", "/commands", api.Command{Op: api.OpSay, To: "#tea", Text: "in #tea"}, 200, nil)
	if e := tea.next(); e.event != api.TypeEvent || e.Event.Text != "in #tea" {
		t.Errorf("then comes %+v", e)
	}
	for query, status := range map[string]int{"?room=nowhere": 404, "?after=x": 400} {
		if _, answer := ann.listen(query, ""); answer.StatusCode != status {
			t.Errorf("events%s is answered with %s", query, answer.Status)
		}
	}
}

func TestAStreamIsKeptOpenAndEndsWithAGoodbye(t *testing.T) {
	s := start(t, options{})
	all, _ := s.guest("ann").listen("", "")
	all.next()
	s.awaitLives(1)
	s.gateway.KeepAt(time.Now().Add(time.Minute))
	if line, err := all.in.ReadString('\n'); line != ":\n" || err != nil {
		t.Errorf("after a minute comes %q, %v", line, err)
	}
	s.pump.Stop("Back in a moment.")
	if e := all.until(func(m *api.Message) bool { return m.Type == api.TypeBye }); e.Text != "Back in a moment." || e.id == "" {
		t.Errorf("at the end comes %+v", e)
	}
}

// awaitLives waits until so many connections are looked after.
func (s *site) awaitLives(n int) {
	s.Helper()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for began := time.Now(); s.gateway.Lives() != n; <-poll.C {
		if time.Since(began) > patience {
			s.Fatalf("%d connections are looked after, not %d", s.gateway.Lives(), n)
		}
	}
}

func TestNobodyMayLookIntoARoom(t *testing.T) {
	s := start(t, options{})
	ann := s.insider("ann")
	seq := ann.say("before")
	look, _ := s.visitor.listen("?room=lobby", "")
	welcome := look.next()
	if welcome.event != api.TypeWelcome || welcome.User != 0 || len(welcome.Rooms) != 1 || welcome.Rooms[0].Name != "#lobby" || welcome.Rooms[0].Joined {
		t.Errorf("the welcome is %+v", welcome)
	}
	ann.say("hello, whoever looks in")
	if e := look.next(); e.Event == nil || e.Event.Text != "hello, whoever looks in" {
		t.Errorf("then comes %+v", e)
	}
	again, _ := s.visitor.listen("?room=lobby", fmt.Sprintf("%s:%d", welcome.Epoch, seq))
	if e := again.next(); !e.Resumed {
		t.Errorf("one is welcomed back with %+v", e)
	}
	if e := again.next(); e.Event == nil || e.Event.Text != "hello, whoever looks in" {
		t.Errorf("then comes %+v", e)
	}
	s.hub.Console().Do(t.Context(), chat.Command{Op: chat.SetRules, Room: chat.RoomID(welcome.Rooms[0].ID), Rules: chat.InviteOnly})
	look.until(func(m *api.Message) bool { return m.Type == api.TypeExited })
	if e := look.next(); e.event != api.TypeBye {
		t.Errorf("at the end comes %+v", e)
	}
	if _, answer := s.visitor.listen("?room=lobby", ""); answer == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("then one is answered with %+v", answer)
	}
}

func TestTextGoesOnWithWhatIsSaid(t *testing.T) {
	s := start(t, options{})
	ann := s.insider("ann")
	ann.say("before")
	for who, v := range map[string]*visitor{"nobody": s.visitor, "ann": ann} {
		conn, answer := s.raw("GET /lobby?follow HTTP/1.1\r\nHost: h\r\nUser-Agent: curl/8\r\nAccept: */*\r\n" + v.authorization() + "\r\n")
		if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Fatalf("%s is answered with %s %v", who, answer.Status, answer.Header)
		}
		lines := bufio.NewReader(answer.Body)
		var first string
		for !strings.HasSuffix(first, "<ann> before\n") {
			line, err := lines.ReadString('\n')
			if first = line; err != nil {
				t.Fatal(err)
			}
		}
		for { // what the other has heard comes before
			ann.say("now, " + who)
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(line, "<ann> now, "+who+"\n") {
				break
			}
		}
		conn.Close()
	}
}

// authorization returns the header by which a visitor is known.
func (v *visitor) authorization() string {
	if v.token == "" {
		return ""
	}
	return "Authorization: Bearer " + v.token + "\r\n"
}

func TestAStreamIsForThoseWhoMayComeIn(t *testing.T) {
	policy := hub.OpenPolicy()
	policy.Guests = false
	s := start(t, options{policy: &policy})
	if _, answer := s.visitor.listen("", ""); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody is answered with %s", answer.Status)
	}
}
