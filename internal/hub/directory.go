package hub

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"hubbub/internal/chat"
)

// directory is what is published about names: who is called what, and which
// rooms there are. The applier changes it; everybody reads it.
type directory struct {
	mu    sync.RWMutex // guards the following; held for map operations only
	rooms map[chat.RoomID]*room
	names map[string]*room       // by folded name
	nicks map[string]chat.UserID // by folded nick
}

func (d *directory) init() {
	d.rooms = map[chat.RoomID]*room{}
	d.names = map[string]*room{}
	d.nicks = map[string]chat.UserID{}
}

// add adds a room or inbox unless it is there, and returns it.
func (d *directory) add(id chat.RoomID, inbox bool, last chat.Seq) *room {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.rooms[id]
	if r == nil {
		r = &room{id: id, inbox: inbox}
		r.last.Store(uint64(last))
		d.rooms[id] = r
	}
	return r
}

// restore adds a room again that has been removed.
func (d *directory) restore(r *room) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rooms[r.id] = r
}

func (d *directory) remove(id chat.RoomID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.rooms, id)
}

// call gives a room the name that it is found under from now on; "" is none.
func (d *directory) call(r *room, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.name != "" {
		delete(d.names, chat.Fold(r.name))
	}
	if r.name = name; name != "" {
		d.names[chat.Fold(name)] = r
	}
}

// rename changes what a user is found under; "" is nothing.
func (d *directory) rename(id chat.UserID, from, to string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if from != "" {
		delete(d.nicks, chat.Fold(from))
	}
	if to != "" {
		d.nicks[chat.Fold(to)] = id
	}
}

func (d *directory) byID(id chat.RoomID) *room {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.rooms[id]
}

// all returns every room and inbox, in no order.
func (d *directory) all() []*room {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Collect(maps.Values(d.rooms))
}

func (d *directory) room(name string) (*room, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	r := d.names[chat.Fold(name)]
	return r, r != nil
}

// count returns how many rooms have a name.
func (d *directory) count() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.names)
}

func (d *directory) user(nick string) (chat.UserID, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	id, ok := d.nicks[chat.Fold(nick)]
	return id, ok
}

// named returns all rooms that have a name, in the order of creation.
func (d *directory) named() []*room {
	d.mu.RLock()
	rooms := make([]*room, 0, len(d.names))
	for _, r := range d.names {
		rooms = append(rooms, r)
	}
	d.mu.RUnlock()
	slices.SortFunc(rooms, func(a, b *room) int { return cmp.Compare(a.id, b.id) })
	return rooms
}
