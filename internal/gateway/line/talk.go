package line

import (
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
)

// What is said, and what is done to what was said.

// say sends a message to the room that the peer is in, and does not wait: the
// answer comes in its turn.
func (c *conn) say(req request) {
	c.speak(req, chat.Command{Op: chat.Say, Text: req.rest})
}

func (c *conn) me(req request) {
	if req.rest == "" {
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/me needs to be told what you do, as in /me waves."))
		return
	}
	c.speak(req, chat.Command{Op: chat.Say, Emote: true, Text: req.rest})
}

func (c *conn) speak(req request, cmd chat.Command) {
	here := c.here.Load()
	if here == nil || here.id == 0 {
		c.refuse(req.id, errNowhere())
		return
	}
	cmd.Room = here.id
	c.send(req, cmd)
}

func errNowhere() *chat.Error {
	return chat.Errorf(chat.Invalid, "You are not in a room, so nobody would hear this; /join %s first.", chat.Lobby)
}

// send proposes a command whose answer comes in its turn, or at once on a screen.
func (c *conn) send(req request, cmd chat.Command) {
	if c.onScreen() != nil {
		c.do(req, cmd)
		return
	}
	cmd.Client = chat.ClientID(req.id)
	if err := c.Session().Send(c.Context(), cmd, req.id); err != nil {
		c.refuse(req.id, err)
	}
}

// do proposes a command, waits for the outcome and, in machine mode or if it
// was refused, answers with it. It reports whether it was done.
func (c *conn) do(req request, cmd chat.Command) (chat.Outcome, bool) {
	cmd.Client = chat.ClientID(req.id)
	out := c.Session().Do(c.Context(), cmd)
	switch {
	case out.Err != nil:
		c.refuse(req.id, out.Err)
	case c.machine && req.id != "":
		c.post(api.Message{Type: api.TypeAck, ID: req.id, Seq: uint64(out.Seq)})
	}
	return out, out.Err == nil
}

func (c *conn) replyTo(req request) {
	here := c.here.Load()
	if here == nil || here.id == 0 {
		c.refuse(req.id, errNowhere())
		return
	}
	c.about(req, "a text", "/reply ^ surely", func(target chat.Seq, text string) chat.Command {
		return chat.Command{Op: chat.Say, Room: here.id, Target: target, Text: text}
	})
}

func (c *conn) react(req request) {
	c.about(req, "a reaction", "/react ^ 👍", func(target chat.Seq, text string) chat.Command {
		return chat.Command{Op: chat.React, Target: target, Text: text}
	})
}

func (c *conn) unreact(req request) {
	c.about(req, "a reaction", "/unreact ^ 👍", func(target chat.Seq, text string) chat.Command {
		return chat.Command{Op: chat.Unreact, Target: target, Text: text}
	})
}

// about sends a command about a message, which comes first, with something else,
// which comes second.
func (c *conn) about(req request, second, example string, make func(chat.Seq, string) chat.Command) {
	ref, text, _ := strings.Cut(req.rest, " ")
	if text = strings.TrimSpace(text); text == "" {
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/%s needs a message and %s, as in %s", req.verb, second, example))
		return
	}
	target, err := c.resolve(ref)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.send(req, make(target, text))
}

func (c *conn) edit(req request) {
	target, text, err := c.edited(req.rest)
	switch {
	case err != nil:
		c.refuse(req.id, err)
	case text == "":
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/edit needs the new text, as in /edit I meant this."))
	default:
		c.send(req, chat.Command{Op: chat.Edit, Target: target, Text: text})
	}
}

// edited reads [MESSAGE] TEXT. A new text may well begin like the name of a
// message: a number that is no message here, or a mention of somebody.
func (c *conn) edited(rest string) (target chat.Seq, text string, err *chat.Error) {
	ref, text, _ := strings.Cut(rest, " ")
	text = strings.TrimSpace(text)
	if text != "" {
		back, last := strings.CutPrefix(ref, "^")
		target, err = c.resolve(ref)
		if err == nil && c.isMessage(target, ref) || last && onlyDigits(back) {
			return target, text, err
		}
	}
	if rest == "" {
		return 0, "", nil
	}
	target, err = c.ownLast()
	return target, rest, err
}

// isMessage reports whether what ref was resolved to is meant: any message that
// has that number, or, if it is a person's last one, the peer's own.
func (c *conn) isMessage(seq chat.Seq, ref string) bool {
	m, err := c.Session().Message(c.Context(), seq)
	return err == nil && (ref[0] != '@' || m.By == c.Session().User())
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func (c *conn) remove(req request) {
	var target chat.Seq
	var err *chat.Error
	if req.rest == "" {
		target, err = c.ownLast()
	} else {
		target, err = c.resolve(req.rest)
	}
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.send(req, chat.Command{Op: chat.Delete, Target: target})
}

func (c *conn) pin(req request)   { c.onMessage(req, chat.Pin) }
func (c *conn) unpin(req request) { c.onMessage(req, chat.Unpin) }

// onMessage sends a command that needs nothing but a message.
func (c *conn) onMessage(req request, op chat.Op) {
	if req.rest == "" {
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/%s needs a message, as in /%s ^", req.verb, req.verb))
		return
	}
	target, err := c.resolve(req.rest)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	c.send(req, chat.Command{Op: op, Target: target})
}

func (c *conn) msg(req request) {
	nick, text, _ := strings.Cut(req.rest, " ")
	if nick = strings.TrimPrefix(nick, "@"); nick == "" {
		c.refuse(req.id, chat.Errorf(chat.Invalid, "/msg needs a person and a text, as in /msg otter hello"))
		return
	}
	other, err := c.Session().Lookup(nick)
	if err != nil {
		c.refuse(req.id, err)
		return
	}
	out := c.Session().Do(c.Context(), chat.Command{Op: chat.OpenDirect, User: other})
	text = strings.TrimSpace(text)
	switch {
	case out.Err != nil:
		c.refuse(req.id, out.Err)
	case text != "":
		c.send(req, chat.Command{Op: chat.Say, Room: out.Room, Text: text})
	default:
		c.here.Store(&place{id: out.Room})
		room, _ := c.Session().RoomByID(out.Room)
		c.reply(req, api.Message{Rooms: c.machineRooms(room), Text: c.whereabouts()})
	}
}
