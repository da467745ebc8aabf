package irc

import (
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// botMode is the mode by which programs say that they are such, and the letter that
// shows it. (https://ircv3.net/specs/extensions/bot-mode)
const botMode = "B"

// userMode shows the client's own modes and changes them (RFC 2812 §3.1.5): B is set
// and taken at will; o can be given up by those who have it by OPER. Everybody is i.
// Z shows a secure connection. Other people's modes are their own business.
func (c *conn) userMode(m *message) {
	s := c.Session()
	nick := m.param(0)
	if chat.Fold(nick) != chat.Fold(s.Nick()) {
		if _, err := s.Lookup(nick); err != nil {
			c.numeric(errNoSuchNick, shown(nick), "No such nick")
			return
		}
		c.numeric(errUsersDontMatch, "Can't see or change modes of other people")
		return
	}
	if len(m.params) == 1 {
		p, _ := s.Portray(s.User())
		c.numeric(rplUModeIs, modesOf(&p))
		return
	}
	c.changeUserModes(m.param(1))
}

// changeUserModes does what it can of what is asked for, and tells what that was.
func (c *conn) changeUserModes(asked string) {
	on, unknown := true, false
	done, sign := "", byte(0)
	for _, mode := range asked {
		switch {
		case mode == '+' || mode == '-':
			on = mode == '+'
		case !strings.ContainsRune(userModes, mode):
			unknown = true
		case c.setMode(mode, on):
			if now := signOf(on); sign != now {
				sign = now
				done += string(sign)
			}
			done += string(mode)
		}
	}
	if done != "" {
		c.out = appendLine(c.out, c.me(), "MODE", c.me(), done)
	}
	if unknown {
		c.numeric(errUModeUnknownFlag, "Unknown MODE flag")
	}
}

func signOf(on bool) byte {
	if on {
		return '+'
	}
	return '-'
}

// setMode sets or takes one mode, and reports whether that changed anything.
func (c *conn) setMode(mode rune, on bool) bool {
	switch {
	case mode == 'B' && c.Session().Profile().Bot != on:
		c.Session().Amend(func(p *hub.Profile) { p.Bot = on })
		return true
	case mode == 'o' && !on && c.rare != nil && c.rare.oper:
		c.setOper(false)
		return !c.isOper()
	}
	return false
}

// setOper has the client be an operator of the configuration, or be one no more.
func (c *conn) setOper(on bool) {
	c.seldom().oper = on
	c.Session().Amend(func(p *hub.Profile) { p.Oper = on })
}

// modesOf returns somebody's modes.
func modesOf(p *hub.Portrait) string {
	modes := "+i"
	if isBot(p) {
		modes += botMode
	}
	if isOperator(p) {
		modes += "o"
	}
	if p.Safe {
		modes += "Z"
	}
	return modes
}
