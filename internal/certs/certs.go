// Package certs is where the server's certificate comes from, and what the
// server offers in TLS.
//
// A [Source] is made by one of three functions: [Self] keeps a self-signed
// certificate in a directory, [Files] reads one from files and again when they
// change, and [ACME] has one issued by a certificate authority, and renewed.
// [Source.Config] is for a TLS server; [Source.Run] keeps the certificate up to
// date. The package starts no goroutines; the ACME library does while a
// certificate is due to be renewed.
package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"

	"golang.org/x/crypto/acme"
)

// ErrUnusable is why there is no certificate to begin with: what is in a file
// is no certificate, or not one for the key beside it.
var ErrUnusable = errors.New("the certificate can't be used")

// Source gives the certificate that a server shows.
type Source struct {
	names      []string
	get        func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	run        func(context.Context) // nil if there is nothing to keep up to date
	challenges http.Handler          // nil if there are none
	own        *x509.Certificate     // nil unless it is self-signed
}

// Names returns the host names that the certificate is for, and that anybody can
// check; patterns are left out. A self-signed one has none of these.
func (s *Source) Names() []string { return s.names }

// SelfSigned returns the certificate if nobody vouches for it, so that its
// fingerprint has to be compared, and nil otherwise.
func (s *Source) SelfSigned() *x509.Certificate { return s.own }

// Run keeps the certificate up to date until ctx ends.
func (s *Source) Run(ctx context.Context) {
	if s.run != nil {
		s.run(ctx)
	}
}

// web is the protocol of web browsers (RFC 7301 §6).
const web = "http/1.1"

// Config returns what a server offers: TLS 1.3, and of TLS 1.2 what keeps
// secrets although a key becomes known later and can't be tampered with, that is
// ECDHE with an AEAD cipher.
//
// Clients are asked for a certificate, and need not have one; nobody vouches for
// it, but they have its key. Browsers are not asked: they would bother people
// with the question. An application protocol is agreed on only with those who
// can't do without: HTTP clients and, if there is ACME, its authority.
func (s *Source) Config() *tls.Config {
	cfg := &tls.Config{
		GetCertificate: s.get,
		MinVersion:     tls.VersionTLS12,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
	}
	browser := cfg.Clone()
	browser.NextProtos = []string{web}
	authority := cfg.Clone()
	authority.NextProtos = []string{acme.ALPNProto}
	cfg.ClientAuth = tls.RequestClientCert
	cfg.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		switch {
		case s.challenges != nil && slices.Contains(hello.SupportedProtos, acme.ALPNProto):
			return authority, nil
		case slices.Contains(hello.SupportedProtos, web):
			return browser, nil
		}
		return nil, nil
	}
	return cfg
}
