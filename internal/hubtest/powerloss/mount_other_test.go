//go:build !linux

package powerloss

import (
	"errors"
	"testing"
)

func TestMountIsUnsupportedHere(t *testing.T) {
	if err := Available(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("available: %v, want an error that says it is unsupported", err)
	}
}
