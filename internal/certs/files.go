package certs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// lookEvery is how often files are looked at for a change.
const lookEvery = 5 * time.Second

// files is a certificate in files that somebody else renews.
type files struct {
	cert, key string
	log       *slog.Logger
	reload    <-chan os.Signal
	shown     atomic.Pointer[tls.Certificate]
	seen      stamp // of the files when they were read last; owned by Run
}

// stamp tells whether a pair of files has changed.
type stamp [2]struct {
	modified time.Time
	size     int64
}

// Files returns the certificate in a pair of PEM files: the chain, beginning with
// the server's own, and its private key. While [Source.Run] runs they are read
// again when they change and whenever reload receives, if it is not nil. A pair
// that can't be used then leaves the one before in place, and log says why.
func Files(cert, key string, reload <-chan os.Signal, log *slog.Logger) (*Source, error) {
	f := &files{cert: cert, key: key, log: log, reload: reload, seen: stampOf(cert, key)}
	first, err := load(cert, key)
	if err != nil {
		return nil, err
	}
	f.shown.Store(first)
	return &Source{
		names: slices.DeleteFunc(slices.Clone(first.Leaf.DNSNames), func(name string) bool { return strings.Contains(name, "*") }),
		get:   func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.shown.Load(), nil },
		run:   f.run,
	}, nil
}

func (f *files) run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if now := stampOf(f.cert, f.key); now != f.seen {
				f.read()
			}
		case <-f.reload:
			f.read()
		case <-ctx.Done():
			return
		}
	}
}

// read reads the files again. What is broken is not tried again before it
// changes.
func (f *files) read() {
	f.seen = stampOf(f.cert, f.key) // before the files: a change while they are read is seen next time
	cert, err := load(f.cert, f.key)
	if err != nil {
		f.log.Error("the new TLS certificate is not used, the one before it is", "err", err, "used_until", f.shown.Load().Leaf.NotAfter)
		return
	}
	f.shown.Store(cert)
	f.log.Info("using the new TLS certificate", "names", cert.Leaf.DNSNames, "until", cert.Leaf.NotAfter)
}

// stampOf returns the stamp of two files. One that can't be looked at has none.
func stampOf(cert, key string) (s stamp) {
	for i, name := range [...]string{cert, key} {
		if info, err := os.Stat(name); err == nil {
			s[i].modified, s[i].size = info.ModTime(), info.Size()
		}
	}
	return s
}

// load reads a certificate and its key. The error is ErrUnusable, or that of the
// file system.
func load(certName, keyName string) (*tls.Certificate, error) {
	chain, errCert := os.ReadFile(certName)
	key, errKey := os.ReadFile(keyName)
	if err := errors.Join(errCert, errKey); err != nil {
		return nil, fmt.Errorf("read a TLS certificate: %w", err)
	}
	cert, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, fmt.Errorf("%w: %s with the key in %s: %w", ErrUnusable, certName, keyName, err)
	}
	return &cert, nil
}
