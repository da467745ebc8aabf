package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"hubbub/api"
)

// Live is one person's presence in the chat, by the API: what the chat page is
// in a browser. Where a [Client] says lines, a Live says [api.Command]s, each to the
// room that it names; it is told of signals too, and asks for what there is by
// queries such as [Live.Messages]. Both lose nothing and double nothing, by the same
// means: see the package.
//
// A Live connects to every address that a Client does. Where there is no TLS it takes
// no password and no token but on the same machine, as the server has it. Its methods
// may be called from any goroutine.
type Live struct {
	progress
	cfg    Config
	reach  *reach
	out    outbox
	asides chan api.Command // what is said if there is a connection, and else forgotten; never closed

	// Guarded by mu.
	in     map[uint64]string // the rooms that we are in: their names, none for direct conversations
	goals  []string          // the rooms to go into, for which the server has not answered yet
	placed bool              // has been everywhere where cfg says, once
	online bool
}

// NewLive returns a client that [Live.Run] will connect. A guest's token in cfg is
// any secret; whoever knows it is that guest.
func NewLive(cfg Config) (*Live, error) {
	cfg.complete()
	reach, err := newReach(&cfg)
	if err != nil {
		return nil, err
	}
	l := &Live{cfg: cfg, reach: reach, in: map[uint64]string{}, asides: make(chan api.Command, 16)}
	l.init(&cfg, credential(cfg.Token))
	for _, name := range append([]string{cfg.Room}, cfg.Rooms...) {
		if name != "" {
			l.goals = append(l.goals, roomName(name))
		}
	}
	l.out.init(cfg.Window, cfg.Queue)
	return l, nil
}

// Guests are recognised by secrets of this form, and members by tokens that begin
// as those do.
const (
	guestPrefix = "g."
	tokenPrefix = "hub_"
)

// GuestToken draws a secret by which a guest is the same as a [Client] and as a [Live].
func GuestToken() string { return credential("") }

// credential returns a token as the API takes it: a member's as it is, a guest's
// secret as 32 bytes.
func credential(token string) string {
	if strings.HasPrefix(token, tokenPrefix) || strings.HasPrefix(token, guestPrefix) {
		return token
	}
	if token == "" {
		token = rand.Text()
	}
	secret := sha256.Sum256([]byte(token))
	return guestPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
}

// NewID returns a client id that was never used.
func (l *Live) NewID() string { return l.newID() }

// maxAsked is how many bytes a command has at most, as the server takes it.
const maxAsked = 64 << 10

// encode returns a command as it is sent. What HTML would need is left as it is: the
// server bounds the bytes.
func encode(asked *api.Command) ([]byte, error) {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	err := to.Encode(asked)
	return b.Bytes(), err
}

// Submit hands over a command, and gives it a client id if it has none. It waits while
// too many are unanswered; it does not wait for the answer. What can't be sent at all
// is refused at once. Commands are sent in the order of the calls, and again after a
// loss, under the same ids: what is said is said once, and so are edits, deletions,
// reactions and pins.
func (l *Live) Submit(ctx context.Context, asked api.Command) (*Command, error) {
	if asked.ID == "" {
		asked.ID = l.NewID()
	}
	if body, err := encode(&asked); err != nil || len(body) > maxAsked-100 { // it may get a longer id
		return nil, &Refused{"invalid", "That is too long; nothing was sent."}
	}
	cmd := &Command{Asked: asked, id: asked.ID, wire: asked.ID, done: make(chan struct{})}
	return cmd, l.out.add(ctx, cmd)
}

// Do submits a command and waits for the answer. If the context ends first, the
// command is still sent.
func (l *Live) Do(ctx context.Context, asked api.Command) (api.Message, error) {
	cmd, err := l.Submit(ctx, asked)
	if err != nil {
		return api.Message{}, err
	}
	select {
	case <-cmd.Done():
		return cmd.Answer()
	case <-ctx.Done():
		return api.Message{}, context.Cause(ctx)
	}
}

// Signal says what counts for a moment only, as [api.OpTyping]: if there is a
// connection, and at most a few at once. Nobody is told what becomes of it.
func (l *Live) Signal(asked api.Command) {
	if !l.Online() {
		return
	}
	asked.ID = l.NewID()
	select {
	case l.asides <- asked:
	default:
	}
}

// Unanswered returns the commands that have not been answered yet, in their order.
func (l *Live) Unanswered() []*Command { return l.out.all() }

// Online reports whether there is a connection.
func (l *Live) Online() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.online
}

// Run keeps the client connected, and calls handle for everything that happens, as
// [Client.Run] does. It returns
//
//   - the context's cause when ctx ends;
//   - a [*Refused] when the server will not have the client;
//   - [ErrNoAPI] if what answers does not speak the API;
//   - why the certificate is not to be trusted;
//   - why there is no connection, if [Config] says not to go on trying.
//
// Commands that are unanswered then end with [ErrNotSent] or [ErrUnanswered]. Run is
// called once.
func (l *Live) Run(ctx context.Context, handle func(Update)) error {
	err := stay(ctx, &l.cfg, l, handle)
	l.out.close(err)
	l.reach.query.CloseIdleConnections()
	return err
}

// connect makes a connection and serves it until it ends.
func (l *Live) connect(ctx context.Context, handle func(Update)) error {
	if err := l.logIn(ctx); err != nil {
		return err
	}
	s := &liveStream{live: l, handle: handle, joins: make(chan []api.Command, 1), placed: make(chan struct{})}
	l.mu.Lock()
	s.epoch, s.after = l.epoch, l.after
	l.mu.Unlock()
	var err error
	if s.ws, err = l.dial(ctx, s.epoch, s.after); err != nil {
		return l.passing(err)
	}
	l.out.rewind(l.NewID)
	for len(l.asides) > 0 { // of the last connection; nobody else takes any now
		<-l.asides
	}
	err = s.serve(ctx)
	l.mu.Lock()
	l.online = false
	l.mu.Unlock()
	return err
}

// passing returns an error as one that another attempt may be spared, if it only says
// that we are too fast, and were welcome before.
func (l *Live) passing(err error) error {
	if no, ok := err.(*Refused); ok && no.Code == "too-many" && l.arrived() {
		return fmt.Errorf("the server says: %s", no.Text)
	}
	return err
}

// Leave has a guest leave the server at once, and not a minute after the connection, if
// no other connection speaks for them. So it is called after [Live.Run] has returned.
// It does nothing for a member, who stays in their rooms.
func (l *Live) Leave(ctx context.Context) error {
	l.mu.Lock()
	guest := strings.HasPrefix(l.token, guestPrefix)
	l.mu.Unlock()
	if !guest {
		return nil
	}
	return l.ask(ctx, "DELETE", "/session", nil, nil, nil)
}
