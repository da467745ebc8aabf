package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"hubbub/internal/certs"
	"hubbub/internal/prompt"
	"hubbub/internal/server"
	"hubbub/internal/store"
)

// The exit codes. Those above 2 are from sysexits.h, so that a supervisor can
// tell what a restart would help.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitData        = 65 // the database is damaged, foreign, or a newer program's; a certificate is unusable
	exitUnavailable = 69 // an address or the data directory is in use
	exitIO          = 74 // the disk is full or has failed
	exitPermission  = 77 // an address or the data directory may not be used
)

var (
	errUsage = errors.New("usage")
	errShown = fmt.Errorf("%w", errUsage) // the flag package has said what is wrong
)

// exitCode says what went wrong and returns the code to exit with.
func exitCode(err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, context.Canceled) {
		return exitOK
	}
	if err != errUsage {
		fmt.Fprintln(stderr, "hubbub:", prompt.Plain(message(err))) // some of it may be a server's words
	}
	if _, ok := errors.AsType[*notRunning](err); ok {
		return exitUnavailable
	}
	for _, c := range [...]struct {
		is   error
		code int
	}{
		{errUsage, exitUsage},
		{store.ErrInUse, exitUnavailable},
		{store.ErrDamaged, exitData},
		{store.ErrForeign, exitData},
		{store.ErrNewer, exitData},
		{store.ErrNotWritable, exitPermission},
		{store.ErrFull, exitIO},
		{store.ErrMissing, exitUsage},
		{store.ErrExists, exitUsage},
		{store.ErrBroken, exitIO},
		{certs.ErrUnusable, exitData},
		{server.ErrAddressInUse, exitUnavailable},
		{server.ErrAddressForbidden, exitPermission},
		{server.ErrAddressUnavailable, exitUsage},
		{server.ErrAddressSyntax, exitUsage},
		{fs.ErrPermission, exitPermission},
	} {
		if errors.Is(err, c.is) {
			return c.code
		}
	}
	return exitFailed
}

// message returns the error as a person reads it.
func message(err error) string {
	text := err.Error()
	if errors.Is(err, errUsage) && len(text) > len("usage: ") && text[:7] == "usage: " {
		return text[7:]
	}
	return text
}
