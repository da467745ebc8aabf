package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"hubbub/internal/chat"
)

// credential is where a member's token for one server is kept: in this system's
// keyring if there is one, otherwise in a file that only its owner can read. The
// file is there in either case. If the keyring has the token, it says under which
// name, so that nobody asks the keyring for what it never had.
type credential struct {
	file string // empty if there is no place for it
	name string // in the keyring: USER@HOST:PORT
	ring ring   // nil for none
}

// ring is a keyring. Its methods may wait for a person, or for ever.
type ring interface {
	Set(service, name, secret string) error
	Get(service, name string) (string, error)
	Delete(service, name string) error
}

// service is what our entries in a keyring are for.
const service = "hubbub"

// inKeyring is what a file begins with whose token is in the keyring.
const inKeyring = "keyring "

// ringTime is how long a keyring may take. A locked one asks a person to unlock
// it, who may not see that.
const ringTime = 10 * time.Second

// maxToken is how many bytes of a file are read.
const maxToken = 4096

var (
	errExposed = errors.New("others can read it")
	errNoRing  = errors.New("the token is in the keyring, which is not there, or not to be used (HUBBUB_KEYRING)")
	errSilent  = fmt.Errorf("the keyring does not answer within %v; is it locked? HUBBUB_KEYRING=off does without", ringTime)
)

// credentialOf returns where the token of a member is kept.
func credentialOf(user, where string) credential {
	c := credential{name: user + "@" + where, ring: systemRing()}
	if dir := tokenDir(); dir != "" {
		c.file = filepath.Join(dir, fileName(where)+"_"+fileName(user))
	}
	return c
}

// credentialsAt returns where tokens for a server are kept, of all members that
// have logged in from here.
func credentialsAt(where string) (all []credential) {
	entries, _ := os.ReadDir(tokenDir()) // none, if that is ""
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), fileName(where)+"_") {
			all = append(all, credential{file: filepath.Join(tokenDir(), e.Name()), ring: systemRing()})
		}
	}
	return all
}

// tokenDir returns the directory of tokens, or "".
func tokenDir() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "hubbub", "tokens")
}

// fileName makes a file's name of what somebody typed: the same for nothing else, so
// that nobody's token is taken for another's. What can't be in a name is left out, and
// a digest tells names apart that differ in it; but an address's usual signs need none.
func fileName(s string) string {
	same := true
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		case r != ':' && r != '[' && r != ']' && r != '_':
			same = false
		}
		return '_'
	}, s)
	if !same {
		digest := sha256.Sum256([]byte(s))
		name += "-" + hex.EncodeToString(digest[:8])
	}
	return name
}

// systemRing returns the keyring of this system, nil if there is none or it is
// not wanted. On systems with D-Bus there can be one only where its session is:
// otherwise a bus would be started just to be asked.
func systemRing() ring {
	switch {
	case os.Getenv("HUBBUB_KEYRING") == "off":
		return nil
	case runtime.GOOS != "darwin" && runtime.GOOS != "windows" && os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "":
		return nil
	}
	return systemKeyring{}
}

// systemKeyring is the [ring] of this system.
type systemKeyring struct{}

func (systemKeyring) Set(service, name, secret string) error {
	return keyring.Set(service, name, secret)
}
func (systemKeyring) Get(service, name string) (string, error) { return keyring.Get(service, name) }
func (systemKeyring) Delete(service, name string) error        { return keyring.Delete(service, name) }

// read returns the token, "" if none is kept. [errExposed] is for one that others
// can read.
func (c *credential) read() (token string, err error) {
	data, err := readPrivate(c.file)
	if err != nil || data == "" {
		return "", err
	}
	name, ok := strings.CutPrefix(data, inKeyring)
	if !ok {
		return data, nil
	}
	if c.ring == nil {
		return "", errNoRing
	}
	token, err = bounded(func() (string, error) { return c.ring.Get(service, name) })
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return "", nil
	case errors.Is(err, errSilent):
		return "", err
	case err != nil:
		return "", fmt.Errorf("the keyring does not give the token of %s: %w", chat.CleanText(name), err)
	}
	return token, nil
}

// readPrivate reads a line from a file that nobody else may read.
func readPrivate(file string) (string, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("the token that is kept can't be read: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 { // there the directory is its owner's
		return "", fmt.Errorf("the token in %s is not used, since %w: make it yours alone with chmod 600 %[1]s; if they may have read it, remove it with hubbub join --logout, which also ends it on the server", file, errExposed)
	}
	data := make([]byte, maxToken)
	n, err := f.Read(data)
	if n == 0 && err != nil {
		return "", nil // it is empty
	}
	return strings.TrimSpace(string(data[:n])), nil
}

// keep keeps a token in the file.
func (c *credential) keep(token string) error {
	if c.file == "" {
		return errors.New("there is no home directory to keep a token in")
	}
	return writeAtomically(c.file, []byte(token+"\n"))
}

// move moves a token that is kept into the keyring, if there is one that takes it.
func (c *credential) move(token string) error {
	if c.ring == nil {
		return errNoRing
	}
	if _, err := bounded(func() (string, error) { return "", c.ring.Set(service, c.name, token) }); err != nil {
		return err
	}
	return c.keep(inKeyring + c.name)
}

// forget forgets the token. If the keyring does not, the file stays, so that it
// can be tried again.
func (c *credential) forget() error {
	data, err := os.ReadFile(c.file)
	if err != nil {
		return err
	}
	if name, ok := strings.CutPrefix(strings.TrimSpace(string(data)), inKeyring); ok {
		if c.ring == nil {
			return errNoRing
		}
		_, err := bounded(func() (string, error) { return "", c.ring.Delete(service, name) })
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return err
		}
	}
	return os.Remove(c.file)
}

// bounded does something that may take for ever, and waits for so long as it
// seems worth. Past that its goroutine is left to itself, the only one that
// nobody waits for: a keyring can't be interrupted, and the process is short.
func bounded(do func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1) // so that a late one can end
	go func() {
		text, err := do()
		done <- result{text, err}
	}()
	timer := time.NewTimer(ringTime)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.text, r.err
	case <-timer.C:
		return "", errSilent
	}
}
