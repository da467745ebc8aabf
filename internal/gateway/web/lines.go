package web

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"hubbub/internal/gateway"
)

// Other gateways' protocols by WebSocket, for clients in a browser and behind proxies
// that let nothing else through.

// The subprotocols by which a client asks for one.
const (
	TextIRC   = "text.ircv3.net"   // (https://ircv3.net/specs/extensions/websocket)
	BinaryIRC = "binary.ircv3.net" // the same, in frames that need not be UTF-8
	LineBytes = "lines.hubbub"     // the line gateway's bytes, in frames that mean nothing
)

// carrier is a WebSocket as a byte stream: a [net.Conn] for the gateway of another
// protocol. One goroutine may read while another writes.
//
// It may not be waited for without a buffer, and costs a little more than a
// connection of that protocol's own.
type carrier struct {
	net.Conn          // below the frames: TLS, or a Steady
	under    net.Conn // as it was handed over
	op       opcode   // of the frames that are sent
	lines    bool     // one line a frame, without its end

	// Owned by the reader.
	in   messages
	rest []byte // of a message, not read yet
	end  bool   // the line's end comes after it

	sending chan struct{} // holds a token while somebody writes
	answer  atomic.Pointer[[]byte]
	closing atomic.Bool // a close frame has been, or is to be, sent

	// Owned by the writer.
	unsent []byte // a line that has no end yet
}

// newCarrier returns a byte stream over a connection on which a subprotocol has been
// agreed to. The bytes in first have been read from it.
func newCarrier(nc net.Conn, first []byte, protocol string, deflates bool) *carrier {
	c := &carrier{Conn: nc, under: nc, op: opText, lines: protocol != LineBytes, sending: make(chan struct{}, 1)}
	if protocol != TextIRC {
		c.op = opBinary
	}
	c.in = newMessages(nc, first, maxMessage, deflates)
	if _, secure := nc.(belowTLS); !secure {
		c.Conn = gateway.NewSteady(nc)
	}
	return c
}

// belowTLS is what a [crypto/tls.Conn] has.
type belowTLS interface{ NetConn() net.Conn }

// NetConn returns the [gateway.Steady] below, by which a gateway notices that nothing
// gets on.
func (c *carrier) NetConn() net.Conn {
	if secure, ok := c.Conn.(belowTLS); ok {
		return secure.NetConn()
	}
	return c.Conn
}

// Read reads what the messages say.
func (c *carrier) Read(b []byte) (int, error) {
	for len(c.rest) == 0 && !c.end {
		if err := c.receive(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	if len(c.rest) == 0 && c.end && n < len(b) {
		b[n] = '\n'
		n++
		c.end = false
	}
	return n, nil
}

// receive takes a message, or answers a control frame.
func (c *carrier) receive() error {
	op, data, err := c.in.next()
	if err != nil {
		if v, ok := err.(*violation); ok {
			c.goodbye(v.code, v.text)
		}
		return err
	}
	switch op {
	case opText, opBinary:
		c.rest, c.end = data, c.lines && !bytes.HasSuffix(data, []byte("\n"))
	case opPing:
		c.respond(appendFrame(nil, opPong, data))
	case opClose:
		code, err := parseClose(data)
		if err != nil {
			code = closeProtocol
		}
		c.goodbye(code, "")
		return io.EOF
	}
	return nil
}

// Write sends what is written: of lines each in a frame of its own, once it is whole.
func (c *carrier) Write(b []byte) (int, error) {
	if c.closing.Load() {
		return 0, net.ErrClosed
	}
	var frames []byte
	if c.lines {
		frames = c.cut(b)
	} else {
		frames = appendFrame(nil, c.op, b)
	}
	if len(frames) == 0 {
		return len(b), nil
	}
	c.sending <- struct{}{}
	_, err := c.Conn.Write(frames)
	<-c.sending
	c.flush()
	if err != nil {
		return 0, err // the peer may have seen some of it; there is nothing more to say to it
	}
	return len(b), nil
}

// cut returns the lines that are whole by now, as frames.
func (c *carrier) cut(b []byte) (frames []byte) {
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			c.unsent = append(c.unsent, b...)
			return frames
		}
		line := bytes.TrimSuffix(append(c.unsent, b[:i]...), []byte("\r"))
		if c.op == opText {
			line = bytes.ToValidUTF8(line, []byte("\uFFFD"))
		}
		frames = appendFrame(frames, c.op, line)
		b, c.unsent = b[i+1:], c.unsent[:0]
	}
}

// respond sends what answers a control frame: at once, or after what is being sent.
// Of several pings the last is answered (RFC 6455 §5.5.3), and a close above all.
func (c *carrier) respond(frame []byte) {
	c.answer.Store(&frame)
	c.flush()
}

// flush sends the answer that waits, unless somebody is writing: then they will.
func (c *carrier) flush() {
	for c.answer.Load() != nil {
		select {
		case c.sending <- struct{}{}:
		default:
			return
		}
		if frame := c.answer.Swap(nil); frame != nil {
			c.Conn.Write(*frame) // who reads notices if it fails
		}
		<-c.sending
	}
}

// goodbye sends a close frame, unless one was sent. Nothing may follow it.
func (c *carrier) goodbye(code closeCode, text string) {
	if !c.closing.Swap(true) {
		c.SetWriteDeadline(time.Now().Add(goodbyeTime))
		c.respond(appendClose(nil, code, text))
	}
}

// goodbyeTime is how long a peer may take to take a close frame.
const goodbyeTime = time.Second

// Close implements [net.Conn].
func (c *carrier) Close() error {
	c.goodbye(closeNormal, "")
	return c.Conn.Close()
}

// CloseWrite says goodbye: nothing more is sent.
func (c *carrier) CloseWrite() error {
	c.goodbye(closeNormal, "")
	if half, ok := c.under.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// firstWords is how long a program may take to begin, by lines.hubbub: the line
// gateway greets as a person whoever has said nothing.
const firstWords = 10 * time.Second

// hear waits for what a program says first, and returns it.
func (c *carrier) hear() ([]byte, error) {
	c.SetReadDeadline(time.Now().Add(firstWords))
	defer c.SetReadDeadline(time.Time{})
	for len(c.rest) == 0 {
		if err := c.receive(); err != nil {
			return nil, err
		}
	}
	first := bytes.Clone(c.rest)
	c.rest = nil
	return first, nil
}

// answerTime is how long a peer may take to take the answer to its handshake.
const answerTime = 10 * time.Second

// carry answers a request to go on by another gateway's protocol.
func (g *Gateway) carry(w http.ResponseWriter, r *http.Request, u *upgrade, how func(context.Context, *gateway.Peer) func()) {
	u.deflates = false // what is in the frames is no message
	t, err := g.hijack(w, r)
	if err != nil {
		g.cfg.Logger.Error("take a connection from the HTTP server", "err", err)
		return
	}
	t.GoOn(func() {
		var rest func()
		aside(func() {
			if t.carried(u) {
				rest = how(t.conn.ctx, t.Peer)
			}
		})
		if rest != nil {
			rest()
		}
	})
}

// carried answers the handshake and makes a byte stream of the connection. It reports
// false if there is nobody to go on with.
func (t *taken) carried(u *upgrade) bool {
	t.Conn.SetWriteDeadline(time.Now().Add(answerTime))
	if _, err := t.Conn.Write(u.answer()); err != nil {
		return false
	}
	t.Conn.SetWriteDeadline(time.Time{})
	c := newCarrier(t.Conn, t.First, u.protocol, u.deflates)
	t.Conn, t.First = c, nil
	if u.protocol != LineBytes {
		return true
	}
	var err error
	t.First, err = c.hear()
	return err == nil
}
