package line

import (
	"context"
	"strings"
	"unicode/utf8"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// Screen does the commands of somebody who has a whole screen, which others show: what
// a line that begins with / does there is what it does here. There is no connection of
// its own behind it; what the commands tell is gathered, and not sent.
//
// It may be used by several goroutines: commands are done one after another.
type Screen struct {
	turn    chan struct{} // a token for who does a command
	session *hub.Session

	// Owned by who has the turn.
	conn  conn
	ctx   context.Context // of the command
	told  Told
	asked int // counts the questions
}

// Told is what a command has to tell.
type Told struct {
	Lines []string     // for the user alone
	Err   *chat.Error  // why it was not done; nil if it was
	Room  chat.RoomID  // to be shown now; 0 if that stays
	Ask   *Question    // to be answered for the command to go on; nil for none
	Quit  bool         // they leave
	As    *hub.Arrival // they come in anew, as a member; nil if not
}

// Question is something that a command has to know. Answer goes on with it; an empty
// line takes the question back. Once another command has been given nothing waits for
// the answer any more.
type Question struct {
	Text   string
	Hidden bool // the answer is a secret
	Answer func(ctx context.Context, line string) Told
}

// Screen returns what does the commands of a session's user, on a connection on which
// secrets may be said.
func (g *Gateway) Screen(s *hub.Session) *Screen {
	screen := &Screen{turn: make(chan struct{}, 1), session: s}
	screen.conn.gateway, screen.conn.heard = g, true
	screen.conn.in().screen = screen
	return screen
}

// Do does what a line says that begins with /, by somebody who looks at a room.
func (s *Screen) Do(ctx context.Context, room chat.RoomID, line string) Told {
	return s.act(ctx, func(c *conn) {
		c.in().asking = nil
		here := &place{}
		if info, err := c.Session().RoomByID(room); err == nil {
			here = &place{id: room, name: chat.Fold(info.Name)}
		}
		c.here.Store(here)
		s.request(line)
		if now := c.here.Load(); now != nil && now.id != here.id {
			s.told.Room = now.id
		}
	})
}

// request does what one line says.
func (s *Screen) request(line string) {
	c := &s.conn
	if !utf8.ValidString(line) || len(line) > c.gateway.cfg.Max {
		c.refuse("", chat.Errorf(chat.Invalid, "That is too long, or not valid UTF-8; nothing was done."))
		return
	}
	req, err := c.parse(line)
	switch {
	case err != nil:
		c.refuse("", err)
	case req.verb == "" || req.verb == "say":
		c.refuse("", chat.Errorf(chat.Invalid, "A command begins with /."))
	default:
		c.command(req)
	}
}

// act does something in its turn, and returns what there is to tell.
func (s *Screen) act(ctx context.Context, do func(c *conn)) Told {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return Told{Err: chat.Errorf(chat.Unavailable, "The connection is closing; nothing was done.")}
	}
	s.ctx, s.told = ctx, Told{}
	c := &s.conn
	do(c)
	s.told.Quit = c.quit
	if member := c.as().member; member != nil {
		s.told.As, c.coming.member = member, nil
	}
	told := s.told
	s.ctx, s.told = nil, Told{}
	return told
}

// tell gathers an answer.
func (s *Screen) tell(m *api.Message) {
	for line := range strings.Lines(m.Text) {
		s.told.Lines = append(s.told.Lines, strings.TrimPrefix(strings.TrimRight(line, "\n"), "* "))
	}
}

// ask gathers a question.
func (s *Screen) ask(text string, hidden bool) {
	s.asked++
	nth := s.asked
	s.told.Ask = &Question{Text: text, Hidden: hidden, Answer: func(ctx context.Context, line string) Told {
		return s.act(ctx, func(c *conn) {
			if c.as().asking == nil || s.asked != nth {
				c.refuse("", chat.Errorf(chat.Conflict, "Nothing waits for that answer any more; begin anew."))
				return
			}
			c.answer([]byte(line))
		})
	}}
}

// onScreen returns the screen whose commands are done; nil on a connection.
func (c *conn) onScreen() *Screen {
	if c.coming == nil {
		return nil
	}
	return c.coming.screen
}

// The following stand in front of what a [gateway.Conn] does.

// Session returns the session that the commands are done in.
func (c *conn) Session() *hub.Session {
	if s := c.onScreen(); s != nil {
		return s.session
	}
	return c.Conn.Session()
}

// Context ends when nothing is to be waited for any more.
func (c *conn) Context() context.Context {
	if s := c.onScreen(); s != nil {
		return s.ctx
	}
	return c.Conn.Context()
}

// Private reports whether secrets may be said.
func (c *conn) Private() bool { return c.onScreen() != nil || c.Conn.Private() }

// Flush waits until everything has been written. What a screen shows is not written
// here.
func (c *conn) Flush() {
	if c.onScreen() == nil {
		c.Conn.Flush()
	}
}
