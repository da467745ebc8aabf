package checker

import (
	"cmp"
	"slices"
	"sort"
)

// span is a message that stands at seq: sent at start, acknowledged at end, 0
// if it never was.
type span struct {
	message    int32
	seq        uint64
	start, end int64
}

// judgeRealTime finds messages that were sent after another of their room was
// acknowledged, and yet stand before it.
//
// In the order of their starts, each message is compared with the highest Seq
// of those acknowledged by then: if that one is behind it, all is well with the
// others too. So two sorts and one walk do.
func (c *check) judgeRealTime() {
	for _, spans := range c.spansByRoom() {
		acked := slices.DeleteFunc(slices.Clone(spans), func(s span) bool { return s.end == 0 })
		slices.SortFunc(acked, func(a, b span) int { return cmp.Compare(a.end, b.end) })
		slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
		var high span
		next := 0
		for _, s := range spans {
			for ; next < len(acked) && acked[next].end < s.start; next++ {
				if acked[next].seq > high.seq {
					high = acked[next]
				}
			}
			if high.seq > s.seq {
				c.inversion(high, s)
			}
		}
	}
}

// spansByRoom returns the messages of each room whose place is certain: one
// event, which stands, and one message or client id behind it.
func (c *check) spansByRoom() [][]span {
	rooms := make([][]span, len(c.rooms))
	for i := range c.messages {
		m := &c.messages[i]
		if len(m.events) != 1 || m.ambiguous() {
			continue
		}
		e := &c.events[m.events[0]]
		if e.odd || c.epochs.dead(e.place) {
			continue
		}
		rooms[e.room] = append(rooms[e.room], span{int32(i), e.seq, m.start, m.end})
	}
	return rooms
}

// inversion reports that b stands before a, though a was acknowledged before b
// was sent.
func (c *check) inversion(a, b span) {
	m := &c.messages[b.message]
	c.flag(Inversion, m.op, b.seq, "%s was sent at %s and stands at %d in room %s, before %s at %d, which was acknowledged at %s",
		c.title(m), clock(b.start), b.seq, c.ops[m.op].Room, c.title(&c.messages[a.message]), a.seq, clock(a.end))
}

// own is what one actor had acknowledged: the Seqs in the order of the
// acknowledgements, with the highest so far, and sorted.
type own struct {
	acks   []ack
	high   []uint64 // high[i] is the highest Seq of acks[:i+1]
	sorted []uint64
}

// ack is an acknowledgement.
type ack struct {
	end int64
	seq uint64
}

// ownKey names what an actor sent to a room, or to all if room is -1; to one
// node, or to any.
type ownKey struct {
	who  string
	room int32
	any  bool
	node string
}

// judgeViews finds answers about the present that lack what the asking actor
// had acknowledged before: by the same node, or up to the cursor that it gave.
func (c *check) judgeViews() {
	var views []int32
	for i := range c.ops {
		switch op := &c.ops[i]; op.Verb {
		case Join, Resume, Snapshot:
			if op.ok() && op.Seq > 0 {
				views = append(views, int32(i))
			}
		}
	}
	if len(views) == 0 {
		return
	}
	writes := c.ownWrites()
	for _, i := range views {
		op := &c.ops[i]
		missing := writes[ownKey{op.Who, c.roomOf[i], false, op.Node}].acknowledged(op.Start)
		if missing <= op.Seq {
			missing = writes[ownKey{op.Who, c.roomOf[i], true, ""}].upTo(op.After)
		}
		if missing > op.Seq {
			c.flag(StaleRead, i, missing, "%s asked at %s and was shown nothing after %d, though its own message at %d had been acknowledged",
				op.Who, clock(op.Start), op.Seq, missing)
		}
	}
}

// ownWrites gathers the acknowledged sends of each actor whose place is known
// and which no restore took back.
func (c *check) ownWrites() map[ownKey]*own {
	writes := map[ownKey]*own{}
	for _, s := range c.sent {
		op := &c.ops[s.op]
		if !op.ok() {
			continue
		}
		p, known := c.placeOf(s)
		if !known || c.epochs.dead(p) {
			continue
		}
		for _, key := range []ownKey{
			{op.Who, p.room, false, op.Node}, {op.Who, -1, false, op.Node},
			{op.Who, p.room, true, ""}, {op.Who, -1, true, ""},
		} {
			if writes[key] == nil {
				writes[key] = &own{}
			}
			writes[key].acks = append(writes[key].acks, ack{op.End, p.seq})
		}
	}
	for _, w := range writes {
		w.sort()
	}
	return writes
}

// placeOf returns where an acknowledged send stands: by the answer, else by the
// history.
func (c *check) placeOf(s sent) (place, bool) {
	if seq := c.ops[s.op].Seq; seq != 0 {
		return c.place(s.op, seq), true
	}
	if m := &c.messages[s.message]; len(m.events) == 1 && !m.ambiguous() {
		return c.events[m.events[0]].place, true
	}
	return place{}, false
}

// sort makes w ready for questions.
func (w *own) sort() {
	slices.SortFunc(w.acks, func(a, b ack) int { return cmp.Compare(a.end, b.end) })
	var high uint64
	for _, a := range w.acks {
		high = max(high, a.seq)
		w.high = append(w.high, high)
		w.sorted = append(w.sorted, a.seq)
	}
	slices.Sort(w.sorted)
}

// acknowledged returns the highest Seq that was acknowledged before time t, 0
// if none was. A nil w has none.
func (w *own) acknowledged(t int64) uint64 {
	if w == nil {
		return 0
	}
	n := sort.Search(len(w.acks), func(i int) bool { return w.acks[i].end >= t })
	if n == 0 {
		return 0
	}
	return w.high[n-1]
}

// upTo returns the highest Seq that is not over the cursor, 0 if there is none.
func (w *own) upTo(cursor uint64) uint64 {
	if w == nil || cursor == 0 {
		return 0
	}
	n := sort.Search(len(w.sorted), func(i int) bool { return w.sorted[i] > cursor })
	if n == 0 {
		return 0
	}
	return w.sorted[n-1]
}
