package auth_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
)

func TestSecretShowsNowhereByAccident(t *testing.T) {
	const s = auth.Secret("xyzzy")
	type holder struct {
		Name   string
		Secret auth.Secret
		In     map[string][]auth.Secret
	}
	h := holder{"otter", s, map[string][]auth.Secret{"a": {s}}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%20.3s", "%T"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", s, h, &h)
	}
	fmt.Fprintln(&out, s, h, fmt.Errorf("with %w and %v", chat.Errorf(chat.Invalid, "%s", s), s))
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("a", "secret", s, "holder", h, slog.Group("g", "s", s))
	}
	if err := json.NewEncoder(&out).Encode(h); err != nil {
		t.Error(err)
	}
	out.WriteString(s.String())
	shown := strings.ToLower(out.String())
	if strings.Contains(shown, "xyz") || strings.Contains(shown, fmt.Sprintf("%x", "xyzzy")) || strings.Count(shown, "[secret]") < 30 {
		t.Errorf("printed:\n%s", shown)
	}
	if s.Reveal() != "xyzzy" {
		t.Errorf("revealed: %s", s.Reveal())
	}
}

func TestTokenIsToldFromItsDamagedSelf(t *testing.T) {
	secret, key := auth.NewToken()
	token := secret.Reveal()
	if got, ok := auth.ParseToken(token); !ok || got != key || !auth.IsToken(token) || len(token) != 60 {
		t.Errorf("%q: key %x, %v; want %x", token, got, ok, key)
	}
	if key != sha256.Sum256([]byte(token)) {
		t.Errorf("the key is not the hash of the token: %x", key)
	}
	for i := range token {
		for _, damaged := range []string{
			token[:i],
			token[:i] + token[i+1:],
			token[:i] + "a" + token[i:],
			token[:i] + string("a7"[i%2]) + token[i+1:],
			token[:i] + strings.ToUpper(token[i:]),
			token[:i] + "\n" + token[i+1:],
		} {
			if _, ok := auth.ParseToken(damaged); ok && damaged != token {
				t.Errorf("%q passes for %q", damaged, token)
			}
		}
	}
	for s, want := range map[string]bool{token: true, token[:9]: true, "hub_": true, "hub": false, "": false, " " + token: false} {
		if auth.IsToken(s) != want {
			t.Errorf("%q: meant to be a token: %v", s, !want)
		}
	}
	if again, other := auth.NewToken(); again == secret || other == key {
		t.Error("two tokens are the same")
	}
}

// A decoder of base32 skips ends of lines, so something shorter would fit.
func TestTokenHasOneForm(t *testing.T) {
	short := make([]byte, 27)
	sum := sha256.Sum256(short)
	text := strings.ToLower(base32.StdEncoding.EncodeToString(append(short, sum[:3]...)))
	if _, ok := auth.ParseToken("hub_" + text + strings.Repeat("\n", 8)); ok {
		t.Error("a token with ends of lines passes")
	}
}

func FuzzToken(f *testing.F) {
	token, _ := auth.NewToken()
	f.Add(token.Reveal())
	f.Add("hub_" + strings.Repeat("a", 56))
	f.Add("hub_" + strings.Repeat("\n", 56))
	f.Fuzz(func(t *testing.T, s string) {
		key, ok := auth.ParseToken(s)
		if ok == key.IsZero() || ok && (!auth.IsToken(s) || key != sha256.Sum256([]byte(s))) {
			t.Errorf("%q: %v, %x", s, ok, key)
		}
	})
}
