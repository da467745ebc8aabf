//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sitting is a terminal in which somebody comes in.
type sitting struct {
	name          string
	width, height int
	language      string // what LANG says
	invites       string // what the screen says to type
	then          [2]int // the width and height that it has later
}

func sittings() []sitting {
	return []sitting{
		{"s80", 80, 24, "C.UTF-8", "Write to " + tea, [2]int{62, 14}},
		{"s120", 120, 40, "pl_PL.UTF-8", "Napisz do " + tea, [2]int{62, 14}},
		{"s40", 40, 10, "pl_PL.UTF-8", "Napisz do " + tea, [2]int{62, 14}},
	}
}

// sits opens a shell in a terminal of that size, and comes in from there.
func (d *desk) sits(v sitting, command ...string) *screen {
	d.t.Helper()
	quoted := ""
	for _, word := range command {
		quoted += " '" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	script := "LANG=" + v.language + "; export LANG\nexec" + quoted + "\n"
	if err := os.WriteFile(filepath.Join(d.home, v.name), []byte(script), 0o600); err != nil {
		d.t.Fatal(err)
	}
	s := d.open(v.name, "bash", "--norc", "+o", "history", "-i")
	s.resizes(v.width, v.height)
	s.types("sh ./" + v.name + "; echo it ended with $?")
	s.waits(v.invites)
	return s
}

// tmux runs a command of tmux's, and returns what it prints.
func (s *screen) tmux(args ...string) string {
	s.d.t.Helper()
	out, err := s.d.command("tmux", append([]string{"-S", "tmux"}, args...)...).CombinedOutput()
	if err != nil {
		s.d.t.Fatalf("%q at %s: %v\n%s", args, s.name, err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// resizes gives the terminal another size.
func (s *screen) resizes(width, height int) {
	s.d.t.Helper()
	s.tmux("resize-window", "-t", s.name, "-x", fmt.Sprint(width), "-y", fmt.Sprint(height))
}

// modes returns in what modes the terminal is: with the other screen, a cursor, a mouse.
func (s *screen) modes() string {
	s.d.t.Helper()
	return s.tmux("display-message", "-p", "-t", s.name, "#{alternate_on} #{cursor_flag} #{mouse_any_flag}")
}

// rows returns what the terminal shows now, row by row.
func (s *screen) rows() []string {
	s.d.t.Helper()
	return strings.Split(s.tmux("capture-pane", "-p", "-t", s.name), "\n")
}

// speaking returns the command that has OpenSSH bring LANG along.
func (s *shell) speaking(user string) []string {
	return append([]string{"ssh", "-o", "SendEnv=LANG"}, s.arguments(user)...)
}

// By OpenSSH and by hubbub join, in terminals of three sizes and in two languages:
// people come in, talk, are told, change the size, and leave their terminal as it was.
func TestScreensOfAllSizes(t *testing.T) {
	d := newDesk(t, "ssh", "nc", "bash")
	nc := d.netcat()
	out := &shell{t: t, home: d.home, port: d.port}
	for _, v := range sittings() {
		t.Run("ssh "+v.name, func(t *testing.T) {
			d.t = t
			d.talks(nc, d.sits(v, out.speaking("tea+"+v.name)...), v)
		})
		v.name = "j" + v.name
		t.Run("join "+v.name, func(t *testing.T) {
			d.t = t
			d.talks(nc, d.sits(v, os.Args[0], "join", "--nick", v.name, d.address, "tea"), v)
		})
	}
	d.t = t
}

// talks has somebody at a screen talk with nc, and leave.
func (d *desk) talks(nc, s *screen, v sitting) {
	d.t.Helper()
	s.types("hello, " + v.name + " says")
	nc.waits("<" + v.name + "> hello, " + v.name + " says")
	nc.says("welcome, " + v.name)
	s.waits("welcome, " + v.name)

	s.tmux("send-keys", "-t", s.name, "-l", "half a ")
	s.waits("> half a")
	s.resizes(v.then[0], v.then[1])
	nc.says("meanwhile, " + v.name)
	s.waits("meanwhile, "+v.name, "> half a")
	d.until(s.name+" fits its window", func() bool { return strings.HasPrefix(last(s.rows()), "> half a") }, s.shows)
	s.types("line of " + v.name)
	nc.waits("<" + v.name + "> half a line of " + v.name)

	s.tmux("send-keys", "-t", s.name, "C-d")
	s.waits("it ended with 0")
	if modes := s.modes(); modes != "0 1 0" {
		d.t.Errorf("%s left its terminal in the modes %s", v.name, modes)
	}
	s.types("echo plainly")
	s.waits("echo plainly\nplainly")
}

// last returns the last row.
func last(rows []string) string { return rows[len(rows)-1] }
