package auth

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"hubbub/internal/chat"
)

// What every authenticator app knows, and many know nothing else: SHA-1, six
// digits, a new code every 30 seconds.
const (
	totpSeed   = 20 // bytes, as long as a SHA-1 (RFC 4226 §4, R6)
	minSeed    = 16
	totpDigits = 6
	totpPeriod = 30
	maxTyping  = 16 // bytes of a code as typed
)

// NewTOTP returns the seed for a new authenticator: 20 random bytes. To verify
// codes it has to be kept as it is, so keep it sealed ([Sealer]).
func NewTOTP() []byte { return random(totpSeed) }

// TOTPURL returns what an authenticator app reads from a QR code: the seed, and
// under which name to show its codes.
func TOTPURL(seed []byte, issuer, nick string) Secret {
	issuer = strings.ReplaceAll(issuer, ":", "")                     // it parts the issuer from the nick
	query := strings.ReplaceAll(url.QueryEscape(issuer), "+", "%20") // some apps show a plus
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)
	return Secret(fmt.Sprintf("otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d",
		url.PathEscape(issuer), url.PathEscape(nick), text, query, totpDigits, totpPeriod))
}

// CheckTOTP reports whether code is one that the seed gives at that time, or
// one step of 30 seconds before or after it, for clocks that differ and people
// who type slowly (RFC 6238 §5.2). A code counts once: only steps after last
// are accepted, and the caller keeps the step that is returned as the next
// last. It must do so before it acts, and for one attempt at a time. Guesses
// are to be throttled: one in 333,333 is right.
func CheckTOTP(seed []byte, code string, at time.Time, last uint64) (step uint64, ok bool) {
	digits, valid := parseTOTP(code)
	if !valid || len(seed) < minSeed || at.Unix() < 0 {
		return 0, false
	}
	now := uint64(at.Unix()) / totpPeriod
	first := now - min(now, 1)
	for s := first; s <= now+1; s++ { // all of them, so that time tells nothing
		match := subtle.ConstantTimeCompare([]byte(totp(seed, s)), []byte(digits)) == 1
		if match && s > last {
			step, ok = s, true
		}
	}
	return step, ok
}

// parseTOTP returns the six digits of a code as typed; apps show a space in
// the middle.
func parseTOTP(code string) (digits string, ok bool) {
	if len(code) > maxTyping {
		return "", false
	}
	digits = strings.ReplaceAll(code, " ", "")
	if len(digits) != totpDigits || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return digits, true
}

// totp returns the code of a step (RFC 4226 §5.3).
func totp(seed []byte, step uint64) string {
	mac := hmac.New(sha1.New, seed)
	mac.Write(binary.BigEndian.AppendUint64(nil, step))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	n := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

// recoveryCodes is how many codes replace an authenticator, once each.
const recoveryCodes = 10

// NewRecoveryCodes returns ten codes to log in with, once each, when the
// authenticator is lost, and the keys under which to keep them. They are read
// by [ParseCode].
func NewRecoveryCodes() (codes []Secret, keys []chat.Key) {
	for range recoveryCodes {
		code, key := NewCode()
		codes, keys = append(codes, code), append(keys, key)
	}
	return codes, keys
}
