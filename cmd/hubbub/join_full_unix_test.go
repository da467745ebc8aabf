//go:build unix

package main

import (
	"os"
	"strings"
	"testing"
)

// keys presses keys, by tmux's names for them.
func (s *screen) keys(names ...string) {
	s.d.t.Helper()
	if out, err := s.d.command("tmux", append([]string{"-S", "tmux", "send-keys", "-t", s.name}, names...)...).CombinedOutput(); err != nil {
		s.d.t.Fatalf("press %q at %s: %v\n%s", names, s.name, err, out)
	}
}

// In a terminal hubbub join is the whole screen; it outlasts the server's end, and what
// was written meanwhile is said; and the terminal is as it was behind it.
func TestJoinIsTheWholeScreen(t *testing.T) {
	d := newDesk(t, "nc", "bash")
	nc := d.netcat()
	jo := d.open("join", "bash", "--norc", "+o", "history", "-i")
	jo.types("'" + beMainProgram() + "' join --nick jo " + d.address + " tea")
	jo.waits("#lobby", "Write to "+tea)
	jo.types("hello from a screen")
	nc.waits("<jo> hello from a screen")
	nc.says("and hello from lines")
	jo.waits("and hello from lines")

	jo.keys("C-z")
	jo.waits("Stopped")
	jo.types("fg; echo it ended with $?")
	jo.waits("Write to " + tea)

	d.kill()
	jo.waits("offline")
	jo.types("written without a server")
	jo.waits("1 waiting")
	d.start()
	d.until("the draft is said", func() bool {
		s := jo.shows()
		return strings.Contains(s, "written without a server") && !strings.Contains(s, "offline") && !strings.Contains(s, "sending")
	}, jo.shows)

	jo.types("/plain")
	jo.waits("You are jo in " + tea)
	jo.keys("C-d")
	jo.waits("it ended with 0")
	jo.types("echo plainly")
	jo.waits("echo plainly\nplainly")
}

// What keeps somebody from being there is a sentence, and no screen.
func TestJoinSaysWhyThereIsNoScreen(t *testing.T) {
	d := newDesk(t, "bash")
	jo := d.open("join", "bash", "--norc", "+o", "history", "-i")
	jo.types("'" + beMainProgram() + "' join 127.0.0.1:1 tea; echo it ended with $?")
	jo.waits("nothing answers at 127.0.0.1:1", "it ended with 1")
}

// beMainProgram returns the program under test, as a shell in a desk starts it.
func beMainProgram() string { return os.Args[0] }
