//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
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

// Whatever happens to the process, the terminal is the screen's while it runs, and as it
// was when it doesn't.
func TestJoinHasTheTerminalOnlyWhileItRuns(t *testing.T) {
	d := newDesk(t, "nc", "bash", "stty")
	d.netcat() // the server has time for people
	jo := d.open("join", "bash", "--norc", "+o", "history", "-i")
	jo.resizes(80, 24)
	script := "stty -g >before; sh -c 'echo $$ >pid; exec \"$0\" join --nick jo " + d.address + " tea' \"$1\"; echo it ended with $?; stty -g >after; cmp before after && echo nothing is left\n"
	if err := os.WriteFile(filepath.Join(d.home, "joins"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	jo.types("sh ./joins '" + beMainProgram() + "'")
	jo.waits("Write to " + tea)
	jo.tmux("send-keys", "-t", jo.name, "-l", "half a ")
	jo.waits("> half a")

	jo.keys("C-z")
	jo.waits("Stopped")
	if modes := jo.modes(); modes != "0 1 0" {
		t.Errorf("while it is suspended the terminal is in the modes %s", modes)
	}
	jo.resizes(70, 18)
	jo.types("fg")
	fits := func() bool {
		return strings.HasPrefix(last(jo.rows()), "> half a") && !strings.Contains(jo.shows(), "Stopped")
	}
	d.until("the screen is back", fits, jo.shows)

	pid := d.pid()
	d.signal(pid, syscall.SIGTSTP) // from outside, as by Ctrl-Z
	jo.waits("Stopped")
	if modes := jo.modes(); modes != "0 1 0" {
		t.Errorf("while it is stopped the terminal is in the modes %s", modes)
	}
	jo.types("fg")
	d.until("the screen is back once more", fits, jo.shows)

	job, err := syscall.Getpgid(pid)
	if err != nil {
		t.Fatal(err)
	}
	d.signal(-job, syscall.SIGSTOP) // who is not told can't put it in order
	jo.waits("Stopped")
	jo.resizes(62, 14)
	jo.types("fg")
	d.until("the screen is back, in order", fits, jo.shows)
	jo.types("line")
	d.until("it is said", func() bool { return strings.HasPrefix(last(jo.rows()), "> Write to "+tea) }, jo.shows)

	d.signal(pid, syscall.SIGTERM)
	jo.waits("it ended with", "nothing is left")
	if modes := jo.modes(); modes != "0 1 0" {
		t.Errorf("behind it the terminal is in the modes %s", modes)
	}
}

// pid returns the process that was written to a file of that name.
func (d *desk) pid() int {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.home, "pid"))
	if err != nil {
		d.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		d.t.Fatal(err)
	}
	return pid
}

func (d *desk) signal(pid int, s syscall.Signal) {
	d.t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		d.t.Fatal(err)
	}
}
