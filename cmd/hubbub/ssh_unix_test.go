//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A stranger with OpenSSH who wants lines is told what to type.
func TestSSHInATerminal(t *testing.T) {
	d := newDesk(t, "ssh", "nc")
	s := &shell{t: t, home: d.home, port: d.port}
	nc := d.netcat()
	zoe := d.open("ssh", append([]string{"ssh", "-o", "SetEnv=HUBBUB_PLAIN=1"}, s.arguments("tea+zoe")...)...)
	zoe.waits("Type a line to say it", "You are in "+tea)
	zoe.types("hello from a terminal")
	nc.waits("<zoe> hello from a terminal")

	// What is half typed stays in one piece while others talk.
	if out, err := d.command("tmux", "-S", "tmux", "send-keys", "-t", "ssh", "-l", "half a li").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	zoe.waits("> half a li")
	nc.says("meanwhile")
	zoe.waits("<nora> meanwhile\n> half a li")
	if out, err := d.command("tmux", "-S", "tmux", "resize-window", "-t", "ssh", "-x", "40", "-y", "10").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	zoe.types("ne")
	nc.waits("<zoe> half a line")

	follow := d.open("tail", append(append([]string{"ssh", "-t"}, s.arguments("bob")...), "tail", "-f", "'"+tea+"'")...)
	follow.waits("<zoe> half a line")
	nc.says("followed")
	follow.waits("<nora> followed")
	if known := filepath.Join(d.home, "known"); strings.Contains(follow.shows(), known) {
		t.Errorf("there is more on the screen:\n%s", follow.shows())
	}
}
