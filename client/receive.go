package client

import (
	"encoding/json"
	"errors"

	"hubbub/api"
)

// What a client knows of the log, and learns from what it receives.

// A server that took us for a person, since our first line was late, has greeted
// us with some plain lines. They are skipped, within bounds.
const (
	greetingLines = 10_000
	greetingBytes = 4 << 20
)

var errForeign = errors.New("the server does not answer as hubbub does")

// skipGreeting reads until the welcome, and handles it.
func (s *stream) skipGreeting() error {
	size := 0
	for range greetingLines {
		line, err := s.in.next()
		if err != nil {
			return err
		}
		var m api.Message
		if len(line) == 0 || line[0] != '{' || json.Unmarshal(line, &m) != nil {
			if size += len(line); size > greetingBytes {
				break
			}
			s.last = printable(line)
			continue
		}
		switch {
		case m.Type == api.TypeWelcome:
			s.net.renewing = true
			return s.begin(&m)
		case m.Type == api.TypeError && m.Code != "stale":
			return &Refused{m.Code, m.Text}
		}
		if err := s.receive(&m); err != nil {
			return err
		}
	}
	return errForeign
}

// printable returns the beginning of a foreign line, as far as it is harmless.
func printable(line []byte) string {
	text := []rune(string(line[:min(len(line), 200)]))
	for i, r := range text {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xfffd {
			text[i] = '.'
		}
	}
	return string(text)
}

// begin handles the first welcome. Only then is it known whose the outbox is.
func (s *stream) begin(m *api.Message) error {
	if was, _ := s.client.Self(); was != 0 && was != m.User {
		s.client.out.disown()
	}
	err := s.welcomed(m)
	if s.place.Line == "" {
		close(s.placed)
	}
	return err
}

// welcomed notes who and where we are.
func (s *stream) welcomed(m *api.Message) error {
	c := s.client
	c.mu.Lock()
	resumed := s.hello.After != 0 && m.Epoch == s.hello.Epoch && !s.stale
	stale := s.hello.After != 0 && !resumed
	if !resumed {
		clear(c.seen)
		c.after = m.Seq
	}
	s.start = m.Seq
	c.user, c.nick, c.epoch, c.arrive = m.User, m.Nick, m.Epoch, true
	c.where.learn(m.Rooms)
	issued := m.Token
	if issued != "" {
		c.token = issued
	}
	c.mu.Unlock()
	if issued != "" && c.cfg.KeepToken != nil {
		c.cfg.KeepToken(issued)
	}
	m.Token = ""
	s.handle(Connected{Welcome: *m, Resumed: resumed, Stale: stale})
	return nil
}

// startAnew forgets a position that the server can't resume from. It may say so
// before its welcome or after.
func (c *Client) startAnew(s *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.stale = true
	clear(c.seen)
	if c.after == s.hello.After {
		c.after = s.start
	}
}

// happened handles an event: it looks whether there is a gap before it, and
// tells the caller of it, unless that was done before.
func (c *Client) happened(ev *api.Event, handle func(Update)) error {
	c.mu.Lock()
	if err := c.valid(ev); err != nil || ev.Seq <= c.seen[ev.Room] {
		c.mu.Unlock()
		return err
	}
	c.where.saw(ev)
	c.mu.Unlock()

	c.tell(ev, handle)

	c.mu.Lock()
	defer c.mu.Unlock()
	if ev.Kind == "left" && ev.By == c.user {
		delete(c.seen, ev.Room) // what happens there from now on is not for us
	}
	return nil
}

// did notes what a command has done to our whereabouts.
func (c *Client) did(line string, answer *api.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.where.did(line, answer)
}

// confirmed reports whether text goes where it is meant to.
func (c *Client) confirmed(answer *api.Message) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.where.confirms(answer)
}

// first reports whether a connection is the first that got this far: it had
// nothing to resume.
func (c *Client) first(s *stream) bool { return s.hello.After == 0 }

// nowhere notes that text goes nowhere, and returns where it went before.
func (c *Client) nowhere() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	here := c.where.here
	c.where.parted(here)
	c.where.here, c.where.direct = "", 0
	return here
}
