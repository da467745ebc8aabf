// Package pushtest has a browser that is pushed messages, and a push service, for
// tests (RFC 8030, RFC 8291).
package pushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/push"
)

// Browser is who can read what it is sent.
type Browser struct {
	Private *ecdh.PrivateKey
	Auth    []byte
}

// NewBrowser returns one with keys of its own.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{private, make([]byte, 16)}
	rand.Read(b.Auth)
	return b
}

// JSON returns what the browser gives a page that subscribes.
func (b *Browser) JSON(endpoint string) []byte {
	out, _ := json.Marshal(map[string]any{
		"endpoint": endpoint, "expirationTime": nil,
		"keys": map[string]string{"p256dh": base64.RawURLEncoding.EncodeToString(b.Private.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(b.Auth)},
	})
	return out
}

// Subscribe returns the browser's subscription at an endpoint.
func (b *Browser) Subscribe(t testing.TB, endpoint string) push.Subscription {
	t.Helper()
	s, err := push.ParseSubscription(b.JSON(endpoint))
	if err != nil {
		t.Fatal(err, err.Cause)
	}
	return s
}

// Read decrypts a message, as browsers do (RFC 8291 §3, RFC 8188 §2).
func (b *Browser) Read(body []byte) ([]byte, error) {
	if len(body) < 86 || body[20] != 65 || binary.BigEndian.Uint32(body[16:]) > 4096 || len(body) > 4096 {
		return nil, fmt.Errorf("a body of %d bytes", len(body))
	}
	salt, theirs := body[:16], body[21:86]
	key, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		return nil, err
	}
	shared, err := b.Private.ECDH(key)
	if err != nil {
		return nil, err
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		out, derr := hkdf.Key(sha256.New, secret, salt, info, n)
		err = errors.Join(err, derr)
		return out
	}
	material := derive(shared, b.Auth, "WebPush: info\x00"+string(b.Private.PublicKey().Bytes())+string(theirs), 32)
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

// Arrival is a message as a push service sees it, and the time it came.
type Arrival struct {
	Body   []byte
	Header http.Header
	At     time.Time
	URL    string
}

// Service is a push service: what carries requests to it is itself.
type Service struct {
	Answer func(*http.Request) (status int, header http.Header) // nil for 201

	mu   sync.Mutex // guards came
	came []Arrival
}

// RoundTrip implements [http.RoundTripper].
func (s *Service) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.came = append(s.came, Arrival{body, r.Header, time.Now(), r.URL.String()})
	s.mu.Unlock()
	status, header := http.StatusCreated, http.Header{}
	if s.Answer != nil {
		status, header = s.Answer(r)
	}
	if status == 0 {
		return nil, errors.New("no route to host")
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// Arrivals returns what has come so far.
func (s *Service) Arrivals() []Arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Arrival(nil), s.came...)
}
