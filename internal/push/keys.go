package push

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"hubbub/internal/keyfile"
)

// Keys is the key pair by which push services know the server (VAPID, RFC 8292).
// It is safe for concurrent use.
type Keys struct{ private *ecdsa.PrivateKey }

const scalarLen = 32 // bytes of a private key of P-256, and of each half of a signature

// vapidKey is how the pair is kept: its private half.
var vapidKey = keyfile.Kind{Name: "hubbub-push-key-1", Size: scalarLen, New: drawKey}

func drawKey() []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	var b []byte
	if err == nil {
		b, err = key.Bytes()
	}
	if err != nil {
		panic("push: " + err.Error()) // P-256 and the system's random numbers are always there
	}
	return b
}

// LoadKeys returns the key pair that is in a file, and makes the file if there is
// none: see [keyfile.Load]. Without it all subscriptions are void, as browsers
// bind them to it.
func LoadKeys(path string) (*Keys, error) {
	kept, refused := keyfile.Load(path, vapidKey)
	if refused != nil {
		return nil, refused
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), kept)
	if err != nil {
		return nil, &keyfile.Error{Cause: err, Text: fmt.Sprintf("The key file %s holds no key; move it away, and start again.", path)}
	}
	return &Keys{private}, nil
}

// Public returns what a page subscribes with, its applicationServerKey: base64url
// of a point.
func (k *Keys) Public() string {
	b, err := k.private.PublicKey.Bytes()
	if err != nil {
		panic("push: " + err.Error()) // it was made by us
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// tokenLasts is for how long a token is good: RFC 8292 §2 allows a day, and
// clocks differ.
const tokenLasts = 12 * time.Hour

// authorization returns the header that says who we are, for one push service
// (RFC 8292 §3), and whom its operator can write to.
func (k *Keys) authorization(endpoint, contact string, now time.Time) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	claims := struct {
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
		Contact  string `json:"sub,omitempty"`
	}{u.Scheme + "://" + u.Host, now.Add(tokenLasts).Unix(), contact}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + base64.RawURLEncoding.EncodeToString(body)
	signature, err := k.sign(text)
	if err != nil {
		return "", err
	}
	return "vapid t=" + text + "." + base64.RawURLEncoding.EncodeToString(signature) + ", k=" + k.Public(), nil
}

// sign signs a text by ES256 (RFC 7518 §3.4).
func (k *Keys) sign(text string) ([]byte, error) {
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, k.private, sum[:])
	if err != nil {
		return nil, err
	}
	signature := make([]byte, 2*scalarLen)
	r.FillBytes(signature[:scalarLen])
	s.FillBytes(signature[scalarLen:])
	return signature, nil
}
