package auth_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
)

func mustLoad(t testing.TB, path string) *auth.Sealer {
	t.Helper()
	s, err := auth.LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedSecretOpensForItsUserOnly(t *testing.T) {
	s := mustLoad(t, filepath.Join(t.TempDir(), "key"))
	seed := auth.NewTOTP()
	sealed := s.Seal(7, seed)
	if got, err := s.Open(7, sealed); err != nil || !bytes.Equal(got, seed) {
		t.Errorf("opened: %x, %v", got, err)
	}
	if bytes.Contains(sealed, seed) || bytes.Equal(sealed, s.Seal(7, seed)) {
		t.Errorf("sealed as %x", sealed)
	}
	if _, err := s.Open(8, sealed); err == nil || err.Code != chat.Internal {
		t.Errorf("for another user: %v", err)
	}
	other := mustLoad(t, filepath.Join(t.TempDir(), "key"))
	if _, err := other.Open(7, sealed); err == nil || err.Code != chat.Internal {
		t.Errorf("with another key: %v", err)
	}
}

func TestDamagedSealIsNoticed(t *testing.T) {
	s := mustLoad(t, filepath.Join(t.TempDir(), "key"))
	sealed := s.Seal(7, auth.NewTOTP())
	for i := range sealed {
		flipped := bytes.Clone(sealed)
		flipped[i] ^= 1
		for _, damaged := range [][]byte{flipped, sealed[:i], sealed[i+1:]} {
			if got, err := s.Open(7, damaged); err == nil {
				t.Errorf("byte %d: opened as %x", i, got)
			}
		}
	}
	if _, err := s.Open(7, make([]byte, 1<<20)); err == nil {
		t.Error("a megabyte passes")
	}
}

func TestKeyFileIsMadeOnceAndForItsOwner(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	sealed := mustLoad(t, path).Seal(7, []byte("seed"))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := mustLoad(t, path).Open(7, sealed); err != nil || string(got) != "seed" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("in the directory: %v, %v", names, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

func TestKeyFileThatOthersCanUseIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	path := filepath.Join(t.TempDir(), "key")
	mustLoad(t, path)
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o620: false, 0o666: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := auth.LoadSealer(path)
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %#o: %v", mode, err)
		}
	}
}

func TestWhatIsNoKeyFileIsRefusedAndLeft(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "key")
	mustLoad(t, whole)
	good, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":      "",
		"cut":        string(good[:len(good)-3]),
		"twice":      strings.Repeat(string(good), 2),
		"other":      "-----BEGIN PRIVATE KEY-----\n",
		"short":      "hubbub-sealing-key-1 AAAA\n",
		"stray bits": "hubbub-sealing-key-1 " + strings.Repeat("A", 42) + "B=\n",
		"huge":       strings.Repeat("x", 1<<20),
	} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := auth.LoadSealer(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
	}
}

func TestKeyFileThatCannotBeSaysWhy(t *testing.T) {
	dir := t.TempDir()
	for path, why := range map[string]string{
		filepath.Join(dir, "none", "key"): "can't be made",
		dir:                               "is not a file",
	} {
		_, err := auth.LoadSealer(path)
		e, ok := errors.AsType[*chat.Error](err)
		if !ok || e.Code != chat.Internal || !strings.Contains(e.Text, why) || !strings.Contains(e.Text, path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s := mustLoad(f, filepath.Join(f.TempDir(), "key"))
	f.Add(s.Seal(7, []byte("seed")), uint64(7))
	f.Add([]byte{1}, uint64(0))
	f.Fuzz(func(t *testing.T, data []byte, user uint64) {
		if _, err := s.Open(chat.UserID(user)+8, data); err == nil {
			t.Errorf("%x opens", data)
		}
		data = data[:min(len(data), 4096)]
		if got, err := s.Open(chat.UserID(user), s.Seal(chat.UserID(user), data)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%x comes back as %x, %v", data, got, err)
		}
	})
}
