package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hubbub/client"
	"hubbub/internal/fingerprint"
)

// trust decides whether a server is who it should be. The authorities of this
// system may vouch for it; otherwise it must show the certificate that it showed
// when a person first met it, as with ssh, or the one that the flags name.
//
// What is known is in a file, a server a line: its address, and the fingerprints
// of its certificate and of its key, either of which it may be known by, so that
// it can renew the certificate; or the word authorities. That is for servers that
// were vouched for: they can't become unknown ones again, just by somebody who
// stands in between.
type trust struct {
	address string              // host:port
	pinned  *fingerprint.SHA256 // nil if none
	file    string              // empty if there is no place for it
	learn   io.Writer           // where a first meeting is told; nil to believe nobody new
}

// byKey comes before the fingerprint of a key.
const byKey = "key:"

// vouched is in place of a fingerprint for servers that have needed none.
const vouched = "authorities"

func newTrust(address, pinned string) (*trust, error) {
	t := &trust{address: address}
	if dir, err := os.UserConfigDir(); err == nil {
		t.file = filepath.Join(dir, "hubbub", "known_servers")
	}
	if pinned != "" {
		shown, err := fingerprint.Parse(pinned)
		if err != nil {
			return nil, err
		}
		t.pinned = &shown
	}
	return t, nil
}

// config returns the side of TLS that believes as t does.
func (t *trust) config() *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: true, // instead of it there is
		VerifyConnection:   t.verify,
	}
}

// meet connects to a server that is not known yet, for a person who is told what
// it shows. It does nothing if the server is known, or will be by other means.
func (t *trust) meet(ctx context.Context, stderr io.Writer) error {
	known, err := t.known()
	if t.pinned != nil || len(known) > 0 || err != nil {
		return err
	}
	t.learn = stderr
	defer func() { t.learn = nil }()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := (&tls.Dialer{Config: t.config()}).DialContext(ctx, "tcp", t.address)
	if err != nil {
		return err
	}
	return c.Close()
}

// verify implements [tls.Config].VerifyConnection.
func (t *trust) verify(state tls.ConnectionState) error {
	leaf := state.PeerCertificates[0]
	shown := fingerprint.Of(leaf)
	if t.pinned != nil {
		if shown != *t.pinned {
			return distrust("%s shows the certificate %v, and not the one given with --fingerprint", t.address, shown)
		}
		return nil
	}
	known, err := t.known()
	if err != nil {
		return distrust("%w", err)
	}
	doubt := t.doubt(leaf, state.PeerCertificates[1:])
	switch {
	case doubt == nil:
		if !slices.Contains(known, vouched) {
			t.add(vouched) // if it can't be kept, it is next time
		}
		return nil
	case slices.Contains(known, shown.String()), slices.Contains(known, byKey+fingerprint.OfKey(leaf).String()):
		return nil
	case len(known) > 0:
		return distrust("the certificate of %s has CHANGED: it was known by %s, and now it is %v (%v). Somebody may stand between you and the server, or it was set up anew. If those who run it confirm the new fingerprint, remove the line of %s from %s and join again",
			t.address, known[0], shown, doubt, t.address, t.file)
	case t.learn == nil:
		return distrust("%s is not known, and nobody vouches for its certificate (%v). If the server printed this fingerprint at its start, say so: --fingerprint %v", t.address, doubt, shown)
	}
	if err := t.add(shown.String() + " " + byKey + fingerprint.OfKey(leaf).String()); err != nil {
		return distrust("the certificate of %s is %v, which can't be kept (%w); give it with --fingerprint", t.address, shown, err)
	}
	fmt.Fprintf(t.learn, "You meet %s for the first time, and nobody vouches for its certificate.\nThe fingerprint, which the server prints at its start, must be\n    %v\nIt is kept in %s; if it ever changes you will be told.\n", t.address, shown, t.file)
	return nil
}

func distrust(format string, args ...any) error {
	return fmt.Errorf("%w: %w", client.ErrUntrusted, fmt.Errorf(format, args...))
}

// doubt returns why this system does not vouch for a certificate, or nil.
func (t *trust) doubt(leaf *x509.Certificate, chain []*x509.Certificate) error {
	host, _, err := net.SplitHostPort(t.address)
	if err != nil {
		return err
	}
	between := x509.NewCertPool()
	for _, c := range chain {
		between.AddCert(c)
	}
	_, err = leaf.Verify(x509.VerifyOptions{DNSName: host, Intermediates: between})
	return err
}

// known returns by what the server is known.
func (t *trust) known() (by []string, err error) {
	f, err := os.Open(t.file)
	if errors.Is(err, fs.ErrNotExist) || t.file == "" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("what is known about servers can't be read: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 1 && strings.EqualFold(words[0], t.address) {
			by = append(by, words[1:]...)
		}
	}
	return by, lines.Err()
}

// add notes by what the server is known from now on.
func (t *trust) add(by string) error {
	if t.file == "" {
		return errors.New("there is no home directory")
	}
	if err := os.MkdirAll(filepath.Dir(t.file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(t.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s %s\n", t.address, by)
	return errors.Join(err, f.Close())
}
