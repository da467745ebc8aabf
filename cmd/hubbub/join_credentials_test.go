package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/zalando/go-keyring"

	"hubbub/client"
)

// fakeRing is a keyring, which does not answer as long as locked is open.
type fakeRing struct {
	locked chan struct{} // nil is not locked
	err    error

	mu      sync.Mutex // guards secrets: what was given up comes late
	secrets map[string]string
}

func (r *fakeRing) wait() error {
	if r.locked != nil {
		<-r.locked
	}
	return r.err
}

func (r *fakeRing) Set(service, name, secret string) error {
	if err := r.wait(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets[service+" "+name] = secret
	return nil
}

func (r *fakeRing) Get(service, name string) (string, error) {
	if err := r.wait(); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if secret, ok := r.secrets[service+" "+name]; ok {
		return secret, nil
	}
	return "", keyring.ErrNotFound
}

func (r *fakeRing) Delete(service, name string) error {
	if err := r.wait(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.secrets, service+" "+name)
	return nil
}

// credentialIn returns a credential that is kept in a directory of the test's.
func credentialIn(t *testing.T, r ring) *credential {
	return &credential{file: filepath.Join(t.TempDir(), "tokens", "host_ada"), name: "ada@host:7007", ring: r}
}

func TestTokenIsInTheKeyringOrElseInAFile(t *testing.T) {
	for _, c := range []struct {
		name   string
		ring   ring
		inFile string
	}{
		{"keyring", &fakeRing{secrets: map[string]string{}}, "keyring ada@host:7007\n"},
		{"broken", &fakeRing{err: errors.New("broken")}, "hub_secret\n"},
		{"none", nil, "hub_secret\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cred := credentialIn(t, c.ring)
			if token, err := cred.read(); token != "" || err != nil {
				t.Errorf("before: %q, %v", token, err)
			}
			if err := cred.keep("hub_secret"); err != nil {
				t.Fatal(err)
			}
			if err := cred.move("hub_secret"); (err == nil) != (c.name == "keyring") {
				t.Errorf("moved: %v", err)
			}
			if data, err := os.ReadFile(cred.file); err != nil || string(data) != c.inFile {
				t.Errorf("the file has %q, %v", data, err)
			}
			if token, err := cred.read(); token != "hub_secret" || err != nil {
				t.Errorf("read %q, %v", token, err)
			}
			if err := cred.forget(); err != nil {
				t.Error(err)
			}
			if token, err := cred.read(); token != "" || err != nil {
				t.Errorf("after: %q, %v", token, err)
			}
			if r, ok := c.ring.(*fakeRing); ok && len(r.secrets) > 0 {
				t.Errorf("left in the keyring: %v", r.secrets)
			}
		})
	}
}

func TestALockedKeyringIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &fakeRing{secrets: map[string]string{}, locked: make(chan struct{})}
		defer close(r.locked)
		cred := credentialIn(t, r)
		if err := cred.keep("hub_secret"); err != nil {
			t.Fatal(err)
		}
		if err := cred.move("hub_secret"); !errors.Is(err, errSilent) {
			t.Errorf("moved: %v", err)
		}
		if token, err := cred.read(); token != "hub_secret" || err != nil {
			t.Errorf("from the file: %q, %v", token, err)
		}
		if err := os.WriteFile(cred.file, []byte("keyring ada@host:7007\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if token, err := cred.read(); token != "" || !errors.Is(err, errSilent) || !strings.Contains(err.Error(), "HUBBUB_KEYRING=off") {
			t.Errorf("from the keyring: %q, %v", token, err)
		}
		if err := cred.forget(); !errors.Is(err, errSilent) {
			t.Errorf("forgotten: %v", err)
		}
		if _, err := os.Stat(cred.file); err != nil {
			t.Errorf("nobody knows any more what is in the keyring: %v", err)
		}
	})
}

// What is kept under a name is taken for nobody else's.
func TestTokensOfDifferentPeopleAndServersAreKeptApart(t *testing.T) {
	seen := map[string]string{}
	for _, s := range []string{"ada", "ądą", "ęlę", "żółw.pl:7007", "łódź.pl:7007", "unix:/run/a_b", "unix:/run/a/b", "chat.example.org:7007", "[::1]:7007"} {
		name := fileName(s)
		if other, taken := seen[name]; taken || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" {
			t.Errorf("%q is kept as %q, as is %q", s, name, other)
		}
		seen[name] = s
	}
	if name := fileName("chat.example.org:7007"); name != "chat.example.org_7007" { // as it has been so far
		t.Errorf("a usual address is kept as %q", name)
	}
}

func TestSecretsAreToldOnlyWhereNobodyListensIn(t *testing.T) {
	for address, may := range map[string]bool{
		"": true, "127.0.0.1": true, "[::1]:7007": true, "unix:/run/hubbub": true, "http://127.0.0.1": true,
		"tls://192.0.2.1": true, "https://192.0.2.1": true, "192.0.2.1": false, "[2001:db8::1]:7007": false, "http://192.0.2.1": false,
	} {
		t.Run(address, func(t *testing.T) {
			for _, secret := range []struct {
				user, token string
				may         bool
			}{{"ada", "", may}, {"", "hub_" + strings.Repeat("a", 43), may}, {"", "what a guest is known by", true}, {"", "", true}} {
				t.Setenv("HUBBUB_TOKEN", secret.token)
				t.Setenv("HUBBUB_PASSWORD", "a good one for ada")
				t.Setenv("XDG_CONFIG_HOME", t.TempDir())
				f := &joinFlags{address: address, user: secret.user}
				if err := f.prove(t.Context(), io.Discard); (err == nil) != secret.may {
					t.Errorf("as %+v: %v", secret, err)
				}
			}
		})
	}
}

// A client that comes after another one logs in by the token that it got: the code that
// the password went with is used up.
func TestALoginIsGoodForTheNextClient(t *testing.T) {
	l := &login{user: "ada", password: "secret", code: "123456", credential: *credentialIn(t, nil)}
	var first, second client.Config
	l.configure(&first)
	first.KeepToken("hub_secret")
	l.configure(&second)
	if first.Code != "123456" || second.Token != "hub_secret" || second.User != "" || second.Password != "" {
		t.Errorf("the next client logs in as %+v", second)
	}
}

// What is refused may be a room or a person, and not the token.
func TestARefusedRoomCostsNobodyTheirToken(t *testing.T) {
	cred := credentialIn(t, nil)
	if err := cred.keep("hub_secret"); err != nil {
		t.Fatal(err)
	}
	f := &joinFlags{login: login{credential: *cred, kept: true}}
	no := &client.Refused{Code: "forbidden", Text: "not for you"}
	if err := f.explain(&client.Barred{Refused: no}); !strings.Contains(err.Error(), "not for you") {
		t.Errorf("explained as %v", err)
	}
	if token, _ := cred.read(); token != "hub_secret" {
		t.Error("the token is gone")
	}
	if err := f.explain(no); !strings.Contains(err.Error(), "has ended") {
		t.Errorf("explained as %v", err)
	}
	if token, _ := cred.read(); token != "" {
		t.Error("a token that counts no more is still there")
	}
}

func TestATokenIsMovedIntoTheKeyringBesideTheChat(t *testing.T) {
	r := &fakeRing{secrets: map[string]string{}, locked: make(chan struct{})}
	l := &login{credential: *credentialIn(t, r)}
	l.keep("hub_secret") // returns although nobody unlocks it
	close(r.locked)
	l.settled()
	if len(r.secrets) != 1 {
		t.Errorf("the keyring has %v", r.secrets)
	}
	if token, err := l.credential.read(); token != "hub_secret" || err != nil {
		t.Errorf("%q, %v", token, err)
	}
}

func TestATokenThatIsRefusedIsForgottenInAnyCase(t *testing.T) {
	r := &fakeRing{err: errors.New("broken")}
	l := &login{credential: *credentialIn(t, r), kept: true}
	if err := l.credential.keep(inKeyring + "ada@host:7007"); err != nil {
		t.Fatal(err)
	}
	if !l.expired(&client.Refused{Code: "forbidden"}) || l.expired(&client.Refused{Code: "full"}) {
		t.Error("it is told apart wrongly")
	}
	if _, err := os.Stat(l.credential.file); !os.IsNotExist(err) {
		t.Errorf("it is kept: %v", err)
	}
}

func TestLogoutNeedsTheKeyringThatHasTheToken(t *testing.T) {
	home(t)
	t.Setenv("HUBBUB_KEYRING", "off")
	cred := credentialOf("ada", "127.0.0.1:1")
	if err := cred.keep(inKeyring + cred.name); err != nil {
		t.Fatal(err)
	}
	if _, _, err := pipe(t, "", "--logout", "127.0.0.1:1"); !errors.Is(err, errNoRing) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(cred.file); err != nil {
		t.Errorf("nobody knows any more what is in the keyring: %v", err)
	}
}

func TestKeyringIsRefusedByTheEnvironment(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	t.Setenv("HUBBUB_KEYRING", "off")
	if systemRing() != nil {
		t.Error("there is one")
	}
	t.Setenv("HUBBUB_KEYRING", "")
	if systemRing() == nil {
		t.Error("there is none, although nothing is against it")
	}
}

func TestTokenThatOthersCanReadIsNotUsed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files there have no modes")
	}
	cred := credentialIn(t, nil)
	if err := cred.keep("hub_secret"); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(cred.file, mode); err != nil {
			t.Fatal(err)
		}
		token, err := cred.read()
		if token != "" || !errors.Is(err, errExposed) || !strings.Contains(err.Error(), "chmod 600 "+cred.file) {
			t.Errorf("%v: %q, %v", mode, token, err)
		}
	}
}

// registered makes a member of a server.
func registered(t *testing.T, address, name, password string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "/register %s\n%s\n%s\n/quit\n", name, password, password)
	var said strings.Builder
	if _, err := io.Copy(&said, c); err != nil || !strings.Contains(said.String(), "You are a member now") {
		t.Fatalf("%v, %s", err, &said)
	}
}

func TestLogoutEndsTheTokenHereAndThere(t *testing.T) {
	home(t)
	t.Setenv("HUBBUB_KEYRING", "off")
	address := running(t)
	registered(t, address, "ada", "open sesame street")
	t.Setenv("HUBBUB_PASSWORD", "open sesame street")
	if _, errs, err := pipe(t, "hello\n", "--user", "ada", address); err != nil {
		t.Fatalf("%v, %s", err, errs)
	}
	cred := credentialOf("ada", address)
	token, err := cred.read()
	if err != nil || token == "" {
		t.Fatalf("no token is kept: %v", err)
	}
	if _, errs, err := pipe(t, "", "--logout", address); err != nil || !strings.Contains(errs, "here and there") {
		t.Errorf("%v, %s", err, errs)
	}
	if left, err := cred.read(); left != "" || err != nil {
		t.Errorf("%q is left, %v", left, err)
	}
	t.Setenv("HUBBUB_TOKEN", token)
	if _, _, err := pipe(t, "hello\n", address); err == nil {
		t.Error("the token is still good")
	}
	if _, errs, err := pipe(t, "", "--logout", address); err != nil || !strings.Contains(errs, "nothing to forget") {
		t.Errorf("again: %v, %s", err, errs)
	}
}

func TestLogoutForgetsAlsoWhereTheServerIsGone(t *testing.T) {
	home(t)
	t.Setenv("HUBBUB_KEYRING", "off")
	cred := credentialOf("ada", "127.0.0.1:1")
	if err := cred.keep("hub_secret_of_sixteen"); err != nil {
		t.Fatal(err)
	}
	_, _, err := pipe(t, "", "--logout", "--user", "ada", "127.0.0.1:1")
	if err == nil || !strings.Contains(err.Error(), "may still take it") {
		t.Errorf("got %v", err)
	}
	if left, err := cred.read(); left != "" || err != nil {
		t.Errorf("%q is left, %v", left, err)
	}
}
