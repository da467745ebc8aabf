package passkey

import (
	"crypto/sha256"
	"encoding/json"

	"hubbub/internal/chat"
)

// Credential is a passkey as we keep it: nothing in it is secret.
type Credential struct {
	ID         []byte   `json:"id"`
	Public     []byte   `json:"key"`             // the public key, in COSE
	Count      uint32   `json:"count,omitempty"` // of signatures when it was made; synced passkeys don't count
	Synced     bool     `json:"synced,omitempty"`
	Transports []string `json:"transports,omitempty"` // how the browser reaches it: a hint for the next time
}

// Key returns what the credential is looked up by.
func (c *Credential) Key() chat.Key { return keyOf(c.ID) }

func keyOf(id []byte) chat.Key { return sha256.Sum256(id) }

// Encode returns the credential as text, of [chat.MaxSecret] bytes at most.
func (c *Credential) Encode() (string, *chat.Error) {
	text := string(encoded(c))
	if len(text) > chat.MaxSecret {
		return "", chat.Errorf(chat.Invalid, "That passkey is too large to be kept; make one with another device.")
	}
	return text, nil
}

// Decode returns a credential that was encoded.
func Decode(text string) (c Credential, err error) {
	return c, json.Unmarshal([]byte(text), &c)
}
