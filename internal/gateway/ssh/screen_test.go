package ssh_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"

	"hubbub/internal/chat"
	"hubbub/internal/gateway/ssh"
	"hubbub/internal/hub"
)

// sitter is somebody at a terminal: what is written to it is seen as an emulator shows
// it.
type sitter struct {
	*server
	client  *gossh.Client
	session *gossh.Session
	in      io.WriteCloser

	mu     sync.Mutex // guards the following
	screen *vt.Emulator
	raw    strings.Builder
	held   chan struct{} // nothing is taken until it is closed, if there is one
	took   int           // bytes
}

// Write implements [io.Writer].
func (u *sitter) Write(b []byte) (int, error) {
	u.mu.Lock()
	held := u.held
	u.mu.Unlock()
	if held != nil {
		<-held
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.raw.Write(b)
	u.took += len(b)
	return u.screen.Write(b)
}

// view is how a client has its terminal, and what variables it sends.
type view struct {
	kind          string
	width, height int
	env           []string // names and values
}

// opens opens a session in a terminal.
func (s *server) opens(c *gossh.Client, v view) *sitter {
	s.Helper()
	if v.kind == "" {
		v.kind = "xterm-256color"
	}
	session, err := c.NewSession()
	if err != nil {
		s.Fatal(err)
	}
	u := &sitter{server: s, client: c, session: session, screen: vt.NewEmulator(v.width, v.height)}
	s.Cleanup(func() { u.screen.Close() })
	s.peers.Go(func() { _, _ = io.Copy(io.Discard, u.screen) }) // what the terminal answers
	session.Stdout = u
	u.in, err = session.StdinPipe()
	for i := 0; i < len(v.env) && err == nil; i += 2 {
		err = session.Setenv(v.env[i], v.env[i+1])
	}
	if err == nil {
		err = session.RequestPty(v.kind, v.height, v.width, gossh.TerminalModes{})
	}
	if err == nil {
		err = session.Shell()
	}
	if err != nil {
		s.Fatal(err)
	}
	later(time.Second)
	return u
}

// types presses keys, and waits until they are seen.
func (u *sitter) types(keys string) {
	u.Helper()
	if _, err := io.WriteString(u.in, keys); err != nil {
		u.Error(err)
	}
	later(time.Second)
}

// rows returns the screen as text.
func (u *sitter) rows() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	var b strings.Builder
	for y := range u.screen.Height() {
		row := ""
		for x := range u.screen.Width() {
			c := u.screen.CellAt(x, y)
			switch {
			case c == nil || c.Content == "" && c.Width == 1:
				row += " "
			default:
				row += c.Content
			}
		}
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	return b.String()
}

// shows checks what is on the screen now.
func (u *sitter) shows(words ...string) {
	u.Helper()
	later(time.Second)
	for _, w := range words {
		if got := u.rows(); !strings.Contains(got, w) {
			u.Errorf("there is no %q on\n%s", w, got)
		}
	}
}

// hides checks what is not.
func (u *sitter) hides(words ...string) {
	u.Helper()
	for _, w := range words {
		if got := u.rows(); strings.Contains(got, w) {
			u.Errorf("there is %q on\n%s", w, got)
		}
	}
}

// ended waits for the end of a session, and returns what was written last.
func (u *sitter) ended(status int) {
	u.Helper()
	err := u.session.Wait()
	if exit, ok := err.(*gossh.ExitError); ok && exit.ExitStatus() != status || !ok && err != nil {
		u.Errorf("the session ended with %v", err)
	}
	u.client.Close()
	synctest.Wait()
}

var usual = view{width: 80, height: 24}

func TestStrangerArrivesOnAScreen(t *testing.T) {
	for _, v := range []view{{width: 80, height: 24}, {width: 120, height: 40}, {width: 40, height: 10}} {
		name := fmt.Sprintf("%dx%d", v.width, v.height)
		t.Run(name, func(t *testing.T) {
			serve(t, hub.OpenPolicy(), func(s *server) {
				other := s.chats(s.enter("bob"))
				other.says("hello whoever comes\n")
				u := s.opens(s.enter("zoe"), v)
				u.golden("arrival-" + name)
				u.types("hi bob\r")
				other.sees("<zoe> hi bob\n")
				other.says("nice screen\n/msg zoe a word\n")
				u.golden("talk-" + name)
				u.types("\x04")
				u.ended(0)
				other.sees("*** zoe left")
				if raw := u.raw.String(); !strings.HasSuffix(raw, "\x1b[?1049l") && !strings.Contains(raw, "\x1b[?1049l") {
					t.Error("the terminal is not left as it was")
				}
			})
		})
	}
}

// golden compares the screen with the one that is kept.
func (u *sitter) golden(name string) {
	u.Helper()
	later(time.Second)
	got, path := u.rows(), filepath.Join("testdata", "screens", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			u.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		u.Fatal(err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		u.Errorf("%s is\n%s\nwant\n%s", name, got, want)
	}
}

var update = flag.Bool("update", false, "keep the screens as they are now")

func TestScreenFollowsTheWindow(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		u := s.opens(s.enter("zoe"), view{width: 80, height: 24})
		u.types("a line that is not sent yet")
		for i := range 300 { // a window that is dragged
			u.resizes(40+i%80, 8+i%30)
		}
		u.resizes(60, 12)
		later(time.Second)
		rows := strings.Split(strings.TrimSuffix(u.rows(), "\n"), "\n")
		if len(rows) != 12 || !strings.Contains(rows[11], "> a line that is not sent yet") {
			t.Errorf("%d rows:\n%s", len(rows), u.rows())
		}
		u.resizes(1, 1)
		u.resizes(1<<20, 1<<20)
		u.resizes(80, 24)
		u.shows("#lobby", "> a line that is not sent yet")
	})
}

// resizes has the window be of another size, as the client tells.
func (u *sitter) resizes(width, height int) {
	u.Helper()
	u.mu.Lock()
	u.screen.Resize(min(width, 500), min(height, 200))
	u.mu.Unlock()
	if err := u.session.WindowChange(height, width); err != nil {
		u.Error(err)
	}
	later(time.Second) // what is typed then goes another way
}

func TestLinesAreShownWhereAScreenIsNotWanted(t *testing.T) {
	for name, v := range map[string]view{
		"narrow": {width: 39, height: 24}, "low": {width: 80, height: 7}, "dumb": {kind: "dumb", width: 80, height: 24},
		"plain": {width: 80, height: 24, env: []string{"HUBBUB_PLAIN", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, hub.OpenPolicy(), func(s *server) {
				u := s.opens(s.enter("zoe"), v)
				later(time.Second)
				if raw := u.heard(); !strings.Contains(raw, "You are zoe; /nick NAME changes that.") || strings.Contains(raw, "\x1b[?1049h") {
					t.Errorf("there is\n%q", raw)
				}
			})
		})
	}
}

// heard returns all that was written.
func (u *sitter) heard() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.raw.String()
}

func TestMemberWhoPrefersLinesHasThem(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		s.member("ada")
		u := s.opens(s.enter("ada", answers(password)), usual)
		u.shows("#lobby")
		u.types("/set plain on\r")
		u.types("\x04")
		u.ended(0)
		u = s.opens(s.enter("ada", answers(password)), usual)
		if raw := u.heard(); !strings.Contains(raw, "Welcome to hubbub, ada.") || strings.Contains(raw, "\x1b[?1049h") {
			t.Errorf("there is\n%q", raw)
		}
		u.types("hello in lines\r")
		if raw := u.heard(); !strings.Contains(raw, "<ada> hello in lines") {
			t.Errorf("there is\n%q", raw)
		}
	})
}

func TestWhoeverIsTooManyHasLines(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		var all []*sitter
		for i := range mostScreens {
			u := s.opens(s.enter(fmt.Sprint("zoe", i)), usual)
			u.shows("#lobby")
			all = append(all, u)
		}
		u := s.opens(s.enter("ann"), usual)
		if raw := u.heard(); !strings.Contains(raw, "as many full screens") || !strings.Contains(raw, "You are ann;") {
			t.Errorf("there is\n%q", raw)
		}
		all[0].types("\x04")
		all[0].ended(0)
		s.opens(s.enter("cid"), usual).shows("#lobby")
	})
}

func TestScreenIsAsTheClientsVariablesSay(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		other.says("cześć\n")
		u := s.opens(s.enter("zoe"), view{width: 80, height: 24, env: []string{
			"LANG", "en_GB.UTF-8", "LC_ALL", "pl_PL.UTF-8", "NO_COLOR", "1", "TZ", "Asia/Tokyo",
		}})
		u.shows("cześć", "09:00", "Enter")
		u.hides("Write to #lobby")
		if raw := u.heard(); strings.Contains(raw, "38;5;") {
			t.Errorf("there are colours in %q", raw)
		}
	})
}

func TestVariablesAreBounded(t *testing.T) {
	for _, c := range []struct {
		name, value string
		taken       bool
	}{
		{"LANG", "pl_PL.UTF-8", true}, {"TZ", "Europe/Warsaw", true}, {"TZ", "../../etc/passwd", false}, {"TZ", "Local", false},
		{"LANG", strings.Repeat("x", 100), false}, {"LANG", "pl\x1b[2J", false}, {"PATH", "/bin", false}, {"LD_PRELOAD", "x", false},
	} {
		if taken, _, _ := ssh.Ask([]string{"env"}, gossh.Marshal(struct{ Name, Value string }{c.name, c.value})); taken != c.taken {
			t.Errorf("%s=%q: %t", c.name, c.value, taken)
		}
	}
}

// Who goes on in lines is the same person to others, and so is what is typed.
func TestScreenGivesWayToLines(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		u := s.opens(s.enter("zoe"), usual)
		u.types("/join #tea\r")
		other.says("/join #tea\n")
		u.types("/plain\r")
		u.types("now in lines\r")
		other.sees("<zoe> now in lines\n") // where the screen was
		if heard := other.out.String(); strings.Count(heard, "zoe joined") != 1 || strings.Contains(heard, "zoe left") {
			t.Errorf("bob hears\n%s", heard)
		}
		if raw := u.heard(); !strings.Contains(raw, "<zoe> now in lines") {
			t.Errorf("there is\n%q", raw)
		}
		u.types("/quit\r")
		u.ended(0)
	})
}

func TestCommandsOfAScreenAreThoseOfLines(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		u := s.opens(s.enter("zoe"), usual)
		u.types("/topic cake at four\r")
		other.sees("*** zoe set the topic: cake at four\n")
		u.shows("#lobby", "cake at four")
		u.types("/join #tea\r")
		u.shows(" #tea")
		u.types("the kettle is on\r")
		other.says("/join #tea\n")
		other.sees("<zoe> the kettle is on\n")
		u.types("/tpoic\r")
		u.shows("Did you mean /topic?")
		u.types("/whois bob\r")
		u.shows("bob is a guest")
		u.types("\x1b")
		other.says("/msg zoe between us\n")
		u.types("\x1b3")
		u.shows("between us")
		u.types("/part #tea\r")
		other.sees("*** zoe left")
		other.says("/join #den private\n/invite zoe\n")
		u.shows("bob invites you to #den")
	})
}

func TestGuestOnAScreenBecomesAMember(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		s.member("ada")
		u := s.opens(s.enter("zoe"), usual)
		u.types("/register\r")
		u.shows("Choose a password")
		u.types("short\r")
		u.types(password + "\r")
		u.types(password + "\r")
		if p, ok := s.hub.Person("zoe"); !ok || p.Role < chat.MemberRole {
			t.Errorf("zoe is %v", p.Role)
		}
		if raw := u.heard(); strings.Contains(raw, password[:8]) {
			t.Error("the password is shown")
		}
		u = s.opens(s.enter("cid"), usual)
		u.types("/login ada\r")
		u.shows("Password:")
		u.types("not this one\r")
		u.types(password + "\r")
		u.types("it is me\r")
		u.shows("ada", "it is me")
		if _, ok := s.hub.Person("cid"); ok {
			t.Error("the guest is still there")
		}
	})
}

// Whoever has gone on in lines is not waited for either.
func TestLinesAfterAScreenEndWithTheServer(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		u := s.opens(s.enter("zoe"), usual)
		u.types("/plain\r")
		s.stop()
		u.ended(0)
		if raw := u.heard(); !strings.Contains(raw[strings.LastIndex(raw, "\x1b[?1049l"):], "The server is stopping.") {
			t.Errorf("it ended with %q", raw[max(0, len(raw)-200):])
		}
	})
}

func TestRoomBeforeTheNameIsShownFirst(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		u := s.opens(s.enter("tea+zoe"), usual)
		u.shows(" #tea")
		u.types("first here\r")
		u.shows("first here")
	})
}

func TestScreenEndsWithTheServer(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		u := s.opens(s.enter("zoe"), usual)
		u.shows("#lobby")
		s.stop()
		u.ended(0)
		if raw := u.heard(); !strings.HasSuffix(raw, "come back in a moment.\r\n") {
			t.Errorf("it ended with %q", raw[max(0, len(raw)-100):])
		}
	})
}

func TestWhoHasToGoIsToldWhy(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		s.member("ada")
		one := s.opens(s.enter("ada", answers(password)), usual)
		two := s.opens(s.enter("ada", answers(password)), usual)
		two.types("/sessions close\r")
		one.ended(0)
		if raw := one.heard(); !strings.Contains(raw[strings.LastIndex(raw, "\x1b[?1049l"):], ".") {
			t.Errorf("it ended with %q", raw[max(0, len(raw)-200):])
		}
		two.shows("#lobby")
	})
}

// A terminal that takes nothing delays nobody, and shows how things are when it does.
func TestStalledScreenDelaysNobodyAndCatchesUp(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		u := s.opens(s.enter("zoe"), usual)
		u.mu.Lock()
		u.held = make(chan struct{})
		u.mu.Unlock()
		for i := range 300 {
			other.says(fmt.Sprintf("message %d\n", i))
		}
		other.sees("<bob> message 299\n")
		close(u.held)
		u.mu.Lock()
		u.held = nil
		u.mu.Unlock()
		u.shows("message 299", "message 290")
	})
}

func TestIdleScreenIsSentNothing(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		u := s.opens(s.enter("zoe"), usual)
		later(time.Minute)
		before := len(u.heard())
		later(time.Hour)
		if n := len(u.heard()) - before; n != 0 {
			t.Errorf("%d bytes", n)
		}
	})
}

// Whoever goes without a word leaves nothing behind: the test would not end.
func TestScreenOfWhoIsGoneEnds(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		u := s.opens(s.enter("zoe"), usual)
		u.client.Close()
		later(2 * time.Second)
		other.sees("*** zoe left")
	})
}

func TestNothingThatOthersSayControlsTheTerminal(t *testing.T) {
	serve(t, hub.OpenPolicy(), func(s *server) {
		other := s.chats(s.enter("bob"))
		u := s.opens(s.enter("zoe"), usual)
		other.says("a\x1b]0;owned\x07b \x1b[2Jc \u202edcba \u0085e\n/topic \x1b]52;c;eA==\x07cake\n")
		u.shows("cake", "b c")
		for _, bad := range []string{"\x1b]0;owned", "\x1b]52", "\u202e", "\u0085"} {
			if strings.Contains(u.heard(), bad) {
				t.Errorf("%q is written", bad)
			}
		}
	})
}
