package web

import (
	"context"
	"sync"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// What a browser that was left alone, or what it comes back by in other hands, must not
// be enough for: whatever would let somebody in for longer than that lasts. It takes
// that one has logged in, or given the password once more, a moment ago.

// confirmLasts is for how long that counts.
const confirmLasts = 10 * time.Minute

// Refusals of what is to be confirmed.
var (
	errPassword = chat.Errorf(chat.Forbidden, "Give your password once more for that: POST %s/session/confirmation, and then ask again.", apiPath)
	errNotFresh = chat.Errorf(chat.Forbidden, "Log in once more for that, and ask again within ten minutes.")
)

// confirmations are when the password was given once more, by the credentials by which
// requests have come.
type confirmations struct {
	mu  sync.Mutex // guards the following
	at  map[chat.Seq]time.Time
	now func() time.Time
}

func (c *confirmations) init() { c.at, c.now = map[chat.Seq]time.Time{}, time.Now }

// note notes that the password was given by who has come by a credential.
func (c *confirmations) note(by chat.Seq) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for other, at := range c.at { // a few, as people do this seldom
		if now.Sub(at) > confirmLasts {
			delete(c.at, other)
		}
	}
	c.at[by] = now
}

// fresh reports whether a credential by which somebody has come was confirmed, or is
// itself the trace of a login, that long ago at most.
func (c *confirmations) fresh(by *chat.Credential) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	at, ok := c.at[by.Seq]
	if door.IsRemembered(by) { // another would be fresh because it was made
		at, ok = latest(at, time.UnixMilli(int64(by.Added))), true
	}
	return by.Proof == chat.ByPassword || ok && now.Sub(at) <= confirmLasts
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// confirmed says what is missing for whom the request speaks to do what is to be
// confirmed, or nil.
func (c *call) confirmed() *chat.Error {
	all, err := c.credentials()
	if err != nil {
		return err
	}
	by, missing := cameBy(c.session, all)
	if by != nil && c.gateway.confirmations.fresh(by) {
		return nil
	}
	return missing
}

// cameBy returns by which of its user's credentials a session has come, nil for none,
// and what is missing unless that is fresh.
func cameBy(s *hub.Session, all []chat.Credential) (by *chat.Credential, missing *chat.Error) {
	missing = errNotFresh
	for i := range all {
		if all[i].Seq == s.Credential() {
			by = &all[i]
		}
		if all[i].Proof == chat.ByPassword {
			missing = errPassword
		}
	}
	return by, missing
}

func getConfirmation(c *call, _ *nothing) (*nothing, *chat.Error) { return nil, c.confirmed() }

func postConfirmation(c *call, in *api.Password) (*nothing, *chat.Error) {
	me, err := c.member()
	if err == nil {
		err = c.prove(me, in.Password)
	}
	if err != nil {
		return nil, err
	}
	c.gateway.confirmations.note(c.session.Credential())
	return nil, nil
}

// mayAppoint says what is missing for a session to make somebody an admin or an owner,
// or nil: who has come by a browser's cookie could go on as that one when it counts no
// more. What a program has come by was made for what it does.
func (g *Gateway) mayAppoint(ctx context.Context, s *hub.Session) *chat.Error {
	if s.Credential() == 0 {
		return nil
	}
	all, err := g.cfg.Door.Credentials(ctx, s.User())
	by, missing := cameBy(s, all)
	if err != nil || by == nil || !door.IsBrowsers(by) || g.confirmations.fresh(by) {
		return err
	}
	return missing
}

// hasPassword reports whether whom the request speaks for has one.
func (c *call) hasPassword() (bool, *chat.Error) {
	all, err := c.credentials()
	for _, have := range all {
		if have.Proof == chat.ByPassword {
			return true, err
		}
	}
	return false, err
}

// proveOrConfirm checks a member's password. Of one who has none it takes that they
// have just logged in by something else.
func (c *call) proveOrConfirm(password string) *chat.Error {
	me, err := c.member()
	if err != nil {
		return err
	}
	switch has, err := c.hasPassword(); {
	case err != nil:
		return err
	case has:
		return c.prove(me, password)
	}
	if err := c.mayTell(); err != nil {
		return err
	}
	return c.confirmed()
}
