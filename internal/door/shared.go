package door

import (
	"context"
	"net/netip"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
)

// The passwords that the server's configuration has, for protocols that know
// them: IRC's PASS and OPER.

// Oper is who may become an operator by a name and a password of the
// configuration.
type Oper struct {
	Name     string
	Password *auth.Shared
}

// HasPassword reports whether the server has a password that everybody gives.
func (d *Door) HasPassword() bool { return d.cfg.Password != nil }

// ServerPassword checks the server's own password: nil if there is none.
func (d *Door) ServerPassword(ctx context.Context, password string, from netip.Addr) *chat.Error {
	if d.cfg.Password == nil {
		return nil
	}
	wrong := chat.Errorf(chat.Forbidden, "This server has a password, and that is not it; ask whoever keeps the server.")
	return d.checkShared(ctx, d.cfg.Password, password, from, "", wrong)
}

// Oper checks the name and the password of an operator of the configuration.
func (d *Door) Oper(ctx context.Context, name, password string, from netip.Addr) *chat.Error {
	var p *auth.Shared
	for _, o := range d.cfg.Opers {
		if o.Name == name {
			p = o.Password
		}
	}
	return d.checkShared(ctx, p, password, from, name, chat.NoLogin())
}

// checkShared checks a password of the configuration, nil for none that fits.
// Who guesses is slowed down.
func (d *Door) checkShared(ctx context.Context, p *auth.Shared, password string, from netip.Addr, name string, wrong *chat.Error) *chat.Error {
	if err := d.allow(d.shared, from, name); err != nil {
		return err
	}
	ok := false
	if p != nil {
		var err *chat.Error
		if ok, err = d.cfg.Hasher.Shared(ctx, p, password); err != nil {
			d.shared.Withdraw(from, name)
			return err
		}
	}
	if !ok {
		d.shared.Failed(from, name)
		return wrong
	}
	d.shared.Succeeded(from, name)
	return nil
}
