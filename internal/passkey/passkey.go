// Package passkey proves who somebody is by a passkey: a key pair that a
// person's device or password manager keeps, and uses for one site only (Web
// Authentication Level 3, https://www.w3.org/TR/webauthn-3/).
//
// A [RelyingParty] is our side. [RelyingParty.CreationOptions] and
// [RelyingParty.RequestOptions] are what a page hands to the browser, with a
// [Challenge]; [RelyingParty.Register] and [ParseAssertion] judge what it hands
// back. A [Credential] is what is kept.
//
// The device has to verify its user, by a finger, a face or a code, so a passkey
// is two factors. Attestation, which says who made a device, is not asked for
// and not looked at: any device will do. The package keeps nothing, and starts
// no goroutines; challenges are remembered by who makes them.
package passkey

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"hubbub/internal/chat"
)

// MaxResponse is how long a browser's answer is at most, in bytes.
const MaxResponse = 16 << 10

// RelyingParty is a site, as passkeys are bound to one. It does not change.
type RelyingParty struct {
	id      string // a host's name
	name    string
	origins []string
}

// NewRelyingParty returns the site that people see at some origins, as in
// https://chat.example.org. Passkeys are bound to the host of the first; those of
// the others have to be the same, or below it. On localhost http will do, as in
// browsers.
func NewRelyingParty(name string, origins []string) (*RelyingParty, error) {
	if len(origins) == 0 {
		return nil, errors.New("there is no origin")
	}
	rp := &RelyingParty{name: name}
	for _, s := range origins {
		origin, host, err := parseOrigin(s)
		if err != nil {
			return nil, err
		}
		if rp.id == "" {
			rp.id = host
		}
		if host != rp.id && !strings.HasSuffix(host, "."+rp.id) {
			return nil, fmt.Errorf("%s is neither at %s nor below it, where the first origin is", s, rp.id)
		}
		rp.origins = append(rp.origins, origin)
	}
	return rp, nil
}

// parseOrigin returns an origin as browsers write it, and its host.
func parseOrigin(s string) (origin, host string, err error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", "", fmt.Errorf("%q is no origin; one looks like https://chat.example.org", s)
	}
	host = strings.ToLower(u.Hostname())
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	switch _, notName := netip.ParseAddr(host); {
	case host == "", u.User != nil, u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		return "", "", fmt.Errorf("%q is no origin; one looks like https://chat.example.org", s)
	case notName == nil:
		return "", "", fmt.Errorf("%q has an address for a host, and passkeys need a name", s)
	case u.Scheme != "https" && (u.Scheme != "http" || !local):
		return "", "", fmt.Errorf("%q is not https, without which browsers use no passkeys but for localhost", s)
	}
	origin = u.Scheme + "://" + host
	if port := u.Port(); port != "" && (u.Scheme != "https" || port != "443") && (u.Scheme != "http" || port != "80") {
		origin += ":" + port
	}
	return origin, host, nil
}

// Origins returns the site's origins; none if there is no site.
func (rp *RelyingParty) Origins() []string {
	if rp == nil {
		return nil
	}
	return slices.Clone(rp.origins)
}

// Has reports whether an origin, as browsers write it, is one of the site's.
func (rp *RelyingParty) Has(origin string) bool { return slices.Contains(rp.origins, origin) }

// Challenge is what a device has to sign, so that an answer counts for one
// question only.
type Challenge [32]byte

// NewChallenge draws a challenge.
func NewChallenge() (c Challenge) {
	rand.Read(c[:]) // never fails
	return c
}

// handle is what a device calls a person by. It tells no more than the id, which
// everybody knows who talks with them (§14.6.1).
func handle(user chat.UserID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(user)) }

// malformed is the answer to what no browser sends.
func malformed(cause error) *chat.Error {
	return &chat.Error{Code: chat.Invalid, Cause: cause, Text: "That is not what a browser answers about a passkey; load the page again."}
}

// unproved is the answer to what a browser could send, and proves nothing.
func unproved(cause error) *chat.Error {
	return &chat.Error{Code: chat.Forbidden, Cause: cause, Text: "That passkey has proved nothing; try once more, or log in another way."}
}
