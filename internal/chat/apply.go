package chat

import "maps"

// Outcome is what became of a command.
type Outcome struct {
	Seq  Seq    // of the command's last event beside the audit log's, or of the event that an earlier command of the same client id brought about; 0 if there was nothing to do
	Room RoomID // the room that it concerned: joined, created, spoken in
	User UserID // Arrive, Register, Login: who the session now speaks for
	By   Proof  // Register, Login: what has proved it; 0 for nothing
	Err  *Error // nil if it was done
}

// Apply decides c and, unless it is refused, changes the state. It appends the
// events that c brought about to events. A refused command brings about none.
//
// Apply is deterministic: equal states, commands and facts give equal events.
// It adds to facts what a later command of the same batch may need.
func (s *State) Apply(c *Command, facts *Facts, events []Event) ([]Event, Outcome) {
	if err := CheckClientID(c.Client); err != nil {
		return events, Outcome{Err: err}
	}
	if c.Client != "" {
		if sent, ok := facts.Sent[SentKey{By: c.By, Client: c.Client}]; ok {
			return events, Outcome{Seq: sent.Seq, Room: sent.Room}
		}
	}
	d := decision{s: s, c: c, facts: facts, events: events, first: len(events), now: s.clock(c.Time)}
	out := d.decide()
	if out.Err != nil {
		return events, out
	}
	for i := range d.events[d.first:] {
		ev := &d.events[d.first+i]
		s.Evolve(ev)
		facts.learn(ev)
	}
	out.Seq = s.outcome(d.events[d.first:])
	return d.events, out
}

// outcome returns where a command that brought about these events is found again:
// at the last of them. The audit log's copies do not count, but for what only the
// audit log keeps under the command's client id.
func (s *State) outcome(events []Event) (last Seq) {
	recorded := Seq(0)
	for i := range events {
		ev := &events[i]
		switch {
		case s.audit == nil || ev.Room != s.audit.id:
			last = ev.Seq
		case ev.Client != "":
			return ev.Seq
		default:
			recorded = ev.Seq
		}
	}
	if last == 0 {
		return recorded
	}
	return last
}

// maxStepBack is how far, in milliseconds, a proposer's clock may lie behind
// the log's without being believed. Within it times never decrease along the
// log; a clock that was set back by more is taken at its word.
const maxStepBack = 60_000

func (s *State) clock(proposed Millis) Millis {
	if proposed < s.now && s.now-proposed < maxStepBack {
		return s.now
	}
	return proposed
}

// decision is one command being decided. It collects events and leaves the
// state alone.
type decision struct {
	s      *State
	c      *Command
	facts  *Facts
	events []Event
	first  int // index of this command's first event
	now    Millis
	by     *user // nil if the server itself asks
}

// next returns the Seq of the event that is emitted next.
func (d *decision) next() Seq { return d.s.seq + Seq(len(d.events)-d.first) + 1 }

// emit adds an event in the given room, whose last event before this command
// is last.
func (d *decision) emit(in RoomID, last Seq, ev Event) {
	for i := len(d.events) - 1; i >= d.first; i-- {
		if d.events[i].Room == in {
			last = d.events[i].Seq
			break
		}
	}
	ev.Seq, ev.Room, ev.Prev, ev.Time = d.next(), in, last, d.now
	if d.by != nil && ev.By == 0 {
		ev.By, ev.Nick = d.by.id, d.by.nick
	}
	if u := d.s.users[ev.By]; u != nil {
		d.authored(d.s.rooms[in], u, &ev)
	}
	d.events = append(d.events, ev)
}

// authored has an event tell what its author is, on the server and, of who comes and
// goes, in the room.
func (d *decision) authored(r *room, u *user, ev *Event) {
	switch {
	case governing[ev.Kind]:
		ev.As = u.role
	case authored[ev.Kind] && ev.Level == 0:
		ev.Level = uint8(u.role)
	}
	if r != nil && (ev.Kind == Joined || r.flags&Quiet != 0 && ev.Social()) {
		ev.Was = uint32(r.rank(u))
	}
}

// decide returns the outcome of the command and collects its events.
func (d *decision) decide() Outcome {
	c := d.c
	switch c.Op {
	case Arrive:
		return d.arrive()
	case Depart:
		return d.depart()
	case Login:
		return d.login()
	}
	if c.By == 0 {
		return d.ordered()
	}
	if d.by = d.s.users[c.By]; d.by == nil {
		return refuse(Unavailable, notHere)
	}
	if err := d.s.barred(c.By, d.now); err != nil {
		return Outcome{Err: err}
	}
	switch c.Op {
	case Say:
		return d.say()
	case Edit, Delete, React, Unreact, Pin, Unpin, DropPreview:
		return d.amend()
	case SetTopic:
		return d.setTopic()
	case Join:
		return d.join()
	case Leave:
		return d.leave()
	case RenameRoom, ArchiveRoom, RestoreRoom:
		return d.keep()
	case Invite:
		return d.invite()
	case OpenDirect:
		return d.openDirect()
	case MarkRead:
		return d.markRead()
	case SetNick:
		return d.setNick()
	case Report:
		return d.report()
	}
	return d.ordered()
}

const notHere = "You are not here any more; connect again."

// ordered decides what the server itself may ask for too: whoever is at its
// console.
func (d *decision) ordered() Outcome {
	switch d.c.Op {
	case CreateRoom:
		return d.create(d.c.Name)
	case Register:
		return d.register()
	case MakeBot:
		return d.makeBot()
	case AddCredential:
		return d.addCredential()
	case DropCredential:
		return d.dropCredential()
	case MakeInvitation:
		return d.makeInvitation()
	case DropInvitation:
		return d.dropInvitation()
	case SetRole:
		return d.setRole()
	case SetRank:
		return d.setRank()
	case SetRules:
		return d.setRules()
	case Kick, Mute, Unmute:
		return d.discipline()
	case Ban, Unban:
		return d.banOrLift()
	case Disconnect:
		return d.disconnect()
	case SetKey:
		return d.setKey()
	case SetLimit:
		return d.setLimit()
	case AddMask, DropMask:
		return d.setMask()
	case SetProperty:
		return d.setProperty()
	case Preview:
		if d.by == nil {
			return d.preview()
		}
		return refuse(Forbidden, "Only the server itself looks at what is behind links.")
	}
	if d.by == nil && d.c.Op > 0 && d.c.Op < opEnd {
		return refuse(Unavailable, notHere)
	}
	return refuse(Invalid, "This server does not know operation %d.", d.c.Op)
}

func refuse(code Code, format string, args ...any) Outcome {
	return Outcome{Err: Errorf(code, format, args...)}
}

// learn adds to the facts what an event changes about them.
func (f *Facts) learn(ev *Event) {
	if ev.Client != "" {
		f.Sent[SentKey{By: ev.By, Client: ev.Client}] = SentFact{Seq: ev.Seq, Room: ev.Room}
	}
	switch ev.Kind {
	case Message, Action, Notice:
		f.Messages[ev.Seq] = MessageFact{Room: ev.Room, By: ev.By, Nick: ev.Nick, Time: ev.Time, Thread: ev.Thread, Text: ev.Text}
		for i := range ev.Files {
			f.Files[ev.Files[i].ID] = ev.Seq
		}
	case Deleted:
		m := f.Messages[ev.Target]
		m.Deleted, m.Text = true, ""
		f.Messages[ev.Target] = m
		maps.DeleteFunc(f.Files, func(_ string, has Seq) bool { return has == ev.Target })
		delete(f.Previews, ev.Target)
	case Edited:
		m := f.Messages[ev.Target]
		m.Text = ev.Text
		f.Messages[ev.Target] = m
		f.learnPreview(ev)
	case Previewed, PreviewDropped:
		f.learnPreview(ev)
	case Reacted:
		f.Reactions[ReactionKey{Target: ev.Target, By: ev.By, Emoji: ev.Text}] = true
		if f.Tallies[ev.Target] == nil {
			f.Tallies[ev.Target] = new(Tally)
		}
		f.Tallies[ev.Target].Add(ev.By, ev.Text)
	case Unreacted:
		delete(f.Reactions, ReactionKey{Target: ev.Target, By: ev.By, Emoji: ev.Text})
		if t := f.Tallies[ev.Target]; t != nil { // else nobody in this batch asked
			t.Remove(ev.By, ev.Text)
		}
	case PropertySet:
		f.learnProperty(ev)
	case Departed:
		f.disown(ev.Room)
		if !ev.Key.IsZero() {
			f.Guests[ev.Key] = GuestFact{ID: ev.By, Nick: ev.Nick, Inbox: ev.Seq}
		}
	default:
		f.learnProofs(ev)
	}
}
