package ssh_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"hubbub/internal/hub"
)

// sits opens a session in a terminal of a kind, to chat in lines.
func (s *server) sits(c *gossh.Client, kind string) *hands {
	s.Helper()
	return s.session(c, func(session *gossh.Session) error {
		if err := session.Setenv("HUBBUB_PLAIN", "1"); err != nil {
			return err
		}
		if err := session.RequestPty(kind, 24, 60, gossh.TerminalModes{}); err != nil {
			return err
		}
		return session.Shell()
	})
}

func TestALineIsEditedInATerminal(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		h := s.sits(s.enter("zoe"), "xterm-256color")
		h.sees("You are zoe;", "help tells the rest.\r\n", "> ")
		h.says("helo")
		other.says("meanwhile\n")
		h.sees("<bob> meanwhile\r\n", "> helo") // the line is still there
		h.says("\x1b[D" + "l\r")                // to the left, and what was missing
		other.sees("<zoe> hello\n")
		h.says("/nick zara\rfirst\rsecond\r\x1b[A\x1b[A\r") // and one from before
		other.sees("<zara> first\n", "<zara> second\n")
		if n := strings.Count(other.out.String(), "<zara> first\n"); n != 2 {
			t.Errorf("said %d times", n)
		}
		h.says("half\x03\x03") // Ctrl-C takes the line away, and the next one leaves
		h.ended(0)
		if strings.Contains(other.out.String(), "half") {
			t.Error("what was taken back was said")
		}
	})
}

func TestPasswordsAreNotShownInATerminal(t *testing.T) {
	for _, kind := range []string{"xterm", "dumb"} {
		serve(t, hub.OpenPolicy(), func(s *server) {
			h := s.sits(s.enter("zoe"), kind)
			h.sees("You are zoe")
			h.says("/register\r")
			h.sees("Choose a password")
			h.says(password + "\r")
			h.sees("And again:")
			h.says(password + "\r")
			h.sees("You are a member now")
			if strings.Contains(h.out.String(), "sesame") {
				t.Errorf("%s shows it:\n%q", kind, h.out.String())
			}
			h.says("/password\r")
			h.says("\x03") // takes the question back, and does not leave
			h.sees("Never mind")
			h.says("seen again\r")
			h.sees("<zoe> seen again")
			h.says("\x1b[A\x1b[A\x1b[A\x1b[A")
			if strings.Contains(h.out.String(), "sesame") {
				t.Errorf("%s remembers it:\n%q", kind, h.out.String())
			}
			h.says("\x15\x04")
			h.ended(0)
		})
	}
}

func TestTheServerStopsWhileSomebodyTypes(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		h := s.sits(s.enter("zoe"), "xterm")
		h.sees("You are zoe")
		s.peers.Go(func() {
			for range 5000 {
				<-time.After(time.Millisecond) // so that it is going on when the server says its last
				if _, err := io.WriteString(h.in, "x"); err != nil {
					return
				}
			}
		})
		s.stop()
		h.ended(0)
		h.sees("The server is stopping.")
	})
}

func TestADumbTerminalGetsNoSequences(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		h := s.sits(s.enter("zoe"), "dumb")
		h.sees("You are zoe")
		h.says("hellp")
		h.says("\x7f")
		h.says("o")
		h.sees("> hellp\b \bo")
		other.says("meanwhile\n")
		h.sees("o\r\n", "<bob> meanwhile\r\n> hello")
		h.says("\r")
		other.sees("<zoe> hello\n")
		h.says("\x04")
		h.ended(0)
		if strings.Contains(h.out.String(), "\x1b") {
			t.Errorf("there are escapes in\n%q", h.out.String())
		}
	})
}

func TestACommandInATerminalIsLeftByAKey(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		ada := s.chats(s.enter("tea+ada"))
		ada.sees("You are in #tea")
		h := s.session(s.enter("zoe"), func(session *gossh.Session) error {
			if err := session.RequestPty("xterm", 24, 80, gossh.TerminalModes{}); err != nil {
				return err
			}
			return session.Start("tail -f tea")
		})
		ada.says("hello\n")
		h.sees("<ada> hello\r\n")
		h.says("\x03")
		h.ended(0)
	})
}

func TestHostileTerminalsDisturbNobody(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		c := s.enter("zoe")
		h := s.session(c, func(session *gossh.Session) error {
			if err := session.RequestPty(strings.Repeat("x", 10_000), 1<<30, 1<<30, gossh.TerminalModes{}); err != nil {
				return err
			}
			return session.Shell()
		})
		h.says("\x1b]0;title\x07\x1b[2J\u202eabc\u200b\x00\xff\xfe\r")
		for i := range 2000 {
			if err := h.session.WindowChange(i%7, i*i); err != nil {
				t.Fatal(err)
			}
		}
		h.says(strings.Repeat("y", 100_000) + "\r")
		h.says("fine\r")
		later(10 * time.Second) // who types so much is read slowly
		other.sees("<zoe> fine\n")
		for _, bad := range []string{"\x1b", "\u202e", "\x00", "\xff", "\x07"} {
			if strings.Contains(other.out.String(), bad) {
				t.Errorf("%q came through", bad)
			}
		}
		if n := len(h.out.String()); n > 20<<20 {
			t.Errorf("it was sent %d bytes", n)
		}
		synctest.Wait()
	})
}

// What is typed is typed, whatever the pieces in which it comes.
func TestKeysComeInAnyPieces(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		h := s.sits(s.enter("zoe"), "xterm")
		for i := range 5 {
			for _, b := range []byte(fmt.Sprintf("zażółć %d\x1b[D\x1b[C\r", i)) {
				h.says(string([]byte{b}))
			}
		}
		other.sees("<zoe> zażółć 0\n", "<zoe> zażółć 4\n")
	})
}
