package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"

	"golang.org/x/term"

	"hubbub/client"
	"hubbub/internal/auth"
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
func (f *joinFlags) prove(ctx context.Context, stderr io.Writer) error {
	l := &f.login
	l.token = os.Getenv("HUBBUB_TOKEN")
	if l.token == "" && f.user == "" {
		return nil
	}
	if l.token != "" && !auth.IsToken(l.token) { // a guest's, which servers take anywhere
		return nil
	}
	if err := f.mayTell(ctx); err != nil || l.token != "" {
		return err
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

// mayTell says why no password or token is sent to the server, or nil: others could read
// it on the way. No server takes one then, but it would find that out too late.
func (f *joinFlags) mayTell(ctx context.Context) error {
	network, address, err := client.ParseAddress(f.address)
	if err != nil || network != "tcp" && network != "http" {
		return err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil && network == "tcp" {
		return nil // so there will be no connection either, which says why
	}
	elsewhere := func(a netip.Addr) bool { return !a.Unmap().IsLoopback() }
	if err != nil || slices.ContainsFunc(addrs, elsewhere) {
		return fmt.Errorf("on the way to %s others could read your password or token, so it is not sent: write tls:// (or https://) before the address", address)
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

// keep keeps a token for the next time, and for whatever client comes next: a code is
// good for one login. It is no misfortune if that fails: the password is asked for
// again. The keyring may take its time, for which nobody who talks has to wait: see
// settled. A client calls it, and nobody else uses the login while one runs.
func (l *login) keep(token string) {
	l.token, l.password, l.code = token, "", ""
	l.kept = l.credential.keep(token) == nil
	if l.kept && l.credential.ring != nil {
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
