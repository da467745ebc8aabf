package line

// telnet takes telnet's negotiation out of what a peer sends (RFC 854), so that
// only text is left. We ask for no options and refuse all offers, so a client
// keeps to the plain network virtual terminal, which is lines. Two things people
// depend on: Ctrl-C asks for a timing mark (RFC 860), and the client shows
// nothing more until it gets that; and it wants the program to end.
type telnet struct {
	state      telnetState
	verb       byte   // WILL, WONT, DO or DONT, in inOption
	spoken     bool   // the peer has negotiated, so it is a telnet client
	hidden     bool   // it does not show what is typed, since we have said that we do
	interrupts int32  // interrupts that came in, as empty lines
	replies    []byte // to be sent
}

type telnetState uint8

const (
	inText       telnetState = iota
	inReturn                 // after CR
	inCommand                // after IAC
	inOption                 // after WILL, WONT, DO or DONT: one more byte
	inParameters             // between SB and SE
	inParametersCommand
)

// The bytes of telnet's commands (RFC 854, page 14; RFC 1184 §2.2 for EOF and
// ABORT).
const (
	telnetEOF   = 236
	telnetABORT = 238
	telnetSE    = 240
	telnetIP    = 244
	telnetSB    = 250
	telnetWILL  = 251
	telnetWONT  = 252
	telnetDO    = 253
	telnetDONT  = 254
	telnetIAC   = 255

	telnetEcho       = 1 // RFC 857
	telnetTimingMark = 6 // RFC 860
)

// maxReplies bounds what waits to be replied, in bytes. Nobody who means well
// asks for more at once.
const maxReplies = 3 * 64

// filter removes negotiation from b in place and returns what is left. A return
// and NUL is what some send for the end of a line (RFC 854, page 11); other NULs
// go.
func (t *telnet) filter(b []byte) []byte {
	if t.state == inText && !needsFilter(b) {
		return b
	}
	out := b[:0]
	for _, c := range b {
		switch t.state {
		case inText, inReturn:
			out = t.text(out, c)
		case inCommand:
			out = t.command(out, c)
		case inOption:
			t.option(c)
		case inParameters:
			if c == telnetIAC {
				t.state = inParametersCommand
			}
		case inParametersCommand:
			t.state = inParameters
			if c == telnetSE {
				t.state = inText
			}
		}
	}
	return out
}

func (t *telnet) text(out []byte, c byte) []byte {
	returned := t.state == inReturn
	t.state = inText
	switch c {
	case telnetIAC:
		t.state = inCommand
		return out
	case '\r':
		t.state = inReturn
	case 0:
		if !returned {
			return out
		}
		c = '\n'
	}
	return append(out, c)
}

// command handles what comes after IAC. IAC IAC would be a byte 255 of text,
// which no UTF-8 text has.
func (t *telnet) command(out []byte, c byte) []byte {
	t.state = inText
	switch c {
	case telnetSB:
		t.state = inParameters
	case telnetWILL, telnetWONT, telnetDO, telnetDONT:
		t.state, t.verb = inOption, c
	case telnetIP, telnetEOF, telnetABORT:
		t.interrupts++
		return append(out, '\n')
	}
	return out
}

// option answers an offer or a request. What is refused or ended by the peer
// needs no answer, since we have asked for nothing and agreed to nothing.
func (t *telnet) option(option byte) {
	t.state, t.spoken = inText, true
	reply := byte(0)
	switch {
	case option == telnetEcho && (t.verb == telnetDO || t.verb == telnetDONT) && t.hidden:
	case t.verb == telnetDO && option == telnetTimingMark:
		reply = telnetWILL
	case t.verb == telnetDO:
		reply = telnetWONT
	case t.verb == telnetWILL:
		reply = telnetDONT
	}
	if reply != 0 && len(t.replies) < maxReplies {
		t.replies = append(t.replies, telnetIAC, reply, option)
	}
}

// hide has the client not show what is typed, and reports whether it was asked
// to: a telnet client leaves showing it to a server that says it will (RFC 857).
func (t *telnet) hide() bool {
	if !t.spoken || t.hidden {
		return false
	}
	t.hidden = true
	t.replies = append(t.replies, telnetIAC, telnetWILL, telnetEcho)
	return true
}

// show undoes hide, and reports whether there was something to undo. The end of
// the line was hidden too.
func (t *telnet) show() bool {
	if !t.hidden {
		return false
	}
	t.hidden = false
	t.replies = append(t.replies, telnetIAC, telnetWONT, telnetEcho, '\n')
	return true
}

// interrupted reports, once for each, whether there was an interrupt, whose
// empty line this may be.
func (t *telnet) interrupted() bool {
	if t.interrupts == 0 {
		return false
	}
	t.interrupts--
	return true
}

func needsFilter(b []byte) bool {
	for _, c := range b {
		if c == telnetIAC || c == 0 || c == '\r' {
			return true
		}
	}
	return false
}

// Read reads from the peer what is left without telnet's negotiation.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return len(c.filter(b[:n])), err
}

// filter takes telnet's negotiation out of b, and answers it.
func (c *conn) filter(b []byte) []byte {
	b = c.telnet.filter(b)
	if len(c.telnet.replies) > 0 {
		aside(c.negotiate)
	}
	return b
}

func (c *conn) negotiate() {
	replies := c.telnet.replies
	c.telnet.replies = nil
	if c.Session().Post(c.Context(), replies) == nil { // else there is nobody to tell
		c.Flush() // before whatever else is to be said
	}
}
