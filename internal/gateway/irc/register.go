package irc

import (
	"context"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// entering is what is known of a client that has not registered yet (RFC 2812
// §3.1; https://modern.ircdocs.horse/#connection-registration).
type entering struct {
	nick        string       // wished for; empty until there is one
	name, real  string       // of USER; name is empty until there is one
	password    string       // of PASS
	admitted    bool         // the server's password was right
	away        string       // of AWAY
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
		c.entering.name, c.entering.real = ident(m.param(0)), string(cut([]byte(chat.CleanLine(m.param(3))), maxReal))
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
	if err := checkNick(nick); err != nil {
		c.numeric(errErroneousNickname, shown(nick), "Erroneous nickname: "+err.Text)
		return
	}
	if c.entering == nil {
		k := c.call("NICK", nick, "")
		c.send(chat.Command{Op: chat.SetNick, Name: nick}, k)
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
	c.endSASL()
	if !c.proveByPass() {
		return
	}
	if e.proven == nil && !c.Session().Policy().Guests {
		c.requireAccount()
		return
	}
	arrival := hub.Arrival{Nick: e.nick, Strict: true, Alone: true}
	if e.proven != nil {
		arrival = *e.proven
	}
	// The replies so far come before the greeting.
	c.commitReply()
	c.Session().SetProfile(hub.Profile{Name: e.name, Real: e.real, Away: e.away, Safe: c.Private()})
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
		c.numeric(errNicknameInUse, e.nick, c.gateway.nickTaken(e.nick, err).Text)
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

// webirc refuses a gateway that is not trusted; what the others say is read before it
// comes here. (https://ircv3.net/specs/extensions/webirc)
func (c *conn) webirc(*message) {
	if c.entering == nil {
		c.alreadyRegistered()
		return
	}
	c.Stop("This server does not trust that gateway; its address must be among those of --trust-proxy")
}

// startTLS refuses to begin TLS on a connection that is open: what came before it
// could have been anybody's. (https://ircv3.net/specs/extensions/tls advises so)
func (c *conn) startTLS(*message) {
	c.numeric(rplStartTLSFailed, "STARTTLS is not offered: connect with TLS from the start, on this same port")
}

// ping answers, behind everything that was asked for before (RFC 2812 §3.7.2).
func (c *conn) ping(m *message) {
	if len(m.params) == 0 {
		c.numeric(errNeedMoreParams, "PING", "Not enough parameters")
		return
	}
	c.reply("PONG", c.gateway.cfg.Server, m.param(0))
}

// leave ends the connection (RFC 2812 §3.1.7). A member stays in their rooms; of a
// guest others are told before the client sees the connection close.
func (c *conn) leave(m *message) {
	reason := "Quit"
	if said := string(cut([]byte(chat.CleanLine(m.param(0))), maxReason)); said != "" {
		reason = "Quit: " + said
	}
	c.Session().Leave(reason)
	c.out = c.Goodbye(c.out, reason, 0)
	c.commitReply()
	c.Flush()
	ctx, cancel := context.WithTimeout(c.Context(), time.Second)
	defer cancel()
	c.Session().Retire(ctx)
	c.quit = true
}
