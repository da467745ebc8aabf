package client

import (
	"slices"
	"strings"

	"hubbub/api"
)

// whereabouts is where text goes, and where to be again after a loss. It
// follows the server by what the server has confirmed.
type whereabouts struct {
	rooms  []string          // named ones, in the order of joining
	here   string            // a room's name, @nick, or "" for nowhere
	direct uint64            // the conversation's room if here is a person; 0 if not known
	names  map[uint64]string // what rooms are called
}

func (w *whereabouts) init(here string, more []string) {
	w.names = map[uint64]string{}
	for _, name := range more {
		w.joined(roomName(name))
	}
	w.joined(roomName(here))
}

func roomName(name string) string {
	if strings.HasPrefix(name, "#") {
		return name
	}
	return "#" + name
}

// joined notes that name is where text goes now.
func (w *whereabouts) joined(name string) {
	if w.index(name) < 0 {
		w.rooms = append(w.rooms, name)
	}
	w.here, w.direct = name, 0
}

func (w *whereabouts) index(name string) int {
	return slices.IndexFunc(w.rooms, func(have string) bool { return strings.EqualFold(have, name) })
}

// maxHello is how many bytes of room names a hello holds: the server bounds its
// lines. Of more rooms those joined last are named; in the others the server
// keeps us for a while by itself.
const maxHello = 5000

// hello returns the rooms to be in again.
func (w *whereabouts) hello() []string {
	first, size := len(w.rooms), 0
	for first > 0 && len(w.rooms)-first < 100 {
		if size += len(w.rooms[first-1]) + len(`"",`); size > maxHello {
			break
		}
		first--
	}
	return slices.Clone(w.rooms[first:])
}

// line returns the command that makes text go here again, or "".
func (w *whereabouts) line() string {
	switch {
	case w.here == "":
		return ""
	case w.here[0] == '@':
		return "/msg " + w.here[1:]
	}
	return "/join " + w.here
}

// confirms reports whether the answer to line says that text goes where it did.
// A nick may have become somebody else's.
func (w *whereabouts) confirms(answer *api.Message) bool {
	return w.direct == 0 || len(answer.Rooms) == 1 && answer.Rooms[0].ID == w.direct
}

// did notes what a command has done.
func (w *whereabouts) did(line string, answer *api.Message) {
	verb, rest := split(line)
	first, more, _ := strings.Cut(rest, " ")
	switch verb {
	case "join":
		w.joined(roomName(first))
	case "msg":
		if strings.TrimSpace(more) == "" {
			w.here, w.direct = "@"+strings.TrimPrefix(first, "@"), 0
			if len(answer.Rooms) == 1 {
				w.direct = answer.Rooms[0].ID
			}
		}
	case "part":
		w.parted(first)
	case "rename":
		w.renamed(w.here, roomName(first))
	}
}

// parted notes that a room was left, or, without a name, the one where text
// goes. Then it goes to the room joined last of those that remain.
func (w *whereabouts) parted(name string) {
	if !strings.HasPrefix(name, "#") {
		name = w.here
	}
	if i := w.index(name); i >= 0 {
		w.rooms = slices.Delete(w.rooms, i, i+1)
	}
	if !strings.EqualFold(name, w.here) {
		return
	}
	w.here, w.direct = "", 0
	if n := len(w.rooms); n > 0 {
		w.here = w.rooms[n-1]
	}
}

func (w *whereabouts) renamed(was, name string) {
	if i := w.index(was); i >= 0 {
		w.rooms[i] = name
	}
	if strings.EqualFold(w.here, was) {
		w.here = name
	}
}

// learn notes what the welcome says about rooms.
func (w *whereabouts) learn(rooms []api.Room) {
	clear(w.names)
	for _, r := range rooms {
		if r.Name != "" {
			w.names[r.ID] = r.Name
		}
	}
}

// saw notes what an event says about a room's name.
func (w *whereabouts) saw(ev *api.Event) {
	switch was := w.names[ev.Room]; {
	case ev.Kind == "room-renamed" && was != "":
		w.renamed(was, ev.Subject)
		w.names[ev.Room] = ev.Subject
	case ev.Kind == "room-renamed":
		w.names[ev.Room] = ev.Subject
	case was == "" && ev.RoomName != "":
		w.names[ev.Room] = ev.RoomName
	}
}
