package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"

	"hubbub/internal/chat"
	"hubbub/internal/keyfile"
)

// Sealer encrypts small secrets that have to be read again, under a key that is
// not in the database. It is safe for concurrent use.
//
// What is sealed is a version byte, 1, and then what AES-256-GCM makes: 12
// bytes of random nonce, the secret encrypted, 16 bytes that authenticate both
// and the purpose (NIST SP 800-38D). Random nonces are good for 2^32 secrets.
type Sealer struct {
	aead   cipher.AEAD
	nobody []byte // what is made up for names that nobody has is derived from it
}

const (
	sealVersion = 1
	sealKeyLen  = 32
	sealAdds    = 1 + 12 + 16 // bytes: version, nonce, tag
	maxSecret   = 4 << 10     // bytes
)

// sealingKey is the key of a sealer. A backup of the database is of little use
// without it, in good hands as in bad ones.
var sealingKey = keyfile.Kind{Name: "hubbub-sealing-key-1", Size: sealKeyLen, New: func() []byte { return random(sealKeyLen) }}

// LoadSealer returns the sealer whose key is in a file, and makes the file if
// there is none: see [keyfile.Load]. The errors are [*chat.Error], for whoever
// starts the server.
func LoadSealer(path string) (*Sealer, error) {
	key, err := keyfile.Load(path, sealingKey)
	if err != nil {
		return nil, &chat.Error{Code: chat.Internal, Text: err.Text, Cause: err.Cause}
	}
	return newSealer(key), nil
}

func newSealer(key []byte) *Sealer {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("auth: a sealing key of the wrong length")
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("auth: no AES-GCM: " + err.Error())
	}
	nobody := hmacOf(key, "hubbub verifiers of nobody v1")
	return &Sealer{aead, nobody[:]}
}

// Seal encrypts a secret of a user: at most 4 KiB. More is a mistake in the
// program, and panics.
func (s *Sealer) Seal(user chat.UserID, secret []byte) []byte {
	return s.seal(secret, sealedFor(user))
}

// seal encrypts a secret for a purpose, without which it can't be opened.
func (s *Sealer) seal(secret, purpose []byte) []byte {
	if len(secret) > maxSecret {
		panic("auth: a secret too long to seal")
	}
	return s.aead.Seal([]byte{sealVersion}, nil, secret, purpose)
}

// Open returns the secret that was sealed for the user. It fails with
// [chat.Internal] if the text is not one that this sealer made for that user:
// damaged, someone else's, or made with another key file.
func (s *Sealer) Open(user chat.UserID, sealed []byte) ([]byte, *chat.Error) {
	return s.open(sealed, sealedFor(user))
}

func (s *Sealer) open(sealed, purpose []byte) ([]byte, *chat.Error) {
	if !within(len(sealed), sealAdds, maxSecret+sealAdds) || sealed[0] != sealVersion {
		return nil, unopened(nil)
	}
	secret, err := s.aead.Open(nil, nil, sealed[1:], purpose)
	if err != nil {
		return nil, unopened(err)
	}
	return secret, nil
}

func unopened(cause error) *chat.Error {
	return &chat.Error{Code: chat.Internal, Cause: cause,
		Text: "A sealed secret can't be opened; ask the owner of this server to put back the key file that belongs to its database."}
}

// sealedFor binds what is sealed to its version, its purpose and its user.
func sealedFor(user chat.UserID) []byte {
	return binary.BigEndian.AppendUint64([]byte("hubbub sealed v1 for user "), uint64(user))
}
