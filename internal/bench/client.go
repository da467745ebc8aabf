package bench

import (
	"bytes"
	"fmt"
	"sync"
)

// client is one connection: it reads its room, and may send.
type client struct {
	f        *fleet
	sh       *shard
	room     *room
	number   int
	nick     string
	token    string // of the landing probe
	counting bool   // counts messages instead of checking them
	slow     bool   // this one will stop reading for a while; it has a small receive buffer

	// The receiving half, guarded by sh.mu.
	landed   bool
	landTime int64  // ns from the dial to the answer of the probe
	last     []byte // while landing: the start of the last line, to explain a failure
	sight    sight

	mu       sync.Mutex // guards the sending half below; taken inside sh.mu
	link     link
	dialed   int64
	sends    bool
	quota    uint32 // how many messages to send at most
	sent     uint32
	inFlight int    // sent, not yet seen back
	buf      []byte // reused for what goes out in one write
	text     []byte // reused for one message's text
	gone     error  // why the connection ended, if it did
}

// link is the connection of a client. Its methods are called with client.mu
// held and never wait for the peer.
type link interface {
	// write sends p, or keeps what the socket does not take now and sends it
	// as soon as it does.
	write(p []byte)
	// pause stops reading until resume.
	pause()
	resume()
}

// shard is what a group of clients has seen. A reading goroutine feeds its
// clients under the shard's lock, and does no I/O meanwhile but writes that
// don't wait.
type shard struct {
	mu        sync.Mutex // guards all fields, and the receiving half of the shard's clients
	delivered uint64
	reads     uint64 // that brought messages
	acked     uint64
	lastAck   int64
	from, to  int64     // messages sent in this time go into the histograms
	echo      histogram // send to own message back
	seen      histogram // send to seen by a checking reader
	oddLines  uint64    // lines after landing that are neither messages nor notices
	oddLine   string    // the first of them
}

// hello returns what the client sends first.
func (c *client) hello() []byte {
	return c.f.dialect.AppendHello(nil, c.nick, c.room.name, c.token)
}

// feed takes what has been read, from the first byte not consumed before, and
// returns how much it has consumed: all whole lines. sh.mu is held.
func (c *client) feed(p []byte, now int64) (used int) {
	if !c.landed {
		if used = c.land(p, now); !c.landed {
			return used
		}
	}
	if c.counting {
		n := uint64(bytes.Count(p[used:], []byte{tagMark}))
		c.sh.delivered += n
		c.sight.seen += n
		c.sh.reads++
		return len(p)
	}
	acks, before := 0, c.sight.seen
	for {
		n := bytes.IndexByte(p[used:], '\n')
		if n < 0 {
			break
		}
		acks += c.line(trimCR(p[used:used+n]), now)
		used += n + 1
	}
	if c.sight.seen > before {
		c.sh.reads++
	}
	if acks > 0 {
		c.acked(acks, now)
	}
	return used
}

// trimCR removes a carriage return from the end of a line.
func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// land looks for the answer of the landing probe and ignores all else: the
// greeting, the room's history, the coming of others.
func (c *client) land(p []byte, now int64) (used int) {
	for !c.landed {
		n := bytes.IndexByte(p[used:], '\n')
		if n < 0 {
			return used
		}
		line := trimCR(p[used : used+n])
		used += n + 1
		if c.f.dialect.Landed(line, c.token) {
			c.landed, c.landTime, c.last = true, now-c.dialed, nil
			c.f.arrivals <- arrival{c, nil}
		} else {
			c.last = append(c.last[:0], line[:min(len(line), 200)]...)
		}
	}
	return used
}

// line takes one line, and returns 1 if it is the client's own message.
func (c *client) line(line []byte, now int64) (acks int) {
	text, ok := c.f.dialect.Text(line)
	if !ok {
		c.odd(line)
		return 0
	}
	t, ok := parseTag(text)
	if ok && t.run != c.f.run {
		return 0
	}
	if !ok || !bytes.Equal(text[tagSize:], c.f.pad) {
		c.sight.faults.Garbled++
		return 0
	}
	slot, ok := c.room.slotOf(t.sender)
	if !ok {
		c.sight.faults.Misdelivered++
		return 0
	}
	return c.message(slot, t, now)
}

// message takes one message of the client's room.
func (c *client) message(slot int, t tag, now int64) (acks int) {
	sh := c.sh
	fresh := c.sight.saw(slot, t)
	sh.delivered++
	timed := t.sent >= sh.from && t.sent < sh.to && !c.slow
	if timed {
		sh.seen.record(now - t.sent)
	}
	if !c.sends || int(t.sender) != c.number || !fresh {
		return 0
	}
	if timed {
		sh.echo.record(now - t.sent)
	}
	return 1
}

// odd notes a line that is neither a message nor a notice: most often the
// server's reason for refusing something, so the first one is kept.
func (c *client) odd(line []byte) {
	if c.f.dialect.Notice(line) {
		return
	}
	if c.sh.oddLines++; c.sh.oddLines == 1 {
		c.sh.oddLine = fmt.Sprintf("%s: %.200q", c.nick, line)
	}
}

// acked notes that n of the client's own messages came back, and in a closed
// loop sends as many more.
func (c *client) acked(n int, now int64) {
	c.sh.acked += uint64(n)
	c.sh.lastAck = now
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight -= n
	if c.f.closedLoop {
		c.topUp(now)
	}
}

// topUp fills the sender's window. c.mu is held.
func (c *client) topUp(now int64) {
	c.buf = c.buf[:0]
	for c.inFlight < c.f.cfg.Window && c.maySend() {
		c.appendNext(now)
	}
	if len(c.buf) > 0 {
		c.link.write(c.buf)
	}
}

// sendDue sends one message that was due at the given time. It reports false
// when the sender has so many unacknowledged messages that it must wait.
func (c *client) sendDue(due int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inFlight >= maxUnacked {
		return false
	}
	if c.maySend() {
		c.buf = c.buf[:0]
		c.appendNext(due)
		c.link.write(c.buf)
	}
	return true
}

// maySend reports whether the client may send one more. c.mu is held.
func (c *client) maySend() bool {
	return c.gone == nil && c.sent < c.quota && c.f.sending.Load()
}

// appendNext appends the client's next message to buf. c.mu is held.
func (c *client) appendNext(at int64) {
	t := tag{c.f.run, uint16(c.number), c.sent, at}
	c.text = append(appendTag(c.text[:0], t), c.f.pad...)
	c.buf = c.f.dialect.AppendMessage(c.buf, c.room.name, c.text)
	c.sent++
	c.inFlight++
}

// left notes that the connection has ended. It is called by the reading side,
// without locks.
func (c *client) left(err error) {
	c.mu.Lock()
	c.gone = err
	c.mu.Unlock()
	c.sh.mu.Lock()
	landed, last := c.landed, string(c.last)
	c.sh.mu.Unlock()
	if landed {
		return
	}
	if last != "" {
		err = fmt.Errorf("%w; its last line was %q", err, last)
	}
	c.f.arrivals <- arrival{c, err}
}
