package checker

import (
	"cmp"
	"slices"
	"sort"
)

// judgeTrack finds what a session was due in a room and was not shown. Two
// witnesses speak: the links, by which each event names its predecessor, and the
// final history. A hole that the links admit is a [Gap]; one that only the final
// history knows of is a loss.
func (c *check) judgeTrack(t *track) {
	reads := c.inOrder(t)
	t.skips = t.skips.merge()
	h := holes{c: c, track: t, after: max(t.after, c.rooms[t.room].base), final: c.rooms[t.room].final}
	if len(reads) > 0 {
		h.first, h.last = reads[0].seq, reads[len(reads)-1].seq
	}
	if len(reads) > 0 && (!t.known || h.first <= h.after) {
		h.after, h.shown = h.first, true
		h.checkLink(reads[0])
		reads = reads[1:]
	} else if !t.known {
		return
	}
	h.next = sort.Search(len(h.final), func(i int) bool { return c.events[h.final[i]].seq > h.after })
	for _, r := range reads {
		h.before(r)
	}
	h.before(showing{seq: t.upTo, op: -1})
}

// inOrder returns what the session was shown by Seq, each once, without what
// was already reported as something that should not exist.
func (c *check) inOrder(t *track) []showing {
	reads := t.reads
	if !t.order {
		slices.SortStableFunc(reads, func(a, b showing) int { return cmp.Compare(a.seq, b.seq) })
		reads = slices.CompactFunc(reads, func(a, b showing) bool { return a.seq == b.seq })
	}
	t.reads = slices.DeleteFunc(reads, func(r showing) bool { return c.events[r.event].odd })
	return t.reads
}

// holes walks through the final history beside what a session was shown in a
// room.
type holes struct {
	c           *check
	track       *track
	first, last uint64 // what the session was shown first and last
	after       uint64 // how far the walk has come
	shown       bool   // an event at after was shown to the session
	final       []int32
	next        int // the first of final behind after
}

// before judges what is between the last position and r, and moves there. An r
// without an op is the end of what was due.
func (h *holes) before(r showing) {
	gap, lost := r.op >= 0 && h.judgeGap(r), false
	for ; h.next < len(h.final); h.next++ {
		e := &h.c.events[h.final[h.next]]
		if e.seq > r.seq {
			break
		}
		if !gap && (e.seq < r.seq || r.op < 0) && h.due(e) {
			lost = true
			h.lose(e)
		}
	}
	if r.op < 0 {
		return
	}
	if !gap && !lost {
		h.checkLink(r)
	}
	h.after, h.shown = r.seq, true
}

// judgeGap reports a Gap if r names a predecessor that the session was due and
// not shown, and whose absence is not explained or reported already.
func (h *holes) judgeGap(r showing) bool {
	op := &h.c.ops[r.op]
	if op.Prev <= h.after || op.Prev >= r.seq || h.track.skips.has(op.Prev) || h.absent(r, op.Prev) {
		return false
	}
	h.c.flag(Gap, r.op, r.seq, "%s was shown %d in room %s, whose predecessor is %d, but the session was only at %d",
		op.Who, r.seq, op.Room, op.Prev, h.after)
	return true
}

// absent reports whether it was already reported that seq, which r names as its
// predecessor, is gone or should not exist. A place of which nobody knows more
// is taken for that of a message lost from a place unknown.
func (h *holes) absent(r showing, seq uint64) bool {
	p := h.c.place(r.op, seq)
	if e, ok := h.c.at[p]; ok {
		return h.c.events[e].odd
	}
	if !h.c.gone[p] && h.c.adrift[p.room] > 0 {
		h.c.adrift[p.room]--
		h.c.gone[p] = true
	}
	return h.c.gone[p]
}

// checkLink reports r if it names another predecessor than the final history
// does, or one before an event that the session was shown.
func (h *holes) checkLink(r showing) {
	op, e := &h.c.ops[r.op], &h.c.events[r.event]
	if op.Prev == 0 || e.diverged {
		return
	}
	known := h.c.ops[e.op].Prev
	if h.shown && h.after < r.seq {
		known = cmp.Or(known, h.after)
	}
	switch {
	case known == 0 || known == op.Prev && op.Prev < r.seq:
		return
	case h.absent(r, op.Prev) || h.absent(r, known):
		return
	}
	e.diverged = true
	h.c.flag(Divergence, r.op, r.seq, "%s was shown %d in room %s with predecessor %d, not %d", op.Who, r.seq, op.Room, op.Prev, known)
}

// due reports whether the session should have been shown e. A reader who is
// shown no links may be shown nothing but messages, and not the deleted ones.
func (h *holes) due(e *event) bool {
	t, op := h.track, &h.c.ops[e.op]
	switch {
	case e.odd, e.branch > t.epoch, t.skips.has(e.seq):
		return false
	case !t.numbered && (e.message < 0 || t.vague && h.c.messages[e.message].ambiguous()):
		return false // it may have been shown, and not recognised
	case !t.linked && (!op.said() || h.c.deleted[e.place]):
		return false
	case t.opening >= 0 && h.c.ops[t.opening].NoEcho:
		return e.message >= 0 && h.c.ops[h.c.messages[e.message].op].Who != h.c.ops[t.opening].Who
	}
	return true
}

// lose reports that e, which the session was due, was not shown to it.
func (h *holes) lose(e *event) {
	op, side := &h.c.ops[h.track.last], middle
	switch {
	case h.last == 0 || e.seq > h.last:
		side = tail
	case e.seq < h.first:
		side = prefix
	}
	h.c.flag(Lost, h.track.last, e.seq, "%s was not shown %d in room %s, which the final history has and the session covers (%s)",
		op.Who, e.seq, h.c.rooms[e.room].name, side)
	h.c.count(side)
}
