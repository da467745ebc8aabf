package door

import (
	"context"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// How passwords are kept: as a hash and, beside it in the same credential, a
// sealed verifier for SCRAM. So they come and go together, and there is nothing
// more to list or to drop.

// keep returns what is kept of a password.
func (d *Door) keep(ctx context.Context, password string) (string, *chat.Error) {
	hash, err := d.cfg.Hasher.Hash(ctx, password)
	if err != nil || d.cfg.Sealer == nil {
		return hash, err
	}
	v, err := d.cfg.Hasher.Scram(ctx, password)
	if err != nil {
		return "", err
	}
	return d.cfg.Sealer.WithScram(hash, v), nil
}

// lacksScram reports whether a password is kept without a verifier that we can
// use, as after a backup was restored without the key file.
func (d *Door) lacksScram(password *hub.Credential) bool {
	if d.cfg.Sealer == nil {
		return false
	}
	v, ok := d.cfg.Sealer.Scram(password.Secret)
	return !ok || !d.cfg.Hasher.Current(v)
}

// renew keeps a password, which has just been given, as it is kept today, and
// returns the credential that proves it now. If it can't be, it stays as it was.
func (d *Door) renew(ctx context.Context, was *hub.Credential, password string) chat.Seq {
	kept, err := d.keep(ctx, password)
	if err != nil {
		return was.Seq
	}
	d.cfg.Hub.Console().Do(ctx, chat.Command{
		Op: chat.AddCredential, User: was.User, Level: uint8(chat.ByPassword), Secret: kept, Target: was.Seq,
	})
	// Another login may have kept it before, or its owner replaced it.
	all, _ := d.cfg.Hub.Credentials(ctx, was.User)
	for _, now := range all {
		if now.Proof != chat.ByPassword || now.Seq == was.Seq {
			continue
		}
		if now.Secret == kept {
			return now.Seq
		}
		if ok, _, _ := d.cfg.Hasher.Verify(ctx, now.Secret, password); ok {
			return now.Seq
		}
	}
	return was.Seq
}
