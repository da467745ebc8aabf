package auth

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params are what a hash costs.
type Params struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8

	// Of PBKDF2, for a [ScramVerifier]; fewer than 4096 count as that many.
	Rounds uint32
}

// DefaultParams returns what OWASP advises for argon2id: 19 MiB, two passes,
// one thread; and rounds of PBKDF2 that take about as long, as every client has
// to do them too. More would help only against somebody who has the key file.
func DefaultParams() Params { return Params{Memory: 19456, Passes: 2, Threads: 1, Rounds: 65_536} }

// The bounds of parameters, so that a damaged database can't make a log-in take
// all memory or an hour.
const (
	maxMemory  = 256 << 10 // KiB
	maxPasses  = 16
	maxThreads = 16
)

// Valid reports whether the parameters are within bounds: at least one pass,
// one thread and 8 KiB for each thread (RFC 9106 §3.1), at most 16 passes, 16
// threads and 256 MiB.
func (p Params) Valid() bool {
	return p.Passes >= 1 && p.Passes <= maxPasses && p.Threads >= 1 && p.Threads <= maxThreads &&
		p.Memory >= 8*uint32(p.Threads) && p.Memory <= maxMemory && p.Rounds <= maxRounds
}

// weakerThan reports whether p costs a guesser less memory or fewer passes.
// Threads only say how the work is spread.
func (p Params) weakerThan(q Params) bool { return p.Memory < q.Memory || p.Passes < q.Passes }

// The lengths in bytes of what a hasher makes, and of what it accepts.
const (
	saltLen, hashLen = 16, 32
	minSalt, minHash = 8, 16
	maxSalt, maxHash = 64, 64
)

// phc is a stored password: the parts of a string in PHC form,
//
//	$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>
//
// with salt and hash in base64 without padding.
type phc struct {
	Params
	salt, hash []byte
}

// String returns the text to store.
func (p phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.Memory, p.Passes, p.Threads,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(p.hash))
}

// maxPHC is more than the longest text that String makes of valid parts.
const maxPHC = 256

// parsePHC reads what String wrote, to the byte, and refuses all else: another
// way to write the same parameters, and parts that are out of bounds.
func parsePHC(s string) (p phc, ok bool) {
	if len(s) > maxPHC {
		return phc{}, false
	}
	parts := strings.Split(s, "$")
	if len(parts) != 6 {
		return phc{}, false
	}
	costs := strings.Split(parts[3], ",")
	if len(costs) != 3 {
		return phc{}, false
	}
	p.Memory = uint32(cost(costs[0], "m=", 32))
	p.Passes = uint32(cost(costs[1], "t=", 32))
	p.Threads = uint8(cost(costs[2], "p=", 8))
	p.salt, _ = base64.RawStdEncoding.DecodeString(parts[4])
	p.hash, _ = base64.RawStdEncoding.DecodeString(parts[5])
	if !p.Valid() || !within(len(p.salt), minSalt, maxSalt) || !within(len(p.hash), minHash, maxHash) || p.String() != s {
		return phc{}, false
	}
	return p, true
}

// cost reads one parameter; 0, which is never valid, is none.
func cost(s, name string, bits int) uint64 {
	digits, ok := strings.CutPrefix(s, name)
	n, err := strconv.ParseUint(digits, 10, bits)
	if !ok || err != nil {
		return 0
	}
	return n
}

func within(n, low, high int) bool { return low <= n && n <= high }
