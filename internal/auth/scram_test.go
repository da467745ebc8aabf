package auth_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/auth/authtest"
	"hubbub/internal/chat"
)

// The exchange of RFC 7677 §3.
const (
	rfcFirst     = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
	rfcNonce     = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
	rfcChallenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
	rfcFinal     = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
	rfcAnswer    = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
)

// rfcVerifier is of the password pencil.
func rfcVerifier(t testing.TB) *auth.ScramVerifier {
	t.Helper()
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	if err != nil {
		t.Fatal(err)
	}
	v, refused := auth.NewHasher(cheap).ScramWith(t.Context(), "pencil", 4096, salt)
	if refused != nil {
		t.Fatal(refused)
	}
	return v
}

func TestScramIsAsInTheStandard(t *testing.T) {
	first, err := auth.ParseScramFirst(rfcFirst)
	if err != nil || first.Name != "user" {
		t.Fatalf("%+v, %v", first, err)
	}
	c := first.ChallengeWith(rfcVerifier(t), rfcNonce)
	if c.Message != rfcChallenge {
		t.Errorf("the challenge is %s", c.Message)
	}
	if answer, ok, err := c.Verify(rfcFinal); !ok || err != nil || answer != rfcAnswer {
		t.Errorf("the answer is %s, %v, %v", answer, ok, err)
	}
	client := authtest.Scram{Name: "user", Password: "pencil", Nonce: "rOprNGfwEbeRWgbNEkqO"}
	if final, err := client.Final(rfcChallenge); client.First() != rfcFirst || final != rfcFinal || err != nil || !client.Trusts(rfcAnswer) {
		t.Errorf("the client of the tests says %s, then %s, %v", client.First(), final, err)
	}
}

func TestScramFirstIsReadStrictly(t *testing.T) {
	for message, name := range map[string]string{
		"n,,n=ada,r=abc":                               "ada",
		"y,,n=ada,r=abc":                               "ada", // it could bind a channel, and saw that we don't
		"n,a=ADA,n=ada,r=abc":                          "ada",
		"n,,n=a=2Cb=3Dc,r=abc":                         "a,b=c",
		"n,,n=żółw@phone,r=abc":                        "żółw@phone",
		"n,,n=ada,r=abc,x=more":                        "ada",
		"n,,n=ada,r=" + strings.Repeat("~", 256):       "ada",
		"n,,n=ada,r=" + strings.Repeat("~", 257):       "",
		"n,,n=" + strings.Repeat("x", 1024) + ",r=abc": "",
		"p=tls-unique,,n=ada,r=abc":                    "",
		"n,a=bob,n=ada,r=abc":                          "", // for another
		"n,bob,n=ada,r=abc":                            "",
		"n,,m=must,n=ada,r=abc":                        "",
		"n,,n=,r=abc":                                  "",
		"n,,n=a=2cb,r=abc":                             "",
		"n,,n=a=,r=abc":                                "",
		"n,,n=a\x00b,r=abc":                            "",
		"n,,n=\xff,r=abc":                              "",
		"n,,n=ada,r=":                                  "",
		"n,,n=ada,r=a b":                               "",
		"n,,n=ada":                                     "",
		"n,,r=abc,n=ada":                               "",
		"n,n=ada,r=abc":                                "",
		"x,,n=ada,r=abc":                               "",
		",,n=ada,r=abc":                                "",
		"n,,":                                          "",
		",,":                                           "",
		"":                                             "",
	} {
		first, err := auth.ParseScramFirst(message)
		if first.Name != name || (err == nil) != (name != "") {
			t.Errorf("%.40q is of %q, %v", message, first.Name, err)
		}
	}
}

// What is no proof of the password is none, however it is written.
func TestScramFinalIsReadStrictly(t *testing.T) {
	first, err := auth.ParseScramFirst(rfcFirst)
	if err != nil {
		t.Fatal(err)
	}
	verifier := rfcVerifier(t)
	proof := strings.LastIndex(rfcFinal, ",p=")
	for what, message := range map[string]string{
		"nothing":             "",
		"no proof":            rfcFinal[:proof],
		"an empty proof":      rfcFinal[:proof] + ",p=",
		"a proof cut short":   rfcFinal[:len(rfcFinal)-4],
		"stray bits":          strings.Replace(rfcFinal, "VQ=", "VR=", 1),
		"no base64":           rfcFinal[:proof] + ",p=" + strings.Repeat("!", 44),
		"an old nonce":        strings.Replace(rfcFinal, "k0,p=", "k1,p=", 1),
		"a longer nonce":      strings.Replace(rfcFinal, "k0,p=", "k0x,p=", 1),
		"the client's nonce":  strings.Replace(rfcFinal, rfcNonce, "", 1),
		"another binding":     strings.Replace(rfcFinal, "c=biws", "c=eSws", 1),
		"no binding":          strings.TrimPrefix(rfcFinal, "c=biws,"),
		"too long":            rfcFinal[:proof] + ",x=" + strings.Repeat("x", 1024) + rfcFinal[proof:],
		"the first once more": rfcFirst,
		"the challenge":       rfcChallenge,
		"a line end":          rfcFinal + "\r",
		"in another order":    "r=rOprNGfwEbeRWgbNEkqO" + rfcNonce + ",c=biws" + rfcFinal[proof:],
	} {
		answer, ok, err := first.ChallengeWith(verifier, rfcNonce).Verify(message)
		if ok || answer != "" || err == nil || err.Code != chat.Invalid {
			t.Errorf("%s: %q, %v, %v", what, answer, ok, err)
		}
	}
	for what, message := range map[string]string{
		"another proof":           rfcFinal[:proof] + ",p=" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"an extension not signed": rfcFinal[:proof] + ",x=y" + rfcFinal[proof:],
	} {
		if answer, ok, err := first.ChallengeWith(verifier, rfcNonce).Verify(message); ok || answer != "" || err != nil {
			t.Errorf("%s: %q, %v, %v", what, answer, ok, err)
		}
	}
	if _, ok, err := first.Challenge(verifier).Verify(rfcFinal); ok || err == nil {
		t.Error("a proof counts for another challenge")
	}
}

func TestStoredVerifierOpensWithItsHashOnly(t *testing.T) {
	h, s := auth.NewHasher(cheap), auth.NewSealer()
	hash, other := mustHash(t, h, "correct horse"), mustHash(t, h, "correct horse")
	v, err := h.Scram(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	stored := s.WithScram(hash, v)
	if ok, _, err := h.Verify(t.Context(), stored, "correct horse"); !ok || err != nil || len(stored) > chat.MaxSecret {
		t.Errorf("the hash beside a verifier: %v, %v", ok, err)
	}
	got, ok := s.Scram(stored)
	if !ok || !h.Current(got) {
		t.Fatal("it does not open")
	}
	client := authtest.Scram{Name: "ada", Password: "correct horse", Nonce: "abc"}
	first, err := auth.ParseScramFirst(client.First())
	if err != nil {
		t.Fatal(err)
	}
	c := first.Challenge(got)
	final, bad := client.Final(c.Message)
	if answer, ok, err := c.Verify(final); bad != nil || !ok || err != nil || !client.Trusts(answer) {
		t.Errorf("what was opened verifies nothing: %v, %v, %v", bad, ok, err)
	}
	if auth.NewHasher(auth.DefaultParams()).Current(got) {
		t.Error("4096 rounds are enough for the default")
	}
	_, sealed, _ := strings.Cut(stored, " ")
	for what, text := range map[string]string{
		"the hash alone":    hash,
		"with another hash": other + " " + sealed,
		"cut":               stored[:len(stored)-1],
		"nothing sealed":    hash + " ",
		"no base64":         hash + " !",
		"nothing":           "",
	} {
		if _, ok := s.Scram(text); ok {
			t.Errorf("%s: it opens", what)
		}
	}
	if _, ok := auth.NewSealer().Scram(stored); ok {
		t.Error("it opens with another key")
	}
}

func TestNobodysVerifierStaysTheSame(t *testing.T) {
	h, s := auth.NewHasher(cheap), auth.NewSealer()
	challenge := func(s *auth.Sealer, name string) string {
		first, err := auth.ParseScramFirst("n,,n=x,r=abc")
		if err != nil {
			t.Fatal(err)
		}
		return first.ChallengeWith(h.Nobody(s, name), "def").Message
	}
	if a, b := challenge(s, "ada"), challenge(s, "ADA"); a != b {
		t.Errorf("%s and then %s", a, b)
	}
	if challenge(s, "ada") == challenge(s, "bob") || challenge(s, "ada") == challenge(auth.NewSealer(), "ada") {
		t.Error("two names have one salt")
	}
}

func FuzzScram(f *testing.F) {
	for _, s := range [][2]string{{rfcFirst, rfcFinal}, {"y,a=a=2Cb,n=a=2Cb,r=~,x=y", "c=,r=,p="}, {"p=x,,n=,r=", ",p="}, {"", ""}} {
		f.Add(s[0], s[1])
	}
	v := rfcVerifier(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		first, err := auth.ParseScramFirst(one)
		if err != nil {
			if first != (auth.ScramFirst{}) || len(err.Text) > 200 {
				t.Errorf("%q: %+v, %v", one, first, err)
			}
			return
		}
		if first.Name == "" || len(one) > 1024 {
			t.Errorf("%q has no name", one)
		}
		c := first.ChallengeWith(v, rfcNonce)
		answer, ok, err := c.Verify(two)
		if ok != (answer != "") || ok && (err != nil || two != rfcFinal) {
			t.Errorf("%q and %q: %q, %v, %v", one, two, answer, ok, err)
		}
	})
}
