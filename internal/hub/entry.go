package hub

import (
	"slices"
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

// Bundler appends one frame that tells several events of an entry at once, those from
// the i-th on, and returns where it ends: i+1 at least, and no further than a frame
// should be long. Readers who are at i get it if they get all of it; else they get the
// events one by one. A dialect has one if that is shorter than the events' own frames.
type Bundler func(dst []byte, e *Entry, i int) (out []byte, end int)

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
	bundled bool
	bytes   []byte
	ends    []int32 // where each frame ends
	tells   []int32 // bundled: before which event each frame ends; else each tells one
	next    *frames // in another dialect, or bundled
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

// RoomAt returns the room as it was called once the i-th event had happened. Those before a
// change of name must not tell of a room that their reader does not know yet.
func (e *Entry) RoomAt(i int) *chat.RoomInfo {
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

// in returns the frames of the entry's events in a dialect, each by itself.
func (e *Entry) in(d Dialect, encode Encoder) *frames {
	if f := e.frames.Load().find(d, false); f != nil {
		return f
	}
	f := &frames{dialect: d, ends: make([]int32, len(e.Events))}
	for i := range e.Events {
		f.bytes = encode(f.bytes, e.RoomAt(i), &e.Events[i])
		f.ends[i] = int32(len(f.bytes))
	}
	return e.keep(f)
}

// bundles returns the entry's events in a dialect, several in a frame.
func (e *Entry) bundles(d Dialect, bundle Bundler) *frames {
	if f := e.frames.Load().find(d, true); f != nil {
		return f
	}
	f := &frames{dialect: d, bundled: true}
	for i := 0; i < len(e.Events); {
		f.bytes, i = bundle(f.bytes, e, i)
		f.ends = append(f.ends, int32(len(f.bytes)))
		f.tells = append(f.tells, int32(i))
	}
	return e.keep(f)
}

// keep keeps frames that a reader has needed, and returns those that are kept. Two
// readers that need them first at the same time both encode, and one of the two
// results is kept.
func (e *Entry) keep(f *frames) *frames {
	for {
		first := e.frames.Load()
		if other := first.find(f.dialect, f.bundled); other != nil {
			return other
		}
		f.next = first
		if e.frames.CompareAndSwap(first, f) {
			return f
		}
	}
}

// find returns the frames in a dialect, or nil if they are not in the list. Few
// dialects are in use at once, so a list is all that it takes to find them, however
// many there could be.
func (f *frames) find(d Dialect, bundled bool) *frames {
	for f != nil && (f.dialect != d || f.bundled != bundled) {
		f = f.next
	}
	return f
}

// from returns the bundle that begins with the i-th event, or with one after it, and
// which event that is: the end of the entry if there is none.
func (f *frames) from(i int) (bundle, first int) {
	if i == 0 {
		return 0, 0
	}
	k, _ := slices.BinarySearch(f.tells, int32(i)) // the bundle after the k-th begins where that ends
	return k + 1, int(f.tells[k])
}

// span returns the bytes of frames i to j.
func (f *frames) span(i, j int) []byte {
	start := int32(0)
	if i > 0 {
		start = f.ends[i-1]
	}
	return f.bytes[start:f.ends[j-1]]
}

// fit returns the largest j in (i, end] such that frames i to j take at most
// limit bytes, but at least one of them.
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
