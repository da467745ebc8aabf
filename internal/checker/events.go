package checker

import (
	"cmp"
	"fmt"
	"slices"
)

// event is something that somebody was shown under one Seq of one room.
type event struct {
	place
	op       int32 // the op that shows it: of the final history if one there does
	first    int32 // an op that shows it with its first text, unedited; -1 if none does
	message  int32 // what somebody sent; -1 if nobody did
	final    bool  // it is in the final history
	odd      bool  // reported: it should not be there, and nothing follows from it
	diverged bool  // reported: its content is in doubt
}

// compare puts what is in the final history first, then what has the lower Seq.
func (e *event) compare(o *event) int {
	if e.final != o.final {
		if e.final {
			return -1
		}
		return 1
	}
	return cmp.Compare(e.seq, o.seq)
}

// gatherEvents makes events of the Finals and the Reads, in this order, so that
// the final history is what the readers are compared with.
func (c *check) gatherEvents() {
	for i := range c.ops {
		if v := c.ops[i].Verb; v == Final || v == Read {
			c.noteEdit(int32(i))
		}
	}
	for _, verb := range []Verb{Final, Read} {
		for i := range c.ops {
			if op := &c.ops[i]; op.Verb == verb && op.Kind != kindSkip {
				c.show(int32(i))
			}
		}
	}
	for i := range c.rooms {
		slices.SortFunc(c.rooms[i].final, func(a, b int32) int { return cmp.Compare(c.events[a].seq, c.events[b].seq) })
	}
	c.recognise(Final)
	c.recognise(Read)
	for i := range c.messages {
		m := &c.messages[i]
		slices.SortFunc(m.events, func(a, b int32) int { return cmp.Compare(c.events[a].seq, c.events[b].seq) })
		alive, _ := c.appearances(m)
		m.alive = len(alive)
	}
}

// edit is a text that was given to the event at a place.
type edit struct {
	place
	text Sum
}

// noteEdit remembers what op i, a Send or an event, says about another message's
// text: the final history and late readers may show the new one.
func (c *check) noteEdit(i int32) {
	op := &c.ops[i]
	if op.Target == 0 || op.Outcome == Fail {
		return
	}
	switch op.Kind {
	case kindEdited:
		c.edits[edit{c.place(i, op.Target), op.sum()}] = true
	case kindDeleted:
		c.deleted[c.place(i, op.Target)] = true
	}
}

// show takes op i, a Final or a Read, as evidence of an event.
func (c *check) show(i int32) {
	op := &c.ops[i]
	if op.Verb == Read {
		c.report.Reads++
	}
	if op.Seq == 0 {
		c.showUnnumbered(i)
		return
	}
	p := c.place(i, op.Seq)
	e, ok := c.at[p]
	if !ok {
		e = int32(len(c.events))
		c.at[p] = e
		c.events = append(c.events, event{place: p, op: i, first: -1, message: -1, final: op.Verb == Final})
		if op.Verb == Final {
			c.rooms[p.room].final = append(c.rooms[p.room].final, e)
		}
	}
	c.eventOf[i] = e
	c.compareWith(i, e)
}

// showUnnumbered takes op i, which names no Seq, as evidence that its message
// was shown to somebody.
func (c *check) showUnnumbered(i int32) {
	op := &c.ops[i]
	if op.Verb == Final && op.Text == "" {
		return // it says only that the room was read
	}
	m := c.find(i)
	if m < 0 {
		if op.said() {
			c.flag(Phantom, i, 0, "%s was shown %q in room %s, which nobody sent", op.Who, op.Text, op.Room)
		}
		return
	}
	if !c.epochs.takenBack(op.End) {
		c.messages[m].shown = true
	}
}

// compareWith reports op i if it shows event e with another content than is
// known. One report for an event is enough. A text that an edit or a deletion
// explains is as good as the first.
func (c *check) compareWith(i, e int32) {
	ev, op := &c.events[e], &c.ops[i]
	known := &c.ops[ev.op]
	what := difference(op, known)
	if what == "" && !c.revised(op, ev.place) {
		if ev.first < 0 {
			ev.first = i
		}
		known = &c.ops[ev.first]
		what = textDifference(op, known)
	}
	if what != "" && !ev.diverged {
		ev.diverged = true
		c.flag(Divergence, i, ev.seq, "%s was shown %d in room %s with %s, unlike %s", op.Who, ev.seq, op.Room, what, known.viewer())
	}
}

// viewer names who was shown the op, for a sentence.
func (op *Op) viewer() string {
	if op.Verb == Final {
		return "the final history"
	}
	return op.Who
}

// difference says in what two ops differ that show one event, apart from its
// text; "" if they agree. What one of them does not show is not compared.
func difference(a, b *Op) string {
	switch {
	case a.kind() != b.kind():
		return fmt.Sprintf("kind %s, not %s", a.kind(), b.kind())
	case a.Author != "" && b.Author != "" && a.Author != b.Author:
		return fmt.Sprintf("author %s, not %s", a.Author, b.Author)
	case a.Client != "" && b.Client != "" && a.Client != b.Client:
		return fmt.Sprintf("client id %s, not %s", a.Client, b.Client)
	case a.Target != 0 && b.Target != 0 && a.Target != b.Target:
		return fmt.Sprintf("target %d, not %d", a.Target, b.Target)
	}
	return ""
}

// textDifference says how the texts of two ops differ, "" if they agree.
func textDifference(a, b *Op) string {
	if sameText(a, b) {
		return ""
	}
	return fmt.Sprintf("text %q, not %q", a.excerpt(), b.excerpt())
}

// revised reports whether op shows the event at p with a text that an edit or a
// deletion gave it. A deletion leaves no text behind, in edits neither.
func (c *check) revised(op *Op, p place) bool {
	if op.Text == "" && op.Sum == 0 {
		target := place{p.room, c.epochs.branch(p.branch, op.Target), op.Target}
		return c.deleted[p] || op.Kind == kindEdited && c.deleted[target]
	}
	return len(c.edits) > 0 && c.edits[edit{p, op.sum()}]
}

// excerpt returns what a sentence shows of op's text.
func (op *Op) excerpt() string {
	text := shorten(op.Text, 60)
	if op.Sum != 0 {
		text += fmt.Sprintf(" (sum %x)", uint64(op.Sum))
	}
	return text
}

// shorten returns the first n runes of text, with a mark if there are more.
func shorten(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i] + "…"
		}
	}
	return text
}

// recognise finds the message of each event: by what the final history shows,
// else by what any reader was shown.
func (c *check) recognise(verb Verb) {
	for i := range c.ops {
		e := c.eventOf[i]
		if e < 0 || c.ops[i].Verb != verb {
			continue
		}
		ev := &c.events[e]
		if ev.message < 0 {
			c.claim(int32(i), e)
		}
		if ev.message >= 0 && verb == Read && !c.epochs.dead(ev.place) {
			c.messages[ev.message].shown = true
		}
	}
}

// claim makes e an appearance of the message that op i shows, if it shows one.
// An edited text names the edit, so it says nothing of whose message e is.
func (c *check) claim(i, e int32) {
	ev, op := &c.events[e], &c.ops[i]
	m := int32(-1)
	if op.Client != "" || !c.revised(op, ev.place) {
		m = c.find(i)
	} else if acked, ok := c.byAck[ev.place]; ok {
		m = acked
	}
	if m >= 0 {
		ev.message = m
		c.messages[m].events = append(c.messages[m].events, e)
	}
}

// judgeAcks finds answers that named a Seq at which the message does not stand,
// though it stands elsewhere.
func (c *check) judgeAcks() {
	for _, s := range c.sent {
		op, m := &c.ops[s.op], &c.messages[s.message]
		if !op.ok() || op.Seq == 0 || m.lost {
			continue
		}
		p := c.place(s.op, op.Seq)
		room := &c.rooms[p.room]
		if !room.read || room.skips.has(p.seq) || c.epochs.dead(p) || m.alive == 0 {
			continue
		}
		if e, ok := c.at[p]; ok && c.events[e].message == s.message {
			continue
		}
		alive, _ := c.appearances(m)
		if stands := &c.events[alive[0]]; !stands.diverged {
			stands.diverged = true
			c.flag(Divergence, s.op, op.Seq, "%s was acknowledged as %d, and stands at %d in room %s", c.title(m), op.Seq, stands.seq, op.Room)
		}
	}
}

// judgeEvents finds events that nobody sent, that differ from what was sent, or
// that were shown to somebody and are gone.
func (c *check) judgeEvents() {
	for e := range c.events {
		ev := &c.events[e]
		room, op := &c.rooms[ev.room], &c.ops[ev.op]
		switch {
		case ev.odd:
		case ev.message >= 0:
			c.judgeContent(ev)
		case c.kinds[op.kind()] && ev.seq > room.base && ev.first >= 0:
			ev.odd = true
			c.flag(Phantom, ev.op, ev.seq, "%s was shown %s %q at %d in room %s, which nobody sent", op.Who, op.kind(), op.excerpt(), ev.seq, op.Room)
		case !ev.final && room.linked && !room.skips.has(ev.seq) && !c.epochs.dead(ev.place):
			ev.odd = true
			c.gone[ev.place] = true
			c.flag(Lost, ev.op, ev.seq, "the event %s at %d was shown to %s and is not in the final history of room %s (%s)",
				op.kind(), ev.seq, op.Who, op.Room, c.count(room.side(ev.seq, op.End)))
		}
	}
}

// judgeContent compares an event with what was sent.
func (c *check) judgeContent(ev *event) {
	op := &c.ops[ev.op]
	m := &c.messages[ev.message]
	send := &c.ops[m.op]
	if send.Room != op.Room {
		ev.odd = true
		c.flag(Phantom, ev.op, ev.seq, "%s stands at %d in room %s, to which nobody sent it", c.title(m), ev.seq, op.Room)
		return
	}
	what := difference(op, send)
	if what == "" && ev.first >= 0 && send.sum() != 0 {
		what = textDifference(&c.ops[ev.first], send)
	}
	if what != "" && !ev.diverged {
		ev.diverged = true
		c.flag(Divergence, ev.op, ev.seq, "%s stands at %d in room %s with %s, as it was sent", c.title(m), ev.seq, op.Room, what)
	}
}

// markOdd marks events as reported.
func (c *check) markOdd(events []int32) {
	for _, e := range events {
		c.events[e].odd = true
	}
}
