package irc_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"hubbub/internal/auth/authtest"
	"hubbub/internal/gateway/transcript"
)

// exchange logs in by SCRAM, in lines of AUTHENTICATE, up to the server's last
// message or its refusal.
func exchange(t *testing.T, say func(string) string, client *authtest.Scram) (answer string) {
	t.Helper()
	send := func(text string) string {
		return say("AUTHENTICATE " + base64.StdEncoding.EncodeToString([]byte(text)))
	}
	if got := say("AUTHENTICATE SCRAM-SHA-256"); got != "AUTHENTICATE +\r\n" {
		t.Fatalf("it begins with %q", got)
	}
	final, err := client.Final(challenged(t, send(client.First())))
	if err != nil {
		t.Fatal(err)
	}
	return send(final)
}

// challenged returns what a line of AUTHENTICATE says.
func challenged(t *testing.T, line string) string {
	t.Helper()
	text, ok := strings.CutPrefix(line, "AUTHENTICATE ")
	data, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, "\r\n"))
	if !ok || err != nil {
		t.Fatalf("%q is no challenge", line)
	}
	return string(data)
}

func TestScramLogsInOverSASL(t *testing.T) {
	transcript.Talk(t, chats, func(t *testing.T, say func(string) string) {
		say("CAP REQ sasl")
		say("NICK ada")
		say("REGISTER * * correct-horse")
		say("NICK eve")
		client := authtest.Scram{Name: "ada", Password: "correct-horse", Nonce: "fyko+d2lbbFgONRv9qkxdawL"}

		wrong := client
		wrong.Password = "wrong-horse"
		if got := exchange(t, say, &wrong); !strings.HasPrefix(got, ":chat.test 904 eve ") {
			t.Errorf("with a wrong password: %q", got)
		}

		if got := challenged(t, exchange(t, say, &client)); !client.Trusts(got) {
			t.Errorf("the server proves itself by %q", got)
		}
		if got := say("AUTHENTICATE Zm9v"); !strings.HasPrefix(got, ":chat.test 904 eve ") {
			t.Errorf("after something more: %q", got)
		}

		if got := challenged(t, exchange(t, say, &client)); !client.Trusts(got) {
			t.Errorf("again, the server proves itself by %q", got)
		}
		if got := say("AUTHENTICATE +"); !strings.Contains(got, " 900 eve ") || !strings.Contains(got, " 903 eve ") {
			t.Errorf("at the end: %q", got)
		}
		say("USER eve 0 * :Eve")
		if got := say("CAP END"); !strings.Contains(got, " 001 ada :") {
			t.Errorf("one is called as %q says", got)
		}
	})
}

// Whatever a client says while it logs in, it is answered and nothing breaks.
func FuzzAuthenticate(f *testing.F) {
	for _, s := range []string{"PLAIN", "+", "*", "AGFkYQBjb3JyZWN0LWhvcnNl", "SCRAM-SHA-256", "bixhPWFkYSxuPWFkYSxyPWFiYw==", "=", strings.Repeat("A", 400)} {
		f.Add("PLAIN", s, "+")
		f.Add("SCRAM-SHA-256", s, s)
		f.Add("OAUTHBEARER", s, "AQ==")
		f.Add("IRCV3BEARER", s, s)
	}
	f.Fuzz(func(t *testing.T, mechanism, first, second string) {
		transcript.Talk(t, chats, func(t *testing.T, say func(string) string) {
			for _, word := range []string{mechanism, first, second} {
				if strings.ContainsAny(word, "\r\n\x00") || word == "" || len(word) > 450 {
					return
				}
				if say("AUTHENTICATE :"+word) == "" && len(word) != 400 {
					t.Errorf("%q is not answered", word)
				}
			}
		})
	})
}
