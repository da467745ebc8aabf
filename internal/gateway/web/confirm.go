package web

import (
	"context"

	"hubbub/api"
	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// What takes that one has logged in, or given the password once more, a moment ago: see
// [door.Change].

// Refusals of what is to be confirmed.
var (
	errPassword = chat.Errorf(chat.Forbidden, "Give your password once more for that: POST %s/session/confirmation, and then ask again.", apiPath)
	errNotFresh = chat.Errorf(chat.Forbidden, "Log in once more for that, and ask again within ten minutes.")
)

// missing returns what the door says is missing as requests are told.
func missing(err *chat.Error) *chat.Error {
	switch err {
	case door.ErrPassword:
		return errPassword
	case door.ErrNotFresh:
		return errNotFresh
	}
	return err
}

// confirmed says what is missing for whom the request speaks to get a further way in, or
// nil. A password that comes with the request itself is enough.
func (c *call) confirmed() *chat.Error {
	if _, err := c.member(); err != nil {
		return err
	}
	password := claimOf(c.r, c.client.secure).password
	if _, token := auth.ParseToken(password); password != "" && !token { // which may stand for one
		return c.session.Allows(&chat.Command{Op: chat.AddCredential})
	}
	return missing(c.gateway.cfg.Door.Missing(c.ctx(), c.session, door.FurtherWay))
}

func getConfirmation(c *call, _ *nothing) (*nothing, *chat.Error) { return nil, c.confirmed() }

func postConfirmation(c *call, in *api.Password) (*nothing, *chat.Error) {
	_, err := c.member()
	if err == nil {
		err = c.mayTell()
	}
	if err != nil {
		return nil, err
	}
	return nil, c.gateway.cfg.Door.ConfirmToken(c.ctx(), c.session, in.Password)
}

// mayAppoint says what is missing for a session to make somebody an admin or an owner,
// or nil.
func (g *Gateway) mayAppoint(ctx context.Context, s *hub.Session) *chat.Error {
	return missing(g.cfg.Door.Missing(ctx, s, door.Appoint))
}

// proveOrConfirm checks a member's password, for what leaves less to prove. Of one who
// has none it takes that they have just logged in by something else.
func (c *call) proveOrConfirm(password string) *chat.Error {
	me, err := c.member()
	if err == nil {
		err = c.mayTell()
	}
	if err != nil {
		return err
	}
	d := c.gateway.cfg.Door
	if err := d.Missing(c.ctx(), c.session, door.LessProof); err != door.ErrPassword {
		return missing(err)
	}
	return d.CheckOwn(c.ctx(), me.Nick, password, c.client.from)
}
