package ssh_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	gossh "golang.org/x/crypto/ssh"

	"hubbub/internal/gateway/line"
	"hubbub/internal/gateway/ssh"
)

func TestCommandsAreTakenApart(t *testing.T) {
	for command, want := range map[string]line.Errand{
		"say #tea hello":           {Verb: "say", Room: "#tea", Text: "hello", Count: 20},
		"say '#tea' \"hello\"":     {Verb: "say", Room: "#tea", Text: `"hello"`, Count: 20},
		"say -- -tea hello":        {Verb: "say", Room: "#-tea", Text: "hello", Count: 20},
		"say tea -n is a flag":     {Verb: "say", Room: "#tea", Text: "-n is a flag", Count: 20},
		"say --json --one tea":     {Verb: "say", Room: "#tea", JSON: true, One: true, Count: 20},
		"tail tea -n 3 -f --json":  {Verb: "tail", Room: "#tea", JSON: true, Follow: true, Count: 3},
		"tail -n3 '#the room":      {Verb: "tail"}, // a quote that has no end is none
		"search --json from:ada x": {Verb: "search", Text: "from:ada x", JSON: true, Count: 20},
		"search -- -x":             {Verb: "search", Text: "-x", Count: 20},
		"rooms":                    {Verb: "rooms", Count: 20},
		"\twho  \"#tea\" ":         {Verb: "who", Room: "#tea", Count: 20},
	} {
		got, err := ssh.Parse(command)
		if want.Count == 0 {
			if err == nil {
				t.Errorf("%q was understood: %+v", command, got)
			}
		} else if err != nil || got != want {
			t.Errorf("%q: %+v, %v", command, got, err)
		}
	}
	for _, command := range []string{"say --one tea text", "rooms tea", "tail -n", "tail -n -1 tea", "tail -f", "say -f tea x", "who", "exec sh", "SAY tea x"} {
		if got, err := ssh.Parse(command); err == nil {
			t.Errorf("%q was understood: %+v", command, got)
		}
	}
}

func FuzzCommand(f *testing.F) {
	for _, seed := range []string{"say #tea hello", "tail -n 3 -f '#tea'", "search --json \"a b\"", "who '", "rooms -- --"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, command string) {
		e, err := ssh.Parse(command)
		switch {
		case err != nil && (err.Error() == "" || len(err.Error()) > 400 && utf8.ValidString(command)):
			t.Errorf("%q: %d bytes of error", command, len(err.Error()))
		case err == nil && e.Count > line.MaxTail:
			t.Errorf("%q: %d messages", command, e.Count)
		case err == nil && !strings.Contains(command, e.Text):
			t.Errorf("%q: says %q", command, e.Text)
		}
	})
}

func TestNothingWeakIsOffered(t *testing.T) {
	offered := ssh.Algorithms()
	weak := gossh.InsecureAlgorithms()
	all := strings.Join(append(append(offered.KeyExchanges, offered.Ciphers...), offered.MACs...), " ")
	for _, w := range append(append(append(weak.KeyExchanges, weak.Ciphers...), weak.MACs...), "sha1", "cbc", "md5", "group1-", "group14", "nistp", "-96", "umac-64", "arcfour", "3des") {
		if strings.Contains(all, w) {
			t.Errorf("%s is among %s", w, all)
		}
	}
	if len(offered.KeyExchanges) == 0 || len(offered.Ciphers) == 0 || len(offered.MACs) == 0 {
		t.Error("what is not said is what the package thinks best")
	}
}
