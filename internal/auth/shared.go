package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"strings"
	"sync/atomic"

	"hubbub/internal/chat"
)

// Shared is a password of the server's configuration: given as it is, or as the
// hash that [Hasher.Hash] makes. It is safe for concurrent use.
type Shared struct {
	hash string // empty for one that was given as it is
	key  []byte // of the digests; drawn by chance

	// digest is of the password, once it is known: so that of a thousand people
	// who come back with the same one, a thousand need not wait for their turns.
	digest atomic.Pointer[[sha256.Size]byte]
}

// NewShared returns a password of the configuration. What begins like a hash has
// to be one.
func NewShared(s string) (*Shared, error) {
	p := &Shared{key: random(sha256.Size)}
	if strings.HasPrefix(s, "$argon2") {
		if _, ok := parsePHC(s); !ok {
			return nil, errors.New("that begins like a hash of argon2id and is none, or one that takes too much; hubbub hash-password makes one")
		}
		p.hash = s
		return p, nil
	}
	prepared, err := prepare(s)
	if err != nil {
		return nil, errors.New(err.Text)
	}
	p.know(prepared)
	return p, nil
}

// Hashed reports whether the password was given as a hash, and not as it is.
func (p *Shared) Hashed() bool { return p.hash != "" }

func (p *Shared) know(prepared string) {
	sum := hmacOf(p.key, prepared)
	p.digest.Store(&sum)
}

// Shared reports whether a password is the one of the configuration. It fails
// as [Hasher.Verify] does.
func (h *Hasher) Shared(ctx context.Context, p *Shared, password string) (bool, *chat.Error) {
	prepared, err := prepare(password)
	if err != nil {
		return false, nil
	}
	sum := hmacOf(p.key, prepared)
	if known := p.digest.Load(); known != nil {
		return hmac.Equal(sum[:], known[:]), nil
	}
	ok, _, err := h.Verify(ctx, p.hash, password)
	if ok {
		p.know(prepared)
	}
	return ok, err
}
