package ssh_test

import (
	"strings"
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// sinceScreen returns what was written after the last screen was left.
func (u *sitter) sinceScreen() string {
	raw := u.heard()
	return raw[strings.LastIndex(raw, "\x1b[?1049l")+1:]
}

// onScreen checks whether a whole screen is shown now.
func (u *sitter) onScreen(want bool) {
	u.Helper()
	raw := u.heard()
	if is := strings.LastIndex(raw, "\x1b[?1049h") > strings.LastIndex(raw, "\x1b[?1049l"); is != want {
		u.Errorf("a whole screen: %t, in\n%q", is, raw[max(0, len(raw)-500):])
	}
}

func TestWhoeverLogsInByLinesHasAScreenThen(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		s.member("ada")
		u := s.opens(s.enter("tea+zoe"), usual)
		u.onScreen(false)
		u.types("hello?\r")
		u.types("/full\r")
		u.types("/login ada\r")
		u.types("not this one\r")
		u.onScreen(false)
		u.types(password + "\r")
		u.onScreen(true)
		u.shows(" #tea", "ada")
		u.types("here I am\r")
		u.shows("here I am")
		if strings.Contains(u.heard(), password) {
			t.Error("the password is shown")
		}
		u.types("\x04")
		u.ended(0)
	})
}

// Who has come for lines, or in a small window, can have a screen when they want one.
func TestWhoeverBeginsInLinesCanHaveAScreen(t *testing.T) {
	for name, v := range map[string]view{
		"plain": {width: 80, height: 24, env: []string{"HUBBUB_PLAIN", "1"}}, "narrow": {width: 39, height: 24},
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, hub.OpenPolicy(), func(s *server) {
				u := s.opens(s.enter("zoe"), v)
				u.types("hello in lines\r")
				if name == "narrow" {
					u.types("/full\r")
					u.onScreen(false)
					u.resizes(80, 24)
				}
				u.types("/full\r")
				u.onScreen(true)
				u.shows("#lobby", "hello in lines", "zoe")
				u.types("/plain\r")
				u.onScreen(false)
				u.types("\x04")
				u.ended(0)
			})
		})
	}
}

func TestWhoeverRegistersByLinesHasAScreenThen(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		u := s.opens(s.enter("zoe"), usual)
		u.types("/register zoe\r")
		u.types(password + "\r")
		u.types(password + "\r")
		u.onScreen(true)
		u.shows("#lobby", "zoe")
		if p, ok := s.hub.Person("zoe"); !ok || p.Role < chat.MemberRole {
			t.Errorf("zoe is %v", p.Role)
		}
	})
}

func TestWhoeverLogsInAndPrefersLinesStaysInLines(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		s.member("ada")
		u := s.opens(s.enter("ada", answers(password)), usual)
		u.types("/set plain on\r")
		u.types("\x04")
		u.ended(0)
		u = s.opens(s.enter("zoe"), usual)
		u.types("/login ada\r")
		u.types(password + "\r")
		u.onScreen(false)
		u.types("in lines\r")
		if raw := u.heard(); !strings.Contains(raw, "<ada> in lines") {
			t.Errorf("there is\n%q", raw)
		}
		u.types("/full\r") // for once
		u.onScreen(true)
		u.shows("in lines")
	})
}

func TestWhoeverLogsInWhereScreensAreTooManyHasLines(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		s.member("ada")
		u := s.opens(s.enter("zoe"), usual)
		for range mostScreens {
			s.full.Enter()
		}
		u.types("/login ada\r")
		u.types(password + "\r")
		u.onScreen(false)
		u.types("in lines\r")
		if raw := u.heard(); !strings.Contains(raw, "as many full screens") || !strings.Contains(raw, "<ada> in lines") {
			t.Errorf("there is\n%q", raw)
		}
		s.full.Leave()
		u.types("/full\r")
		u.onScreen(true)
		u.shows("in lines")
	})
}

// Back and forth one is the same person to others, and in the same room.
func TestScreenComesBackAfterLines(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		u := s.opens(s.enter("zoe"), usual)
		u.types("/plain\r")
		u.onScreen(false)
		for range 3 {
			u.types("/join #tea\r")
			u.types("/full\r")
			u.onScreen(true)
			u.shows(" #tea")
			u.types("from the screen\r")
			u.types("/PLAIN\r")
			u.onScreen(false)
			u.types("from lines\r")
		}
		other.says("/join #tea\n/whois zoe\n")
		heard := other.out.String()
		if strings.Contains(heard, "zoe left") || strings.Contains(heard, "zoe2") || strings.Count(heard, "zoe joined") != 1 {
			t.Errorf("bob hears\n%s", heard)
		}
		if n := strings.Count(heard, "<zoe> from the screen"); n != 3 {
			t.Errorf("%d times from the screen:\n%s", n, heard)
		}
		if s.full.Size() != 0 {
			t.Errorf("%d screens are counted", s.full.Size())
		}
		u.types("/quit\r")
		u.ended(0)
		other.sees("*** zoe left")
	})
}

func TestWhoeverRegistersOnAScreenIsThatMemberInLines(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		u := s.opens(s.enter("zoe"), usual)
		u.types("/register\r")
		u.types(password + "\r")
		u.types(password + "\r")
		u.types("/plain\r")
		u.types("/whois\r")
		if raw := u.sinceScreen(); !strings.Contains(raw, "zoe is a member") {
			t.Errorf("there is\n%q", raw)
		}
		u.types("/full\r")
		u.onScreen(true)
		u.types("/password\r")
		u.types(password + "\r")
		u.types("another one, as good\r")
		u.types("another one, as good\r")
		u.types("/plain\r")
		u.types("/full\r")
		u.onScreen(true)
		u.types("still me\r")
		u.shows("still me")
		if _, ok := s.hub.Person("zoe2"); ok {
			t.Error("there is a second one")
		}
	})
}

func TestWhoeverLogsInByLinesAfterAScreenIsThatMemberOnTheNext(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		s.member("ada")
		u := s.opens(s.enter("zoe"), usual)
		u.types("/plain\r")
		u.types("/login ada\r")
		u.types(password + "\r")
		u.types("/full\r")
		u.onScreen(true)
		u.types("it is ada\r")
		u.shows("it is ada", "ada")
		u.client.Close()
		later(time.Second)
		if p, ok := s.hub.Person("ada"); !ok || p.Role < chat.MemberRole {
			t.Errorf("ada is %v", p.Role)
		}
	})
}

// Nobody could come back by the key that a guest has for a connection alone.
func TestGuestWhoseConnectionBreaksInLinesIsNotWaitedFor(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		u := s.opens(s.enter("zoe"), usual)
		u.types("/plain\r")
		u.client.Close()
		later(2 * time.Second)
		other.sees("*** zoe left")
	})
}

func TestScreenIsToBeHadWhereOneCanBeShown(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		h := s.chats(s.enter("bob"))
		h.says("/full\n")
		h.sees("! There is no whole screen here")
		u := s.opens(s.enter("zoe"), usual)
		u.types("/full\r")
		u.shows("You have the whole screen")
		u.types("/plain\r")
		u.resizes(30, 5)
		u.types("/full\r")
		u.onScreen(false)
		if raw := u.sinceScreen(); !strings.Contains(raw, "too small") {
			t.Errorf("there is\n%q", raw)
		}
	})
}

// A terminal that takes nothing does not hold the server up.
func TestStalledScreenEndsWithTheServer(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		u := s.opens(s.enter("zoe"), view{width: 500, height: 200})
		for range 30 {
			other.says(strings.Repeat("wide ", 750) + "\n")
		}
		held := make(chan struct{})
		defer func() {
			close(held)
			_ = u.session.Wait() // the server has closed the connection
		}()
		u.mu.Lock()
		u.held = held
		u.mu.Unlock()
		for i := range 60 { // painted anew each time, until more is on its way than goes
			if err := u.session.WindowChange(200-i%2, 500-i%2); err != nil {
				t.Fatal(err)
			}
			later(100 * time.Millisecond)
		}
		s.stop()
		if later(time.Second); s.full.Size() != 1 {
			t.Fatal("it takes what it is sent")
		}
		if later(9 * time.Second); s.full.Size() != 0 {
			t.Error("the screen is still there")
		}
	})
}
