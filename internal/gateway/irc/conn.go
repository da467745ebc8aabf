package irc

import (
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
)

// conn is one connection.
type conn struct {
	*gateway.Conn
	gateway *Gateway

	// Owned by the reader.
	lines     *gateway.Lines
	line      []byte    // read last, and not handled yet
	err       error     // nil, or that the line was too long
	entering  *entering // nil once registered
	out       []byte    // what the command being done is answered with
	label     string    // of the command being done; empty without one
	batch_    string    // in which everything is that it is answered with; empty without one
	delegated bool      // its answer comes from the log
	unsettled bool      // a command before it, which is not decided yet, may change what it finds
	quit      bool
	talking   *call        // of the message sent last, for the next one
	member    *hub.Arrival // who the peer has proved to be since, to begin anew as
	rare      *rarely      // nil for most

	// Shared by the reader and the writer.
	caps     atomic.Uint64            // capability bits
	dialects atomic.Uint32            // that follow from them: see dialectsOf
	keys     atomic.Pointer[[]string] // of properties, that the client has subscribed to; nil for none
	again_   bool                     // it has been welcomed before; set before the session arrives

	// Owned by the writer.
	social social
	role   ownRole
}

// rarely is what few connections have. Owned by the reader.
type rarely struct {
	multiline   *multiline // a message that is being sent in several lines
	oper        bool       // by a password of the configuration
	certificate chat.Key   // that the peer has proved to have; zero without one
	sasl        *exchange  // nil if no login is under way
	before      *before    // who the peer was; nil if nobody else. Set before the session arrives, and read by the writer
	knocked     time.Time  // last
}

// may returns what few connections have, to be changed.
func (c *conn) seldom() *rarely {
	if c.rare == nil {
		c.rare = &rarely{}
	}
	return c.rare
}

// call is a command whose answer comes from the log: the tag of a [hub.Session.Send].
// It never changes but for done.
type call struct {
	verb      string // the IRC command
	target    string // what it was about, as the client called it
	about     string // whom else, or what
	label     string
	files     []string // which of one's uploads it says, by their ids
	batch     string   // in which the answer is; empty if it is alone
	mode      byte     // MODE: which one
	elsewhere bool     // what it brings about is in no room that the client reads
	says      bool     // it is a message, which comes back only to who has negotiated echo-message
	quiet     bool     // errors are not to be told: a NOTICE (RFC 2812 §3.3.2)
	done      bool     // the label has been used; owned by the writer
}

// serve reads lines until the peer or the server ends the connection. It reports
// whether somebody proved to be a member after they had come in as a guest.
//
// Its stack stays with the connection while that is idle. So whatever is more than
// reading runs aside.
func (c *conn) serve() bool {
	for !c.quit && c.member == nil {
		c.line, c.err = c.lines.Next()
		if c.err != nil && c.err != gateway.ErrLineTooLong {
			return false
		}
		aside(c.handleAll)
		c.line = nil // or it would keep its buffer
	}
	return c.member != nil
}

// again begins anew for a member who was a guest until now, over the same
// connection.
//
//go:noinline
func (c *conn) again() *conn {
	next := &conn{gateway: c.gateway, again_: true, rare: c.seldom()}
	next.rare.before = c.wasHere()
	next.setCaps(capability(c.caps.Load()))
	next.keys.Store(c.keys.Load())
	was := c.Session()
	watched := was.Watched()
	was.Leave("Logged in as " + was.NickOf(c.member.User))
	next.Conn = c.Reopen(next)
	next.Session().SetProfile(was.Profile())
	for _, nick := range watched {
		_, here := was.Online(nick)
		next.Session().Watch(nick, here)
	}
	next.lines = c.lines.From(next)
	aside(func() { next.comeBack(*c.member) })
	return next
}

// handleAll does what the line that was read says, and those that have come in
// with it.
func (c *conn) handleAll() {
	for {
		c.handleLine()
		if c.quit || c.member != nil || !c.lines.Buffered() {
			return
		}
		c.line, c.err = c.lines.Next()
	}
}

// handleLine does what the line that was read says.
func (c *conn) handleLine() {
	switch {
	case c.Stopped():
	case c.lines.Open(): // the connection ended within it: it may be half of what was meant
		return
	case c.err != nil:
		c.numeric(errInputTooLong, "Input line was too long")
	case len(c.line) == 0:
		return
	case !utf8.Valid(c.line):
		c.invalidUTF8()
	default:
		c.handle(string(c.line))
	}
	c.finish()
}

// invalidUTF8 refuses a line. (https://ircv3.net/specs/extensions/utf8-only)
func (c *conn) invalidUTF8() {
	m := parse(strings.ToValidUTF8(string(c.line), "?"))
	c.labelOf(&m)
	c.fail(orStar(m.command), "INVALID_UTF8", "Message rejected, your IRC software MUST use UTF-8 encoding on this network")
}

func orStar(s string) string {
	if s == "" || strings.ContainsAny(s, ": ") {
		return "*"
	}
	return s
}

// tooLong reports whether a line, or its tags, are longer than a client may send.
func tooLong(line string) bool {
	tags := 0
	if strings.HasPrefix(line, "@") {
		tags = strings.IndexByte(line, ' ') + 1
	}
	return tags > maxTags || len(line)-tags > maxLine-len("\r\n")
}

// handle does what one line says.
func (c *conn) handle(line string) {
	line = strings.ReplaceAll(line, "\x00", "")
	if tooLong(line) {
		c.numeric(errInputTooLong, "Input line was too long")
		return
	}
	m := parse(line)
	if m.command == "" {
		return
	}
	c.labelOf(&m)
	if c.unsettled {
		c.settle()
	}
	cmd := c.gateway.commands[m.command]
	switch {
	case cmd == nil && c.entering != nil:
		c.numeric(errNotRegistered, "You need to register before you can use that command")
	case cmd == nil:
		c.numeric(errUnknownCommand, chat.CleanLine(m.command), "Unknown command")
	case c.entering != nil && !cmd.before:
		c.numeric(errNotRegistered, "You need to register before you can use that command")
	case len(m.params) < cmd.params:
		c.numeric(errNeedMoreParams, m.command, "Not enough parameters")
	default:
		cmd.do(c, &m)
	}
}

// labelOf takes the label of a command, if the client has negotiated labels.
func (c *conn) labelOf(m *message) {
	const maxLabel = 64
	if label, ok := m.tag("label"); ok && len(label) <= maxLabel && c.has(capLabels) && c.has(capBatch) {
		c.label = label
	}
}

// call returns the tag under which a command of the client's is sent to the log:
// from now on the answer is the log's business.
func (c *conn) call(verb, target, about string) *call {
	k := &call{verb: verb, target: target, about: about, label: c.label, batch: c.batch_}
	if c.label != "" {
		c.delegated = true
	}
	return k
}

// send proposes a command whose answer comes in its turn.
func (c *conn) send(cmd chat.Command, k *call) {
	c.unsettled = c.unsettled || !k.says
	if err := c.Session().Send(c.Context(), cmd, k); err != nil {
		c.delegated = false
		c.refuse(k, err)
	}
}

// settle waits until everything sent before is decided. Messages change nothing that
// other commands look at, but for those that ask for history; those call it.
func (c *conn) settle() {
	_ = c.Session().Settle(c.Context())
	c.unsettled = false
}

// registrationTime is how long a client may take to register.
const registrationTime = time.Minute

// hurry ends a connection that takes too long to register.
func (c *conn) hurry() {
	if !c.gateway.cfg.Unhurried {
		c.entering.timer = time.AfterFunc(registrationTime, func() { c.Stop("Registration timeout") })
	}
}
