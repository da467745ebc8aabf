package auth_test

import (
	"strings"
	"testing"

	"hubbub/internal/auth"
)

func TestSharedPasswordIsGivenAsItIsOrHashed(t *testing.T) {
	h := auth.NewHasher(cheap)
	for how, text := range map[string]string{"as it is": "open sesame", "hashed": mustHash(t, h, "open sesame")} {
		p, err := auth.NewShared(text)
		if err != nil || p.Hashed() != (how == "hashed") {
			t.Fatalf("%s: %v", how, err)
		}
		for range 2 { // before and after it is known
			for password, want := range map[string]bool{
				"open sesame": true, "open\u00a0sesame": true, "Open sesame": false, "": false, "\xff": false, text + "x": false, strings.Repeat("x", 1<<20): false,
			} {
				if ok, err := h.Shared(t.Context(), p, password); ok != want || err != nil {
					t.Errorf("%s, %.20q: %v, %v", how, password, ok, err)
				}
			}
		}
	}
}

// However many come back at once, the hash is computed for the first of them.
func TestSharedPasswordIsHashedUntilItIsKnown(t *testing.T) {
	h := auth.NewHasher(cheap)
	p, err := auth.NewShared(mustHash(t, h, "open sesame"))
	if err != nil {
		t.Fatal(err)
	}
	hashes := 0
	h.OnCompute(func() { hashes++ })
	for i, c := range []struct {
		password string
		hashes   int
	}{{"a guess", 1}, {"open sesame", 2}, {"open sesame", 2}, {"a guess", 2}} {
		if ok, err := h.Shared(t.Context(), p, c.password); ok != (c.password == "open sesame") || err != nil || hashes != c.hashes {
			t.Errorf("%d: %v, %v, %d hashes", i, ok, err, hashes)
		}
	}
}

func TestWhatIsNoSharedPasswordIsRefused(t *testing.T) {
	for _, text := range []string{"", "\xff", "a\x00b", strings.Repeat("x", 301), "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "$argon2i$"} {
		if p, err := auth.NewShared(text); err == nil || p != nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}
