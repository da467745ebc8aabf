package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"hubbub/internal/auth"
)

// hashPassword prints the hash of a password for the server's configuration.
func hashPassword(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("hash-password", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "hubbub hash-password asks for a password, or reads it from a pipe, and prints what\n--password and --oper of hubbub serve take in its place.\n")
	}
	done, err := parse(flags, args, stdout, stderr)
	if done || err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: hash-password takes no arguments: a password there can be read by everybody on this machine", errUsage)
	}
	password, err := askPassword(stdin, stderr)
	if err != nil {
		return err
	}
	hash, refused := auth.NewHasher(auth.DefaultParams()).Hash(ctx, password)
	if refused != nil {
		return refused
	}
	_, err = fmt.Fprintln(stdout, hash)
	return err
}
