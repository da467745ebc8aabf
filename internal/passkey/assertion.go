package passkey

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"hubbub/internal/chat"
)

// Assertion is a browser's claim to have a passkey. It proves nothing before it
// is verified.
type Assertion struct {
	ID       bytes  `json:"rawId"`
	Type     string `json:"type"`
	Response struct {
		ClientData bytes `json:"clientDataJSON"`
		AuthData   bytes `json:"authenticatorData"`
		Signature  bytes `json:"signature"`
		Handle     bytes `json:"userHandle"`
	} `json:"response"`
}

// ParseAssertion reads what navigator.credentials.get has returned, as toJSON
// writes it (§5.1).
func ParseAssertion(response []byte) (*Assertion, *chat.Error) {
	a := new(Assertion)
	err := decode(response, a)
	if err == nil && (a.Type != publicKey || len(a.ID) == 0 || len(a.ID) > maxID) {
		err = errors.New("that is no passkey")
	}
	if err != nil {
		return nil, malformed(err)
	}
	return a, nil
}

// Key returns what the credential is looked up by.
func (a *Assertion) Key() chat.Key { return keyOf(a.ID) }

// Verify checks the claim against the credential that it names, which is a
// user's (§7.2). The count is that of signatures, as the device says; it counts
// up, unless it is 0, and one that does not tells of two devices with one key.
func (rp *RelyingParty) Verify(a *Assertion, user chat.UserID, kept *Credential, c Challenge) (count uint32, refused *chat.Error) {
	verify, err := parseKey(kept.Public)
	if err != nil {
		return 0, &chat.Error{Code: chat.Internal, Cause: err, Text: "What is kept of that passkey is damaged; drop it, and make another."}
	}
	r := &a.Response
	if err := rp.checkClient(r.ClientData, "webauthn.get", c); err != nil {
		return 0, err
	}
	data, refused := rp.parseAuthData(r.AuthData)
	if refused != nil {
		return 0, refused
	}
	client := sha256.Sum256(r.ClientData)
	switch {
	case !slices.Equal(a.ID, kept.ID), !slices.Equal(r.Handle, handle(user)):
		return 0, unproved(errors.New("it is of somebody else"))
	case data.flags&mayBeSynced != 0 != kept.Synced:
		return 0, unproved(errors.New("it was made to be synced and is not, or the reverse"))
	case !verify(slices.Concat(r.AuthData, client[:]), r.Signature):
		return 0, unproved(errors.New("the signature is wrong"))
	}
	return data.count, nil
}

// CheckCount says why a count of signatures can't come after another, or nil
// (§6.1.1).
func CheckCount(count, before uint32) *chat.Error {
	if count == 0 && before == 0 || count > before {
		return nil
	}
	return &chat.Error{Code: chat.Forbidden, Cause: fmt.Errorf("the count is %d after %d", count, before),
		Text: "That passkey has been copied to another device, it seems, so it is not taken; log in another way, and drop it."}
}
