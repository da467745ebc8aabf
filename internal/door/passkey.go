package door

import (
	"cmp"
	"context"
	"net/netip"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
	"hubbub/internal/passkey"
)

// Passkeys are made and used in two steps with the browser: Begin returns what
// the page asks it for, and the name of the ceremony; Finish takes both back.

// passkeyCeremony is a question to a browser.
type passkeyCeremony struct {
	user      chat.UserID // whose passkey is made; 0 for who logs in
	challenge passkey.Challenge
}

// HasPasskeys reports whether passkeys can be used.
func (d *Door) HasPasskeys() bool { return d.cfg.Site != nil }

func (d *Door) passkeySite() (*passkey.RelyingParty, *chat.Error) {
	if d.cfg.Site == nil {
		return nil, chat.Errorf(chat.Unavailable, "This server has no passkeys; whoever keeps it turns them on with --origin.")
	}
	return d.cfg.Site, nil
}

// BeginPasskey begins to make a passkey for a member, and returns what the page
// hands to navigator.credentials.create, in JSON. The ceremony is over in five
// minutes.
func (d *Door) BeginPasskey(ctx context.Context, user hub.Person, from netip.Addr) (options []byte, ceremony string, err *chat.Error) {
	site, err := d.passkeySite()
	if err != nil {
		return nil, "", err
	}
	all, err := d.cfg.Hub.Credentials(ctx, user.ID)
	if err != nil {
		return nil, "", err
	}
	var has []passkey.Credential
	for _, c := range all {
		if c.Proof != chat.ByPasskey {
			continue
		}
		if kept, err := passkey.Decode(c.Secret); err == nil { // else it does no harm
			has = append(has, kept)
		}
	}
	challenge := passkey.NewChallenge()
	if ceremony, err = d.passkeys.begin(from, passkeyCeremony{user.ID, challenge}); err != nil {
		return nil, "", err
	}
	return site.CreationOptions(passkey.Person{ID: user.ID, Nick: user.Nick}, has, challenge), ceremony, nil
}

// FinishPasskey adds the passkey that a member's browser has made, under a name
// by which its owner knows it.
func (d *Door) FinishPasskey(ctx context.Context, by Actor, user chat.UserID, ceremony, name string, response []byte) *chat.Error {
	site, err := d.passkeySite()
	if err != nil {
		return err
	}
	begun, err := d.passkeys.take(ceremony)
	if err != nil {
		return err
	}
	if begun.user != user || user == 0 {
		return chat.Errorf(chat.Forbidden, "That passkey was begun by somebody else; begin again.")
	}
	made, err := site.Register(response, begun.challenge)
	if err != nil {
		return err
	}
	kept, err := made.Encode()
	if err != nil {
		return err
	}
	return by.Do(ctx, chat.Command{
		Op: chat.AddCredential, User: user, Level: uint8(chat.ByPasskey),
		Name: cmp.Or(chat.CleanLine(name), "passkey"), Key: made.Key(), Secret: kept,
	}).Err
}

// BeginPasskeyLogin begins to log somebody in, whoever it is, and returns what
// the page hands to navigator.credentials.get, in JSON. The ceremony is over in
// five minutes.
func (d *Door) BeginPasskeyLogin(from netip.Addr) (options []byte, ceremony string, err *chat.Error) {
	site, err := d.passkeySite()
	if err != nil {
		return nil, "", err
	}
	challenge := passkey.NewChallenge()
	if ceremony, err = d.passkeys.begin(from, passkeyCeremony{challenge: challenge}); err != nil {
		return nil, "", err
	}
	return site.RequestOptions(challenge), ceremony, nil
}

// FinishPasskeyLogin lets in whoever's passkey has answered. A device verifies
// its user before it does, so a code of a second factor is not asked for. There
// is nothing to guess in a signature: how often somebody may try is bounded where
// ceremonies begin.
func (d *Door) FinishPasskeyLogin(ctx context.Context, ceremony string, response []byte) (hub.Arrival, *chat.Error) {
	site, err := d.passkeySite()
	if err != nil {
		return hub.Arrival{}, err
	}
	begun, err := d.passkeys.take(ceremony)
	if err == nil && begun.user != 0 {
		err = chat.Errorf(chat.Forbidden, "That was begun to make a passkey, not to log in; begin again.")
	}
	if err != nil {
		return hub.Arrival{}, err
	}
	claim, err := passkey.ParseAssertion(response)
	if err != nil {
		return hub.Arrival{}, err
	}
	c, ok, err := d.cfg.Hub.CredentialByKey(ctx, claim.Key())
	switch {
	case err != nil:
		return hub.Arrival{}, err
	case !ok || c.Proof != chat.ByPasskey || c.Expired(chat.Millis(time.Now().UnixMilli())):
		return hub.Arrival{}, chat.Errorf(chat.Forbidden, "Nobody here has that passkey, or not any more; log in another way, and make one anew.")
	}
	return d.verifyPasskey(site, claim, &c, begun.challenge)
}

// verifyPasskey checks a claim against the credential that it names.
func (d *Door) verifyPasskey(site *passkey.RelyingParty, claim *passkey.Assertion, c *hub.Credential, challenge passkey.Challenge) (hub.Arrival, *chat.Error) {
	kept, broken := passkey.Decode(c.Secret)
	if broken != nil {
		return hub.Arrival{}, &chat.Error{Code: chat.Internal, Cause: broken, Text: "What is kept of that passkey is damaged; log in another way, and make another."}
	}
	count, err := site.Verify(claim, c.User, &kept, challenge)
	if err == nil {
		err = d.countPasskey(c.Seq, count, kept.Count)
	}
	if err != nil {
		return hub.Arrival{}, err
	}
	return hub.Arrival{User: c.User, Credential: c.Seq}, nil
}

// countPasskey notes how often a passkey has signed, or refuses a copy, which
// counts by itself. What it was when the server started is not known, beyond what
// it was when the passkey was made.
func (d *Door) countPasskey(number chat.Seq, count, first uint32) *chat.Error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := passkey.CheckCount(count, max(first, d.signs[number])); err != nil {
		return err
	}
	if count > 0 {
		d.signs[number] = count
	}
	return nil
}
