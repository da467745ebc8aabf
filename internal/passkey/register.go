package passkey

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"hubbub/internal/chat"
)

// attestation is what a device says about a new credential (§6.5.4). Who vouches
// for the device is not looked at.
type attestation struct {
	Format   string `cbor:"fmt"`
	AuthData []byte `cbor:"authData"`
}

// Register judges what navigator.credentials.create has returned, as toJSON
// writes it (§5.1, §7.1), and returns the new credential. That nobody has it yet
// is decided where it is added.
func (rp *RelyingParty) Register(response []byte, c Challenge) (Credential, *chat.Error) {
	var r struct {
		ID       bytes  `json:"rawId"`
		Type     string `json:"type"`
		Response struct {
			ClientData  bytes    `json:"clientDataJSON"`
			Attestation bytes    `json:"attestationObject"`
			Transports  []string `json:"transports"`
		} `json:"response"`
	}
	if err := decode(response, &r); err != nil {
		return Credential{}, malformed(err)
	}
	if err := rp.checkClient(r.Response.ClientData, "webauthn.create", c); err != nil {
		return Credential{}, err
	}
	var a attestation
	if err := strict.Unmarshal(r.Response.Attestation, &a); err != nil {
		return Credential{}, malformed(err)
	}
	data, refused := rp.parseAuthData(a.AuthData)
	if refused != nil {
		return Credential{}, refused
	}
	id, public, err := data.credential()
	if err == nil {
		_, err = parseKey(public)
	}
	if err == nil && (r.Type != publicKey || !slices.Equal(id, r.ID)) {
		err = errors.New("the browser and the device tell of different credentials")
	}
	if err != nil {
		return Credential{}, malformed(err)
	}
	return Credential{
		ID: slices.Clone(id), Public: slices.Clone(public), Count: data.count, Synced: data.flags&mayBeSynced != 0,
		Transports: transports(r.Response.Transports),
	}, nil
}

// transports returns those that we know of (§5.8.4).
func transports(all []string) (known []string) {
	for _, t := range []string{"usb", "nfc", "ble", "smart-card", "hybrid", "internal"} {
		if slices.Contains(all, t) {
			known = append(known, t)
		}
	}
	return known
}

// decode reads JSON that a page sends.
func decode(raw []byte, into any) error {
	if len(raw) > MaxResponse {
		return errors.New("it is too long")
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something stands after it")
	}
	return nil
}
