package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// fakeIRC is an IRC server as small as runs allow, with a plan for what each
// reader gets of each message.
type fakeIRC struct {
	plan    ircPlan // nil delivers everything
	without string  // a capability that it does not have
	full    bool    // it refuses everybody

	mu    sync.Mutex // guards what follows, and all writing
	rooms map[string][]*ircPeer
	past  []string
	n     int // messages so far
}

// ircPlan returns what a reader of that nick gets instead of the frame of
// message n.
type ircPlan func(to string, n int, frame string) string

// ircPeer is a connection of a fakeIRC.
type ircPeer struct {
	io.Writer
	nick, room string
	caps       string
}

// has reports whether the capability was granted.
func (p *ircPeer) has(name string) bool { return strings.Contains(p.caps, name) }

// start listens until the test ends and returns the address.
func (s *fakeIRC) start(t *testing.T) string {
	s.rooms = map[string][]*ircPeer{}
	return listening(t, s.serve)
}

// serve is the life of a connection.
func (s *fakeIRC) serve(conn net.Conn) {
	defer conn.Close()
	p := &ircPeer{Writer: conn}
	for lines := bufio.NewScanner(conn); lines.Scan() && lines.Text() != "QUIT"; {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		s.mu.Lock()
		s.take(p, word, rest)
		s.mu.Unlock()
	}
}

// count returns how many messages came.
func (s *fakeIRC) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// inside returns how many have joined the room.
func (s *fakeIRC) inside(room string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.rooms[room])
}

// take does what a line asks for. s.mu is held.
func (s *fakeIRC) take(p *ircPeer, word, rest string) {
	switch word {
	case "CAP":
		s.capabilities(p, rest)
	case "NICK":
		p.nick = rest
	case "USER":
		if s.full {
			io.WriteString(p, "ERROR :no room for you\r\n")
			return
		}
		fmt.Fprintf(p, "PING :cookie\r\n")
	case "PONG":
		fmt.Fprintf(p, ":s 001 %s :Welcome\r\n:s 422 %s :no MOTD\r\n", p.nick, p.nick)
	case "JOIN":
		s.join(p, rest)
	case "PING":
		fmt.Fprintf(p, ":s PONG s :%s\r\n", rest)
	case "PRIVMSG":
		room, text, _ := strings.Cut(rest, " ")
		s.message(p, room, fmt.Sprintf(":%s!~u@h PRIVMSG %s %s\r\n", p.nick, room, text))
	case "CHATHISTORY":
		fmt.Fprintf(p, ":s BATCH +1 chathistory #b0\r\n%s:s BATCH -1\r\n", strings.Join(s.past[max(0, len(s.past)-100):], ""))
	}
}

// capabilities grants all that are asked for, or none. s.mu is held.
func (s *fakeIRC) capabilities(p *ircPeer, rest string) {
	asked, isReq := strings.CutPrefix(rest, "REQ :")
	switch {
	case !isReq:
	case s.without != "" && strings.Contains(asked, s.without):
		fmt.Fprintf(p, ":s CAP * NAK :%s\r\n", asked)
	default:
		p.caps = asked
		fmt.Fprintf(p, ":s CAP * ACK :%s\r\n", asked)
	}
}

// join brings somebody into a room. s.mu is held.
func (s *fakeIRC) join(p *ircPeer, room string) {
	p.room = room
	s.rooms[room] = append(s.rooms[room], p)
	for _, q := range s.rooms[room] {
		fmt.Fprintf(q, ":%s!~u@h JOIN %s\r\n", p.nick, room)
	}
	if !p.has("no-implicit-names") {
		fmt.Fprintf(p, ":s 353 %s = %s :%s\r\n:s 366 %s %s :End\r\n", p.nick, room, p.nick, p.nick, room)
	}
}

// message brings a frame to everybody but, without echo-message, its sender.
// s.mu is held.
func (s *fakeIRC) message(from *ircPeer, room, frame string) {
	for _, q := range s.rooms[room] {
		if q == from && !q.has("echo-message") {
			continue
		}
		text := frame
		if s.plan != nil {
			text = s.plan(q.nick, s.n, frame)
		}
		if q.has("server-time") && text != "" {
			text = "@time=2026-11-27T00:00:00.000Z " + text
		}
		io.WriteString(q, text)
	}
	s.past = append(s.past, frame)
	s.n++
}
