package chat

// The rules about rooms: creating, keeping and leaving them, and talking alone.

// Limits of rooms.
const (
	MaxRooms        = 100_000 // with a name: archived ones count, direct conversations do not
	MaxRoomsPerUser = 1000    // that one person can be in, with the direct conversations
	MaxInvited      = 1000    // people who are invited to one private room and have not come yet
)

// create decides on a new room, and its creator becomes its first member.
func (d *decision) create(name string) Outcome {
	name = compose(name)
	if err := d.unclaimed(name, 0); err != nil {
		return Outcome{Err: err}
	}
	if d.confined() {
		return Outcome{Err: errConfined()}
	}
	if len(d.s.names) >= MaxRooms {
		return refuse(TooMany, "There are %d rooms here, as many as there can be.", len(d.s.names))
	}
	if d.by != nil && d.by.full() {
		return d.tooManyRooms()
	}
	var flags Flags
	if d.c.Private {
		flags = Private
	}
	if Fold(name) == AuditName { // only the server gets this far
		flags = Private | Audit
	}
	at := d.next()
	id := RoomID(at)
	d.emit(id, 0, Event{Kind: RoomCreated, Client: d.c.Client, Name: name, Flags: flags})
	if d.by != nil {
		d.emit(id, at, Event{Kind: Joined})
	}
	return Outcome{Room: id}
}

func errReserved() *Error {
	return Errorf(Forbidden, "The name %s is this server's own.", AuditName).Because(RoomNameTaken)
}

// confined reports whether the one who asks is a guest of a server that keeps
// its guests to the public rooms that there are.
func (d *decision) confined() bool {
	return d.c.Confined && d.by != nil && d.by.role == GuestRole
}

func errConfined() *Error {
	return Errorf(Forbidden, "Guests of this server talk in its public rooms, and that is all; /register makes you a member, /login says that you are one.").Because(Confined)
}

// unclaimed says why a room can't be called name, or nil: it is no name, or
// another room's, or looks like one. How a private room is spelt is not told.
func (d *decision) unclaimed(name string, room RoomID) *Error {
	if err := CheckRoomName(name); err != nil {
		return err
	}
	folded, look := keysOf(name)
	if folded == AuditName && d.by != nil {
		return errReserved()
	}
	if id, taken := d.s.names[folded]; taken && id != room {
		return Errorf(Conflict, "There is already a room called %s.", name).Because(RoomNameTaken)
	}
	id, alike := d.s.nameLooks.other(look, room)
	switch {
	case !alike:
		return nil
	case d.s.rooms[id].flags&Private != 0:
		return Errorf(Conflict, "The name %s looks like another room's; choose another.", name).Because(RoomNameTaken)
	}
	return Errorf(Conflict, "The name %s looks like %s's; choose another.", name, d.s.rooms[id].name).Because(RoomNameTaken)
}

func (d *decision) leave() Outcome {
	r, err := d.member(d.c.Room)
	if err == nil {
		err = checkLine("reason", d.c.Text)
	}
	if err != nil {
		return Outcome{Err: err}
	}
	d.emit(r.id, r.last, Event{Kind: Left, Client: d.c.Client, Text: d.lastWords(r, d.by, d.c.Text)})
	return Outcome{Room: r.id}
}

// lastWords returns the reason with which somebody leaves a room: none if they
// may say nothing there, or leaving and coming back would be a way to.
func (d *decision) lastWords(r *room, u *user, reason string) string {
	if !Permit(ActSay, u.role, r.standing[u.id].Rank, r.flags) || d.silence(r, u) != nil {
		return ""
	}
	return reason
}

func (d *decision) setTopic() Outcome {
	r, err := d.open(d.c.Room)
	switch {
	case err != nil:
		return Outcome{Err: err}
	case r.flags&Direct != 0:
		return refuse(Invalid, "A direct conversation has no topic.")
	}
	if err := d.may(ActTopic, r); err != nil || d.c.Text == r.topic.text {
		return Outcome{Room: r.id, Err: err}
	}
	if err := checkLine("topic", d.c.Text); err != nil {
		return Outcome{Err: err}
	}
	d.emit(r.id, r.last, Event{Kind: TopicSet, Client: d.c.Client, Text: d.c.Text})
	return Outcome{Room: r.id}
}

// keep decides what only an owner of a room may do to it.
func (d *decision) keep() Outcome {
	r, err := d.member(d.c.Room)
	switch {
	case err != nil:
		return Outcome{Err: err}
	case r.flags&Direct != 0:
		return refuse(Invalid, "A direct conversation can't be renamed or archived.")
	case Fold(r.name) == Lobby:
		return refuse(Forbidden, "%s is where everybody lands: it can't be renamed or archived.", Lobby)
	}
	ev, act := Event{Client: d.c.Client}, ActArchive
	if d.c.Op == RenameRoom {
		act = ActRename
	}
	if err := d.may(act, r); err != nil {
		return Outcome{Room: r.id, Err: err}
	}
	switch d.c.Op {
	case RenameRoom:
		ev.Kind, ev.Name, ev.Whose, ev.Text = RoomRenamed, compose(d.c.Name), r.name, d.c.Text
		err = d.unclaimed(ev.Name, r.id)
		if err == nil {
			err = checkLine("reason", d.c.Text)
		}
		if err == nil && ev.Name == r.name {
			err = Errorf(Conflict, "The room is called %s already.", r.name).Because(AlreadySo)
		}
	case ArchiveRoom:
		ev.Kind = RoomArchived
		if r.archived {
			err = Errorf(Conflict, "%s is archived already.", r.name).Because(AlreadySo)
		}
	case RestoreRoom:
		ev.Kind = RoomRestored
		if !r.archived {
			err = Errorf(Conflict, "%s is not archived.", r.name).Because(AlreadySo)
		}
	}
	if err != nil {
		return Outcome{Room: r.id, Err: err}
	}
	d.emit(r.id, r.last, ev)
	return Outcome{Room: r.id}
}

// openDirect finds the conversation of two people, or makes it.
func (d *decision) openDirect() Outcome {
	other := d.s.users[d.c.User]
	switch {
	case other == nil:
		return refuse(NotFound, "There is nobody of that name here.").because(NoSuchPerson)
	case other == d.by:
		return refuse(Invalid, "That would be talking to yourself.")
	case d.confined():
		return Outcome{Err: errConfined()}
	}
	if id, ok := d.s.direct[pair(d.by.id, other.id)]; ok {
		return Outcome{Room: id}
	}
	switch {
	case d.by.full():
		return d.tooManyRooms()
	case other.full():
		return refuse(TooMany, "%s is in %d rooms, as many as one can be in.", other.nick, len(other.rooms))
	}
	at := d.next()
	id := RoomID(at)
	d.emit(id, 0, Event{Kind: RoomCreated, Client: d.c.Client, Flags: Private | Direct})
	d.emit(id, at, Event{Kind: Joined})
	d.emit(id, at+1, Event{Kind: Joined, By: other.id, Nick: other.nick})
	d.emit(d.by.id.Inbox(), d.by.inbox, Event{Kind: DirectOpened, About: id, User: other.id, Whose: other.nick})
	d.emit(other.id.Inbox(), other.inbox, Event{Kind: DirectOpened, About: id, User: d.by.id, Whose: d.by.nick})
	return Outcome{Room: id}
}
