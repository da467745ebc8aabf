package push_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/push"
)

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return b
}

// browser is who can read what it is sent.
type browser struct {
	private *ecdh.PrivateKey
	auth    []byte
}

func newBrowser(t testing.TB) *browser {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{private, make([]byte, 16)}
	rand.Read(b.auth)
	return b
}

func (b *browser) json(endpoint string) []byte {
	out, _ := json.Marshal(map[string]any{
		"endpoint": endpoint, "expirationTime": nil,
		"keys": map[string]string{"p256dh": b64(b.private.PublicKey().Bytes()), "auth": b64(b.auth)},
	})
	return out
}

// subscribe returns the browser's subscription at an endpoint.
func (b *browser) subscribe(t testing.TB, endpoint string) push.Subscription {
	t.Helper()
	s, err := push.ParseSubscription(b.json(endpoint))
	if err != nil {
		t.Fatal(err, err.Cause)
	}
	return s
}

// read decrypts a message, as browsers do (RFC 8291 §3, RFC 8188 §2).
func (b *browser) read(body []byte) ([]byte, error) {
	if len(body) < 86 || body[20] != 65 || binary.BigEndian.Uint32(body[16:]) > 4096 || len(body) > 4096 {
		return nil, fmt.Errorf("a body of %d bytes", len(body))
	}
	salt, theirs := body[:16], body[21:86]
	key, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		return nil, err
	}
	shared, err := b.private.ECDH(key)
	if err != nil {
		return nil, err
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		out, derr := hkdf.Key(sha256.New, secret, salt, info, n)
		err = errors.Join(err, derr)
		return out
	}
	material := derive(shared, b.auth, "WebPush: info\x00"+string(b.private.PublicKey().Bytes())+string(theirs), 32)
	block, berr := aes.NewCipher(derive(material, salt, "Content-Encoding: aes128gcm\x00", 16))
	nonce := derive(material, salt, "Content-Encoding: nonce\x00", 12)
	if err = errors.Join(err, berr); err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	text, err := aead.Open(nil, nonce, body[86:], nil)
	if err != nil {
		return nil, err
	}
	text = []byte(strings.TrimRight(string(text), "\x00"))
	if len(text) == 0 || text[len(text)-1] != 2 {
		return nil, errors.New("the text does not end as the last record's does")
	}
	return text[:len(text)-1], nil
}

// arrival is a message as a push service sees it, and the time it came.
type arrival struct {
	body   []byte
	header http.Header
	at     time.Time
}

// service is a push service: what carries requests to it is itself.
type service struct {
	answer func(*http.Request) (status int, header http.Header) // nil for 201

	mu   sync.Mutex // guards came
	came []arrival
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.came = append(s.came, arrival{body, r.Header, time.Now()})
	s.mu.Unlock()
	status, header := http.StatusCreated, http.Header{}
	if s.answer != nil {
		status, header = s.answer(r)
	}
	if status == 0 {
		return nil, errors.New("no route to host")
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

func (s *service) arrivals() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]arrival(nil), s.came...)
}

// signed checks who says to have sent a message, and returns what they say
// (RFC 8292 §2, §3; RFC 7515 §5.2).
func signed(t *testing.T, authorization string) (claims map[string]any, public string) {
	t.Helper()
	rest, ok := strings.CutPrefix(authorization, "vapid t=")
	token, public, ok2 := strings.Cut(rest, ", k=")
	parts := strings.Split(token, ".")
	if !ok || !ok2 || len(parts) != 3 {
		t.Fatalf("the sender says %q", authorization)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), unb64(t, public))
	if err != nil {
		t.Fatal(err)
	}
	sum, signature := sha256.Sum256([]byte(parts[0]+"."+parts[1])), unb64(t, parts[2])
	if len(signature) != 64 || !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Error("it is not signed by who says to have sent it")
	}
	var head map[string]string
	if err := errors.Join(json.Unmarshal(unb64(t, parts[0]), &head), json.Unmarshal(unb64(t, parts[1]), &claims)); err != nil || head["alg"] != "ES256" {
		t.Errorf("%v, %v", head, err)
	}
	return claims, public
}
