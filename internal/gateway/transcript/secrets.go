package transcript

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// secrets are what a server has drawn at random, as transcripts name it.
type secrets struct{ tokens, codes, seeds []string }

var (
	drawnToken = regexp.MustCompile(`\bhub_[a-z2-7]{56}\b`)
	drawnCode  = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}\b`)
	drawnSeed  = regexp.MustCompile(`\b[A-Z2-7]{32}\b`)
	named      = regexp.MustCompile(`\b(TOKEN|CODE|SEED|TOTP)(\d+)\b`)
)

// hide puts names in the place of secrets.
func (s *secrets) hide(text string) string {
	text = hideAll(text, drawnToken, "TOKEN", &s.tokens)
	text = hideAll(text, drawnCode, "CODE", &s.codes)
	return hideAll(text, drawnSeed, "SEED", &s.seeds)
}

func hideAll(text string, what *regexp.Regexp, name string, known *[]string) string {
	return what.ReplaceAllStringFunc(text, func(secret string) string {
		i := slices.Index(*known, secret)
		if i < 0 {
			i = len(*known)
			*known = append(*known, secret)
		}
		return name + strconv.Itoa(i+1)
	})
}

// reveal puts secrets in the place of their names.
func (s *secrets) reveal(text string) string {
	return named.ReplaceAllStringFunc(text, func(name string) string {
		kind := strings.TrimRight(name, "0123456789")
		n, _ := strconv.Atoi(name[len(kind):])
		known := map[string][]string{"TOKEN": s.tokens, "CODE": s.codes, "SEED": s.seeds, "TOTP": s.seeds}[kind]
		switch {
		case n < 1 || n > len(known):
			return name
		case kind == "TOTP":
			return totp(known[n-1], time.Now())
		}
		return known[n-1]
	})
}

// totp is what an authenticator app shows at a time (RFC 6238, RFC 4226 §5.3).
func totp(seed string, at time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(seed)
	if err != nil {
		return err.Error()
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&0x0f:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}
