package web

import (
	"errors"
	"io"
	"unicode/utf8"

	"hubbub/internal/gateway"
)

// messages reads what a peer sends by WebSocket: messages, put together of their
// frames, and control frames, as they come between them. There is one for each
// connection, so it is kept small.
type messages struct {
	in       gateway.Input
	partial  *partial // the message whose frames are coming; nil for most
	max      int32    // bytes of a message, and of one that is inflated
	used     int32    // bytes of the frame that was returned last
	deflates bool     // permessage-deflate has been negotiated
}

// partial is the beginning of a message.
type partial struct {
	op       opcode
	deflated bool
	data     []byte
	checked  int // bytes of data that are whole letters
}

// newMessages returns a reader of messages of at most max bytes.
func newMessages(from io.Reader, first []byte, max int, deflates bool) messages {
	return messages{in: gateway.NewInput(from, first), max: int32(max), deflates: deflates}
}

// next returns the next message or control frame; of a message the op is opText or
// opBinary. The data are valid until the next call. A [*violation] says what is
// wrong with what the peer sends; after it, as after any error, there is nothing
// more to read.
//
// The stack of a connection that waits in here stays as deep as it is, so this, and
// what it calls to wait, is kept small.
func (m *messages) next() (op opcode, data []byte, err error) {
	for {
		m.in.Skip(int(m.used))
		m.used = 0
		for {
			h, more, err := m.header()
			if err != nil {
				return 0, nil, err
			}
			if !more {
				if op, data, err := m.frame(&h); op != opContinuation || err != nil {
					return op, data, err
				}
				break
			}
			if err := m.in.Fill(); err != nil {
				return 0, nil, m.cut(err)
			}
		}
	}
}

// discard reads until the connection ends, and looks at nothing.
func (m *messages) discard() {
	for m.in.Fill() == nil {
		m.in.Skip(len(m.in.Bytes()))
	}
}

// buffered reports whether there is a whole frame that next can return without
// reading, or something wrong.
func (m *messages) buffered() bool {
	b := m.in.Bytes()[m.used:]
	h, more, err := parseHeader(b)
	return err != nil || !more && len(b) >= h.size+h.length
}

// cut returns what a connection ended with: within a frame it was not in order.
func (m *messages) cut(err error) error {
	if errors.Is(err, io.EOF) && len(m.in.Bytes()) > 0 {
		return io.ErrUnexpectedEOF
	}
	return err
}

// header reads a frame's header, and reports whether more of the frame is to come.
//
//go:noinline
func (m *messages) header() (header, bool, error) {
	b := m.in.Bytes()
	h, more, err := parseHeader(b)
	if err != nil || more {
		return h, more, err
	}
	if err := m.fits(&h); err != nil {
		return h, false, err
	}
	return h, len(b) < h.size+h.length, nil
}

// fits says what is wrong with a frame at this place, before it has come.
func (m *messages) fits(h *header) error {
	held := 0
	switch {
	case h.op.control():
		return nil
	case h.op == opContinuation && m.partial == nil:
		return violated("a message goes on that has not begun")
	case h.op != opContinuation && m.partial != nil:
		return violated("a message begins within another")
	case h.deflated && (h.op == opContinuation || !m.deflates):
		return violated("a frame is deflated that should not be")
	case m.partial != nil:
		held = len(m.partial.data)
	}
	if held+h.length > int(m.max) {
		return &violation{closeTooBig, "a message is too long"}
	}
	return nil
}

// frame takes a frame that has come, and returns what it completes: opContinuation
// for nothing yet.
//
//go:noinline
func (m *messages) frame(h *header) (opcode, []byte, error) {
	m.used = int32(h.size + h.length)
	data := m.in.Bytes()[h.size:m.used]
	unmask(data, h.key)
	switch {
	case h.op.control():
		return h.op, data, nil
	case m.partial == nil && h.fin:
		return m.whole(&partial{op: h.op, deflated: h.deflated, data: data})
	case m.partial == nil:
		m.partial = &partial{op: h.op, deflated: h.deflated}
	}
	p := m.partial
	p.data = append(p.data, data...)
	if h.fin {
		m.partial = nil
		return m.whole(p)
	}
	return opContinuation, nil, p.check(false)
}

// whole returns a message that is complete.
func (m *messages) whole(p *partial) (opcode, []byte, error) {
	if p.deflated {
		data, err := inflate(p.data, int(m.max))
		if err != nil {
			return 0, nil, err
		}
		p.data, p.deflated = data, false
	}
	return p.op, p.data, p.check(true)
}

// check says if a text is not UTF-8, as soon as it shows: without waiting for its end
// (§8.1).
func (p *partial) check(end bool) error {
	if p.op != opText || p.deflated {
		return nil
	}
	for p.checked < len(p.data) {
		rest := p.data[p.checked:]
		if !end && !utf8.FullRune(rest) {
			return nil
		}
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			return &violation{closeInvalid, "a text is not UTF-8"}
		}
		p.checked += n
	}
	return nil
}
