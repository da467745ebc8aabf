package auth_test

import (
	"slices"
	"strings"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
)

func TestPasswordsAreChosenWithCare(t *testing.T) {
	for _, c := range []struct {
		password, nick string
		why            string // a word of the refusal
	}{
		{"correct horse", "otter", ""},
		{"otter12345", "otter", ""},
		{"zażółć gęślą", "otter", ""},
		{"🦦🦦🦦 on a raft", "otter", ""},
		{strings.Repeat("x", 300), "otter", ""},
		{strings.Repeat("e\u0301", 150), "otter", ""}, // 450 bytes typed, 300 composed
		{strings.Repeat("x", 301), "otter", "too long"},
		{strings.Repeat("x", 1<<20), "otter", "too long"},
		{"seven77", "otter", "too short"},
		{"", "otter", "empty"},
		{"Longotter", "longOTTER", "nick"},
		{"bo\u0301brzasty", "BÓBRZASTY", "nick"},
		{"password", "otter", "common"},
		{"PassWord", "otter", "common"},
		{"12345678", "otter", "common"},
		{"zxcvbnm123", "otter", "common"},
		{"12345678\n123456789", "otter", "character"},
		{"tab\tin the middle", "otter", "character"},
		{"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8", "otter", "UTF-8"},
	} {
		err := auth.CheckPassword(c.password, c.nick)
		switch {
		case err == nil && c.why != "", err != nil && (c.why == "" || err.Code != chat.Invalid || !strings.Contains(err.Text, c.why)):
			t.Errorf("%.30q for %s: %v, want a word of %q", c.password, c.nick, err, c.why)
		}
	}
}

// An entry that could not match would be for nothing.
func TestCommonPasswordsAreListedAsTheyAreCompared(t *testing.T) {
	list := strings.Split(strings.TrimSuffix(auth.CommonPasswords(), "\n"), "\n")
	if len(list) < 100 {
		t.Errorf("only %d", len(list))
	}
	for i, p := range list {
		if len(p) < 8 || p != chat.Fold(p) || slices.Contains(list[:i], p) {
			t.Errorf("%q is short, not folded or there twice", p)
		}
		if err := auth.CheckPassword(p, "otter"); err == nil || !strings.Contains(err.Text, "common") {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func FuzzChosenPasswordCanBeVerified(f *testing.F) {
	f.Add("correct horse", "otter")
	f.Add("zaz\u0307o\u0301łc\u0301\u00a0", "otter")
	f.Add("\u1100\u1161\u11a8 \u0f73\u0344", "otter")
	h := auth.NewHasher(cheap)
	f.Fuzz(func(t *testing.T, password, nick string) {
		if auth.CheckPassword(password, nick) != nil {
			return
		}
		stored, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatalf("accepted, and then: %v", err)
		}
		if ok, _, err := h.Verify(t.Context(), stored, password); !ok || err != nil {
			t.Errorf("verified: %v, %v", ok, err)
		}
	})
}
