// Package admin is the gateway for whoever keeps the server: hubbub admin speaks
// to it, over a Unix socket in the data directory that only the server's own
// user can open. Being able to open it is the proof; what comes over it is
// decided like everything else, as the console's, and recorded in the audit log.
//
// A connection carries one [Request] and one [Response], each a line of JSON.
// [Serve] starts a goroutine for each connection, and waits for all of them.
package admin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/hub"
)

// Request is what hubbub admin asks for: its arguments.
type Request struct {
	Args   []string `json:"args"`
	Secret string   `json:"secret,omitempty"` // a password, which is no argument that others could see
}

// Response is the answer: a table, or a sentence, or what went wrong.
type Response struct {
	Text    string              `json:"text,omitempty"`
	Columns []string            `json:"columns,omitempty"`
	Rows    []map[string]string `json:"rows,omitzero"` // by column
	Error   string              `json:"error,omitempty"`
	Code    string              `json:"code,omitempty"` // of the error: see package chat
}

// Config is what the gateway works on.
type Config struct {
	Hub    *hub.Hub
	Door   *door.Door
	Logger *slog.Logger
	Zone   *time.Location // in which times are shown; nil is the server's
}

// How much a request may be, and how long it may take.
const (
	maxRequest = 64 << 10
	maxTime    = 30 * time.Second
)

// Serve answers requests until ctx ends, and closes the listener.
func Serve(ctx context.Context, cfg Config, l net.Listener) error {
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	defer l.Close()
	var all sync.WaitGroup
	defer all.Wait()
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil, errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			cfg.Logger.Error("accept on the admin socket", "err", err)
			return err
		}
		all.Go(func() { cfg.serve(ctx, conn) })
	}
}

// serve answers one request.
func (cfg *Config) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(maxTime))
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) }) // nobody waits for one who asks nothing
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	var req Request
	line, err := bufio.NewReader(io.LimitReader(conn, maxRequest)).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &req)
	}
	var resp Response
	if err != nil {
		resp = refused(chat.Errorf(chat.Invalid, "That is no request that this server understands; is hubbub admin of the same version?"))
	} else {
		resp = cfg.Answer(ctx, req)
	}
	if err := json.NewEncoder(conn).Encode(&resp); err != nil {
		cfg.Logger.Warn("answer on the admin socket", "err", err)
	}
}

func refused(err *chat.Error) Response {
	return Response{Error: err.Text, Code: err.Code.String()}
}

// verb is one thing that can be asked for.
type verb struct {
	name  string
	args  string
	about string
	least int // arguments that it needs
	do    func(q *query) (Response, *chat.Error)
}

// query is a request being answered.
type query struct {
	*Config
	ctx    context.Context
	args   []string
	secret string
}

// Answer does what a request asks for.
func (cfg *Config) Answer(ctx context.Context, req Request) Response {
	if len(req.Args) == 0 {
		return Response{Text: Usage()}
	}
	all := verbs()
	i := slices.IndexFunc(all, func(v verb) bool { return v.name == req.Args[0] })
	switch {
	case i < 0:
		return refused(chat.Errorf(chat.Invalid, "There is no hubbub admin %s; hubbub admin help lists what there is.", req.Args[0]))
	case len(req.Args)-1 < all[i].least:
		return refused(chat.Errorf(chat.Invalid, "It is: hubbub admin %s %s", all[i].name, all[i].args))
	}
	resp, err := all[i].do(&query{cfg, ctx, req.Args[1:], req.Secret})
	if err != nil {
		return refused(err)
	}
	return resp
}

// Usage lists what can be asked for.
func Usage() string {
	var b strings.Builder
	for _, v := range verbs() {
		line := strings.TrimSpace(v.name + " " + v.args)
		b.WriteString("  " + line + strings.Repeat(" ", max(1, 40-len(line))) + v.about + "\n")
	}
	return b.String()
}

func verbs() []verb {
	return []verb{
		{"users", "[WORD]", "who has an account or is here", 0, (*query).users},
		{"role", "NICK member|admin|owner", "make somebody that", 2, (*query).role},
		{"password", "NICK", "give somebody a password; it is asked for, or read from standard input", 1, (*query).password},
		{"totp", "NICK off", "take the second factor from somebody who has lost it", 2, (*query).totp},
		{"invite", "[3] [7d] [ROLE] [#ROOM ...]", "make a code by which people register", 0, (*query).invite},
		{"invitations", "[drop NUMBER]", "the invitations that still let somebody in", 0, (*query).invitations},
		{"bot", "NICK", "make an account for a program", 1, (*query).bot},
		{"token", "NICK NAME [read|write|admin|all] [30d]", "make a token for somebody", 2, (*query).token},
		{"tokens", "NICK [drop NUMBER]", "what somebody logs in with", 1, (*query).tokens},
		{"key", "NICK KEY", "let somebody log in by an SSH public key", 2, (*query).key},
		{"ban", "NICK|NETWORK [7d] [WHY ...]", "keep somebody out of the server", 1, (*query).ban},
		{"unban", "NICK|NETWORK", "let them in again", 1, (*query).unban},
		{"bans", "", "who is kept out", 0, (*query).bans},
		{"sessions", "[NICK]", "who is connected, from where, since when", 0, (*query).sessions},
		{"disconnect", "NICK [WHY ...]", "close all connections of somebody", 1, (*query).disconnect},
		{"kick", "#ROOM NICK [WHY ...]", "put somebody out of a room", 2, (*query).kick},
		{"mute", "#ROOM NICK [10m] [WHY ...]", "let somebody only read in a room", 2, (*query).mute},
		{"unmute", "#ROOM NICK", "let them talk again", 2, (*query).unmute},
		{"rank", "#ROOM NICK plain|voice|moderator|owner", "make somebody that in a room", 3, (*query).rank},
		{"audit", "[COUNT]", "who did what to whom, newest last", 0, (*query).audit},
	}
}
