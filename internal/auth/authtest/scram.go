// Package authtest is the client's half of SCRAM-SHA-256, for tests of the
// server's: written from RFC 5802 and sharing nothing with it.
package authtest

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Scram is a client that logs in once.
type Scram struct {
	Name, Password string
	Nonce          string
	Header         string // GS2; n,, if it is empty

	saltedPassword []byte
	authMessage    string
}

func (c *Scram) header() string {
	if c.Header == "" {
		return "n,,"
	}
	return c.Header
}

// First returns the client's first message.
func (c *Scram) First() string { return c.header() + c.bare() }

func (c *Scram) bare() string {
	return "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(c.Name) + ",r=" + c.Nonce
}

// Final returns the client's answer to the server's challenge.
func (c *Scram) Final(challenge string) (string, error) {
	var nonce, salt string
	rounds := 0
	for _, field := range strings.Split(challenge, ",") {
		value := field[min(2, len(field)):]
		switch {
		case strings.HasPrefix(field, "r="):
			nonce = value
		case strings.HasPrefix(field, "s="):
			salt = value
		case strings.HasPrefix(field, "i="):
			rounds, _ = strconv.Atoi(value)
		}
	}
	raw, err := base64.StdEncoding.DecodeString(salt)
	if err != nil || rounds < 4096 || len(nonce) <= len(c.Nonce) || !strings.HasPrefix(nonce, c.Nonce) {
		return "", fmt.Errorf("authtest: a bad challenge: %s", challenge)
	}
	if c.saltedPassword, err = pbkdf2.Key(sha256.New, c.Password, raw, rounds, sha256.Size); err != nil {
		return "", err
	}
	plain := "c=" + base64.StdEncoding.EncodeToString([]byte(c.header())) + ",r=" + nonce
	c.authMessage = c.bare() + "," + challenge + "," + plain
	clientKey := sign(c.saltedPassword, "Client Key")
	storedKey := sha256.Sum256(clientKey)
	proof := sign(storedKey[:], c.authMessage)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	return plain + ",p=" + base64.StdEncoding.EncodeToString(proof), nil
}

// Trusts reports whether the server's answer proves that it knows the password.
func (c *Scram) Trusts(answer string) bool {
	want := sign(sign(c.saltedPassword, "Server Key"), c.authMessage)
	return answer == "v="+base64.StdEncoding.EncodeToString(want)
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
