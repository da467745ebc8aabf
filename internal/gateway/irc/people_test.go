package irc_test

import (
	"testing"

	"hubbub/internal/chat"
	"hubbub/internal/gateway/irc"
)

func TestEveryCommandHasHelp(t *testing.T) {
	if names := irc.Unexplained(); len(names) > 0 {
		t.Errorf("HELP says nothing of %q; see help.go", names)
	}
}

func TestMasksMatch(t *testing.T) {
	for _, x := range []struct {
		pattern, s string
		want       bool
	}{
		{"*", "", true}, {"*", "bob", true}, {"", "", true}, {"", "bob", false},
		{"bob", "BOB", true}, {"b?b", "bob", true}, {"b?b", "bb", false}, {"?", "ö", true},
		{"b*", "bob", true}, {"*b", "bob", true}, {"*o*", "bob", true}, {"b*x", "bob", false},
		{"*a*b*c", "xaybzc", true}, {"*a*b*c", "xaybz", false}, {"**", "x", true}, {"a*a", "a", false},
	} {
		if got := chat.Matches(x.pattern, x.s); got != x.want {
			t.Errorf("%q matches %q: %v", x.pattern, x.s, got)
		}
	}
}

func TestKilledAreToldByWhom(t *testing.T) {
	for reason, want := range map[string]string{
		"Your connections have been closed: Killed (op (too loud)).": "Killed by an operator (Killed (op (too loud)))",
		"Your connections have been closed: too loud.":               "Your connections have been closed: too loud",
		"Quit: bye": "Quit: bye",
	} {
		if got := irc.Closing(reason); got != want {
			t.Errorf("%q is told as %q, want %q", reason, got, want)
		}
	}
}
