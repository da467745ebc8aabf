package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// An encrypted message is one record of aes128gcm (RFC 8188 §2) behind a header:
// salt, size of a record, our key of this message.
const (
	maxRecord = 4096                       // bytes that every push service takes (RFC 8291 §4)
	saltLen   = 16                         //
	headerLen = saltLen + 4 + 1 + pointLen //
	overhead  = 1 + 16                     // the end of the text, and what authenticates it
	padded    = 128                        // lengths are made multiples of it, which tells less
	lastOne   = 2                          // ends the text of the last record (RFC 8188 §2)
)

// encrypt encrypts a text for a browser, with a key pair and a salt that are used
// once.
func encrypt(s *Subscription, text []byte) ([]byte, error) {
	if len(text) > MaxPayload {
		return nil, ErrTooLarge
	}
	once, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("push: draw a key: %w", err)
	}
	salt := make([]byte, saltLen)
	rand.Read(salt) // never fails
	padding := min((padded-len(text)%padded)%padded, MaxPayload-len(text))
	return seal(s, once, salt, text, padding)
}

// seal does what RFC 8291 §3.4 says.
func seal(s *Subscription, once *ecdh.PrivateKey, salt, text []byte, padding int) ([]byte, error) {
	shared, err := once.ECDH(s.public)
	if err != nil {
		return nil, fmt.Errorf("push: agree on a key: %w", err)
	}
	theirs, ours := s.public.Bytes(), once.PublicKey().Bytes()
	material, err := hkdf.Key(sha256.New, shared, s.auth, "WebPush: info\x00"+string(theirs)+string(ours), 32)
	if err != nil {
		return nil, fmt.Errorf("push: derive a key: %w", err)
	}
	aead, nonce, err := record(material, salt)
	if err != nil {
		return nil, fmt.Errorf("push: derive a key: %w", err)
	}
	out := binary.BigEndian.AppendUint32(slices.Clone(salt), maxRecord)
	out = append(append(out, pointLen), ours...)
	text = append(append(slices.Clone(text), lastOne), make([]byte, padding)...)
	return aead.Seal(out, nonce, text, nil), nil
}

// record returns what encrypts the one record (RFC 8188 §2.2, §2.3).
func record(material, salt []byte) (aead cipher.AEAD, nonce []byte, err error) {
	key, err := hkdf.Key(sha256.New, material, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, nil, err
	}
	if nonce, err = hkdf.Key(sha256.New, material, salt, "Content-Encoding: nonce\x00", 12); err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	aead, err = cipher.NewGCM(block)
	return aead, nonce, err
}
