package ssh_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"hubbub/internal/hub"
)

// pipe runs a command, or a shell if it is empty, with an input that ends, and
// returns what comes out.
func (s *server) pipe(user, command, input string) (out, errs string, status int) {
	s.Helper()
	session, err := s.enter(user).NewSession()
	if err != nil {
		s.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	session.Stdin, session.Stdout, session.Stderr = strings.NewReader(input), &stdout, &stderr
	begin := session.Shell
	if command != "" {
		begin = func() error { return session.Start(command) }
	}
	if err := begin(); err != nil {
		s.Fatal(err)
	}
	if err := session.Wait(); err != nil {
		exit, ok := err.(*gossh.ExitError)
		if !ok {
			s.Fatalf("%s: %v", command, err)
		}
		status = exit.ExitStatus()
	}
	return stdout.String(), stderr.String(), status
}

func TestAPipeSaysItsLinesAndEnds(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		out, errs, status := s.pipe("zoe", "", "one\ntwo\nthree without an end")
		if status != 0 || errs != "" {
			t.Errorf("status %d, %q", status, errs)
		}
		for _, want := range []string{"<zoe> one\n", "<zoe> two\n", "<zoe> three without an end\n"} {
			if !strings.Contains(out, want) {
				t.Errorf("there is no %q in\n%s", want, out)
			}
		}
	})
}

func TestCommandsDoOneThing(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		tea := s.chats(s.enter("tea+ada"))
		tea.sees("You are in #tea")
		for _, c := range []struct {
			command, input string
			out, errs      string // is in it; nothing if empty
			status         int
		}{
			{"say #tea hello, it's me", "", "", "", 0},
			{"say '#tea'   two  spaces", "", "", "", 0},
			{"say tea", "a line\n\nand another", "", "", 0},
			{"say --one tea", "both lines\nin one\n", "", "", 0},
			{"say --json tea in JSON", "", `{"type":"ack","seq":`, "", 0},
			{"say --one tea", strings.Repeat("x", 9000), "", "too long", 1},
			{"say tea", "fine\n" + strings.Repeat("x", 9000) + "\nnot said\n", "", "Line 2, and what follows it, was not sent.", 1},
			{"say tea", "\xff\xfe\n", "", "UTF-8", 1},
			{"say #nowhere hello", "", "", "no room #nowhere", 1},
			{"say", "", "", "needs a room", 2},
			{"tail -n 2 #tea", "", "<bob> in JSON\n00:00 <bob> fine\n", "", 0},
			{"tail #tea", "", "<bob> both lines\n      | in one\n", "", 0},
			{"tail -n2 --json tea", "", `"kind":"message"`, "", 0},
			{"tail -n 0 tea", "", "", "", 0},
			{"tail -n 501 tea", "", "", "from 0 to 500", 2},
			{"tail tea lobby", "", "", "does not take \"lobby\"", 2},
			{"search hello in:#tea", "", "#tea <bob> hello, it's me", "", 0},
			{"search --json hello in:#tea", "", `"text":"hello, it's me"`, "", 0},
			{"search", "", "", "needs words", 2},
			{"rooms", "", "#tea", "", 0},
			{"rooms --json", "", `"name":"#tea"`, "", 0},
			{"who tea", "", "@ada\n", "", 0},
			{"who --json tea", "", `"nick":"ada"`, "", 0},
			{"help", "", "What ssh can do here", "", 0},
			{"--help", "", "What ssh can do here", "", 0},
			{"rm -rf /", "", "", "no command \"rm\"", 2},
			{"who --frob tea", "", "", "does not take \"--frob\"", 2},
		} {
			out, errs, status := s.pipe("bob", c.command, c.input)
			if status != c.status || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) || c.out == "" && out != "" || c.errs == "" && errs != "" {
				t.Errorf("%s: status %d, %q, %q", c.command, status, out, errs)
			}
		}
		tea.sees("<bob> hello, it's me\n", "<bob> two  spaces\n", "<bob> a line\n", "<bob> and another\n", "<bob> both lines\n      | in one\n", "<bob> fine\n")
		if strings.Contains(tea.out.String(), "not said") {
			t.Error("what followed a refused line was said")
		}
	})
}

func TestCommandsOfStrangersAreRefusedWhereMembersAreAsked(t *testing.T) {
	serve(t, membersOnly, func(s *server) {
		s.member("ada")
		if _, errs, status := s.pipe("zoe", "rooms", ""); status != 1 || !strings.Contains(errs, "for its members") {
			t.Errorf("a stranger: status %d, %s", status, errs)
		}
		session, err := s.enter("ada", gossh.Password(password)).NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if out, err := session.Output("rooms"); err != nil || !strings.Contains(string(out), "#lobby") {
			t.Errorf("a member: %v, %s", err, out)
		}
	})
}

func TestTailFollows(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		tea := s.chats(s.enter("tea+ada"))
		tea.sees("You are in #tea")
		tea.says("before\n")
		follow := s.session(s.enter("bob"), func(session *gossh.Session) error { return session.Start("tail -f -n 5 #tea") })
		follow.in.Close() // as with </dev/null: it goes on
		follow.sees("<ada> before\n")
		for i := range 50 {
			tea.says(fmt.Sprintf("after %d\n", i))
		}
		follow.sees("<ada> after 0\n", "<ada> after 49\n")
		if got := follow.out.String(); strings.Count(got, "<ada> before\n") != 1 || strings.Count(got, "<ada> after 7\n") != 1 || strings.Contains(got, "Welcome") {
			t.Errorf("it shows\n%s", got)
		}
		s.stop()
		follow.ended(1)
	})
}

func TestTheServerSaysGoodbye(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		h := s.chats(s.enter("zoe"))
		idle := s.enter("zed") // with no session yet
		h.sees("You are zoe")
		s.stop()
		h.ended(0)
		h.sees("* The server is stopping.\n")
		if _, err := idle.NewSession(); err == nil {
			t.Error("a session began after the server had stopped")
		}
	})
}

func TestNothingButASessionIsToBeHad(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		c := s.enter("zoe")
		for _, kind := range []string{"direct-tcpip", "x11", "direct-streamlocal@openssh.com", "tun@openssh.com"} {
			if _, _, err := c.OpenChannel(kind, nil); err == nil {
				t.Errorf("a channel of type %s was opened", kind)
			}
		}
		for _, request := range []string{"tcpip-forward", "streamlocal-forward@openssh.com", "no-more-sessions@openssh.com"} {
			if ok, _, err := c.SendRequest(request, true, nil); ok || err != nil {
				t.Errorf("%s: %v, %v", request, ok, err)
			}
		}
		session, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		for _, request := range []string{"subsystem", "auth-agent-req@openssh.com", "x11-req", "env", "eow@openssh.com"} {
			if ok, err := session.SendRequest(request, true, gossh.Marshal(struct{ Name, Value string }{"sftp", strings.Repeat("x", 8_000)})); ok || err != nil {
				t.Errorf("%s: %v, %v", request, ok, err)
			}
		}
		if err := session.Shell(); err != nil {
			t.Fatal(err)
		}
		if err := session.Shell(); err == nil {
			t.Error("a second shell was begun")
		}
		for range 1000 { // a flood
			if _, err := c.NewSession(); err == nil {
				t.Fatal("a second session was opened")
			}
		}
	})
}

func TestWhoDoesNotGetOnIsCutOff(t *testing.T) {
	for name, half := range map[string]func(s *server) io.Reader{
		"after its first words": func(s *server) io.Reader {
			c := s.connect()
			io.WriteString(c, "SSH-2.0-slow\r\n")
			return c
		},
		"with half a packet": func(s *server) io.Reader {
			c := s.connect()
			io.WriteString(c, "SSH-2.0-slow\r\n\x00\x00\x10\x00")
			return c
		},
		"with what is no packet": func(s *server) io.Reader {
			c := s.connect()
			io.WriteString(c, "SSH-2.0-slow\r\n"+strings.Repeat("\xff", 300))
			return c
		},
		"without a session": func(s *server) io.Reader {
			c := s.enter("zoe")
			gone, closed := io.Pipe()
			s.peers.Go(func() { closed.CloseWithError(c.Wait()) })
			return gone
		},
		"with a session for nothing": func(s *server) io.Reader {
			c := s.enter("zoe")
			if _, err := c.NewSession(); err != nil {
				s.Error(err)
			}
			gone, closed := io.Pipe()
			s.peers.Go(func() { closed.CloseWithError(c.Wait()) })
			return gone
		},
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, hub.OpenPolicy(), func(s *server) {
				began := time.Now()
				io.Copy(io.Discard, half(s))
				if took := time.Since(began); took > 70*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// The protocol hands over what a client asks for, some of it ahead: whoever asks for
// more than that when the session has ended must not keep the connection from ending.
func TestWhoAsksOnAfterTheSessionIsLeft(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		h := s.chats(s.enter("zoe"))
		h.sees("You are zoe")
		h.session.Close()
		synctest.Wait()
		for range 50 {
			h.client.SendRequest("anything@example.org", false, nil) // an error: it is left
			go h.client.OpenChannel("session", nil)
		}
		h.client.Close()
		s.peers.Wait() // or the test does not end
	})
}

func TestWhoTypesAPasswordHasAMinute(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		s.member("ada")
		slow := func(wait time.Duration) gossh.AuthMethod {
			return gossh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) {
				<-time.After(wait)
				return []string{password}[:len(q)], nil
			})
		}
		s.chats(s.enter("ada", slow(50*time.Second))).sees("Welcome to hubbub, ada.")
		if _, err := s.dial(s.connect(), "ada", slow(70*time.Second)); err == nil {
			t.Error("the server waits for longer")
		}
	})
}

func TestAReaderThatIsGoneIsNoticed(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		h := s.chats(s.enter("zoe"))
		h.sees("You are zoe")
		<-time.After(10 * time.Minute) // its client answers when it is asked whether it is there
		h.says("still here\n")
		h.sees("<zoe> still here")
		if n := s.pump.Size(); n != 1 {
			t.Errorf("%d connections", n)
		}
	})
}

// The clock of the bubble moves only when nothing else can: so whoever waits for the
// stalled one would be seen to wait.
func TestAStalledReaderDelaysNobodyAndIsCutOff(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		session, err := s.enter("slow").NewSession()
		if err != nil {
			t.Fatal(err)
		}
		out, err := session.StdoutPipe() // nobody reads it: its window fills
		if err == nil {
			_, err = session.StdinPipe()
		}
		if err == nil {
			err = session.Shell()
		}
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		ada, bob := s.chats(s.enter("ada")), s.chats(s.enter("bob"))
		for i := range 400 { // more than the two megabytes that the client's window has
			ada.says(strings.Repeat("x", 7000) + fmt.Sprintf(" %d\n", i))
		}
		bob.sees(" 399\n")
		if took := time.Since(began); took > time.Second {
			t.Errorf("others waited for %v", took)
		}
		if n := s.pump.Size(); n != 3 {
			t.Errorf("%d connections while one is slow", n)
		}
		<-time.After(2 * stall)
		synctest.Wait()
		if n := s.pump.Size(); n != 2 {
			t.Errorf("%d connections after the slow one was waited for", n)
		}
		_ = out
	})
}
