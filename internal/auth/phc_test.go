package auth_test

import (
	"strings"
	"testing"

	"hubbub/internal/auth"
)

const (
	salt = "c29tZXNhbHQ"                                 // 8 bytes
	hash = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4" // 32 bytes
)

func TestStoredPasswordIsReadStrictly(t *testing.T) {
	for s, want := range map[string]bool{
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash:                        true,
		"$argon2id$v=19$m=262144,t=16,p=16$" + salt + "$" + hash:                     true,
		"$argon2id$v=19$m=8,t=1,p=1$" + salt + "$" + hash:                            true,
		"$argon2id$v=19$m=262145,t=2,p=1$" + salt + "$" + hash:                       false,
		"$argon2id$v=19$m=4294967304,t=2,p=1$" + salt + "$" + hash:                   false, // 8, if it wrapped
		"$argon2id$v=19$m=19456,t=17,p=1$" + salt + "$" + hash:                       false,
		"$argon2id$v=19$m=19456,t=2,p=17$" + salt + "$" + hash:                       false,
		"$argon2id$v=19$m=19456,t=2,p=257$" + salt + "$" + hash:                      false,
		"$argon2id$v=19$m=15,t=2,p=2$" + salt + "$" + hash:                           false,
		"$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + hash:                        false,
		"$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + hash:                        false,
		"$argon2id$v=19$m=+19456,t=2,p=1$" + salt + "$" + hash:                       false,
		"$argon2id$v=19$m=019456,t=2,p=1$" + salt + "$" + hash:                       false,
		"$argon2id$v=19$t=2,m=19456,p=1$" + salt + "$" + hash:                        false,
		"$argon2id$v=19$m=19456,t=2$" + salt + "$" + hash:                            false,
		"$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + hash:                        false,
		"$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + hash:                         false,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash + "$":                  false,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash + "=":                  false,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash[:len(hash)-1] + "5":    false, // stray bits
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$":                               false,
		"$argon2id$v=19$m=19456,t=2,p=1$$" + hash:                                    false,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + strings.Repeat("AAAA", 100): false,
		"": false,
	} {
		if again, _, ok := auth.ReadPHC(s); ok != want || ok && again != s {
			t.Errorf("%q: %v, written again as %q", s, ok, again)
		}
	}
}

func FuzzStoredPassword(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash)
	f.Add("$argon2id$v=19$m=019456,t=+2,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		again, p, ok := auth.ReadPHC(s)
		if ok && (again != s || !p.Valid()) {
			t.Errorf("%q is %q with %+v", s, again, p)
		}
	})
}
