package auth

import (
	"context"

	"golang.org/x/crypto/argon2"

	"hubbub/internal/chat"
)

// The bounds that tests go up to.
const (
	MaxWaiting = maxWaiting
	MaxEntries = maxEntries
)

// MaxHashing is how many hashes run at once here.
func MaxHashing() int { return hashing() }

// CommonPasswords returns the list of them.
func CommonPasswords() string { return common }

// OnCompute has f called before each hash that is computed.
func (h *Hasher) OnCompute(f func()) {
	h.compute = func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
		f()
		return argon2.IDKey(password, salt, time, memory, threads, keyLen)
	}
}

// ReadPHC reads a stored password and returns it as it would be written.
func ReadPHC(s string) (again string, p Params, ok bool) {
	parsed, ok := parsePHC(s)
	return parsed.String(), parsed.Params, ok
}

// TOTPAt returns the code of a step.
func TOTPAt(seed []byte, step uint64) string { return totp(seed, step) }

// Entries returns how many networks, accounts, queues and successes are
// remembered.
func (t *Throttle) Entries() (networks, accounts, queues, known int) {
	return len(t.networks.index), len(t.accounts.index), len(t.queues.index), len(t.known.index)
}

// ScramWith makes a verifier with a salt and rounds that are given.
func (h *Hasher) ScramWith(ctx context.Context, password string, rounds uint32, salt []byte) (*ScramVerifier, *chat.Error) {
	return h.scram(ctx, password, rounds, salt)
}

// ChallengeWith is Challenge without chance.
func (f ScramFirst) ChallengeWith(v *ScramVerifier, nonce string) *ScramChallenge {
	return f.challenge(v, nonce)
}

// NewSealer returns a sealer whose key is in no file.
func NewSealer() *Sealer { return newSealer(random(sealKeyLen)) }
