package passkey

import (
	"encoding/base64"
	"encoding/json"

	"hubbub/internal/chat"
)

// patience is how long a browser lets its user look for the passkey, in
// milliseconds: as long as a ceremony may take.
const patience = 300_000

// bytes are written as browsers do it in JSON: base64url without padding (§3).
type bytes []byte

// MarshalText encodes b.
func (b bytes) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText decodes into b.
func (b *bytes) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	return err
}

// Person is whose passkey is made.
type Person struct {
	ID   chat.UserID
	Nick string
}

type (
	party struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	person struct {
		ID          bytes  `json:"id"`
		Name        string `json:"name"`
		DisplayName string `json:"displayName"`
	}
	parameter struct {
		Type      string `json:"type"`
		Algorithm int64  `json:"alg"`
	}
	descriptor struct {
		Type       string   `json:"type"`
		ID         bytes    `json:"id"`
		Transports []string `json:"transports,omitempty"`
	}
	selection struct {
		ResidentKey        string `json:"residentKey"`
		RequireResidentKey bool   `json:"requireResidentKey"`
		UserVerification   string `json:"userVerification"`
	}
)

const publicKey = "public-key" // the type of all credentials (§5.8.2)

// CreationOptions returns what navigator.credentials.create takes, by way of
// PublicKeyCredential.parseCreationOptionsFromJSON (§5.4, §5.1.8). The device is
// told which passkeys the person has already, so that it does not make a second.
func (rp *RelyingParty) CreationOptions(p Person, has []Credential, c Challenge) []byte {
	o := struct {
		Party       party        `json:"rp"`
		User        person       `json:"user"`
		Challenge   bytes        `json:"challenge"`
		Parameters  []parameter  `json:"pubKeyCredParams"`
		Timeout     int          `json:"timeout"`
		Exclude     []descriptor `json:"excludeCredentials"`
		Selection   selection    `json:"authenticatorSelection"`
		Attestation string       `json:"attestation"`
	}{
		Party: party{rp.id, rp.name}, User: person{handle(p.ID), p.Nick, p.Nick}, Challenge: c[:], Timeout: patience,
		Exclude: []descriptor{}, Selection: selection{"required", true, "required"}, Attestation: "none",
	}
	for _, algorithm := range algorithms {
		o.Parameters = append(o.Parameters, parameter{publicKey, algorithm})
	}
	for _, other := range has {
		o.Exclude = append(o.Exclude, descriptor{publicKey, other.ID, other.Transports})
	}
	return encoded(o)
}

// RequestOptions returns what navigator.credentials.get takes, by way of
// PublicKeyCredential.parseRequestOptionsFromJSON (§5.5, §5.1.9). It names nobody:
// the device knows whose passkeys it has.
func (rp *RelyingParty) RequestOptions(c Challenge) []byte {
	return encoded(struct {
		Challenge        bytes  `json:"challenge"`
		Timeout          int    `json:"timeout"`
		Party            string `json:"rpId"`
		UserVerification string `json:"userVerification"`
	}{c[:], patience, rp.id, "required"})
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("passkey: " + err.Error()) // strings, numbers and bytes always can be
	}
	return b
}
