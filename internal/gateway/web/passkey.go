package web

import (
	"hubbub/api"
	"hubbub/internal/chat"
)

// Passkeys: the page asks the server what to ask the browser, and brings back what
// that answers.

func getPasskeys(c *call, _ *nothing) (*api.Credentials, *chat.Error) {
	all, err := c.credentials()
	out := &api.Credentials{Credentials: []api.Credential{}}
	for i := range all {
		if all[i].Proof == chat.ByPasskey {
			out.Credentials = append(out.Credentials, c.credential(&all[i]))
		}
	}
	return out, err
}

func beginPasskey(c *call, _ *nothing) (*api.PasskeyQuestion, *chat.Error) {
	me, err := c.maySecure()
	if err != nil {
		return nil, err
	}
	options, ceremony, err := c.gateway.cfg.Door.BeginPasskey(c.ctx(), me, c.client.from)
	return &api.PasskeyQuestion{Ceremony: ceremony, Options: options}, err
}

func finishPasskey(c *call, in *api.PasskeyAnswer) (*nothing, *chat.Error) {
	me, err := c.member()
	if err != nil {
		return nil, err
	}
	return nil, c.gateway.cfg.Door.FinishPasskey(c.ctx(), c.session, me.ID, in.Ceremony, in.Name, in.Response)
}

func beginPasskeyLogin(c *call, _ *nothing) (*api.PasskeyQuestion, *chat.Error) {
	if err := c.mayTell(); err != nil {
		return nil, err
	}
	options, ceremony, err := c.gateway.cfg.Door.BeginPasskeyLogin(c.client.from)
	return &api.PasskeyQuestion{Ceremony: ceremony, Options: options}, err
}

func finishPasskeyLogin(c *call, in *api.PasskeyAnswer) (*api.Session, *chat.Error) {
	if err := c.mayTell(); err != nil {
		return nil, err
	}
	a, err := c.gateway.cfg.Door.FinishPasskeyLogin(c.ctx(), in.Ceremony, in.Response)
	if err != nil {
		return nil, unknown(err)
	}
	return c.remember(&api.Login{Cookie: in.Cookie}, a.User)
}
