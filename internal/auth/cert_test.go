package auth_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"math/big"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
)

func TestCertificateIsKnownByItsBytes(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var keys [2]chat.Key
	for i := range keys {
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(int64(i) + 1)}, &x509.Certificate{}, public, private)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if keys[i] = auth.CertificateKey(c); keys[i] != sha256.Sum256(der) {
			t.Errorf("its key is %x", keys[i])
		}
	}
	if keys[0] == keys[1] {
		t.Error("two certificates of one key are the same")
	}
}

// Or all who show none would be one person.
func TestNoCertificateIsNobodys(t *testing.T) {
	for _, c := range []*x509.Certificate{nil, {}} {
		if key := auth.CertificateKey(c); !key.IsZero() {
			t.Errorf("%v: key %x", c, key)
		}
	}
}
