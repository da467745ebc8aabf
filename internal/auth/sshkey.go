package auth

import (
	"crypto/rsa"
	"crypto/sha256"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/chat"
)

// PublicKey is an SSH public key by which somebody is recognised.
type PublicKey struct {
	Type        string   // as in the key itself: ssh-ed25519
	Comment     string   // what its owner calls it; clean, one line, at most 100 characters
	Fingerprint string   // as ssh-keygen -l prints it: SHA256:…
	Key         chat.Key // the SHA-256 of its wire form (RFC 4253 §6.6)
}

const (
	maxKeyLine = 4 << 10 // bytes; the longest key that is accepted has 1,400 in base64
	maxComment = 100     // characters
	minRSA     = 2048    // bits (NIST SP 800-131A)
	maxRSA     = 8192    // bits, so that a check can't be made expensive
)

// ParsePublicKey reads a key as it is in a .pub file or in authorized_keys: one
// line of type, base64 and comment. It refuses options, which hubbub would not
// obey, certificates, types that are no longer safe, and whatever
// [NewPublicKey] does.
func ParsePublicKey(line string) (PublicKey, *chat.Error) {
	if len(line) > maxKeyLine {
		return PublicKey{}, chat.Errorf(chat.Invalid, "That is too long for an SSH public key: at most %d bytes.", maxKeyLine)
	}
	line = strings.TrimSpace(line)
	if strings.ContainsAny(line, "\r\n") {
		return PublicKey{}, chat.Errorf(chat.Invalid, "An SSH public key is one line; give one key at a time, and only its public half.")
	}
	key, comment, options, _, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		return PublicKey{}, unreadableKey(line, err)
	case len(options) > 0:
		return PublicKey{}, chat.Errorf(chat.Invalid, "Options before an SSH key have no effect here; give the key alone, beginning with its type, as in ssh-ed25519 AAAA….")
	}
	return NewPublicKey(key, comment)
}

// unreadableKey says as much as can be said of a line that is no key.
func unreadableKey(line string, cause error) *chat.Error {
	e := &chat.Error{Code: chat.Invalid, Cause: cause}
	switch first, _, _ := strings.Cut(line, " "); first {
	case "ssh-dss":
		e.Text = "DSA keys are not safe any more; make a new one with ssh-keygen -t ed25519."
	case "-----BEGIN":
		e.Text = "That is not an SSH public key; give the line in the file that ends in .pub, and never show the private key to anybody."
	default:
		e.Text = "That is not an SSH public key; give the line in the file that ends in .pub, as in ssh-ed25519 AAAA…."
	}
	return e
}

// NewPublicKey describes a key that the ssh package has read. It refuses what
// is not in OpenSSH's everyday types (Ed25519, ECDSA, both also on a security
// key, and RSA) and RSA keys of fewer than 2048 bits or more than 8192.
func NewPublicKey(key ssh.PublicKey, comment string) (PublicKey, *chat.Error) {
	if err := checkType(key); err != nil {
		return PublicKey{}, err
	}
	return PublicKey{
		Type:        key.Type(),
		Comment:     cleanComment(comment),
		Fingerprint: ssh.FingerprintSHA256(key),
		Key:         sha256.Sum256(key.Marshal()),
	}, nil
}

func checkType(key ssh.PublicKey) *chat.Error {
	if _, ok := key.(*ssh.Certificate); ok {
		return chat.Errorf(chat.Invalid, "That is an SSH certificate, which expires; give the key that it was made for, from the .pub file without -cert in its name.")
	}
	switch key.Type() {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKECDSA256:
		return nil
	case ssh.KeyAlgoRSA:
		return checkRSA(key)
	}
	return chat.Errorf(chat.Invalid, "SSH keys of type %.40q are not accepted; make one with ssh-keygen -t ed25519.", key.Type())
}

func checkRSA(key ssh.PublicKey) *chat.Error {
	bits := 0
	if k, ok := key.(ssh.CryptoPublicKey); ok {
		if r, ok := k.CryptoPublicKey().(*rsa.PublicKey); ok {
			bits = r.N.BitLen()
		}
	}
	if bits < minRSA || bits > maxRSA {
		return chat.Errorf(chat.Invalid, "That RSA key has %d bits, and %d to %d are accepted; make a new one with ssh-keygen -t ed25519.", bits, minRSA, maxRSA)
	}
	return nil
}

// cleanComment makes a comment harmless and short.
func cleanComment(s string) string {
	s = strings.TrimSpace(chat.CleanLine(strings.ToValidUTF8(s, "?")))
	if utf8.RuneCountInString(s) > maxComment {
		s = string([]rune(s)[:maxComment])
	}
	return s
}
