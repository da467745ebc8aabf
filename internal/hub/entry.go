package hub

import (
	"sync/atomic"

	"hubbub/internal/chat"
)

// Dialect is one way of turning events into bytes: the index of its [Encoder].
// The hub knows no protocol; the gateways bring their encoders.
type Dialect uint8

// Encoder appends the frame of one event, as readers of a dialect get it, to
// dst and returns the result. It must depend on nothing but its arguments, and
// may append nothing. The room is a brief copy, as it was when the event was
// published, or later; for a person's inbox its name is empty.
type Encoder func(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte

// Entry is what one batch brought to one room. It never changes.
type Entry struct {
	Room   *chat.RoomInfo
	Prev   chat.Seq // the room's last event before these
	Events []chat.Event

	frames []atomic.Pointer[frames] // by dialect; nil until the first reader needs it
}

// frames are the bytes of an entry in one dialect.
type frames struct {
	bytes []byte
	ends  []int32 // where each event's frame ends
}

func newEntry(r *room, prev chat.Seq, events, dialects int) *Entry {
	return &Entry{
		Prev:   prev,
		Events: make([]chat.Event, 0, events),
		frames: make([]atomic.Pointer[frames], dialects),
	}
}

// last returns the position of the entry's last event.
func (e *Entry) last() chat.Seq { return e.Events[len(e.Events)-1].Seq }

// size is about how many bytes the entry takes, with its frames.
func (e *Entry) size() int {
	n := 0
	for i := range e.Events {
		n += 2*len(e.Events[i].Text) + 256
	}
	return n
}

// in returns the entry's bytes in a dialect. Two readers that need them first
// at the same time both encode, and one of the two results is kept.
func (e *Entry) in(d Dialect, encode Encoder) *frames {
	if f := e.frames[d].Load(); f != nil {
		return f
	}
	f := &frames{ends: make([]int32, len(e.Events))}
	for i := range e.Events {
		f.bytes = encode(f.bytes, e.Room, &e.Events[i])
		f.ends[i] = int32(len(f.bytes))
	}
	if !e.frames[d].CompareAndSwap(nil, f) {
		return e.frames[d].Load()
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
