// Package fingerprint tells certificates apart by their hash: it is what the
// server prints at its start, what clients keep and compare, and what openssl
// shows under the same name. It starts no goroutines.
package fingerprint

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
)

// SHA256 is the hash of a certificate or of its public key. Two that are equal
// are of the same one.
type SHA256 [sha256.Size]byte

// Of returns the fingerprint of a certificate.
func Of(cert *x509.Certificate) SHA256 { return sha256.Sum256(cert.Raw) }

// OfKey returns the fingerprint of a certificate's public key (of the DER of its
// SubjectPublicKeyInfo), which stays when the certificate is renewed for that key.
func OfKey(cert *x509.Certificate) SHA256 { return sha256.Sum256(cert.RawSubjectPublicKeyInfo) }

// prefix begins a fingerprint as String writes it.
const prefix = "SHA256:"

// String returns SHA256: and the bytes as openssl x509 -fingerprint writes them:
// in capitals, with colons between.
func (f SHA256) String() string {
	var b strings.Builder
	b.WriteString(prefix)
	for i, c := range f {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", c)
	}
	return b.String()
}

// Parse reads a fingerprint as String writes it. The prefix and the colons may
// be missing, and small letters are fine.
func Parse(s string) (SHA256, error) {
	digits := strings.ToLower(strings.TrimSpace(s))
	if rest, ok := strings.CutPrefix(digits, strings.ToLower(prefix)); ok {
		digits = rest
	}
	var f SHA256
	b, err := hex.DecodeString(strings.ReplaceAll(digits, ":", ""))
	if err != nil || len(b) != len(f) {
		return f, fmt.Errorf("%q is no fingerprint; it is written SHA256: and 32 bytes in hexadecimal, as the server prints it at its start", s)
	}
	return SHA256(b), nil
}
