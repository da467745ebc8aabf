package bench

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"
)

// client is one connection: it reads its room, and may send.
type client struct {
	f        *fleet
	dialect  Dialect
	sh       *shard
	room     *room
	number   int
	nick     string
	token    string // of the landing probe
	counting bool   // counts messages instead of checking them
	tries    int    // how often it was dialed again; the landing goroutine's
	slow     bool   // this one will stop reading for a while; it has a small receive buffer

	// The receiving half, guarded by sh.mu.
	landed   bool
	refused  bool   // the server said so
	landTime int64  // ns from the dial to the answer of the probe
	entered  int64  // when it was told to be in the room that it entered after landing; 0 before
	last     []byte // while landing: the start of the last line, to explain a failure
	sight    sight

	mu       sync.Mutex // guards the sending half below; taken inside sh.mu
	link     link
	dialed   int64
	sends    bool
	quota    uint32 // how many messages to send at most
	sent     uint32
	answered uint32 // of them, how many pongs have acknowledged
	inFlight int    // sent, not yet acknowledged
	pings    []ping // those not yet answered, where messages don't come back
	buf      []byte // reused for what goes out in one write
	text     []byte // reused for one message's text
	gone     error  // why the connection ended, if it did
}

// ping is a question whose answer acknowledges all messages before it.
type ping struct {
	sent uint32 // how many the client had sent by then
	at   int64  // when the last of them was sent, or was due
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
	bytes     uint64
	joins     uint64 // lines that tell of somebody's coming
	names     uint64 // ends of lists of who is there
	oddLines  uint64 // lines after landing that are neither messages nor notices
	oddLine   string // the first of them
}

// hello returns what the client sends first.
func (c *client) hello() []byte {
	return c.dialect.AppendHello(nil, c.nick, c.landsIn(), c.token)
}

// landsIn returns the room that the client enters while landing.
func (c *client) landsIn() string {
	if c.f.outside {
		return ""
	}
	return c.room.name
}

// feed takes what has been read, from the first byte not consumed before, and
// returns how much it has consumed: all whole lines. sh.mu is held.
func (c *client) feed(p []byte, now int64) (used int) {
	defer func() { c.sh.bytes += uint64(used) }()
	if !c.landed {
		if used = c.land(p, now); !c.landed {
			return used
		}
	}
	if c.counting {
		n, counted := c.dialect.Count(p[used:])
		c.sh.delivered += n
		c.sight.seen += n
		c.sh.reads++
		return used + counted
	}
	acks, before := 0, c.sight.seen
	for {
		line, n := c.dialect.Cut(p[used:])
		if n == 0 {
			break
		}
		acks += c.line(line, now)
		used += n
	}
	if c.sight.seen > before {
		c.sh.reads++
	}
	if acks > 0 {
		c.acked(acks, now)
	}
	return used
}

// land looks for the answer of the landing probe and ignores all else: the
// greeting, the room's history, the coming of others.
func (c *client) land(p []byte, now int64) (used int) {
	for !c.landed {
		line, n := c.dialect.Cut(p[used:])
		if n == 0 {
			return used
		}
		used += n
		c.landStep(line, now)
	}
	return used
}

// landStep takes one line while landing.
func (c *client) landStep(line []byte, now int64) {
	kind, part := c.dialect.Sort(line)
	switch {
	case kind == kindPong && string(part) == c.token:
		c.landed, c.landTime, c.last = true, now-c.dialed, nil
		if drawn(c.dialect) {
			c.say(c.dialect.AppendPong(nil, part))
		}
		c.f.arrivals <- arrival{c, nil}
		return
	case kind == kindWelcome:
		c.say(c.dialect.AppendEnter(nil, c.landsIn(), c.token))
	case kind == kindPing:
		c.say(c.dialect.AppendPong(nil, part))
	case kind == kindJoin:
		c.sh.joins++
	case kind == kindRefusal && !c.refused:
		c.refused = true
		c.f.arrivals <- arrival{c, fmt.Errorf("the server refuses it: %.200q", line)}
	}
	c.last = append(c.last[:0], line[:min(len(line), 200)]...)
}

// say sends p.
func (c *client) say(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link.write(p)
}

// line takes one line, and returns how many of the client's own messages it
// acknowledges.
func (c *client) line(line []byte, now int64) (acks int) {
	kind, part := c.dialect.Sort(line)
	switch kind {
	case kindMessage:
		return c.tagged(part, now)
	case kindMessages:
		for text := range splitWeb(part) {
			acks += c.tagged(text, now)
		}
		return acks
	case kindPong:
		return c.pong(part, now)
	case kindPing:
		c.say(c.dialect.AppendPong(nil, part))
	case kindJoin:
		c.sh.joins++
	case kindNames:
		c.sh.names++
	case kindNotice:
	default:
		c.odd(line)
	}
	return 0
}

// pong takes the answer to a ping: that of entering a room, or one after
// messages that don't come back.
func (c *client) pong(token []byte, now int64) (acks int) {
	if string(token) == c.token {
		if c.entered == 0 {
			c.entered = now
		}
		return 0
	}
	digits, ok := bytes.CutPrefix(token, []byte{ackMark})
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(string(digits), 10, 32)
	if err != nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.pings) > 0 && c.pings[0].sent <= uint32(n) {
		p := c.pings[0]
		c.pings = append(c.pings[:0], c.pings[1:]...)
		for ; c.answered < p.sent; c.answered++ {
			acks++
			if p.at >= c.sh.from && p.at < c.sh.to {
				c.sh.echo.record(now - p.at)
			}
		}
	}
	return acks
}

// ackMark begins the token of a ping after messages.
const ackMark = 'a'

// tagged takes a message's text, and returns 1 if it is the client's own.
func (c *client) tagged(text []byte, now int64) (acks int) {
	t, ok := parseTag(text)
	if ok && t.run != c.f.run {
		return 0
	}
	if !ok || !drawn(c.dialect) && !bytes.Equal(text[tagSize:], c.f.pad(t)) {
		c.sight.faults.Garbled++
		return 0
	}
	slot, ok := c.room.slotOf(t.sender)
	if !ok {
		c.sight.faults.Misdelivered++
		return 0
	}
	if drawn(c.dialect) && c.sight.has(slot, t.count) {
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
	if !c.sends || int(t.sender) != c.number || !fresh || !c.dialect.Echoes() {
		return 0
	}
	if timed {
		sh.echo.record(now - t.sent)
	}
	return 1
}

// odd notes a line that a healthy run does not bring: most often the
// server's reason for refusing something, so the first one is kept.
func (c *client) odd(line []byte) {
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
		c.appendPing(now)
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
		c.appendPing(due)
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
	c.text = append(appendTag(c.text[:0], t), c.f.pad(t)...)
	c.buf = c.dialect.AppendMessage(c.buf, c.room.name, c.text)
	c.sent++
	c.inFlight++
}

// appendPing appends a ping to buf if messages don't come back to the client.
// c.mu is held.
func (c *client) appendPing(at int64) {
	if c.dialect.Echoes() {
		return
	}
	c.text = strconv.AppendUint(append(c.text[:0], ackMark), uint64(c.sent), 10)
	c.buf = c.dialect.AppendPing(c.buf, c.text)
	c.pings = append(c.pings, ping{c.sent, at})
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
