package irc

import (
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// entering is what is known of a client that has not registered yet (RFC 2812
// §3.1; https://modern.ircdocs.horse/#connection-registration).
type entering struct {
	certificate chat.Key     // that the peer has proved to have; zero without one
	nick        string       // wished for; empty until there is one
	name, real  string       // of USER; name is empty until there is one
	password    string       // of PASS
	negotiating bool         // capabilities, so registration waits for CAP END
	proven      *hub.Arrival // whom SASL or PASS has proved; nil if nobody
	timer       *time.Timer
}

func (c *conn) pass(m *message) {
	if c.entering == nil {
		c.alreadyRegistered()
		return
	}
	c.entering.password = m.param(0)
}

func (c *conn) alreadyRegistered() { c.numeric(errAlreadyRegistered, "You may not reregister") }

// user takes what a client says of the person (RFC 2812 §3.1.3).
func (c *conn) user(m *message) {
	switch {
	case c.entering == nil || c.entering.name != "":
		c.alreadyRegistered()
	case m.param(0) == "" || strings.TrimSpace(m.param(3)) == "":
		c.numeric(errNeedMoreParams, m.command, "Not enough parameters")
	default:
		c.entering.name, c.entering.real = ident(m.param(0)), chat.CleanLine(m.param(3))
		c.enter()
	}
}

// ident returns a user name as it is shown: what is not a letter, a digit or -_. in
// it goes.
func ident(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return -1
	}, name)
	return name[:min(len(name), 20)] + strings.Repeat("u", max(0, 1-len(name)))
}

// nick takes the nick that a client wants, at first or from now on.
func (c *conn) nick(m *message) {
	nick := m.param(0)
	if nick == "" {
		c.numeric(errNoNicknameGiven, "No nickname given")
		return
	}
	if c.entering == nil {
		k := c.call("NICK", nick, "")
		c.send(chat.Command{Op: chat.SetNick, Name: nick}, k)
		return
	}
	if err := chat.CheckNick(nick); err != nil {
		c.numeric(errErroneousNickname, shown(nick), "Erroneous nickname: "+err.Text)
		return
	}
	if isService(nick) {
		c.numeric(errErroneousNickname, nick, "That nick is this server's own")
		return
	}
	c.entering.nick = nick
	c.enter()
}

// shown returns what a client gave as a name, as it is quoted back: one word,
// harmless and not without end.
func shown(name string) string {
	name = strings.ReplaceAll(chat.CleanLine(name), " ", "_")
	if name == "" || name[0] == ':' {
		return "*"
	}
	const most = 128
	if len(name) > most {
		return string(cut([]byte(name), most))
	}
	return name
}

// enter registers the client once all is there that it takes.
func (c *conn) enter() {
	e := c.entering
	if e.nick == "" || e.name == "" || e.negotiating {
		return
	}
	if err := c.proveByPass(); err != nil {
		c.turnAway(err)
		return
	}
	arrival := hub.Arrival{Nick: e.nick, Strict: true, Alone: true}
	if e.proven != nil {
		arrival = *e.proven
	}
	// The replies so far come before the greeting.
	c.commitReply()
	c.Session().SetProfile(hub.Profile{Name: e.name, Real: e.real})
	c.entering = nil
	err := c.Session().Arrive(c.Context(), arrival)
	if err == nil {
		if e.timer != nil {
			e.timer.Stop()
		}
		c.delegated = true // it has been answered at length
		return
	}
	c.entering = e
	switch {
	case err.Code == chat.Conflict && e.proven == nil:
		c.numeric(errNicknameInUse, e.nick, err.Text)
		e.nick = ""
	case err.Code == chat.Invalid && e.proven == nil:
		c.numeric(errErroneousNickname, shown(e.nick), err.Text)
		e.nick = ""
	default:
		c.turnAway(err)
	}
}

// turnAway ends the connection of somebody who can't come in, and says why.
func (c *conn) turnAway(err *chat.Error) {
	if err.Code == chat.Forbidden {
		c.numeric(errYoureBanned, err.Text)
	}
	c.Stop(err.Text)
}

// proveByPass checks what PASS said. (Accounts come with SASL.)
func (c *conn) proveByPass() *chat.Error { return nil }

// comeBack has somebody who was here as a guest be here as a member.
func (c *conn) comeBack(a hub.Arrival) {
	if err := c.Session().Arrive(c.Context(), a); err != nil {
		c.Stop(err.Text)
	}
}

// ping answers, behind everything that was asked for before (RFC 2812 §3.7.2).
func (c *conn) ping(m *message) {
	if len(m.params) == 0 {
		c.numeric(errNeedMoreParams, "PING", "Not enough parameters")
		return
	}
	c.reply("PONG", c.gateway.cfg.Server, m.param(0))
}

// leave ends the connection (RFC 2812 §3.1.7). A member stays in their rooms.
func (c *conn) leave(m *message) {
	reason := "Quit"
	if said := chat.CleanLine(m.param(0)); said != "" {
		reason = "Quit: " + said
	}
	c.commitReply()
	c.Session().Leave(reason)
	c.quit = true
	c.Stop(reason)
}

// isService reports whether a nick is one by which clients ask the server for
// things. (The services themselves come with accounts.)
func isService(nick string) bool {
	switch chat.Fold(nick) {
	case "nickserv", "chanserv", "histserv", "hubbub":
		return true
	}
	return false
}
