package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/internal/auth"
	"hubbub/internal/server"
)

// named parses the flags of hubbub serve, and returns what the server is told
// and what the operator is warned of.
func named(t *testing.T, args ...string) (cfg server.Config, warned string, err error) {
	t.Helper()
	var out, log bytes.Buffer
	f, _, err := parseServe(append([]string{"--data", "data"}, args...), &out, &out)
	if err != nil {
		return cfg, "", err
	}
	f.names.configure(&cfg)
	f.names.warn(slog.New(slog.NewTextHandler(&log, nil)))
	return cfg, log.String(), nil
}

// hashed returns a hash as hubbub hash-password prints it.
func hashed(t *testing.T, password string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if err := run(t.Context(), []string{"hash-password"}, strings.NewReader(password+"\n"), &out, &errs); err != nil || errs.Len() > 0 {
		t.Fatalf("%v\n%s", err, &errs)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// opens reports whether a password is the one of the configuration.
func opens(t *testing.T, p *auth.Shared, password string) bool {
	t.Helper()
	ok, err := auth.NewHasher(auth.DefaultParams()).Shared(t.Context(), p, password)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestServerIsCalledWhatItsOwnerSays(t *testing.T) {
	cfg, warned, err := named(t)
	if err != nil || warned != "" || cfg.NetworkName != "hubbub" || cfg.Password != nil || cfg.Opers != nil || cfg.Motd != "" || cfg.ServerName == "" {
		t.Errorf("by default: %+v, %v, %s", cfg, err, warned)
	}
	cfg, _, err = named(t, "--server-name", "chat.example.org", "--network-name", "Żółw", "--motd", "Welcome to\nthe pond.\n", "--url", "https://chat.example.org/")
	if err != nil || cfg.ServerName != "chat.example.org" || cfg.NetworkName != "Żółw" || cfg.Motd != "Welcome to\nthe pond." || cfg.URL != "https://chat.example.org" {
		t.Errorf("%+v, %v", cfg, err)
	}
	if _, _, err := named(t, "--url", "chat.example.org"); err == nil || !strings.Contains(err.Error(), "--url") {
		t.Errorf("an address that is none: %v", err)
	}
	for name, want := range map[string]string{"chat.example.org": "chat.example.org", "Laptop.local": "laptop.local", "laptop": "hubbub", "": "hubbub", "a b.c": "hubbub"} {
		if got := hostName(name, nil); got != want {
			t.Errorf("on %q it is %q", name, got)
		}
	}
	if hostName("a.b", errors.New("none")) != "hubbub" {
		t.Error("a name that can't be found out is taken")
	}
}

func TestMotdIsAFileOrText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "motd")
	for _, c := range []struct {
		file []byte
		want string // in the error, if it begins with !
	}{
		{[]byte("one\r\n  two\x1b[2J\n\n"), "one\n  two"},
		{nil, ""},
		{[]byte("\xff"), "!UTF-8"},
		{bytes.Repeat([]byte("x"), maxMotd+1), "!too long"},
	} {
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, _, err := named(t, "--motd", path)
		if why, wrong := strings.CutPrefix(c.want, "!"); wrong != (err != nil) || wrong && !strings.Contains(err.Error(), why) || !wrong && cfg.Motd != c.want {
			t.Errorf("%.20q: %.40q, %v", c.file, cfg.Motd, err)
		}
	}
	for _, none := range []string{path + ".none", filepath.Dir(path), filepath.Join("no", "file")} {
		if _, _, err := named(t, "--motd", none); !errors.Is(err, errUsage) {
			t.Errorf("%s: %v", none, err)
		}
	}
}

func TestPasswordsOfTheConfiguration(t *testing.T) {
	hash := hashed(t, "open sesame")
	cfg, warned, err := named(t, "--password", hash, "--oper", "root:"+hash)
	if err != nil || warned != "" || !opens(t, cfg.Password, "open sesame") || opens(t, cfg.Password, hash) || len(cfg.Opers) != 1 || !opens(t, cfg.Opers[0].Password, "open sesame") {
		t.Errorf("as hashes: %+v, %v, %s", cfg, err, warned)
	}
	cfg, warned, err = named(t, "--password", "open sesame", "--oper", "root:a:b", "--oper", "ada:"+hash)
	if err != nil || !opens(t, cfg.Password, "open sesame") || len(cfg.Opers) != 2 || !opens(t, cfg.Opers[0].Password, "a:b") {
		t.Errorf("as they are: %+v, %v", cfg, err)
	}
	if !strings.Contains(warned, "--password, --oper root") || strings.Contains(warned, "ada") || strings.Contains(warned, "sesame") || strings.Contains(warned, "a:b") {
		t.Errorf("the warning is %s", warned)
	}
	t.Setenv("HUBBUB_SERVER_PASSWORD", "from the environment")
	t.Setenv("HUBBUB_OPER", "ada:one password\nbob:"+hash+"\n")
	cfg, warned, err = named(t, "--oper", "root:"+hash)
	if err != nil || warned != "" || !opens(t, cfg.Password, "from the environment") || len(cfg.Opers) != 3 || !opens(t, cfg.Opers[1].Password, "one password") {
		t.Errorf("from the environment: %+v, %v, %s", cfg, err, warned)
	}
	if cfg, _, err = named(t, "--password", "from the flag"); err != nil || !opens(t, cfg.Password, "from the flag") {
		t.Errorf("the flag is not what counts: %v", err)
	}
}

func TestWrongNamesAndPasswordsAreRefused(t *testing.T) {
	for _, args := range [][]string{
		{"--server-name", "a b"}, {"--server-name", ":a"}, {"--server-name", strings.Repeat("x", 64)}, {"--server-name", "żółw.example"},
		{"--network-name", ""}, {"--network-name", "a b"}, {"--network-name", "a\x07"}, {"--network-name", strings.Repeat("x", 33)},
		{"--password", "$argon2id$secret"}, {"--password", "secret\x00"},
		{"--oper", "secret"}, {"--oper", ":secret"}, {"--oper", "root:"}, {"--oper", "a b:secret"}, {"--oper", "root:secret", "--oper", "root:secret"},
		{"--oper", "root:$argon2id$secret"},
	} {
		_, _, err := named(t, args...)
		if !errors.Is(err, errUsage) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", args, err)
		}
	}
	t.Setenv("HUBBUB_OPER", "root")
	if _, _, err := named(t); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), "HUBBUB_OPER") {
		t.Errorf("the environment: %v", err)
	}
	for _, c := range []struct{ args, stdin string }{{"secret", ""}, {"", ""}, {"", "a\x00b"}} {
		var out, errs bytes.Buffer
		err := run(t.Context(), append([]string{"hash-password"}, strings.Fields(c.args)...), strings.NewReader(c.stdin), &out, &errs)
		if err == nil || out.Len() > 0 {
			t.Errorf("hash-password %q, %q: %v", c.args, c.stdin, err)
		}
	}
}
