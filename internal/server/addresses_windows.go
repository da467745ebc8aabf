package server

import (
	"errors"

	"golang.org/x/sys/windows"
)

// bindErrorKind knows the errors of Winsock's bind; nil is any other.
func bindErrorKind(err error) error {
	switch {
	case errors.Is(err, windows.WSAEADDRINUSE):
		return ErrAddressInUse
	case errors.Is(err, windows.WSAEACCES):
		return ErrAddressForbidden
	case errors.Is(err, windows.WSAEADDRNOTAVAIL):
		return ErrAddressUnavailable
	}
	return nil
}

func isRefused(err error) bool { return errors.Is(err, windows.WSAECONNREFUSED) }
