package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"hubbub/client"
)

// logoutTime is how long a server may take to drop a token.
const logoutTime = 15 * time.Second

// forget forgets the tokens that are kept for a server, first on the server, so
// that they are worth nothing any more, then here.
func (f *joinFlags) forget(ctx context.Context, stderr io.Writer) error {
	kept := credentialsAt(f.where())
	if f.user != "" {
		c := credentialOf(f.user, f.where())
		if _, err := os.Lstat(c.file); err != nil {
			kept = nil
		} else {
			kept = []credential{c}
		}
	}
	if len(kept) == 0 {
		whose := "No token"
		if f.user != "" {
			whose = "No token of " + f.user
		}
		fmt.Fprintf(stderr, "%s is kept for %s: there is nothing to forget.\n", whose, f.where())
		return nil
	}
	var all []error
	for _, c := range kept {
		all = append(all, f.forgetOne(ctx, &c, stderr))
	}
	return errors.Join(all...)
}

func (f *joinFlags) forgetOne(ctx context.Context, c *credential, stderr io.Writer) error {
	token, err := c.read()
	if errors.Is(err, errExposed) { // the more reason to end it
		err = os.Chmod(c.file, 0o600)
		if err == nil {
			token, err = c.read()
		}
	}
	if errors.Is(err, errNoRing) || errors.Is(err, errSilent) {
		return err // without it the token can be ended neither here nor there
	}
	if err == nil && token != "" {
		err = f.mayTell(ctx)
	}
	if err == nil && token != "" {
		err = f.drop(ctx, token)
	}
	if gone := c.forget(); gone != nil {
		return fmt.Errorf("the token can't be removed from this machine: %w", errors.Join(gone, err))
	}
	if err != nil {
		return fmt.Errorf("the token is gone from this machine, but %s may still take it: %w; log in there, and /token lists what to drop", f.where(), err)
	}
	fmt.Fprintf(stderr, "Logged out of %s: the token is gone, here and there.\n", f.where())
	return nil
}

// drop has the server forget a token.
func (f *joinFlags) drop(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(ctx, logoutTime)
	defer cancel()
	cfg := f.config()
	cfg.Token = token
	c := client.New(cfg)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, func(client.Update) {}) }()
	_, err := c.Send(ctx, "/token drop this")
	cancel()
	run := <-ended
	no, refused := errors.AsType[*client.Refused](err)
	if n, ok := errors.AsType[*client.Refused](run); ok {
		no, refused = n, true
	}
	switch {
	case err == nil, refused && no.Code == "forbidden": // it is worth nothing there as it is
		return nil
	case refused:
		return no
	case run != nil && !errors.Is(run, context.Canceled):
		return f.explain(run)
	}
	return err
}
