package door

import (
	"cmp"
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Registration is somebody's wish to become a member.
type Registration struct {
	Nick     string
	Password string
	Code     string // of an invitation; empty where none is needed
	From     netip.Addr
	Lobby    bool // Enroll: they are in the lobby too
}

// Account checks a registration and returns what the account is made of. That
// the nick is free and the invitation good is decided when it is applied: tell
// Registered.
func (d *Door) Account(ctx context.Context, r Registration) (*hub.Account, *chat.Error) {
	if err := d.allow(d.arrivals, r.From, ""); err != nil {
		return nil, err
	}
	a, err := d.account(ctx, &r)
	if err != nil {
		d.Registered(r, err)
		return nil, err
	}
	return a, nil
}

func (d *Door) account(ctx context.Context, r *Registration) (*hub.Account, *chat.Error) {
	key, err := d.CheckCode(r.Code)
	if err != nil {
		return nil, err
	}
	if err := chat.CheckNick(r.Nick); err != nil {
		return nil, err
	}
	if err := d.CheckPassword(r.Password, r.Nick); err != nil {
		return nil, err
	}
	kept, err := d.keep(ctx, r.Password)
	return &hub.Account{Password: kept, Invitation: key}, err
}

// CheckCode returns the key of an invitation's code, or says why nobody can
// register with it, or without one. That it still lets somebody in is not known
// before it is used.
func (d *Door) CheckCode(code string) (key chat.Key, err *chat.Error) {
	policy := d.cfg.Hub.Policy().Registration
	key, ok := auth.ParseCode(code)
	switch {
	case ok:
	case code != "":
		err = chat.Errorf(chat.Forbidden, "%s is no invitation's code; it looks like K7QX-M2PD-…", clipped(code))
	case policy == hub.ByInvite:
		err = chat.Errorf(chat.Forbidden, "One registers here by invitation: /register NAME CODE. Ask somebody who keeps this server for a code.")
	case policy == hub.Closed:
		err = chat.Errorf(chat.Forbidden, "Nobody can register here; whoever keeps this server makes the accounts.")
	}
	return key, err
}

// clipped returns what somebody typed as it is quoted back.
func clipped(s string) string {
	const most = 40
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// Registered tells the door what became of a registration, so that codes can't
// be guessed.
func (d *Door) Registered(r Registration, err *chat.Error) {
	switch {
	case err == nil:
		d.arrivals.Succeeded(r.From, "")
	case r.Code != "" && err.Code == chat.Forbidden:
		d.arrivals.Failed(r.From, "")
	default:
		d.arrivals.Withdraw(r.From, "")
	}
}

// Become makes the guest for whom a session speaks a member.
func (d *Door) Become(ctx context.Context, s *hub.Session, r Registration) *chat.Error {
	account, err := d.Account(ctx, r)
	if err != nil {
		return err
	}
	out := s.Do(ctx, chat.Command{Op: chat.Register, Name: r.Nick, Secret: account.Password, Key: account.Invitation})
	d.Registered(r, out.Err)
	if out.Err == nil {
		s.Prove() // they have just chosen the password
	}
	return out.Err
}

// Enroll makes a member of somebody for whom no session speaks yet, and returns how
// one comes to. They are in no room but those of their invitation, unless r.Lobby says
// so.
func (d *Door) Enroll(ctx context.Context, r Registration) (hub.Arrival, *chat.Error) {
	account, err := d.Account(ctx, r)
	if err != nil {
		return hub.Arrival{}, err
	}
	open := d.cfg.Hub.Policy().Registration == hub.Open
	user, err := d.admit(ctx, r, chat.Command{Secret: account.Password, Key: account.Invitation, Open: open})
	if err != nil {
		return hub.Arrival{}, err
	}
	return d.byPassword(ctx, user)
}

// Again returns how another session comes to speak for the member for whom a session
// speaks, and to do no more than it: by the same credential or, if it came by none or has
// replaced it, by the password.
func (d *Door) Again(ctx context.Context, s *hub.Session) (hub.Arrival, *chat.Error) {
	a, _ := s.Again()
	all, err := d.cfg.Hub.Credentials(ctx, a.User)
	for _, c := range all {
		if c.Seq == a.Credential {
			return a, nil
		}
	}
	if err != nil {
		return hub.Arrival{}, err
	}
	by, err := d.byPassword(ctx, a.User)
	by.Scopes, by.Proved = a.Scopes, a.Proved
	return by, err
}

// byPassword returns how somebody comes in who has a password.
func (d *Door) byPassword(ctx context.Context, user chat.UserID) (hub.Arrival, *chat.Error) {
	all, err := d.cfg.Hub.Credentials(ctx, user)
	for _, c := range all {
		if c.Proof == chat.ByPassword {
			return hub.Arrival{User: user, Credential: c.Seq}, nil
		}
	}
	return hub.Arrival{}, cmp.Or(err, chat.NoLogin())
}

// admit makes an account of somebody who is nobody yet; the command says what they log in
// by, and what lets them.
func (d *Door) admit(ctx context.Context, r Registration, cmd chat.Command) (chat.UserID, *chat.Error) {
	cmd.Op, cmd.Name, cmd.Private = chat.Register, r.Nick, !r.Lobby
	if r.From.IsValid() {
		cmd.From = r.From.WithZone("").String()
	}
	out := d.cfg.Hub.Console().Do(ctx, cmd)
	d.Registered(r, out.Err)
	return out.User, out.Err
}

// Invite makes an invitation to the server, and returns its code, which is shown
// once and kept nowhere.
func (d *Door) Invite(ctx context.Context, by Actor, v Invitation) (auth.Secret, *chat.Error) {
	code, key := auth.NewCode()
	cmd := chat.Command{Op: chat.MakeInvitation, Key: key, Level: uint8(v.Role), Count: uint32(v.Uses)}
	if v.Lasts > 0 {
		cmd.Until = in(v.Lasts)
	}
	for _, room := range v.Rooms {
		cmd.Text += strconv.FormatUint(uint64(room), 10) + " "
	}
	cmd.Text = strings.TrimSpace(cmd.Text)
	if out := by.Do(ctx, cmd); out.Err != nil {
		return "", out.Err
	}
	return code, nil
}

// Invitation is what an invitation lets people do.
type Invitation struct {
	Role  chat.Role
	Uses  int
	Lasts time.Duration // 0 is for ever
	Rooms []chat.RoomID // that they are in at once
}

// in returns the time so long from now.
func in(d time.Duration) chat.Millis { return chat.Millis(time.Now().Add(d).UnixMilli()) }
