package auth

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"

	"hubbub/internal/chat"
)

// CertificateKey returns the SHA-256 of a certificate's DER, by which its owner
// is recognised. That the peer has the certificate's private key is proven by
// TLS; who signed it, and until when, does not matter. The zero Key, which is
// nobody's, is for no certificate.
func CertificateKey(c *x509.Certificate) chat.Key {
	if c == nil || len(c.Raw) == 0 {
		return chat.Key{}
	}
	return sha256.Sum256(c.Raw)
}

// CertificateFingerprint returns the key of a certificate as IRC people know it
// (CERTFP): 64 small hexadecimal digits. It is empty for no certificate.
func CertificateFingerprint(c *x509.Certificate) string {
	key := CertificateKey(c)
	if key.IsZero() {
		return ""
	}
	return hex.EncodeToString(key[:])
}
