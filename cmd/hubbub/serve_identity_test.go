package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/internal/server"
)

// identified parses the flags of hubbub serve, and returns what a server that
// listens at an address is told.
func identified(t *testing.T, address string, args ...string) (cfg server.Config, err error) {
	t.Helper()
	var out bytes.Buffer
	f, _, err := parseServe(append([]string{"--data", "data"}, args...), &out, &out)
	if err != nil {
		return cfg, err
	}
	a, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, f.identity.configure(&cfg, f.usualOrigins([]net.Addr{a}), f.secure.domains)
}

func TestPasskeysAreBoundToWhereBrowsersSeeTheServer(t *testing.T) {
	for _, c := range []struct {
		address string
		args    []string
		origins string // the first is where links go; empty for no passkeys
	}{
		{"127.0.0.1:7007", nil, "http://localhost:7007 https://localhost:7007"},
		{"192.0.2.1:7007", nil, ""},
		{"127.0.0.1:7007", []string{"--trust-proxy", "127.0.0.1"}, ""}, // to browsers that name is another machine's
		{"192.0.2.1:443", []string{"--acme", "chat.example.org"}, "https://chat.example.org"},
		{"192.0.2.1:7007", []string{"--origin", "https://chat.example.org", "--origin", "https://www.chat.example.org"}, "https://chat.example.org https://www.chat.example.org"},
	} {
		cfg, err := identified(t, c.address, c.args...)
		if err != nil || (cfg.Site != nil) != (c.origins != "") {
			t.Errorf("%s %q: %+v, %v", c.address, c.args, cfg.Site, err)
			continue
		}
		if told := len(c.args) > 0 && c.origins != ""; told != (cfg.URL != "") || told && cfg.URL != strings.Fields(c.origins)[0] {
			t.Errorf("%s %q: links to files begin with %q", c.address, c.args, cfg.URL)
		}
		for i, origin := range strings.Fields(c.origins) {
			if !cfg.Site.Has(origin) || i == 0 && cfg.Site.Origins()[0] != origin {
				t.Errorf("%s %q: it is not at %s", c.address, c.args, origin)
			}
		}
	}
}

func TestAccountsElsewhereAreToldOfInFlags(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := identified(t, "127.0.0.1:7007", "--oidc-issuer", "https://id.example.org", "--oidc-client", "hubbub", "--oidc-secret-file", secret, "--oidc-register")
	if err != nil || cfg.OIDC == nil || cfg.OIDC.Name() != "id.example.org" || !cfg.OIDC.Registers() {
		t.Errorf("%+v, %v", cfg.OIDC, err)
	}
	if cfg, err = identified(t, "127.0.0.1:7007"); err != nil || cfg.OIDC != nil {
		t.Errorf("without flags: %+v, %v", cfg.OIDC, err)
	}
	if _, err := identified(t, "192.0.2.1:7007", "--oidc-issuer", "https://id.example.org", "--oidc-client", "hubbub"); err == nil {
		t.Error("nobody has said where people come back to")
	}
	for _, args := range [][]string{
		{"--oidc-client", "hubbub"}, {"--oidc-register"}, {"--oidc-domain", "example.org"},
		{"--oidc-issuer", "https://id.example.org"},
		{"--oidc-issuer", "http://id.example.org", "--oidc-client", "hubbub"},
		{"--oidc-issuer", "https://id.example.org", "--oidc-client", "hubbub", "--oidc-secret-file", secret + "s"},
		{"--oidc-issuer", "https://id.example.org", "--oidc-client", "hubbub", "--oidc-secret-file", os.DevNull},
		{"--origin", "http://chat.example.org"}, {"--origin", "https://192.0.2.1"},
	} {
		if _, err := identified(t, "127.0.0.1:7007", args...); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

func TestASecretIsOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for text, want := range map[string]string{
		"abc": "abc", "abc\n": "abc", "abc\r\n": "abc", " a b ": " a b ", "": "", "\n": "", "a\nb": "", "a\x00": "", strings.Repeat("x", 1025): "",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readSecret(path); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
}
