//go:build unix

package main

import (
	"os"
	"strings"
	"testing"
)

// What is typed stays below what others say meanwhile, in a real terminal.
func TestPlainInATerminal(t *testing.T) {
	d := newDesk(t)
	s := d.open("plain", os.Args[0], "join", "--plain", "--nick", "bob", d.address)
	shows := func(want string) {
		t.Helper()
		d.until("the terminal shows "+want, func() bool { return strings.Contains(s.shows(), want) }, s.shows)
	}
	shows("You are bob in #lobby. /help lists the commands, Ctrl-D leaves.\n")
	s.types("hello")
	shows("bob: hello\n")
	keys := func(args ...string) {
		t.Helper()
		if out, err := d.command("tmux", append([]string{"-S", "tmux", "send-keys", "-t", "plain"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	keys("-l", "I typr")
	keys("BSpace")
	keys("-l", "e")
	pipe(t, "bob, hi\n", "--nick", "ala", d.address)
	said := "You are bob in #lobby. /help lists the commands, Ctrl-D leaves.\nbob: hello\nala came in\nala, mentions you: bob, hi\nala went out\n"
	shows(said + "#lobby: I type")
	keys("Enter")
	shows(said + "bob: I type\n#lobby:")
	keys("C-d")
}
