//go:build unix

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hubbub/internal/prompt"
)

// printedSSH is how hubbub serve tells of SSH.
var printedSSH = regexp.MustCompile(`ssh -p (\d+) NICK@HOST; the server's key is (SHA256:\S+)`)

// shell is somebody with OpenSSH.
type shell struct {
	t          *testing.T
	home, port string
}

// newShell returns somebody who has OpenSSH and nothing in its configuration, for a
// server that has printed banner.
func newShell(t *testing.T, banner string) *shell {
	t.Helper()
	installed(t, "ssh", "ssh-keygen")
	match := printedSSH.FindStringSubmatch(banner)
	if match == nil {
		t.Fatalf("nothing of SSH in\n%s", banner)
	}
	return &shell{t: t, home: t.TempDir(), port: match[1]}
}

// arguments are what ssh is given before the command.
func (s *shell) arguments(user string) []string {
	return []string{
		"-F", "none", "-p", s.port, "-o", "StrictHostKeyChecking=accept-new", "-o", "UserKnownHostsFile=" + filepath.Join(s.home, "known"),
		"-o", "IdentitiesOnly=yes", "-o", "IdentityFile=" + filepath.Join(s.home, "key"), "-o", "LogLevel=ERROR", user + "@127.0.0.1",
	}
}

// ssh runs ssh as a user with an input, and returns what comes out.
func (s *shell) ssh(user, input string, command ...string) (out, errs string, status int) {
	s.t.Helper()
	c := exec.CommandContext(s.t.Context(), "ssh", append(s.arguments(user), command...)...)
	var stdout, stderr bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &stdout, &stderr
	if err := c.Run(); err != nil && c.ProcessState == nil {
		s.t.Fatal(err)
	}
	return stdout.String(), stderr.String(), c.ProcessState.ExitCode()
}

// wants runs ssh, and checks what comes out, and with what status.
func (s *shell) wants(status int, out, errs, user, input string, command ...string) {
	s.t.Helper()
	gotOut, gotErrs, got := s.ssh(user, input, command...)
	if got != status || !strings.Contains(gotOut, out) || !strings.Contains(gotErrs, errs) || errs == "" && gotErrs != "" {
		s.t.Errorf("%s %q: status %d\n%s\n%s", user, command, got, gotOut, gotErrs)
	}
}

// key makes a key.
func (s *shell) key() (public string) {
	s.t.Helper()
	path := filepath.Join(s.home, "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "laptop", "-f", path).CombinedOutput(); err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
	line, err := os.ReadFile(path + ".pub")
	if err != nil {
		s.t.Fatal(err)
	}
	return string(line)
}

func TestOpenSSHTalks(t *testing.T) {
	home(t)
	s := newShell(t, serving(t, t.TempDir()).banner)
	s.wants(0, "Welcome to hubbub. You are zoe;", "", "zoe", "hello\n")
	s.wants(0, "<zoe> again\n", "", "tea+zoe", "again\n") // into #tea
	s.wants(0, "", "", "zoe", "", "say", "'#tea'", "one", "more")
	s.wants(0, "<zoe> again\n", "", "bob", "", "tail", "-n", "2", "tea")
	s.wants(0, "<zoe> one more\n", "", "bob", "", "tail", "tea")
	s.wants(0, `"type":"ack"`, "", "bob", "a\nb\n", "say", "--json", "tea")
	s.wants(1, "", "no room #nowhere", "bob", "", "tail", "nowhere")
	s.wants(2, "", "no command", "bob", "", "reboot")
	s.wants(255, "", "subsystem request failed", "bob", "", "-s", "sftp")

	public := s.key()
	s.wants(0, "You are a member now", "", "ada", "/register\n"+password+"\n"+password+"\n/key "+public)
	s.wants(0, "Welcome to hubbub, ada.", "", "whoever", "")
	s.wants(255, "", "stdio forwarding failed", "ada", "", "-W", "127.0.0.1:1")
}

func TestSSHKnowsTheServerAgain(t *testing.T) {
	installed(t, "ssh", "ssh-keygen")
	home(t)
	data := t.TempDir()
	var fingerprints []string
	t.Run("first start", func(t *testing.T) {
		banner := serving(t, data).banner
		s := newShell(t, banner)
		s.wants(0, "#lobby", "", "zoe", "", "rooms")
		out, err := exec.Command("ssh-keygen", "-l", "-f", filepath.Join(s.home, "known")).Output()
		if fingerprint := printedSSH.FindStringSubmatch(banner)[2]; err != nil || !strings.Contains(string(out), fingerprint) {
			t.Errorf("the server is %s, the client knows %s, %v", fingerprint, out, err)
		} else {
			fingerprints = append(fingerprints, fingerprint)
		}
		info, err := os.Stat(filepath.Join(data, "ssh-host.key"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the key's file: %v, %v", info, err)
		}
	})
	t.Run("second start", func(t *testing.T) {
		fingerprints = append(fingerprints, printedSSH.FindStringSubmatch(serving(t, data).banner)[2])
	})
	if len(fingerprints) != 2 || fingerprints[0] != fingerprints[1] {
		t.Errorf("%q", fingerprints)
	}
}

func TestSSHCanBeOff(t *testing.T) {
	home(t)
	data := t.TempDir()
	banner := serving(t, data, "--no-ssh").banner
	if strings.Contains(banner, "ssh") {
		t.Errorf("it tells of SSH:\n%s", banner)
	}
	if _, err := os.Stat(filepath.Join(data, "ssh-host.key")); !os.IsNotExist(err) {
		t.Errorf("there is a key: %v", err)
	}
	installed(t, "ssh")
	_, port, _ := net.SplitHostPort(regexp.MustCompile(`join (127\.0\.0\.1:\d+)`).FindStringSubmatch(banner)[1])
	s := &shell{t: t, home: t.TempDir(), port: port}
	s.wants(255, "", "SSH is not enabled on this chat server.", "zoe", "")
}

// What ssh-audit, which knows of every algorithm what is held against it, says.
func TestScannerFindsNothingWeakInSSH(t *testing.T) {
	home(t)
	installed(t, "ssh-audit")
	s := newShell(t, serving(t, t.TempDir()).banner)
	out, err := exec.CommandContext(t.Context(), "ssh-audit", "-n", "-p", s.port, "127.0.0.1").CombinedOutput()
	text := prompt.Plain(string(out))
	if !strings.Contains(text, "curve25519-sha256") || !strings.Contains(text, "ssh-ed25519") {
		t.Fatalf("%v\n%s", err, text)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "[fail]") || strings.Contains(line, "[warn]") && !strings.Contains(line, "unknown algorithm") {
			t.Error(line)
		}
	}
}
