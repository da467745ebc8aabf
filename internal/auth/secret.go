package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"log/slog"
	"strings"

	"hubbub/internal/chat"
)

// Secret is text that must not be read by accident: however it is printed,
// logged or encoded, it shows as [secret]. Two things get past that, so nobody
// does them: printing a struct that has it in a field that is not exported, and
// encoding a map that has it for a key as JSON.
type Secret string

const redacted = "[secret]"

// Reveal returns the text, to be shown to its owner once.
func (s Secret) Reveal() string { return string(s) }

// String returns [secret].
func (s Secret) String() string { return redacted }

// Format prints [secret], whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// LogValue logs [secret].
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText encodes [secret], in JSON as elsewhere.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// An access token is hub_ and 56 letters and digits: base32 (RFC 4648, small
// letters) of 32 random bytes and of 3 check bytes, which makes them come out
// even. So a token has one way to be written, a secret scanner can find it, and
// a typo or a lost end is told from a token that was revoked.
const (
	tokenPrefix = "hub_"
	tokenBytes  = 32
	tokenCheck  = 3
	tokenLen    = len(tokenPrefix) + (tokenBytes+tokenCheck)*8/5
)

var tokenText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewToken returns a new access token for a program, and the key under which to
// keep it.
func NewToken() (Secret, chat.Key) {
	token := tokenPrefix + tokenText.EncodeToString(checked(random(tokenBytes), tokenCheck))
	return Secret(token), keyOf(token)
}

// IsToken reports whether s is meant to be an access token. It may be a damaged
// one, which [ParseToken] tells.
func IsToken(s string) bool { return strings.HasPrefix(s, tokenPrefix) }

// ParseToken returns the key of an access token, or false if it can't be one
// that [NewToken] made: mistyped, cut short, or something else.
func ParseToken(s string) (chat.Key, bool) {
	if len(s) != tokenLen || !IsToken(s) {
		return chat.Key{}, false
	}
	if !isChecked(tokenText, s[len(tokenPrefix):], tokenCheck) {
		return chat.Key{}, false
	}
	return keyOf(s), true
}

// keyOf returns the key of a random secret in its one form. There is nothing to
// guess in 100 random bits, so one pass of SHA-256 is enough, and the key can
// be looked up in an index.
func keyOf(secret string) chat.Key { return sha256.Sum256([]byte(secret)) }

// checked returns b with n check bytes after it: the first of its SHA-256.
func checked(b []byte, n int) []byte {
	sum := sha256.Sum256(b)
	return append(b, sum[:n]...)
}

// isChecked reports whether s is the text of bytes of which the last n check
// the others. These only find mistakes: whoever wants can compute them.
func isChecked(text *base32.Encoding, s string, n int) bool {
	b, err := text.DecodeString(s)
	if err != nil || len(b) <= n || text.EncodeToString(b) != s {
		return false
	}
	return bytes.Equal(checked(bytes.Clone(b[:len(b)-n]), n), b)
}
