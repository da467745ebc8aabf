// Package client talks to a hubbub server and loses nothing on the way.
//
// A [Client] is one person's presence in the chat. [Client.Run] connects, and
// connects again whenever the connection is lost, for as long as its context
// lasts; what happens is told to its caller as [Update]s. [Client.Submit] takes
// a line, text or a command, and gives back a [Command] whose answer can be
// waited for.
//
// # Two directions
//
// A connection carries two conversations that have nothing to do with each
// other: what this side says, and what everybody else says. A client with one
// goroutine has to choose which of the two to wait for, and whichever it
// chooses, the other stands still: while it waits for the keyboard nobody is
// heard, and while it waits for the network nothing can be said. Taking turns
// does not help. When both sides write first and read later, and there is more
// to write than fits into the buffers between them, each waits for the other to
// read, for ever.
//
// So one goroutine sends and one receives (see stream). They share the outbox,
// under a mutex that neither holds while it waits, and a capacity-one channel
// that says "look again". Neither ever waits for the other. A server that stops
// reading does not stop us from hearing it; a caller who takes long over an
// update delays the updates behind it, and nothing that is sent.
//
// # Nothing lost, nothing doubled
//
// Every command has a client id, unique for ever under the client's token. It
// stays in the outbox until the server has answered it. After a loss all that
// is in the outbox is sent again, in the same order and under the same ids, and
// the server does what it has not done before. Reading resumes after the last
// event that was handled. Until the server has confirmed that text goes where
// it went before, no text is sent at all: what was meant for a private room
// must not end in a public one.
//
// A guest is the same however long they were away. But if somebody registers by their
// token, who comes by it later is somebody new, of whom the server knows no client id:
// what may have reached it before then ends with [ErrUnanswered], and is not sent again
// in another name.
//
// Run starts one goroutine for each connection, the one that sends, and waits
// for it before the next connection and before it returns.
//
// # Two ways to speak
//
// A Client says lines, as a person does: it suits pipes, bots and prompts. A [Live]
// speaks the API: commands that name their room, signals such as that somebody is
// typing, and queries for pages of what was said, threads, people and what was found.
// It suits whatever shows several rooms at once. Both take the same [Config] and tell
// the same updates.
package client

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"hubbub/api"
)

// Config says whom to talk to and as whom. Only Address is needed.
type Config struct {
	Address string   // see [ParseAddress]
	Nick    string   // wished for; the server numbers it if it is taken
	Token   string   // a member's token, or a secret of 16 to 256 bytes by which the server recognises a guest's client; a random one if empty
	Room    string   // where text goes; #lobby if empty
	Rooms   []string // more rooms to be in

	// To log in as a member without a token: once. The server gives a token to
	// come back with, of which KeepToken is told, unless it is nil.
	User, Password, Code string
	KeepToken            func(token string)

	// TLS is for addresses that ask for it; nil believes what this system's
	// authorities vouch for.
	TLS *tls.Config

	Epoch string // with After: resume where an earlier client was, as [Client.Position] told
	After uint64

	Backlog int // of a Live: with more that has happened meanwhile it does not resume but begins anew; 0 is never

	Window   int           // commands sent and not answered; 64 if 0
	Queue    int           // commands held until they are answered; 1024 if 0
	MinRetry time.Duration // before the first attempt to connect again; 100 ms if 0
	MaxRetry time.Duration // doubling ends here; 10 s if 0
	GiveUp   time.Duration // without a connection for so long, Run returns why; 0 is never
	Patient  bool          // go on trying although the first attempt has failed; otherwise Run returns why

	Dial func(ctx context.Context) (net.Conn, error) // nil to connect to Address
}

// Client is one person's presence on a server. Its methods may be called from
// any goroutine.
type Client struct {
	progress
	cfg   Config
	out   outbox
	where whereabouts // guarded by mu
}

// Errors of commands that the server has not answered. What it has refused is a
// [*Refused].
var (
	ErrNotSent    = errors.New("not sent")
	ErrUnanswered = errors.New("sent, but not answered: whether it was done is not known")
)

// ErrUntrusted is for the functions of [Config].TLS that verify: another attempt
// is of no use after an error that wraps it, and Run returns.
var ErrUntrusted = errors.New("this server is not to be trusted")

// Refused is the server's refusal.
type Refused struct {
	Code string // one of a short closed list, such as "forbidden"
	Text string // a sentence for a person
}

// Error returns the sentence.
func (r *Refused) Error() string { return r.Text }

// Barred is a refusal that has nothing to do with what one came by, which may well be
// good: of a room into which one may not go, or since one was banned.
type Barred struct{ *Refused }

// Unwrap returns the refusal.
func (b *Barred) Unwrap() error { return b.Refused }

// lobby is the room in which everybody lands.
const lobby = "#lobby"

// New returns a client that [Client.Run] will connect.
func New(cfg Config) *Client {
	cfg.complete()
	cfg.Token = cmp.Or(cfg.Token, rand.Text())
	cfg.Room = cmp.Or(cfg.Room, lobby)
	c := &Client{cfg: cfg}
	c.init(&cfg, cfg.Token)
	c.where.init(cfg.Room, cfg.Rooms)
	c.out.init(cfg.Window, cfg.Queue)
	return c
}

// complete sets what has a usual value and none yet.
func (cfg *Config) complete() {
	cfg.Window = cmp.Or(cfg.Window, 64)
	cfg.Queue = cmp.Or(cfg.Queue, 1024)
	cfg.MinRetry = cmp.Or(cfg.MinRetry, 100*time.Millisecond)
	cfg.MaxRetry = cmp.Or(cfg.MaxRetry, 10*time.Second)
}

// Text returns the line that says s, whatever it begins with: a line that
// begins with / would be a command.
func Text(s string) string {
	if strings.HasPrefix(s, "/") {
		return "/" + s
	}
	return s
}

// Submit hands over a line: text, or a command that begins with /. It may have
// several lines in it. Submit waits while too many commands are unanswered; it
// does not wait for the answer. What can't be sent at all is refused at once.
// Commands are sent in the order of the calls.
func (c *Client) Submit(ctx context.Context, line string) (*Command, error) {
	cmd, err := c.command(line)
	if err != nil {
		return nil, err
	}
	return cmd, c.out.add(ctx, cmd)
}

// TrySubmit is Submit for callers who can't wait. It reports false if there is
// no room.
func (c *Client) TrySubmit(line string) (*Command, bool, error) {
	cmd, err := c.command(line)
	if err != nil {
		return nil, false, err
	}
	ok, err := c.out.tryAdd(cmd)
	return cmd, ok, err
}

// Send submits a line and waits for the answer: an ack or a reply. If the
// context ends first, the command is still sent.
func (c *Client) Send(ctx context.Context, line string) (api.Message, error) {
	cmd, err := c.Submit(ctx, line)
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

// command makes a command of a line, or says why it can't be sent.
func (c *Client) command(line string) (*Command, error) {
	if err := checkLine(line); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.where.here == "" && isText(line) {
		return nil, &Refused{"invalid", "You are in no room, so nobody would hear this; /join " + lobby + " first."}
	}
	id := c.newIDLocked()
	return &Command{Line: line, id: id, wire: id, done: make(chan struct{})}, nil
}

// Unanswered returns how many commands have not been answered yet.
func (c *Client) Unanswered() int { return c.out.len() }

// Here returns where text goes: the name of a room, @nick for a direct
// conversation, or "" for nowhere.
func (c *Client) Here() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.where.here
}

// errQuit says that the server has answered /quit.
var errQuit = errors.New("quit")

// Run keeps the client connected. It calls handle for everything that happens,
// in order and one at a time; while handle does not return nothing more is
// received, but sending goes on. Run returns
//
//   - nil when a /quit has been answered;
//   - the context's cause when ctx ends;
//   - a [*Refused] when the server will not have the client;
//   - why its certificate is not to be trusted;
//   - why there is no connection, if [Config] says not to go on trying.
//
// Commands that are unanswered then end with [ErrNotSent] or [ErrUnanswered].
// Run is called once.
func (c *Client) Run(ctx context.Context, handle func(Update)) error {
	err := stay(ctx, &c.cfg, c, handle)
	c.out.close(err)
	if err == errQuit {
		return nil
	}
	return err
}

// presence is a [Client] or a [Live], as far as staying connected concerns.
type presence interface {
	connect(ctx context.Context, handle func(Update)) error // serves one connection until it ends
	arrived() bool                                          // has been welcomed at least once
	justArrived() bool                                      // the same since it was asked last
}

// stay connects, and connects again whenever the connection is lost. It returns why
// it does not any more.
func stay(ctx context.Context, cfg *Config, c presence, handle func(Update)) error {
	wait := backoff{min: cfg.MinRetry, max: cfg.MaxRetry}
	lost := time.Now()
	for {
		handle(Connecting{})
		began := time.Now()
		err := c.connect(ctx, handle)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == errQuit, final(err), !c.arrived() && !cfg.Patient:
			return err
		}
		if c.justArrived() {
			lost = time.Now()
			wait.ended(lost.Sub(began))
		}
		if cfg.GiveUp > 0 && time.Since(lost) >= cfg.GiveUp {
			return fmt.Errorf("no connection for %v: %w", cfg.GiveUp, err)
		}
		pause := wait.next()
		handle(Lost{Err: err, Retry: pause})
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// final reports whether another attempt would meet the same refusal, ours or the
// server's.
func final(err error) bool {
	var no *Refused
	var unverified *tls.CertificateVerificationError
	if errors.Is(err, ErrUntrusted) || errors.As(err, &unverified) {
		return true
	}
	if !errors.As(err, &no) {
		return false
	}
	switch no.Code {
	case "full", "unavailable", "internal", "stale":
		return false
	}
	return true
}
