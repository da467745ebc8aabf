package chat

import "cmp"

// The rules about what is said in a room and about what was said.

const noRoom = "There is no such room. /rooms lists those that there are."

// member returns the room in which the command wants to do something, or why
// it may not. Somebody who is not in a private room hears that there is none.
func (d *decision) member(id RoomID) (*room, *Error) {
	r := d.s.rooms[id]
	switch {
	case r == nil, !r.has(d.by.id) && r.flags&Private != 0:
		return nil, Errorf(NotFound, noRoom).Because(NoSuchRoom)
	case !r.has(d.by.id):
		return nil, Errorf(Forbidden, "You are not in %s; /join %s first.", r.name, r.name).Because(NotMember)
	}
	return r, nil
}

// open is member for what an archived room refuses.
func (d *decision) open(id RoomID) (*room, *Error) {
	r, err := d.member(id)
	switch {
	case err != nil:
		return nil, err
	case r.archived:
		return nil, Errorf(Gone, "%s is archived: it can be read, but nothing can be added.", r.name).Because(RoomGone)
	case r.flags&Direct != 0 && len(r.members) < 2:
		return nil, Errorf(Gone, "The other person has left, so nobody would read this; nothing was sent. /part leaves too.").Because(RoomGone)
	}
	return r, nil
}

func (d *decision) say() Outcome {
	c := d.c
	r, err := d.open(c.Room)
	if err == nil {
		err = d.may(ActSay, r)
	}
	if err == nil {
		err = CheckText(c.Text)
	}
	if err == nil {
		err = CheckTags(c.Tags)
	}
	if err == nil {
		err = d.attached()
	}
	if err != nil {
		return Outcome{Err: err}
	}
	ev := Event{Kind: Message, Client: c.Client, Text: c.Text, Tags: c.Tags, Files: c.Files, Count: min(c.Count, 1)}
	switch {
	case c.Notice:
		ev.Kind = Notice
	case c.Emote:
		ev.Kind = Action
	}
	if c.Target != 0 {
		m, err := d.replied(r)
		if err != nil {
			return Outcome{Err: err}
		}
		ev.Target, ev.Whose, ev.When = c.Target, m.Nick, m.Time
		ev.Thread = cmp.Or(m.Thread, c.Target)
	}
	d.emit(r.id, r.last, ev)
	return Outcome{Room: r.id}
}

// attached says what is wrong with the command's files, or nil: each is shown with
// one message, and goes with it.
func (d *decision) attached() *Error {
	if err := CheckFiles(d.c.Files); err != nil {
		return err
	}
	for i := range d.c.Files {
		if f := &d.c.Files[i]; d.facts.Files[f.ID] != 0 {
			return Errorf(Conflict, "%s is in another message already; upload it again.", f.Name)
		}
	}
	return nil
}

// replied returns what is known of the message in r that is replied to. That
// there is such a message is told only to somebody who can read it.
func (d *decision) replied(r *room) (MessageFact, *Error) {
	seq := d.c.Target
	m, ok := d.facts.Messages[seq]
	if _, err := d.member(m.Room); !ok || err != nil {
		return m, Errorf(NotFound, "There is no message %d here. /history shows the numbers.", seq).Because(NoSuchMessage)
	}
	switch {
	case m.Room != r.id:
		return m, Errorf(Invalid, "Message %d is in another room; a reply goes where the message is.", seq)
	case m.Deleted:
		return m, Errorf(Gone, "Message %d was deleted.", seq).Because(NoSuchMessage)
	}
	return m, nil
}

// amend decides everything that is done to a message that exists.
func (d *decision) amend() Outcome {
	c := d.c
	m, ok := d.facts.Messages[c.Target]
	if !ok {
		return refuse(NotFound, "There is no message %d here. /history shows the numbers.", c.Target).because(NoSuchMessage)
	}
	r, err := d.open(m.Room)
	switch {
	case err != nil && err.Code == NotFound, err != nil && err.Code == Forbidden:
		return refuse(NotFound, "There is no message %d here. /history shows the numbers.", c.Target).because(NoSuchMessage)
	case err != nil:
		return Outcome{Err: err}
	case m.Deleted:
		return refuse(Gone, "Message %d was deleted.", c.Target).because(NoSuchMessage)
	}
	ev := Event{Client: c.Client, Target: c.Target, Whose: m.Nick, When: m.Time}
	if err := d.amendment(r, &m, &ev); err != nil {
		return Outcome{Room: r.id, Err: err}
	}
	d.emit(r.id, r.last, ev)
	if ev.Kind == Deleted && m.By != d.by.id {
		ev.User, ev.About, ev.Name = m.By, r.id, r.name
		d.record(ev)
	}
	return Outcome{Room: r.id}
}

// amendment completes ev, or says why it may not be.
func (d *decision) amendment(r *room, m *MessageFact, ev *Event) *Error {
	c := d.c
	switch c.Op {
	case Edit:
		ev.Kind, ev.Text = Edited, c.Text
		if m.By != d.by.id {
			return Errorf(Forbidden, "Message %d is %s's; you can edit only your own.", c.Target, m.Nick).Because(NotYours)
		}
		if err := d.may(ActSay, r); err != nil {
			return err
		}
		return CheckText(c.Text)
	case Delete:
		ev.Kind, ev.Text = Deleted, c.Text
		if err := d.deletable(r, m); err != nil {
			return err
		}
		return checkLine("reason", c.Text)
	case DropPreview:
		return d.dropPreview(r, m, ev)
	case React, Unreact:
		if err := d.may(ActReact, r); err != nil {
			return err
		}
		return d.reaction(ev)
	case Pin, Unpin:
		if err := d.may(ActPin, r); err != nil {
			return err
		}
		return d.pin(r, ev)
	}
	return nil
}

// deletable says why the one who asks may not delete a message, or nil.
func (d *decision) deletable(r *room, m *MessageFact) *Error {
	if m.By == d.by.id {
		return nil
	}
	author := d.s.users[m.By]
	if d.may(ActDeleteOthers, r) != nil || author != nil && power(r, author) > power(r, d.by) {
		return Errorf(Forbidden, "Message %d is %s's; you can delete only your own.", d.c.Target, m.Nick).Because(NotYours)
	}
	return nil
}

func (d *decision) reaction(ev *Event) *Error {
	c := d.c
	if err := CheckReaction(c.Text); err != nil {
		return err
	}
	ev.Kind, ev.Text = Reacted, c.Text
	had := d.facts.Reactions[ReactionKey{Target: c.Target, By: d.by.id, Emoji: c.Text}]
	switch {
	case c.Op == React && had:
		return Errorf(Conflict, "You have already reacted to message %d with %s.", c.Target, c.Text).Because(AlreadySo)
	case c.Op == Unreact && !had:
		return Errorf(NotFound, "You have not reacted to message %d with %s.", c.Target, c.Text).Because(AlreadySo)
	case c.Op == Unreact:
		ev.Kind = Unreacted
		return nil
	}
	return d.roomForReaction()
}

// roomForReaction says which limit a reaction that is new would go over. They
// bound what a page of history costs and shows, whoever wants to spoil it.
func (d *decision) roomForReaction() *Error {
	t := d.facts.Tallies[d.c.Target]
	switch {
	case t == nil:
		return nil
	case t.ByUser[d.by.id] >= MaxOwnReactions:
		return Errorf(TooMany, "You have reacted to message %d in %d ways, as many as one person can; take one back first.", d.c.Target, MaxOwnReactions)
	case t.ByEmoji[d.c.Text] == 0 && len(t.ByEmoji) >= MaxEmoji:
		return Errorf(TooMany, "There are %d different reactions to message %d, as many as there can be; choose one of them.", MaxEmoji, d.c.Target)
	case t.All >= MaxReactions:
		return Errorf(TooMany, "There are %d reactions to message %d, as many as there can be.", MaxReactions, d.c.Target)
	}
	return nil
}

func (d *decision) pin(r *room, ev *Event) *Error {
	pinned := r.pinned(d.c.Target)
	ev.Kind = Pinned
	switch {
	case d.c.Op == Pin && pinned:
		return Errorf(Conflict, "Message %d is pinned already.", d.c.Target).Because(AlreadySo)
	case d.c.Op == Pin && len(r.pins) >= MaxPins:
		return Errorf(TooMany, "There are %d pinned messages here, as many as there can be; unpin one first.", MaxPins).Because(ListFull)
	case d.c.Op == Unpin && !pinned:
		return Errorf(NotFound, "Message %d is not pinned.", d.c.Target).Because(AlreadySo)
	case d.c.Op == Unpin:
		ev.Kind = Unpinned
	}
	return nil
}

func (r *room) pinned(seq Seq) bool {
	for _, p := range r.pins {
		if p == seq {
			return true
		}
	}
	return false
}

func (d *decision) markRead() Outcome {
	r, err := d.member(d.c.Room)
	switch {
	case err != nil:
		return Outcome{Err: err}
	case d.c.Target > r.last:
		return refuse(Invalid, "Nothing has been said at %d yet, so it can't have been read.", d.c.Target)
	case d.c.Until < 0:
		return refuse(Invalid, "Nothing has been said before 1970, so it can't have been read.")
	}
	was := d.by.known().read[r.id]
	now := ReadMark{max(was.Seq, d.c.Target), max(was.At, d.readUntil(r))}
	back := d.c.Strict && d.c.Target < was.Seq
	if back {
		now = ReadMark{d.c.Target, was.At} // times only move forward, as clients of IRC expect
	}
	if now == was {
		return Outcome{Room: r.id} // read is the maximum over all devices, unless somebody asks for less
	}
	ev := Event{Kind: ReadMarked, Client: d.c.Client, About: r.id, Name: r.name, Target: now.Seq, When: now.At}
	if back {
		ev.Count = 1
	}
	for _, u := range r.members {
		if r.flags&Direct != 0 && u != d.by {
			ev.User, ev.Whose = u.id, u.nick
		}
	}
	d.emit(d.by.id.Inbox(), d.by.inbox, ev)
	return Outcome{Room: r.id}
}

// readUntil returns up to when a command marks a room read: 0 if it does not say and
// the target is no message there.
func (d *decision) readUntil(r *room) Millis {
	if d.c.Until != 0 {
		return d.c.Until
	}
	if m := d.facts.Messages[d.c.Target]; m.Room == r.id {
		return m.Time
	}
	return 0
}

// report tells those who keep order of a message.
func (d *decision) report() Outcome {
	m, ok := d.facts.Messages[d.c.Target]
	r, err := d.member(m.Room)
	switch {
	case !ok || err != nil:
		return refuse(NotFound, "There is no message %d here. /history shows the numbers.", d.c.Target).because(NoSuchMessage)
	}
	if err := checkLine("reason", d.c.Text); err != nil {
		return Outcome{Err: err}
	}
	ev := Event{Kind: Reported, Target: d.c.Target, User: m.By, Whose: m.Nick, When: m.Time, Text: d.c.Text, About: r.id, Name: r.name}
	for _, u := range d.s.keepers(r, d.by) {
		d.emit(u.id.Inbox(), u.inbox, ev)
	}
	ev.Client = d.c.Client
	d.recordAlone(ev)
	return Outcome{Room: r.id}
}
