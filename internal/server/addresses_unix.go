//go:build !windows

package server

import (
	"errors"
	"syscall"
)

// bindErrorKind knows the errors of bind(2); nil is any other.
func bindErrorKind(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return ErrAddressInUse
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return ErrAddressForbidden
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return ErrAddressUnavailable
	}
	return nil
}

func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
