package certs_test

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"

	"hubbub/internal/certs"
)

// ca is a certificate authority that speaks ACME (RFC 8555), as far as issuing
// takes it. It checks a challenge by calling validate, and no signatures.
type ca struct {
	t        *testing.T
	url      string
	kind     string // of the challenge that it offers
	validate func(domain, token string) error
	key      crypto.Signer

	mu     sync.Mutex // guards the following
	valid  bool       // the domain is proven
	domain string
	cert   []byte // issued, in PEM
	email  string
}

const token = "a-token"

func newCA(t *testing.T, kind string) *ca {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &ca{t: t, kind: kind, key: key}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

// ServeHTTP implements [http.Handler].
func (c *ca) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("Replay-Nonce", "a-nonce")
	var jws struct{ Payload string }
	var payload []byte
	if r.Method == http.MethodPost {
		json.NewDecoder(r.Body).Decode(&jws)
		payload, _ = base64.RawURLEncoding.DecodeString(jws.Payload)
	}
	status := "pending"
	if c.valid {
		status = "valid"
	}
	say := func(code int, v any) {
		w.WriteHeader(code)
		json.NewEncoder(w).Encode(v)
	}
	challenge := map[string]string{"type": c.kind, "url": c.url + "/challenge", "token": token, "status": status}
	switch r.URL.Path {
	case "/":
		say(http.StatusOK, map[string]string{
			"newNonce": c.url + "/nonce", "newAccount": c.url + "/account", "newOrder": c.url + "/new",
			"revokeCert": c.url + "/revoke", "keyChange": c.url + "/change",
		})
	case "/nonce":
	case "/account":
		var account struct{ Contact []string }
		json.Unmarshal(payload, &account)
		if len(account.Contact) > 0 {
			c.email = account.Contact[0]
		}
		w.Header().Set("Location", c.url+"/account/1")
		say(http.StatusCreated, map[string]string{"status": "valid"})
	case "/new":
		var order struct{ Identifiers []struct{ Value string } }
		json.Unmarshal(payload, &order)
		c.domain = order.Identifiers[0].Value
		w.Header().Set("Location", c.url+"/order")
		say(http.StatusCreated, c.order())
	case "/order":
		w.Header().Set("Location", c.url+"/order")
		say(http.StatusOK, c.order())
	case "/authorization":
		say(http.StatusOK, map[string]any{
			"status": status, "identifier": map[string]string{"type": "dns", "value": c.domain}, "challenges": []any{challenge},
		})
	case "/challenge":
		if err := c.validate(c.domain, token); err != nil {
			c.t.Errorf("the authority is not convinced: %v", err)
		} else {
			c.valid = true
		}
		say(http.StatusOK, challenge)
	case "/finalize":
		var csr struct{ CSR string }
		json.Unmarshal(payload, &csr)
		c.issue(csr.CSR)
		w.Header().Set("Location", c.url+"/order")
		say(http.StatusOK, c.order())
	case "/certificate":
		w.Write(c.cert)
	default:
		http.NotFound(w, r)
	}
}

func (c *ca) order() map[string]any {
	o := map[string]any{
		"status": "pending", "authorizations": []string{c.url + "/authorization"}, "finalize": c.url + "/finalize",
		"identifiers": []any{map[string]string{"type": "dns", "value": c.domain}},
	}
	switch {
	case c.cert != nil:
		o["status"], o["certificate"] = "valid", c.url+"/certificate"
	case c.valid:
		o["status"] = "ready"
	}
	return o
}

func (c *ca) issue(csr string) {
	der, _ := base64.RawURLEncoding.DecodeString(csr)
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		c.t.Error(err)
		return
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: request.DNSNames,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 3, 0),
	}
	issued, err := x509.CreateCertificate(rand.Reader, template, template, request.PublicKey, c.key)
	if err != nil {
		c.t.Error(err)
	}
	c.cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issued})
}

// issued runs a source until it has a certificate for a domain, and returns that.
func issued(t *testing.T, s *certs.Source, log *lines, domain string) *x509.Certificate {
	t.Helper()
	if _, err := s.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: domain}); err == nil {
		t.Error("there is a certificate already")
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	defer running.Wait()
	defer stop()
	for line := range log.said {
		if strings.Contains(line, "there is a TLS certificate") {
			break
		} else if strings.Contains(line, "level=ERROR") {
			t.Fatal(line)
		}
	}
	for _, name := range []string{domain, strings.ToUpper(domain), domain + ".", ""} {
		cert, err := s.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: name})
		if err != nil {
			t.Fatalf("asked for %q: %v", name, err)
		}
		if name == "" {
			return cert.Leaf
		}
	}
	return nil
}

// lines is a log.
type lines struct{ said chan string }

func (l *lines) Write(b []byte) (int, error) {
	l.said <- string(b)
	return len(b), nil
}

func newACME(t *testing.T, c *ca) (*certs.Source, *lines, string) {
	t.Helper()
	log, cache := &lines{make(chan string, 100)}, filepath.Join(t.TempDir(), "acme")
	s, err := certs.ACME(t.Context(), certs.ACMEConfig{
		Domains: []string{"Chat.example.org"}, Email: "ada@example.org", Directory: c.url + "/",
		Cache: cache, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, log, cache
}

func TestCertificateIsIssuedOverHTTP(t *testing.T) {
	c := newCA(t, "http-01")
	s, log, cache := newACME(t, c)
	c.validate = func(domain, token string) error {
		const request = "GET " + certs.ChallengePath + "%s HTTP/1.1\r\nHost: %s\r\n\r\n"
		if got := string(s.Challenge(strings.NewReader(fmt.Sprintf(request, "other", domain)))); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
			return fmt.Errorf("another token: %s", got)
		}
		if got := string(s.Challenge(strings.NewReader(fmt.Sprintf(request, token, "other.example.org")))); !strings.HasPrefix(got, "HTTP/1.1 403 ") {
			return fmt.Errorf("another host: %s", got)
		}
		answer, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(s.Challenge(strings.NewReader(fmt.Sprintf(request, token, domain)))))), nil)
		if err != nil {
			return err
		}
		if body, err := io.ReadAll(answer.Body); err != nil || !answer.Close || !strings.HasPrefix(string(body), token+".") {
			return fmt.Errorf("the answer is %q, %v", body, err)
		}
		return nil
	}
	if got := issued(t, s, log, "chat.example.org"); !slices.Equal(got.DNSNames, []string{"chat.example.org"}) || c.email != "mailto:ada@example.org" {
		t.Errorf("issued for %v to %s", got.DNSNames, c.email)
	}
	if info, err := os.Stat(cache); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the cache: %v, %v", info, err)
	}
}

func TestCertificateIsIssuedOverTLS(t *testing.T) {
	c := newCA(t, "tls-alpn-01")
	s, log, _ := newACME(t, c)
	c.validate = func(domain, _ string) error {
		here, there := net.Pipe()
		defer there.Close()
		go tls.Server(here, s.Config()).Handshake()
		client := tls.Client(there, &tls.Config{ServerName: domain, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true})
		if err := client.Handshake(); err != nil {
			return err
		}
		state := client.ConnectionState()
		if leaf := state.PeerCertificates[0]; state.NegotiatedProtocol != acme.ALPNProto || !slices.Equal(leaf.DNSNames, []string{domain}) {
			return fmt.Errorf("agreed on %q, with a certificate for %v", state.NegotiatedProtocol, leaf.DNSNames)
		}
		return nil
	}
	issued(t, s, log, "chat.example.org")
	if _, err := s.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "other.example.org"}); err == nil {
		t.Error("there is a certificate for another name")
	}
}

func TestOnlyDomainsCanBeIssuedFor(t *testing.T) {
	for _, domain := range []string{"", "localhost", "192.0.2.1", "a b.example.org", "żółw.example.org", "*.example.org"} {
		if _, err := certs.ACME(t.Context(), certs.ACMEConfig{Domains: []string{domain}}); err == nil {
			t.Errorf("%q is a domain", domain)
		}
	}
}

func TestChallengeAnswersWhatIsNoRequest(t *testing.T) {
	s, _, _ := newACME(t, newCA(t, "http-01"))
	for _, request := range []string{"", "GET", "GET / HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", 10_000)} {
		if got := string(s.Challenge(strings.NewReader(request))); !strings.HasPrefix(got, "HTTP/1.1 400 ") {
			t.Errorf("%.20q: %s", request, got)
		}
	}
	if got := string(s.Challenge(strings.NewReader("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
		t.Errorf("another path: %s", got)
	}
}
