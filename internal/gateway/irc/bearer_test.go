package irc_test

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"hubbub/internal/gateway/transcript"
)

var aToken = regexp.MustCompile(`hub_[a-z2-7]+`)

// bearer is a SASL mechanism that takes a token, and how a client wraps one.
type bearer struct{ mechanism, format string }

var bearers = []bearer{
	{"OAUTHBEARER", "n,%s,\x01host=chat.test\x01auth=Bearer %s\x01\x01"},
	{"IRCV3BEARER", "%s\x00oauth2\x00%s"},
}

// logIn says a token, and returns the answer. Why it is refused is asked for.
func (b bearer) logIn(say func(string) string, as, token string) string {
	if b.mechanism == "OAUTHBEARER" && as != "" {
		as = "a=" + as
	}
	say("AUTHENTICATE " + b.mechanism)
	got := say("AUTHENTICATE " + base64.StdEncoding.EncodeToString(fmt.Appendf(nil, b.format, as, token)))
	if strings.HasPrefix(got, "AUTHENTICATE ") {
		got = say("AUTHENTICATE AQ==")
	}
	return got
}

func TestATokenLogsInOverSASL(t *testing.T) {
	for _, b := range bearers {
		t.Run(b.mechanism, func(t *testing.T) {
			transcript.Talk(t, chats, func(t *testing.T, say func(string) string) {
				say("CAP REQ sasl")
				say("NICK ada")
				say("REGISTER * * correct-horse")
				say("USER ada 0 * :Ada")
				say("CAP END")
				token := aToken.FindString(say("NS TOKEN NEW builds"))
				if token == "" {
					t.Fatal("no token was made")
				}
				for _, as := range []string{"", "ada", "Ada@phone"} {
					if got := b.logIn(say, as, token); !strings.Contains(got, " 903 ada ") {
						t.Errorf("as %q: %q", as, got)
					}
				}
				for as, of := range map[string]string{"eve": token, "ada": token[:len(token)-1], "": "x"} {
					if got := b.logIn(say, as, of); !strings.HasPrefix(got, ":chat.test 904 ada ") {
						t.Errorf("as %q with %q: %q", as, of, got)
					}
				}
			})
		})
	}
}

// Tokens that are wrong are counted like passwords: whoever tries many waits.
func TestWrongTokensOverSASLMakeWait(t *testing.T) {
	for _, b := range bearers {
		transcript.Talk(t, chats, func(t *testing.T, say func(string) string) {
			say("CAP REQ sasl")
			say("NICK eve")
			for range 100 {
				if got := b.logIn(say, "", "hub_wrong"); strings.Contains(got, "too often") {
					return
				}
			}
			t.Errorf("a hundred may be tried by %s", b.mechanism)
		})
	}
}
