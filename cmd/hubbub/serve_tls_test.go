package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// served is what hubbub serve printed at its start.
type served struct {
	banner, at, fingerprint string
	data                    string
}

var (
	printedAddress     = regexp.MustCompile(`s_client -quiet -connect (127\.0\.0\.1:\d+)`)
	printedFingerprint = regexp.MustCompile(`SHA256:[0-9A-F:]{95}`)
)

// serving runs hubbub serve on a free port until the test ends.
func serving(t *testing.T, data string, flags ...string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	var stderr bytes.Buffer // read once done
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", data}, flags...), nil, stdout, &stderr)
		stdout.Close()
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("%v\n%s", err, &stderr)
		}
	})
	s := &served{data: data}
	for in := bufio.NewScanner(out); in.Scan() && in.Text() != "Ctrl-C stops it."; {
		s.banner += in.Text() + "\n"
	}
	go io.Copy(io.Discard, out)
	if match := printedAddress.FindStringSubmatch(s.banner); match != nil {
		s.at = match[1]
	}
	s.fingerprint = printedFingerprint.FindString(s.banner)
	return s
}

func TestTLSIsOfferedWhereItIsOfUse(t *testing.T) {
	home(t)
	if s := serving(t, t.TempDir()); s.at != "" || s.fingerprint != "" {
		t.Errorf("on this machine only, it offers TLS:\n%s", s.banner)
	}
	if s := serving(t, t.TempDir(), "--listen", ":0"); s.at == "" || s.fingerprint == "" {
		t.Errorf("for others, it offers no TLS:\n%s", s.banner)
	}
	if s := serving(t, t.TempDir(), "--listen", ":0", "--tls", "off"); s.at != "" {
		t.Errorf("turned off, it offers TLS:\n%s", s.banner)
	}
	dir := filepath.Join(serving(t, t.TempDir(), "--tls", "self").data, "tls")
	s := serving(t, t.TempDir(), "--tls-cert", filepath.Join(dir, "cert.pem"), "--tls-key", filepath.Join(dir, "key.pem"))
	if !strings.Contains(s.banner, "hubbub join tls://localhost:") || s.fingerprint != "" {
		t.Errorf("with files:\n%s", s.banner)
	}
}

func TestContradictoryTLSFlagsAreRefused(t *testing.T) {
	for _, flags := range []string{
		"--tls on", "--tls-cert x", "--tls-key x", "--tls off --acme a.example.org", "--tls self --tls-cert x --tls-key y",
		"--acme a.example.org --tls-cert x --tls-key y", "--acme-email a@example.org", "--acme localhost",
		"--sts 30d", "--tls self --sts 30d", "--tls-cert x --tls-key y --sts soon",
	} {
		args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, strings.Fields(flags)...)
		if code := exitCode(run(t.Context(), args, nil, io.Discard, io.Discard), io.Discard); code != exitUsage {
			t.Errorf("%s: exit code %d", flags, code)
		}
	}
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--tls-cert", "/dev/null", "--tls-key", "/dev/null"}
	if code := exitCode(run(t.Context(), args, nil, io.Discard, io.Discard), io.Discard); runtime.GOOS != "windows" && code != exitData {
		t.Errorf("an unusable certificate: exit code %d", code)
	}
}

// openssl runs openssl s_client as the banner says, with more arguments and an
// input that ends when want has been heard; it returns what was heard.
func openssl(t *testing.T, at, input, want string, args ...string) (heard string, err error) {
	t.Helper()
	installed(t, "openssl")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "openssl", append([]string{"s_client", "-quiet", "-connect", at}, args...)...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	io.WriteString(stdin, input)
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		heard += lines.Text() + "\n"
		if strings.Contains(heard, want) {
			io.WriteString(stdin, "/quit\n")
		}
	}
	stdin.Close()
	err = cmd.Wait()
	return heard + complaints.String(), err
}

func TestOpenSSLJoins(t *testing.T) {
	s := serving(t, t.TempDir(), "--tls", "self")
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		heard, err := openssl(t, s.at, "/nick ada\nhello by "+version+"\n", "<ada> hello by "+version, version)
		if err != nil || !strings.Contains(heard, "hello by "+version) {
			t.Errorf("%s: %v\n%s", version, err, heard)
		}
	}
	if heard, err := openssl(t, s.at, "hello\n", "hello", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"); err == nil || !strings.Contains(heard, "alert protocol version") {
		t.Errorf("TLS 1.1: %v\n%s", err, heard)
	}
	ca := filepath.Join(s.data, "tls", "cert.pem")
	if heard, err := openssl(t, s.at, "verified\n", "> verified", "-CAfile", ca, "-verify_return_error", "-verify_hostname", "localhost"); err != nil || !strings.Contains(heard, "> verified") {
		t.Errorf("as a certificate that is trusted: %v\n%s", err, heard)
	}
	out, err := exec.Command("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", ca).Output()
	if _, shown, _ := strings.Cut(strings.TrimSpace(string(out)), "="); err != nil || "SHA256:"+shown != s.fingerprint {
		t.Errorf("openssl says %q, %v; the server %s", out, err, s.fingerprint)
	}
}

func TestScannerFindsNoWeakness(t *testing.T) {
	installed(t, "sslscan")
	s := serving(t, t.TempDir(), "--tls", "self")
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "sslscan", "--no-colour", s.at).CombinedOutput()
	report := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{
		"SSLv2 disabled", "SSLv3 disabled", "TLSv1.0 disabled", "TLSv1.1 disabled", "TLSv1.2 enabled", "TLSv1.3 enabled",
		"Session renegotiation not supported", "TLSv1.2 not vulnerable to heartbleed", "ECC Curve Name: prime256v1",
	} {
		if err != nil || !strings.Contains(report, want) {
			t.Fatalf("%q is not in its report, %v:\n%s", want, err, out)
		}
	}
	ciphers := 0
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "Accepted") && !strings.HasPrefix(line, "Preferred") {
			continue
		}
		if ciphers++; !strings.Contains(line, "GCM") && !strings.Contains(line, "POLY1305") {
			t.Errorf("a weak cipher: %s", line)
		}
	}
	if ciphers < 6 {
		t.Errorf("only %d ciphers:\n%s", ciphers, out)
	}
}

func TestSelfSignedOutlivesTheServer(t *testing.T) {
	data := t.TempDir()
	var before string
	t.Run("first", func(t *testing.T) { before = serving(t, data, "--tls", "self").fingerprint })
	if after := serving(t, data, "--tls", "self").fingerprint; after != before || after == "" {
		t.Errorf("it was %s and is %s", before, after)
	}
}

// home gives the test a user's directories of its own.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "AppData", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	config, err := os.UserConfigDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(config, "hubbub", "known_servers")
}
