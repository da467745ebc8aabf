package client_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"hubbub/api"
	"hubbub/client"
)

// Where text goes, and that it never goes elsewhere.

// places is what a fake server knows of rooms: it refuses those in closed, and
// conversations with anybody whose room is not in direct.
type places struct {
	closed []string
	direct map[string]uint64
}

func (p *places) handle(c *fakeConn, id, line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch {
	case verb == "/join" && slices.Contains(p.closed, rest):
		c.post(api.Message{Type: api.TypeError, ID: id, Code: "forbidden", Text: rest + " is private."})
	case verb == "/msg" && p.direct[rest] == 0:
		c.post(api.Message{Type: api.TypeError, ID: id, Code: "not-found", Text: "There is nobody called " + rest + "."})
	case verb == "/msg":
		c.post(api.Message{Type: api.TypeReply, ID: id, Rooms: []api.Room{{ID: p.direct[rest], Direct: true}}})
	case verb == "/part" || verb == "/rename":
		c.post(api.Message{Type: api.TypeAck, ID: id})
	default:
		return false
	}
	return true
}

func TestFollowsWhereTextGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		p := places{closed: []string{"#secret"}, direct: map[string]uint64{"ann": 5}}
		f.other = p.handle
		r := run(client.Config{Dial: f.dial, Room: "home", Rooms: []string{"#other"}}, nil)
		for _, c := range []struct{ line, here string }{
			{"", "#home"},
			{"/join tea", "#tea"},
			{"/join #secret", "#tea"},
			{"/join #TEA", "#TEA"},
			{"/msg ann hello", "#TEA"},
			{"/msg eve", "#TEA"},
			{"/msg @ann", "#TEA"}, // this server knows no @ann
			{"/msg ann", "@ann"},
			{"/part", "#tea"},
			{"/part #other", "#tea"},
			{"/rename #mate", "#mate"},
			{"/part", "#home"},
			{"/part #home", ""},
		} {
			if c.line != "" {
				r.Send(t.Context(), c.line)
			}
			if here := r.Here(); here != c.here {
				t.Errorf("after %q text goes to %q, want %q", c.line, here, c.here)
			}
		}
		var no *client.Refused
		if _, err := r.Send(t.Context(), "//hello?"); !errors.As(err, &no) {
			t.Errorf("text to nowhere: %v", err)
		}
		finish(t, f, r)
	})
}

func TestGoesBackToWhereItWas(t *testing.T) {
	for _, c := range []struct{ line, back string }{
		{"/join #tea", "/join #tea"},
		{"/msg ann", "/msg ann"},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			p := places{direct: map[string]uint64{"ann": 5}}
			f.other = p.handle
			r := run(client.Config{Dial: f.dial}, nil)
			r.Send(t.Context(), c.line)
			f.conns[0].net.Close()
			if _, err := r.Send(t.Context(), "hello"); err != nil {
				t.Errorf("%s: %v", c.line, err)
			}
			lines := f.received()
			finish(t, f, r)
			_, back, _ := strings.Cut(lines[len(lines)-2], " ")
			if back != c.back {
				t.Errorf("%s: before the message it sent %q, want %q", c.line, back, c.back)
			}
		})
	}
}

// What was meant for one room or one person must not be read by others.
func TestTextForALostPlaceIsNotSentElsewhere(t *testing.T) {
	for _, c := range []struct {
		name, line string
		then       func(p *places)
	}{
		{"the room is closed", "/join #tea", func(p *places) { p.closed = []string{"#tea"} }},
		{"the person is gone", "/msg ann", func(p *places) { clear(p.direct) }},
		{"somebody else has the name", "/msg ann", func(p *places) { p.direct["ann"] = 6 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				p := places{direct: map[string]uint64{"ann": 5}}
				f.other = p.handle
				r := run(client.Config{Dial: f.dial}, nil)
				r.Send(t.Context(), c.line)
				f.asking.Lock()
				c.then(&p)
				f.asking.Unlock()
				f.conns[0].net.Close()
				cmd, err := r.Submit(t.Context(), "a secret")
				if err == nil {
					_, err = cmd.Answer()
				}
				if err == nil || len(f.said()) != 0 {
					t.Errorf("the secret ended with %v; the server has %q", err, f.said())
				}
				r.until(func(u client.Update) bool { n, ok := u.(client.Notice); return ok && n.Code == "lost-place" })
				if _, err := r.Send(t.Context(), "another"); err == nil || r.Here() != "" {
					t.Errorf("another was sent, to %q", r.Here())
				}
				if _, err := r.Send(t.Context(), "/join #lobby"); err != nil {
					t.Error(err)
				}
				if _, err := r.Send(t.Context(), "public"); err != nil || !slices.Equal(f.said(), []string{"public"}) {
					t.Errorf("after /join: %v, %q", err, f.said())
				}
				finish(t, f, r)
			})
		})
	}
}

func TestARoomThatCantBeEnteredEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		p := places{closed: []string{"#tea"}}
		f.other = p.handle
		r := run(client.Config{Dial: f.dial, Room: "tea"}, nil)
		_, err := r.Send(t.Context(), "hello")
		if !errors.Is(err, client.ErrNotSent) {
			t.Errorf("the message ended with %v", err)
		}
		if err := <-r.done; err == nil || err.Error() != "#tea is private." {
			t.Errorf("Run returned %v", err)
		}
		f.wait()
	})
}

// Joining again under an id that the server knows would be taken as done.
func TestJoiningAgainHasANewID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		var ids []string
		f.other = func(c *fakeConn, id, line string) bool {
			if line != "/join #tea" {
				return false
			}
			if ids = append(ids, id); len(ids) == 1 {
				c.net.Close()
				return true
			}
			return false
		}
		r := run(client.Config{Dial: f.dial}, nil)
		if _, err := r.Send(t.Context(), "/join #tea"); err != nil {
			t.Error(err)
		}
		finish(t, f, r)
		if len(ids) != 2 || ids[0] == ids[1] || r.Here() != "#tea" {
			t.Errorf("joined with ids %q, and is in %q", ids, r.Here())
		}
	})
}

func TestFollowsARoomThatIsRenamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		r := run(client.Config{Dial: f.dial}, nil)
		r.until(is[client.Connected])
		f.happen(api.Event{Kind: "room-renamed", Subject: "#hall"})
		f.happen(api.Event{Kind: "nick", By: fakeUser, Nick: "bob", Subject: "rob"})
		synctest.Wait()
		f.conns[0].net.Close()
		r.until(func(u client.Update) bool { c, ok := u.(client.Connected); return ok && c.Resumed })
		synctest.Wait()
		if h := f.hello(1); r.Here() != "#hall" || !slices.Equal(h.Rooms, []string{"#hall"}) || h.Nick != "rob" {
			t.Errorf("text goes to %q; the second hello is %+v", r.Here(), h)
		}
		finish(t, f, r)
	})
}

func TestAHelloNamesAsManyRoomsAsItHolds(t *testing.T) {
	for _, c := range []struct{ length, want int }{{10, 100}, {64, 75}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			var rooms []string
			for i := range 300 {
				rooms = append(rooms, fmt.Sprintf("#%0*d", c.length-1, i))
			}
			r := run(client.Config{Dial: f.dial, Rooms: rooms[:299], Room: rooms[299]}, nil)
			r.until(is[client.Connected])
			finish(t, f, r)
			if got := f.hello(0).Rooms; len(got) < c.want-1 || len(got) > c.want || !slices.Equal(got, rooms[300-len(got):]) {
				t.Errorf("of names of %d bytes the hello has %d: %.100q", c.length, len(got), got)
			}
		})
	}
}
