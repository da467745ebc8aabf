package auth

import (
	"crypto/sha256"
	"crypto/x509"

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
