package ssh

import (
	"golang.org/x/crypto/ssh"

	"hubbub/internal/gateway/line"
)

// Public returns the half of the key that clients know.
func (k *HostKey) Public() ssh.PublicKey { return k.signer.PublicKey() }

// Parse takes a command apart.
func Parse(command string) (line.Errand, error) { return parse(command) }

// Algorithms is what is offered.
var Algorithms = algorithms
