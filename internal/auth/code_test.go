package auth_test

import (
	"crypto/sha256"
	"regexp"
	"strings"
	"testing"

	"hubbub/internal/auth"
)

var codeForm = regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$`)

func TestCodeIsReadHoweverItIsTyped(t *testing.T) {
	for range 50 { // so that each character comes up
		secret, key := auth.NewCode()
		code := secret.Reveal()
		plain := strings.ReplaceAll(code, "-", "")
		if !codeForm.MatchString(code) || key != sha256.Sum256([]byte(plain)) {
			t.Fatalf("a new code is %q, with key %x", code, key)
		}
		for _, typed := range []string{
			code,
			strings.ToLower(code),
			plain,
			" " + strings.ReplaceAll(code, "-", " - "),
			strings.NewReplacer("0", "O", "1", "I").Replace(code),
			strings.NewReplacer("0", "o", "1", "l").Replace(code),
			strings.NewReplacer("1", "L").Replace(code),
			strings.NewReplacer("1", "i").Replace(code),
		} {
			if got, ok := auth.ParseCode(typed); !ok || got != key {
				t.Errorf("%q for %q: %v", typed, code, ok)
			}
		}
	}
}

func TestMistypedCodeIsRefused(t *testing.T) {
	secret, key := auth.NewCode()
	code := secret.Reveal()
	for _, typed := range []string{"", "-", code[:len(code)-1], code + "0", code[5:], "U" + code[1:], "é" + code[1:],
		"ſ" + code[1:], code + strings.Repeat("-", 100), code + "\n", code[:4] + "\x00" + code[5:]} {
		if _, ok := auth.ParseCode(typed); ok {
			t.Errorf("%q passes", typed)
		}
	}
	missed := 0
	for i := range code {
		for _, r := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
			typed := code[:i] + string(r) + code[i+1:]
			if got, ok := auth.ParseCode(typed); ok && typed != code && code[i] != '-' {
				missed++
				if got == key {
					t.Errorf("%q has the key of %q", typed, code)
				}
			}
		}
	}
	if missed > 2 { // of 744, when one in 65,536 is missed
		t.Errorf("%d wrong characters were not noticed", missed)
	}
}

func FuzzCode(f *testing.F) {
	code, _ := auth.NewCode()
	f.Add(code.Reveal())
	f.Add(strings.ToLower(code.Reveal()))
	f.Add(strings.Repeat("0", 24))
	f.Fuzz(func(t *testing.T, s string) {
		key, ok := auth.ParseCode(s)
		if ok == key.IsZero() {
			t.Fatalf("%q: %v, %x", s, ok, key)
		}
		plain := strings.ToUpper(strings.NewReplacer("-", "", " ", "", "o", "0", "O", "0", "i", "1", "I", "1", "l", "1", "L", "1").Replace(s))
		if again, still := auth.ParseCode(plain); ok && (!still || again != key) {
			t.Errorf("%q is a code, and %q is not the same", s, plain)
		}
	})
}
