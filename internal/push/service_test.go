package push_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
)

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return b
}

// signed checks who says to have sent a message, and returns what they say
// (RFC 8292 §2, §3; RFC 7515 §5.2).
func signed(t *testing.T, authorization string) (claims map[string]any, public string) {
	t.Helper()
	rest, ok := strings.CutPrefix(authorization, "vapid t=")
	token, public, ok2 := strings.Cut(rest, ", k=")
	parts := strings.Split(token, ".")
	if !ok || !ok2 || len(parts) != 3 {
		t.Fatalf("the sender says %q", authorization)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), unb64(t, public))
	if err != nil {
		t.Fatal(err)
	}
	sum, signature := sha256.Sum256([]byte(parts[0]+"."+parts[1])), unb64(t, parts[2])
	if len(signature) != 64 || !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Error("it is not signed by who says to have sent it")
	}
	var head map[string]string
	if err := errors.Join(json.Unmarshal(unb64(t, parts[0]), &head), json.Unmarshal(unb64(t, parts[1]), &claims)); err != nil || head["alg"] != "ES256" {
		t.Errorf("%v, %v", head, err)
	}
	return claims, public
}
