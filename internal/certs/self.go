package certs

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"hubbub/internal/fingerprint"
)

// How long a self-signed certificate is good for, and how long before its end
// another is made: longer than 825 days is refused by Apple's systems though a
// person has said to trust it, and blamed by scanners.
const (
	selfLife    = 820 * 24 * time.Hour
	renewBefore = 60 * 24 * time.Hour
	lookAtSelf  = 24 * time.Hour // how often that is looked at
)

// The files of a self-signed certificate.
const (
	certFile = "cert.pem"
	keyFile  = "key.pem"
)

// selfSigned is a certificate of our own making.
type selfSigned struct {
	dir   string
	hosts []string
	log   *slog.Logger
	shown atomic.Pointer[tls.Certificate]
}

// Self returns the self-signed certificate that is kept in dir, and makes one
// for hosts (names and addresses) if there is none. Once made it stays, whatever
// hosts there are later: clients recognise it, and nobody looks at what it calls
// itself. Another one, for the same key, is made when its end is near.
func Self(dir string, hosts []string, log *slog.Logger) (*Source, error) {
	s := &selfSigned{dir: dir, hosts: hosts, log: log}
	if err := s.keep(); err != nil {
		return nil, err
	}
	return &Source{
		own: s.shown.Load().Leaf,
		get: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.shown.Load(), nil },
		run: s.run,
	}, nil
}

func (s *selfSigned) run(ctx context.Context) {
	tick := time.NewTicker(lookAtSelf)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if !s.due(s.shown.Load()) {
				continue
			}
			if err := s.keep(); err != nil {
				s.log.Error("the self-signed TLS certificate can't be renewed", "err", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (s *selfSigned) due(cert *tls.Certificate) bool {
	return time.Now().After(cert.Leaf.NotAfter.Add(-renewBefore))
}

// keep shows what is in the directory, and before that makes it if need be.
func (s *selfSigned) keep() error {
	cert, err := s.load()
	missing := errors.Is(err, fs.ErrNotExist)
	if missing || err == nil && s.due(cert) {
		if err := s.make(); err != nil {
			return fmt.Errorf("make a TLS certificate: %w", err)
		}
		if cert, err = s.load(); err == nil && !missing {
			s.log.Warn("the self-signed TLS certificate was near its end and has been renewed: its key is the same, its fingerprint is another", "fingerprint", fingerprint.Of(cert.Leaf))
		}
	}
	switch {
	case errors.Is(err, ErrUnusable):
		return fmt.Errorf("%w; remove %s to have another one made", err, s.dir)
	case err != nil:
		return err
	}
	s.shown.Store(cert)
	return nil
}

func (s *selfSigned) load() (*tls.Certificate, error) {
	return load(filepath.Join(s.dir, certFile), filepath.Join(s.dir, keyFile))
}

// make writes a new certificate, and a key if there is none.
func (s *selfSigned) make() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	key, err := s.key()
	if err != nil {
		return err
	}
	template := selfTemplate(s.hosts, time.Now())
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	return writePEM(s.dir, certFile, 0o644, "CERTIFICATE", der)
}

// key returns the key in the directory, or a new one that is there from now on.
func (s *selfSigned) key() (crypto.Signer, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, keyFile))
	switch block, _ := pem.Decode(text); {
	case err == nil && block == nil:
		return nil, fmt.Errorf("%w: there is no key in %s", ErrUnusable, keyFile)
	case err == nil:
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		signer, ok := key.(crypto.Signer)
		if err != nil || !ok {
			return nil, fmt.Errorf("%w: %s: %w", ErrUnusable, keyFile, err)
		}
		return signer, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, writePEM(s.dir, keyFile, 0o600, "PRIVATE KEY", der)
}

// selfTemplate says what the certificate says.
func selfTemplate(hosts []string, now time.Time) *x509.Certificate {
	c := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "hubbub"},
		NotBefore:             now.Add(-time.Hour), // clocks differ
		NotAfter:              now.Add(selfLife),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	hosts = slices.Clone(hosts)
	slices.Sort(hosts)
	for _, host := range slices.Compact(hosts) {
		if ip := net.ParseIP(host); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else if host != "" {
			c.DNSNames = append(c.DNSNames, host)
		}
	}
	return c
}

// writePEM writes a file so that it is there whole or not at all.
func writePEM(dir, name string, mode fs.FileMode, kind string, der []byte) error {
	f, err := os.CreateTemp(dir, name+".*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // once it has its name this fails, as it should
	err = errors.Join(pem.Encode(f, &pem.Block{Type: kind, Bytes: der}), f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(dir, name))
}
