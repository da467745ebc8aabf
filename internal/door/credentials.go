package door

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// What members prove themselves with: made, shown once, dropped.

// Credentials returns what a member proves themselves with, without what proves
// it.
func (d *Door) Credentials(ctx context.Context, user chat.UserID) ([]chat.Credential, *chat.Error) {
	all, err := d.cfg.Hub.Credentials(ctx, user)
	plain := make([]chat.Credential, len(all))
	for i := range all {
		plain[i] = all[i].Credential
	}
	return plain, err
}

// CheckPassword says what is wrong with the choice of a password by the person of
// that nick, or nil: see [auth.CheckPassword].
func (d *Door) CheckPassword(password, nick string) *chat.Error {
	if d.cfg.Unthrottled && password != "" {
		return nil // what can't be kept is refused when it is to be
	}
	return auth.CheckPassword(password, nick)
}

// SetPassword gives a member another password. Whoever asks for it in their own
// name gives the one before, if there is one. What came by that ends, as does what
// clients come back by that have logged in, but for the session that asks.
func (d *Door) SetPassword(ctx context.Context, by Actor, user hub.Person, password string) *chat.Error {
	if err := d.CheckPassword(password, user.Nick); err != nil {
		return err
	}
	kept, err := d.keep(ctx, password)
	if err != nil {
		return err
	}
	if err := by.Do(ctx, chat.Command{Op: chat.AddCredential, User: user.ID, Level: uint8(chat.ByPassword), Secret: kept}).Err; err != nil {
		return err
	}
	if s, ok := by.(*hub.Session); ok {
		s.Prove() // its credential may be the password of before
	}
	return d.LogOut(ctx, by, user.ID)
}

// LogOut drops the tokens by which a member's clients come back, but for that of the
// session that asks for it.
func (d *Door) LogOut(ctx context.Context, by Actor, user chat.UserID) *chat.Error {
	spared := chat.Seq(0)
	if s, ok := by.(*hub.Session); ok {
		spared = s.Credential()
	}
	all, err := d.cfg.Hub.Credentials(ctx, user)
	for i := 0; i < len(all) && err == nil; i++ {
		if IsRemembered(&all[i].Credential) && all[i].Seq != spared {
			err = d.Drop(ctx, by, user, all[i].Seq)
		}
	}
	return err
}

// Token is what a token is made for.
type Token struct {
	Name   string // what its owner calls it
	Lasts  time.Duration
	Scopes hub.Scopes
}

// NewToken makes a token for a member or a bot. It is shown once and kept
// nowhere.
func (d *Door) NewToken(ctx context.Context, by Actor, user chat.UserID, t Token) (auth.Secret, *chat.Error) {
	secret, key := auth.NewToken()
	cmd := chat.Command{Op: chat.AddCredential, User: user, Level: uint8(chat.ByToken), Name: t.Name, Key: key, Count: uint32(t.Scopes)}
	if t.Lasts > 0 {
		cmd.Until = in(t.Lasts)
	}
	if out := by.Do(ctx, cmd); out.Err != nil {
		return "", out.Err
	}
	return secret, nil
}

// JoinClient is what the tokens are called by which hubbub join comes back.
const JoinClient = "hubbub join"

// What begins the names of other tokens by which clients come back.
const (
	browserPrefix = "web: "
	programPrefix = "program: "
)

// Browser returns what the token is called by which a browser comes back, as a cookie:
// it counts for [Door.ByBrowser] only.
func Browser(name string) string { return browserPrefix + name }

// Program returns what the token is called by which a program comes back that keeps it
// itself.
func Program(name string) string { return programPrefix + name }

// Remembered returns the client that comes back by a token of that name, and false
// if it is one that somebody has made themselves.
func Remembered(token string) (client string, ok bool) {
	if token == JoinClient {
		return token, true
	}
	if client, ok = strings.CutPrefix(token, programPrefix); ok {
		return client, true
	}
	return strings.CutPrefix(token, browserPrefix)
}

// IsRemembered reports whether a client comes back by a credential: see [Remembered].
func IsRemembered(c *chat.Credential) bool {
	_, ok := Remembered(c.Name)
	return ok && c.Proof == chat.ByToken
}

// IsBrowsers reports whether a browser comes back by a credential: see [Browser].
func IsBrowsers(c *chat.Credential) bool {
	return c.Proof == chat.ByToken && strings.HasPrefix(c.Name, browserPrefix)
}

// IsFactor reports whether a credential is of a second factor: to drop one takes what
// [LessProof] takes, and [Door.DropTOTP] does.
func IsFactor(c *chat.Credential) bool { return c.Proof == chat.ByTOTP || c.Proof == chat.ByRecovery }

// maxRemembered is how many tokens of clients that come back a member has: the
// oldest makes room.
const maxRemembered = 20

// Remember makes a token by which a client comes back that has given a password,
// so that it need not keep it. What it is called is [JoinClient], or by [Browser] or
// [Program].
func (d *Door) Remember(ctx context.Context, user chat.UserID, client string, lasts time.Duration) (auth.Secret, *chat.Error) {
	all, err := d.cfg.Hub.Credentials(ctx, user)
	if err != nil {
		return "", err
	}
	var clients []chat.Seq
	for _, c := range all {
		if IsRemembered(&c.Credential) {
			clients = append(clients, c.Seq)
		}
	}
	console := d.cfg.Hub.Console()
	for len(clients) >= maxRemembered {
		if err := d.Drop(ctx, console, user, clients[0]); err != nil {
			return "", err
		}
		clients = clients[1:]
	}
	return d.NewToken(ctx, console, user, Token{Name: client, Lasts: lasts})
}

// AddKey adds an SSH public key, given as in authorized_keys.
func (d *Door) AddKey(ctx context.Context, by Actor, user chat.UserID, line string) (auth.PublicKey, *chat.Error) {
	key, err := auth.ParsePublicKey(line)
	if err != nil {
		return key, err
	}
	name := key.Fingerprint
	if key.Comment != "" {
		name = chat.CleanLine(key.Comment)
	}
	return key, by.Do(ctx, chat.Command{Op: chat.AddCredential, User: user, Level: uint8(chat.BySSHKey), Name: name, Key: key.Key}).Err
}

// AddCertificate adds a certificate that the peer has proved to TLS to have.
func (d *Door) AddCertificate(ctx context.Context, by Actor, user chat.UserID, name string, key chat.Key) *chat.Error {
	return by.Do(ctx, chat.Command{Op: chat.AddCredential, User: user, Level: uint8(chat.ByCertificate), Name: name, Key: key}).Err
}

// Drop takes a credential from a member, by its number.
func (d *Door) Drop(ctx context.Context, by Actor, user chat.UserID, number chat.Seq) *chat.Error {
	return by.Do(ctx, chat.Command{Op: chat.DropCredential, User: user, Target: number}).Err
}

// BeginTOTP draws the seed of a second factor, and returns it for the
// authenticator app: as a link, and to be typed. It counts once ConfirmTOTP has
// seen a code of it.
func (d *Door) BeginTOTP(user hub.Person) (link auth.Secret, typed string, err *chat.Error) {
	if d.cfg.Sealer == nil {
		return "", "", chat.Errorf(chat.Unavailable, "This server has no key to keep a second factor with.")
	}
	seed := auth.NewTOTP()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seeds[user.ID] = seed
	return auth.TOTPURL(seed, d.cfg.Name, user.Nick), base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed), nil
}

// ConfirmTOTP makes the second factor count, and returns the recovery codes for
// the day when the app is lost. They are shown once.
func (d *Door) ConfirmTOTP(ctx context.Context, by Actor, user hub.Person, code string) ([]auth.Secret, *chat.Error) {
	d.mu.Lock()
	seed := d.seeds[user.ID]
	d.mu.Unlock()
	if seed == nil {
		return nil, chat.Errorf(chat.Invalid, "There is no second factor to confirm; /totp on begins one.")
	}
	step, ok := auth.CheckTOTP(seed, code, time.Now(), 0)
	if !ok {
		return nil, chat.Errorf(chat.Invalid, "That is not the code that the app should show now; is the clock of this device right?")
	}
	sealed := base64.RawStdEncoding.EncodeToString(d.cfg.Sealer.Seal(user.ID, seed))
	if out := by.Do(ctx, chat.Command{Op: chat.AddCredential, User: user.ID, Level: uint8(chat.ByTOTP), Secret: sealed}); out.Err != nil {
		return nil, out.Err
	}
	d.mu.Lock()
	delete(d.seeds, user.ID)
	d.steps[user.ID] = step
	d.mu.Unlock()
	return d.newRecoveryCodes(ctx, by, user.ID)
}

func (d *Door) newRecoveryCodes(ctx context.Context, by Actor, user chat.UserID) ([]auth.Secret, *chat.Error) {
	if err := d.dropAll(ctx, by, user, chat.ByRecovery); err != nil {
		return nil, err
	}
	codes, keys := auth.NewRecoveryCodes()
	for i, key := range keys {
		cmd := chat.Command{Op: chat.AddCredential, User: user, Level: uint8(chat.ByRecovery), Name: strconv.Itoa(i + 1), Key: key}
		if out := by.Do(ctx, cmd); out.Err != nil {
			return nil, out.Err
		}
	}
	return codes, nil
}

// DropTOTP takes the second factor from a member, with its recovery codes.
func (d *Door) DropTOTP(ctx context.Context, by Actor, user chat.UserID) *chat.Error {
	if err := d.dropAll(ctx, by, user, chat.ByTOTP); err != nil {
		return err
	}
	return d.dropAll(ctx, by, user, chat.ByRecovery)
}

func (d *Door) dropAll(ctx context.Context, by Actor, user chat.UserID, proof chat.Proof) *chat.Error {
	all, err := d.cfg.Hub.Credentials(ctx, user)
	for i := 0; i < len(all) && err == nil; i++ {
		if all[i].Proof == proof {
			err = d.Drop(ctx, by, user, all[i].Seq)
		}
	}
	return err
}

// secondFactor checks a code against a member's second factors, if there are
// any. Every code counts once.
func (d *Door) secondFactor(ctx context.Context, factors []hub.Credential, code string) *chat.Error {
	seed, user := "", chat.UserID(0)
	for _, f := range factors {
		if f.Proof == chat.ByTOTP {
			seed, user = f.Secret, f.User
		}
	}
	switch {
	case seed == "":
		return nil
	case code == "":
		return ErrCode
	case d.recovered(ctx, factors, code):
		return nil
	case d.cfg.Sealer == nil:
		return chat.Errorf(chat.Unavailable, "This server has lost the key to the second factors; use a recovery code, or ask who keeps it.")
	}
	sealed, _ := base64.RawStdEncoding.DecodeString(seed) // what is damaged does not open
	opened, err := d.cfg.Sealer.Open(user, sealed)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	step, ok := auth.CheckTOTP(opened, code, time.Now(), d.steps[user])
	if !ok {
		return chat.NoLogin()
	}
	d.steps[user] = step
	return nil
}

// recovered reports whether the code is one of the recovery codes, which then is
// used up.
func (d *Door) recovered(ctx context.Context, factors []hub.Credential, code string) bool {
	key, ok := auth.ParseCode(code)
	if !ok {
		return false
	}
	for _, f := range factors {
		if f.Proof == chat.ByRecovery && f.Key == key {
			return d.Drop(ctx, d.cfg.Hub.Console(), f.User, f.Seq) == nil
		}
	}
	return false
}
