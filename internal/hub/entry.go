package hub

import (
	"sync/atomic"

	"hubbub/internal/chat"
)

// Dialect is one way of turning events into bytes: the index of its [Encoder].
// The hub knows no protocol; the gateways bring their encoders.
type Dialect uint16

// Encoder appends the frame of one event, as readers of a dialect get it, to
// dst and returns the result. It must depend on nothing but its arguments, and
// may append nothing. The room is a brief copy, as it was when the event was
// published, or later; for a person's inbox its name is empty.
type Encoder func(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte

// Entry is what one batch brought to one room. It never changes.
type Entry struct {
	Room    *chat.RoomInfo
	Prev    chat.Seq // the room's last event before these
	Events  []chat.Event
	apart   bool // one of the events is told by itself to those who track
	renames bool // one of the events is that the room is called otherwise

	frames atomic.Pointer[frames] // a list, as long as there are dialects that a reader has needed
}

// frames are the bytes of an entry in one dialect.
type frames struct {
	dialect Dialect
	bytes   []byte
	ends    []int32 // where each event's frame ends
	next    *frames // in another dialect
}

func newEntry(prev chat.Seq, events int) *Entry {
	return &Entry{Prev: prev, Events: make([]chat.Event, 0, events)}
}

// add appends an event, before the entry is published.
func (e *Entry) add(ev *chat.Event) {
	e.Events = append(e.Events, *ev)
	e.look(ev)
}

// look notes what is special about an event.
func (e *Entry) look(ev *chat.Event) {
	e.apart = e.apart || apart(ev)
	e.renames = e.renames || ev.Kind == chat.RoomRenamed
}

// apart reports whether sessions that track get an event by itself, whoever brought
// it about: protocols have several ways of telling it, and some readers are not
// told at all.
func apart(ev *chat.Event) bool {
	return ev.Social() || ev.Kind == chat.RoomRenamed || ev.Kind == chat.PropertySet
}

// room returns the room as it was called once the i-th event had happened. Those before a
// change of name must not tell of a room that their reader does not know yet.
func (e *Entry) room(i int) *chat.RoomInfo {
	if !e.renames {
		return e.Room
	}
	for j := i + 1; j < len(e.Events); j++ {
		if ev := &e.Events[j]; ev.Kind == chat.RoomRenamed {
			before := *e.Room
			before.Name = ev.Whose
			return &before
		}
	}
	return e.Room
}

// last returns the position of the entry's last event.
func (e *Entry) last() chat.Seq { return e.Events[len(e.Events)-1].Seq }

// size is about how many bytes the entry takes, with its frames.
func (e *Entry) size() int {
	n := 0
	for i := range e.Events {
		n += 2*len(e.Events[i].Text) + len(e.Events[i].Tags) + 512*len(e.Events[i].Files) + 256
	}
	return n
}

// in returns the entry's bytes in a dialect. Few dialects are in use at once, so
// a list is all that it takes to find them, however many there could be. Two
// readers that need them first at the same time both encode, and one of the two
// results is kept.
func (e *Entry) in(d Dialect, encode Encoder) *frames {
	first := e.frames.Load()
	if f := first.find(d); f != nil {
		return f
	}
	f := &frames{dialect: d, ends: make([]int32, len(e.Events))}
	for i := range e.Events {
		f.bytes = encode(f.bytes, e.room(i), &e.Events[i])
		f.ends[i] = int32(len(f.bytes))
	}
	for {
		f.next = first
		if e.frames.CompareAndSwap(first, f) {
			return f
		}
		first = e.frames.Load()
		if other := first.find(d); other != nil {
			return other
		}
	}
}

// find returns the bytes in a dialect, or nil if they are not in the list.
func (f *frames) find(d Dialect) *frames {
	for f != nil && f.dialect != d {
		f = f.next
	}
	return f
}

// span returns the bytes of events i to j.
func (f *frames) span(i, j int) []byte {
	start := int32(0)
	if i > 0 {
		start = f.ends[i-1]
	}
	return f.bytes[start:f.ends[j-1]]
}

// fit returns the largest j in (i, end] such that events i to j take at most
// limit bytes, but at least one event.
func (f *frames) fit(i, end, limit int) int {
	start := 0
	if i > 0 {
		start = int(f.ends[i-1])
	}
	if int(f.ends[end-1])-start <= limit {
		return end
	}
	j := i + 1
	for j < end && int(f.ends[j])-start <= limit {
		j++
	}
	return j
}
