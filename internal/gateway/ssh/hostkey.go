package ssh

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/keyfile"
)

// hostKey is the kind of the server's key: Ed25519, kept as its seed (RFC 8032
// §5.1.5).
var hostKey = keyfile.Kind{Name: "hubbub-ssh-host-key-1", Size: ed25519.SeedSize, New: func() []byte {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed) // it never fails
	return seed
}}

// HostKey is by what clients know the server again. It does not show what it holds.
type HostKey struct{ signer ssh.Signer }

// LoadHostKey returns the server's key that is in a file, and makes it if there is
// none: see [keyfile.Load].
func LoadHostKey(path string) (*HostKey, error) {
	seed, refused := keyfile.Load(path, hostKey)
	if refused != nil {
		return nil, refused
	}
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		return nil, fmt.Errorf("ssh: the key in %s: %w", path, err)
	}
	return &HostKey{signer}, nil
}

// Fingerprint returns what a client shows of the key when it comes for the first
// time, as ssh-keygen -l prints it.
func (k *HostKey) Fingerprint() string { return ssh.FingerprintSHA256(k.signer.PublicKey()) }
