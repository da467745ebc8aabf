package certs

import (
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
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// How long a self-signed certificate is good for, and how long before its end
// another is made. Clients know it by its fingerprint, so a new one is an event
// for everybody, and rare; a server that is started once a year never shows one
// that has expired.
const (
	selfYears   = 10
	renewBefore = 365 * 24 * time.Hour
)

// The files of a self-signed certificate.
const (
	certFile = "cert.pem"
	keyFile  = "key.pem"
)

// Self returns the self-signed certificate that is kept in dir, and makes one
// for hosts (names and addresses) if there is none or its end is near. Once made
// it stays, whatever hosts there are later: clients recognise it, and nobody
// looks at what it calls itself.
func Self(dir string, hosts []string) (*Source, error) {
	return self(dir, hosts, time.Now())
}

func self(dir string, hosts []string, now time.Time) (*Source, error) {
	cert, err := load(filepath.Join(dir, certFile), filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) || err == nil && now.After(cert.Leaf.NotAfter.Add(-renewBefore)) {
		if err := makeSelf(dir, hosts, now); err != nil {
			return nil, fmt.Errorf("make a certificate: %w", err)
		}
		cert, err = load(filepath.Join(dir, certFile), filepath.Join(dir, keyFile))
	}
	switch {
	case errors.Is(err, ErrUnusable):
		return nil, fmt.Errorf("%w; remove %s to have another one made", err, dir)
	case err != nil:
		return nil, err
	}
	return &Source{
		own: cert.Leaf,
		get: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return cert, nil },
	}, nil
}

// makeSelf writes a new key, and a new certificate for it.
func makeSelf(dir string, hosts []string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	template := selfTemplate(hosts, now)
	certDER, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := writePEM(dir, keyFile, 0o600, "PRIVATE KEY", keyDER); err != nil {
		return err
	}
	return writePEM(dir, certFile, 0o644, "CERTIFICATE", certDER)
}

// selfTemplate says what the certificate says.
func selfTemplate(hosts []string, now time.Time) *x509.Certificate {
	c := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "hubbub"},
		NotBefore:             now.Add(-time.Hour), // clocks differ
		NotAfter:              now.AddDate(selfYears, 0, 0),
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
