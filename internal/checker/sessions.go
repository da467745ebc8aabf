package checker

import (
	"math"
	"slices"
	"sort"
)

// A session is judged room by room. Its stay in a room, from a Join or a Resume
// to the next or to a Close, is a track: what it was shown there, and between
// which positions it was due everything.

// track is one session's stay in one room.
type track struct {
	opening  int32 // the Join or Resume that began it; -1 if none was recorded
	room     int32
	epoch    int32 // that of the last read
	resumed  bool  // it began with a cursor, so nothing up to after may be shown
	linked   bool  // reads name their predecessors
	numbered bool  // reads name their Seqs
	order    bool  // reads are in rising order, each once
	after    uint64
	known    bool   // everything after after is due
	upTo     uint64 // everything up to here is due; 0: up to the last read
	reads    []showing
	seen     map[uint64]bool // Seqs of reads; kept only once one came out of order
	top      uint64          // the highest Seq shown, or the cursor
	vague    bool            // a read could not be told from its twin
	passed   uint64          // the highest Seq declared absent
	skips    ranges
	last     int32 // the last op that belongs to it
}

// showing is an event shown to a session.
type showing struct {
	seq   uint64
	op    int32
	event int32
}

// sessionKey names a session. A read of the final history is a session too, to
// which everything is due.
type sessionKey struct {
	final        bool
	who, session string
}

// judgeSessions follows each session through its ops.
func (c *check) judgeSessions() {
	for _, ops := range c.bySession() {
		c.report.Sessions++
		w := walk{c: c, tracks: map[int32]*track{}, opening: -1}
		for _, i := range ops {
			w.step(i)
		}
		w.endAll(0)
	}
}

// bySession returns the ops that belong to sessions, by session, in their
// order: all share one array.
func (c *check) bySession() [][]int32 {
	ids := map[sessionKey]int32{}
	of := make([]int32, len(c.ops))
	var sizes []int
	for i := range c.ops {
		op := &c.ops[i]
		of[i] = -1
		switch op.Verb {
		case Join, Resume, Read, Close, Final:
			key := sessionKey{op.Verb == Final, op.Who, op.Session}
			id, ok := ids[key]
			if !ok {
				id = int32(len(ids))
				ids[key] = id
				sizes = append(sizes, 0)
			}
			of[i] = id
			sizes[id]++
		}
	}
	sessions, all := make([][]int32, len(sizes)), make([]int32, len(c.ops))
	for id, n := range sizes {
		sessions[id], all = all[:0:n], all[n:]
	}
	for i, id := range of {
		if id >= 0 {
			sessions[id] = append(sessions[id], int32(i))
		}
	}
	return sessions
}

// walk follows one session.
type walk struct {
	c       *check
	tracks  map[int32]*track // by room
	order   []int32          // rooms of tracks, in the order in which they came up
	opening int32            // the last Join or Resume of the whole session; -1 if there was none
}

// step takes the session's next op.
func (w *walk) step(i int32) {
	op, room := &w.c.ops[i], w.c.roomOf[i]
	switch op.Verb {
	case Join, Resume:
		w.open(i, room)
	case Read, Final:
		w.track(room).show(w.c, i)
	case Close:
		if room >= 0 {
			w.end(room, op.Seq)
		} else {
			w.endAll(op.Seq)
		}
	}
}

// open begins a stay in room, or in all rooms if room is -1. A session that
// resumes claims to have been shown everything up to its cursor, and goes on in
// the rooms in which it was.
func (w *walk) open(i, room int32) {
	op := &w.c.ops[i]
	upTo := uint64(0)
	if op.Verb == Resume && op.ok() {
		upTo = op.After
	}
	if room >= 0 {
		w.end(room, upTo)
		if op.ok() {
			w.begin(room, i)
		}
		return
	}
	rooms := slices.Clone(w.order)
	w.endAll(upTo)
	w.opening = -1
	if !op.ok() {
		return
	}
	w.opening = i
	if op.Verb == Resume {
		for _, room := range rooms {
			w.begin(room, i)
		}
	}
}

// track returns the session's track in room; a new one if it has none.
func (w *walk) track(room int32) *track {
	if t := w.tracks[room]; t != nil {
		return t
	}
	return w.begin(room, w.opening)
}

// begin starts a track in room with the Join or Resume opening, -1 if none.
func (w *walk) begin(room, opening int32) *track {
	t := &track{opening: opening, room: room, order: true, last: opening}
	if opening >= 0 {
		op := &w.c.ops[opening]
		t.after = op.After
		t.resumed = op.Verb == Resume
		t.known = t.resumed || op.After > 0
		if t.resumed {
			t.top = t.after
		}
		t.epoch = w.c.epochs.of(op)
	}
	w.tracks[room] = t
	w.order = append(w.order, room)
	return t
}

// end judges the session's stay in room; everything up to upTo was due.
func (w *walk) end(room int32, upTo uint64) {
	t := w.tracks[room]
	if t == nil {
		return
	}
	t.upTo = max(t.upTo, upTo)
	delete(w.tracks, room)
	w.order = slices.DeleteFunc(w.order, func(r int32) bool { return r == room })
	w.c.judgeTrack(t)
}

// endAll judges the session's stay in every room.
func (w *walk) endAll(upTo uint64) {
	for len(w.order) > 0 {
		w.end(w.order[0], upTo)
	}
}

// show takes op i, a Read or a Final, as the next thing shown, and judges its
// place in the order.
func (t *track) show(c *check, i int32) {
	op, e := &c.ops[i], c.eventOf[i]
	if op.Verb == Final {
		t.known, t.upTo = true, math.MaxUint64
	}
	t.last = i
	if op.Kind == kindSkip {
		t.skips = t.skips.add(op.Prev, op.Seq)
		t.passed = max(t.passed, op.Seq)
		c.report.Skipped++
		return
	}
	if op.Seq == 0 {
		if e = t.guess(c, i); e < 0 {
			return
		}
		c.compareWith(i, e)
		c.eventOf[i] = e
	}
	t.epoch = c.epochs.of(op)
	t.linked = t.linked || op.Prev != 0
	t.numbered = t.numbered || op.Seq != 0
	c.checkEpoch(t, i)
	s := showing{c.events[e].seq, i, e}
	t.judgeOrder(c, s)
	t.reads = append(t.reads, s)
}

// guess returns the event that op i, which names no Seq, shows to the session:
// the next appearance of its message, else its first; -1 if it cannot be told.
func (t *track) guess(c *check, i int32) int32 {
	m := c.find(i)
	if m < 0 {
		return -1
	}
	op, msg := &c.ops[i], &c.messages[m]
	if send := &c.ops[msg.op]; send.Kind == kindEdited && op.said() {
		if e, ok := c.at[c.place(i, send.Target)]; ok {
			return e // shown as it is now: the edit's text, at the place of its target
		}
		return -1
	}
	taken := c.epochs.takenBack(op.End)
	unsure := taken || t.top == 0 && !t.known || msg.alive < msg.allowed()
	if unsure && msg.ambiguous() {
		t.vague = true
		return -1 // any of its appearances, and perhaps one of which nobody knows the Seq
	}
	from := max(t.top, t.passed)
	next := sort.Search(len(msg.events), func(j int) bool { return c.events[msg.events[j]].seq > from })
	for n := range msg.events {
		e := msg.events[(next+n)%len(msg.events)]
		if taken && c.events[e].seq <= from {
			break // perhaps another that a restore took back
		}
		if c.place(i, c.events[e].seq) == c.events[e].place {
			return e // of this room, and not behind a restore
		}
	}
	return -1
}

// checkEpoch reports a Resume that was accepted with another epoch than the one
// that its session is in.
func (c *check) checkEpoch(t *track, i int32) {
	if t.opening < 0 || c.misused[t.opening] {
		return
	}
	op, opening := &c.ops[i], &c.ops[t.opening]
	if opening.Verb == Resume && opening.Epoch != "" && op.Epoch != "" && op.Epoch != opening.Epoch {
		c.misuse(t.opening, op.Epoch)
	}
}

// judgeOrder judges s against what the session was shown before: each Seq once,
// in rising order, and nothing at or before the cursor it resumed from.
func (t *track) judgeOrder(c *check, s showing) {
	op := &c.ops[s.op]
	switch {
	case t.resumed && s.seq <= t.after:
		t.order = false
		c.flag(Duplicate, s.op, s.seq, "%s was shown %d in room %s, though it had resumed after %d", op.Who, s.seq, op.Room, t.after)
	case s.seq > t.top:
		t.top = s.seq
	case t.shownBefore(s.seq):
		t.order = false
		c.flag(Duplicate, s.op, s.seq, "%s was shown %d in room %s twice", op.Who, s.seq, op.Room)
	default:
		t.order = false
		c.flag(Reorder, s.op, s.seq, "%s was shown %d in room %s after %d", op.Who, s.seq, op.Room, t.top)
	}
	if t.seen != nil {
		t.seen[s.seq] = true
	}
}

// shownBefore reports whether the session was shown seq.
func (t *track) shownBefore(seq uint64) bool {
	if t.seen == nil {
		t.seen = map[uint64]bool{}
		for _, r := range t.reads {
			t.seen[r.seq] = true
		}
	}
	return t.seen[seq]
}
