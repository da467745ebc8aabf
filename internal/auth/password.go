package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"hubbub/internal/chat"
)

// A hash is wide and expensive on purpose, so few run at once, and few wait.
const (
	maxHashing = 2
	maxWaiting = 64
)

// hashing returns how many hashes run at once. Half of the processors are left to
// those who are inside. On two processors, with two hashes at once, messages took
// three times as long meanwhile.
func hashing() int { return max(1, min(maxHashing, runtime.GOMAXPROCS(0)/2)) }

// Hasher hashes passwords with argon2id (RFC 9106) and verifies them. At most
// two hashes run at once (on two processors one) and at most 64 more wait, so that a crowd at the door
// takes neither the memory nor the processors away from those inside. That
// holds for one Hasher: a process makes only one. It is safe for concurrent
// use.
type Hasher struct {
	params  Params
	nobody  phc           // what VerifyNobody verifies against
	turns   chan struct{} // holds one for each hash that runs; never closed
	places  chan struct{} // holds one for each that runs or waits; never closed
	compute func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte
	hashes  atomic.Int64
}

// NewHasher returns a hasher that hashes with p. It panics if p is out of the
// bounds that [Params.Valid] checks.
func NewHasher(p Params) *Hasher {
	if !p.Valid() {
		panic("auth: parameters for argon2id out of bounds")
	}
	return &Hasher{
		params:  p,
		nobody:  phc{Params: p, salt: random(saltLen), hash: random(hashLen)},
		turns:   make(chan struct{}, hashing()),
		places:  make(chan struct{}, hashing()+maxWaiting),
		compute: argon2.IDKey,
	}
}

// Hash returns the hash of a password with a new salt, as text to be stored
// (see [Hasher.Verify]). The password is not judged: that is [CheckPassword]'s.
// It fails with [chat.Invalid] if the password can't be one at all, and with
// [chat.Unavailable] if too many are waiting, or ctx ends, before its turn.
func (h *Hasher) Hash(ctx context.Context, password string) (string, *chat.Error) {
	prepared, err := prepare(password)
	if err != nil {
		return "", err
	}
	p := phc{Params: h.params, salt: random(saltLen)}
	if p.hash, err = h.argon2(ctx, prepared, p, hashLen); err != nil {
		return "", err
	}
	return p.String(), nil
}

// Verify reports whether a stored text is the hash of the password. If it is,
// rehash says that it was made with less memory or fewer passes than this
// hasher uses, so the caller should store a new [Hasher.Hash] while it has the
// password. A text that is no hash, or asks for more than a hash may cost, is
// [chat.Internal]; [chat.Unavailable] is as for Hash.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (ok, rehash bool, err *chat.Error) {
	stored, _, _ = strings.Cut(stored, " ") // a verifier for SCRAM may follow
	p, valid := parsePHC(stored)
	if !valid {
		return false, false, chat.Errorf(chat.Internal, "The stored password is damaged; ask the owner of this server for a new one.")
	}
	ok, err = h.verify(ctx, p, password)
	return ok, ok && p.weakerThan(h.params), err
}

// VerifyNobody takes as long as [Hasher.Verify] and finds nothing: it is for a
// name that nobody has, or somebody without a password, so that the time of an
// answer does not tell who has an account. (Hashes that were made with other
// parameters take another time, until their owners log in.) Its errors are
// those of Verify.
func (h *Hasher) VerifyNobody(ctx context.Context, password string) *chat.Error {
	_, err := h.verify(ctx, h.nobody, password)
	return err
}

func (h *Hasher) verify(ctx context.Context, p phc, password string) (bool, *chat.Error) {
	prepared, err := prepare(password)
	if err != nil {
		return false, nil // no hash was ever made of it
	}
	hash, err := h.argon2(ctx, prepared, p, len(p.hash))
	return err == nil && subtle.ConstantTimeCompare(hash, p.hash) == 1, err
}

func (h *Hasher) argon2(ctx context.Context, prepared string, p phc, size int) (hash []byte, err *chat.Error) {
	err = h.turn(ctx, func() {
		hash = h.compute([]byte(prepared), p.salt, p.Passes, p.Memory, p.Threads, uint32(size))
	})
	return hash, err
}

// turn computes something when its turn comes. Once begun it can't be stopped.
func (h *Hasher) turn(ctx context.Context, compute func()) *chat.Error {
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	default:
		return chat.Errorf(chat.Unavailable, "Too many are logging in; try again in a few seconds.")
	}
	if ctx.Err() != nil { // select could choose the turn
		return gaveUp(ctx)
	}
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-ctx.Done():
		return gaveUp(ctx)
	}
	h.hashes.Add(1)
	compute()
	return nil
}

// Computed returns how many hashes have been computed so far, which is what
// logging in costs.
func (h *Hasher) Computed() int64 { return h.hashes.Load() }

func gaveUp(ctx context.Context) *chat.Error {
	return &chat.Error{Code: chat.Unavailable, Cause: context.Cause(ctx),
		Text: "The password was not checked in time, because others were before it; try again in a few seconds."}
}

// random returns n bytes that nobody can foretell. The system's source does not
// fail: if it could, the program would stop.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
