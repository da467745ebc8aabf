package checker

import "fmt"

// lose reports m as lost from the final history, n times: with all that is
// known of where it should stand.
//
// It is not lost if the final history declares that place absent, or, where
// nobody said which place it is, if it declares any.
func (c *check) lose(m *message, n int, alive []int32) {
	where, op := c.whereabouts(m, alive), &c.ops[m.op]
	room := &c.rooms[c.roomOf[m.op]]
	if room.skips.has(where) || where == 0 && len(room.skips) > 0 || c.unveil(m, where) {
		return
	}
	m.lost = true
	if where == 0 {
		c.adrift[c.roomOf[m.op]] += n
	}
	at := m.end
	if m.ok == 0 {
		at = m.start
	}
	for range n {
		side := room.side(where, at)
		if m.ok > m.excused {
			c.flag(Lost, m.op, where, "%s%s, acknowledged at %s, is not in the final history of room %s (%s)",
				c.title(m), numbered(where), clock(m.end), op.Room, c.count(side))
		} else {
			c.flag(Lost, m.op, where, "%s%s was shown to a session and is not in the final history of room %s (%s)",
				c.title(m), numbered(where), op.Room, c.count(side))
		}
	}
	for _, e := range alive {
		if ev := &c.events[e]; !ev.final {
			ev.odd = true
		}
	}
}

// whereabouts returns the Seq at which m was shown or acknowledged, and 0 if
// nobody said.
func (c *check) whereabouts(m *message, alive []int32) uint64 {
	for _, e := range alive {
		if ev := &c.events[e]; !ev.final {
			return ev.seq
		}
	}
	if m.acked && !c.standing(m.ack) {
		return m.ack.seq
	}
	return 0
}

// standing reports whether the final history has an event at p.
func (c *check) standing(p place) bool {
	e, ok := c.at[p]
	return ok && c.events[e].final
}

// markGone notes the places that were acknowledged and where the final history
// has nothing, so that the holes they leave are not reported again.
func (c *check) markGone() {
	for _, s := range c.sent {
		op, room := &c.ops[s.op], &c.rooms[c.roomOf[s.op]]
		if !op.ok() || op.Seq == 0 || !room.read || room.skips.has(op.Seq) {
			continue
		}
		if p := c.place(s.op, op.Seq); !c.standing(p) && !c.epochs.dead(p) {
			c.gone[p] = true
		}
	}
}

// author is somebody in a room; nobody in particular if the name is empty.
type author struct {
	room int32
	name string
}

// veil counts the messages that stand, or stood, without anybody having been
// shown their first text: they were edited or deleted before. Such a message of
// a sender without client ids, who was told no Seq, cannot be recognised.
func (c *check) veil() {
	for i := range c.events {
		if e := &c.events[i]; e.final && e.message < 0 && e.first < 0 {
			c.veiled[author{e.room, c.ops[e.op].Author}]++
		}
	}
	for p := range c.deleted {
		if _, ok := c.at[p]; !ok && !c.rooms[p.room].linked {
			c.veiled[author{room: p.room}]++
		}
	}
}

// unveil reports whether m, which nobody recognised, is accounted for by a
// veiled message, which then accounts for no other.
func (c *check) unveil(m *message, where uint64) bool {
	op := &c.ops[m.op]
	if where != 0 && c.deleted[c.place(m.op, where)] && !c.rooms[c.roomOf[m.op]].linked {
		return true // a view without links leaves out what was deleted
	}
	if where != 0 {
		return false
	}
	for _, a := range []author{{c.roomOf[m.op], op.Author}, {c.roomOf[m.op], ""}} {
		if c.veiled[a] > 0 {
			c.veiled[a]--
			return true
		}
	}
	return false
}

// side says where a loss is among what survives in r: by Seq if it is known,
// else by the time of the acknowledgement.
func (r *room) side(seq uint64, end int64) side {
	switch {
	case r.lastSeq == 0:
		return tail
	case seq != 0 && seq < r.firstSeq, seq == 0 && end < r.firstEnd:
		return prefix
	case seq != 0 && seq > r.lastSeq, seq == 0 && end > r.lastEnd:
		return tail
	}
	return middle
}

// side is where in a room, or in what a session was shown, something is
// missing.
type side string

const (
	prefix side = "prefix"
	middle side = "middle"
	tail   side = "tail"
)

// count adds a loss to the report's and returns its side.
func (c *check) count(s side) side {
	switch l := &c.report.Losses; s {
	case prefix:
		l.Prefix++
	case middle:
		l.Middle++
	default:
		l.Tail++
	}
	return s
}

// surviving notes that the acknowledged message m stands at e in the final
// history.
func (c *check) surviving(m *message, e *event) {
	r := &c.rooms[e.room]
	if r.lastSeq == 0 {
		r.firstSeq, r.firstEnd = e.seq, m.end
	}
	r.firstSeq, r.lastSeq = min(r.firstSeq, e.seq), max(r.lastSeq, e.seq)
	r.firstEnd, r.lastEnd = min(r.firstEnd, m.end), max(r.lastEnd, m.end)
}

// numbered shows a Seq in a sentence, if it is known.
func numbered(seq uint64) string {
	if seq == 0 {
		return ""
	}
	return fmt.Sprintf(" at %d", seq)
}
