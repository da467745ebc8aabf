package line

import (
	"bytes"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// conn is one connection.
type conn struct {
	*gateway.Conn // nil of a screen's
	gateway       *Gateway

	// Owned by the reader.
	lines   *gateway.Lines
	line    []byte // read last, and not handled yet
	hello   string // the line with which a program began, if it has been read already
	telnet  telnet
	coming  *coming // nil for most
	long    bool    // the line was too long
	heard   bool    // a line has been handled, so it is too late for a hello
	quit    bool
	full    bool // not arrived yet, since the disk is full
	outside bool // not arrived yet, since guests may not
	passed  bool // to a whole screen

	// Shared by the reader and the writer.
	machine bool                  // JSON; set before the session has arrived
	here    atomic.Pointer[place] // where text goes; nil if nowhere

	from chat.Seq // what the welcome said; owned by the writer
}

// coming is how somebody comes in, or what they are being asked: what few
// connections have, and those for a moment. Owned by the reader, but for issued.
type coming struct {
	member  *hub.Arrival      // who has logged in, to begin anew as
	proven  *hub.Arrival      // whom the certificate proves; nil if nobody
	guest   *hub.Arrival      // as whom a guest comes in; nil if that is not known
	passing bool              // the guest's key is of this connection alone
	room    string            // to go to first; empty for nowhere else
	echo    func(on bool)     // has the terminal show what is typed, or not; nil if that is not ours to say
	offered chat.Key          // a certificate that is nobody's; zero without one
	asking  func(line string) // what the next line is the answer to; nil for none
	screen  *Screen           // whose commands it does; nil of a connection
	issued  string            // a token for a program that gave a password; set before the session has arrived

	whole func(gateway.Passage) *chat.Error // goes on with a whole screen; nil where there is none
}

// in returns how the peer comes in, to be changed.
func (c *conn) in() *coming {
	if c.coming == nil {
		c.coming = &coming{}
	}
	return c.coming
}

// as returns how the peer comes in.
func (c *conn) as() coming {
	if c.coming == nil {
		return coming{}
	}
	return *c.coming
}

// place is the room that plain text goes to. While the joining is under way only
// its name is known. A place never changes: connections share it.
type place struct {
	id   chat.RoomID
	name string // folded; empty for a direct conversation
}

func (p *place) is(room *chat.RoomInfo) bool {
	if p == nil {
		return false
	}
	return p.id == room.ID || p.id == 0 && p.name == chat.Fold(room.Name)
}

// request is one line from the peer, taken apart.
type request struct {
	id   string // the client id; empty in plain mode
	verb string // without the slash, in lower case; "say" for text
	rest string // the arguments
}

// serve reads lines until the peer or the server ends the connection. It
// reports whether somebody goes on with it instead: see begins.
//
// Its stack stays with the connection while that is idle, and Go never shrinks
// the stack of a goroutine that is blocked. So whatever is more than reading
// runs aside.
func (c *conn) serve() bool {
	for !c.quit {
		if c.begins() {
			return true
		}
		if c.next() != nil {
			return false
		}
		aside(c.handleAll)
		c.line = nil // or it would keep its buffer
	}
	return false
}

// next reads a line. One that was too long is none of the errors that end the
// reading.
func (c *conn) next() (err error) {
	c.line, err = c.lines.Next()
	if c.long = err == gateway.ErrLineTooLong; c.long {
		return nil
	}
	return err
}

// begins reports whether the peer turned out to be somebody else: a program, or
// a member; or is to be served by somebody else.
func (c *conn) begins() bool {
	return c.hello != "" && !c.machine || c.as().member != nil || c.passed
}

// greet lets the peer in, and does what the lines say that have come in already.
func (c *conn) greet() {
	c.begin()
	c.goFirst()
	if c.goesOn() {
		c.Flush() // the greeting is about where one has landed, not about where one goes next
		c.handleNext()
	}
	c.line = nil
}

// goesOn reports whether another line has come in, and is for this conn to handle.
//
//go:noinline
func (c *conn) goesOn() bool {
	return !c.quit && !c.passed && c.as().member == nil && c.lines.Buffered()
}

// aside runs f on a goroutine of its own and waits for it.
func aside(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// handleNext does what the next line says, and those that have come in with it.
//
//go:noinline
func (c *conn) handleNext() {
	c.next()
	c.handleAll()
}

// handleAll does what the line that was read says, and those that have come in
// with it.
func (c *conn) handleAll() {
	for {
		if !c.heard && !c.machine && !c.long && isHello(c.line) {
			c.hello = string(c.line)
			return
		}
		if !c.heard && !c.machine && isRequest(c.line, c.long) {
			c.turnBack()
			return
		}
		c.handleLine()
		if !c.goesOn() {
			return
		}
		c.next()
	}
}

// turnBack ends a connection that turned out to be a browser's after it had been
// greeted as a person's, since its request came late: many open connections ahead of
// need. What it says has headers with secrets in it, and nobody must be told.
//
//go:noinline
func (c *conn) turnBack() {
	c.heard, c.quit = true, true
	c.refuse("", chat.Errorf(chat.Invalid, "This connection was taken for a person's, who types lines; nothing was sent. Make another."))
}

// isRequest reports whether a line begins a request of HTTP (RFC 9112 §3), as
// programs send it. Of one that was too long there is the beginning.
func isRequest(line []byte, long bool) bool {
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || len(bytes.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) > 0 {
		return false
	}
	version := rest[bytes.LastIndexByte(rest, ' ')+1:]
	return bytes.HasPrefix(version, []byte("HTTP/")) || long && bytes.HasPrefix(rest, []byte("/"))
}

// handleLine does what the line that was read says.
func (c *conn) handleLine() {
	c.heard = true
	switch {
	case c.Stopped():
		c.refuse(c.idOf(c.line), chat.Errorf(chat.Unavailable, "The server is closing this connection; nothing was sent."))
	case c.long:
		c.refuse(c.idOf(c.line), chat.Errorf(chat.Invalid, "That line is too long: at most %d bytes; nothing of it was sent.", c.gateway.cfg.Max))
	case c.machine && c.lines.Open(): // it may be half of what the program means to say under this id
		c.refuse(c.idOf(c.line), chat.Errorf(chat.Invalid, "The connection ended within that line; nothing of it was sent."))
	case len(c.line) == 0 && c.telnet.interrupted():
		c.Session().Leave("")
		c.Stop("Goodbye.")
	default:
		c.handle(c.line)
	}
}

// handle does what one line says.
func (c *conn) handle(line []byte) {
	if c.as().asking != nil {
		c.answer(line)
		return
	}
	if !utf8.Valid(line) {
		c.refuse(c.idOf(line), chat.Errorf(chat.Invalid, "That line is not valid UTF-8; nothing was sent. (Set your terminal to UTF-8.)"))
		return
	}
	req, err := c.parse(string(line))
	switch {
	case err != nil:
		c.refuse(req.id, err)
	case req.verb == "" && c.machine: // a program waits for an answer to each line
		c.refuse(req.id, chat.Errorf(chat.Invalid, "There is nothing to say in an empty message."))
	case req.verb == "":
	case c.outside && !c.gateway.isOutside(req.verb):
		c.refuse(req.id, chat.Errorf(chat.Forbidden, "You are not in yet: /login NAME if you are a member, /register NAME CODE if you have been invited."))
	case c.full && !c.gateway.reads(req.verb) && !c.arriveLate():
	case req.verb == "say":
		c.say(req)
	default:
		c.command(req)
	}
}

// idOf returns the client id with which a machine's line begins, or "" if it has
// none.
func (c *conn) idOf(line []byte) string {
	id, _, ok := strings.Cut(string(line[:min(len(line), chat.MaxClientID+1)]), " ")
	if !c.machine || !ok || chat.CheckClientID(chat.ClientID(id)) != nil {
		return ""
	}
	return id
}

// parse takes a line apart and makes it harmless. An empty line has no verb.
func (c *conn) parse(line string) (request, *chat.Error) {
	var req request
	if c.machine {
		req.id, line, _ = strings.Cut(line, " ")
		if err := chat.CheckClientID(chat.ClientID(req.id)); err != nil || req.id == "" {
			req.id = ""
			return req, chat.Errorf(chat.Invalid, "Each line begins with a client id of up to %d printable characters and a space.", chat.MaxClientID)
		}
		line = chat.CleanText(unescape(line))
	} else { // what would break the line is a space, as in a name
		line = strings.ReplaceAll(chat.CleanText(line), "\n", " ")
	}
	text := strings.TrimSpace(line)
	switch {
	case text == "":
	case strings.HasPrefix(text, "//"):
		req.verb, req.rest = "say", text[1:]
	case text[0] != '/':
		req.verb, req.rest = "say", strings.TrimLeft(strings.TrimRight(line, " \n"), "\n")
	default:
		req.verb, req.rest, _ = strings.Cut(text[1:], " ")
		req.verb, req.rest = strings.ToLower(req.verb), strings.TrimSpace(req.rest)
		if req.verb == "" {
			return req, chat.Errorf(chat.Invalid, "A command's name follows the / directly; /help lists them.")
		}
	}
	return req, nil
}

// unescape gives a machine's line its line breaks back: \n and \\.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n").Replace(s)
}

// reply answers a request that was done.
func (c *conn) reply(req request, m api.Message) {
	m.Type, m.ID = api.TypeReply, req.id
	c.post(m)
}

// refuse answers a request that was not done. It is the one place where errors
// become the peer's.
func (c *conn) refuse(id string, err *chat.Error) {
	if s := c.onScreen(); s != nil {
		s.told.Err = err
		return
	}
	c.post(wire.Refusal(id, err))
}

// post sends an answer behind those to everything before it. If the connection
// is closing there is nobody to tell.
func (c *conn) post(m api.Message) {
	if s := c.onScreen(); s != nil {
		s.tell(&m)
		return
	}
	ctx := c.Context()
	if c.Session().Settle(ctx) == nil {
		_ = c.Session().Post(ctx, c.render(&m))
	}
}

// render turns an answer into bytes.
func (c *conn) render(m *api.Message) []byte {
	if c.machine {
		return wire.AppendLine(nil, m)
	}
	switch {
	case m.Text == "":
		return nil
	case m.Type == api.TypeError:
		return appendLines([]byte("! "), m.Text)
	}
	return append([]byte(m.Text), '\n')
}

// The following implement [gateway.Protocol], and run on the writer.

// Dialect implements [hub.Peer].
func (c *conn) Dialect(room *chat.RoomInfo) hub.Dialect {
	first := c.gateway.cfg.First
	switch {
	case c.machine:
		return first + dialectMachine
	case room.Inbox() || c.here.Load().is(room):
		return first + dialectPlain
	}
	return first + dialectLabelled
}

// Answered implements [gateway.Protocol].
func (c *conn) Answered(dst []byte, tag any, out chat.Outcome) []byte {
	id, _ := tag.(string)
	switch {
	case out.Err != nil:
		m := wire.Refusal(id, out.Err)
		return append(dst, c.render(&m)...)
	case c.machine:
		return wire.AppendLine(dst, &api.Message{Type: api.TypeAck, ID: id, Seq: uint64(out.Seq)})
	}
	return dst // one's own message is the acknowledgement
}

// Goodbye implements [gateway.Protocol].
func (c *conn) Goodbye(dst []byte, reason string, last chat.Seq) []byte {
	m := api.Message{Type: api.TypeBye, Text: reason, Seq: uint64(max(last, c.from))}
	if !c.machine {
		m.Text = "* " + reason
	}
	return append(dst, c.render(&m)...)
}
