package passkey

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"hubbub/internal/chat"
)

// clientData is what the browser says about where it was asked (§5.8.1).
type clientData struct {
	Type        string `json:"type"`
	Challenge   string `json:"challenge"`
	Origin      string `json:"origin"`
	CrossOrigin bool   `json:"crossOrigin"`
}

// checkClient checks what the browser says: what it was asked for, by us, now.
func (rp *RelyingParty) checkClient(raw []byte, wanted string, c Challenge) *chat.Error {
	var data clientData
	if err := json.Unmarshal(raw, &data); err != nil {
		return malformed(err)
	}
	challenge := base64.RawURLEncoding.EncodeToString(c[:])
	switch {
	case data.Type != wanted:
		return unproved(fmt.Errorf("it is for %.40q, not for %s", data.Type, wanted))
	case subtle.ConstantTimeCompare([]byte(data.Challenge), []byte(challenge)) != 1:
		return unproved(errors.New("it answers another challenge"))
	case !rp.Has(data.Origin) || data.CrossOrigin:
		return &chat.Error{Code: chat.Forbidden, Cause: fmt.Errorf("it was asked for at %.100q", data.Origin),
			Text: "The passkeys of this server are good at " + strings.Join(rp.origins, " and ") + " only; open it there."}
	}
	return nil
}

// The flags of what a device says (§6.1).
const (
	userPresent  = 1 << 0
	userVerified = 1 << 2
	mayBeSynced  = 1 << 3 // kept by a password manager, say
	isSynced     = 1 << 4
	hasKey       = 1 << 6
	hasMore      = 1 << 7
)

const fixedAuthData = sha256.Size + 1 + 4 // bytes: the site, flags, count

// authData is what a device says and signs (§6.1).
type authData struct {
	flags byte
	count uint32
	rest  []byte
}

// parseAuthData reads what a device says, and checks that it was asked by us and
// has verified its user.
func (rp *RelyingParty) parseAuthData(raw []byte) (authData, *chat.Error) {
	if len(raw) < fixedAuthData {
		return authData{}, malformed(errors.New("what the device says is too short"))
	}
	site, d := sha256.Sum256([]byte(rp.id)), authData{raw[sha256.Size], binary.BigEndian.Uint32(raw[sha256.Size+1:]), raw[fixedAuthData:]}
	switch {
	case [sha256.Size]byte(raw[:sha256.Size]) != site:
		return d, unproved(errors.New("it is for another site"))
	case d.flags&userPresent == 0, d.flags&userVerified == 0:
		return d, unproved(errors.New("the device has not verified its user"))
	case d.flags&isSynced != 0 && d.flags&mayBeSynced == 0:
		return d, malformed(errors.New("it is synced, and can't be"))
	}
	return d, nil
}

const (
	aaguidLen = 16  // of the device's model, which we don't ask for
	maxID     = 384 // bytes; devices have 16 to 100
)

// credential reads the new credential that a device tells of: its id and its
// public key, as it is kept (§6.5.1).
func (d *authData) credential() (id, key []byte, err error) {
	if d.flags&hasKey == 0 || len(d.rest) < aaguidLen+2 {
		return nil, nil, errors.New("the device tells of no new credential")
	}
	n := int(binary.BigEndian.Uint16(d.rest[aaguidLen:]))
	rest := d.rest[aaguidLen+2:]
	if n == 0 || n > maxID || n > len(rest) {
		return nil, nil, fmt.Errorf("an id of %d bytes", n)
	}
	id, rest = rest[:n], rest[n:]
	var item cbor.RawMessage
	more, err := strict.UnmarshalFirst(rest, &item)
	if err != nil {
		return nil, nil, err
	}
	if (len(more) > 0) != (d.flags&hasMore != 0) {
		return nil, nil, errors.New("bytes that belong to nothing")
	}
	return id, item, nil
}

// strict decodes CBOR as devices have to write it (CTAP 2.1 §8), as far as it
// matters to us.
var strict = newStrict()

func newStrict() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		MaxNestedLevels: 8, MaxArrayElements: 64, MaxMapPairs: 64, FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
	}.DecMode()
	if err != nil {
		panic("passkey: " + err.Error())
	}
	return mode
}
