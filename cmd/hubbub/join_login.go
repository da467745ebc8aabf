package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"

	"hubbub/client"
)

// login is how somebody proves to be a member: by a token that an earlier login
// left or that the environment gives, or by a password.
type login struct {
	user, password, code string
	token                string
	credential           credential     // where the token is kept, or will be
	kept                 bool           // token is from there
	moving               sync.WaitGroup // tokens on their way into the keyring
}

// prove finds out what to log in with. A password is asked for on the terminal,
// whatever is piped in and out.
func (f *joinFlags) prove(stderr io.Writer) error {
	l := &f.login
	if l.token = os.Getenv("HUBBUB_TOKEN"); l.token != "" || f.user == "" {
		return nil
	}
	l.user, l.code = f.user, f.code
	l.credential = credentialOf(f.user, f.where())
	if f.code == "" {
		token, err := l.credential.read()
		switch {
		case errors.Is(err, errExposed):
			return err
		case err != nil:
			fmt.Fprintln(stderr, "hubbub:", err)
		case token != "":
			l.token, l.kept = token, true
			return nil
		}
	}
	if l.password = os.Getenv("HUBBUB_PASSWORD"); l.password != "" {
		return nil
	}
	var err error
	if l.password, err = typedPassword(fmt.Sprintf("The password of %s at %s: ", f.user, f.where()), stderr); err != nil {
		return fmt.Errorf("a password is needed to log in as %s: %w; without a terminal, give it as HUBBUB_PASSWORD, or a token as HUBBUB_TOKEN", f.user, err)
	}
	return nil
}

// typedPassword asks for a password on the terminal, where it is not shown.
func typedPassword(question string, stderr io.Writer) (string, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		if !term.IsTerminal(int(os.Stdin.Fd())) {
			return "", errors.New("there is no terminal to ask for it on")
		}
		tty = os.Stdin
	} else {
		defer tty.Close()
	}
	fmt.Fprint(stderr, question)
	b, err := term.ReadPassword(int(tty.Fd()))
	fmt.Fprintln(stderr)
	return string(b), err
}

// configure has a client log in.
func (l *login) configure(cfg *client.Config) {
	cfg.Token = l.token
	if l.user == "" || l.token != "" {
		return
	}
	cfg.User, cfg.Password, cfg.Code = l.user, l.password, l.code
	cfg.KeepToken = l.keep
}

// keep keeps a token for the next time. It is no misfortune if that fails: the
// password is asked for again. The keyring may take its time, for which nobody
// who talks has to wait: see settled.
func (l *login) keep(token string) {
	if l.credential.keep(token) == nil && l.credential.ring != nil {
		l.moving.Go(func() { _ = l.credential.move(token) })
	}
}

// settled waits until the keyring has the token, or won't.
func (l *login) settled() { l.moving.Wait() }

// expired reports whether the server has refused the token that was kept, and
// forgets it.
func (l *login) expired(no *client.Refused) bool {
	if !l.kept || no.Code != "forbidden" {
		return false
	}
	if l.credential.forget() != nil {
		os.Remove(l.credential.file) // or it would be tried for ever
	}
	return true
}
