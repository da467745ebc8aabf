package hubtest

import (
	"fmt"
	"slices"
	"strconv"

	"hubbub/api"
	"hubbub/internal/checker"
)

// view is what a session of a [Program] has been shown: its cursor, and its
// stays in rooms.
type view struct {
	epoch string // empty before the first welcome
	after uint64 // everything up to it has been shown
	stays map[uint64]*stay
}

// stay is a session's stay in a room: what comes after what was shown is due.
type stay struct {
	name string // empty for an inbox or a direct conversation
	last uint64 // shown
	left bool   // the last shown is one's own leaving, or being put out: nothing more may be due
}

func newView() view { return view{stays: map[uint64]*stay{}} }

// roomName is what histories call a room.
func roomName(id uint64, name string) string {
	if name == "" {
		return fmt.Sprintf("room %d", id)
	}
	return name
}

// op returns an op of the session.
func (p *Program) op(verb checker.Verb, start int64) checker.Op {
	return checker.Op{Verb: verb, Who: p.who, Session: "1", Start: start, End: p.trial.rec.Now(), Protocol: p.way.protocol(), Node: node, Epoch: p.view.epoch}
}

// welcome records that the session begins or goes on.
func (v *view) welcome(p *Program, m *api.Message, began int64) {
	if v.epoch == "" {
		v.epoch, v.after = m.Epoch, m.Seq
		p.note(p.op(checker.Join, began))
		return
	}
	if m.Epoch != v.epoch || m.Seq > v.after {
		p.trial.fault("%s resumed after %d of epoch %s, and was welcomed at %d of %s", p.who, v.after, v.epoch, m.Seq, m.Epoch)
	}
	if p.way != byLines && p.way != byShell { // which enters the rooms again
		v.putOut(p, m.Rooms)
	}
	op := p.op(checker.Resume, began)
	op.After = v.after
	p.note(op)
}

// putOut ends the stays in rooms that are not among those of a welcome: meanwhile the
// program was put out, and what happens there is not for it any more.
func (v *view) putOut(p *Program, rooms []api.Room) {
	for id, s := range v.stays {
		if s.name != "" && !slices.ContainsFunc(rooms, func(r api.Room) bool { return r.ID == id }) {
			v.end(p, id)
		}
	}
}

// show takes an event. One's own joining begins a stay, unless the session is in
// the room already: then it only shows that another connection was.
func (v *view) show(p *Program, e *api.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Seq <= v.after {
		p.trial.fault("%s was shown %d after %d", p.who, e.Seq, v.after)
	}
	v.after = e.Seq
	s, self := v.stays[e.Room], e.By == p.user
	if self && e.Kind == "joined" && s != nil && s.left && e.Prev != s.last {
		v.end(p, e.Room)
		s = nil
	}
	if s == nil {
		s = &stay{name: e.RoomName}
		v.stays[e.Room] = s
		if self && e.Kind == "joined" {
			op := p.op(checker.Join, p.trial.rec.Now())
			op.Room, op.After = roomName(e.Room, s.name), e.Prev
			p.note(op)
		}
	}
	p.note(p.reading(checker.Read, e))
	s.last, s.left = e.Seq, self && e.Kind == "left" || e.Kind == "kicked" && e.User == p.user
	p.read[e.Room] = e.Seq
	p.witness(e)
}

// reading returns the op of being shown an event.
func (p *Program) reading(verb checker.Verb, e *api.Event) checker.Op {
	op := p.op(verb, p.trial.rec.Now())
	op.Room, op.Seq, op.Prev, op.Client, op.Kind, op.Target, op.Text = roomName(e.Room, e.RoomName), e.Seq, e.Prev, e.Client, e.Kind, e.Target, e.Text
	op.Author = strconv.FormatUint(e.By, 10)
	shorten(&op)
	return op
}

// witness keeps what can be edited or replied to.
func (p *Program) witness(e *api.Event) {
	switch e.Kind {
	case "message":
		p.remember(said{room: e.RoomName, seq: e.Seq, own: e.By == p.user})
	case "nick":
		if e.By == p.user {
			p.nick = e.Subject
		}
	case "deleted":
		p.seen = slices.DeleteFunc(p.seen, func(m said) bool { return m.seq == e.Target })
	}
	p.change.Broadcast()
}

// end records the end of a stay.
func (v *view) end(p *Program, room uint64) {
	s := v.stays[room]
	op := p.op(checker.Close, p.trial.rec.Now())
	op.Room, op.Seq = roomName(room, s.name), s.last
	p.note(op)
	delete(v.stays, room)
}

// leave ends the stays that the program itself has ended. It is called between
// connections: what resumes is the rest.
func (v *view) leave(p *Program) {
	for room, s := range v.stays {
		if s.left {
			v.end(p, room)
		}
	}
}

// close records the end of the session.
func (v *view) close(p *Program) {
	v.leave(p)
	op := p.op(checker.Close, p.trial.rec.Now())
	op.Seq = v.after
	p.note(op)
}

// names returns the rooms in which the session is, for a hello.
func (v *view) names() (names []string) {
	for _, s := range v.stays {
		if s.name != "" {
			names = append(names, s.name)
		}
	}
	slices.Sort(names)
	return names
}
