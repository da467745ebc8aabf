package auth_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
)

// Made with ssh-keygen -t ed25519, and what ssh-keygen -l says of it.
const (
	edLine        = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIOF/9nxwM/zfzYE8Gr3/CbsUCndOEeVK47HYDoSNqMY otter@raft"
	edFingerprint = "SHA256:XlQnovNU6CORBB799k2q0Ei+GajzbJzCX8Aq7oMymnk"
)

func sshKey(t testing.TB, public any) ssh.PublicKey {
	t.Helper()
	k, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// lineOf returns a key as in a .pub file, without a comment.
func lineOf(k ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k)))
}

// rsaKey has a modulus of that many bits, which nobody has factors of.
func rsaKey(t testing.TB, bits int) ssh.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	return sshKey(t, &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537})
}

func TestSSHKeyIsReadAsSSHKeygenWritesIt(t *testing.T) {
	for _, line := range []string{edLine, edLine + "\n", "  " + edLine + "\r\n"} {
		k, err := auth.ParsePublicKey(line)
		if err != nil {
			t.Fatal(err)
		}
		wire, _ := base64.StdEncoding.DecodeString(strings.Fields(edLine)[1])
		want := auth.PublicKey{Type: "ssh-ed25519", Comment: "otter@raft", Fingerprint: edFingerprint, Key: sha256.Sum256(wire)}
		if k != want {
			t.Errorf("read as %+v, want %+v", k, want)
		}
	}
}

func TestKeysOfEverydayTypesAreAccepted(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		private, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if _, refused := auth.ParsePublicKey(lineOf(sshKey(t, &private.PublicKey))); refused != nil {
			t.Errorf("%s: %v", curve.Params().Name, refused)
		}
	}
	for bits, ok := range map[int]bool{1024: false, 2047: false, 2048: true, 4096: true, 8192: true, 8193: false} {
		_, err := auth.ParsePublicKey(lineOf(rsaKey(t, bits)))
		if (err == nil) != ok || err != nil && !strings.Contains(err.Text, "bits") {
			t.Errorf("RSA of %d bits: %v", bits, err)
		}
	}
}

// certificate returns one for the key of edLine; its signature is not looked at.
func certificate(t testing.TB) ssh.PublicKey {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	c := &ssh.Certificate{Key: sshKey(t, public), CertType: ssh.UserCert, ValidPrincipals: []string{"otter"}}
	if err := c.SignCert(rand.Reader, signer); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsNoPlainPublicKeyIsRefusedWithReasons(t *testing.T) {
	for _, c := range []struct{ line, why string }{
		{"", ".pub"},
		{"# " + edLine, ".pub"},
		{"ssh-ed25519", ".pub"},
		{"ssh-ed25519 AAAA", ".pub"},
		{edLine[:len("ssh-ed25519 ")+30], ".pub"},
		{strings.Replace(edLine, "ssh-ed25519", "ssh-rsa", 1), ".pub"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----", "private"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "one line"},
		{"no-pty " + edLine, "Options"},
		{`command="rm -rf /",no-pty ` + edLine, "Options"},
		{edLine + "\n" + edLine, "one line"},
		{"rubbish\n" + edLine, "one line"},
		{"rubbish\r" + edLine, "one line"},
		{edLine + strings.Repeat("x", 5000), "too long"},
		{"ssh-dss AAAAB3NzaC1kc3M= otter", "DSA"},
		{lineOf(certificate(t)), "certificate"},
	} {
		if k, err := auth.ParsePublicKey(c.line); err == nil || err.Code != chat.Invalid || !strings.Contains(err.Text, c.why) || k != (auth.PublicKey{}) {
			t.Errorf("%.40q: %v, %v, want a word of %q", c.line, k, err, c.why)
		}
	}
}

func TestKeyThatAPeerOffersIsTheKeyInItsFile(t *testing.T) {
	offered, _, _, _, err := ssh.ParseAuthorizedKey([]byte(edLine))
	if err != nil {
		t.Fatal(err)
	}
	a, refused := auth.NewPublicKey(offered, "")
	b, _ := auth.ParsePublicKey(edLine)
	if refused != nil || a.Key != b.Key || a.Fingerprint != b.Fingerprint {
		t.Errorf("offered %+v, in the file %+v, %v", a, b, refused)
	}
	if _, refused := auth.NewPublicKey(rsaKey(t, 1024), ""); refused == nil {
		t.Error("a short RSA key passes when it is offered")
	}
}

func TestCommentsAreHarmlessAndShort(t *testing.T) {
	base := strings.Join(strings.Fields(edLine)[:2], " ")
	for comment, want := range map[string]string{
		"":                          "",
		"my  laptop":                "my  laptop",
		"\x1b[31mred\x1b[0m\a":      "red",
		"\xff\xfe":                  "?",
		"\u202eotter":               "otter",
		strings.Repeat("bóbr", 200): strings.Repeat("bóbr", 25),
	} {
		if k, err := auth.ParsePublicKey(base + " " + comment); err != nil || k.Comment != want {
			t.Errorf("%.20q is kept as %q, %v", comment, k.Comment, err)
		}
	}
}

func FuzzPublicKey(f *testing.F) {
	f.Add(edLine)
	f.Add(lineOf(rsaKey(f, 2048)))
	f.Add(lineOf(certificate(f)))
	f.Add(`from="a b" ` + edLine)
	f.Fuzz(func(t *testing.T, line string) {
		k, err := auth.ParsePublicKey(line)
		if err != nil {
			return
		}
		if k.Key.IsZero() || "SHA256:"+base64.RawStdEncoding.EncodeToString(k.Key[:]) != k.Fingerprint {
			t.Errorf("%q: key %x, fingerprint %s", line, k.Key, k.Fingerprint)
		}
		if c := k.Comment; c != chat.CleanLine(c) || !utf8.ValidString(c) || utf8.RuneCountInString(c) > 100 {
			t.Errorf("%q: comment %q", line, c)
		}
		if again, err := auth.ParsePublicKey(strings.Join(strings.Fields(line)[:2], " ")); err != nil || again.Key != k.Key {
			t.Errorf("%q: without its comment %+v, %v", line, again, err)
		}
	})
}
