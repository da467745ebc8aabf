package ssh

import (
	"crypto/sha256"
	"errors"
	"strings"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// who finds out who a peer is. The user name that an SSH client gives is the name of
// a member, or what a guest would like to be called: ada, or tea+ada to come into
// #tea.
//
// A key that is a member's is that member, whatever the user name. Any other is a
// guest's, unless the user name is a member's: then the client is to offer its next
// key, or a password.
type who struct {
	visit *visit
	nick  string // empty if the user name is none
	room  string // to go to first; may be empty
	tries int
}

// maxTries is how often a client may try. The protocol counts what was refused, and
// ends before that; but not the keys that a client only asks about and that would do.
const maxTries = 12

// asKey is under which permissions have as whom the peer comes in.
type asKey struct{}

// as lets the peer in.
func as(a hub.Arrival) (*ssh.Permissions, error) {
	return &ssh.Permissions{ExtraData: map[any]any{asKey{}: &a}}, nil
}

var errRefused = errors.New("not let in by that")

// config returns the protocol's configuration for one connection.
func (w *who) config() *ssh.ServerConfig {
	cfg := &ssh.ServerConfig{
		Config: algorithms(), PublicKeyAuthAlgorithms: userKeys(), ServerVersion: version,
		PublicKeyCallback: w.byKey, KeyboardInteractiveCallback: w.byAnswers, PasswordCallback: w.byPassword,
	}
	cfg.AddHostKey(w.visit.gateway.cfg.Key.signer)
	return cfg
}

// begin takes the user name apart, unless there were too many tries. From here on a
// person may have to type.
func (w *who) begin(meta ssh.ConnMetadata) error {
	if w.tries++; w.tries > maxTries {
		return errRefused
	}
	w.visit.patience.Reset(loginTime)
	room, nick, found := strings.Cut(meta.User(), "+") // which is in no nick
	if !found {
		room, nick = "", room
	}
	w.nick, w.room = "", ""
	if chat.CheckNick(nick) == nil {
		w.nick = nick
	}
	if room = strings.TrimPrefix(room, "#"); room != "" && len(room) <= chat.MaxRoomName {
		w.room = chat.CleanLine(strings.ToValidUTF8(room, "?"))
	}
	return nil
}

// isMember reports whether the user name is a member's.
func (w *who) isMember() bool {
	if w.nick == "" {
		return false
	}
	p, ok := w.visit.gateway.cfg.Hub.Person(w.nick)
	return ok && p.Role >= chat.MemberRole
}

// byKey judges a key. That the peer has it is checked afterwards.
func (w *who) byKey(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	if err := w.begin(meta); err != nil {
		return nil, err
	}
	known, refused := auth.NewPublicKey(key, "")
	if refused != nil {
		return nil, refused
	}
	switch a, ok, refused := w.visit.gateway.cfg.Door.BySSHKey(w.visit.ctx, known.Key); {
	case refused != nil: // not known, which is not to be nobody's
		return nil, refused
	case ok:
		a.Key = known.Key
		return as(a)
	}
	if w.isMember() {
		return nil, errRefused
	}
	return as(hub.Arrival{Nick: w.nick, Key: guestKey(key)})
}

// guestKey returns by what a guest with a public key is recognised. Everybody may
// know that, so it must be no token's key, or whoever knows it could come in with a
// token instead (see package line): a token is UTF-8, and what is hashed here is not.
func guestKey(key ssh.PublicKey) chat.Key {
	return sha256.Sum256(append([]byte("\xffssh\x00"), key.Marshal()...))
}

// byAnswers asks a member for the password and a code (RFC 4256). Others are guests,
// and asked nothing.
func (w *who) byAnswers(meta ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
	if err := w.begin(meta); err != nil {
		return nil, err
	}
	if !w.isMember() {
		return as(hub.Arrival{Nick: w.nick})
	}
	guests := w.visit.gateway.cfg.Hub.Policy().Guests
	note := ""
	if guests {
		note = w.nick + " is a member here. If that is not you, press Enter: you come in as a guest, under another name."
	}
	password, err := question(ask, note, "Password of "+w.nick+": ")
	switch {
	case err != nil:
		return nil, err
	case password == "" && guests:
		return as(hub.Arrival{Nick: w.nick})
	}
	a, refused := w.login(ask, password)
	if refused != nil {
		_, _ = ask("", refused.Text, nil, nil) // it is told again by being asked again
		return nil, refused
	}
	return as(a)
}

// login checks a password, and asks for a code if the member has a second factor.
func (w *who) login(ask ssh.KeyboardInteractiveChallenge, password string) (hub.Arrival, *chat.Error) {
	g := w.visit.gateway
	l := door.Login{Nick: w.nick, Password: password, From: w.visit.peer.Remote}
	a, refused := g.cfg.Door.Login(w.visit.ctx, l)
	if refused != door.ErrCode {
		return a, refused
	}
	code, err := question(ask, "", "Code of your authenticator app, or a recovery code: ")
	if err != nil {
		return a, refused
	}
	l.Code = code
	return g.cfg.Door.Login(w.visit.ctx, l)
}

// question asks for something that is not shown while it is typed.
func question(ask ssh.KeyboardInteractiveChallenge, note, prompt string) (string, error) {
	answers, err := ask("", note, []string{prompt}, []bool{false})
	if err != nil || len(answers) != 1 {
		return "", errors.Join(errRefused, err)
	}
	return answers[0], nil
}

// byPassword takes a member's password, with the code after it, or a token, from a
// client that can't be asked for more (RFC 4252 §8).
func (w *who) byPassword(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
	if err := w.begin(meta); err != nil {
		return nil, err
	}
	a, refused := w.visit.gateway.cfg.Door.Plain(w.visit.ctx, w.nick, string(password), w.visit.peer.Remote)
	if refused != nil {
		return nil, refused
	}
	return as(a)
}
