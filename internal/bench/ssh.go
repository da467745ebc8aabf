package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"

	"hubbub/internal/sshclient"
)

// secured is a dialect that is spoken inside something else.
type secured interface {
	// login makes of a connection one on which the dialect is spoken. What it starts
	// in goroutines ends with the connection.
	login(conn net.Conn, nick, room string, start func(func())) (net.Conn, error)
}

// sshDialect is the line protocol in a session by SSH without a terminal.
type sshDialect struct{ lineDialect }

// Name returns "ssh".
func (sshDialect) Name() string { return "ssh" }

func (sshDialect) login(conn net.Conn, nick, _ string, start func(func())) (net.Conn, error) {
	return openShell(conn, nick, nil, start)
}

// screenDialect is the full screen in a terminal by SSH. Of what is drawn it knows
// tags alone, and they may be drawn again; so such clients read, and never send. It
// has landed when the screen shows what it has typed.
type screenDialect struct{}

// The size of the terminal, in cells.
const (
	screenWidth  = 100
	screenHeight = 30
)

// Name returns "ssh-screen".
func (screenDialect) Name() string { return "ssh-screen" }

// Home is the lobby.
func (screenDialect) Home() string { return lobby }

// Echoes reports true, for nobody who sends.
func (screenDialect) Echoes() bool { return true }

func (screenDialect) login(conn net.Conn, nick, room string, start func(func())) (net.Conn, error) {
	user := nick
	if room != "" && room != lobby {
		user = strings.TrimPrefix(room, "#") + "+" + nick
	}
	return openShell(conn, user, &sshclient.Terminal{Term: "xterm-256color", Columns: screenWidth, Rows: screenHeight, Modes: "\x00"}, start)
}

// What a client of a screen types, beside what it wants to see there.
const (
	eraseTyped = "\x15" // Ctrl-U
	leaveChat  = "\x04" // Ctrl-D
)

// AppendHello types the token between marks.
func (d screenDialect) AppendHello(dst []byte, _, _, token string) []byte {
	return d.AppendPing(dst, []byte(token))
}

// AppendEnter types nothing: the room was entered with the login.
func (screenDialect) AppendEnter(dst []byte, _, _ string) []byte { return dst }

// AppendMessage types nothing.
func (screenDialect) AppendMessage(dst []byte, _ string, _ []byte) []byte { return dst }

// AppendPing types the token between marks.
func (screenDialect) AppendPing(dst, token []byte) []byte {
	return append(append(append(dst, tagMark, probeMark), token...), tagMark)
}

// probeMark tells what was typed for landing from tags.
const probeMark = '!'

// AppendPong takes back what was typed: nobody wants to read it.
func (screenDialect) AppendPong(dst, _ []byte) []byte { return append(dst, eraseTyped...) }

// AppendQuit leaves.
func (screenDialect) AppendQuit(dst []byte) []byte { return append(dst, eraseTyped+leaveChat...) }

// maxProbe is how long the token of a probe may be, in bytes.
const maxProbe = 64

// Cut cuts at marks: it returns a tag, or what was typed, or what is between them.
func (screenDialect) Cut(p []byte) (piece []byte, used int) {
	n := bytes.IndexByte(p, tagMark)
	switch {
	case n < 0:
		n = len(p)
	case n == 0:
		n = markedPiece(p)
	}
	return p[:n], n
}

// markedPiece returns the length of what begins with a mark: the mark alone if it is
// neither a tag nor a probe, 0 if that can't be told yet.
func markedPiece(p []byte) int {
	if len(p) > 1 && p[1] == probeMark {
		end := bytes.IndexByte(p[2:min(len(p), maxProbe)], tagMark)
		switch {
		case end >= 0:
			return 2 + end + 1
		case len(p) >= maxProbe:
			return 1
		}
		return 0
	}
	for i := 1; i < tagSize; i++ {
		if i == len(p) {
			return 0
		}
		if p[i] < 'a' || p[i] > 'p' {
			return 1
		}
	}
	return tagSize
}

// Count counts tags, drawn again or not.
func (d screenDialect) Count(p []byte) (messages uint64, used int) {
	for {
		piece, n := d.Cut(p[used:])
		if n == 0 {
			return messages, used
		}
		used += n
		if k, _ := d.Sort(piece); k == kindMessage {
			messages++
		}
	}
}

// Sort knows tags and what was typed.
func (screenDialect) Sort(piece []byte) (kind, []byte) {
	switch {
	case len(piece) == tagSize && piece[0] == tagMark:
		return kindMessage, piece
	case len(piece) > 3 && piece[0] == tagMark && piece[1] == probeMark:
		return kindPong, piece[2 : len(piece)-1]
	}
	return kindNotice, nil
}

// openShell logs in as a guest and opens a session, in a terminal if there is one. The
// cipher is the one that OpenSSH chooses.
func openShell(conn net.Conn, user string, t *sshclient.Terminal, start func(func())) (net.Conn, error) {
	s, err := sshclient.Open(conn, &ssh.ClientConfig{
		Config: ssh.Config{Ciphers: []string{ssh.CipherChaCha20Poly1305, ssh.CipherAES128GCM}},
		User:   user, Auth: []ssh.AuthMethod{sshclient.Nothing()}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	}, t, start)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// idle measures what connections cost that do nothing.
func (r *runner) idle(ctx context.Context) {
	fmt.Fprintf(r.progress, "idle for %v\n", r.cfg.Duration)
	a := r.look()
	r.wait(ctx, r.cfg.Duration, false)
	b := r.look()
	seconds := float64(b.at-a.at) / 1e9
	if b.server.cpu > 0 && seconds > 0 {
		r.res.Idle = &Idle{Seconds: seconds, PerConnection: micros(b.server.cpu-a.server.cpu) / seconds / float64(r.cfg.Clients)}
	}
}
