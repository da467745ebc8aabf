package passkey

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

// The algorithms by which devices sign, in the order in which we like them
// (RFC 8152 §8, RFC 8812 §2).
const (
	es256 = -7
	eddsa = -8
	rs256 = -257
)

var algorithms = []int64{es256, eddsa, rs256}

// coseKey is a public key as devices write it (RFC 8152 §7, §13; RFC 8230 §4).
// What the negative numbers mean depends on the kind.
type coseKey struct {
	Kind      int64           `cbor:"1,keyasint"`
	Algorithm int64           `cbor:"3,keyasint"`
	A         cbor.RawMessage `cbor:"-1,keyasint"`
	B         cbor.RawMessage `cbor:"-2,keyasint"`
	C         cbor.RawMessage `cbor:"-3,keyasint"`
}

// verifier checks a signature of a message.
type verifier func(message, signature []byte) bool

// parseKey reads a public key of one of our algorithms.
func parseKey(raw []byte) (verifier, error) {
	var k coseKey
	if err := strict.Unmarshal(raw, &k); err != nil {
		return nil, err
	}
	switch {
	case k.Algorithm == es256 && k.Kind == 2:
		return k.ecdsa()
	case k.Algorithm == eddsa && k.Kind == 1:
		return k.ed25519()
	case k.Algorithm == rs256 && k.Kind == 3:
		return k.rsa()
	}
	return nil, fmt.Errorf("a key of kind %d for algorithm %d", k.Kind, k.Algorithm)
}

// onCurve returns the bytes of a point, if the key is of that curve.
func (k *coseKey) onCurve(curve int64) (x []byte, err error) {
	var on int64
	err = errors.Join(strict.Unmarshal(k.A, &on), strict.Unmarshal(k.B, &x))
	if err == nil && (on != curve || len(x) != 32) {
		err = fmt.Errorf("a point of %d bytes on curve %d", len(x), on)
	}
	return x, err
}

func (k *coseKey) ecdsa() (verifier, error) {
	x, err := k.onCurve(1)
	var y []byte
	if err = errors.Join(err, strict.Unmarshal(k.C, &y)); err != nil {
		return nil, err
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil {
		return nil, err
	}
	return func(message, signature []byte) bool {
		sum := sha256.Sum256(message)
		return ecdsa.VerifyASN1(key, sum[:], signature)
	}, nil
}

func (k *coseKey) ed25519() (verifier, error) {
	x, err := k.onCurve(6)
	if err != nil {
		return nil, err
	}
	return func(message, signature []byte) bool { return ed25519.Verify(x, message, signature) }, nil
}

// rsa takes keys of 2048 to 4096 bits: of less there is too little to guess, and
// more is for us to compute.
func (k *coseKey) rsa() (verifier, error) {
	var n, e []byte
	if err := errors.Join(strict.Unmarshal(k.A, &n), strict.Unmarshal(k.B, &e)); err != nil {
		return nil, err
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n)}
	if bits := key.N.BitLen(); bits < 2048 || bits > 4096 || len(e) != 3 {
		return nil, fmt.Errorf("an RSA key of %d bits", bits)
	}
	key.E = int(e[0])<<16 | int(e[1])<<8 | int(e[2])
	return func(message, signature []byte) bool {
		sum := sha256.Sum256(message)
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	}, nil
}
