package certs_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/certs"
	"hubbub/internal/fingerprint"
)

var silent = slog.New(slog.DiscardHandler)

// shown returns the certificate that a client which says nothing gets.
func shown(t *testing.T, s *certs.Source) *x509.Certificate {
	t.Helper()
	cert, err := s.Config().GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf
}

func TestSelfSignedIsMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "tls")
	s, err := certs.Self(dir, []string{"localhost", "chat", "localhost", "192.0.2.1", "::1"}, silent)
	if err != nil {
		t.Fatal(err)
	}
	first := s.SelfSigned()
	if got := first.DNSNames; !slices.Equal(got, []string{"chat", "localhost"}) || len(first.IPAddresses) != 2 {
		t.Errorf("it is for %v, %v", got, first.IPAddresses)
	}
	if err := first.VerifyHostname("192.0.2.1"); err != nil {
		t.Error(err)
	}
	if left := time.Until(first.NotAfter); left < 800*24*time.Hour || first.IsCA {
		t.Errorf("it ends in %v, is an authority: %v", left, first.IsCA)
	}
	again, err := certs.Self(dir, []string{"elsewhere"}, silent)
	if err != nil || !again.SelfSigned().Equal(first) || !shown(t, again).Equal(first) {
		t.Errorf("another start shows another one: %v", err)
	}
	for name, want := range map[string]fs.FileMode{"key.pem": 0o600, "cert.pem": 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || runtime.GOOS != "windows" && info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left in the directory: %v, %v", left, err)
	}
}

func TestSelfSignedIsRenewedBeforeItsEnd(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		const day = 24 * time.Hour
		start := func() *certs.Source {
			s, err := certs.Self(dir, nil, silent)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := start()
		first := s.SelfSigned()
		if life := first.NotAfter.Sub(first.NotBefore); life > 825*day || life < 800*day {
			t.Errorf("it is good for %v", life)
		}
		go s.Run(t.Context())
		time.Sleep(700 * day)
		if synctest.Wait(); !shown(t, s).Equal(first) || !start().SelfSigned().Equal(first) {
			t.Error("it was renewed long before its end")
		}
		time.Sleep(70 * day)
		synctest.Wait()
		second := shown(t, s)
		if second.Equal(first) || fingerprint.OfKey(second) != fingerprint.OfKey(first) || second.NotAfter.Before(time.Now().Add(800*day)) {
			t.Errorf("near its end there is one until %v", second.NotAfter)
		}
		if !start().SelfSigned().Equal(second) {
			t.Error("another start shows another one")
		}
		time.Sleep(10_000 * day) // while it was not running
		if third := start().SelfSigned(); third.NotAfter.Before(time.Now()) || fingerprint.OfKey(third) != fingerprint.OfKey(first) {
			t.Errorf("after its end there is one until %v", third.NotAfter)
		}
	})
}

func TestBrokenSelfSignedSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	if _, err := certs.Self(dir, nil, silent); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cert.pem"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := certs.Self(dir, nil, silent); !errors.Is(err, certs.ErrUnusable) || !strings.Contains(err.Error(), "remove "+dir) {
		t.Errorf("got %v", err)
	}
}

// copyPair copies a certificate and its key.
func copyPair(t *testing.T, from, to string, names ...string) {
	t.Helper()
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesAreReadAgainWhenTheyChange(t *testing.T) {
	dirs := [3]string{t.TempDir(), t.TempDir(), t.TempDir()}
	var made [3]*x509.Certificate
	for i, dir := range dirs {
		s, err := certs.Self(dir, []string{strings.Repeat("x", i+1), "*.example.org"}, silent) // so that the size differs too
		if err != nil {
			t.Fatal(err)
		}
		made[i] = s.SelfSigned()
	}
	cert, key := filepath.Join(dirs[0], "cert.pem"), filepath.Join(dirs[0], "key.pem")
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		reload := make(chan os.Signal)
		s, err := certs.Files(cert, key, reload, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if s.SelfSigned() != nil || !slices.Equal(s.Names(), []string{"x"}) {
			t.Errorf("names %v", s.Names())
		}
		go s.Run(t.Context())
		want := func(about string, i int) {
			t.Helper()
			synctest.Wait()
			if !shown(t, s).Equal(made[i]) {
				t.Errorf("%s: not certificate %d", about, i)
			}
		}
		want("at first", 0)

		copyPair(t, dirs[1], dirs[0], "cert.pem") // its key comes later
		time.Sleep(time.Minute)
		want("a certificate without its key", 0)
		if n := strings.Count(log.String(), "level=ERROR"); n != 1 || !strings.Contains(log.String(), "can't be used") {
			t.Errorf("it was said %d times:\n%s", n, &log)
		}
		copyPair(t, dirs[1], dirs[0], "key.pem")
		time.Sleep(time.Minute)
		want("with its key", 1)

		copyPair(t, dirs[2], dirs[0], "cert.pem", "key.pem")
		reload <- os.Interrupt // whichever: no time has passed
		want("at a signal", 2)

		os.Remove(cert)
		time.Sleep(time.Minute)
		want("when it has gone", 2)
	})
}

func TestUnusableFilesAreRefusedAtFirst(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if _, err := certs.Self(dir, nil, silent); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := certs.Files(filepath.Join(a, "cert.pem"), filepath.Join(b, "key.pem"), nil, nil); !errors.Is(err, certs.ErrUnusable) {
		t.Errorf("another's key: %v", err)
	}
	if _, err := certs.Files(filepath.Join(a, "none"), filepath.Join(a, "key.pem"), nil, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
