package auth

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"hubbub/internal/chat"
)

// ScramVerifier is what a server keeps of a password to verify SCRAM-SHA-256
// with. It costs a guesser who has it less than an argon2id hash does, so it is
// kept sealed only: see [Sealer.WithScram].
type ScramVerifier struct {
	rounds               uint32
	salt                 []byte
	storedKey, serverKey [sha256.Size]byte
}

// The bounds of a verifier. RFC 7677 §4 wants 4096 rounds at least. What is too
// many would only keep clients busy.
const (
	minRounds = 4096
	maxRounds = 1 << 20
)

// Scram returns the verifier of a password with a new salt. It takes its turn,
// and fails, as [Hasher.Hash] does.
//
// SCRAM has the client prepare the password, by SASLprep if at all. For what
// people type that makes the same of it as our preparation does.
func (h *Hasher) Scram(ctx context.Context, password string) (*ScramVerifier, *chat.Error) {
	prepared, err := prepare(password)
	if err != nil {
		return nil, err
	}
	return h.scram(ctx, prepared, h.rounds(), random(saltLen))
}

func (h *Hasher) rounds() uint32 { return max(minRounds, h.params.Rounds) }

func (h *Hasher) scram(ctx context.Context, prepared string, rounds uint32, salt []byte) (*ScramVerifier, *chat.Error) {
	v := &ScramVerifier{rounds: rounds, salt: salt}
	var salted []byte
	var failed error
	if err := h.turn(ctx, func() { salted, failed = pbkdf2.Key(sha256.New, prepared, salt, int(rounds), sha256.Size) }); err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, &chat.Error{Code: chat.Internal, Cause: failed, Text: "The password can't be kept; ask the owner of this server."}
	}
	client := hmacOf(salted, "Client Key")
	v.storedKey, v.serverKey = sha256.Sum256(client[:]), hmacOf(salted, "Server Key")
	return v, nil
}

// Current reports whether a verifier has the rounds that this hasher gives one.
func (h *Hasher) Current(v *ScramVerifier) bool { return v.rounds >= h.rounds() }

// Nobody returns a verifier that no password fits, for a name that nobody has:
// the same each time, so that it can't be told from somebody's.
func (h *Hasher) Nobody(s *Sealer, name string) *ScramVerifier {
	name = chat.Fold(name)
	salt := hmacOf(s.nobody, "salt "+name)
	return &ScramVerifier{
		rounds: h.rounds(), salt: salt[:saltLen],
		storedKey: hmacOf(s.nobody, "stored key "+name), serverKey: hmacOf(s.nobody, "server key "+name),
	}
}

// A stored password is its hash and, after a space, perhaps its verifier, sealed
// for that hash and no other, in base64. So one is never there without the
// other's being of the same password.

// WithScram returns what to store of a password: the hash, and the verifier
// sealed.
func (s *Sealer) WithScram(hash string, v *ScramVerifier) string {
	b := binary.BigEndian.AppendUint32(nil, v.rounds)
	b = append(append(append(b, v.storedKey[:]...), v.serverKey[:]...), v.salt...)
	return hash + " " + base64.RawStdEncoding.EncodeToString(s.seal(b, sealedWith(hash)))
}

// Scram returns the verifier of a stored password, or false if it has none that
// this sealer can open: it was kept without, or with another key file.
func (s *Sealer) Scram(stored string) (*ScramVerifier, bool) {
	hash, sealed, _ := strings.Cut(stored, " ")
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, false
	}
	b, refused := s.open(b, sealedWith(hash))
	const keys = 4 + 2*sha256.Size
	if refused != nil || !within(len(b), keys+minSalt, keys+maxSalt) {
		return nil, false
	}
	v := &ScramVerifier{rounds: binary.BigEndian.Uint32(b), salt: b[keys:]}
	copy(v.storedKey[:], b[4:])
	copy(v.serverKey[:], b[4+sha256.Size:])
	return v, within(int(v.rounds), minRounds, maxRounds)
}

func sealedWith(hash string) []byte { return []byte("hubbub sealed v1 with password " + hash) }
