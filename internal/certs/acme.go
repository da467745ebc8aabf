package certs

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// ACMEConfig says what to have issued, and by whom.
type ACMEConfig struct {
	Domains   []string // at least one; in ASCII
	Email     string   // whom the authority may write to about problems; may be empty
	Directory string   // the authority's; Let's Encrypt's if empty
	Cache     string   // the directory in which keys and certificates are kept, 0700
	Log       *slog.Logger
}

// authority is a certificate authority, and what it has issued.
type authority struct {
	manager   *autocert.Manager
	transport http.Transport
	domains   []string
	ready     []atomic.Bool // there is a certificate for domains[i]
	log       *slog.Logger
	stop      context.Context // of requests to the authority
}

// ACME returns certificates that an authority issues (RFC 8555) and that are
// renewed well before their end. Using it agrees to the authority's terms of
// service. The authority comes to see whether the domain is ours: by TLS on port
// 443 (RFC 8737) or by HTTP on port 80 ([Source.Challenge]). What is under way
// with it when ctx ends fails.
//
// [Source.Run] has the certificates issued. A handshake never waits for that: the
// authority's own would wait too.
func ACME(ctx context.Context, cfg ACMEConfig) (*Source, error) {
	a := &authority{log: cfg.Log, ready: make([]atomic.Bool, len(cfg.Domains)), stop: ctx}
	a.transport.Proxy = http.ProxyFromEnvironment
	a.transport.DisableKeepAlives = true // requests are rare, and no goroutine is to be left behind
	for _, domain := range cfg.Domains {
		domain = strings.ToLower(strings.TrimSuffix(domain, "."))
		if strings.Trim(domain, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || !strings.Contains(domain, ".") || net.ParseIP(domain) != nil {
			return nil, fmt.Errorf("%q is no domain that a certificate can be issued for; it is written chat.example.org, and in its xn-- form if it has other letters", domain)
		}
		a.domains = append(a.domains, domain)
	}
	a.manager = &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(cfg.Cache),
		HostPolicy: autocert.HostWhitelist(a.domains...),
		Email:      cfg.Email,
		Client:     &acme.Client{DirectoryURL: cfg.Directory, HTTPClient: &http.Client{Transport: a, Timeout: time.Minute}, UserAgent: "hubbub"},
	}
	if cfg.Directory == "" {
		a.manager.Client.DirectoryURL = autocert.DefaultACMEDirectory
	}
	return &Source{names: a.domains, get: a.get, run: a.run, challenges: a.manager.HTTPHandler(http.NotFoundHandler())}, nil
}

// RoundTrip asks the authority something. It reads the whole answer, so that
// nothing is under way once it has returned.
func (a *authority) RoundTrip(r *http.Request) (*http.Response, error) {
	const maxAnswer = 1 << 20
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(a.stop, cancel)()
	answer, err := a.transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, err
}

var errNotYet = errors.New("there is no certificate for that name yet")

// get returns the certificate for a client, or for the authority that wants to
// see whether we answer for the domain. Who asks for no name gets the first.
func (a *authority) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		return a.manager.GetCertificate(hello)
	}
	name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	i := max(0, slices.Index(a.domains, name))
	if name != "" && a.domains[i] != name || !a.ready[i].Load() {
		return nil, fmt.Errorf("%w: %q", errNotYet, hello.ServerName)
	}
	return a.obtain(a.domains[i])
}

// obtain returns the certificate for a domain, and has it issued if there is
// none. It asks for one kind of key only, which every client knows.
func (a *authority) obtain(domain string) (*tls.Certificate, error) {
	return a.manager.GetCertificate(&tls.ClientHelloInfo{
		ServerName: domain, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	})
}

// The waits after failures, doubled from the first to the last. The library
// forgets a failure after a minute; Let's Encrypt allows five an hour.
const (
	minIssueWait = 2 * time.Minute
	maxIssueWait = time.Hour
)

// run has the certificates issued that are not there yet, each as often as it
// takes.
func (a *authority) run(ctx context.Context) {
	var all sync.WaitGroup
	for i := range a.domains {
		all.Go(func() { a.issue(ctx, i) })
	}
	all.Wait()
}

func (a *authority) issue(ctx context.Context, i int) {
	for wait := minIssueWait; ; wait = min(2*wait, maxIssueWait) {
		cert, err := a.obtain(a.domains[i])
		if err == nil {
			a.ready[i].Store(true)
			a.log.Info("there is a TLS certificate", "domain", a.domains[i], "until", cert.Leaf.NotAfter)
			return
		}
		if ctx.Err() == nil && a.stop.Err() == nil {
			a.log.Error("no TLS certificate was issued; the authority must reach this server at port 443 or 80 of the domain",
				"domain", a.domains[i], "err", err, "again_in", wait)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}
