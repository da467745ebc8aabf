package remote

import (
	"context"
	"slices"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/tui"
)

// room is a room that the user is in, as it is known here.
type room struct {
	api.Room
	counted uint64 // the last event that the server has counted
	quiet   bool   // by its rules comings and goings are not shown
}

func newRoom(r *api.Room) *room {
	quiet := r.Rules != nil && r.Rules.Quiet != nil && *r.Rules.Quiet
	return &room{Room: *r, counted: r.Head, quiet: quiet}
}

// facts notes what an event changes of a room, and reports whether that is shown.
func (r *room) facts(ev *api.Event) bool {
	r.Head = max(r.Head, ev.Seq)
	switch {
	case ev.Kind == "joined":
		r.Members++
		return false
	case ev.Kind == "left":
		r.Members--
		return false
	case ev.Kind == "rules":
		r.quiet = slices.Contains(strings.Fields(ev.Level), "quiet")
		return false
	case ev.Kind == "topic":
		r.Topic = ev.Text
	case ev.Kind == "room-renamed":
		r.Name = ev.Subject
	case ev.Kind == "nick" && r.With != nil && r.With.ID == ev.By:
		with := *r.With
		with.Nick = ev.Subject
		r.With = &with
	default:
		return false
	}
	return true
}

// crowd is the number of members above which a room does not show every coming and
// going any more: it would drown the talk.
const crowd = 100

// shows reports whether something that nobody wrote is shown in the room: the same as
// by SSH, where package gateway decides it.
func (r *room) shows(ev *api.Event) bool {
	crowded := r.Members > crowd
	switch ev.Kind {
	case "joined":
		return !r.Direct && !r.quiet && !crowded
	case "left":
		return r.Direct || !r.quiet && !crowded // to one of two it matters
	case "nick":
		return !r.Direct && !crowded
	}
	return true
}

// name returns what a room is called in a list.
func (r *room) name() string {
	switch {
	case !r.Direct:
		return chat.CleanLine(r.Name)
	case r.With != nil:
		return chat.CleanLine(r.With.Nick)
	}
	return "?"
}

// allRooms returns all rooms in the order in which they are shown. s.mu must be held.
func (s *Session) allRooms() tui.Rooms {
	all := make([]tui.Room, 0, len(s.rooms))
	first := chat.RoomID(0)
	for _, r := range s.rooms {
		if !r.Direct && chat.Fold(r.Name) == chat.Fold(s.wanted) {
			first = chat.RoomID(r.ID)
		}
		all = append(all, tui.Room{
			ID: chat.RoomID(r.ID), Name: r.name(), Topic: chat.CleanLine(r.Topic), Direct: r.Direct,
			Unread: r.Unread, Mentions: r.Mentions, Read: chat.Seq(r.Read),
		})
	}
	tui.SortRooms(all, first)
	return tui.Rooms{Rooms: all}
}

// MarkRead implements [tui.Session]. The server is told soon, once for all that was
// read by then.
func (s *Session) MarkRead(_ context.Context, room chat.RoomID, upTo chat.Seq) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[uint64(room)]
	if r == nil || uint64(upTo) <= r.Read {
		return nil
	}
	r.Read, r.Unread, r.Mentions = uint64(upTo), 0, 0
	s.marks[r.ID] = r.Read
	poke(s.reads)
	return nil
}

// markEvery is how long nothing is marked after something was: what is read as it comes
// must not use up what one may say in a minute.
const markEvery = time.Second

// markAll tells the server what was read, until ctx ends.
func (s *Session) markAll(ctx context.Context) {
	pause := time.NewTimer(markEvery)
	defer pause.Stop()
	for {
		select {
		case <-s.reads:
		case <-ctx.Done():
			return
		}
		s.mark(ctx)
		pause.Reset(markEvery)
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
	}
}

// mark tells the server what was read and is not told yet.
func (s *Session) mark(ctx context.Context) {
	s.mu.Lock()
	marks := s.marks
	s.marks = map[uint64]uint64{}
	s.mu.Unlock()
	for room, upTo := range marks {
		// If it is refused nobody misses it: the next one tells this too.
		_, _ = s.live.Do(ctx, api.Command{Op: api.OpRead, Room: room, Target: upTo})
	}
}

// markedRead takes over that a room was read, here or elsewhere, or if it is put back
// that less was. s.mu must be held.
func (s *Session) markedRead(room, upTo uint64, back bool) {
	r := s.rooms[room]
	if r == nil || upTo <= r.Read && !back {
		return
	}
	r.Read = upTo
	r.Unread, r.Mentions = s.held.behind(r, s.user, s.self.Nick)
	s.changedRooms = true
}
