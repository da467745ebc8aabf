package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"hubbub/internal/chat"
)

// The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel
// binding: the client proves to know a password and learns that the server knows
// it, and neither the password nor anything that would do in its place crosses
// the wire.

// The bounds of what a client may send, in bytes, and how much chance we add.
const (
	maxScram      = 1024
	maxScramNonce = 256
	scramNonce    = 18
)

// ScramFirst is what a client begins an exchange with.
type ScramFirst struct {
	Name   string // that it goes by, as it was given
	header string // GS2: the channel binding and on whose behalf
	bare   string // the message without it
	nonce  string
}

// ParseScramFirst reads a client's first message (RFC 5802 §7). It refuses
// channel binding, which is not offered, to act for another user, and extensions
// that the client says must be understood.
func ParseScramFirst(message string) (ScramFirst, *chat.Error) {
	if len(message) > maxScram || !utf8.ValidString(message) {
		return ScramFirst{}, noScramMessage()
	}
	parts := strings.SplitN(message, ",", 3)
	if len(parts) < 3 {
		return ScramFirst{}, noScramMessage()
	}
	f := ScramFirst{header: parts[0] + "," + parts[1] + ",", bare: parts[2]}
	name, rest, _ := strings.Cut(f.bare, ",")
	nonce, _, _ := strings.Cut(rest, ",") // other extensions are ignored
	var ok [3]bool
	f.Name, ok[0] = SASLName(name, "n=")
	f.nonce, ok[1] = strings.CutPrefix(nonce, "r=")
	ok[2] = isScramNonce(f.nonce)
	switch {
	case strings.HasPrefix(parts[0], "p="):
		return ScramFirst{}, chat.Errorf(chat.Invalid, "There is no channel binding here; use SCRAM-SHA-256 without it.")
	case strings.HasPrefix(f.bare, "m="):
		return ScramFirst{}, chat.Errorf(chat.Invalid, "The client asks for an extension of SCRAM that is not here; update one of the two, or use PLAIN.")
	case parts[0] != "n" && parts[0] != "y", ok != [3]bool{true, true, true}:
		return ScramFirst{}, noScramMessage()
	}
	if parts[1] != "" {
		behalf, ok := SASLName(parts[1], "a=")
		if !ok {
			return ScramFirst{}, noScramMessage()
		}
		if chat.Fold(behalf) != chat.Fold(f.Name) {
			return ScramFirst{}, chat.Errorf(chat.Forbidden, "Nobody can log in for somebody else; leave the authorization identity empty.")
		}
	}
	return f, nil
}

func noScramMessage() *chat.Error {
	return chat.Errorf(chat.Invalid, "That is no message of SCRAM-SHA-256 (RFC 7677); use PLAIN if the client can't do better.")
}

// SASLName reads a name after a prefix, in which =2C stands for a comma and =3D for an
// equals sign (RFC 5801 §4), and reports whether it is one.
func SASLName(s, prefix string) (name string, ok bool) {
	s, ok = strings.CutPrefix(s, prefix)
	if !ok || s == "" || strings.ContainsRune(s, 0) {
		return "", false
	}
	begin, rest, more := strings.Cut(s, "=")
	name = begin
	for more {
		switch {
		case strings.HasPrefix(rest, "2C"):
			name += ","
		case strings.HasPrefix(rest, "3D"):
			name += "="
		default:
			return "", false
		}
		begin, rest, more = strings.Cut(rest[2:], "=")
		name += begin
	}
	return name, true
}

// isScramNonce reports whether s is printable ASCII without commas.
func isScramNonce(s string) bool {
	return within(len(s), 1, maxScramNonce) && strings.IndexFunc(s, func(r rune) bool { return r < '!' || r > '~' || r == ',' }) < 0
}

// ScramChallenge is what the server answers to a client's first message: to be
// shown, and to verify the client's final message against, once.
type ScramChallenge struct {
	Message  string
	first    ScramFirst
	nonce    string // of both
	verifier *ScramVerifier
}

// Challenge begins to find out whether the client knows the password of v.
func (f ScramFirst) Challenge(v *ScramVerifier) *ScramChallenge {
	return f.challenge(v, base64.RawStdEncoding.EncodeToString(random(scramNonce)))
}

func (f ScramFirst) challenge(v *ScramVerifier, nonce string) *ScramChallenge {
	c := &ScramChallenge{first: f, nonce: f.nonce + nonce, verifier: v}
	c.Message = fmt.Sprintf("r=%s,s=%s,i=%d", c.nonce, base64.StdEncoding.EncodeToString(v.salt), v.rounds)
	return c
}

// Verify reports whether a client's final message proves that it knows the
// password. If so, the answer proves to the client that the server does. A
// message that is none is [chat.Invalid].
func (c *ScramChallenge) Verify(message string) (answer string, ok bool, err *chat.Error) {
	at := strings.LastIndex(message, ",p=")
	if at < 0 || len(message) > maxScram {
		return "", false, noScramMessage()
	}
	plain, typed := message[:at], message[at+len(",p="):]
	proof, _ := base64.StdEncoding.DecodeString(typed) // which lets line ends pass
	begin := "c=" + base64.StdEncoding.EncodeToString([]byte(c.first.header)) + ",r=" + c.nonce
	rest, ours := strings.CutPrefix(plain, begin)
	if len(proof) != sha256.Size || base64.StdEncoding.EncodeToString(proof) != typed || !ours || rest != "" && rest[0] != ',' {
		return "", false, noScramMessage()
	}
	said := c.first.bare + "," + c.Message + "," + plain
	key := hmacOf(c.verifier.storedKey[:], said) // the client's signature
	subtle.XORBytes(key[:], key[:], proof)       // the client's key, if it is right
	stored := sha256.Sum256(key[:])
	if subtle.ConstantTimeCompare(stored[:], c.verifier.storedKey[:]) != 1 {
		return "", false, nil
	}
	signature := hmacOf(c.verifier.serverKey[:], said)
	return "v=" + base64.StdEncoding.EncodeToString(signature[:]), true, nil
}

func hmacOf(key []byte, text string) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	mac.Sum(sum[:0])
	return sum
}
