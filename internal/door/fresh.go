package door

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// What a connection that was left alone, or what a client comes back by in other hands,
// must not be enough for. The rule is here for all gateways; each asks in its own way
// for what is missing.

// Change is what takes a fresh proof of who asks for it.
type Change uint8

// These are all.
const (
	// FurtherWay is to get another way in, which would last for longer: a token, a key, a
	// certificate, a passkey, an account elsewhere; and to have a second factor. It takes
	// to have logged in, or given the password once more, [FreshFor] ago at most.
	FurtherWay Change = iota

	// LessProof is to choose another password, or to do without a second factor. It takes
	// the password; of who has none, a fresh login.
	LessProof

	// Appoint is to make somebody an admin or an owner, by a role or an invitation. From
	// who has come by a browser's cookie, which could go on as that one when it counts no
	// more, it takes what FurtherWay takes. What a program comes by was made for what it
	// does.
	Appoint
)

// FreshFor is for how long a login, or the password given once more, counts as fresh.
const FreshFor = 10 * time.Minute

// What is missing for a [Change].
var (
	ErrPassword = chat.Errorf(chat.Forbidden, "That takes your password once more.")
	ErrNotFresh = chat.Errorf(chat.Forbidden, "That takes to have logged in within the last ten minutes: come in anew, and ask again.")
)

// Missing says what is missing for whom a session speaks to do something: [ErrPassword],
// after which [Door.Confirm] may follow; [ErrNotFresh]; nil for nothing; or that what the
// session came by does not allow it.
func (d *Door) Missing(ctx context.Context, s *hub.Session, what Change) *chat.Error {
	switch {
	case what != Appoint:
		if err := s.Allows(&chat.Command{Op: chat.AddCredential}); err != nil {
			return err
		}
	case s.Credential() == 0:
		return nil
	}
	all, err := d.Credentials(ctx, s.User())
	if err != nil {
		return err
	}
	missing := ErrNotFresh
	var by *chat.Credential // nil for who has come by nothing that still counts
	for i := range all {
		if all[i].Seq == s.Credential() {
			by = &all[i]
		}
		if all[i].Proof == chat.ByPassword {
			missing = ErrPassword
		}
	}
	switch {
	case what == Appoint && (by == nil || !IsBrowsers(by)):
		return nil
	case what == LessProof && missing == ErrPassword:
		return missing
	case d.fresh.is(s, by):
		return nil
	}
	return missing
}

// Confirm takes the password once more of whom a session speaks for; a code of a second
// factor is not asked for. For a while, what takes that may then be done in the session.
func (d *Door) Confirm(ctx context.Context, s *hub.Session, password string) *chat.Error {
	err := d.CheckOwn(ctx, s.Nick(), password, s.Address())
	if err == nil {
		s.Prove()
	}
	return err
}

// ConfirmToken is Confirm for all sessions that come by the same token: each request of a
// browser or a program may have one of its own.
func (d *Door) ConfirmToken(ctx context.Context, s *hub.Session, password string) *chat.Error {
	err := d.Confirm(ctx, s, password)
	if err == nil {
		d.fresh.note(s.Credential())
	}
	return err
}

// CheckOwn says what is wrong with a password that a member gives as their own.
func (d *Door) CheckOwn(ctx context.Context, nick, password string, from netip.Addr) *chat.Error {
	_, err := d.Login(ctx, Login{Nick: nick, Password: password, From: from})
	switch {
	case err == nil || err == ErrCode:
		return nil
	case err.Code == chat.Forbidden:
		return chat.Errorf(chat.Forbidden, "That is not your password.")
	}
	return err
}

// LoggedIn notes that whom a session speaks for has logged in once more. By a token nobody
// does: else each could make the next.
func (d *Door) LoggedIn(s *hub.Session, a hub.Arrival) {
	if a.User == s.User() && (a.Proved.IsZero() || time.Since(a.Proved) <= FreshFor) {
		s.Prove()
	}
}

// freshness is when a token's password was given once more.
type freshness struct {
	now func() time.Time

	mu sync.Mutex             // guards the following; held for map operations only
	at map[chat.Seq]time.Time // by the token
}

func newFreshness(now func() time.Time) *freshness {
	if now == nil {
		now = time.Now
	}
	return &freshness{now: now, at: map[chat.Seq]time.Time{}}
}

func (f *freshness) note(token chat.Seq) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	for other, at := range f.at { // a few, as people do this seldom
		if now.Sub(at) > FreshFor {
			delete(f.at, other)
		}
	}
	f.at[token] = now
}

// is reports whether a session that has come by a credential, nil for none, has proved a
// moment ago for whom it speaks. A token by which a client comes back is the trace of a
// login, at the time when it was made.
func (f *freshness) is(s *hub.Session, by *chat.Credential) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := s.Proved()
	if by != nil && by.Proof == chat.ByToken {
		at = latest(at, f.at[by.Seq])
	}
	if by != nil && IsRemembered(by) {
		at = latest(at, time.UnixMilli(int64(by.Added)))
	}
	return f.now().Sub(at) <= FreshFor
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
