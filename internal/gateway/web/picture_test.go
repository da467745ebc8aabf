package web_test

import (
	"bytes"
	"fmt"
	"image"
	"testing"

	"hubbub/api"
	"hubbub/internal/files"
)

func TestPictureIsShownUntilItIsRemoved(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.member("ann"), s.guest("bob")
	var f, other api.File
	ann.do("PUT", "/me/picture", picture(t, 400, 300), 200, &f)
	if f.Type != "image/png" && f.Type != "image/jpeg" || f.Width != files.PortraitSide || f.Height != files.PortraitSide {
		t.Errorf("it is %+v", f)
	}
	var person, same api.Person
	var people, members api.People
	bob.do("GET", "/people/ann", nil, 200, &person)
	bob.do("GET", fmt.Sprintf("/people?ids=9999,%d", person.ID), nil, 200, &people)
	bob.do("GET", "/rooms/lobby/members", nil, 200, &members)
	ann.do("GET", "/me", nil, 200, &same)
	if person.Picture != f.URL || len(people.People) != 1 || people.People[0] != person || same.Picture != f.URL || members.People[0].Picture != f.URL {
		t.Errorf("she is %+v; among people %+v, members %+v; to herself %+v", person, people, members, same)
	}
	a := s.visitor.ask("GET", f.URL, nil)
	cfg, _, err := image.DecodeConfig(bytes.NewReader(a.body))
	if err != nil || cfg.Width != files.PortraitSide || a.Header.Get("Cache-Control") != "private, max-age=31536000, immutable" {
		t.Errorf("it is fetched as %d wide, %v, %v", cfg.Width, err, a.Header)
	}

	ann.do("PUT", "/me/picture", picture(t, 30, 30), 200, &other)
	if a := s.visitor.ask("GET", f.URL, nil); a.StatusCode != 404 {
		t.Errorf("the one before is still there: %d", a.StatusCode)
	}
	ann.do("DELETE", "/me/picture", nil, 204, nil)
	person = api.Person{}
	if bob.do("GET", "/people/ann", nil, 200, &person); person.Picture != "" || s.visitor.ask("GET", other.URL, nil).StatusCode != 404 {
		t.Errorf("removed, it is at %q", person.Picture)
	}
	ann.do("DELETE", "/me/picture", nil, 204, nil)
}

func TestPictureIsMembersAlone(t *testing.T) {
	s := start(t, options{})
	ann, bob, guest := s.member("ann"), s.member("bob"), s.guest("eve")
	guest.refused("PUT", "/me/picture", picture(t, 40, 40), 403, "forbidden")
	ann.refused("PUT", "/me/picture", "<svg/>", 400, "invalid")
	ann.refused("PUT", "/me/properties/avatar", api.Property{Value: "/files/abc/cat.png"}, 400, "invalid")
	ann.do("PUT", "/me/picture", picture(t, 40, 40), 200, nil)
	bob.refused("DELETE", "/admin/people/ann/picture", nil, 403, "forbidden")
	ada := s.admin("ada")
	ada.do("DELETE", "/admin/people/ann/picture", nil, 204, nil)
	var person api.Person
	if ada.do("GET", "/people/ann", nil, 200, &person); person.Picture != "" {
		t.Errorf("it is still at %q", person.Picture)
	}

	// What a program keeps elsewhere is not fetched by those who look at a page.
	ann.do("PUT", "/me/properties/avatar", api.Property{Value: "https://tracker.example/a.png"}, 204, nil)
	if ada.do("GET", "/people/ann", nil, 200, &person); person.Picture != "" {
		t.Errorf("it is at %q", person.Picture)
	}
}

func TestPeopleAreAskedForByTheirIDs(t *testing.T) {
	s := start(t, options{})
	ann := s.guest("ann")
	for _, ids := range []string{"x", "1,", ",", "-1", "1" + fmt.Sprintf("%0200d", 0)} {
		ann.refused("GET", "/people?ids="+ids, nil, 400, "invalid")
	}
	many := "1"
	for range 50 {
		many += ",1"
	}
	ann.refused("GET", "/people?ids="+many, nil, 400, "invalid")
	var people api.People
	ann.do("GET", "/people?ids="+many[2:], nil, 200, &people)
}

// What somebody says of themselves is told with them, unless they are away and say why.
func TestStatusIsToldWithPeople(t *testing.T) {
	s := start(t, options{})
	ann, bob := s.member("ann"), s.guest("bob")
	c, welcome := bob.live("")
	bob.do("PUT", "/rooms/lobby/membership", api.Entry{}, 200, nil)
	ann.do("PUT", "/rooms/lobby/membership", api.Entry{}, 200, nil)
	ann.do("PUT", "/me/properties/status", api.Property{Value: "at tea"}, 204, nil)
	if sig := c.signal(api.SignalStatus); sig.Nick != "ann" || sig.Text != "at tea" {
		t.Errorf("he is told %+v", sig)
	}
	var f api.File
	ann.do("PUT", "/me/picture", picture(t, 40, 40), 200, &f)
	if sig := c.signal(api.SignalPicture); sig.Nick != "ann" || sig.Text != f.URL || sig.User == welcome.User {
		t.Errorf("he is told %+v", sig)
	}
	var person api.Person
	if bob.do("GET", "/people/ann", nil, 200, &person); person.Status != "at tea" {
		t.Errorf("she says %q", person.Status)
	}
	live, _ := ann.live("")
	live.do(api.Command{ID: "1", Op: api.OpAway, Text: "lunch"})
	if bob.do("GET", "/people/ann", nil, 200, &person); person.Status != "lunch" {
		t.Errorf("away, she says %q", person.Status)
	}
	ann.do("PUT", "/me/properties/status", api.Property{Value: "secret", Private: true}, 204, nil)
	live.do(api.Command{ID: "2", Op: api.OpBack})
	person = api.Person{}
	if bob.do("GET", "/people/ann", nil, 200, &person); person.Status != "" {
		t.Errorf("for herself alone, she says %q", person.Status)
	}
}
