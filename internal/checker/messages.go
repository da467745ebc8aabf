package checker

import (
	"cmp"
	"slices"
)

// message is one thing that an author meant to say: all Sends of one client id,
// or of one tag, or, without either, of one text.
type message struct {
	op     int32 // the first Send
	client bool  // known by client id: it may appear once, however often it was sent
	shown  bool  // some session was shown it, and no restore took it back
	lost   bool  // reported

	ok, unknown, refused int     // Sends of each outcome
	excused              int     // of ok: what a restore took back
	start                int64   // of the first Send that was not refused
	end                  int64   // of the first acknowledgement
	ack                  place   // where the first that named a Seq says that it stands
	acked                bool    // ack is known
	events               []int32 // where it appears, by Seq
	alive                int     // how many of events no restore took back
}

// sent is a Send and its message.
type sent struct{ op, message int32 }

// clientKey names a message for ever.
type clientKey struct{ author, client string }

// textKey is what is left to recognise a message by that has no name.
type textKey struct {
	room         int32
	author, kind string
	target       uint64
	sum          Sum
}

// gatherSends makes messages of the Sends.
func (c *check) gatherSends() {
	for i := range c.ops {
		op := &c.ops[i]
		if op.Verb == Send {
			m := c.messageOf(int32(i))
			c.sent = append(c.sent, sent{int32(i), m})
			c.kinds[op.kind()] = true
			c.countSend(&c.messages[m], int32(i))
			c.noteEdit(int32(i))
		}
	}
}

// messageOf returns the message that the Send i is for, by its client id, else
// by its tag, else by its text. Of a message with a client id it makes the tag
// known too, since readers may be shown that alone.
func (c *check) messageOf(i int32) int32 {
	op := &c.ops[i]
	id, tag, text := clientKey{op.Author, op.Client}, Tag(op.Text), c.textKey(i)
	m, ok := int32(0), false
	switch {
	case op.Client != "":
		m, ok = c.byClient[id]
	case tag != "":
		m, ok = c.byTag[tag]
	default:
		m, ok = c.byText[text]
	}
	if ok {
		return m
	}
	m = int32(len(c.messages))
	c.messages = append(c.messages, message{op: i, client: op.Client != ""})
	if op.Client != "" {
		c.byClient[id] = m
	}
	if tag != "" {
		c.byTag[tag] = m
	}
	if op.Client == "" && tag == "" {
		c.byText[text] = m
	}
	return m
}

// textKey returns the key of op i by its text.
func (c *check) textKey(i int32) textKey {
	op := &c.ops[i]
	return textKey{c.roomOf[i], op.Author, op.kind(), op.Target, op.sum()}
}

// countSend adds the outcome of the Send i to m.
func (c *check) countSend(m *message, i int32) {
	op, r := &c.ops[i], c.report
	r.Sends++
	if op.Outcome == Fail {
		r.Refused++
		m.refused++
		return
	}
	if m.ok+m.unknown == 0 || op.Start < m.start {
		m.start = op.Start
	}
	if !op.ok() {
		r.Unknown++
		m.unknown++
		return
	}
	r.Acked++
	if m.ok == 0 || op.End < m.end {
		m.end = op.End
	}
	m.ok++
	if op.Seq == 0 {
		if c.epochs.takenBack(op.End) {
			m.excused++
		}
		return
	}
	p := c.place(i, op.Seq)
	if c.epochs.dead(p) {
		m.excused++
	}
	if !m.acked {
		m.ack, m.acked = p, true
	}
	if _, ok := c.byAck[p]; !ok {
		c.byAck[p] = c.sent[len(c.sent)-1].message
	}
}

// find returns the message that op i shows, and -1 if nobody sent it.
func (c *check) find(i int32) int32 {
	op := &c.ops[i]
	if op.Client != "" {
		if m, ok := c.byClient[clientKey{op.Author, op.Client}]; ok {
			return m
		}
	}
	if tag := Tag(op.Text); tag != "" {
		if m, ok := c.byTag[tag]; ok {
			return m
		}
	}
	if op.Seq != 0 {
		if m, ok := c.byAck[c.place(i, op.Seq)]; ok {
			return m
		}
	}
	if m, ok := c.byText[c.textKey(i)]; ok {
		return m
	}
	return -1
}

// judgeSends finds messages that are lost, that appear too often, or that
// appear though they were refused.
func (c *check) judgeSends() {
	c.markGone()
	c.veil()
	for i := range c.messages {
		if m := &c.messages[i]; m.ok > 0 {
			for _, e := range m.events {
				if ev := &c.events[e]; ev.final {
					c.surviving(m, ev)
				}
			}
		}
	}
	for i := range c.messages {
		m := &c.messages[i]
		alive, final := c.appearances(m)
		if m.ok+m.unknown == 0 {
			c.judgeRefused(m, alive)
			continue
		}
		if len(alive) > m.allowed() {
			c.judgeTwins(m, alive)
		}
		// A final history without links may show nothing but messages.
		room := &c.rooms[c.roomOf[m.op]]
		if due := m.due(); final < due && room.read && (room.linked || c.ops[m.op].said()) {
			c.lose(m, due-final, alive)
		}
	}
}

// appearances returns the events of m that no restore took back, by Seq, and
// how many of them are in the final history.
func (c *check) appearances(m *message) (alive []int32, final int) {
	alive = m.events
	if c.epochs.several() {
		alive = nil
		for _, e := range m.events {
			if !c.epochs.dead(c.events[e].place) {
				alive = append(alive, e)
			}
		}
	}
	for _, e := range alive {
		if c.events[e].final {
			final++
		}
	}
	return alive, final
}

// allowed returns how often m may appear.
func (m *message) allowed() int {
	if m.client {
		return min(1, m.ok+m.unknown)
	}
	return m.ok + m.unknown
}

// ambiguous reports whether m may be several messages that look alike.
func (m *message) ambiguous() bool { return !m.client && m.ok+m.unknown > 1 }

// due returns how often m must be in the final history: what was acknowledged
// must, and what was shown to somebody, unless a restore took it back.
func (m *message) due() int {
	due := m.ok - m.excused
	if m.shown {
		due = max(1, due)
	}
	return min(due, m.allowed())
}

// judgeRefused reports a refused message that appears.
func (c *check) judgeRefused(m *message, alive []int32) {
	if len(alive) == 0 {
		return
	}
	c.markOdd(alive)
	op, e := &c.ops[m.op], &c.events[alive[0]]
	c.flag(Refused, e.op, e.seq, "%s was refused at %s, and stands at %d in room %s", c.title(m), clock(op.End), e.seq, c.rooms[e.room].name)
}

// judgeTwins reports every appearance of m that is one too many.
func (c *check) judgeTwins(m *message, alive []int32) {
	keep := m.allowed()
	alive = slices.SortedStableFunc(slices.Values(alive), func(a, b int32) int { return c.events[a].compare(&c.events[b]) })
	c.markOdd(alive[keep:])
	for _, e := range alive[keep:] {
		twin := &c.events[e]
		c.flag(Duplicate, twin.op, twin.seq, "%s stands at %d and again at %d in room %s",
			c.title(m), c.events[alive[0]].seq, twin.seq, c.rooms[twin.room].name)
	}
}

// title describes a message in a sentence.
func (c *check) title(m *message) string {
	op := &c.ops[m.op]
	s := cmp.Or(op.Author, op.Who) + "'s " + op.kind()
	if name := cmp.Or(Tag(op.Text), op.Text); name != "" {
		s += ` "` + shorten(name, 40) + `"`
	}
	if op.Client != "" {
		s += " (client id " + op.Client + ")"
	}
	return s
}
