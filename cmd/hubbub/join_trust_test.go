package main

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"hubbub/client"
)

// meet has a person meet a server for the first time.
func meet(t *testing.T, at string) (told string, err error) {
	t.Helper()
	trust, err := newTrust(at, "")
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	err = trust.meet(t.Context(), &stderr)
	return stderr.String(), err
}

func TestPipeBelievesOnlyWhomItKnows(t *testing.T) {
	home(t)
	s := serving(t, t.TempDir(), "--tls", "self")
	if _, _, err := pipe(t, "unheard\n", "tls://"+s.at); !errors.Is(err, client.ErrUntrusted) || !strings.Contains(err.Error(), "--fingerprint "+s.fingerprint) {
		t.Errorf("unknown: %v", err)
	}
	if _, errs, err := pipe(t, "pinned\n", "--fingerprint", s.fingerprint, "tls://"+s.at); err != nil {
		t.Errorf("pinned: %v, %s", err, errs)
	}
	other := strings.Repeat("00:", 31) + "00"
	if _, _, err := pipe(t, "unheard\n", "--timeout", "0", "--fingerprint", other, "tls://"+s.at); !errors.Is(err, client.ErrUntrusted) {
		t.Errorf("pinned to another: %v", err)
	}
	if _, err := meet(t, s.at); err != nil {
		t.Fatal(err)
	}
	if _, errs, err := pipe(t, "known\n", "tls://"+s.at); err != nil {
		t.Errorf("known: %v, %s", err, errs)
	}
	said := history(t, s.at)
	if !strings.Contains(said, "pinned") || !strings.Contains(said, "known") || strings.Contains(said, "unheard") {
		t.Errorf("said was:\n%s", said)
	}
}

func TestFirstMeetingIsToldAndRemembered(t *testing.T) {
	file := home(t)
	s := serving(t, t.TempDir(), "--tls", "self")
	told, err := meet(t, s.at)
	if err != nil || !strings.Contains(told, s.fingerprint) {
		t.Errorf("%v, told %q", err, told)
	}
	if told, err := meet(t, s.at); err != nil || told != "" {
		t.Errorf("again: %v, told %q", err, told)
	}
	kept, err := os.ReadFile(file)
	if want := s.at + " " + s.fingerprint + " key:SHA256:"; err != nil || !strings.HasPrefix(string(kept), want) {
		t.Errorf("kept %q, %v", kept, err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestRenewedCertificateIsKnownByItsKey(t *testing.T) {
	file := home(t)
	s := serving(t, t.TempDir(), "--tls", "self")
	if _, err := meet(t, s.at); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before := strings.Replace(string(kept), s.fingerprint, "SHA256:"+strings.Repeat("00:", 31)+"00", 1)
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, err := pipe(t, "known\n", "tls://"+s.at); err != nil {
		t.Errorf("%v, %s", err, errs)
	}
}

func TestChangedCertificateIsRefused(t *testing.T) {
	file := home(t)
	s := serving(t, t.TempDir(), "--tls", "self")
	if _, err := meet(t, s.at); err != nil {
		t.Fatal(err)
	}
	for _, was := range []string{"SHA256:" + strings.Repeat("00:", 31) + "00", vouched} {
		if err := os.WriteFile(file, []byte("other.example.org:7007 "+s.fingerprint+"\n"+s.at+" "+was+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := pipe(t, "unheard\n", "tls://"+s.at)
		if !errors.Is(err, client.ErrUntrusted) || !strings.Contains(err.Error(), "CHANGED") || !strings.Contains(err.Error(), file) {
			t.Errorf("it was %s: %v", was, err)
		}
		if told, err := meet(t, s.at); err != nil || told != "" { // known, so that there is nothing to meet
			t.Errorf("%v, told %q", err, told)
		}
	}
}

func TestJoiningByTLSWhereThereIsNoneSaysSo(t *testing.T) {
	home(t)
	at := running(t)
	if _, _, err := pipe(t, "hello\n", "tls://"+at); err == nil || !strings.Contains(err.Error(), "refuses TLS") {
		t.Errorf("got %v", err)
	}
	for _, args := range [][]string{{"--fingerprint", strings.Repeat("00", 32), at}, {"--fingerprint", "x", "tls://" + at}} {
		if _, _, err := pipe(t, "hello\n", args...); exitCode(err, &bytes.Buffer{}) != exitUsage {
			t.Errorf("%q: %v", args, err)
		}
	}
}
