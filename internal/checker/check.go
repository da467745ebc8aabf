package checker

import (
	"slices"
	"time"
)

// Check judges a history. Ops of one session must stand in the order in which
// they happened; otherwise the order does not matter. It takes O(n log n) time
// and changes nothing in ops, whose strings the report shares.
func Check(ops []Op) *Report {
	c := newCheck(ops)
	c.gatherSends()
	c.gatherEvents()
	c.judgeSends()
	c.judgeAcks()
	c.judgeEvents()
	c.judgeSessions()
	c.judgeRealTime()
	c.judgeViews()
	c.judgeResumes()
	c.judgeBans()
	c.measure()
	return c.report
}

// check is the state of one Check: what was gathered, and the verdict so far.
// Ops, events, messages and rooms are named by their index, since a history may
// have millions.
type check struct {
	ops    []Op
	report *Report
	epochs epochs

	roomID map[string]int32
	rooms  []room
	roomOf []int32 // by op

	// What was sent: see messages.go.
	messages []message
	sent     []sent // every Send
	byClient map[clientKey]int32
	byTag    map[string]int32
	byText   map[textKey]int32
	byAck    map[place]int32
	kinds    map[string]bool // kinds that are recorded when sent, so that an unsent one is a phantom

	// What was shown: see events.go.
	events  []event
	at      map[place]int32
	eventOf []int32 // by op; -1 if it shows none
	edits   map[edit]bool
	deleted map[place]bool
	gone    map[place]bool // acknowledged and lost, and reported
	adrift  map[int32]int  // by room, messages lost from a place that nobody knows
	veiled  map[author]int // messages that nobody was shown as they were first said, so that nobody can say which they are

	misused map[int32]bool // Resumes reported
}

// room is what is known of one room.
type room struct {
	name   string
	read   bool    // somebody read its final history
	linked bool    // that history shows links, so it holds events of every kind
	base   uint64  // what is up to here was there before
	final  []int32 // the events of the final history, by Seq
	sends  int32   // acknowledged
	skips  ranges  // what the final history declares absent

	// Of the acknowledged messages that survive: the places and times between
	// which a loss is in the middle.
	firstSeq, lastSeq uint64
	firstEnd, lastEnd int64
}

// place is where an event stands. Seqs of a room are given again after a
// restore: branch is the epoch in which this one was given.
type place struct {
	room   int32
	branch int32
	seq    uint64
}

// newCheck returns the state before the first pass: rooms and epochs known, the
// ops counted.
func newCheck(ops []Op) *check {
	c := &check{
		ops:    ops,
		report: &Report{Ops: len(ops), Faults: map[Fault]int{}, Projections: map[string]string{}},
		epochs: newEpochs(ops),
		roomID: map[string]int32{},
		roomOf: make([]int32, len(ops)),

		byClient: map[clientKey]int32{},
		byTag:    map[string]int32{},
		byText:   map[textKey]int32{},
		byAck:    map[place]int32{},
		kinds:    map[string]bool{kindMessage: true, kindAction: true, kindNotice: true},
		at:       map[place]int32{},
		eventOf:  make([]int32, len(ops)),
		edits:    map[edit]bool{},
		deleted:  map[place]bool{},
		gone:     map[place]bool{},
		adrift:   map[int32]int{},
		veiled:   map[author]int{},
		misused:  map[int32]bool{},
	}
	for i := range ops {
		c.roomOf[i] = c.enter(&ops[i])
		c.eventOf[i] = -1
	}
	for i := range c.rooms {
		c.rooms[i].skips = c.rooms[i].skips.merge()
	}
	return c
}

// enter notes what op says about its room, and returns the room; -1 if it is
// about all rooms.
func (c *check) enter(op *Op) int32 {
	switch op.Verb {
	case Join, Resume, Snapshot, Close, Restore:
		if op.Room == "" {
			return -1
		}
	case Ban, Lift:
		return -1
	}
	id, ok := c.roomID[op.Room]
	if !ok {
		id = int32(len(c.rooms))
		c.roomID[op.Room] = id
		c.rooms = append(c.rooms, room{name: op.Room})
		c.report.Rooms++
	}
	r := &c.rooms[id]
	switch op.Verb {
	case Final:
		r.read = true
		if op.Kind == kindSkip {
			r.skips = r.skips.add(op.Prev, op.Seq)
		} else {
			r.linked = r.linked || op.Prev != 0
		}
	case Base:
		r.base = max(r.base, op.Seq)
	case Send:
		if op.ok() {
			r.sends++
		}
	}
	return id
}

// place returns where Seq seq of op i's room stands.
func (c *check) place(i int32, seq uint64) place {
	branch := int32(0)
	if c.epochs.several() {
		branch = c.epochs.branch(c.epochs.of(&c.ops[i]), seq)
	}
	return place{c.roomOf[i], branch, seq}
}

// flag reports a fault that op i shows, at Seq seq of its room.
func (c *check) flag(f Fault, i int32, seq uint64, format string, args ...any) {
	op := &c.ops[i]
	c.report.flag(Finding{Fault: f, Room: op.Room, Seq: seq, At: op.End}, format, args...)
}

// measure fills in the figures that are nobody's fault.
func (c *check) measure() {
	r := c.report
	r.Events = len(c.events)
	for i := range c.events {
		if c.events[i].final {
			r.Final++
		}
	}
	for i := range c.rooms {
		if c.rooms[i].sends > 0 && !c.rooms[i].read {
			r.Unread = append(r.Unread, c.rooms[i].name)
		}
	}
	r.Recovery = c.longestPause()
	c.project()
}

// longestPause returns the longest time between two acknowledgements.
func (c *check) longestPause() Pause {
	var ends []int64
	for _, s := range c.sent {
		if op := &c.ops[s.op]; op.ok() {
			ends = append(ends, op.End)
		}
	}
	slices.Sort(ends)
	var longest Pause
	for i := 1; i < len(ends); i++ {
		if d := ends[i] - ends[i-1]; d > int64(longest.Length) {
			longest = Pause{Length: time.Duration(d), From: ends[i-1], To: ends[i]}
		}
	}
	return longest
}
