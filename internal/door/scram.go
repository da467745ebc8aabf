package door

import (
	"context"
	"net/netip"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// ErrNoScram says that the password was right, and that it is not enough.
var ErrNoScram = &chat.Error{Code: chat.Forbidden,
	Text: "You have a second factor, which SCRAM can't carry; use PLAIN with your password, a space and the code, or with a token for a password."}

// noScram is the answer to a wrong name, to a wrong password, and to a right one
// whose verifier can't be used before its owner has logged in with it.
func noScram() *chat.Error {
	return chat.Errorf(chat.Forbidden, "That name and password don't go together by SCRAM; if you are sure of them, use PLAIN, which helps SCRAM too.")
}

// Scram begins a login by SCRAM-SHA-256 (RFC 7677), in which a client proves to
// have a password without giving it. A member with a second factor can't log in
// so: there is no place for the code.
func (d *Door) Scram(from netip.Addr) *ScramExchange { return &ScramExchange{door: d, from: from} }

// ScramExchange is one login by SCRAM, for one goroutine: First, then Final. It
// ends with the first error; no other method is called after it.
type ScramExchange struct {
	door      *Door
	from      netip.Addr
	nick      string
	user      chat.UserID
	password  chat.Seq // 0 for nobody's
	challenge *auth.ScramChallenge
}

// First answers the client's first message. Whoever has no password, or is not
// there, is challenged like others, with a salt that stays the same.
func (x *ScramExchange) First(ctx context.Context, message string) (answer string, err *chat.Error) {
	first, err := auth.ParseScramFirst(message)
	if err != nil {
		return "", err
	}
	d := x.door
	if d.cfg.Sealer == nil {
		return "", chat.Errorf(chat.Unavailable, "This server has no key to keep what SCRAM needs; use PLAIN.")
	}
	x.nick, _ = CutDevice(first.Name)
	person, password, _, err := d.lookUp(ctx, x.nick)
	if err != nil {
		return "", err
	}
	verifier := d.cfg.Hasher.Nobody(d.cfg.Sealer, x.nick)
	if password != nil {
		if v, ok := d.cfg.Sealer.Scram(password.Secret); ok {
			verifier, x.user, x.password = v, person.ID, password.Seq
		}
	}
	x.challenge = first.Challenge(verifier)
	return x.challenge.Message, nil
}

// Final checks the client's proof. The answer is the server's, and due to the
// client before it hears that it is in.
func (x *ScramExchange) Final(ctx context.Context, message string) (answer string, a hub.Arrival, err *chat.Error) {
	if x.challenge == nil {
		return "", a, chat.Errorf(chat.Invalid, "SCRAM begins with the client's first message.")
	}
	a, err = x.door.attempt(x.from, x.nick, func() (hub.Arrival, *chat.Error) {
		var ok bool
		var err *chat.Error
		if answer, ok, err = x.challenge.Verify(message); err != nil {
			return hub.Arrival{}, err
		}
		return x.arrival(ctx, ok)
	})
	x.challenge = nil // a proof counts once
	if err != nil {
		answer = ""
	}
	return answer, a, err
}

// arrival returns what a proof leads to, as things are now.
func (x *ScramExchange) arrival(ctx context.Context, proved bool) (hub.Arrival, *chat.Error) {
	if !proved || x.password == 0 {
		return hub.Arrival{}, noScram()
	}
	all, err := x.door.cfg.Hub.Credentials(ctx, x.user)
	switch {
	case err != nil:
		return hub.Arrival{}, err
	case hasTOTP(all):
		return hub.Arrival{}, ErrNoScram
	}
	return hub.Arrival{User: x.user, Credential: x.password}, nil // if it still is that password
}
