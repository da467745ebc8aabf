// Package passkeytest has a device with passkeys, for tests: it answers what a
// page asks of a browser as browsers and devices do (Web Authentication Level 3).
package passkeytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// Algorithm is how a device signs (RFC 8152 §8, RFC 8812 §2).
type Algorithm int

// The algorithms.
const (
	ES256 Algorithm = -7
	EdDSA Algorithm = -8
	RS256 Algorithm = -257
)

// The flags of what a device says (§6.1).
const (
	Present  = 1 << 0
	Verified = 1 << 2
	Synced   = 1<<3 | 1<<4
	hasKey   = 1 << 6
)

// Device has at most one passkey. What it says can be set, to lie about it.
type Device struct {
	Origin string // where the page is
	Site   string // whom the passkey is for
	Flags  byte
	Count  uint32 // of signatures; a device that counts has it go up

	ID     []byte
	handle []byte
	key    crypto.Signer
}

// New returns a device that is used at an origin, for a site.
func New(origin, site string) *Device {
	return &Device{Origin: origin, Site: site, Flags: Present | Verified}
}

type b64 []byte

func (b b64) MarshalText() ([]byte, error) { return base64.RawURLEncoding.AppendEncode(nil, b), nil }
func (b *b64) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawURLEncoding.AppendDecode(nil, text)
	return err
}

// asked is what is read of options.
type asked struct {
	Challenge b64 `json:"challenge"`
	User      struct {
		ID b64 `json:"id"`
	} `json:"user"`
}

// Create makes a passkey, as navigator.credentials.create does, and returns what
// the page sends.
func (d *Device) Create(options []byte, algorithm Algorithm) []byte {
	o := read(options)
	d.ID, d.handle = make([]byte, 32), o.User.ID
	rand.Read(d.ID)
	public := d.draw(algorithm)
	data := d.authData(hasKey)
	data = append(data, make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.ID)))
	data = append(append(data, d.ID...), public...)
	attestation := must(cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data}))
	return d.answer(map[string]any{
		"clientDataJSON": b64(d.clientData("webauthn.create", o.Challenge)), "attestationObject": b64(attestation), "transports": []string{"internal", "hybrid"},
	})
}

// Get signs a challenge, as navigator.credentials.get does, and returns what the
// page sends.
func (d *Device) Get(options []byte) []byte {
	data, client := d.authData(0), d.clientData("webauthn.get", read(options).Challenge)
	sum := sha256.Sum256(client)
	return d.answer(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(d.sign(slices.Concat(data, sum[:]))), "userHandle": b64(d.handle),
	})
}

// Copy returns another device with the same passkey.
func (d *Device) Copy() *Device {
	other := *d
	return &other
}

// draw makes the key pair, and returns the public key in COSE.
func (d *Device) draw(algorithm Algorithm) []byte {
	key := map[int]any{3: int(algorithm)}
	switch algorithm {
	case ES256:
		k := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		point := must(k.PublicKey.Bytes())
		key[1], key[-1], key[-2], key[-3], d.key = 2, 1, point[1:33], point[33:], k
	case EdDSA:
		public, k, err := ed25519.GenerateKey(rand.Reader)
		must(public, err)
		key[1], key[-1], key[-2], d.key = 1, 6, []byte(public), k
	case RS256:
		k := must(rsa.GenerateKey(rand.Reader, 2048))
		key[1], key[-1], key[-2], d.key = 3, k.N.Bytes(), big.NewInt(int64(k.E)).Bytes(), k
	default:
		panic(fmt.Sprintf("passkeytest: algorithm %d", algorithm))
	}
	return must(must(cbor.CTAP2EncOptions().EncMode()).Marshal(key))
}

func (d *Device) sign(message []byte) []byte {
	if _, ok := d.key.(ed25519.PrivateKey); ok {
		return must(d.key.Sign(rand.Reader, message, crypto.Hash(0)))
	}
	sum := sha256.Sum256(message)
	return must(d.key.Sign(rand.Reader, sum[:], crypto.SHA256))
}

func (d *Device) authData(more byte) []byte {
	site := sha256.Sum256([]byte(d.Site))
	return binary.BigEndian.AppendUint32(append(site[:], d.Flags|more), d.Count)
}

func (d *Device) clientData(kind string, challenge b64) []byte {
	return must(json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.Origin, "crossOrigin": false}))
}

func (d *Device) answer(response map[string]any) []byte {
	return must(json.Marshal(map[string]any{
		"id": b64(d.ID), "rawId": b64(d.ID), "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{}, "response": response,
	}))
}

func read(options []byte) (o asked) {
	must(0, json.Unmarshal(options, &o))
	return o
}

func must[T any](v T, err error) T {
	if err != nil {
		panic("passkeytest: " + err.Error())
	}
	return v
}
