package fullscreen

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
	"hubbub/internal/tui"
)

// mostUpdates is how many updates Next gathers before it returns them.
const mostUpdates = 300

// runBytes is the most that the hub hands over at once, of what is bytes.
const runBytes = 64 << 10

// Next implements [tui.Session].
func (s *Session) Next(ctx context.Context) ([]tui.Update, error) {
	for {
		b := &batch{session: s}
		if s.told != "" {
			b.updates = append(b.updates, tui.Told{Lines: []string{s.told}})
			s.told = ""
		}
		if err := b.gather(ctx); err != nil {
			return nil, err
		}
		if len(b.updates) > 0 {
			return b.updates, nil
		}
		if err := s.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// wait waits until there may be something.
func (s *Session) wait(ctx context.Context) error {
	var late <-chan time.Time
	if s.restless {
		timer := time.NewTimer(time.Until(s.patience))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-s.wake:
	case <-late:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// batch is what one call of Next brings.
type batch struct {
	session *Session
	updates []tui.Update
	changed []chat.Seq // messages to be read anew, in the order of their first change
	quotes  []int      // the updates that answer a message whose text they lack
}

// gather takes what the hub has for the session, at most about mostUpdates, and what
// follows from it.
func (b *batch) gather(ctx context.Context) error {
	s := b.session
	for len(b.updates)+len(b.changed) < mostUpdates {
		d, err := s.hub.Next(ctx, runBytes, false)
		if err != nil {
			return s.failed(ctx, err)
		}
		if d.Kind == hub.Nothing {
			return b.complete(ctx, true)
		}
		if err := b.add(ctx, &d); err != nil {
			return err
		}
	}
	return b.complete(ctx, false)
}

// failed notes why the hub has no more for the session.
func (s *Session) failed(ctx context.Context, err error) error {
	if evicted, ok := errors.AsType[*hub.Evicted](err); ok {
		s.Finish(End{Reason: evicted.Reason})
	} else if ctx.Err() == nil {
		if _, logged := errors.AsType[*chat.Error](err); !logged {
			s.gateway.cfg.Logger.Error("read for a full screen", "err", err)
		}
		s.Finish(End{Reason: "Something went wrong on the server; it has been noted in its log. Come back in a moment."})
	}
	return err
}

func (b *batch) add(ctx context.Context, d *hub.Delivery) error {
	switch d.Kind {
	case hub.Lagging:
		return b.skip(ctx)
	case hub.Events:
		for i := range d.Events {
			b.event(d.Room, &d.Events[i])
		}
		b.note(d)
	case hub.Personal:
		b.event(d.Room, d.Event)
		b.note(d)
	case hub.Entered, hub.Exited:
		b.session.stale = true
	case hub.Answered:
		if sig := d.Answer.Signal; sig != nil {
			b.signal(sig)
		}
	}
	return nil
}

// skip passes over what the session lags behind.
func (b *batch) skip(ctx context.Context) error {
	rooms, err := b.session.hub.Skip(ctx)
	if err != nil {
		return b.session.failed(ctx, err)
	}
	for _, id := range rooms {
		if id == b.session.hub.User().Inbox() {
			b.preferences(ctx)
			continue
		}
		b.updates = append(b.updates, tui.Missed{Room: id})
	}
	b.session.stale, b.session.restless = true, true
	return nil
}

// preferences tells all of them, since some may have changed.
func (b *batch) preferences(ctx context.Context) {
	all, err := b.session.Preferences(ctx)
	if err != nil {
		return // they stay as they are
	}
	for _, key := range tui.PreferenceKeys {
		b.updates = append(b.updates, tui.Preferred{Key: key, Value: all[key]})
	}
}

// note tells what is told to the user alone, in lines.
func (b *batch) note(d *hub.Delivery) {
	if !d.Room.Inbox() || len(d.Bytes) == 0 {
		return
	}
	var lines []string
	for line := range strings.Lines(string(d.Bytes)) {
		lines = append(lines, strings.TrimPrefix(strings.TrimRight(line, "\n"), "* "))
	}
	b.updates = append(b.updates, tui.Told{Lines: lines})
}

// event adds what follows from an event.
func (b *batch) event(room *chat.RoomInfo, ev *chat.Event) {
	switch {
	case room.Inbox():
		b.personal(ev)
		return
	case ev.Said():
		b.post(ev)
		b.change(ev.Thread)
		return
	}
	switch ev.Kind {
	case chat.Edited, chat.Deleted, chat.Reacted, chat.Unreacted:
		b.change(ev.Target)
		return
	case chat.PropertySet, chat.Previewed, chat.PreviewDropped, chat.ReadMarked:
		return
	case chat.TopicSet, chat.RoomRenamed, chat.RoomArchived, chat.RoomRestored:
		b.session.stale = true
	case chat.Joined, chat.Left, chat.NickChanged:
		b.session.stale = b.session.stale || room.Flags&chat.Direct != 0
	}
	b.session.restless = b.session.restless || b.session.shows(room.ID)
	if gateway.TellsOf(room, ev) {
		b.post(ev)
	}
}

// personal adds what follows from an event in the user's inbox.
func (b *batch) personal(ev *chat.Event) {
	switch ev.Kind {
	case chat.ReadMarked:
		b.session.stale = b.session.stale || !b.session.marks.own(ev.About, ev.Target)
	case chat.NickChanged: // of which a room with many people does not tell
		b.post(ev)
	case chat.DirectOpened, chat.Arrived:
		b.session.stale = true
	case chat.PropertySet:
		if p, own := chat.PropertyOf(ev); own && slices.Contains(tui.PreferenceKeys[:], p.Name) {
			b.updates = append(b.updates, tui.Preferred{Key: p.Name, Value: p.Value})
		}
	}
}

func (b *batch) post(ev *chat.Event) {
	if ev.Target != 0 && ev.Said() {
		b.quotes = append(b.quotes, len(b.updates))
	}
	b.updates = append(b.updates, tui.Posted{Entry: b.session.entry(ev)})
}

// change has a message be read anew. Zero is none.
func (b *batch) change(seq chat.Seq) {
	if seq != 0 && !slices.Contains(b.changed, seq) {
		b.changed = append(b.changed, seq)
	}
}

// signal adds what follows from a signal.
func (b *batch) signal(sig *hub.Signal) {
	s := b.session
	switch sig.Kind {
	case hub.Tagged:
		if room, state := gateway.Typing(s.hub, sig); state == gateway.TypingActive {
			b.updates = append(b.updates, tui.Typing{Room: room.ID, Nick: sig.Nick})
		}
	case hub.WentAway, hub.BecameMember:
		s.restless = true
	}
}

// complete adds what is read from elsewhere. If everything was taken that there was,
// these are the rooms and people, too, which are as of now.
func (b *batch) complete(ctx context.Context, all bool) error {
	s := b.session
	for _, i := range b.quotes {
		posted := b.updates[i].(tui.Posted)
		s.quote(ctx, &posted.Entry)
		b.updates[i] = posted
	}
	for _, seq := range b.changed {
		if m, err := s.hub.Message(ctx, seq); err == nil {
			e := s.message(&m)
			s.quote(ctx, &e)
			b.updates = append(b.updates, tui.Changed{Entry: e})
		}
	}
	if all && s.stale {
		rooms, err := s.rooms(ctx)
		if err != nil {
			return s.failed(ctx, err)
		}
		s.stale = false
		b.updates = append(b.updates, tui.Rooms{Rooms: rooms})
	}
	if all && s.restless && !time.Now().Before(s.patience) {
		s.restless = false
		b.people()
	}
	return nil
}

// Where more than a few are in a room, who they are is told again after so much time
// for each: when all of a crowd come, each of them would be told of all.
const (
	few            = 20
	pausePerPerson = 10 * time.Millisecond
)

// people adds who is in the room that is shown.
func (b *batch) people() {
	s := b.session
	room := s.room()
	if room == 0 {
		return
	}
	people, err := s.peopleOf(room)
	if err != nil {
		return
	}
	b.updates = append(b.updates, tui.People{Room: room, People: people})
	if len(people) > few {
		s.patience = time.Now().Add(time.Duration(len(people)) * pausePerPerson)
	}
}
